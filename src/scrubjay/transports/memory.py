"""A partner in memory, for tests, ours and yours: the same contract, faults when asked for.

>>> partner = MemoryPartner()
>>> transport = MemoryTransport(partner)
>>> partner.fail("REPLY_TIMEOUT", taken=True)    # the next one arrives, and its reply does not
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from typing import TYPE_CHECKING

from scrubjay.frozen import Frozen
from scrubjay.transports.bodies import checked_key, pieces
from scrubjay.transports.contract import Inbound, Receipt
from scrubjay.transports.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrubjay.transports.contract import Transmission

__all__ = ["MemoryPartner", "MemoryTransport"]

_PIECE = 1 << 16


class _Failure(Frozen):
    code: str
    taken: bool


class MemoryPartner:
    """What a partner has, and has to say. Several transports may lead to one partner."""

    def __init__(self, *, offers_look_up: bool = True) -> None:
        self.offers_look_up = offers_look_up
        self.received: dict[str, bytes] = {}
        """By key, in order of arrival."""
        self.attempts: list[tuple[str, str]] = []
        """Key and digest of everything that arrived, repetitions too."""
        self.waiting: dict[str, bytes] = {}
        """What it has for us, by id."""
        self._failures: deque[_Failure] = deque()

    def fail(self, code: str, *, taken: bool = False) -> None:
        """The next send ends in that failure; `taken` says whether the bytes arrived before."""
        self._failures.append(_Failure(code=code, taken=taken))

    def offer(self, inbound_id: str, text: bytes) -> None:
        """Have something to be collected."""
        self.waiting[inbound_id] = text

    def take(self, key: str, text: bytes) -> Receipt:
        """As `MemoryTransport.send` has it done."""
        failure = self._failures.popleft() if self._failures else None
        if failure is not None and not failure.taken:
            raise TransportError(failure.code)
        self.attempts.append((key, hashlib.sha256(text).hexdigest()))
        duplicate = key in self.received
        if duplicate and self.received[key] != text:
            raise TransportError("KEY_REUSED")
        self.received[key] = text
        if failure is not None:
            raise TransportError(failure.code)
        return self.receipt(key, duplicate=duplicate)

    def receipt(self, key: str, *, duplicate: bool) -> Receipt:
        """Of what it has."""
        number = list(self.received).index(key) + 1
        return Receipt(key=key, reference=f"M{number:06d}", duplicate=duplicate)


class MemoryTransport:
    """The way to a `MemoryPartner`."""

    def __init__(self, partner: MemoryPartner) -> None:
        self._partner = partner
        self._closed = False

    @property
    def offers_look_up(self) -> bool:
        """As the partner does."""
        return self._partner.offers_look_up

    async def send(self, transmission: Transmission) -> Receipt:
        """Hand it over; the loop turns at least once, as it would with a real partner."""
        self._live()
        checked_key(transmission.key)
        text = b"".join([piece async for piece in pieces(transmission)])
        return self._partner.take(transmission.key, text)

    async def look_up(self, key: str) -> Receipt | None:
        """What the partner has."""
        self._live()
        await asyncio.sleep(0)
        if not self.offers_look_up:
            raise TransportError("LOOK_UP_NOT_OFFERED")
        if checked_key(key) not in self._partner.received:
            return None
        return self._partner.receipt(key, duplicate=True)

    async def collect(self, limit: int = 100) -> list[Inbound]:
        """What waits, in the order in which it was offered."""
        self._live()
        await asyncio.sleep(0)
        waiting = list(self._partner.waiting.items())[:limit]
        return [Inbound(id=inbound_id, size=len(text)) for inbound_id, text in waiting]

    async def read(self, inbound_id: str) -> AsyncIterator[bytes]:
        """What was offered."""
        self._live()
        text = self._partner.waiting.get(inbound_id)
        if text is None:
            raise TransportError("INBOUND_GONE")
        for start in range(0, len(text), _PIECE):
            await asyncio.sleep(0)
            yield text[start : start + _PIECE]

    async def confirm(self, inbound_id: str) -> None:
        """It need not be offered again."""
        self._live()
        await asyncio.sleep(0)
        self._partner.waiting.pop(inbound_id, None)

    async def close(self) -> None:
        """No more calls."""
        self._closed = True

    def _live(self) -> None:
        if self._closed:
            raise TransportError("CLOSED")
