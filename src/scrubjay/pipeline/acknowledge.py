"""Acknowledge: what a partner says is matched with what was sent, and moves it on.

The keys are our own numbers, so that they are exact: TA101 is an ISA13 of ours, AK102 a GS06, AK202
an ST02, and TRN02 of a 277CA's 2200B a BHT03, in which ISA13 and ST02 stand. Claims are found by
the token of CLM01 within their batch. An acknowledgment is evidence of receipt, and ends a doubt.

What nobody sent is held and told, and so is what contradicts an earlier word of the same document:
then the earlier word stands until a person has decided. What came before, or too late, changes
nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubjay.acks import Notice, read
from scrubjay.acks import reasons as codes
from scrubjay.acks.applied import token_of
from scrubjay.acks.notices import Problem
from scrubjay.errors import InputError
from scrubjay.failpoints import failpoint
from scrubjay.models.acknowledgments import (
    AcknowledgedClaim,
    ClaimAcknowledgment,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    Verdict,
)
from scrubjay.pipeline import paying
from scrubjay.pipeline.answering import Relayed, echoed, relayed
from scrubjay.pipeline.partners import DOCUMENTS
from scrubjay.pipeline.paying import DOCUMENT, Paid, matched, payments
from scrubjay.pipeline.send import expect
from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import ACKNOWLEDGE, RELAY, Line, Work
from scrubjay.store.rows import Acknowledgment, Batch, Claim, Outcome, Transmission
from scrubjay.store.states import FINAL, Kind, State
from scrubjay.vault import PayloadGoneError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scrubjay.acks.reading import Acknowledgment as Said
    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx

__all__ = ["Acknowledge"]

UNMATCHED, CONTRADICTS, UNREADABLE = "UNMATCHED", "CONTRADICTS", "UNREADABLE"
DUPLICATE_INTERCHANGE = "025"
RANKS = {"TA1": 0, "999": 1, "277CA": 2}
SET_DIGITS = 4
"""Of ST02 in the BHT03 that `assemble` gives."""


class Acknowledge:
    """The stage of that name."""

    topic = ACKNOWLEDGE

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A file from a partner, by its id."""
        store = self._work.store
        row = await store.read(lambda view: view.one(Acknowledgment, lease.subject))
        line = None if row is None else self._work.lines.get(row.partner)
        if row is None or row.state is not State.INGESTED:
            await self._work.broker.settle(lease)
            return
        if line is None:
            await self._work.broker.release(lease, delay=60.0, counts=False)
            return
        heard = await asyncio.to_thread(self._read, row)
        matching = _Matching(self._work, line, row)

        def apply(tx: Tx) -> None:
            matching.apply(tx, lease, heard)
            for each in heard.back:
                tx.add_payload(each.payload)
                tx.publish(RELAY, tx.add_reply(each.reply).id)
            for file in sorted(heard.gone):
                told = {"acknowledgment": row.id, "reason": PayloadGoneError.code}
                tx.note("acknowledgment.unrelayed", Kind.FILE, file, told)
                alert(tx, f"acknowledgment.unrelayed.{row.id}", Kind.FILE, file)

        failpoint("acknowledge.read")
        await store.write(apply)
        failpoint("acknowledge.applied")

    def _read(self, row: Acknowledgment) -> _Heard:
        with self._work.vault.open(row.payload) as payload:
            text = payload.read(0, row.size)
        try:
            found = list(read(text))
            paid, sets = payments(text, self._work.key)
        except InputError:
            return _Heard(unreadable=True)
        said = [each for each in found if not isinstance(each, Notice)]
        notices = [each.problem for each in found if isinstance(each, Notice)]
        # an 835 is read elsewhere, so that it is no reason to complain
        others = len(notices) - min(notices.count(Problem.NOT_READ), sets)
        known = self._work.store.ask(lambda view: matched(view, row.partner, paid))
        gone: set[int] = set()
        back = [*relayed(self._work, row, text, gone), *echoed(self._work, row, said, gone)]
        return _Heard(said, known, back, gone, unreadable=others > 0)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a file says."""

    said: Sequence[Said] = ()
    paid: Sequence[Paid] = ()
    back: Sequence[Relayed] = ()
    """What of it goes to submitters."""
    gone: Collection[int] = ()
    """Files that were purged, so that their submitters cannot be told under their own numbers."""
    unreadable: bool = False
    """Whether something in it says nothing."""


@dataclass(slots=True)
class _Matching:
    """One file from a partner, onto what was sent to it. All of it is one unit of work."""

    work: Work
    line: Line
    row: Acknowledgment
    problems: set[str] = field(default_factory=set)
    documents: set[tuple[int, str]] = field(default_factory=set)

    def apply(self, tx: Tx, lease: Lease, heard: _Heard) -> None:
        """Everything that it says."""
        tx.settle(lease)
        self.problems = {UNREADABLE} if heard.unreadable else set()
        self.documents = set()
        for each in heard.said:
            match each:
                case InterchangeAcknowledgment():
                    self._interchange(tx, each)
                case ImplementationAcknowledgment():
                    self._group(tx, each)
                case ClaimAcknowledgment():
                    self._claims(tx, each)
        self._payments(tx, heard.paid)
        for transmission in sorted({each for each, _ in self.documents}):
            self._ended(tx, transmission)
            for document in DOCUMENTS:
                if not self._is_owed(tx, transmission, document):
                    tx.met(transmission, document)
        if self.problems or not self.documents:
            reason = ",".join(sorted(self.problems)) or UNMATCHED
            tx.advance(Kind.ACKNOWLEDGMENT, self.row.id, State.QUARANTINED, reason=reason)
            alert(tx, "acknowledgment.held", Kind.ACKNOWLEDGMENT, self.row.id)
        else:
            tx.advance(Kind.ACKNOWLEDGMENT, self.row.id, State.ACKNOWLEDGED)

    # What it is about.
    def _sent(self, tx: Tx, control: str) -> Transmission | None:
        found = tx.transmission_by_control(self.row.partner, control.strip().zfill(9))
        if not found:
            self.problems.add(UNMATCHED)
            return None
        return found[0]

    def _evidence(self, tx: Tx, transmission: int, document: str) -> None:
        """The partner has it, whatever we knew of that."""
        self.documents.add((transmission, document))
        if tx.advance(Kind.TRANSMISSION, transmission, State.SUBMITTED, reason=document):
            tx.advance_batches(transmission, State.SUBMITTED, reason=document)
            expect(tx, transmission, self.line.record)

    def _tell(
        self, tx: Tx, about: tuple[Kind, int], document: str, verdict: str, said: Sequence[str]
    ) -> bool:
        """Writes an outcome down; False where it contradicts what the same document said before."""
        hop = self.line.record.name
        outcome = Outcome(
            *about, hop, document, verdict, " ".join(said), acknowledgment=self.row.id
        )
        before = tx.outcomes_of(*about)
        known = {each.verdict for each in before if (each.hop, each.document) == (hop, document)}
        tx.add_outcomes([outcome])
        if known - {verdict, Verdict.PENDING.value} and verdict != Verdict.PENDING:
            self.problems.add(CONTRADICTS)
            return False
        return True

    def _is_owed(self, tx: Tx, transmission: int, document: str) -> bool:
        """Whether the partner still owes a document of something that was sent.

        One that came and left claims out is owed until they are in another; nothing more is owed
        of what was refused altogether.
        """
        if all(each.state is State.REJECTED_BY_PARTNER for each in tx.batches_in(transmission)):
            return False
        if document == "999" or document == self.line.record.final == "277CA":
            return tx.awaits(transmission, document)
        came = (transmission, document) in self.documents
        return not came or (document == DOCUMENT and tx.awaits(transmission, document))

    def _is_final(self, document: str) -> bool:
        return RANKS[document] >= RANKS[self.line.record.final]

    # 835.
    def _payments(self, tx: Tx, paid: Sequence[Paid]) -> None:
        if any(each.claim is None for each in paid):
            self.problems.add(UNMATCHED)
        for transmission in sorted(paying.told(tx, self.line.record.name, self.row.id, paid)):
            self._evidence(tx, transmission, DOCUMENT)

    # TA1.
    def _interchange(self, tx: Tx, said: InterchangeAcknowledgment) -> None:
        sent = self._sent(tx, said.control_number)
        if sent is None:
            return
        self._evidence(tx, sent.id, "TA1")
        if said.verdict is Verdict.REJECTED and said.note == DUPLICATE_INTERCHANGE:
            # the partner has had it for some time: that is all that it says
            return
        told = codes.of_interchange(said)
        if not self._tell(tx, (Kind.TRANSMISSION, sent.id), "TA1", said.verdict, told):
            return
        if said.verdict is Verdict.REJECTED:
            batches = tx.batches_in(sent.id)
            if any(batch.state is State.ACKNOWLEDGED for batch in batches):
                self.problems.add(CONTRADICTS)
                return
            tx.advance_batches(sent.id, State.REJECTED_BY_PARTNER, reason=told[0])
            alert(tx, "transmission.rejected", Kind.TRANSMISSION, sent.id)
        elif said.verdict is Verdict.ACCEPTED and self._is_final("TA1"):
            tx.advance_batches(sent.id, State.ACKNOWLEDGED)

    # 999.
    def _group(self, tx: Tx, said: ImplementationAcknowledgment) -> None:
        control = said.group_control.strip().lstrip("0") or "0"
        found = tx.batches_by_group(self.row.partner, control)
        if not found or found[0].transmission is None:
            self.problems.add(UNMATCHED)
            return
        transmission = found[0].transmission
        batches = {
            int(batch.set_control): batch for batch in found if batch.transmission == transmission
        }
        self._evidence(tx, transmission, "999")
        named = set()
        for each in said.sets:
            number = each.control_number.strip()
            batch = batches.get(int(number)) if number.isdecimal() else None
            if batch is None:
                self.problems.add(UNMATCHED)
                continue
            if each.code:
                named.add(batch.id)
                self._batch(tx, batch, "999", each.verdict, codes.of_set(each))
        if said.is_last and said.verdict is not Verdict.PENDING:
            # sets that it does not name share what it says of the group
            for batch in batches.values():
                if batch.id not in named and not (named and said.verdict is Verdict.REJECTED):
                    self._batch(tx, batch, "999", said.verdict, codes.of_group(said))

    def _batch(
        self, tx: Tx, batch: Batch, document: str, verdict: Verdict, told: Sequence[str]
    ) -> None:
        if not self._tell(tx, (Kind.BATCH, batch.id), document, verdict, told):
            return
        if verdict is Verdict.REJECTED:
            if tx.state(Kind.BATCH, batch.id) is State.ACKNOWLEDGED:
                self.problems.add(CONTRADICTS)
                return
            tx.advance(Kind.BATCH, batch.id, State.REJECTED_BY_PARTNER, reason=told[0])
            alert(tx, "batch.rejected", Kind.BATCH, batch.id)
        elif verdict is Verdict.ACCEPTED and self._is_final(document):
            tx.advance(Kind.BATCH, batch.id, State.ACKNOWLEDGED)

    # 277CA.
    def _claims(self, tx: Tx, said: ClaimAcknowledgment) -> None:
        number = (said.batch or "").strip()
        sent = self._sent(tx, number[:-SET_DIGITS]) if len(number) > SET_DIGITS else None
        control = number[-SET_DIGITS:]
        batches = [] if sent is None else tx.batches_in(sent.id)
        batch = next((each for each in batches if each.set_control == control), None)
        if sent is None or batch is None:
            self.problems.add(UNMATCHED)
            return
        self._evidence(tx, sent.id, "277CA")
        claims = [claim for provider in said.providers for claim in provider.claims]
        if not claims:
            if said.verdict is not Verdict.PENDING:
                told = tuple(codes.of_statuses(said.statuses)) or ("277CA",)
                self._batch(tx, batch, "277CA", said.verdict, told)
            return
        self._each(tx, batch, claims)

    def _each(self, tx: Tx, batch: Batch, said: Sequence[AcknowledgedClaim]) -> None:
        """The claims of a batch: those that are rejected one by one, the rest together."""
        by_token: dict[str, list[Claim]] = {}
        for claim in tx.claims_of(batch.id):
            by_token.setdefault(claim.token, []).append(claim)
        accepted: list[int] = []
        for one in said:
            token = token_of(self.work.key, "claim", one.number.strip())
            found = by_token.get(token, [])
            meant = _resembling(found, one)
            if meant is None:
                self.problems.add(UNMATCHED)
                continue
            found.remove(meant)
            if one.verdict is Verdict.ACCEPTED:
                if meant.state is State.REJECTED_BY_PARTNER:
                    self.problems.add(CONTRADICTS)
                else:
                    accepted.append(meant.id)
            elif one.verdict is Verdict.REJECTED:
                self._reject(tx, meant, codes.of_claim(one))
        self._accept(tx, batch, accepted)

    def _reject(self, tx: Tx, claim: Claim, told: Sequence[str]) -> None:
        if not self._tell(tx, (Kind.CLAIM, claim.id), "277CA", Verdict.REJECTED.value, told):
            return
        if claim.state is State.ACKNOWLEDGED:
            self.problems.add(CONTRADICTS)
            return
        tx.set_claims([claim.id], State.REJECTED_BY_PARTNER, code=told[0] if told else "277CA")

    def _accept(self, tx: Tx, batch: Batch, accepted: list[int]) -> None:
        if not accepted or not self._is_final("277CA"):
            return
        states = {claim.id: claim.state for claim in tx.claims_of(batch.id)}
        open_ = {claim for claim, state in states.items() if state not in FINAL}
        if open_ <= set(accepted):
            self._tell(tx, (Kind.BATCH, batch.id), "277CA", Verdict.ACCEPTED.value, ())
            tx.advance(Kind.BATCH, batch.id, State.ACKNOWLEDGED)
        else:
            tx.set_claims(accepted, State.ACKNOWLEDGED)

    def _ended(self, tx: Tx, transmission: int) -> None:
        """A transmission is done when all its batches, and the claims in them, are."""
        done = []
        for batch in tx.batches_in(transmission):
            if batch.state not in FINAL:
                states = {claim.state for claim in tx.claims_of(batch.id)}
                if not states <= FINAL:
                    return
                rejected = states == {State.REJECTED_BY_PARTNER}
                to = State.REJECTED_BY_PARTNER if rejected else State.ACKNOWLEDGED
                tx.advance(Kind.BATCH, batch.id, to)
                done.append(to)
            else:
                done.append(batch.state)
        rejected = set(done) == {State.REJECTED_BY_PARTNER}
        to = State.REJECTED_BY_PARTNER if rejected else State.ACKNOWLEDGED
        tx.advance(Kind.TRANSMISSION, transmission, to)


def _resembling(found: Sequence[Claim], said: AcknowledgedClaim) -> Claim | None:
    """The claim that is meant: of several with one number that of the amount, else the first."""
    if len(found) > 1:
        amount = next((each.amount for each in said.statuses if each.amount is not None), None)
        if amount is not None:
            cents = int(amount * 100)
            return next((claim for claim in found if claim.charge == cents), found[0])
    return found[0] if found else None
