"""A partner behind two folders: one where it picks up, one where it leaves its answers.

::

    <outbox>/<key>.x12           an interchange, whole; the partner takes it away
    <outbox>/.sent/<key>         a line without content: it was put there
    <outbox>/.sent/<key>+part    being written
    <outbox>/.sent/<key>+ready   written, about to be named
    <inbox>/<any name>           an answer; offered when nobody has written to it for a while

The bytes are in clear, since the partner reads them: both folders belong on an encrypted disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import stat
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote_to_bytes

from scrubjay.errors import UsageError
from scrubjay.transports.bodies import checked, checked_key
from scrubjay.transports.contract import Inbound, Receipt
from scrubjay.transports.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from scrubjay.transports.contract import Transmission

__all__ = ["FolderTransport"]

T = TypeVar("T")

_PIECE = 1 << 16
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_HALF = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
"""Ends of names under which others write what is not whole yet."""
_SENT = ".sent"
_LONGEST_NAME = 255


class FolderTransport:
    """Whole files only, both ways. `settle` is how long an answer must have been left alone."""

    def __init__(
        self,
        outbox: str | os.PathLike[str],
        inbox: str | os.PathLike[str],
        *,
        settle: float = 2.0,
        deadline: float = 60.0,
        offers_look_up: bool = True,
    ) -> None:
        self.offers_look_up = offers_look_up
        self._outbox = _opened(outbox)
        self._inbox = _opened(inbox)
        with contextlib.suppress(FileExistsError):
            os.mkdir(_SENT, 0o700, dir_fd=self._outbox)
        self._sent = os.open(_SENT, _FOLDER | os.O_NOFOLLOW, dir_fd=self._outbox)
        self._settle, self._deadline = settle, deadline
        self._closed = False

    async def send(self, transmission: Transmission) -> Receipt:
        """Put it into the outbox; a second time, under the same key, it is a duplicate."""
        checked_key(transmission.key)
        return await self._within("SEND_TIMEOUT", lambda: self._send(transmission))

    async def look_up(self, key: str) -> Receipt | None:
        """Whether it was put there, whoever took it away since."""
        checked_key(key)
        return await self._within("LOOK_UP_FAILED", lambda: self._look_up(key))

    async def collect(self, limit: int = 100) -> list[Inbound]:
        """Files that are whole by all signs, oldest first."""
        return await self._within("COLLECT_TIMEOUT", lambda: self._collect(limit))

    async def read(self, inbound_id: str) -> AsyncIterator[bytes]:
        """The file of that name."""
        fd = await self._within("COLLECT_TIMEOUT", lambda: self._open(inbound_id))
        try:
            while piece := await self._within("COLLECT_TIMEOUT", lambda: os.read(fd, _PIECE)):
                yield piece
        finally:
            os.close(fd)

    async def confirm(self, inbound_id: str) -> None:
        """Remove it: what is in clear lies no longer than it must."""
        await self._within("COLLECT_TIMEOUT", lambda: self._confirm(inbound_id))

    async def close(self) -> None:
        """Give the folders back."""
        if not self._closed:
            self._closed = True
            for fd in (self._sent, self._outbox, self._inbox):
                os.close(fd)

    async def _within(self, code: str, work: Callable[[], T]) -> T:
        """In a thread, by the deadline: a share that hangs keeps the thread, not the caller."""
        if self._closed:
            raise TransportError("CLOSED")
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.to_thread(work)
        except TimeoutError:
            raise TransportError(code) from None
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            raise TransportError("DISK_FULL" if full else "CONNECT_FAILED") from None

    def _send(self, transmission: Transmission) -> Receipt:
        key = transmission.key
        earlier = self._traces(key)
        if earlier is not None:
            if earlier != transmission.digest:
                raise TransportError("KEY_REUSED")
            return Receipt(key=key, duplicate=True)
        part, ready = f"{key}+part", f"{key}+ready"
        try:
            self._write(part, checked(transmission))
            os.rename(part, ready, src_dir_fd=self._sent, dst_dir_fd=self._sent)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part, dir_fd=self._sent)
            raise
        try:
            os.link(ready, f"{key}.x12", src_dir_fd=self._sent, dst_dir_fd=self._outbox)
        except OSError as error:
            os.unlink(ready, dir_fd=self._sent)
            if not isinstance(error, FileExistsError) or not self._is_there(transmission):
                raise
            self._noted(transmission)
            return Receipt(key=key, duplicate=True)
        self._noted(transmission)
        return Receipt(key=key)

    def _noted(self, transmission: Transmission) -> None:
        """The partner may have taken it by now, so no failure is one that can be retried."""
        try:
            os.fsync(self._outbox)
            self._note(transmission.key, transmission.digest)
            self._discard(f"{transmission.key}+ready")
        except OSError:
            raise TransportError("INTERRUPTED") from None

    def _note(self, key: str, digest: str) -> None:
        self._write(f"{key}+note", iter([f"{digest}\n".encode()]))
        os.rename(f"{key}+note", key, src_dir_fd=self._sent, dst_dir_fd=self._sent)
        os.fsync(self._sent)

    def _is_there(self, transmission: Transmission) -> bool:
        """Whether an attempt that died left the same bytes; KEY_REUSED where they are others."""
        try:
            digest = _digest(self._outbox, f"{transmission.key}.x12")
        except FileNotFoundError:
            # Taken away in this moment: it was there.
            return True
        if digest != transmission.digest:
            raise TransportError("KEY_REUSED")
        return True

    def _write(self, name: str, pieces: Iterator[bytes]) -> None:
        with os.fdopen(os.open(name, _NEW, 0o600, dir_fd=self._sent), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())

    def _look_up(self, key: str) -> Receipt | None:
        """What is found is noted first, since the partner may take the file away at any time."""
        ready = f"{key}+ready"
        noted = self._traces(key) is not None
        if not noted:
            links = self._links(ready, self._sent)
            if not self._links(f"{key}.x12", self._outbox) and links < 2:  # noqa: PLR2004 - two names
                if links:
                    # Never named; or named, taken and removed, all in a death's one moment.
                    raise TransportError("LOOK_UP_UNDECIDED")
                self._discard(f"{key}+part")
                return None
            folder, name = (self._sent, ready) if links else (self._outbox, f"{key}.x12")
            self._note(key, _digest(folder, name))
        for left in ("part", "ready", "note"):
            self._discard(f"{key}+{left}")
        return Receipt(key=key, duplicate=True)

    def _discard(self, name: str) -> None:
        """What an attempt that died has left here in clear."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._sent)

    def _traces(self, key: str) -> str | None:
        """The digest of what was put there under the key."""
        try:
            fd = os.open(key, _READ, dir_fd=self._sent)
        except FileNotFoundError:
            return None
        with os.fdopen(fd, encoding="ascii") as file:
            return file.read().strip()

    @staticmethod
    def _links(name: str, folder: int) -> int:
        try:
            return os.stat(name, dir_fd=folder, follow_symlinks=False).st_nlink
        except FileNotFoundError:
            return 0

    def _collect(self, limit: int) -> list[Inbound]:
        whole: list[tuple[int, str, int]] = []
        latest = time.time() - self._settle
        with os.scandir(self._inbox) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(_HALF):
                    continue
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime <= latest:
                    whole.append((facts.st_mtime_ns, entry.name, facts.st_size))
        oldest = sorted(whole)[:limit]
        return [Inbound(id=quote(os.fsencode(name)), size=size) for _, name, size in oldest]

    def _open(self, inbound_id: str) -> int:
        try:
            return os.open(_name(inbound_id), _READ, dir_fd=self._inbox)
        except FileNotFoundError:
            raise TransportError("INBOUND_GONE") from None

    def _confirm(self, inbound_id: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_name(inbound_id), dir_fd=self._inbox)
            os.fsync(self._inbox)


def _digest(folder: int, name: str) -> str:
    with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(inbound_id: str) -> str:
    """The name of a file in that folder, and of nothing elsewhere."""
    name = unquote_to_bytes(inbound_id)
    if not 0 < len(name) <= _LONGEST_NAME or name.startswith(b".") or set(b"/\0") & set(name):
        raise TransportError("INBOUND_GONE")
    return os.fsdecode(name)


def _opened(folder: str | os.PathLike[str]) -> int:
    try:
        return os.open(folder, _FOLDER)
    except OSError as error:
        reason = (error.strerror or "cannot be opened").lower()
        raise UsageError(f"{os.fspath(folder)}: {reason}; name a folder that is there") from None
