"""Ids of payloads: ours, sortable by the time they were made, and safe as names of files."""

from __future__ import annotations

import os
import re
import time

from scrubjay.errors import UsageError

__all__ = ["checked_payload_id", "new_payload_id", "sealed_at"]

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_ID = re.compile(r"[0-9a-z][0-9a-z-]{7,63}")
_RANDOM_BITS = 80
_LENGTH = 26


def new_payload_id() -> str:
    """26 digits as a ULID has them: 48 bits of milliseconds, 80 of chance; in lower case."""
    number = time.time_ns() // 1_000_000 << _RANDOM_BITS
    number |= int.from_bytes(os.urandom(_RANDOM_BITS // 8))
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def sealed_at(payload_id: str) -> float:
    """When an id was made, in seconds since 1970; of one that is not ours: now."""
    if len(payload_id) != _LENGTH or not set(payload_id) <= set(_DIGITS):
        return time.time()
    number = 0
    for digit in payload_id:
        number = number << 5 | _DIGITS.index(digit)
    return (number >> _RANDOM_BITS) / 1000


def checked_payload_id(payload_id: str) -> str:
    """The same, where it can be the name of a file: 8 to 64 of a-z, 0-9 and '-'."""
    if not _ID.fullmatch(payload_id):
        raise UsageError(
            "a payload id is 8 to 64 of a-z, 0-9 and '-'; make one with new_payload_id()"
        )
    return payload_id
