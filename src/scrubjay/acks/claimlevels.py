"""The levels of a 277CA to a `ClaimAcknowledgment`, or to several parts of one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scrubjay.acks.notices import Fault, Problem
from scrubjay.acks.totals import Totals
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

Said = ClaimAcknowledgment | Fault
Fields = dict[str, Any]

EMPTY = ((), ("",))
FIRST_STATUS_AGAIN = 9
MESSAGE = 11
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
    totals: Totals = field(default_factory=Totals)
    """Of the whole; `provider_totals` of the provider at hand."""
    provider_totals: Totals = field(default_factory=Totals)
    wrong: list[Fault] = field(default_factory=list)

    def hear(self, segment: Segment) -> Iterable[Said]:
        """One segment; gives a part when there is enough for one."""
        match segment.id:
            case "STC":
                return self._stated(segment)
            case "TRN":
                return self._traced(segment)
            case "HL":
                self._begin(segment[3])
                if self.held < self.limit and not self.wrong:
                    return ()
                return self._due()
            case other:
                take = _PLAIN.get(other)
                if take is None:
                    return (Fault(Problem.UNEXPECTED, segment),)
                take(self, segment)
                return ()

    def end(self) -> Iterator[Said]:
        """The set is over."""
        made = self._given(last=True)
        self._hold(self.totals)
        yield from self._told()
        yield made

    def _due(self) -> Iterator[Said]:
        yield from self._told()
        if self.held >= self.limit:
            yield self._given(last=False)

    def _told(self) -> Iterator[Fault]:
        """Totals that were found to be wrong."""
        yield from self.wrong
        self.wrong.clear()

    def _hold(self, totals: Totals) -> None:
        """A level is over: its totals are held against its claims."""
        segment = totals.wrong()
        if segment is not None:
            self.wrong.append(Fault(Problem.TOTALS, segment))

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
                    yield Fault(Problem.INCOMPLETE, segment)

    def _stated(self, segment: Segment) -> Iterator[Said]:
        said = _information(segment)
        if not said.statuses and said.action is None:
            yield Fault(Problem.INCOMPLETE, segment)
            return
        if said.contradicts_itself:
            yield Fault(Problem.CONTRADICTORY, segment)
        holder = self._holder()
        if holder is None:
            yield Fault(Problem.INCOMPLETE, segment)
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
            value = (count if segment.id == "QTY" else amount)(segment[2])
            holder[name] = value
            totals = self.provider_totals if self.level == PROVIDER else self.totals
            totals.state(segment, name, value)

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
            made = AcknowledgedClaim(patient=self.patient, **claim | lists)
            self.claims.append(made)
            self.held += 1
            if self.totals.segment is not None:
                self.totals.add(made)
            if self.provider_totals.segment is not None:
                self.provider_totals.add(made)

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
            self._hold(self.provider_totals)
            self.provider_totals = Totals()

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
        yield Fault(Problem.TOO_MANY, segment)


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
    elements = [element or None for element in segment.elements[:9]]
    elements += [None] * (9 - len(elements))
    del elements[5]  # the title
    return Party(*elements)


def _information(segment: Segment) -> StatusInformation:
    elements = segment.elements
    more = len(elements) > FIRST_STATUS_AGAIN
    places = (1, 10, 11) if more else (1,)
    statuses = (_status(segment, at) for at in places if elements[at - 1 : at] not in EMPTY)
    date, action, charge, *_ = (*elements[1:4], "", "", "")
    return StatusInformation(
        statuses=tuple(status for status in statuses if status.category),
        date=day(date),
        action=action or None,
        amount=amount(charge),
        message=(elements[11] or None) if len(elements) > MESSAGE else None,
        number=segment.number,
    )


def _status(segment: Segment, at: int) -> Status:
    return _status_of(segment.repetitions(at)[0])


@lru_cache(maxsize=1024)
def _status_of(parts: tuple[str, ...]) -> Status:
    category, status, entity, *_ = (*parts, "", "", "")
    return Status(category=category.strip(), status=status.strip(), entity=entity or None)
