"""The chain: each row's code covers the row before it, its number, and every value of its own.

The code of a row is HMAC-SHA-256 over the code before it and the row as JSON. A row that is edited,
dropped, put in, or that changed places leaves a code that is not what it should be; without the key
none can be made that is. What a chain cannot tell is that its end is missing: checkpoints do.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.store.audit.keys import Keyring

__all__ = ["GENESIS", "Head", "Row", "code", "follows", "rows_digest", "text_digest", "written"]

GENESIS = bytes(32)
"""What stands for the code before the first row."""

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: what the next row is linked to."""

    seq: int = 0
    mac: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies in the table; `detail` is JSON text."""

    seq: int
    at: int
    actor: str
    event: str
    kind: str
    subject: int
    detail: str
    key: str
    mac: bytes


def written(detail: dict[str, Any] | None) -> str:
    """The detail of an event as text."""
    return _encode(detail) if detail else "{}"


def rows_digest(values: Iterable[tuple[int | str | None, ...]]) -> str:
    """What an event keeps of many rows: 128 bits of SHA-256 over all their values."""
    return text_digest(_encode(list(values)))


def text_digest(text: str) -> str:
    """The same of values that are written already, as `rows_digest` writes them."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def code(secret: bytes, before: bytes, values: tuple[int | str, ...]) -> bytes:
    """The code of a row: `values` are seq, at, actor, event, kind, subject, detail, key."""
    return hmac.digest(secret, before + _encode(values).encode("ascii"), "sha256")


def follows(row: Row, before: bytes, keys: Keyring) -> bool:
    """Whether the row's code is what it should be behind the code `before`."""
    secret = keys.secrets.get(row.key)
    if secret is None:
        return False
    values = (
        *(row.seq, row.at, row.actor, row.event),
        *(row.kind, row.subject, row.detail, row.key),
    )
    try:
        return hmac.compare_digest(code(secret, before, values), row.mac)
    except TypeError:  # a damaged file may hold anything
        return False
