"""Scrub: the engine judges a file, and its claims go on in batches, each to its partner.

First everything that the engine wrote is sealed and written down in one unit of work, with a plan
of the batches. Then the batches are written down from the plan, unit by unit: whoever is killed
between two of them goes on with the plan, and the engine is not asked again.

The first try is made here; where that was somebody's death, or an error of the engine's, the next
is made in a process of its own; where that dies too, the file is divided until the claims that do
it are alone (`isolate`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tarfile
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any

from scrubjay.acks.applied import token_of
from scrubjay.errors import InputError, InternalError
from scrubjay.extraction import contents
from scrubjay.failpoints import failpoint
from scrubjay.job import RejectUnit
from scrubjay.pipeline.burying import refuse
from scrubjay.pipeline.correcting import claim_rows, numbers
from scrubjay.pipeline.isolate import Poison, isolated
from scrubjay.pipeline.outline import Interchange as Found
from scrubjay.pipeline.outline import outline
from scrubjay.pipeline.packing import Line, Packing, parsed, unreadable
from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.units import Units
from scrubjay.pipeline.work import ASSEMBLE, RELAY, RESCUE, SCRUB, Work, day_of
from scrubjay.store.errors import DiskFullError
from scrubjay.store.rows import (
    ClaimRows,
    File,
    Interchange,
    NewBatch,
    NewClaim,
    NewDeadLetter,
    NewReply,
    Payload,
    TransactionSet,
)
from scrubjay.store.states import Kind, State
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx, View
    from scrubjay.vault import PayloadWriter, Sealed

    Row = dict[str, Any]

__all__ = ["Scrub"]

ROOM = 2.5
"""Times its size is what is written of a file at most, while few of its claims are wrong.

A file of nothing but wrong claims takes four times its size; where that is not there it waits.
"""
UNITS_AHEAD = 32
"""Units of work that wait for the store, so that they share its commits."""
GATHERING = 0.1
"""Seconds that batches gather before somebody looks whether they fill an interchange."""
REPLIES = ("ta1", "999", "277ca")


@dataclass(frozen=True, slots=True)
class _Judging:
    """A file, and which of its interchanges are to be judged now."""

    file: File
    interchanges: Sequence[Interchange]
    sets: Sequence[TransactionSet]
    plan: Payload | None
    """What was made of them already."""
    role: str
    """Of the plan: names the interchanges."""


class Scrub:
    """The stage of that name."""

    topic = SCRUB

    def __init__(self, work: Work, workers: int = 1) -> None:
        self._work = work
        # the engine is at one file while the next older is sealed and the oldest is written down
        self._judges = BoundedSemaphore(max(workers - 2, 1))
        self._entering = Lock()

    async def handle(self, lease: Lease) -> None:
        """A file, by its id."""
        store = self._work.store
        judging = await store.read(lambda view: _judging(view, lease.subject))
        if judging is None:
            await self._work.broker.settle(lease)
            return
        await asyncio.to_thread(self._scrub, lease, judging)

    def _scrub(self, lease: Lease, judging: _Judging) -> None:
        """In a thread: nearly all of it is the engine's, the vault's and the store's time."""
        if judging.file.claims and not judging.sets:
            # claims in no set at all: there is nothing that they could be written down under
            self._work.store.do(lambda tx: refuse(tx, SCRUB, lease, "MALFORMED_FILE"))
            return
        if judging.plan is None:
            with self._work.folder.fresh() as folder:
                try:
                    out = os.path.join(folder, "out")
                    with self._judges:
                        summary, poison = self._judge(lease, judging, folder, out)
                    failpoint("scrub.judged")
                    self._seal(lease, judging, out, summary, poison)
                except InputError:
                    self._work.store.do(lambda tx: refuse(tx, SCRUB, lease, "MALFORMED_FILE"))
                    return
            judging = self._work.store.ask(lambda view: _judging(view, lease.subject)) or judging
        if judging.plan is None:
            raise InternalError("a plan was made and is not there; report it")
        plan = judging.plan
        with self._entering, self._work.vault.open(plan.id) as payload:
            wanted = numbers(parsed(payload))
            file = judging.file.id
            known = self._work.store.ask(lambda view: view.newest_with(file, wanted))
            ruleset = self._enter(lease, judging, parsed(payload), known)
        self._work.store.do(lambda tx: _finish(tx, lease, judging, ruleset))
        failpoint("scrub.done")

    # What the engine makes of it.
    def _judge(self, lease: Lease, judging: _Judging, folder: str, out: str) -> tuple[Row, Poison]:
        work, file = self._work, judging.file
        if work.folder.room() < ROOM * file.size:
            raise DiskFullError(
                f"the work folder has too little room for file {file.id}; make it larger, or wait"
            )
        feed, day = self._feed(judging), day_of(file.received_at)

        def judged(unit: RejectUnit) -> tuple[Row, Poison]:
            if lease.attempts <= 1:
                return work.engine.scrub(feed, out, day, unit=unit), Poison()
            return isolated(work.engine, feed, folder, out, day, unit=unit)

        units = Units.of(work.partners, work.engine.manner.reject_unit)
        summary, poison = judged(units.first)
        if units.differ and summary.get("rejected") and units.asks_for_sets(out):
            shutil.rmtree(out)
            return judged(RejectUnit.SET)
        return summary, poison

    def _feed(self, judging: _Judging) -> Callable[[], Iterator[bytes]]:
        """The bytes of the interchanges, and of no other."""
        payload, spans = judging.file.payload, self._spans(judging)

        def pieces() -> Iterator[bytes]:
            with self._work.vault.open(payload) as opened:
                if spans is None:
                    yield from opened
                    return
                for start, end in spans:
                    for at in range(start, end, 1 << 16):
                        yield opened.read(at, min(1 << 16, end - at))

        return pieces

    def _spans(self, judging: _Judging) -> list[tuple[int, int]] | None:
        """Where they stand; None where all the claims of the file are in them.

        What stands between interchanges goes with the first of them.
        """
        file, wanted = judging.file, {row.id: row.ordinal for row in judging.interchanges}
        claims = sum(each.claims for each in judging.sets if each.interchange in wanted)
        if claims == file.claims:
            return None
        rows = self._work.store.ask(lambda view: view.interchanges_of(file.id))
        with self._work.vault.open(file.payload) as payload:
            found = [each for each in outline(payload) if isinstance(each, Found)]
        if min(row.ordinal for row in rows) not in wanted.values():
            return [(each.start, each.end) for each in found if each.ordinal in wanted.values()]
        left = [each for each in found if each.ordinal not in wanted.values()]
        starts = [0, *(each.end for each in left)]
        return list(zip(starts, [*(each.start for each in left), file.size], strict=True))

    # What is kept of it.
    def _seal(
        self, lease: Lease, judging: _Judging, out: str, summary: Row, poison: Poison
    ) -> None:
        file, vault = judging.file, self._work.vault
        plan = os.path.join(out, "plan.jsonl")
        source = new_payload_id()
        with vault.writer(source) as batches, open(plan, "w", encoding="utf-8") as written:
            head = {
                "payload": source,
                "ruleset": self._work.engine.ruleset,
                "unreadable": summary["unreadable"],
            }
            written.write(Line(head, "").written())
            written.writelines(line.written() for line in self._plan(judging, out, batches, poison))
            kept = [_kept(batches.commit(), "batches", file.id)]
        with vault.writer(new_payload_id()) as results:
            _bundle(results, out)
            kept.append(_kept(results.commit(), "results", file.id))
        replies = []
        for name in sorted(os.listdir(out)):
            role = name.rpartition(".")[2]
            if role in REPLIES:
                kept.append(self._sealed(os.path.join(out, name), role, file.id))
                replies.append(NewReply(file.id, role, "own", kept[-1].id, _called(file, name)))
        kept.append(self._sealed(plan, judging.role, file.id))
        failpoint("scrub.sealed")
        self._work.store.do(lambda tx: _keep(tx, lease, kept, replies))
        failpoint("scrub.kept")

    def _sealed(self, path: str, role: str, file: int) -> Payload:
        return _kept(self._work.vault.seal(new_payload_id(), contents([path])), role, file)

    def _plan(
        self, judging: _Judging, out: str, batches: PayloadWriter, poison: Poison
    ) -> Iterator[Line]:
        count, beside = 0, os.path.join(os.path.dirname(out), "part")
        ordinals = [row.ordinal for row in judging.interchanges]

        def extract(path: str, ranges: list[tuple[int, int]]) -> str:
            nonlocal count
            count += 1
            # what was made for the partner before has been read
            shutil.rmtree(f"{beside}{count - 1}", ignore_errors=True)
            folder = f"{beside}{count}"
            self._work.engine.extract(lambda: contents([path]), folder, ranges)
            (name,) = (name for name in os.listdir(folder) if name.endswith(".accepted.837"))
            return os.path.join(folder, name)

        packing = Packing(
            out,
            [(row.ordinal, row.control.strip()) for row in judging.interchanges],
            self._work.partners.taking,
            extract,
            batches.write,
            lambda number: token_of(self._work.key, "claim", number),
            removed=poison.claims,
            bases=poison.bases(ordinals),
        )
        yield from packing.plan()
        yield from poison.rows(ordinals, self._work.key)

    # What is written down of it.
    def _enter(
        self, lease: Lease, judging: _Judging, plan: Iterator[Line], known: Mapping[str, int]
    ) -> str:
        """The batches of the plan; as many units at once as are good for the store.

        Gives the digest of the rules that it was made by.
        """
        head = next(plan).head
        sets = _Sets(judging)
        waiting: list[Future[None]] = []
        for line in plan:
            claims: ClaimRows | list[NewClaim] = (
                claim_rows(line, known) if "batch" in line.head else list(_beside(line))
            )
            set_id = sets.id(line.head["set"])
            entry = _Entry(lease, judging.file.id, set_id, line.head, head, claims)
            waiting.append(self._work.store.submit(entry.write))
            if len(waiting) >= UNITS_AHEAD:
                waiting.pop(0).result()
            failpoint("scrub.entered")
        for future in waiting:
            future.result()
        begin = min(row.ordinal for row in judging.interchanges)
        lost = [
            NewClaim(unreadable(begin, number), "", 0, State.REJECTED_BY_SCRUB, code="UNREADABLE")
            for number in range(head["unreadable"])
        ]
        if lost:
            self._work.store.do(lambda tx: _lose(tx, lease, judging.file.id, sets.any(), lost))
        return str(head["ruleset"])


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the plan as a unit of work."""

    lease: Lease
    file: int
    set: int
    head: Row
    plan: Row
    """The head of the plan."""
    claims: ClaimRows | list[NewClaim]

    def write(self, tx: Tx) -> None:
        """A batch with its claims, or claims that are in none."""
        tx.holds(self.lease)
        head = self.head
        if not isinstance(self.claims, ClaimRows):
            tx.add_claims(self.file, self.set, self.claims)
            return
        partner = tx.partner(head["partner"])
        new = NewBatch(
            file=self.file,
            set=self.set,
            ordinal=head["batch"],
            partner=partner,
            payload=self.plan["payload"],
            start=head["start"],
            length=head["length"],
            ruleset=self.plan["ruleset"],
        )
        tx.add_batch(new, self.claims)
        tx.publish(ASSEMBLE, partner, delay=GATHERING)


def _beside(line: Line) -> Iterator[NewClaim]:
    """Claims that are in no batch."""
    state = State(line.head["state"])
    for number, token, trace, charge, code in json.loads(line.rows):
        yield NewClaim(number, token, charge, state, code=code, trace=trace)


class _Sets:
    """The rows of sets by what the plan calls them."""

    def __init__(self, judging: _Judging) -> None:
        ordinals = {row.id: row.ordinal for row in judging.interchanges}
        self._first = judging.sets[0].id if judging.sets else 0
        self._ids: dict[tuple[int, str, str], list[int]] = {}
        for each in judging.sets:
            if each.interchange in ordinals:
                key = (ordinals[each.interchange], each.group_control.strip(), each.control.strip())
                self._ids.setdefault(key, []).append(each.id)

    def id(self, named: list[Any]) -> int:
        """Of interchange, GS06, ST02 and how many like it came before."""
        interchange, group, control, occurrence = named
        found: Sequence[int] = self._ids.get((interchange, group, control), ())
        if occurrence >= len(found):
            raise InternalError("a claim stands in a set that was not parsed; report it")
        row: int = found[occurrence]
        return row

    def any(self) -> int:
        """One of them, or of the file, for what cannot be placed."""
        return next((own[0] for own in self._ids.values()), self._first)


def _judging(view: View, file_id: int) -> _Judging | None:
    """What there is to do; None where there is nothing."""
    file = view.one(File, file_id)
    if file is None or file.state in {State.DEAD_LETTERED, State.PURGED}:
        return None
    rows = [row for row in view.interchanges_of(file_id) if row.state is State.PARSED]
    if not rows:
        return None
    mark = ",".join(str(row.ordinal) for row in rows).encode()
    role = f"plan:{hashlib.sha256(mark).hexdigest()[:16]}"
    plan = next((one for one in view.payloads_of(file_id) if one.role == role), None)
    return _Judging(file, rows, view.sets_of(file_id), plan, role)


def _kept(sealed: Sealed, role: str, file: int) -> Payload:
    return Payload(sealed.payload_id, role, sealed.size, sealed.digest, file)


def _called(file: File, name: str) -> str:
    """What a reply is called in the submitter's folder: file, interchange, ISA13, role."""
    place, _, role = name.rpartition(".")
    number, _, control = place.rpartition(".")[2].partition("-")
    safe = control if control.isalnum() and control.isascii() else "x"
    return f"{file.id}-{number}-{safe}.{role}"


def _bundle(results: PayloadWriter, out: str) -> None:
    """What the engine wrote and nobody needs now, as one tar: nothing that is kept otherwise."""
    kept = (".accepted.837", "plan.jsonl", "verdicts.jsonl", *(f".{role}" for role in REPLIES))
    with tarfile.open(fileobj=_Writing(results), mode="w|", bufsize=1 << 16) as bundle:
        for name in sorted(os.listdir(out)):
            if not name.endswith(kept):
                bundle.add(os.path.join(out, name), arcname=name)


class _Writing(BytesIO):
    """A payload as tarfile wants to write it."""

    def __init__(self, payload: PayloadWriter) -> None:
        super().__init__()
        self._payload = payload

    def write(self, piece: Any) -> int:
        self._payload.write(bytes(piece))
        return len(memoryview(piece))


def _keep(tx: Tx, lease: Lease, kept: Sequence[Payload], replies: Sequence[NewReply]) -> None:
    tx.holds(lease)
    for payload in kept:
        tx.add_payload(payload)
    for reply in replies:
        added = tx.add_reply(reply)
        tx.publish(RELAY, added.id)


def _lose(tx: Tx, lease: Lease, file: int, set_id: int, lost: Sequence[NewClaim]) -> None:
    tx.holds(lease)
    tx.add_claims(file, set_id, lost)


def _finish(tx: Tx, lease: Lease, judging: _Judging, ruleset: str) -> None:
    """The claims that died have their letters; everything above the batches is done."""
    tx.settle(lease)
    file = judging.file
    for claim in tx.claims_beside(file.id):
        if claim.state is State.DEAD_LETTERED:
            place = {"file": file.id, "claim": claim.ordinal}
            letter = NewDeadLetter(
                *(Kind.CLAIM, claim.id, RESCUE, claim.code, lease.attempts),
                file=file.id,
                ruleset=ruleset,
                place=place,
            )
            if tx.bury(letter) is not None:
                alert(tx, "claim.dead", Kind.CLAIM, claim.id)
    rows = [row.id for row in judging.interchanges]
    own = [each.id for each in judging.sets if each.interchange in rows]
    tx.advance(Kind.SET, own, State.SCRUBBED)
    tx.advance(Kind.INTERCHANGE, rows, State.SCRUBBED)
    tx.advance(Kind.FILE, file.id, State.SCRUBBED)
