"""Service lines that stand on a claim twice: what tells two services apart, by kind of claim."""

from collections.abc import Iterable, Iterator

from scrubjay.rulebook.diagnoses import OUTPATIENT
from scrubjay.rules import Bool, rule
from scrubjay.rules.expressions import Value
from scrubjay.rules.fields import Line, Tooth
from scrubjay.rules.modifiers import lacks, modifiers

DISTINCT = ("76", "77", "91", "59", "XE", "XP", "XS", "XU")
"""Modifiers that say that a service was given again, or is another one."""

COUNTED = ("025", "026", "027", "0343", "0344", "038", "039", "062", "063", "089")
"""Revenue codes of what is counted, and often listed piece by piece: drugs, supplies, blood, and
doses of tracers, of which a scan of the heart takes two."""

ONCE = "D(01[0-9]{2}|11[0-9]{2}|120[0-9])"
"""Dental examinations, cleanings and fluoride: of the whole mouth, once a visit."""

MOST = 50
"""Lines of a dental claim, by the guide: what has more is an error, and not looked through pair by
pair."""

PICTURES = "D0[23][0-9]{2}"
"""Dental images, which are often listed one by one."""


@rule(
    "DUPLICATE_LINE",
    severity="warning",
    snip=7,
    status="A8:54",
    source="Medicare Claims Processing Manual chapter 1, 120: exact duplicates of lines",
    fix="Send the service once with its units, or a modifier such as 76, 77, 91 or 59",
    at=lambda line: line.procedure,
)
def duplicate_line(line: Line) -> Bool:
    """The same service stands on the claim twice.

    Procedure, modifiers, days, charge, units, place, provider, drug, note and the places of a ride
    are the same. Institutional and dental claims: DUPLICATE_LINE_INSTITUTIONAL,
    DUPLICATE_LINE_DENTAL.
    """
    same = line.repeats(
        line.procedure,
        *modifiers(line),
        line.description,
        line.service_from,
        line.service_to,
        line.charge,
        line.unit,
        line.units,
        line.place_of_service,
        line.rendering_npi,
        line.ndc,
        line.drug_reference,
        line.note,
        line.pickup_address,
        line.dropoff_address,
    )
    return same & lacks(line, *DISTINCT)


@rule(
    "DUPLICATE_LINE_INSTITUTIONAL",
    transactions="I",
    severity="warning",
    snip=7,
    status="A8:54",
    source="Medicare Claims Processing Manual chapter 1, 120, and chapter 4, 180.4 (G0)",
    fix="Send the service once with its units, or a modifier such as 76, 77, 91 or 59",
    at=lambda line: line.procedure,
)
def duplicate_line_institutional(line: Line) -> Bool:
    """The same outpatient service stands on the claim twice.

    Revenue code, HCPCS, modifiers, day, charge, units, provider and drug are the same. Much that is
    alike is lawful, and let through: lines without HCPCS or without a day, stays (their lines are
    charges, not services), home health and hospice (each visit has a line, also two of one day),
    drugs, tracers, supplies and blood that are listed piece by piece, lines without a charge, and
    second visits of a day (modifier 27, or condition code G0 on the claim).
    """
    claim = line.claim
    same = line.repeats(
        line.procedure,
        *modifiers(line),
        line.revenue,
        line.description,
        line.service_from,
        line.service_to,
        line.charge,
        line.unit,
        line.units,
        line.rendering_npi,
        line.operating_npi,
        line.ndc,
        line.drug_reference,
        line.third_party_note,
    )
    return (
        (line.procedure_qualifier == "HC")
        & (line.charge > 0)
        & line.service_from.is_present()
        & claim.facility_type.is_in(OUTPATIENT)
        & ~line.revenue.starts_with(*COUNTED)
        & same
        & lacks(line, *DISTINCT, "27")
        & claim.conditions.none(lambda condition: condition.code == "G0")
    )


def _kept_apart(line: Line) -> tuple[Value, ...]:
    """What a line has but its teeth."""
    return (
        line.procedure,
        *modifiers(line),
        *(line.oral_cavity_1, line.oral_cavity_2, line.oral_cavity_3),
        *(line.oral_cavity_4, line.oral_cavity_5),
        line.description,
        line.service_from,
        line.charge,
        line.units,
        line.prosthesis,
        line.place_of_service,
        line.rendering_npi,
        line.teeth.count(),
    )


def _surfaces(tooth: Tooth) -> tuple[Value, ...]:
    return tooth.surface_1, tooth.surface_2, tooth.surface_3, tooth.surface_4, tooth.surface_5


def _alike(ones: Iterable[Value], others: Iterable[Value]) -> Iterator[Bool]:
    """Of each two: both are missing, or the same."""
    for one, other in zip(ones, others, strict=True):
        yield (one.is_missing() & other.is_missing()) | (one == other)


def _same_teeth(other: Line, line: Line) -> Bool:
    """Each tooth of the line is one of the other's, with the same surfaces."""
    return line.teeth.all(lambda tooth: other.teeth.any(lambda known: _same(known, tooth)))


def _same(known: Tooth, tooth: Tooth) -> Bool:
    same = known.number == tooth.number
    for alike in _alike(_surfaces(known), _surfaces(tooth)):
        same &= alike
    return same


def _same_before(other: Line, line: Line) -> Bool:
    """Stands before the line and is like it, teeth and all."""
    same = other.position() < line.position()
    for alike in _alike(_kept_apart(other), _kept_apart(line)):
        same &= alike
    return same & _same_teeth(other, line)


@rule(
    "DUPLICATE_LINE_DENTAL",
    transactions="D",
    severity="warning",
    snip=7,
    status="A8:54",
    source="Dental payers: a procedure on the same tooth, surfaces or area of a day is paid once",
    fix="Send the procedure once with its quantity, or correct the tooth, surfaces or area",
    at=lambda line: line.procedure,
)
def duplicate_line_dental(line: Line) -> Bool:
    """The same dental procedure stands on the claim twice.

    Procedure, day, charge, quantity, provider, areas of the mouth, teeth and their surfaces are the
    same. Where a line names no tooth, and no area or the whole mouth (00), only examinations,
    cleanings and fluoride are told: what goes by quarters of an hour or by pieces is often listed
    one by one, as images are. A claim of more than fifty lines, which no guide allows, is let be.
    """
    area = line.oral_cavity_1
    whole = (line.teeth.count() == 0) & (area.is_missing() | (area == "00"))
    return (
        (line.claim.lines.count() <= MOST)
        & line.repeats(*_kept_apart(line))
        & ~line.procedure.matches(PICTURES)
        & (~whole | line.procedure.matches(ONCE))
        & lacks(line, *DISTINCT)
        & line.claim.lines.any(lambda other: _same_before(other, line))
    )
