"""Purge: what is over is made unreadable, by destroying its key (crypto-shredding).

A payload goes when every claim of its file is final, and has been for so long as the policy says;
never while anything of it is held, dead-lettered or on legal hold. Its row and the audit stay.
What a policy names of it is sealed anew before (`retaining`), and goes when its own time is over.

That it goes is written down first, where it still may: a legal hold that was placed before finds
it there, and one that comes later is told that it is gone. Then its key is destroyed; what a death
left in between is destroyed by the next who looks (`tidying`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from scrubjay.errors import InputError, ScrubjayError
from scrubjay.failpoints import failpoint
from scrubjay.pipeline.retaining import ROLE, Retain, sealed
from scrubjay.pipeline.retry import PARKED, code_of, is_hopeless
from scrubjay.pipeline.telling import lacks
from scrubjay.store.errors import DiskFullError
from scrubjay.store.rows import File, Payload
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Any

    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import Tx

    Kept = Mapping[int, tuple[Payload | None, dict[str, Any]]]

__all__ = ["UPKEEP", "Purge"]

UPKEEP = 60.0
"""Seconds between two looks for what may go."""
HOUR_MS = 3_600_000
SOURCE = "source"


class Purge:
    """Of one process; several may."""

    def __init__(self, work: Work, hours: float, retain: Retain | None = None) -> None:
        self._work = work
        self._hours = hours
        self._retain = retain or Retain()
        self._began, self._ticks = time.time_ns(), time.monotonic_ns()

    def _now(self) -> int:
        """Milliseconds since 1970; a clock that is put on while it works makes nothing older."""
        lived = self._began + time.monotonic_ns() - self._ticks
        return min(time.time_ns(), lived) // 1_000_000

    async def once(self) -> int:
        """How many payloads went."""
        count = await self._until_none(self._outlived, self._retain.hours)
        return count + await self._until_none(self._over, self._hours)

    async def _until_none(
        self, step: Callable[[int], Awaitable[list[Payload]]], hours: float
    ) -> int:
        """Step by step until none is so old; of no hours at all none ever is."""
        count = 0
        while hours and (gone := await step(self._now() - round(hours * HOUR_MS))):
            failpoint("purge.let_go")
            await asyncio.to_thread(self._shred, gone)
            failpoint("purge.shredded")
            count += len(gone)
            self._work.seeing.tell("purged", count=len(gone))
        return count

    async def _outlived(self, before: int) -> list[Payload]:
        store = self._work.store
        if not await store.read(lambda view: view.outlived(before, 1)):
            return []
        return await store.write(lambda tx: _forget(tx, before))

    async def _over(self, before: int) -> list[Payload]:
        store = self._work.store
        found = await store.read(lambda view: view.purgeable(before))
        if not found:
            return []
        kept, failure = (
            await asyncio.to_thread(self._kept, found) if self._retain.places else (None, None)
        )
        failpoint("purge.retained")
        try:
            gone = await store.write(lambda tx: _let_go(tx, before, kept))
        except DiskFullError:
            await asyncio.to_thread(self._shred, _sealed(kept or {}))
            raise
        # what another process was faster with, or came under a legal hold meanwhile
        over = {payload.file for payload in gone if payload.role == SOURCE}
        left = {file: told for file, told in (kept or {}).items() if file not in over}
        await asyncio.to_thread(self._shred, _sealed(left))
        if failure is not None and not gone:
            self._waits(code_of(failure))
        return gone

    def _waits(self, code: str) -> None:
        """Said, and left until the next look: a file is not read every second meanwhile."""
        self._work.seeing.tell("purge.waits", logging.WARNING, code=code)
        if code in PARKED:
            lacks(self._work, code, UPKEEP)

    def _kept(self, found: Sequence[Payload]) -> tuple[Kept, Exception | None]:
        """By file, what is retained of it, which is sealed, and what the audit says of that.

        And why it could not be done of all: of those nothing goes, and they hold up no others.
        """
        kept: dict[int, tuple[Payload | None, dict[str, Any]]] = {}
        failure: Exception | None = None
        for payload in found:
            if payload.role == SOURCE and payload.file is not None:
                file = self._work.store.ask(lambda view, one=payload.file: view.one(File, one))  # type: ignore[misc]
                if file is not None:
                    try:
                        kept[file.id] = self._kept_of(file)
                    except (ScrubjayError, OSError) as error:
                        failure = error
        return kept, failure

    def _kept_of(self, file: File) -> tuple[Payload | None, dict[str, Any]]:
        told: dict[str, Any] = {"places": [str(each) for each in self._retain.places]}
        try:
            made = sealed(self._work, file, self._retain.places)
        except ScrubjayError as error:
            if not is_hopeless(error):
                raise
            # what cannot be read now will not be readable later
            code = "MALFORMED_FILE" if isinstance(error, InputError) else code_of(error)
            return None, told | {"claims": 0, "code": code}
        if made is None:
            return None, told | {"claims": 0}
        one, counts = made
        row = Payload(one.payload_id, ROLE, one.size, one.digest, file.id)
        return row, told | counts | {"payload": one.payload_id}

    def _shred(self, payloads: Sequence[Payload]) -> None:
        for payload in payloads:
            self._work.vault.shred(payload.id)


def _sealed(kept: Kept) -> list[Payload]:
    return [payload for payload, _ in kept.values() if payload is not None]


def _forget(tx: Tx, before: int) -> list[Payload]:
    """What was retained, and for long enough."""
    payloads = tx.outlived(before)
    for payload in payloads:
        tx.shredded(payload.id)
    return payloads


def _let_go(tx: Tx, before: int, kept: Kept | None) -> list[Payload]:
    """What still may go, now that nobody else writes; whoever asked may have been overtaken."""
    gone = []
    for payload in tx.purgeable(before):
        if payload.role == SOURCE and payload.file is not None:
            if kept is not None and payload.file not in kept:
                continue  # it came to this meanwhile: what is to be retained of it comes first
            retained, told = (kept or {}).get(payload.file, (None, {}))
            if retained is not None:
                tx.add_payload(retained)
            if told:
                tx.note("payload.retained", Kind.FILE, payload.file, told)
            # claims keep what became of them, and say beside it that they are purged
            sets = [row.id for row in tx.sets_of(payload.file)]
            tx.advance(Kind.SET, sets, State.PURGED)
            interchanges = [row.id for row in tx.interchanges_of(payload.file)]
            tx.advance(Kind.INTERCHANGE, interchanges, State.PURGED)
            tx.advance(Kind.FILE, payload.file, State.PURGED)
        tx.shredded(payload.id)
        gone.append(payload)
    return gone
