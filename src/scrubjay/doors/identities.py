"""API keys: a file of their digests, each with whom it stands for; the keys themselves nowhere.

::

    [[key]]
    id = "a1b2c3d4"
    digest = "<SHA-256 of the secret, as hex>"
    tenant = "north"
    practice = "clinic-12"
    partner = ""
    made = "2026-06-30"
    until = "2027-06-30"          # the last day on which it opens; may be left out

A key is ``sj_<id>_<43 letters>``: 256 bits of chance, which is why a plain digest of it is enough.
The file is read again when it has changed, so that a key that is taken out opens nothing from the
next request on.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import fcntl
import hashlib
import hmac
import os
import re
import stat
import threading
import tomllib
from typing import TYPE_CHECKING, Any

from scrubjay.doors.contract import Identity
from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["FILE", "ApiKey", "ApiKeys"]

FILE = "apikeys.toml"
"""What the file is called in a folder of keys."""

_KEY = re.compile(r"sj_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECRET_BYTES = 32
_NO_DIGEST = "0" * 64


class ApiKey(Frozen):
    """A key as it is kept."""

    id: str
    digest: str
    tenant: str
    practice: str
    partner: str = ""
    made: str = ""
    until: str = ""
    """The last day, YYYY-MM-DD, on which it opens."""

    def __repr__(self) -> str:
        return f"ApiKey({self.id}, {self.tenant}, {self.practice})"

    def identity(self) -> Identity:
        """Whom it stands for."""
        return Identity(
            key_id=self.id, tenant=self.tenant, practice=self.practice, partner=self.partner
        )

    def text(self) -> str:
        """As it stands in the file."""
        fields = (f'{name} = "{value}"\n' for name, value in vars(self).items() if value)
        return "[[key]]\n" + "".join(fields) + "\n"


class ApiKeys:
    """The keys of a file; of one that is not there yet none, unless it is required."""

    def __init__(self, path: str | os.PathLike[str], *, required: bool = True) -> None:
        self.path = os.fspath(path)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, ApiKey] = {}
        if required or os.path.lexists(self.path):
            self._read()

    def __len__(self) -> int:
        return len(self._fresh())

    def listed(self) -> Sequence[ApiKey]:
        """All of them, in their order."""
        return tuple(self._fresh().values())

    def identify(self, said: str, *, today: dt.date | None = None) -> Identity | None:
        """Whom a key stands for; None where it opens nothing. Takes as long for any key."""
        match = _KEY.fullmatch(said)
        key = self._fresh().get(match[1] if match else "")
        secret = match[2] if match else ""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        same = hmac.compare_digest(digest, key.digest if key else _NO_DIGEST)
        if key is None or not same:
            return None
        day = (today or dt.datetime.now(dt.UTC).date()).isoformat()
        return key.identity() if not key.until or day <= key.until else None

    @classmethod
    def make(
        cls,
        path: str | os.PathLike[str],
        *,
        tenant: str,
        practice: str,
        partner: str = "",
        until: str = "",
    ) -> str:
        """A new key into the file, which need not be there yet; the key is told this once."""
        secret = base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).decode().rstrip("=")
        made = dt.datetime.now(dt.UTC).date().isoformat()
        key = ApiKey(
            id=os.urandom(4).hex(),
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            tenant=_named("tenant", tenant),
            practice=_named("practice", practice),
            partner=_named("partner", partner) if partner else "",
            made=made,
            until=until,
        )
        with _alone(os.fspath(path)):
            there = list(cls(path).listed()) if os.path.lexists(path) else []
            _write(os.fspath(path), [*there, key])
        return f"sj_{key.id}_{secret}"

    def revoke(self, key_id: str) -> None:
        """Take a key out: it opens nothing from now on."""
        with _alone(self.path):
            self._read()
            kept = [key for key in self._keys.values() if key.id != key_id]
            if len(kept) == len(self._keys):
                raise UsageError(f"{self.path} has no key {key_id}; see: scrubjay apikeys list")
            _write(self.path, kept)
            self._read()

    def _fresh(self) -> dict[str, ApiKey]:
        try:
            facts = os.stat(self.path)
            if (facts.st_ino, facts.st_mtime_ns, facts.st_size) != self._seen:
                with self._lock:
                    self._read()
        except (OSError, InputError, UsageError):
            # Nobody is let in by keys that cannot be read any more.
            self._keys, self._seen = {}, None
        return self._keys

    def _read(self) -> None:
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(fd, "rb") as file:
                facts, text = os.fstat(fd), file.read()
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(
                f"API keys {self.path}: {reason}; make one: scrubjay apikeys new"
            ) from None
        if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"API keys {self.path} are open to others; run: chmod 600 {self.path}")
        self._keys = _parsed(self.path, text)
        self._seen = facts.st_ino, facts.st_mtime_ns, facts.st_size


def _parsed(path: str, text: bytes) -> dict[str, ApiKey]:
    try:
        given = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"API keys {path}: {error}; see docs/intake.md") from None
    entries = given.get("key", [])
    if set(given) - {"key"} or not isinstance(entries, list):
        raise UsageError(f"API keys {path}: only [[key]] stands there; see docs/intake.md")
    keys: dict[str, ApiKey] = {}
    for number, entry in enumerate(entries, start=1):
        key = _key(path, number, entry)
        if key.id in keys:
            raise UsageError(f"API keys {path}: key {number} has an id that is there twice")
        keys[key.id] = key
    return keys


def _key(path: str, number: int, entry: Any) -> ApiKey:
    names = set(ApiKey.names())
    whole = isinstance(entry, dict) and set(entry) <= names
    if not whole or not all(isinstance(value, str) for value in entry.values()):
        known = ", ".join(ApiKey.names())
        raise UsageError(f"API keys {path}: key {number} has other fields than {known}")
    try:
        key = ApiKey(**entry)
        _named("tenant", key.tenant)
        _named("practice", key.practice)
        if key.until:
            dt.date.fromisoformat(key.until)
    except (TypeError, ValueError) as error:
        raise UsageError(f"API keys {path}: key {number}: {error}") from None
    if not re.fullmatch(r"[0-9a-f]{8}", key.id) or not _DIGEST.fullmatch(key.digest):
        raise UsageError(f"API keys {path}: key {number} was not made by scrubjay apikeys new")
    return key


def _named(what: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"a {what} is 1 to 64 letters, digits, blanks and ._-, not {name!r}")
    return name


def _write(path: str, keys: Sequence[ApiKey]) -> None:
    """A new file in the place of the old one, in one step."""
    draft = f"{path}.{os.getpid()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
            file.writelines(key.text() for key in keys)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise _unwritable(path, error) from None


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


def _unwritable(path: str, error: OSError) -> OutputError:
    reason = (error.strerror or "cannot be written").lower()
    return OutputError(f"API keys {path}: {reason}; make its folder writable")
