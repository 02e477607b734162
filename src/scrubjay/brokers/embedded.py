"""A broker that is the store's own table: nothing to run, nothing to lose.

Other processes share the table. Who waits is woken at once by what this process publishes, and
looks every `poll` seconds for what others did.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from scrubjay.store.errors import StaleLeaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrubjay.store.contract import Store
    from scrubjay.store.leases import Depth, Lease

__all__ = ["EmbeddedBroker"]

POLL = 0.25
REAP = 1.0
"""Seconds between two looks for processes that are no more."""


class EmbeddedBroker:
    """`contract.Broker` over a store; made and used on one event loop."""

    def __init__(self, store: Store, *, poll: float = POLL) -> None:
        self._store = store
        self._poll = poll
        self._loop = asyncio.get_running_loop()
        self._reaping = 0.0
        self._waiting: dict[str, set[asyncio.Event]] = {}
        store.on_publish(self._told)

    def _told(self, topics: frozenset[str]) -> None:
        """In the store's thread."""
        # A loop that is closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake, topics)

    def _wake(self, topics: frozenset[str]) -> None:
        for topic in topics:
            for event in self._waiting.get(topic, ()):
                event.set()

    async def publish(self, topic: str, subjects: Iterable[int], *, delay: float = 0) -> int:
        """Messages, one a subject; how many are new."""
        wanted = tuple(subjects)
        return await self._store.write(lambda tx: tx.publish(topic, wanted, delay=delay))

    async def lease(self, topic: str, most: int, seconds: float, *, wait: float = 0) -> list[Lease]:
        """Up to `most` messages, oldest first; waits up to `wait` for the first."""
        until = time.monotonic() + wait
        event = asyncio.Event()
        waiting = self._waiting.setdefault(topic, set())
        waiting.add(event)
        try:
            while True:
                event.clear()
                found = await self._lease(topic, most, seconds)
                left = until - time.monotonic()
                if found or left <= 0:
                    return found
                await _within(event, min(left, self._poll))
        finally:
            waiting.discard(event)

    async def _lease(self, topic: str, most: int, seconds: float) -> list[Lease]:
        """Writes only where there is something to lease: who is idle disturbs nobody."""
        if not await self._store.read(lambda view: view.is_due(topic)):
            await self._reap()
            return []
        return await self._store.write(lambda tx: tx.lease(topic, most, seconds))

    async def _reap(self) -> None:
        """Whoever has nothing to do sees to what the dead have left; what that is, is told."""
        now = time.monotonic()
        if now >= self._reaping:
            self._reaping = now + REAP
            await asyncio.to_thread(self._store.reap)

    async def renew(self, lease: Lease, seconds: float) -> bool:
        """Keeps it for `seconds` from now."""
        return await self._store.write(lambda tx: _ours(lambda: tx.renew(lease, seconds)))

    async def settle(self, lease: Lease) -> bool:
        """It is done with for good."""
        return await self._store.write(lambda tx: _ours(lambda: tx.settle(lease)))

    async def release(self, lease: Lease, *, delay: float = 0, counts: bool = True) -> bool:
        """Gives it back, not before `delay`."""
        return await self._store.write(
            lambda tx: _ours(lambda: tx.release(lease, delay=delay, counts=counts))
        )

    async def depth(self, topic: str) -> Depth:
        """How much waits."""
        return await self._store.read(lambda view: view.depth(topic))

    async def close(self) -> None:
        """Nothing is leased any more."""
        self._waiting.clear()


def _ours(change: Callable[[], None]) -> bool:
    try:
        change()
    except StaleLeaseError:
        return False
    return True


async def _within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
