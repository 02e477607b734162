"""What every stage has at hand, and how it ends its work.

A stage is told a topic and an id, looks at the state of what the id names, acts, and writes what
came of it in units of work that first make sure that nobody else has the message by now. It may
come to anything twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from scrubjay.frozen import Frozen
from scrubjay.pipeline.breaker import Breaker
from scrubjay.pipeline.pace import Pace
from scrubjay.pipeline.retry import Backoff, Budget
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scrubjay.brokers.contract import Broker, Lease
    from scrubjay.keys import TokenKey
    from scrubjay.pipeline.engine import Engine
    from scrubjay.pipeline.partners import Partner, Partners
    from scrubjay.pipeline.seeing import Seeing
    from scrubjay.pipeline.workfolder import WorkFolder
    from scrubjay.store.contract import Store
    from scrubjay.store.rows import Waiting
    from scrubjay.transports import Transport
    from scrubjay.vault import Vault

__all__ = ["TOPICS", "Knobs", "Line", "Stage", "Work", "day_of", "waiting"]

PARSE, SCRUB, ASSEMBLE, SEND = "parse", "scrub", "assemble", "send"
ACKNOWLEDGE, RELAY = "acknowledge", "relay"
RESCUE, REASSEMBLE, RESEND, ALERT = "rescue", "reassemble", "resend", "alert"
TOPICS = (PARSE, SCRUB, ASSEMBLE, SEND, ACKNOWLEDGE, RELAY, RESCUE, REASSEMBLE, RESEND, ALERT)
"""In the order of the way; behind it what dead letters come back to, and who is to be told."""


class Knobs(Frozen):
    """How hard the pipeline tries, apart from what partners ask for."""

    lease: float = 120.0
    """Seconds that a message is somebody's; renewed while the work goes on."""
    grace: float = 20.0
    """Seconds that what is being done has to end, when the process is asked to."""
    backoff: Backoff = Backoff(first=0.5, longest=60.0, attempts=5)
    hold_suspects: bool = True
    """Whether a set that looks like one of before, and is another, is held or only told."""
    outbox: str = ""
    """The folder where submitters find their acknowledgments; a folder a practice below it."""
    control_start: int = 1


@dataclass(slots=True)
class Line:
    """The line to a partner: all that is kept apart from every other one."""

    record: Partner
    transport: Transport
    pace: Pace
    breaker: Breaker
    budget: Budget
    at_once: asyncio.Semaphore
    id: int = 0

    @classmethod
    def to(cls, record: Partner, transport: Transport) -> Line:
        """A line that nothing has gone over yet."""
        return cls(
            record=record,
            transport=transport,
            pace=Pace(record.limits.per_second),
            breaker=Breaker(failures=record.breaker_failures, rest=record.breaker_rest),
            budget=Budget(),
            at_once=asyncio.Semaphore(record.limits.at_once),
        )


@dataclass(slots=True)
class Work:
    """The parts, joined (`scrubjay.app`)."""

    store: Store
    broker: Broker
    vault: Vault
    engine: Engine
    key: TokenKey
    partners: Partners
    lines: Mapping[int, Line]
    """By the id of the partner."""
    folder: WorkFolder
    seeing: Seeing
    knobs: Knobs = field(default_factory=Knobs)

    def line(self, partner: int) -> Line:
        """The line to a partner; KeyError where its record is gone."""
        return self.lines[partner]


class Stage(Protocol):
    """Does what the messages of one topic ask for."""

    topic: str

    async def handle(self, lease: Lease) -> None:
        """All of it, and the message is settled or released; what it raises is a failed try."""
        ...


def waiting() -> tuple[Waiting, ...]:
    """Which states wait for which topic: what the sweeper puts back on the queue."""
    from scrubjay.store.rows import Waiting

    return (
        Waiting(Kind.FILE, State.INGESTED, PARSE),
        Waiting(Kind.FILE, State.PARSED, SCRUB),
        Waiting(Kind.BATCH, State.SCRUBBED, ASSEMBLE, by_partner=True, untransmitted=True),
        Waiting(Kind.TRANSMISSION, State.INTENDED, SEND, by_partner=True),
        Waiting(Kind.ACKNOWLEDGMENT, State.INGESTED, ACKNOWLEDGE),
        Waiting(Kind.REPLY, State.INTENDED, RELAY),
    )


def day_of(milliseconds: int) -> date:
    """The day of a time of the store, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
