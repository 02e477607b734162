"""Checkpoints: how far the chain went, signed, told to another place.

A checkpoint is a line of JSON: the store's id, the number and code of the last row, the time, the
key's id, how many rows the tables have, and a signature over all of it. Whoever cuts
off the end of the audit, or writes all of it anew, would have to do the same in that other place.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from scrubjay.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.store.audit.keys import Keyring

    AnyPath = str | os.PathLike[str]

__all__ = ["Checkpoint", "CheckpointFolder", "CheckpointPlace", "signed", "told"]

_DOMAIN = b"scrubjay audit checkpoint\x00"
"""Keeps a signature from being taken for the code of a row."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What one says."""

    store: str
    seq: int
    mac: str
    """Hex."""
    at: int
    key: str
    rows: dict[str, int]
    """How many files, batches, claims, ... there were: none is ever deleted."""

    def line(self, keys: Keyring) -> str:
        """As JSON with its signature."""
        text = _text(self)
        return json.dumps(asdict(self) | {"signature": _signature(text, keys.secrets[self.key])})


class CheckpointPlace(Protocol):
    """Where checkpoints go: better not where the database is, nor whose it is."""

    def tell(self, store: str, line: str) -> None:
        """Keeps a line for good; OutputError where it cannot."""

    def lines(self, store: str) -> Iterator[str]:
        """What was told, in its order."""


class CheckpointFolder:
    """One file a store in a folder, such as a mounted share of another machine."""

    def __init__(self, folder: AnyPath) -> None:
        self.folder = os.fspath(folder)

    def _path(self, store: str) -> str:
        return os.path.join(self.folder, f"{store}.checkpoints.jsonl")

    def tell(self, store: str, line: str) -> None:
        """Appends the line and waits until it is on the disk."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            with os.fdopen(os.open(self._path(store), flags, 0o600), "ab", buffering=0) as file:
                file.write(line.encode("ascii") + b"\n")
                os.fsync(file.fileno())
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(f"checkpoints in {self.folder}: {reason}") from None

    def lines(self, store: str) -> Iterator[str]:
        """What was told of a store; nothing where it was never told anything."""
        try:
            with open(self._path(store), encoding="ascii", errors="replace") as file:
                yield from (line.rstrip("\n") for line in file)
        except FileNotFoundError:
            return
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"checkpoints in {self.folder}: {reason}") from None


def told(line: str, keys: Keyring) -> Checkpoint | None:
    """The checkpoint of a line; None where the signature is not ours."""
    try:
        fields = json.loads(line)
        signature = bytes.fromhex(fields.pop("signature"))
        made = Checkpoint(**fields)
        secret = keys.secrets[made.key]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    expected = bytes.fromhex(_signature(_text(made), secret))
    return made if hmac.compare_digest(expected, signature) else None


def signed(line: str, keys: Keyring) -> bool:
    """Whether a line is a checkpoint of ours."""
    return told(line, keys) is not None


def _text(made: Checkpoint) -> bytes:
    return json.dumps(asdict(made), sort_keys=True).encode("ascii")


def _signature(text: bytes, secret: bytes) -> str:
    return hmac.digest(secret, _DOMAIN + text, "sha256").hex()
