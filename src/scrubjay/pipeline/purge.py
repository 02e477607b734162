"""Purge: what is over is made unreadable, by destroying its key (crypto-shredding).

A payload goes when every claim of its file is final, and has been for so long as the policy says;
never while anything of it is held, dead-lettered or on legal hold. Its row and the audit stay.

That it goes is written down first, where it still may: a legal hold that was placed before finds
it there, and one that comes later is told that it is gone. Then its key is destroyed; what a death
left in between is destroyed by the next who looks (`tidying`).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import Tx
    from scrubjay.store.rows import Payload

__all__ = ["Purge"]

HOUR_MS = 3_600_000


class Purge:
    """Of one process; several may."""

    def __init__(self, work: Work, hours: float) -> None:
        self._work = work
        self._hours = hours
        self._began, self._ticks = time.time_ns(), time.monotonic_ns()

    def _now(self) -> int:
        """Milliseconds since 1970; a clock that is put on while it works makes nothing older."""
        lived = self._began + time.monotonic_ns() - self._ticks
        return min(time.time_ns(), lived) // 1_000_000

    async def once(self) -> int:
        """How many payloads went."""
        if not self._hours:
            return 0
        count = 0
        while True:
            before = self._now() - round(self._hours * HOUR_MS)
            store = self._work.store
            if not await store.read(lambda view, before=before: view.purgeable(before, 1)):  # type: ignore[misc]
                return count
            gone = await store.write(lambda tx, before=before: _let_go(tx, before))  # type: ignore[misc]
            failpoint("purge.let_go")
            await asyncio.to_thread(self._shred, gone)
            failpoint("purge.shredded")
            count += len(gone)
            self._work.seeing.tell("purged", count=len(gone))

    def _shred(self, payloads: Sequence[Payload]) -> None:
        for payload in payloads:
            self._work.vault.shred(payload.id)


def _let_go(tx: Tx, before: int) -> list[Payload]:
    """What still may go, now that nobody else writes; whoever asked may have been overtaken."""
    payloads = tx.purgeable(before)
    for payload in payloads:
        tx.shredded(payload.id)
        if payload.role == "source" and payload.file is not None:
            # claims keep what became of them, and say beside it that they are purged
            sets = [row.id for row in tx.sets_of(payload.file)]
            tx.advance(Kind.SET, sets, State.PURGED)
            interchanges = [row.id for row in tx.interchanges_of(payload.file)]
            tx.advance(Kind.INTERCHANGE, interchanges, State.PURGED)
            tx.advance(Kind.FILE, payload.file, State.PURGED)
    return payloads
