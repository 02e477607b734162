"""A wrapped data key as a line of text: ``1:<key id>:<base64>``."""

from __future__ import annotations

import base64
import binascii
import re

from scrubjay.vault.contract import WrappedKey
from scrubjay.vault.errors import PayloadGoneError, PayloadRefusedError

__all__ = ["MOST_WRAPPED", "parsed", "written"]

MOST_WRAPPED = 8192
"""Bytes of the longest line; keepers of keys elsewhere wrap to several hundred."""
_LINE = re.compile(rb"1:([A-Za-z0-9_./:-]{1,256}):([A-Za-z0-9+/=]+)\n")


def written(wrapped: WrappedKey) -> bytes:
    """The line."""
    return b"1:%s:%s\n" % (wrapped.key_id.encode(), base64.b64encode(wrapped.blob))


def parsed(line: bytes, payload_id: str) -> WrappedKey:
    """The key of a line; gone where it was wiped, refused where it is no such line."""
    if line and not line.strip(b"0"):
        raise PayloadGoneError(payload_id)
    match = _LINE.fullmatch(line)
    if match is None:
        raise PayloadRefusedError(payload_id)
    try:
        wrapped = WrappedKey(key_id=match[1].decode(), blob=base64.b64decode(match[2]))
    except binascii.Error:
        raise PayloadRefusedError(payload_id) from None
    # The decoder overlooks bits; one line stands for one key.
    if written(wrapped) != line:
        raise PayloadRefusedError(payload_id)
    return wrapped
