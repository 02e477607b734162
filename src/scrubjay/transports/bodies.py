"""What every transport does with a body: read in a thread, count and digest, end it right.

The last piece is held back until the digest of all of them is known. A body that is not what it was
to be ends in an error before that, so that no partner ever has all bytes of a wrong one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError, VaultError
from scrubjay.transports.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from scrubjay.transports.contract import Transmission

__all__ = ["checked", "checked_key", "pieces"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")


def checked_key(key: str) -> str:
    """The same, where it can stand in a header, a path and a name of a file."""
    if not _KEY.fullmatch(key):
        raise UsageError("a transmission's key is 1 to 128 of A-Z, a-z, 0-9 and ._~-")
    return key


def checked(transmission: Transmission) -> Generator[bytes, None, None]:
    """The pieces of the body, the last of them only if all are as they should be."""
    left = transmission.size
    digest = hashlib.sha256()
    held = b""
    try:
        body = transmission.body()
        try:
            for piece in body:
                if not piece:
                    continue
                left -= len(piece)
                if left < 0:
                    raise TransportError("PAYLOAD_CHANGED")
                digest.update(piece)
                if held:
                    yield held
                held = piece
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
    except VaultError as error:
        raise TransportError(error.code, fate=error.fate) from None
    if left or digest.hexdigest() != transmission.digest:
        raise TransportError("PAYLOAD_CHANGED")
    if held:
        yield held


async def pieces(transmission: Transmission) -> AsyncIterator[bytes]:
    """The same for an event loop: each piece is read in a thread."""
    body = checked(transmission)
    try:
        while piece := await asyncio.to_thread(next, body, b""):
            yield piece
    finally:
        # Broken off while a thread reads: the piece is read to its end, and nobody waits for it.
        with contextlib.suppress(ValueError):
            body.close()
