"""Folders of the vault: files made whole or not at all, never through a link, named by us.

A file is written under a name of its own in the folder's `incoming`, locked as long as its writer
lives, and linked to its own name when it is on the disk. A link, unlike a rename, replaces nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.vault.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["INCOMING", "LEAVING", "SHELF", "Draft", "Folder", "storage"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
SHELF = 5
"""Letters of an id that name its shelf: of an id by time, some nine hours."""
INCOMING = "incoming"
LEAVING = ".shredding"
"""End of the name of what was withdrawn and is about to be wiped."""


@contextlib.contextmanager
def storage() -> Iterator[None]:
    """Failures of the disk as the vault's own errors."""
    try:
        yield
    except OSError as error:
        raise StorageError(error) from None


class Draft:
    """A file that has no name yet by which anybody would find it."""

    def __init__(self, fd: int, name: str) -> None:
        self.fd = fd
        self.name = name

    def write(self, piece: bytes) -> None:
        """All of the piece."""
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def sync(self) -> None:
        """Onto the disk; where that fails once, the file is lost for good."""
        os.fsync(self.fd)

    def close(self) -> None:
        """Its lock goes with it."""
        os.close(self.fd)


class Folder:
    """A folder with shelves: `<first letters of the id>/<id>`, and `incoming` for drafts."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._made: set[str] = set()
        """Shelves that are on the disk."""
        with storage():
            os.makedirs(path, mode=0o700, exist_ok=True)
            self._fd = os.open(path, _FOLDER)
            if os.fstat(self._fd).st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                os.close(self._fd)
                raise UsageError(f"{path} can be written by others; run: chmod 700 {path}")
            self._incoming = self._below(INCOMING, make=True)

    def close(self) -> None:
        """Give the handles back."""
        os.close(self._incoming)
        os.close(self._fd)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among all threads and processes that ask the same."""
        fd = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=self._fd)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def draft(self, payload_id: str) -> Draft:
        """A new file, locked; to be called `locked`, so that no sweep comes between."""
        name = f"{payload_id}.{os.urandom(8).hex()}"
        fd = os.open(name, _NEW, 0o600, dir_fd=self._incoming)
        fcntl.flock(fd, fcntl.LOCK_EX)
        return Draft(fd, name)

    def place(self, draft: Draft, payload_id: str) -> None:
        """Give a draft that is on the disk its name, for good; FileExistsError where taken."""
        with self._shelf(payload_id, make=True) as shelf:
            os.link(
                draft.name,
                payload_id,
                src_dir_fd=self._incoming,
                dst_dir_fd=shelf,
                follow_symlinks=False,
            )
            try:
                os.fsync(shelf)
            except OSError:
                # Nobody may find what may not be there after a loss of power.
                os.unlink(payload_id, dir_fd=shelf)
                raise

    def replace(self, name: str, text: bytes) -> None:
        """Put a file where another is or may be, in one step; to be called `locked`."""
        draft = self.draft(name)
        try:
            draft.write(text)
            draft.sync()
            with self._shelf(name, make=True) as shelf:
                os.rename(draft.name, name, src_dir_fd=self._incoming, dst_dir_fd=shelf)
                os.fsync(shelf)
        finally:
            self.discard(draft.name)
            draft.close()

    def shelved(self, payload_id: str) -> list[str]:
        """The names on the shelf of an id, in order."""
        try:
            with self._shelf(payload_id) as shelf:
                return sorted(os.listdir(shelf))
        except FileNotFoundError:
            return []

    def discard(self, draft_name: str) -> None:
        """The draft's name goes; what was placed stays."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft_name, dir_fd=self._incoming)

    def open(self, payload_id: str, *, writes: bool = False) -> int:
        """A handle to the file of that id; FileNotFoundError where there is none."""
        with self._shelf(payload_id) as shelf:
            return os.open(payload_id, _WRITE if writes else _READ, dir_fd=shelf)

    def read(self, payload_id: str, most: int) -> bytes:
        """A small file; no more of it than that many bytes."""
        fd = self.open(payload_id)
        try:
            return os.read(fd, most)
        finally:
            os.close(fd)

    def withdraw(self, payload_id: str) -> None:
        """From here on nobody finds the file by its id; `wipe` ends it, now or at a next start."""
        with contextlib.suppress(FileNotFoundError), self._shelf(payload_id) as shelf:
            leaving = f"{payload_id}{LEAVING}"
            os.rename(payload_id, leaving, src_dir_fd=shelf, dst_dir_fd=self._incoming)
            os.fsync(shelf)

    def mark_leaving(self, payload_id: str) -> None:
        """The same of what lies elsewhere: nobody takes it from here on; to be called `locked`."""
        fd = os.open(f"{payload_id}{LEAVING}", _WRITE | os.O_CREAT, 0o600, dir_fd=self._incoming)
        os.close(fd)
        os.fsync(self._incoming)

    def is_leaving(self, payload_id: str) -> bool:
        """Whether it was withdrawn, and is not yet gone."""
        try:
            os.stat(f"{payload_id}{LEAVING}", dir_fd=self._incoming, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def wipe(self, payload_id: str) -> bool:
        """Every byte of what was withdrawn becomes 0, on the disk; False where nothing was."""
        try:
            fd = os.open(f"{payload_id}{LEAVING}", _WRITE, dir_fd=self._incoming)
        except FileNotFoundError:
            return False
        try:
            os.pwrite(fd, b"0" * os.fstat(fd).st_size, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        return True

    def remove(self, payload_id: str) -> bool:
        """Durably; False where there was none."""
        try:
            with self._shelf(payload_id) as shelf:
                os.unlink(payload_id, dir_fd=shelf)
                os.fsync(shelf)
        except FileNotFoundError:
            return False
        return True

    def remove_all(self, payload_ids: Iterable[str]) -> None:
        """The same of many: their folders are synced once."""
        shelves: dict[str, list[str]] = {}
        for payload_id in payload_ids:
            shelves.setdefault(payload_id[:SHELF], []).append(payload_id)
        for name, some in shelves.items():
            with self._shelf(name) as shelf:
                for payload_id in some:
                    os.unlink(payload_id, dir_fd=shelf)
                os.fsync(shelf)

    def has(self, payload_id: str) -> bool:
        """Whether there is a file of that id."""
        try:
            with self._shelf(payload_id) as shelf:
                found = os.stat(payload_id, dir_fd=shelf, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return stat.S_ISREG(found.st_mode)

    def placed_at(self, payload_id: str) -> float:
        """When it got its name, in seconds since 1970; now where it is not there."""
        try:
            with self._shelf(payload_id) as shelf:
                return os.stat(payload_id, dir_fd=shelf, follow_symlinks=False).st_ctime
        except FileNotFoundError:
            return time.time()

    def ids(self) -> Iterator[str]:
        """Of every file that has its name."""
        for shelf in sorted(os.listdir(self._fd)):
            if shelf in {INCOMING, "lock"} or shelf.startswith("."):
                continue
            try:
                fd = self._below(shelf)
            except NotADirectoryError:
                continue
            try:
                names = os.listdir(fd)
            finally:
                os.close(fd)
            yield from (name for name in sorted(names) if name.startswith(shelf))

    def drafts(self) -> tuple[list[str], list[str]]:
        """Names of drafts whose writer is gone, and of the others; to be called `locked`."""
        dead: list[str] = []
        alive: list[str] = []
        for name in os.listdir(self._incoming):
            (alive if self._held(name) else dead).append(name)
        return dead, alive

    def _held(self, draft_name: str) -> bool:
        try:
            fd = os.open(draft_name, _READ, dir_fd=self._incoming)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return True
            raise
        finally:
            os.close(fd)
        return False

    @contextlib.contextmanager
    def _shelf(self, payload_id: str, *, make: bool = False) -> Iterator[int]:
        fd = self._below(payload_id[:SHELF], make=make)
        try:
            yield fd
        finally:
            os.close(fd)

    def _below(self, name: str, *, make: bool = False) -> int:
        if make and name not in self._made:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=self._fd)
            # whoever has just made it may not have come to this yet
            os.fsync(self._fd)
            self._made.add(name)
        return os.open(name, _FOLDER, dir_fd=self._fd)
