"""Keys that wrap data keys, in a file that only its owner can read; the last line's is current.

One line a key, ``<key id>:<64 hex digits>:<day it was made>``. The file belongs on another disk
than the vault, and into another backup: who has both has the payloads.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import re
import stat
import threading
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.frozen import Frozen
from scrubjay.vault.contract import Access, WrappedKey, unwitnessed
from scrubjay.vault.errors import KeyUnavailableError, PayloadRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from scrubjay.vault.contract import Witness

__all__ = ["FILE", "KeyringFile", "WrappingKey"]

FILE = "wrapping.keys"
"""What the file is called in a folder of keys."""

_KEY_BYTES = 32
_NONCE_BYTES = 12
_LINE = re.compile(r"([A-Za-z0-9_-]{1,16}):([0-9A-Fa-f]{64}):(\d{4}-\d\d-\d\d)")
_PURPOSE = "scrubjay data key 1"


class WrappingKey(Frozen):
    """A key of the ring; its secret is in no `repr`."""

    id: str
    secret: bytes
    made: str
    """The day, as YYYY-MM-DD."""

    def __repr__(self) -> str:
        return f"WrappingKey({self.id}, made {self.made})"

    @classmethod
    def new(cls) -> Self:
        """A key that there was never before."""
        today = dt.datetime.now(dt.UTC).date().isoformat()
        return cls(id="w" + os.urandom(4).hex(), secret=os.urandom(_KEY_BYTES), made=today)

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.id}:{self.secret.hex()}:{self.made}\n"


class KeyringFile:
    """The keeper of keys without a server. What another process changes is seen at the next use."""

    def __init__(self, path: str | os.PathLike[str], *, witness: Witness = unwitnessed) -> None:
        self.path = os.fspath(path)
        self._witness = witness
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, WrappingKey] = {}
        self._read()

    @classmethod
    def find_or_make(cls, path: str | os.PathLike[str], *, witness: Witness = unwitnessed) -> Self:
        """The ring of that file; a new one with one key where there is no file yet."""
        if not os.path.lexists(path):
            _make(os.fspath(path), witness)
        return cls(path, witness=witness)

    def current(self) -> str:
        """The id of the last key in the file."""
        return next(reversed(self._fresh()))

    def listed(self) -> Sequence[WrappingKey]:
        """All of them, the current one last."""
        return tuple(self._fresh().values())

    def wrap(self, data_key: bytes, context: str) -> WrappedKey:
        """By the current key."""
        key = next(reversed(self._fresh().values()))
        nonce = os.urandom(_NONCE_BYTES)
        blob = nonce + AESGCM(key.secret).encrypt(nonce, data_key, _bound(key.id, context))
        return WrappedKey(key_id=key.id, blob=blob)

    def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        """By the key that it names."""
        key = self._keys.get(wrapped.key_id) or self._fresh().get(wrapped.key_id)
        if key is None:
            raise PayloadRefusedError(context)
        nonce, sealed = wrapped.blob[:_NONCE_BYTES], wrapped.blob[_NONCE_BYTES:]
        try:
            return AESGCM(key.secret).decrypt(nonce, sealed, _bound(key.id, context))
        except (InvalidTag, ValueError):
            raise PayloadRefusedError(context) from None

    def rotate(self) -> str:
        """A new current key; the others stay, for what they have wrapped. Durable on return."""
        with _alone(self.path):
            self._read()
            key = WrappingKey.new()
            self._write([*self._keys.values(), key])
        self._witness(Access(action="key_rotated", payload_id=None, key_id=key.id))
        return key.id

    def retire(self, key_id: str) -> None:
        """Destroy a key. Whatever is still wrapped with it, in copies too, is gone with it."""
        with _alone(self.path):
            self._read()
            kept = [key for key in self._keys.values() if key.id != key_id]
            if len(kept) == len(self._keys):
                raise UsageError(f"there is no key {key_id}; see: scrubjay keys list")
            if key_id == next(reversed(self._keys)):
                raise UsageError(f"{key_id} is the current key; first: scrubjay keys rotate")
            self._write(kept)
        self._witness(Access(action="key_retired", payload_id=None, key_id=key_id))

    def _fresh(self) -> dict[str, WrappingKey]:
        """The keys as the file has them now."""
        try:
            now = _mark(os.stat(self.path))
        except OSError as error:
            raise _unavailable(self.path, error) from None
        if now != self._seen:
            with self._lock:
                try:
                    self._read()
                except (InputError, UsageError) as error:
                    # it was good when it was opened: it is being mended, and no file is at fault
                    raise KeyUnavailableError(str(error)) from None
        return self._keys

    def _read(self) -> None:
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(fd, encoding="ascii", errors="replace") as file:
                facts, text = os.fstat(fd), file.read()
        except FileNotFoundError:
            raise InputError(
                f"keyring {self.path}: not there; name the one of this vault"
            ) from None
        except OSError as error:
            raise _unavailable(self.path, error) from None
        if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(
                f"keyring {self.path} can be read by others; run: chmod 600 {self.path}"
            )
        self._keys = _parsed(self.path, text)
        self._seen = _mark(facts)

    def _write(self, keys: Sequence[WrappingKey]) -> None:
        """A new file in the place of the old one, in one step."""
        draft = f"{self.path}.{os.getpid()}"
        try:
            _write_new(draft, keys)
            os.replace(draft, self.path)
            _sync_folder(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise _unwritable(self.path, error) from None
        self._read()


def _make(path: str, witness: Witness) -> None:
    """A new ring in a new file; if another process was faster, that one's."""
    key = WrappingKey.new()
    draft = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        _write_new(draft, [key])
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            os.unlink(draft)
        _sync_folder(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    witness(Access(action="key_made", payload_id=None, key_id=key.id))


def _write_new(path: str, keys: Sequence[WrappingKey]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.writelines(key.line() for key in keys)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: str) -> None:
    fd = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def _alone(path: str) -> Iterator[None]:
    """One change at a time, of all processes."""
    try:
        fd = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _parsed(path: str, text: str) -> dict[str, WrappingKey]:
    keys: dict[str, WrappingKey] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[1] in keys:
            raise UsageError(
                f"keyring {path}: line {len(keys) + 1} is not <key id>:<64 hex digits>:<day>, or "
                "its id is there twice; restore it from a backup"
            )
        keys[match[1]] = WrappingKey(id=match[1], secret=bytes.fromhex(match[2]), made=match[3])
    if not keys:
        raise UsageError(f"keyring {path} holds no key; restore it from a backup")
    return keys


def _bound(key_id: str, context: str) -> bytes:
    """What a wrapped key is good for, and nothing else."""
    return f"{_PURPOSE}\0{key_id}\0{context}".encode()


def _mark(facts: os.stat_result) -> tuple[int, int, int]:
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _unavailable(path: str, error: OSError) -> KeyUnavailableError:
    reason = (error.strerror or "cannot be read").lower()
    return KeyUnavailableError(f"keyring {path}: {reason}; make it readable and go on")


def _unwritable(path: str, error: OSError) -> OutputError:
    reason = (error.strerror or "cannot be written").lower()
    return OutputError(f"keyring {path}: {reason}; make its folder writable")
