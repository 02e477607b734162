"""Wrapped data keys by the thousand: what was wrapped anew lies in packs, one sync for all of one.

::

    <keys>/.packs/<shelf>/<first id>.<last id>     lines: an id, a blank, the wrapped key

Lines are in order and of one width.

Each payload's key is sealed into a file of its own; a walk over all keys would wait for the disk
once for each. A pack is looked into by halves, so that none of it is kept in memory. A key that
is destroyed is overwritten in its place, and its line goes when the pack is written again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scrubjay.vault.disk import Folder
from scrubjay.vault.wrapping import MOST_WRAPPED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["FOLDER", "Packs"]

FOLDER = ".packs"
_WIPED = b"0"


class Packs:
    """The packs of a folder of keys. What changes any is called under that folder's lock."""

    def __init__(self, path: str) -> None:
        self._folder = Folder(path)

    def close(self) -> None:
        """Give the handles back."""
        self._folder.close()

    def read(self, payload_id: str) -> bytes | None:
        """The line of a key, as in a file of its own; None where no pack has it."""
        for fd in self._holding(payload_id):
            try:
                found = _found(fd, payload_id)
            finally:
                os.close(fd)
            if found is not None and not _is_wiped(found[1]):
                return found[1].rstrip() + b"\n"
        return None

    def wipe(self, payload_id: str) -> bool:
        """Every byte of the key becomes 0, on the disk, wherever it is; False where it is not."""
        wiped = False
        for fd in self._holding(payload_id, writes=True):
            try:
                found = _found(fd, payload_id)
                if found is not None:
                    place, key = found
                    os.pwrite(fd, _WIPED * (len(key) - 1), place)
                    os.fsync(fd)
                    wiped = wiped or not _is_wiped(key)
            finally:
                os.close(fd)
        return wiped

    def put(self, lines: Mapping[str, bytes]) -> None:
        """Adds keys that are in no pack yet; durable on return, all or none."""
        name = f"{min(lines)}.{max(lines)}"
        self.replace(name, {**self.lines(name), **lines})

    def among(self, payload_ids: Collection[str]) -> dict[str, bytes]:
        """The keys of those packs that may have one of some ids."""
        first, last = min(payload_ids), max(payload_ids)
        found: dict[str, bytes] = {}
        for name in self.names():
            begin, _, end = name.partition(".")
            if begin <= last and first <= end:
                found |= self.lines(name)
        return found

    def replace(self, name: str, lines: Mapping[str, bytes]) -> None:
        """A pack written again, in one step."""
        width = max(map(len, lines.values()))
        text = b"".join(
            b"%s %s\n" % (each.encode().ljust(_ID), lines[each].rstrip().ljust(width - 1))
            for each in sorted(lines)
        )
        self._folder.replace(name, text)

    def remove(self, name: str) -> None:
        """A pack in which nothing is left."""
        self._folder.remove(name)

    def lines(self, name: str) -> dict[str, bytes]:
        """The keys of a pack by id, without those that were destroyed; none where it is gone."""
        try:
            fd = self._folder.open(name)
        except FileNotFoundError:
            return {}
        with os.fdopen(fd, "rb") as file:
            parted = ((line[:_ID].strip().decode(), line[_ID + 1 :]) for line in file)
            return {each: key.rstrip() + b"\n" for each, key in parted if not _is_wiped(key)}

    def names(self) -> Iterator[str]:
        """Of all packs."""
        yield from self._folder.ids()

    def ids(self) -> Iterator[str]:
        """Of the payloads whose keys are in packs."""
        for name in self.names():
            yield from self.lines(name)

    def sweep(self) -> int:
        """Removes what a writer that died has left; how much."""
        drafts, _ = self._folder.drafts()
        for name in drafts:
            self._folder.discard(name)
        return len(drafts)

    def _holding(self, payload_id: str, *, writes: bool = False) -> Iterator[int]:
        """Handles of the packs that may have it, to be closed by whoever takes them."""
        for name in reversed(self._folder.shelved(payload_id)):
            first, _, last = name.partition(".")
            if first <= payload_id <= last:
                try:
                    yield self._folder.open(name, writes=writes)
                except FileNotFoundError:
                    continue


_ID = 64
"""Letters that an id has at most; shorter ones are padded."""


def _is_wiped(key: bytes) -> bool:
    return not key.rstrip().strip(_WIPED)


def _found(fd: int, payload_id: str) -> tuple[int, bytes] | None:
    """Where the key of an id stands in a pack, and that key, padded."""
    width = os.pread(fd, _ID + MOST_WRAPPED, 0).find(b"\n") + 1
    wanted = payload_id.encode().ljust(_ID)
    low, high = 0, os.fstat(fd).st_size // width if width else 0
    while low < high:
        middle = (low + high) // 2
        line = os.pread(fd, width, middle * width)
        if line[:_ID] == wanted:
            return middle * width + _ID + 1, line[_ID + 1 :]
        if line[:_ID] < wanted:
            low = middle + 1
        else:
            high = middle
    return None
