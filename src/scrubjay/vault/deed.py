"""Whose a vault is: the store that knows of its payloads, and how far that store had come.

What a store does not know of is shredded in the end, since whoever sealed it died before the word.
So a vault is used with no other store than its own, nor with an older copy of that one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from typing import TYPE_CHECKING

from scrubjay.errors import InputError
from scrubjay.frozen import Frozen
from scrubjay.vault.disk import storage

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FILES", "Deed", "Owned"]

_LINE = re.compile(r"1:([0-9a-f]{8,64}):([0-9]{1,19})\n")
_NAME = "owner"
FILES = (_NAME, f"{_NAME}.new", f"{_NAME}.lock")
"""What there is of a deed in the folder."""


class Owned(Frozen):
    """What a deed says."""

    store: str
    """The id of the store."""
    seq: int
    """The number of an event of its audit: the store is older where it has none so high."""


class Deed:
    """The file `owner` in a vault's folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, _NAME)

    def read(self) -> Owned | None:
        """None where no store has the vault yet."""
        try:
            with open(self._path, encoding="ascii", errors="replace") as file:
                match = _LINE.fullmatch(file.read())
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"{self._path}: {reason}; make it readable and go on") from None
        if match is None:
            raise InputError(
                f"{self._path} does not say whose vault it is; make sure that it is the one of "
                "this store, then: scrubjay db adopt --reason TEXT"
            )
        return Owned(store=match[1], seq=int(match[2]))

    def sign(self, store: str, seq: int) -> None:
        """The vault is that store's, which has come so far; durable on return."""
        with storage(), self._alone():
            self._write(store, seq)

    def advance(self, store: str, seq: int) -> None:
        """It has come further; nothing where another process said so, or another store has it."""
        with storage(), self._alone():
            found = self.read()
            if found is not None and found.store == store and found.seq < seq:
                self._write(store, seq)

    def _write(self, store: str, seq: int) -> None:
        draft = f"{self._path}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="ascii") as file:
            file.write(f"1:{store}:{seq}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        fd = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
