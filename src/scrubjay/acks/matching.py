"""Acknowledgments onto what was sent: whom each statement is about.

The keys are the field's: ISA13 with ISA09 and ISA10 for a TA1; GS06 and ST02 for a 999; BHT03 and
CLM01 for a 277CA. Numbers repeat, so what they leave open is narrowed by who sent to whom, and
among claims by amount, date and patient. What is still open then is said to be ambiguous.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from scrubjay.acks import reasons
from scrubjay.acks.ledger import MOST_CANDIDATES, Candidate, Ledger, Level, Said
from scrubjay.acks.notices import Notice, Problem
from scrubjay.acks.reading import Acknowledgment
from scrubjay.acks.sent import plain_number
from scrubjay.models.acknowledgments import (
    AcknowledgedClaim,
    ClaimAcknowledgment,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    Origin,
    ProviderAcknowledgment,
    SegmentNote,
    SetAcknowledgment,
    Verdict,
)

__all__ = ["AMBIGUOUS", "NOTED", "Matching"]

AMBIGUOUS = "ambiguous"
NOTED = "noted"
"""Of a claim that a 999 names beside a fault: its set's verdict is the claim's."""

T = TypeVar("T")


@dataclass(slots=True)
class Matching:
    """Takes acknowledgments in any order; what they say goes into the ledger."""

    ledger: Ledger
    token: Callable[[str, str], str]
    """What stands for an identifier of a kind."""
    delivery: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    _part: dict[str, Any] = field(default_factory=dict)

    def take(self, acknowledgment: Acknowledgment) -> Iterator[Notice]:
        """One acknowledgment, or one part of one; gives what it could not place."""
        match acknowledgment:
            case InterchangeAcknowledgment():
                yield from self._interchange(acknowledgment)
            case ImplementationAcknowledgment():
                yield from self._group(acknowledgment)
            case ClaimAcknowledgment():
                yield from self._claims(acknowledgment)

    def settle(self) -> int:
        """Shares out what was said of claims that cannot be told apart; how many stay so.

        Those that the same document names by what they alone have are not meant. As many statements
        as claims are left are taken to be in the order of the claims.
        """
        left = 0
        for several, said in self.ledger.deferred():
            claims = self.ledger.not_named(several, said[0].document)
            if len(claims) == len(said):
                for no, one in zip(claims, said, strict=True):
                    self.ledger.say(one._replace(target=no))
            else:
                left += len(said)
                for no in claims:
                    self.ledger.say(said[0]._replace(target=no, state=AMBIGUOUS, payer=None))
        return left

    def _interchange(self, said: InterchangeAcknowledgment) -> Iterator[Notice]:
        self._count("TA1")
        rows = self.ledger.all(
            "SELECT no, sender, receiver FROM interchange WHERE bare = ?"
            " AND (date = ? OR ? = '') AND (time = ? OR ? = '')",
            plain_number(said.control_number),
            *(said.date, said.date),
            *(said.time[:4], said.time),
        )
        rows = _narrowed(rows, lambda row: row[1:] == (said.origin.receiver, said.origin.sender))
        if len(rows) != 1:
            yield _unplaced(said.origin, rows, "TA1", None, said.offset)
            return
        document = self._document("TA1", said.origin, said.origin.sender, "", said.control_number)
        codes = reasons.of_interchange(said)
        self.ledger.say(Said(Level.INTERCHANGE, rows[0][0], document, said.verdict, codes))

    def _group(self, said: ImplementationAcknowledgment) -> Iterator[Notice]:
        if said.part == 1:
            self._count("999")
        found = self._sent_group(said)
        if len(found) != 1:
            if said.is_last:
                yield _unplaced(said.origin, found, "AK1", 2)
            return
        origin = said.origin
        document = self._document(
            "999", origin, origin.group_sender or origin.sender, "", said.group_control
        )
        if said.code:
            codes = reasons.of_group(said)
            self.ledger.say(Said(Level.GROUP, found[0], document, said.verdict, codes, said.number))
        for one in said.sets:
            yield from self._set(one, found[0], document, origin)

    def _sent_group(self, said: ImplementationAcknowledgment) -> list[int]:
        rows = self.ledger.all(
            "SELECT g.no, g.sender, g.receiver, i.sender, i.receiver, g.version FROM grp g"
            " JOIN interchange i ON i.no = g.interchange"
            " WHERE g.bare = ? AND (g.code = ? OR ? = '')",
            plain_number(said.group_control),
            said.functional_id,
            said.functional_id,
        )
        origin = said.origin
        swapped = (origin.group_receiver, origin.group_sender)
        rows = _narrowed(rows, lambda row: row[1:3] == swapped)
        rows = _narrowed(rows, lambda row: row[3:5] == (origin.receiver, origin.sender))
        rows = _narrowed(rows, lambda row: row[5] == said.version)
        if len(rows) > 1 and said.sets:
            rows = _narrowed(rows, lambda row: self._has_sets(row[0], said.sets))
        return [row[0] for row in rows]

    def _has_sets(self, group: int, sets: Sequence[SetAcknowledgment]) -> bool:
        return all(self._sent_sets(group, one.control_number) for one in sets)

    def _sent_sets(self, group: int, control: str) -> list[int]:
        rows = self.ledger.all(
            "SELECT no FROM sent_set WHERE grp = ? AND control = ?", group, control
        )
        return [row[0] for row in rows]

    def _set(
        self, said: SetAcknowledgment, group: int, document: int, origin: Origin
    ) -> Iterator[Notice]:
        found = self._sent_sets(group, said.control_number)
        if len(found) != 1:
            if said.code:
                yield _unplaced(origin, found, "AK2", said.number)
            return
        if said.code:
            codes = reasons.of_set(said)
            self.ledger.say(Said(Level.SET, found[0], document, said.verdict, codes, said.number))
        for note in said.segments:
            for context in note.contexts:
                if context.kind == "CLM01" and context.value:
                    self._noted(context.value, found, document, note)

    def _noted(self, number: str, sets: list[int], document: int, note: SegmentNote) -> None:
        """A note names a claim."""
        own = [one for one in self._of_number(number) if one.sent_set in sets]
        if len(own) == 1:
            codes = reasons.of_note(note)
            self.ledger.say(Said(Level.CLAIM, own[0].no, document, NOTED, codes, note.number))

    def _claims(self, said: ClaimAcknowledgment) -> Iterator[Notice]:
        origin = said.origin
        if said.part == 1:
            self._count("277CA")
            self.delivery += 1
            self._part = {"sets": self._batches(said)}
        sets: list[int] = self._part["sets"]
        source = said.source
        hop = source.id or source.name or origin.group_sender or origin.sender
        document = self._document("277CA", origin, hop, source.name or "", said.batch or "")
        if said.part == 1:
            if len(sets) == 1:
                self._of(said, (Level.SET, sets[0]), document)
            elif said.verdict is Verdict.REJECTED or not sets:
                number = said.statuses[0].number if said.statuses else None
                yield _unplaced(origin, sets, "TRN", number)
        for one in said.providers:
            yield from self._provider(one, sets, document, origin)

    def _batches(self, said: ClaimAcknowledgment) -> list[int]:
        """The sets sent under the batch number that is acknowledged."""
        rows = self.ledger.all(
            "SELECT s.no, g.sender, g.receiver FROM sent_set s JOIN grp g ON g.no = s.grp"
            " WHERE s.batch = ?",
            said.batch,
        )
        swapped = (said.origin.group_receiver, said.origin.group_sender)
        rows = _narrowed(rows, lambda row: row[1:] == swapped)
        sets = [int(row[0]) for row in rows]
        for one in said.providers:
            sets = _narrowed(sets, partial(self._sent_providers, key=self._provider_key(one)))
            for claim in one.claims:
                if len(sets) > 1:
                    own = {each.sent_set for each in self._of_number(claim.number)}
                    sets = _narrowed(sets, own.__contains__)
        return sets

    def _of_number(self, number: str) -> list[Candidate]:
        return self.ledger.candidates(self.ledger.digest("claim", number.strip()))

    def _provider_key(self, said: ProviderAcknowledgment) -> int | None:
        return self.ledger.digest("provider", said.provider.id or said.provider.name or "")

    def _provider(
        self, said: ProviderAcknowledgment, sets: list[int], document: int, origin: Origin
    ) -> Iterator[Notice]:
        if said.statuses:
            key = self._provider_key(said)
            found = [own for one in sets if (own := self._sent_providers(one, key=key))]
            if len(found) == 1:
                for no in found[0]:
                    self._of(said, (Level.PROVIDER, no), document)
            elif said.verdict is Verdict.REJECTED:
                yield _unplaced(origin, found, "STC", said.statuses[0].number)
        for claim in said.claims:
            yield from self._claim(claim, sets, document, origin)

    def _sent_providers(self, sent_set: int, *, key: int | None) -> list[int]:
        rows = self.ledger.all(
            "SELECT DISTINCT no FROM provider WHERE sent_set = ? AND key = ?", sent_set, key
        )
        return [row[0] for row in rows]

    def _claim(
        self, said: AcknowledgedClaim, sets: list[int], document: int, origin: Origin
    ) -> Iterator[Notice]:
        found = self._of_number(said.number)
        number = said.statuses[0].number if said.statuses else None
        if len(found) > MOST_CANDIDATES:
            yield _unplaced(origin, found, "TRN", number)
            return
        of_batch = [one for one in found if one.sent_set in sets]
        if len(of_batch) != 1:
            facts = self._facts(said)
            of_batch = of_batch or [one for one in found if _resembles(one, facts)]
            for name, value in facts.items():
                of_batch = _narrowed(of_batch, partial(_has, name, value))
        found = of_batch
        if not found:
            yield _unplaced(origin, found, "TRN", number)
            return
        one = Said(
            Level.CLAIM,
            found[0].no,
            document,
            said.verdict,
            reasons.of_claim(said),
            number,
            self.token("payer_claim", said.payer_number) if said.payer_number else None,
        )
        if len(found) == 1:
            self.ledger.say(one)
        else:
            self.ledger.defer(self.delivery, (each.no for each in found), one)

    def _facts(self, said: AcknowledgedClaim) -> dict[str, int | None]:
        """What tells a claim from others with its number, in the order of how well it does."""
        digest, patient = self.ledger.digest, said.patient
        charge = next((one.amount for one in said.statuses if one.amount is not None), None)
        first = said.service_from
        person = ((patient.name or "").strip().upper(), (patient.first or "").strip().upper())
        return {
            "trace": digest("trace", said.clearinghouse_trace or ""),
            "cents": None if charge is None else int(charge * 100),
            "day": digest("day", "" if first is None else first.strftime("%Y%m%d")),
            "member": digest("member", (patient.id or "").strip().upper()),
            "person": digest("person", *person),
        }

    def _of(
        self, said: ProviderAcknowledgment | ClaimAcknowledgment, at: tuple[Level, int], no: int
    ) -> None:
        """The statuses of a level of a 277CA, by document `no`."""
        number = said.statuses[0].number if said.statuses else None
        codes = tuple(islice(reasons.of_statuses(said.statuses), reasons.MOST_STATUSES))
        self.ledger.say(Said(*at, no, said.verdict, codes, number))

    def _document(self, kind: str, origin: Origin, hop: str, name: str, about: str) -> int:
        """The document that an acknowledgment is, however often it is delivered."""
        mark = "\0".join(
            (
                *(kind, hop, about, origin.sender, origin.control_number, origin.date),
                *(origin.time, origin.group_control, origin.set_control),
            )
        )
        return self.ledger.document(
            mark,
            *(kind, hop, name, origin.control_number),
            *(origin.group_control, origin.set_control, origin.date, origin.file),
        )

    def _count(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1


def _narrowed(rows: list[T], fits: Callable[[T], object]) -> list[T]:
    """Those that fit, where any does and there is anything to choose."""
    return [row for row in rows if fits(row)] or rows if len(rows) > 1 else rows


def _has(name: str, value: int | None, one: Candidate) -> bool:
    return value is not None and bool(getattr(one, name) == value)


def _resembles(one: Candidate, facts: dict[str, int | None]) -> bool:
    """Whether anything but its number says so: numbers are short, and begin anew."""
    told = [(getattr(one, name), value) for name, value in facts.items() if value is not None]
    return not told or any(own == value for own, value in told)


def _unplaced(
    origin: Origin,
    found: Sequence[object],
    segment: str,
    number: int | None,
    offset: int | None = None,
) -> Notice:
    return Notice(
        Problem.AMBIGUOUS if found else Problem.UNMATCHED,
        origin.file,
        interchange=origin.control_number or None,
        group=origin.group_control or None,
        set=origin.set_control or None,
        segment_index=number,
        byte_offset=offset,
        segment=segment,
    )
