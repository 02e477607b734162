"""What is tried no more, by the stage that it failed at, and how it comes back from the dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import (
    ACKNOWLEDGE,
    ASSEMBLE,
    PARSE,
    REASSEMBLE,
    RELAY,
    RESEND,
    SCRUB,
    SEND,
)
from scrubjay.store.rows import Batch, NewDeadLetter, Transmission
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from scrubjay.brokers.contract import Lease
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import Tx

__all__ = ["Reassemble", "Resend", "bury"]

KINDS = {
    PARSE: Kind.FILE,
    SCRUB: Kind.FILE,
    ACKNOWLEDGE: Kind.ACKNOWLEDGMENT,
    RELAY: Kind.REPLY,
}
ANYWAY = 60.0
"""Seconds after which a partner's stage is tried again, whatever made it fail."""


def bury(tx: Tx, topic: str, lease: Lease, code: str) -> None:
    """The subject of a message goes to the dead letters; a partner is no subject that can."""
    kind = KINDS.get(topic)
    if kind is None:
        tx.release(lease, delay=ANYWAY)
        alert(tx, f"{topic}.failing", Kind.PARTNER, lease.subject)
        return
    tx.settle(lease)
    file = lease.subject if kind is Kind.FILE else None
    letter = NewDeadLetter(kind, lease.subject, topic, code, lease.attempts, file=file)
    if tx.bury(letter) is not None:
        alert(tx, f"{kind}.dead", kind, lease.subject)


class Resend:
    """A transmission that was dead is tried again, with its batches."""

    topic = RESEND

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A transmission, by its id."""
        await self._work.store.write(lambda tx: _resend(tx, lease))


def _resend(tx: Tx, lease: Lease) -> None:
    tx.settle(lease)
    transmission = tx.one(Transmission, lease.subject)
    if transmission is None or transmission.state is not State.INTENDED:
        return
    for batch in tx.batches_in(transmission.id):
        if batch.state in {State.DEAD_LETTERED, State.HELD_UNKNOWN}:
            tx.reopen(Kind.BATCH, batch.id, State.SCRUBBED, reason=RESEND)
    tx.publish(SEND, transmission.partner)


class Reassemble:
    """A batch that was dead waits for an interchange again."""

    topic = REASSEMBLE

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A batch, by its id."""
        await self._work.store.write(lambda tx: _reassemble(tx, lease))


def _reassemble(tx: Tx, lease: Lease) -> None:
    tx.settle(lease)
    batch = tx.one(Batch, lease.subject)
    if batch is not None and batch.state is State.SCRUBBED:
        tx.publish(ASSEMBLE, batch.partner)
