"""A body as it arrives: no slower, no larger and no other than it may be."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from scrubjay.doors.contract import UploadError
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

__all__ = ["Limits", "pieces"]

_DIGEST = re.compile(r"(?:^|,) *sha-256=:([A-Za-z0-9+/=]+):")


class Limits(Frozen):
    """What an upload may take."""

    largest: int = 1 << 30
    """Bytes of a file."""
    idle: float = 30.0
    """Seconds without a byte."""
    grace: float = 30.0
    """Seconds before the rate counts."""
    least_rate: int = 4 << 10
    """Bytes a second, over the whole upload."""
    at_once: int = 16
    """Uploads beside each other; one more is told to come again."""


async def pieces(request: Request, limits: Limits) -> AsyncIterator[bytes]:
    """The body; UploadError where the sender does not bring it to its proper end."""
    promised = _promised(request, limits)
    expected = _expected(request)
    digest = hashlib.sha256()
    size = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    stream = aiter(request.stream())
    while True:
        late = limits.grace + size / limits.least_rate - (loop.time() - began)
        try:
            async with asyncio.timeout(max(0.0, min(limits.idle, late))):
                piece = await anext(stream)
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise UploadError("UPLOAD_TIMEOUT") from None
        except ClientDisconnect:
            raise UploadError("UPLOAD_CUT") from None
        size += len(piece)
        if size > limits.largest:
            raise UploadError("UPLOAD_TOO_LARGE")
        if piece:
            digest.update(piece)
            yield piece
    if promised is not None and size != promised:
        raise UploadError("UPLOAD_CUT")
    if expected is not None and digest.digest() != expected:
        raise UploadError("DIGEST_MISMATCH")


def _promised(request: Request, limits: Limits) -> int | None:
    """Content-Length, where there is one; what is too large is refused before it comes."""
    said = request.headers.get("content-length", "")
    size = int(said) if said.isdecimal() else None
    if size is not None and size > limits.largest:
        raise UploadError("UPLOAD_TOO_LARGE")
    return size


def _expected(request: Request) -> bytes | None:
    """The SHA-256 of Content-Digest (RFC 9530), where the sender gave one."""
    match = _DIGEST.search(request.headers.get("content-digest", ""))
    if match is None:
        return None
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise UploadError("DIGEST_MISMATCH") from None
