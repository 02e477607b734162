"""Collect: what waits at a partner's is sealed and written down, and only then let go there.

The same bytes again are the same acknowledgment: a partner may offer them as often as it likes.
One that fails is asked later, each time twice as long after; one that does not let us in is paused,
and not asked again until somebody has resumed it.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrubjay.errors import VaultError
from scrubjay.failpoints import failpoint
from scrubjay.pipeline.retry import PARKED, code_of
from scrubjay.pipeline.send import SHUT
from scrubjay.pipeline.telling import alert, lacks
from scrubjay.pipeline.work import ACKNOWLEDGE, Line, Work
from scrubjay.store.errors import DiskFullError
from scrubjay.store.rows import NewAcknowledgment, Partner, Payload
from scrubjay.store.states import Kind
from scrubjay.transports import TransportError
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubjay.store.contract import Tx
    from scrubjay.transports import Inbound
    from scrubjay.vault import Sealed

__all__ = ["LARGEST", "Collect"]

LARGEST = 256 << 20
"""Bytes of an acknowledgment; what is longer is left where it is and told."""


_NO_WAY = SHUT - {"NOT_FOUND"}
"""Sending may be open where there is nothing to be collected."""


class Collect:
    """Of one partner. It has no messages: a partner is asked every so often."""

    def __init__(self, work: Work, line: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self._work = work
        self._line = line
        self._clock = clock
        self._failures = 0
        self._again = 0.0
        """When a partner that failed is asked again."""

    async def once(self) -> int:
        """Everything that waits now; how much that was. A partner that fails is asked later."""
        partner = await self._work.store.read(lambda view: view.one(Partner, self._line.id))
        if partner is not None and partner.paused and partner.reason in _NO_WAY:
            self._failures, self._again = 0, 0.0
            return 0
        return 0 if self._clock() < self._again else await self._asked()

    async def _asked(self) -> int:
        line, count = self._line, 0
        try:
            async with asyncio.timeout(line.record.deadline):
                waiting = await line.transport.collect()
            for inbound in waiting:
                async with asyncio.timeout(line.record.deadline):
                    sealed = await self._seal(inbound)
                if sealed is None:
                    self._work.seeing.failed(line.record.name, "collect", "TOO_LARGE")
                    continue
                failpoint("collect.sealed")
                await self._work.store.write(lambda tx, sealed=sealed: self._enter(tx, sealed))  # type: ignore[misc]
                failpoint("collect.entered")
                async with asyncio.timeout(line.record.deadline):
                    await line.transport.confirm(inbound.id)
                count += 1
        except (TransportError, TimeoutError) as error:
            code = error.code if isinstance(error, TransportError) else "COLLECT_TIMEOUT"
            self._work.seeing.failed(line.record.name, "collect", code)
            await self._failed(code)
        except (VaultError, DiskFullError) as error:
            if code_of(error) not in PARKED:
                raise
            # what the partner has stays there: it has done nothing wrong, and is asked again
            wait = self._later()
            lacks(self._work, code_of(error), wait)
        else:
            self._failures = 0
        return count

    async def _failed(self, code: str) -> None:
        record = self._line.record
        if code in _NO_WAY:
            if await self._work.store.write(lambda tx: self._pause(tx, code)):
                self._work.seeing.paused(record.name, on=True)
            return
        self._later()

    def _later(self) -> float:
        """Seconds until it is asked again: twice as long after each time in a row."""
        record = self._line.record
        longest = max(record.backoff.longest, record.collect_every)
        wait = min(longest, record.collect_every * 2.0 ** min(self._failures, 30))
        self._failures += 1
        self._again = self._clock() + wait
        return wait

    def _pause(self, tx: Tx, code: str) -> bool:
        paused = tx.pause(self._line.id, reason=code)
        if paused:
            alert(tx, f"partner.paused.{tx.now}", Kind.PARTNER, self._line.id)
        return paused

    async def _seal(self, inbound: Inbound) -> Sealed | None:
        size = 0
        with self._work.vault.writer(new_payload_id()) as writer:
            async for piece in self._line.transport.read(inbound.id):
                size += len(piece)
                if size > LARGEST:
                    return None
                await asyncio.to_thread(writer.write, piece)
            return await asyncio.to_thread(writer.commit)

    def _enter(self, tx: Tx, sealed: Sealed) -> None:
        new = NewAcknowledgment(self._line.id, sealed.payload_id, sealed.digest, sealed.size)
        added = tx.add_acknowledgment(new)
        if added.fresh:
            tx.add_payload(Payload(sealed.payload_id, "acknowledgment", sealed.size, sealed.digest))
            tx.publish(ACKNOWLEDGE, added.id)
