"""One HTTP connection, with its hands on the bytes: h11 reads, and what is written may be spoilt.

A library's server would answer properly. This one must be able not to.
"""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

import h11

__all__ = ["Gone", "Request", "Wire", "elapsed"]

_PIECE = 1 << 16
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing does not wait, and sends a reset."""


async def elapsed(seconds: float) -> None:
    """When so much time has gone by."""
    if seconds > 0:
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


class Gone(Exception):  # noqa: N818 - nobody's error: the other side has left
    """The other side has left, or was left."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request up to its body."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""


class Wire:
    """A connection: requests in, replies out, whole or not."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER)

    async def request(self) -> Request | None:
        """The next one; None where the other side is done."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        event = await self._event()
        if not isinstance(event, h11.Request):
            return None
        path, _, query = event.target.decode("ascii", "replace").partition("?")
        headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        return Request(event.method.decode(), path, query, headers)

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces of the body of the last request."""
        while True:
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return
            if not isinstance(event, h11.Data):
                raise Gone
            yield bytes(event.data)

    async def reply(self, status: int, answer: object, **headers: str) -> None:
        """A whole one."""
        self._writer.write(self._reply(status, answer, headers))
        await self._drained()

    async def reply_cut(self, status: int, answer: object) -> None:
        """The first half of one, and the end."""
        whole = self._reply(status, answer, {})
        self._writer.write(whole[: len(whole) // 2])
        await self._drained()
        self.close()

    async def reply_trickled(self, status: int, answer: object) -> None:
        """Byte by byte."""
        for byte in self._reply(status, answer, {}):
            self._writer.write(bytes([byte]))
            await self._drained()
            await elapsed(0.001)

    async def reply_garbled(self) -> None:
        """What is no HTTP."""
        self._writer.write(b"\x00\x16\x03\x01 what is this? \r\n\r\n")
        await self._drained()
        self.close()

    async def left(self) -> None:
        """Until the other side leaves."""
        while await self._received():
            pass

    def close(self) -> None:
        """End it as one does."""
        self._writer.close()

    async def closed(self) -> None:
        """When it has ended; at once, whatever was still to be written."""
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def reset(self) -> None:
        """End it as one does not."""
        plug = self._writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._writer.transport.abort()

    def _reply(self, status: int, answer: object, headers: dict[str, str]) -> bytes:
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        given = [(name.replace("_", "-"), value) for name, value in headers.items()]
        kind = "application/edi-x12" if isinstance(answer, bytes) else "application/json"
        fields = [("content-type", kind), ("content-length", str(len(text))), *given]
        sent = [
            self._http.send(h11.Response(status_code=status, headers=fields)),
            self._http.send(h11.Data(data=text)),
            self._http.send(h11.EndOfMessage()),
        ]
        return b"".join(part or b"" for part in sent)

    async def _event(self) -> h11.Event:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._received())
        except h11.RemoteProtocolError:
            raise Gone from None
        if not isinstance(event, h11.Event):
            raise Gone
        return event

    async def _received(self) -> bytes:
        try:
            return await self._reader.read(_PIECE)
        except OSError:
            raise Gone from None

    async def _drained(self) -> None:
        try:
            await self._writer.drain()
        except OSError:
            raise Gone from None
