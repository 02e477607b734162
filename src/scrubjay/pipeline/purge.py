"""Purge: what is over is made unreadable, by destroying its key (crypto-shredding).

A payload goes when every claim of its file is final, and has been for so long as the policy says;
never while anything of it is held, dead-lettered or on legal hold. Its row and the audit stay.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.store.rows import Payload
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import Tx

__all__ = ["Purge"]

HOUR_MS = 3_600_000


class Purge:
    """Of one process; several may."""

    def __init__(self, work: Work, hours: float) -> None:
        self._work = work
        self._hours = hours

    async def once(self) -> int:
        """How many payloads went."""
        if not self._hours:
            return 0
        count = 0
        while True:
            before = time.time_ns() // 1_000_000 - round(self._hours * HOUR_MS)
            found = await self._work.store.read(lambda view, before=before: view.purgeable(before))  # type: ignore[misc]
            if not found:
                return count
            gone = await asyncio.to_thread(self._shred, found)
            failpoint("purge.shredded")
            await self._work.store.write(lambda tx, gone=gone: _told(tx, gone))  # type: ignore[misc]
            count += len(gone)
            self._work.seeing.tell("purged", count=len(gone))

    def _shred(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Those that went: a legal hold may have come since they were asked for."""
        gone = []
        for payload in payloads:
            now = self._work.store.ask(lambda view, each=payload: view.one(Payload, each.id))  # type: ignore[misc]
            if now is not None and not now.legal_hold:
                self._work.vault.shred(payload.id)
                gone.append(payload)
        return gone


def _told(tx: Tx, payloads: Sequence[Payload]) -> None:
    for payload in payloads:
        tx.shredded(payload.id)
        if payload.role == "source" and payload.file is not None:
            # claims keep what became of them, and say beside it that they are purged
            sets = [row.id for row in tx.sets_of(payload.file)]
            tx.advance(Kind.SET, sets, State.PURGED)
            interchanges = [row.id for row in tx.interchanges_of(payload.file)]
            tx.advance(Kind.INTERCHANGE, interchanges, State.PURGED)
            tx.advance(Kind.FILE, payload.file, State.PURGED)
