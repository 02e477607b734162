"""The claims that were sent, out of 837 files of any guide, one pass, a claim at a time.

Claims are told by CLM and what stands before and behind it by its qualifiers, not by loops: a claim
that breaks its guide was sent all the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from scrubjay.acks.ledger import Ledger
from scrubjay.acks.values import amount
from scrubjay.documents import Segment, segments

__all__ = ["SentClaim", "claims_of", "enter", "plain_number"]

Progress = Callable[[int], None]
WANTED = (
    *("BHT", "HL", "CLM", "DTP*472", "DTP*434", "REF*D9"),
    *("NM1*85", "NM1*PR", "NM1*IL", "NM1*QC"),
)


@dataclass(slots=True)
class SentClaim:
    """A claim as it was sent, with its envelope. It names a patient: it is not kept."""

    interchange: Segment
    group: Segment | None
    opened: Segment
    batch: str
    number: str
    charge: Decimal | None
    provider: tuple[str, str]
    """Number and name of the billing provider."""
    payer: str
    patient: tuple[str, str]
    """Last and first name."""
    member: str
    service_date: str = ""
    """The first, CCYYMMDD."""
    trace: str = ""
    """REF*D9."""

    def __repr__(self) -> str:
        return "SentClaim(masked)"


class _Above:
    """What is open above the claims of a file."""

    def __init__(self) -> None:
        self.interchange: Segment | None = None
        self.group: Segment | None = None
        self.opened: Segment | None = None
        self.batch = self.member = self.payer = ""
        self.provider = self.patient = ("", "")

    def header(self, segment: Segment) -> None:
        """A segment of the envelope, or BHT."""
        match segment.id:
            case "ISA":
                self.interchange, self.group, self.opened = segment, None, None
            case "GS":
                self.group, self.opened = segment, None
            case "ST":
                self.opened = segment if segment[1] == "837" else None
                self.batch = self.member = self.payer = ""
                self.provider = self.patient = ("", "")
            case "BHT":
                self.batch = segment[3].strip()
            case "SE" | "GE" | "IEA":
                self.opened = None

    def name(self, segment: Segment) -> None:
        """An NM1 above the claims."""
        match segment[1]:
            case "85":
                self.provider = segment[9].strip(), segment[3].strip()
            case "PR":
                self.payer = segment[3].strip()
            case "IL":
                self.patient = segment[3].strip(), segment[4].strip()
                self.member = segment[9].strip()
            case "QC":
                self.patient = segment[3].strip(), segment[4].strip()
                self.member = segment[9].strip() or self.member

    def claim(self, segment: Segment) -> SentClaim | None:
        """The claim that a CLM begins; None outside of an 837."""
        if self.opened is None or self.interchange is None:
            return None
        return SentClaim(
            self.interchange,
            self.group,
            self.opened,
            self.batch,
            segment[1],
            amount(segment[2]),
            self.provider,
            self.payer,
            self.patient,
            self.member,
        )


def claims_of(file: str, progress: Progress | None = None) -> Iterator[SentClaim]:
    """The claims of a file, in order."""
    above, claim = _Above(), None
    for segment in segments(file, WANTED, progress=progress):
        match segment.id:
            case "DTP" if claim is not None:
                date = segment[3][:8]
                claim.service_date = min(claim.service_date or date, date)
            case "REF" if claim is not None:
                claim.trace = claim.trace or segment[2].strip()
            case "NM1" if claim is None:
                above.name(segment)
            case "DTP" | "REF" | "NM1":
                pass
            case _:
                if claim is not None:
                    yield claim
                claim = above.claim(segment) if segment.id == "CLM" else None
                above.header(segment)
    if claim is not None:
        yield claim


def enter(
    ledger: Ledger, file: str, name: str, source: int, progress: Progress | None = None
) -> int:
    """Writes the claims of a file, the `source`th, into the ledger; how many there are."""
    entry = _Entry(ledger, name, source)
    for claim in claims_of(file, progress):
        entry.take(claim)
    return entry.count


class _Entry:
    """Numbers of what is open, so that each level is written once."""

    def __init__(self, ledger: Ledger, name: str, source: int) -> None:
        self.count = 0
        self._ledger = ledger
        self._file = source, name
        self._open: dict[str, tuple[object, int]] = {}
        self._last: tuple[Segment, int] | None = None

    def take(self, claim: SentClaim) -> None:
        """One claim, and what is above it where that is new."""
        digest, (last, first) = self._ledger.digest, claim.patient
        if self._last is None or self._last[0] is not claim.opened:
            self._last = claim.opened, self._set_of(claim)
        sent_set = self._last[1]
        named = claim.provider[0] or claim.provider[1]
        provider = self._level(
            "provider", (sent_set, named), lambda: (sent_set, digest("provider", named))
        )
        self._ledger.add_claim(
            self.count,
            sent_set,
            provider,
            digest("claim", claim.number.strip()),
            None if claim.charge is None else int(claim.charge * 100),
            digest("day", claim.service_date),
            digest("member", claim.member.upper()),
            digest("person", last.upper(), first.upper()),
            digest("trace", claim.trace),
        )
        self.count += 1

    def _set_of(self, claim: SentClaim) -> int:
        """The number of the set that a claim is in."""
        isa, gs, opened = claim.interchange, claim.group, claim.opened
        interchange = self._level("interchange", isa, lambda: (*self._file, *_interchange(isa)))
        group = self._level("grp", (interchange, gs), lambda: (interchange, *_group(gs)))
        return self._level(
            "sent_set", opened, lambda: (group, opened[2].strip(), claim.batch or None)
        )

    def _level(self, table: str, mark: object, row: Callable[[], tuple[object, ...]]) -> int:
        known = self._open.get(table)
        if known is None or known[0] != mark:
            known = mark, self._ledger.add(table, *row())
            self._open[table] = known
        return known[1]


def _interchange(isa: Segment) -> tuple[str, ...]:
    control = isa[13].strip()
    return control, plain_number(control), isa[9], isa[10], isa[6].strip(), isa[8].strip()


def _group(gs: Segment | None) -> tuple[str, ...]:
    if gs is None:
        return ("",) * 6
    control = gs[6].strip()
    return (gs[1], control, plain_number(control), gs[2].strip(), gs[3].strip(), gs[8])


def plain_number(control: str) -> str:
    """A control number without padding and leading zeros, as it is compared."""
    bare = control.strip()
    return bare.lstrip("0") or "0" if bare.isdigit() else bare
