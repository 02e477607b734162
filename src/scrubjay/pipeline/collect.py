"""Collect: what waits at a partner's is sealed and written down, and only then let go there.

The same bytes again are the same acknowledgment: a partner may offer them as often as it likes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.pipeline.work import ACKNOWLEDGE, Line, Work
from scrubjay.store.rows import NewAcknowledgment, Payload
from scrubjay.transports import TransportError
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from scrubjay.store.contract import Tx
    from scrubjay.transports import Inbound
    from scrubjay.vault import Sealed

__all__ = ["LARGEST", "Collect"]

LARGEST = 256 << 20
"""Bytes of an acknowledgment; what is longer is left where it is and told."""


class Collect:
    """Of one partner. It has no messages: a partner is asked every so often."""

    def __init__(self, work: Work, line: Line) -> None:
        self._work = work
        self._line = line

    async def once(self) -> int:
        """Everything that waits now; how much that was. A partner that fails is asked later."""
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
        return count

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
