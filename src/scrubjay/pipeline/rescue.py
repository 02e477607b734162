"""Rescue: a claim that was dead is tried again alone, taken out of the file that it came in.

What was in its way may be gone: there is a partner for its payer now, or an engine that does not
die of it. It goes on in a batch of its own; where it is still in its way, it is dead once more.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrubjay.acks.applied import token_of
from scrubjay.extraction import contents
from scrubjay.pipeline.correcting import claim_rows
from scrubjay.pipeline.engine import EngineFailedError
from scrubjay.pipeline.isolate import POISON
from scrubjay.pipeline.outline import Interchange as Found
from scrubjay.pipeline.outline import outline
from scrubjay.pipeline.packing import NO_PARTNER, Packing
from scrubjay.pipeline.seeing import about
from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import ASSEMBLE, RESCUE, Work, day_of
from scrubjay.store.rows import Claim, File, Interchange, NewBatch, NewDeadLetter, Payload
from scrubjay.store.states import Kind, State
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.brokers.contract import Lease
    from scrubjay.pipeline.packing import Line
    from scrubjay.store.contract import Tx, View
    from scrubjay.vault import Sealed

__all__ = ["Rescue"]

_SHIFT = 32
_OWN = 1 << 31
"""Batches of single claims are numbered from here on, by the claim."""


@dataclass(frozen=True, slots=True)
class _Case:
    claim: Claim
    file: File
    interchange: Interchange

    @property
    def index(self) -> int:
        """Of the claim in its interchange."""
        return self.claim.ordinal & (1 << _SHIFT) - 1


class Rescue:
    """The stage of that name."""

    topic = RESCUE

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A claim, by its id."""
        case = await self._work.store.read(lambda view: _case(view, lease.subject))
        if case is None:
            await self._work.broker.settle(lease)
            return
        about(trace=f"file-{case.file.id}")
        await asyncio.to_thread(self._rescue, lease, case)

    def _rescue(self, lease: Lease, case: _Case) -> None:
        store, vault = self._work.store, self._work.vault
        with self._work.folder.fresh() as folder:
            source = new_payload_id()
            with vault.writer(source) as batches:
                try:
                    lines = list(self._plan(case, folder, batches.write))
                except EngineFailedError:
                    store.do(lambda tx: _bury(tx, lease, case, POISON))
                    return
                if not lines or "batch" not in lines[0].head:
                    code = json.loads(lines[0].rows)[0][4] if lines else POISON
                    store.do(lambda tx: _bury(tx, lease, case, code or NO_PARTNER))
                    return
                sealed = batches.commit()
        lines[0].head["ruleset"] = self._work.engine.ruleset
        store.do(lambda tx: _enter(tx, lease, case, lines[0], sealed))

    def _plan(self, case: _Case, folder: str, write: Any) -> Iterator[Line]:
        work, out = self._work, os.path.join(folder, "out")
        taken = os.path.join(folder, "taken")
        span = [(case.index, case.index)]
        work.engine.extract(self._feed(case), taken, span, apart=True, keep_controls=True)
        (name,) = (each for each in os.listdir(taken) if each.endswith(".accepted.837"))
        path = os.path.join(taken, name)
        day = day_of(case.file.received_at)
        work.engine.scrub(lambda: contents([path]), out, day, apart=True)
        at = case.interchange.ordinal
        yield from Packing(
            out,
            [(at, case.interchange.control.strip())],
            work.partners.taking,
            lambda path, _: path,
            write,
            lambda number: token_of(work.key, "claim", number),
            removed=range(case.index),
            bases={at: 0},
            first_batch=_OWN | case.index,
        ).plan()

    def _feed(self, case: _Case) -> Any:
        vault, payload = self._work.vault, case.file.payload
        with vault.open(payload) as opened:
            (found,) = (
                each
                for each in outline(opened)
                if isinstance(each, Found) and each.ordinal == case.interchange.ordinal
            )

        def pieces() -> Iterator[bytes]:
            with vault.open(payload) as opened:
                for at in range(found.start, found.end, 1 << 16):
                    yield opened.read(at, min(1 << 16, found.end - at))

        return pieces


def _case(view: View, claim_id: int) -> _Case | None:
    claim = view.one(Claim, claim_id)
    if claim is None or claim.batch is not None or claim.state is not State.VALIDATED:
        return None
    file = view.one(File, claim.file)
    at = claim.ordinal >> _SHIFT
    own = next((row for row in view.interchanges_of(claim.file) if row.ordinal == at), None)
    return None if file is None or own is None else _Case(claim, file, own)


def _enter(tx: Tx, lease: Lease, case: _Case, line: Line, sealed: Sealed) -> None:
    tx.settle(lease)
    row = line.head
    tx.add_payload(Payload(sealed.payload_id, "batches", sealed.size, sealed.digest, case.file.id))
    partner = tx.partner(row["partner"])
    new = NewBatch(
        file=case.file.id,
        set=case.claim.set or 0,
        ordinal=row["batch"],
        partner=partner,
        payload=sealed.payload_id,
        start=row["start"],
        length=row["length"],
        ruleset=row["ruleset"],
    )
    tx.add_batch(new, claim_rows(line, {}))
    tx.publish(ASSEMBLE, partner)


def _bury(tx: Tx, lease: Lease, case: _Case, code: str) -> None:
    tx.settle(lease)
    letter = NewDeadLetter(
        *(Kind.CLAIM, case.claim.id, RESCUE, code, lease.attempts),
        file=case.file.id,
        place={"file": case.file.id, "claim": case.claim.ordinal},
    )
    if tx.bury(letter) is not None:
        alert(tx, "claim.dead", Kind.CLAIM, case.claim.id)
