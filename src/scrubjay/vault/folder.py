"""The vault in a folder: payloads in one place, their wrapped data keys in another.

::

    <folder>/payloads/<shelf>/<id>      header and frames (frames.py)
    <folder>/keys/<shelf>/<id>          one line: the data key, wrapped

What is on the disk at any moment, and what a crash leaves of it, is told in docs/vault.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from itertools import islice
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.vault.contract import FRAME, Access, Rewrapped, Sealed, unwitnessed
from scrubjay.vault.disk import LEAVING, Draft, Folder, storage
from scrubjay.vault.errors import (
    PayloadExistsError,
    PayloadGoneError,
    PayloadRefusedError,
)
from scrubjay.vault.frames import HEADER_BYTES, Cipher, Extent, new_data_key
from scrubjay.vault.naming import checked_payload_id
from scrubjay.vault.packs import FOLDER as PACKS
from scrubjay.vault.packs import Packs
from scrubjay.vault.purpose import purpose
from scrubjay.vault.strays import strays
from scrubjay.vault.wrapping import MOST_WRAPPED, parsed, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from scrubjay.vault.contract import KeyProvider, Witness, WrappedKey

__all__ = ["FolderPayload", "FolderVault", "FolderWriter"]

_AT_ONCE = 1024
"""Data keys of a pack: they share its syncs, and hold up who seals or shreds for a tenth second."""


class FolderVault:
    """Payloads as files.

    `key_folder` is where wrapped data keys lie, if not in the same folder: on a disk of which no
    long-lived copies are made, what was shredded is gone from the copies of the vault too.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        keys: KeyProvider,
        *,
        key_folder: str | os.PathLike[str] | None = None,
        witness: Witness = unwitnessed,
    ) -> None:
        base = os.fspath(folder)
        with storage():
            os.makedirs(base, mode=0o700, exist_ok=True)
        self._base = base
        self._keys = keys
        self._payloads = Folder(os.path.join(base, "payloads"))
        wrapped = os.fspath(key_folder or os.path.join(base, "keys"))
        self._wrapped = Folder(wrapped)
        self._packs = Packs(os.path.join(wrapped, PACKS))
        self._witness = witness

    def close(self) -> None:
        """Give the folders back; payloads that are open stay readable."""
        self._payloads.close()
        self._wrapped.close()
        self._packs.close()

    def writer(self, payload_id: str) -> FolderWriter:
        """Begin a payload."""
        checked_payload_id(payload_id)
        with storage():
            if self._wrapped.has(payload_id) or self._packs.read(payload_id) is not None:
                raise PayloadExistsError(payload_id)
        return FolderWriter(payload_id, self._keys, self._payloads, self._wrapped, self._witness)

    def seal(self, payload_id: str, pieces: Iterable[bytes]) -> Sealed:
        """A whole payload: durable on return."""
        with self.writer(payload_id) as payload:
            for piece in pieces:
                payload.write(piece)
            return payload.commit()

    def open(self, payload_id: str) -> FolderPayload:
        """Its header, key and end are authenticated on return."""
        wrapped = self._wrapped_key(payload_id)
        payload = self._opened(payload_id, wrapped)
        try:
            self._told("opened", payload_id, wrapped.key_id)
        except BaseException:
            payload.close()
            raise
        return payload

    def read(self, payload_id: str, start: int, length: int) -> bytes:
        """One range of a payload."""
        with self.open(payload_id) as payload:
            return payload.read(start, length)

    def verify(self, payload_id: str) -> Sealed:
        """Read all of it, show it to nobody."""
        wrapped = self._wrapped_key(payload_id)
        digest = hashlib.sha256()
        with self._opened(payload_id, wrapped) as payload:
            for piece in payload:
                digest.update(piece)
            size = payload.size
        self._told("verified", payload_id, wrapped.key_id)
        return Sealed(
            payload_id=payload_id, size=size, digest=digest.hexdigest(), key_id=wrapped.key_id
        )

    def shred(self, payload_id: str) -> bool:
        """Its data key first, so that a crash leaves nothing that could be read."""
        checked_payload_id(payload_id)
        with storage(), self._wrapped.locked():
            self._wrapped.withdraw(payload_id)
            if self._packs.read(payload_id) is not None:
                self._wrapped.mark_leaving(payload_id)
            there = self._shredded(payload_id)
        if there:
            self._told("shredded", payload_id, None)
        return there

    def __contains__(self, payload_id: object) -> bool:
        if not isinstance(payload_id, str):
            return False
        try:
            self._wrapped_key(payload_id)
        except PayloadGoneError:
            return False
        except PayloadRefusedError:
            return True
        with storage():
            return self._payloads.has(payload_id)

    def payload_ids(self) -> Iterator[str]:
        """Every payload that has its name, readable or not."""
        with storage():
            yield from self._payloads.ids()

    def strays(self) -> Iterator[str]:
        """Paths of what lies in its folders and is none of its files (`strays`)."""
        with storage():
            yield from strays(self._base, self._payloads.path, self._wrapped.path)

    def placed_at(self, payload_id: str) -> float:
        """By the change of its file, which its naming was; a copy is placed when it is copied."""
        with storage():
            return self._payloads.placed_at(checked_payload_id(payload_id))

    def rewrap(self) -> Rewrapped:
        """By packs: any moment leaves a key that opens, in a file of its own or in a pack."""
        current = self._keys.current()
        moved = already = 0
        refused: list[str] = []
        for told, behind, wrong in self._walk(current):
            for payload_id, key in behind.items():
                self._told("rewrapped", payload_id, key.key_id)
            moved += len(behind)
            already += told - len(behind) - len(wrong)
            refused += wrong
        return Rewrapped(moved=moved, current=already, refused=tuple(refused))

    def _walk(self, current: str) -> Iterator[tuple[int, dict[str, WrappedKey], list[str]]]:
        """Pack by pack, then what has files of its own: how many keys, those that moved, and not.

        The lock is held for one pack at a time.
        """
        with storage():
            for name in list(self._packs.names()):
                with self._wrapped.locked():
                    done = self._rewrap_pack(name, current)
                yield done
            ids = self._wrapped.ids()
            while some := list(islice(ids, _AT_ONCE)):
                with self._wrapped.locked():
                    done = self._pack(some, current)
                yield done

    def _rewrap_pack(self, name: str, current: str) -> tuple[int, dict[str, WrappedKey], list[str]]:
        lines = self._packs.lines(name)
        behind, wrong = self._behind(lines, current)
        if behind:
            anew = {each: written(key) for each, key in behind.items()}
            self._packs.replace(name, {**lines, **anew})
            failpoint("vault.repacked")
        elif not lines:
            self._packs.remove(name)
        return len(lines), behind, wrong

    def _pack(
        self, payload_ids: Iterable[str], current: str
    ) -> tuple[int, dict[str, WrappedKey], list[str]]:
        """Keys of files of their own into a pack; the files go when it is on the disk."""
        lines = {}
        for payload_id in payload_ids:
            with contextlib.suppress(FileNotFoundError):
                lines[payload_id] = self._wrapped.read(payload_id, MOST_WRAPPED)
        behind, wrong = self._behind(lines, current)
        if behind:
            # a walk that died between the two left some in both
            known = self._packs.among(behind)
            new = {each: written(key) for each, key in behind.items() if each not in known}
            if new:
                self._packs.put(new)
            failpoint("vault.packed")
            self._wrapped.remove_all(behind)
            failpoint("vault.unpacked")
        return len(lines), behind, wrong

    def _behind(
        self, lines: Mapping[str, bytes], current: str
    ) -> tuple[dict[str, WrappedKey], list[str]]:
        """Data keys under other keys, wrapped with the current one; and those that cannot be."""
        behind: dict[str, WrappedKey] = {}
        wrong: list[str] = []
        for payload_id, line in lines.items():
            try:
                wrapped = parsed(line, payload_id)
                if wrapped.key_id != current:
                    data_key = self._keys.unwrap(wrapped, payload_id)
                    behind[payload_id] = self._keys.wrap(data_key, payload_id)
            except PayloadGoneError:
                continue
            except PayloadRefusedError:
                wrong.append(payload_id)
        return behind, wrong

    def wrapped_with(self) -> Iterator[tuple[str, str]]:
        """Each payload that has a key, and the id of the key that its data key is wrapped with."""
        for payload_id in self._key_ids():
            try:
                yield payload_id, self._wrapped_key(payload_id).key_id
            except (PayloadGoneError, PayloadRefusedError):
                continue

    def sweep(self) -> int:
        """What a death left: drafts, keys of payloads that never were, payloads without a key."""
        with storage(), self._payloads.locked():
            drafts, alive = self._payloads.drafts()
            being_sealed = {name.partition(".")[0] for name in alive}
            for name in drafts:
                payload_id = name.partition(".")[0]
                if payload_id not in being_sealed and not self._payloads.has(payload_id):
                    self._wrapped.remove(payload_id)
                self._payloads.discard(name)
        with storage(), self._wrapped.locked():
            keys, _ = self._wrapped.drafts()
            for name in keys:
                if name.endswith(LEAVING):
                    self._shredded(name.removesuffix(LEAVING))
                self._wrapped.discard(name)
            packs = self._packs.sweep()
        return len(drafts) + len(keys) + packs

    def _shredded(self, payload_id: str) -> bool:
        """Key first, then payload, and last the name by which a sweep would find both."""
        there = self._wrapped.wipe(payload_id)
        there = self._packs.wipe(payload_id) or there
        payload_there = self._payloads.remove(payload_id)
        self._wrapped.discard(f"{payload_id}{LEAVING}")
        return there or payload_there

    def _key_ids(self) -> Iterator[str]:
        with storage():
            yield from self._wrapped.ids()
            # where a walk has died between the two, the file of its own is what counts
            yield from (each for each in self._packs.ids() if not self._wrapped.has(each))

    def _wrapped_key(self, payload_id: str) -> WrappedKey:
        checked_payload_id(payload_id)
        with storage():
            try:
                line = self._wrapped.read(payload_id, MOST_WRAPPED)
            except FileNotFoundError:
                line = self._packed_line(payload_id)
        return parsed(line, payload_id)

    def _packed_line(self, payload_id: str) -> bytes:
        line = self._packs.read(payload_id)
        if self._wrapped.is_leaving(payload_id):
            raise PayloadGoneError(payload_id)
        if line is None:
            # A payload whose key is lost is not one that was purged.
            if self._payloads.has(payload_id):
                raise PayloadRefusedError(payload_id)
            raise PayloadGoneError(payload_id)
        return line

    def _opened(self, payload_id: str, wrapped: WrappedKey) -> FolderPayload:
        with storage():
            try:
                fd = self._payloads.open(payload_id)
            except FileNotFoundError:
                raise PayloadGoneError(payload_id) from None
        try:
            return FolderPayload(payload_id, fd, self._keys.unwrap(wrapped, payload_id))
        except BaseException:
            os.close(fd)
            raise

    def _told(self, action: str, payload_id: str, key_id: str | None) -> None:
        self._witness(
            Access(action=action, payload_id=payload_id, key_id=key_id, purpose=purpose())
        )


class FolderWriter:
    """A payload being sealed, frame by frame, into a draft."""

    def __init__(
        self,
        payload_id: str,
        keys: KeyProvider,
        payloads: Folder,
        wrapped: Folder,
        witness: Witness,
    ) -> None:
        self._payload_id = payload_id
        self._payloads, self._wrapped, self._witness = payloads, wrapped, witness
        data_key = new_data_key()
        self._key = keys.wrap(data_key, payload_id)
        self._cipher = Cipher.new(payload_id, data_key)
        self._digest = hashlib.sha256()
        self._size = self._frames = 0
        self._waiting = bytearray()
        self._draft: Draft | None = None
        with storage(), payloads.locked():
            self._draft = payloads.draft(payload_id)
        try:
            self._write(self._cipher.header)
        except BaseException:
            self._end()
            raise

    def write(self, piece: bytes) -> None:
        """The last frame waits, full or not, until it is known for the last."""
        self._digest.update(piece)
        self._size += len(piece)
        rest = memoryview(piece)
        if self._waiting and len(self._waiting) + len(rest) > FRAME:
            missing = FRAME - len(self._waiting)
            self._seal(bytes(self._waiting) + rest[:missing], last=False)
            self._waiting.clear()
            rest = rest[missing:]
        while len(rest) > FRAME:
            self._seal(rest[:FRAME], last=False)
            rest = rest[FRAME:]
        self._waiting += rest

    def commit(self) -> Sealed:
        """Payload on the disk, key on the disk and named, payload named: in this order."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()
        draft = self._live_draft()
        with storage():
            draft.sync()
            failpoint("vault.written")
            self._place_key()
            failpoint("vault.keyed")
            self._place_payload(draft)
            failpoint("vault.placed")
        self._end()
        sealed = Sealed(
            payload_id=self._payload_id,
            size=self._size,
            digest=self._digest.hexdigest(),
            key_id=self._key.key_id,
        )
        self._witness(Access(action="sealed", payload_id=sealed.payload_id, key_id=sealed.key_id))
        return sealed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _seal(self, clear: bytes | memoryview, *, last: bool) -> None:
        self._write(self._cipher.seal(self._frames, clear, last=last))
        self._frames += 1

    def _write(self, piece: bytes) -> None:
        with storage():
            self._live_draft().write(piece)

    def _place_payload(self, draft: Draft) -> None:
        """Where that fails, its key must not stay: the id would be taken by nothing."""
        try:
            self._payloads.place(draft, self._payload_id)
        except FileExistsError:
            self._wrapped.remove(self._payload_id)
            raise PayloadExistsError(self._payload_id) from None
        except OSError:
            with contextlib.suppress(OSError):
                self._wrapped.remove(self._payload_id)
            raise

    def _place_key(self) -> None:
        with self._wrapped.locked():
            draft = self._wrapped.draft(self._payload_id)
        try:
            draft.write(written(self._key))
            draft.sync()
            self._wrapped.place(draft, self._payload_id)
        except FileExistsError:
            raise PayloadExistsError(self._payload_id) from None
        finally:
            self._wrapped.discard(draft.name)
            draft.close()

    def _live_draft(self) -> Draft:
        if self._draft is None:
            raise ValueError("this payload has ended; begin a new one")
        return self._draft

    def _end(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            with contextlib.suppress(OSError):
                self._payloads.discard(draft.name)
            draft.close()


class FolderPayload:
    """A sealed file, open; any thread may read any range."""

    def __init__(self, payload_id: str, fd: int, data_key: bytes) -> None:
        self._payload_id = payload_id
        with storage():
            header = os.pread(fd, HEADER_BYTES, 0)
            size = os.fstat(fd).st_size
        self._fd = fd
        self._cipher = Cipher.of(payload_id, header, data_key)
        self._extent = Extent.of(payload_id, size)
        self._end = self._read_frame(self._extent.frames - 1)
        self._kept = (-1, b"")
        """The frame that was read last: ranges that follow each other share one."""
        self._open = True

    @property
    def size(self) -> int:
        """Bytes in clear."""
        return self._extent.size

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self._extent.frames - 1):
            yield self._frame(number)
        if self._end:
            yield self._end

    def read(self, start: int, length: int) -> bytes:
        """Only the frames that the range touches are read."""
        if start < 0 or length < 0:
            raise ValueError("start and length are 0 or more")
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // FRAME, (end - 1) // FRAME
        joined = b"".join(self._frame(number) for number in range(first, last + 1))
        return joined[start - first * FRAME : end - first * FRAME]

    def close(self) -> None:
        """Once or more often."""
        if self._open:
            self._open = False
            os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _frame(self, number: int) -> bytes:
        if not self._open:
            raise ValueError("this payload is closed; open it again")
        if self._extent.is_last(number):
            return self._end
        kept, frame = self._kept
        if kept != number:
            frame = self._read_frame(number)
            self._kept = (number, frame)
        return frame

    def _read_frame(self, number: int) -> bytes:
        start, length = self._extent.place(number)
        with storage():
            sealed = os.pread(self._fd, length, start)
        return self._cipher.open(number, sealed, last=self._extent.is_last(number))
