"""The watched folder: files are taken when they are whole, and removed when they are durable.

Nobody says when a writer is done. A file is taken when it has kept its size, time and inode for a
while, nobody's name for a half-written file ends it, it is no link, and each interchange in it ends
with an IEA that counts what came. One that does not become whole is told, and left where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import InputError, ScrubjayError
from scrubjay.failpoints import failpoint
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.outline import Interchange, outline
from scrubjay.pipeline.retry import PARKED, code_of
from scrubjay.pipeline.telling import lacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.pipeline.work import Work

__all__ = ["Watch"]

_HALF = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp", "~")
_PIECE = 1 << 16
LATE = 3_600.0
"""Seconds after which a file that does not become whole is told again."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when it was looked at."""

    size: int
    changed: int
    inode: int


class Watch:
    """Looks into a folder, and into the folders below it: one a practice."""

    def __init__(self, work: Work, folder: str, sender: Sender, quiet: float) -> None:
        self._work = work
        self._store = work.store
        self._vault = work.vault
        self._seeing = work.seeing
        self._folder = folder
        self._sender = sender
        self._quiet = quiet
        self._since: dict[str, tuple[_Seen, float]] = {}
        self._told: dict[str, float] = {}
        self._shortage = self._again = 0.0
        """Seconds that were waited last for what is lacking here, and until when that is."""

    async def once(self) -> int:
        """How many files were taken."""
        return await asyncio.to_thread(self.look)

    def look(self) -> int:
        """The same, in this thread."""
        count, now = 0, time.monotonic()
        here: set[str] = set()
        for path, practice in self._paths():
            here.add(path)
            if now < self._again:
                continue
            try:
                count += self._looked(path, practice, now)
            except OSError:
                continue
            except ScrubjayError as error:
                if code_of(error) not in PARKED:
                    raise
                self._lacks(code_of(error), now)
            else:
                self._shortage = 0.0
        self._since = {path: seen for path, seen in self._since.items() if path in here}
        self._told = {path: when for path, when in self._told.items() if path in here}
        return count

    def _lacks(self, code: str, now: float) -> None:
        """The files stay where they are: none is read again before twice as long."""
        longest = self._work.knobs.backoff.longest
        self._shortage = min(longest, 2.0 * self._shortage or 1.0)
        self._again = now + self._shortage
        self._seeing.tell("inbox.waits", logging.WARNING, code=code, door="folder")
        lacks(self._work, code, self._shortage)

    def _paths(self) -> Iterator[tuple[str, str]]:
        """Files with the practice that their folder stands for."""
        try:
            entries = sorted(os.scandir(self._folder), key=lambda entry: entry.name)
        except OSError:
            self._seeing.tell("inbox.unreadable", logging.ERROR)
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    for name in sorted(os.listdir(entry.path)):
                        if not name.startswith("."):
                            yield os.path.join(entry.path, name), entry.name
            else:
                yield entry.path, ""

    def _looked(self, path: str, practice: str, now: float) -> int:
        facts = os.lstat(path)
        if not stat.S_ISREG(facts.st_mode) or path.lower().endswith(_HALF):
            return 0
        seen = _Seen(facts.st_size, facts.st_mtime_ns, facts.st_ino)
        known, since = self._since.get(path, (None, now))
        if known != seen:
            self._since[path] = seen, now
            return 0
        if now - since < self._quiet:
            return 0
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(opened, "rb") as file:
            return self._taken(file.fileno(), path, practice, seen)

    def _taken(self, fd: int, path: str, practice: str, seen: _Seen) -> int:
        if not _is_whole(_pieces(fd)):
            self._late(path, "INCOMPLETE")
            return 0
        sender = self._sender.but(practice=practice) if practice else self._sender
        try:
            arrived = arrive(self._store, self._vault, _pieces(fd), sender, "folder")
        except InputError:
            self._late(path, "MALFORMED_ISA")
            return 0
        facts = os.fstat(fd)
        if _Seen(facts.st_size, facts.st_mtime_ns, facts.st_ino) != seen:
            # written to while it was read: what was taken is whole by itself, and it comes again
            return 1
        failpoint("watch.taken")
        with contextlib.suppress(FileNotFoundError):
            if os.lstat(path).st_ino == seen.inode:
                os.unlink(path)
        self._since.pop(path, None)
        self._seeing.tell("file.arrived", file=arrived.file, fresh=arrived.fresh, door="folder")
        return 1

    def _late(self, path: str, code: str) -> None:
        """Told when it is first found so, and each hour that it stays so; never by its name."""
        now = time.monotonic()
        if now - self._told.get(path, -LATE) >= LATE:
            self._told[path] = now
            self._seeing.tell("inbox.not_taken", logging.WARNING, code=code, door="folder")


def _pieces(fd: int) -> Iterator[bytes]:
    at = 0
    while piece := os.pread(fd, _PIECE, at):
        yield piece
        at += len(piece)


def _is_whole(pieces: Iterator[bytes]) -> bool:
    """Whether it has interchanges, and each ends as it should."""
    found = [each.complete for each in outline(pieces) if isinstance(each, Interchange)]
    return bool(found) and all(found)
