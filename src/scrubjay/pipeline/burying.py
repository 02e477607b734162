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
    RESCUE,
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

__all__ = ["Reassemble", "Resend", "bury", "refuse"]

KINDS = {
    PARSE: Kind.FILE,
    SCRUB: Kind.FILE,
    ACKNOWLEDGE: Kind.ACKNOWLEDGMENT,
    RELAY: Kind.REPLY,
    RESCUE: Kind.CLAIM,
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
    if kind is Kind.FILE:
        refuse(tx, topic, lease, code)
        return
    tx.settle(lease)
    letter = NewDeadLetter(kind, lease.subject, topic, code, lease.attempts)
    if tx.bury(letter) is not None:
        alert(tx, f"{kind}.dead", kind, lease.subject)


def refuse(tx: Tx, topic: str, lease: Lease, code: str) -> None:
    """A file that cannot be worked on is dead, with all of it that waited; it waits no more.

    Of a file whose other interchanges are done with, those that are not are held instead: they had
    been held before, and are released once more by whoever has mended what was wrong.
    """
    tx.settle(lease)
    file = lease.subject
    waiting = {State.INGESTED, State.PARSED}
    own = [row.id for row in tx.interchanges_of(file) if row.state in waiting]
    letter = NewDeadLetter(Kind.FILE, file, topic, code, lease.attempts, file=file)
    if tx.bury(letter) is not None:
        tx.advance(Kind.INTERCHANGE, own, State.DEAD_LETTERED, reason=code)
        sets = [row.id for row in tx.sets_of(file) if row.interchange in own]
        tx.advance(Kind.SET, sets, State.DEAD_LETTERED, reason=code)
        alert(tx, "file.dead", Kind.FILE, file)
        return
    for number in tx.advance(Kind.INTERCHANGE, own, State.QUARANTINED, reason=code):
        alert(tx, "interchange.quarantined", Kind.INTERCHANGE, number)


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
