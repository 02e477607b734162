"""The sweeper: what no message speaks of is put back on the queue, and what is late is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import TOPICS, Work, waiting
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrubjay.store.contract import Tx

__all__ = ["Sweeper", "every"]


async def every(
    seconds: float, ending: asyncio.Event, work: Callable[[], Awaitable[object]]
) -> None:
    """Does the work now and then until the event is set."""
    while not ending.is_set():
        await work()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), seconds)


class Sweeper:
    """Looks over the store every so often; several processes may."""

    def __init__(self, work: Work, seconds: float) -> None:
        self._work = work
        self._seconds = seconds

    async def __call__(self, ending: asyncio.Event) -> None:
        """Until the event is set."""
        await every(self._seconds, ending, self.once)

    async def once(self) -> int:
        """How many messages were put back."""
        store, count = self._work.store, 0
        for each in waiting():
            found = await store.read(lambda view, each=each: view.unspoken(each))  # type: ignore[misc]
            if found:
                count += await store.write(lambda tx, each=each, found=found: tx.sweep(each, found))  # type: ignore[misc]
        now = time.time_ns() // 1_000_000
        overdue = await store.read(lambda view: view.overdue(now))
        if overdue:
            late = sorted({(each.transmission, each.document) for each in overdue})
            await store.write(lambda tx: _tell(tx, late))
        await self._look()
        if count:
            self._work.seeing.tell("swept", count=count)
        return count

    async def _look(self) -> None:
        """Depths, breakers and pauses, for the metrics."""
        for topic in TOPICS:
            depth = await self._work.broker.depth(topic)
            self._work.seeing.depth(topic, depth.ready, depth.oldest)
        for line in self._work.lines.values():
            self._work.seeing.breaker(line.record.name, line.breaker.position)
        for partner in await self._work.store.read(lambda view: view.partners()):
            self._work.seeing.paused(partner.name, on=partner.paused)


def _tell(tx: Tx, late: list[tuple[int, str]]) -> None:
    for transmission, document in late:
        alert(tx, f"overdue.{document}", Kind.TRANSMISSION, transmission)
