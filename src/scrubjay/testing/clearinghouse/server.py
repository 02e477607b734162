"""The clearinghouse on a port: what it does with each request, and what it does wrong."""

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote

from scrubjay.testing.clearinghouse.behaviour import Behaviour
from scrubjay.testing.clearinghouse.house import House, Taken
from scrubjay.testing.clearinghouse.ledger import Entry, Ledger
from scrubjay.testing.clearinghouse.reading import Interchange
from scrubjay.testing.clearinghouse.state import State
from scrubjay.testing.clearinghouse.wire import Gone, Request, Wire, elapsed

__all__ = ["Clearinghouse", "opened"]

_LARGEST = 256 << 20
_BEFORE = ("unavailable", "throttled", "queue_full", "reset_early", "bit_flipped", "deaf")
_AFTER = (
    "reply_lost",
    "reply_reset",
    "reply_never",
    "reply_garbled",
    "reply_cut",
    "reply_trickled",
    "unavailable_late",
    "taken_late",
)
_TURNED_AWAY: dict[str, tuple[int, dict[str, str]]] = {
    "throttled": (429, {"code": "RATE_LIMITED"}),
    "queue_full": (503, {"code": "CLEARINGHOUSE_QUEUE_FULL"}),
    "unavailable": (503, {}),
    "bit_flipped": (400, {"code": "DIGEST_MISMATCH"}),
}
_STATUS = {"taken": 201, "repeated": 200, "duplicate": 201, "conflict": 409, "malformed": 422}
_CODES = {"conflict": "KEY_REUSED", "malformed": "MALFORMED_ISA"}


class Clearinghouse:
    """A running clearinghouse."""

    def __init__(self, house: House, ledger: Ledger, *, credential: str = "") -> None:
        self._house = house
        self._behaviour = house.behaviour
        self._ledger = ledger
        self._credential = credential
        self._attempts: Counter[str] = Counter()
        self._second = (0, 0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._judges = ThreadPoolExecutor(1, "clearinghouse")
        self.address = ""
        """Of the form ``http://127.0.0.1:8080``."""

    @property
    def ledger(self) -> list[Entry]:
        """What was handed over, in order."""
        return self._ledger.entries

    def offer(self, kind: str, text: bytes) -> None:
        """Have something collected that it did not judge itself."""
        self._house.offer(kind, "by hand", text)

    async def settled(self) -> None:
        """Until everything that it has begun is done; a reply that never comes ends it never."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """End what is under way."""
        under_way = self._tasks | self._connections
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await asyncio.to_thread(self._judges.shutdown, cancel_futures=True)
        self._ledger.close()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        wire = Wire(reader, writer)
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            while request := await wire.request():
                await self._answered(request, wire)
            wire.close()
        except (Gone, asyncio.CancelledError):
            await wire.closed()

    async def _answered(self, request: Request, wire: Wire) -> None:
        if not self._known(request):
            await wire.reply(401, {"code": "UNAUTHORIZED"}, connection="close")
            wire.close()
            return
        match request.method, *(unquote(part) for part in request.path.strip("/").split("/")):
            case "POST", "interchanges":
                await self._handed_over(request, wire)
                return
            case "GET", "interchanges", key:
                await self._asked(key, wire)
            case "GET", "acknowledgments":
                await self._listed(request, wire)
            case "GET", "acknowledgments", ack_id:
                await self._fetched(ack_id, wire)
            case "DELETE", "acknowledgments", ack_id:
                await self._emptied(wire)
                self._house.confirm(ack_id)
                await wire.reply(200, {})
            case "GET", "health":
                await self._emptied(wire)
                await wire.reply(200, {"status": "ok"})
            case _:
                await wire.reply(404, {"code": "NOT_FOUND"}, connection="close")

    async def _handed_over(self, request: Request, wire: Wire) -> None:
        """An interchange: the fault that comes before it is taken, or the one after."""
        key = request.headers.get("idempotency-key", "")
        self._attempts[key] += 1
        occasion = key, self._attempts[key]
        before = self._behaviour.first_of(_BEFORE, *occasion)
        text = await self._received(wire, before)
        if before == "deaf":
            await wire.left()
            raise Gone
        if self._too_many():
            before = "throttled"
        elif not _whole(request, text):
            before = "bit_flipped"
        if before in _TURNED_AWAY:
            status, answer = _TURNED_AWAY[before]
            await wire.reply(status, answer, retry_after=str(self._behaviour.retry_after))
        elif not key:
            await wire.reply(400, {"code": "REFUSED"})
        else:
            # By itself: what has arrived is taken, whoever has left meanwhile.
            await asyncio.shield(self._begun(self._taken(key, text, wire, occasion)))

    @staticmethod
    async def _received(wire: Wire, fault: str | None) -> bytes:
        """The body, as it arrived."""
        text = bytearray()
        async for piece in wire.body():
            if fault == "reset_early":
                wire.reset()
                raise Gone
            text += piece
            if len(text) > _LARGEST:
                await wire.reply(413, {"code": "TOO_LARGE"}, connection="close")
                raise Gone
        return bytes(_flipped(text) if fault == "bit_flipped" else text)

    async def _taken(self, key: str, text: bytes, wire: Wire, occasion: tuple[str, int]) -> None:
        after = self._behaviour.first_of(_AFTER, *occasion)
        if after == "taken_late":
            wire.close()
        latency = self._behaviour.within(self._behaviour.latency, "latency", *occasion)
        await elapsed(latency)
        taken, interchange = self._house.take(key, text)
        if interchange is not None and self._behaviour.answers:
            self._begun(self._judged(key, interchange))
        await self._replied(key, taken, wire, after)

    async def _replied(self, key: str, taken: Taken, wire: Wire, fault: str | None) -> None:
        status = _STATUS[taken.event]
        answer = {"key": key, "reference": taken.reference}
        if taken.event in _CODES:
            answer["code"] = _CODES[taken.event]
        match fault:
            case "reply_lost" | "taken_late":
                wire.close()
            case "reply_reset":
                wire.reset()
            case "reply_never":
                await wire.left()
                wire.close()
            case "reply_garbled":
                await wire.reply_garbled()
            case "reply_cut":
                await wire.reply_cut(status, answer)
            case "reply_trickled":
                await wire.reply_trickled(status, answer)
            case "unavailable_late":
                await wire.reply(503, {})
            case _:
                await wire.reply(status, answer)

    async def _asked(self, key: str, wire: Wire) -> None:
        await self._emptied(wire)
        self._attempts[f"? {key}"] += 1
        if self._behaviour.happens("look_up_failed", key, self._attempts[f"? {key}"]):
            await wire.reply(503, {})
            return
        reference = self._house.receipt(key)
        if reference is None:
            await wire.reply(404, {"code": "UNKNOWN_KEY"})
        else:
            await wire.reply(200, {"key": key, "reference": reference})

    async def _listed(self, request: Request, wire: Wire) -> None:
        await self._emptied(wire)
        self._attempts["list"] += 1
        if self._behaviour.happens("collect_failed", self._attempts["list"]):
            await wire.reply(503, {})
            return
        said = parse_qs(request.query).get("limit", ["100"])[0]
        limit = int(said) if said.isdecimal() else 100
        waiting = [{"id": each, "size": size} for each, size in self._house.waiting(limit)]
        await wire.reply(200, {"acknowledgments": waiting})

    async def _fetched(self, ack_id: str, wire: Wire) -> None:
        await self._emptied(wire)
        text = self._house.acknowledgment(ack_id)
        self._attempts[f"! {ack_id}"] += 1
        if text is None:
            await wire.reply(404, {"code": "UNKNOWN_ACKNOWLEDGMENT"})
        elif self._behaviour.happens("read_cut", ack_id, self._attempts[f"! {ack_id}"]):
            await wire.reply_cut(200, text)
        else:
            digest = _digest_field(text)
            occasion = ack_id, self._attempts[f"! {ack_id}"]
            flipped = self._behaviour.happens("read_flipped", *occasion)
            sent = bytes(_flipped(bytearray(text))) if flipped else text
            await wire.reply(200, sent, content_digest=digest)

    def begin(self) -> None:
        """Answers what was taken before a restart."""
        for key, interchange in self._house.unanswered():
            self._begun(self._judged(key, interchange))

    async def _judged(self, key: str, interchange: Interchange) -> None:
        """Its acknowledgments, in a thread: the engine does not hold up the door."""
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(
            self._judges, lambda: list(self._house.judge(interchange))
        )
        self._house.answer(key, made)

    def _begun(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _too_many(self) -> bool:
        """Whether this second has had all that it takes."""
        if not self._behaviour.per_second:
            return False
        second = int(asyncio.get_running_loop().time())
        began, count = self._second
        count = count + 1 if began == second else 1
        self._second = second, count
        return count > self._behaviour.per_second

    def _known(self, request: Request) -> bool:
        said = request.headers.get("authorization", "").removeprefix("Bearer ")
        return not self._credential or hmac.compare_digest(said.encode(), self._credential.encode())

    @staticmethod
    async def _emptied(wire: Wire) -> None:
        """A question has no body; the end of it is read all the same."""
        async for _ in wire.body():
            pass


def _whole(request: Request, text: bytes) -> bool:
    """Whether the bytes are those that Content-Digest speaks of, where it does."""
    said = request.headers.get("content-digest", "")
    return not said.startswith("sha-256=:") or said == _digest_field(text)


def _digest_field(text: bytes) -> str:
    """Content-Digest, as RFC 9530 writes it."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(text).digest()).decode()}:"


def _flipped(text: bytearray) -> bytearray:
    """The same with one bit other, in the middle."""
    if text:
        text[len(text) // 2] ^= 1
    return text


@asynccontextmanager
async def opened(
    behaviour: Behaviour | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    ledger: str | None = None,
    credential: str = "",
    tls: ssl.SSLContext | None = None,
    state: str | None = None,
) -> AsyncIterator[Clearinghouse]:
    """A clearinghouse that listens, until the block ends; `port` 0 is any that is free.

    `state` is a file that keeps what it owes; without one it is forgotten at the end.
    """
    written, owed = Ledger(ledger), State(state)
    house = House(behaviour or Behaviour(), written, owed, time.time)
    running = Clearinghouse(house, written, credential=credential)
    server = await asyncio.start_server(running.connected, host, port, ssl=tls)
    found = server.sockets[0].getsockname()[1]
    running.address = f"{'https' if tls else 'http'}://{host}:{found}"
    running.begin()
    try:
        yield running
    finally:
        server.close()
        await running.close()
        owed.close()
