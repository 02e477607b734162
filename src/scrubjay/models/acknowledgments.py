"""Acknowledgments as typed, frozen values: the TA1, the 999 and the 277CA (005010X214).

Codes are kept as they came, known or not; `text` says them in words. As everywhere in the models,
nothing shows a value in its repr. They are named tuples and not pydantic's models
(docs/decisions/0024): acknowledgments of millions of claims pass through them, nobody builds one by
hand, and what makes them has read every value itself.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from scrubjay.codes import words

__all__ = [
    "AcknowledgedClaim",
    "AcknowledgedLine",
    "ClaimAcknowledgment",
    "Context",
    "ElementNote",
    "ImplementationAcknowledgment",
    "InterchangeAcknowledgment",
    "Origin",
    "Party",
    "ProviderAcknowledgment",
    "SegmentNote",
    "SetAcknowledgment",
    "Status",
    "StatusInformation",
    "Verdict",
    "plain",
]


class Verdict(StrEnum):
    """What an acknowledgment says of a unit."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"


Text = str | None
Code = str | None
Money = Decimal | None
Day = dt.date | None


T = TypeVar("T")


def _masked(row: type[T]) -> type[T]:
    """The class with rows that show nothing of themselves."""

    def shown(self: Any) -> str:
        there = sum(value is not None for value in self)
        return f"{row.__name__}({there} fields, masked)"

    row.__repr__ = shown  # type: ignore[method-assign] # that of a tuple shows all
    return row


def plain(value: Any) -> Any:
    """A row as nested plain values by field name; what is missing is left out."""
    if not isinstance(value, tuple):
        return value
    names = getattr(value, "_fields", None)
    if names is None:
        return tuple(map(plain, value))
    fields = zip(names, value, strict=True)
    return {name: plain(each) for name, each in fields if each is not None}


@_masked
class Origin(NamedTuple):
    """The envelope that an acknowledgment came in, and the file."""

    file: str
    sender: str = ""
    """ISA06, without the padding."""
    receiver: str = ""
    control_number: str = ""
    """ISA13."""
    date: str = ""
    time: str = ""
    group_sender: str = ""
    group_receiver: str = ""
    group_control: str = ""
    set_control: str = ""


@_masked
class InterchangeAcknowledgment(NamedTuple):
    """A TA1: what became of an interchange."""

    origin: Origin
    control_number: str
    """TA101, the ISA13 that is acknowledged; TA102 and TA103 are its date and time."""
    date: str = ""
    time: str = ""
    code: str = ""
    note: str = ""
    offset: int = 0

    @property
    def verdict(self) -> Verdict:
        """A and E accept."""
        return _taken(self.code)

    @property
    def text(self) -> str:
        """In words."""
        taken = words("acknowledgment", self.code) or self.code
        if self.note in {"", "000"}:
            return taken
        return f"{taken}: {words('interchange_note', self.note) or self.note}"


@_masked
class Context(NamedTuple):
    """A CTX: whom a note of a 999 is about, or which other place made it so."""

    kind: str
    """``CLM01``, ``TRN02``, ``NM109`` and the like, or ``SITUATIONAL TRIGGER``."""
    value: Text = None
    segment: Code = None
    position: int | None = None
    loop: Code = None
    element: Code = None


@_masked
class ElementNote(NamedTuple):
    """An IK4: one element in error."""

    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    data_element: Code = None
    fault: str = ""
    value: Text = None
    """IK404: a copy of what stood there."""
    contexts: tuple[Context, ...] = ()

    @property
    def text(self) -> str:
        """In words."""
        return words("element_fault", self.fault) or self.fault


@_masked
class SegmentNote(NamedTuple):
    """An IK3: one segment in error."""

    segment: str = ""
    position: int | None = None
    loop: Code = None
    fault: str = ""
    contexts: tuple[Context, ...] = ()
    elements: tuple[ElementNote, ...] = ()
    number: int | None = None
    """The ordinal of the IK3 in the 999, ST being 1."""

    @property
    def text(self) -> str:
        """In words."""
        return words("segment_fault", self.fault) or self.fault


@_masked
class SetAcknowledgment(NamedTuple):
    """An AK2 with what follows: what became of a transaction set."""

    code: str = ""
    """IK501; empty where the set goes on in the next part, or the 999 is cut short."""
    set_code: str = ""
    control_number: str = ""
    version: str = ""
    faults: tuple[str, ...] = ()
    segments: tuple[SegmentNote, ...] = ()
    number: int | None = None
    """The ordinal of the IK5 in the 999, ST being 1; of the AK2 where there is none."""

    @property
    def verdict(self) -> Verdict:
        """A and E accept."""
        return _taken(self.code)

    @property
    def text(self) -> str:
        """In words."""
        return _with_faults(self.code, "set_fault", self.faults)


@_masked
class ImplementationAcknowledgment(NamedTuple):
    """A 999: what became of a functional group and of its sets.

    A long one comes in parts; all but the last have no `code`.
    """

    origin: Origin
    functional_id: str = ""
    """AK101, the GS01 that is acknowledged; AK102 is its GS06."""
    group_control: str = ""
    version: str = ""
    sets: tuple[SetAcknowledgment, ...] = ()
    code: str = ""
    """AK901."""
    included: int | None = None
    received: int | None = None
    accepted: int | None = None
    faults: tuple[str, ...] = ()
    number: int | None = None
    """The ordinal of the AK9, ST being 1."""
    part: int = 1
    is_last: bool = True

    @property
    def verdict(self) -> Verdict:
        """A and E accept; P leaves it to the sets."""
        return _taken(self.code)

    @property
    def text(self) -> str:
        """In words."""
        return _with_faults(self.code, "group_fault", self.faults)


@_masked
class Party(NamedTuple):
    """Somebody who is named (NM1)."""

    entity: Code = None
    kind: Code = None
    """NM102: 1 a person, 2 an organization."""
    name: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None
    id_qualifier: Code = None
    id: Text = None


@_masked
class Status(NamedTuple):
    """A status: of which kind, what exactly, and about whom."""

    category: str
    """Code source 507."""
    status: str = ""
    """Code source 508."""
    entity: Code = None
    """Data element 98."""

    @property
    def code(self) -> str:
        """As it stands in the file: ``A7:562:85``."""
        return ":".join(part for part in (self.category, self.status, self.entity) if part)

    @property
    def verdict(self) -> Verdict:
        """By its category alone."""
        return _CATEGORIES.get(self.category, Verdict.PENDING)

    @property
    def text(self) -> str:
        """In words."""
        said = words("status_category", self.category) or self.category
        if self.status:
            said += f": {words('claim_status', self.status) or f'status {self.status}'}"
        if self.entity:
            said += f" ({words('entity', self.entity) or self.entity})"
        return said


@_masked
class StatusInformation(NamedTuple):
    """An STC."""

    statuses: tuple[Status, ...] = ()
    date: Day = None
    action: Code = None
    """STC03: WQ accepts, U rejects."""
    amount: Money = None
    message: Text = None
    """STC12."""
    number: int | None = None
    """Its ordinal in the set, ST being 1."""

    @property
    def verdict(self) -> Verdict:
        """Rejected if its action or a category of it says so."""
        said = _ACTIONS.get(self.action or "", Verdict.PENDING)
        for status in self.statuses:
            if said is Verdict.REJECTED:
                break
            verdict = status.verdict
            said = said if verdict is Verdict.PENDING else verdict
        return said

    @property
    def contradicts_itself(self) -> bool:
        """Whether its action says one thing and its category the other."""
        action = _ACTIONS.get(self.action or "")
        if action is None:
            return False
        same = (action, Verdict.PENDING)
        return any(status.verdict not in same for status in self.statuses)


@_masked
class AcknowledgedLine(NamedTuple):
    """A service line that a claim was rejected for (2220D)."""

    qualifier: Code = None
    procedure: Code = None
    modifiers: tuple[str, ...] = ()
    charge: Money = None
    revenue_code: Code = None
    statuses: tuple[StatusInformation, ...] = ()
    control_number: Text = None
    """REF*FJ, the 837's REF*6R."""
    prescription: Text = None
    service_from: Day = None
    service_to: Day = None


@_masked
class AcknowledgedClaim(NamedTuple):
    """What became of one claim (2200D)."""

    patient: Party = Party()
    number: str = ""
    """TRN02, the 837's CLM01."""
    statuses: tuple[StatusInformation, ...] = ()
    payer_number: Text = None
    """REF*1K."""
    clearinghouse_trace: Text = None
    """REF*D9."""
    bill_type: Text = None
    service_from: Day = None
    service_to: Day = None
    lines: tuple[AcknowledgedLine, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Rejected if one status of it or of its lines rejects."""
        if not self.lines:
            return _together(self.statuses)
        lines = (status for line in self.lines for status in line.statuses)
        return _together((*self.statuses, *lines))


@_masked
class ProviderAcknowledgment(NamedTuple):
    """What became of a billing provider's claims (2000C)."""

    provider: Party = Party()
    trace: Text = None
    statuses: tuple[StatusInformation, ...] = ()
    claims: tuple[AcknowledgedClaim, ...] = ()
    accepted_count: int | None = None
    """How many claims, and of how many dollars, were taken and sent back (QTY, AMT)."""
    rejected_count: int | None = None
    accepted_amount: Money = None
    rejected_amount: Money = None

    @property
    def verdict(self) -> Verdict:
        """Of the provider's own statuses; pending where there are none."""
        return _together(self.statuses)


@_masked
class ClaimAcknowledgment(NamedTuple):
    """A 277CA: what became of the claims of an 837, level by level.

    A long one comes in parts: each has the levels above its claims, and `is_last` tells the end.
    """

    origin: Origin
    reference: Text = None
    """BHT03, its own number."""
    created: Day = None
    source: Party = Party()
    """Who answers (2100A): the payer, or a clearinghouse."""
    trace: Text = None
    received: Day = None
    processed: Day = None
    receiver: Party = Party()
    """Who sent the claims (2100B)."""
    batch: Text = None
    """2200B TRN02, the 837's BHT03."""
    statuses: tuple[StatusInformation, ...] = ()
    providers: tuple[ProviderAcknowledgment, ...] = ()
    part: int = 1
    is_last: bool = True
    accepted_count: int | None = None
    """How many claims, and of how many dollars, were taken and sent back (QTY, AMT)."""
    rejected_count: int | None = None
    accepted_amount: Money = None
    rejected_amount: Money = None

    @property
    def verdict(self) -> Verdict:
        """Of the statuses of the file as a whole."""
        return _together(self.statuses)


_TAKEN = {
    **dict.fromkeys("AE", Verdict.ACCEPTED),
    **dict.fromkeys("MRWX", Verdict.REJECTED),
}
_ACTIONS = {"WQ": Verdict.ACCEPTED, "U": Verdict.REJECTED}
_CATEGORIES = {
    **dict.fromkeys(("A0", "A1", "A2", "A5"), Verdict.ACCEPTED),
    **dict.fromkeys(("A3", "A4", "A6", "A7", "A8", "E0", "E3", "E4"), Verdict.REJECTED),
}


def _taken(code: str) -> Verdict:
    return _TAKEN.get(code, Verdict.PENDING)


def _together(statuses: tuple[StatusInformation, ...]) -> Verdict:
    said = Verdict.PENDING
    for status in statuses:
        verdict = status.verdict
        if verdict is Verdict.REJECTED:
            return verdict
        said = said if verdict is Verdict.PENDING else verdict
    return said


def _with_faults(code: str, table: str, faults: tuple[str, ...]) -> str:
    said = words("acknowledgment", code) or code
    meant = "; ".join(words(table, fault) or fault for fault in faults)
    return f"{said}: {meant}" if meant else said
