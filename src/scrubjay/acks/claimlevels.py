"""The levels of a 277CA to a `ClaimAcknowledgment`, or to several parts of one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrubjay.acks.notices import Problem
from scrubjay.acks.values import amount, count, day, days
from scrubjay.documents import Segment
from scrubjay.models.acknowledgments import (
    AcknowledgedClaim,
    AcknowledgedLine,
    ClaimAcknowledgment,
    Origin,
    Party,
    ProviderAcknowledgment,
    Status,
    StatusInformation,
)

__all__ = ["ClaimLevels"]

Said = ClaimAcknowledgment | tuple[Problem, Segment]
Fields = dict[str, Any]

MOST = 1000
"""So many statuses of one level, and lines of one claim, are kept; no claim has more lines."""

SOURCE, RECEIVER, PROVIDER, PATIENT = "20", "21", "19", "PT"
_TOTALS = {
    "90": "accepted_count",
    "AA": "rejected_count",
    "QA": "accepted_count",
    "QC": "rejected_count",
    "YU": "accepted_amount",
    "YY": "rejected_amount",
}
_REFERENCES = {"1K": "payer_number", "D9": "clearinghouse_trace", "BLT": "bill_type"}
_LINE_REFERENCES = {"FJ": "control_number", "XZ": "prescription"}


@dataclass(slots=True)
class ClaimLevels:
    """What a 277CA has said since its last part.

    Each level is the fields of its model as they come; `level` is the HL03 in force.
    """

    origin: Origin
    limit: int
    level: str = ""
    part: int = 0
    top: Fields = field(default_factory=dict)
    providers: list[ProviderAcknowledgment] = field(default_factory=list)
    provider: Fields | None = None
    claims: list[AcknowledgedClaim] = field(default_factory=list)
    patient: Party = field(default_factory=Party)
    claim: Fields | None = None
    line: Fields | None = None
    held: int = 0

    def hear(self, segment: Segment) -> Iterator[Said]:
        """One segment; gives a part when there is enough for one."""
        match segment.id:
            case "HL":
                self._begin(segment[3])
                if self.held >= self.limit:
                    yield self._given(last=False)
            case "TRN":
                yield from self._traced(segment)
            case "STC":
                yield from self._stated(segment)
            case other:
                take = _PLAIN.get(other)
                if take is None:
                    yield Problem.UNEXPECTED, segment
                else:
                    take(self, segment)

    def end(self) -> Iterator[Said]:
        """The set is over."""
        yield self._given(last=True)

    def _begin(self, level: str) -> None:
        self._close_claim()
        if level in {SOURCE, RECEIVER, PROVIDER}:
            self._close_provider()
        if level == PROVIDER:
            self.provider = {"statuses": []}
            self.held += 1
        if level == PATIENT:
            self.patient = Party()
        self.level = level

    def _headed(self, segment: Segment) -> None:
        self.top |= {"reference": segment[3] or None, "created": day(segment[4])}

    def _named(self, segment: Segment) -> None:
        party = _party(segment)
        match self.level:
            case "20":
                self.top.setdefault("source", party)
            case "21":
                self.top.setdefault("receiver", party)
            case "19" if self.provider is not None:
                self.provider.setdefault("provider", party)
            case "PT":
                self.patient = party

    def _traced(self, segment: Segment) -> Iterator[Said]:
        match self.level:
            case "20":
                self.top["trace"] = segment[2] or None
            case "21":
                self.top["batch"] = segment[2].strip() or None
            case "19" if self.provider is not None:
                self.provider["trace"] = segment[2] or None
            case "PT":
                self._close_claim()
                if self.held >= self.limit:
                    yield self._given(last=False)
                self.claim = {"number": segment[2], "statuses": [], "lines": []}
                if not segment[2].strip():
                    self.claim = None
                    yield Problem.INCOMPLETE, segment

    def _stated(self, segment: Segment) -> Iterator[Said]:
        said = _information(segment)
        if not said.statuses and said.action is None:
            yield Problem.INCOMPLETE, segment
            return
        if said.contradicts_itself:
            yield Problem.CONTRADICTORY, segment
        holder = self._holder()
        if holder is None:
            yield Problem.INCOMPLETE, segment
        else:
            yield from _kept(segment, said, holder.setdefault("statuses", []))

    def _holder(self) -> Fields | None:
        """The fields of what the segment at hand belongs to; None where that is missing."""
        match self.level:
            case "21":
                return self.top
            case "19":
                return self.provider
            case "PT":
                return self.line if self.line is not None else self.claim
            case _:
                return None

    def _counted(self, segment: Segment) -> None:
        name, holder = _TOTALS.get(segment[1]), self._holder()
        if name is not None and holder is not None and self.level != PATIENT:
            holder[name] = (count if segment.id == "QTY" else amount)(segment[2])

    def _referred(self, segment: Segment) -> None:
        if self.level != PATIENT:
            return
        names = _REFERENCES if self.line is None else _LINE_REFERENCES
        name, holder = names.get(segment[1]), self._holder()
        if name is not None and holder is not None:
            holder[name] = segment[2] or None

    def _dated(self, segment: Segment) -> None:
        first, last = days(segment[3])
        match self.level, segment[1]:
            case "20", "050":
                self.top["received"] = first
            case "20", "009":
                self.top["processed"] = first
            case "PT", "472":
                holder = self._holder()
                if holder is not None:
                    holder |= {"service_from": first, "service_to": last}

    def _serviced(self, segment: Segment) -> None:
        self._close_line()
        if self.level != PATIENT or self.claim is None:
            return
        parts = next(iter(segment.repetitions(1)), ())
        self.line = {
            "qualifier": segment[1, 1] or None,
            "procedure": segment[1, 2] or None,
            "modifiers": tuple(part for part in parts[2:6] if part),
            "charge": amount(segment[2]),
            "revenue_code": segment[4] or None,
            "statuses": [],
        }

    def _close_line(self) -> None:
        line, self.line = self.line, None
        if line is not None and self.claim is not None:
            made = AcknowledgedLine(**line | {"statuses": tuple(line["statuses"])})
            if len(self.claim["lines"]) < MOST:
                self.claim["lines"].append(made)

    def _close_claim(self) -> None:
        self._close_line()
        claim, self.claim = self.claim, None
        if claim is not None:
            lists = {name: tuple(claim[name]) for name in ("statuses", "lines")}
            self.claims.append(AcknowledgedClaim(patient=self.patient, **claim | lists))
            self.held += 1

    def _close_provider(self, *, goes_on: bool = False) -> None:
        self._close_claim()
        provider = self.provider
        if provider is not None or self.claims:
            fields = provider or {"statuses": []}
            statuses = {"statuses": tuple(fields["statuses"]), "claims": tuple(self.claims)}
            self.providers.append(ProviderAcknowledgment(**fields | statuses))
        self.claims.clear()
        if not goes_on:
            self.provider = None

    def _given(self, *, last: bool) -> ClaimAcknowledgment:
        """What is there, as a part; the provider at hand goes on in the next one."""
        self._close_provider(goes_on=not last)
        self.part += 1
        fields = self.top | {"statuses": tuple(self.top.get("statuses", ()))}
        made = ClaimAcknowledgment(
            origin=self.origin,
            providers=tuple(self.providers),
            part=self.part,
            is_last=last,
            **fields,
        )
        self.providers.clear()
        self.held = 0
        return made


def _kept(segment: Segment, said: object, kept: list[Any]) -> Iterator[Said]:
    """Keeps a value, unless as many are kept as are useful."""
    if len(kept) < MOST:
        kept.append(said)
    else:
        yield Problem.TOO_MANY, segment


_PLAIN: dict[str, Callable[[ClaimLevels, Segment], None]] = {
    "BHT": ClaimLevels._headed,  # noqa: SLF001 - its own
    "NM1": ClaimLevels._named,  # noqa: SLF001
    "QTY": ClaimLevels._counted,  # noqa: SLF001
    "AMT": ClaimLevels._counted,  # noqa: SLF001
    "REF": ClaimLevels._referred,  # noqa: SLF001
    "DTP": ClaimLevels._dated,  # noqa: SLF001
    "SVC": ClaimLevels._serviced,  # noqa: SLF001
}


def _party(segment: Segment) -> Party:
    entity, kind, name, first, middle, _, suffix, qualifier, id_, *_ = _padded(segment, 9)
    return Party(
        entity=entity,
        kind=kind,
        name=name,
        first=first,
        middle=middle,
        suffix=suffix,
        id_qualifier=qualifier,
        id=id_,
    )


def _padded(segment: Segment, count: int) -> list[str | None]:
    """The elements, at least so many of them; None where one is empty."""
    elements: list[str | None] = [element or None for element in segment.elements]
    return elements + [None] * (count - len(elements))


def _information(segment: Segment) -> StatusInformation:
    elements = _padded(segment, 12)
    statuses = (_status(segment, at) for at in (1, 10, 11) if elements[at - 1] is not None)
    return StatusInformation(
        statuses=tuple(status for status in statuses if status.category),
        date=day(elements[1] or ""),
        action=elements[2],
        amount=amount(elements[3] or ""),
        message=elements[11],
        number=segment.number,
    )


def _status(segment: Segment, at: int) -> Status:
    parts = segment.repetitions(at)[0]
    category, status, entity, *_ = (*parts, "", "", "")
    return Status(category=category.strip(), status=status.strip(), entity=entity or None)
