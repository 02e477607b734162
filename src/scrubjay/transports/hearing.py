"""Connections that hear while they speak: a partner may answer before it has heard everything out.

Who refuses a body (401, 413) often answers at its head, closes, and resets what still comes. The
reply is there by then, and lost if nobody reads it before the next write fails. So a connection
reads from its first write on; once there is an answer nothing more is written, and it is read.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["HearingBackend", "HearingTransport"]

_PIECE = 1 << 16
_GOES_ON = b"HTTP/1.1 1"
"""A partner that says 100 or 102 hears on; what it says in the end comes behind it."""
_LOOK = 0.1
"""Seconds for what lies there to be read, or for the last bytes of a write to be told as left."""


class HearingTransport(httpx2.AsyncHTTPTransport):
    """httpx2's own over a pool of such connections; HTTP/1.1, and no proxy.

    `context` is for TLS, None where the address has none; `kept` are the seconds that a connection
    is kept without use.
    """

    def __init__(self, context: ssl.SSLContext | None, *, connections: int, kept: float) -> None:
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            keepalive_expiry=kept,
            network_backend=HearingBackend(),
        )


class HearingBackend(httpcore2.AsyncNetworkBackend):
    """Opens such connections."""

    def __init__(self) -> None:
        self._under = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection that hears while it speaks."""
        under = await self._under.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(under)

    async def sleep(self, seconds: float) -> None:
        """As httpcore2 waits between tries."""
        await asyncio.sleep(seconds)


class _Stream(httpcore2.AsyncNetworkStream):
    def __init__(self, under: httpcore2.AsyncNetworkStream) -> None:
        self._under = under
        self._reading: asyncio.Task[bytes] | None = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Ends in a WriteError as soon as there is an answer: httpcore2 then reads it."""
        if not buffer:
            return
        if self._reading is None:
            self._reading = asyncio.create_task(self._under.read(_PIECE))
            self._reading.add_done_callback(_looked_at)
        if self._under.get_extra_info("is_readable"):
            await asyncio.wait({self._reading}, timeout=_LOOK)
        if _said(self._reading):
            raise httpcore2.WriteError("it was answered before all of it had left")
        writing = asyncio.create_task(self._under.write(buffer, timeout))
        try:
            await asyncio.wait({writing, self._reading}, return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and _said(self._reading):
                await asyncio.wait({writing}, timeout=_LOOK)
                if not writing.done():
                    raise httpcore2.WriteError("it was answered before all of it had left")
            await writing
        finally:
            if not writing.done():
                await _ended(writing)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What was heard while it spoke comes first."""
        if self._reading is None:
            return await self._under.read(max_bytes, timeout)
        done, _ = await asyncio.wait({self._reading}, timeout=timeout)
        if not done:
            raise httpcore2.ReadTimeout("no answer came in time")
        reading, self._reading = self._reading, None
        return reading.result()

    async def aclose(self) -> None:
        reading, self._reading = self._reading, None
        try:
            if reading is not None:
                await _ended(reading)
        finally:
            # also of whoever is cancelled meanwhile
            await self._under.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 calls it
    ) -> httpcore2.AsyncNetworkStream:
        return _Stream(await self._under.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._under.get_extra_info(info)


def _said(reading: asyncio.Task[bytes]) -> bool:
    """Whether it has an answer: no end of the connection, no failure of it, and no 1xx."""
    if not reading.done() or reading.cancelled() or reading.exception() is not None:
        return False
    said = reading.result()
    return bool(said) and not said.startswith(_GOES_ON)


def _looked_at(reading: asyncio.Task[Any]) -> None:
    """A connection that is given up leaves no complaint that nobody asked for its failure."""
    if not reading.cancelled():
        reading.exception()


async def _ended(task: asyncio.Task[Any]) -> None:
    """Whoever is cancelled meanwhile is: that is not swallowed with the end of the task."""
    task.add_done_callback(_looked_at)
    task.cancel()
    await asyncio.wait({task})
