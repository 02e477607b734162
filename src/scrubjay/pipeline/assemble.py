"""Assemble: batches that wait for a partner become an interchange that is to be sent, the intent.

Control numbers are drawn first and never again, so that a crash leaves gaps and no number twice.
Then the exact bytes are sealed, and with their digest and key written down as INTENDED, with each
batch's place in them, in one unit of work. Nothing has left yet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.pipeline.envelopes import (
    MARK,
    DelimiterInDataError,
    Group,
    Numbered,
    interchange,
    version_of,
)
from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import ASSEMBLE, REASSEMBLE, SEND, Line, Work
from scrubjay.store.rows import (
    Batch,
    Interchange,
    NewDeadLetter,
    NewTransmission,
    Payload,
    Placed,
    TransactionSet,
)
from scrubjay.store.states import Kind
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx, View
    from scrubjay.vault import Sealed

__all__ = ["Assemble"]

MOST = 2_000
"""Batches that are looked at together."""
ENVELOPE = 1_000
"""Bytes that envelope and header of an interchange may take."""


@dataclass(frozen=True, slots=True)
class _Load:
    """Batches that go out in one interchange."""

    usage: str
    batches: Sequence[Batch]


@dataclass(frozen=True, slots=True)
class _Numbers:
    isa: int
    groups: int
    """The first GS06."""


class Assemble:
    """The stage of that name."""

    topic = ASSEMBLE

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A partner, by its id: all that is due by now."""
        line = self._work.lines.get(lease.subject)
        store = self._work.store
        if line is None:
            # its record is gone: the batches wait for it, and are told by `status`
            await self._work.broker.release(lease, delay=60.0, counts=False)
            return
        while True:
            ready = await store.read(lambda view: _ready(view, lease.subject))
            loads, wait = _loads(line, ready)
            for load in loads:
                await asyncio.to_thread(self._assemble, lease, line, load)
            if not loads or len(ready) < MOST:
                break
        failpoint("assemble.done")
        if wait is None:
            await store.write(lambda tx: tx.settle(lease))
        else:
            await self._work.broker.release(lease, delay=wait, counts=False)

    def _assemble(self, lease: Lease, line: Line, load: _Load) -> None:
        """In a thread."""
        store, record = self._work.store, line.record
        texts = self._texts(load.batches)
        versions = list(dict.fromkeys(version_of(text) for text in texts.values()))
        numbers = store.do(lambda tx: _draw(tx, lease, record.name, len(versions)))
        failpoint("assemble.numbered")
        groups, placed = _grouped(numbers, versions, load.batches, texts)
        made = datetime.now(UTC)
        try:
            pieces = list(interchange(record, numbers.isa, load.usage, groups, made))
        except DelimiterInDataError as error:
            code = error.code
            wanted = record.delimiters.encode("latin-1")
            bad = [each for each in load.batches if _has(texts[each.id], wanted)]
            store.do(lambda tx: _unwritable(tx, lease, bad, code))
            return
        sealed = self._work.vault.seal(new_payload_id(), pieces)
        failpoint("assemble.sealed")
        new = NewTransmission(
            partner=lease.subject,
            key=f"{record.name}-{numbers.isa:09d}-{sealed.digest[:16]}",
            payload=sealed.payload_id,
            digest=sealed.digest,
            size=sealed.size,
            control=f"{numbers.isa:09d}",
            usage=load.usage,
        )
        store.do(lambda tx: _intend(tx, lease, new, sealed, placed))
        failpoint("assemble.intended")

    def _texts(self, batches: Sequence[Batch]) -> dict[int, bytes]:
        """The sets, by batch; each payload is opened once."""
        by_payload: dict[str, list[Batch]] = {}
        for batch in batches:
            by_payload.setdefault(batch.payload, []).append(batch)
        texts = {}
        for payload, own in by_payload.items():
            with self._work.vault.open(payload) as opened:
                for batch in own:
                    texts[batch.id] = opened.read(batch.start, batch.length)
        return texts


def _has(text: bytes, wanted: bytes) -> bool:
    """Whether a delimiter that is wanted stands in the data of a set."""
    source, body = text[:MARK], text[MARK:]
    return any(each in body and each not in source for each in wanted)


def _unwritable(tx: Tx, lease: Lease, batches: Sequence[Batch], code: str) -> None:
    """The batches that cannot be written for the partner; the others come again."""
    tx.holds(lease)
    for batch in batches:
        bury(tx, batch, code, lease.attempts)


def bury(tx: Tx, batch: Batch, code: str, attempts: int) -> None:
    """A batch that cannot go on as it is."""
    letter = NewDeadLetter(
        *(Kind.BATCH, batch.id, REASSEMBLE, code, attempts),
        file=batch.file,
        ruleset=batch.ruleset,
        place={"file": batch.file, "set": batch.set, "batch": batch.ordinal},
    )
    if tx.bury(letter) is not None:
        alert(tx, "batch.dead", Kind.BATCH, batch.id)


def _ready(view: View, partner: int) -> list[tuple[str, Batch]]:
    """The batches that wait, each with ISA15 of what it came in."""
    usages: dict[int, str] = {}
    found = []
    for batch in view.ready(partner, MOST):
        if batch.set not in usages:
            own = view.one(TransactionSet, batch.set)
            row = None if own is None else view.one(Interchange, own.interchange)
            usages[batch.set] = "P" if row is None else row.usage
        found.append((usages[batch.set], batch))
    return found


def _loads(line: Line, ready: Sequence[tuple[str, Batch]]) -> tuple[list[_Load], float | None]:
    """What is due now, and in how many seconds something else will be; None where nothing waits.

    Full interchanges go at once; what is left over goes when the oldest of it has waited enough.
    Test claims and production claims are never in one interchange.
    """
    limits, now = line.record.limits, datetime.now(UTC).timestamp()
    loads: list[_Load] = []
    waits: list[float] = []
    for usage in dict.fromkeys(usage for usage, _ in ready):
        own: list[Batch] = []
        claims = size = 0
        for batch in (batch for other, batch in ready if other == usage):
            full = claims + batch.claims > limits.claims
            if own and (full or size + batch.length + ENVELOPE > limits.bytes):
                loads.append(_Load(usage, tuple(own)))
                own, claims, size = [], 0, 0
            own.append(batch)
            claims += batch.claims
            size += batch.length
        wait = own[0].created_at / 1000 + limits.window_seconds - now
        # one made later than now was made before the clock was put back
        if claims >= limits.claims or not 0 < wait <= limits.window_seconds:
            loads.append(_Load(usage, tuple(own)))
        else:
            waits.append(wait)
    return loads, min(waits, default=None)


def _draw(tx: Tx, lease: Lease, name: str, groups: int) -> _Numbers:
    tx.holds(lease)
    scope = f"partner:{name}"
    return _Numbers(tx.number(scope, "ISA13"), tx.number(scope, "GS06", groups))


def _grouped(
    numbers: _Numbers, versions: Sequence[str], batches: Sequence[Batch], texts: dict[int, bytes]
) -> tuple[list[Group], list[Placed]]:
    """A group a version; set control numbers count through the interchange."""
    groups, placed = [], []
    count = 0
    for at, version in enumerate(versions):
        sets = []
        for batch in batches:
            if version_of(texts[batch.id]) != version:
                continue
            count += 1
            control = f"{count:04d}"
            sets.append(Numbered(texts[batch.id], control, f"{numbers.isa:09d}{control}"))
            placed.append(Placed(batch.id, str(numbers.groups + at), control))
        groups.append(Group(version, numbers.groups + at, sets))
    return groups, placed


def _intend(
    tx: Tx, lease: Lease, new: NewTransmission, sealed: Sealed, placed: Sequence[Placed]
) -> None:
    tx.holds(lease)
    tx.add_payload(Payload(sealed.payload_id, "transmission", sealed.size, sealed.digest))
    tx.add_transmission(new, placed)
    tx.publish(SEND, new.partner)
