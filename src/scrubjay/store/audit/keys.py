"""The key of the audit: a file that the database, and who may write to it, has nothing of.

One line a key, ``<key id>:<64 hex digits>``, readable by its owner only. The last line is the key
in use; those above it judge the rows of their time, so that a key is changed by adding a line.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubjay.errors import InputError, OutputError, UsageError

if TYPE_CHECKING:
    from typing import Self

    AnyPath = str | os.PathLike[str]

__all__ = ["Keyring"]

_LINE = re.compile(r"([A-Za-z0-9_-]{1,16}):([0-9A-Fa-f]{64})")
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by id, and the id of the one in use."""

    current: str
    secrets: dict[str, bytes] = field(repr=False)

    @property
    def secret(self) -> bytes:
        """The key in use."""
        return self.secrets[self.current]

    @classmethod
    def load(cls, path: AnyPath) -> Self:
        """The keys in a file that only its owner can read."""
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                mode = os.fstat(file.fileno()).st_mode
                lines = file.read().split()
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"audit key {path}: {reason}; name one with --audit-key") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"audit key {path} can be read by others; run: chmod 600 {path}")
        found = [match for match in map(_LINE.fullmatch, lines) if match is not None]
        if not found or len(found) != len(lines):
            raise UsageError(
                f"audit key {path} is not lines of <key id>:<64 hex digits>; restore it from a "
                "backup"
            )
        return cls(found[-1][1], {match[1]: bytes.fromhex(match[2]) for match in found})

    @classmethod
    def make(cls, path: AnyPath) -> Self:
        """A new key in a new file; if another process was faster, that one's key."""
        folder, name = os.path.split(os.path.abspath(path))
        draft = os.path.join(folder, f".{name}.{os.getpid()}")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            _write(draft, f"{_new()}\n")
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                os.unlink(draft)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(f"audit key {path}: {reason}; name one with --audit-key") from None
        return cls.load(path)

    @classmethod
    def rotate(cls, path: AnyPath) -> Self:
        """One key more, in use from now on; who has the store open is to be started anew."""
        kept = cls.load(path)
        lines = [f"{name}:{secret.hex()}" for name, secret in kept.secrets.items()]
        draft = f"{os.fspath(path)}.{os.getpid()}"
        try:
            _write(draft, "\n".join([*lines, _new()]) + "\n")
            os.replace(draft, path)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(f"audit key {path}: {reason}") from None
        return cls.load(path)


def _new() -> str:
    return f"a{os.urandom(4).hex()}:{os.urandom(_BYTES).hex()}"


def _write(path: str, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
