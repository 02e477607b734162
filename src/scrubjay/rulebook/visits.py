"""What was done, beside who did it and why: providers, places, visits, rides and papers."""

from scrubjay.rules import Bool, Number, rule
from scrubjay.rules.fields import Attachment, Claim, Line
from scrubjay.rules.modifiers import lacks, modifiers
from scrubjay.rules.past import physician

ELSEWHERE = ("21", "22", "23", "31", "51", "61")
"""Places that belong to somebody else than the physician: hospitals and nursing facilities."""

OWN_PLACES = ("24", "41", "42", "65", "81")
"""Places whose owner bills and nobody renders: surgery centers, ambulances, laboratories."""

OWN_TRADES = ("291U", "261QA1903", "261QE0700", "341", "332", "333", "335")
"""The taxonomies of those: laboratories, surgery and dialysis centers, ambulances, suppliers."""

VISIT = "992(0[2-5]|1[1-5])"
"""Visits of new and known patients in an office."""

WELL = "99(38[1-7]|39[1-7])"
"""Visits without an illness, by age."""

RIDE = "A04(2[5-9]|3[0-6])"
"""Ambulance mileage and transports, A0425 to A0436."""

WAY = "[DEGHIJNPRS][DEGHIJNPRSX]"
"""Origin and destination of a ride."""

QUARTERS = (
    *("97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124"),
    *("97129", "97130", "97140", "97530", "97533", "97535", "97537", "97542", "97750", "97755"),
    *("97760", "97761", "97763"),
)
"""Therapy, a unit of which is a quarter of an hour with the patient."""

DAY, QUARTER = 24 * 60, 15
"""Minutes."""


def _is_visit(line: Line) -> Bool:
    """An office visit that nothing sets apart from another."""
    return line.procedure.matches(VISIT) & lacks(line, "25", "27", "24", "57")


@rule(
    "MISSING_RENDERING_PROVIDER",
    severity="warning",
    snip=4,
    status="A6:562:82",
    source="X222 2310B: sent when the one who rendered the service is not the one who bills",
    fix="Send who gave the service in loop 2310B, or 2420A for a line of its own",
    at=lambda claim: claim.rendering_npi,
)
def missing_rendering_provider(claim: Claim) -> Bool:
    """A group or clinic bills and it is not said who gave the services.

    Laboratories, surgery and dialysis centers, ambulances and suppliers render as organisations;
    their claims, by taxonomy and by place of service, are let through, and so are those of a
    provider that does not say its taxonomy.
    """
    provider = claim.provider
    return (
        (provider.entity == "2")
        & claim.rendering_last.is_missing()
        & ~provider.taxonomy.starts_with(*OWN_TRADES)
        & ~claim.place_of_service.is_in(OWN_PLACES)
        & claim.lines.any(lambda line: line.rendering_last.is_missing())
    )


@rule(
    "SERVICE_FACILITY_MISSING",
    severity="warning",
    snip=4,
    status="A6:562:77",
    source="X222 2310C: sent when the service was given elsewhere than at the billing address",
    fix="Send the hospital or facility in loop 2310C",
    at=lambda claim: (claim.facility_npi, claim.place_of_service),
)
def service_facility_missing(claim: Claim) -> Bool:
    """A service was given in a hospital or nursing facility that is not named."""
    return (
        claim.place_of_service.is_in(ELSEWHERE)
        & claim.facility_name.is_missing()
        & claim.lines.any(lambda line: line.facility_name.is_missing())
    )


@rule(
    "MISSING_ATTACHMENT_CONTROL",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:489",
    source="X222 2300 and 2400 PWK06: sent when PWK02 is BM, EL, EM, FX or FT",
    fix="Send the number by which the paper is found, or AA if it is there on request",
    at=lambda attachment: (attachment.control, attachment.transmission),
)
def missing_attachment_control(attachment: Attachment) -> Bool:
    """Something is sent apart from the claim and has no number by which it is matched."""
    apart = attachment.transmission.is_in("BM", "EL", "EM", "FX", "FT")
    return apart & attachment.control.is_missing()


@rule(
    "MULTIPLE_EM_SAME_DAY",
    severity="warning",
    snip=6,
    status="A8:454",
    source="CMS claims processing manual, chapter 12, 30.6.5: one visit a day of a physician",
    fix="Send the one visit that all of it amounts to, or 25 where two were separate",
    at=lambda line: line.procedure,
)
def multiple_em_same_day(line: Line) -> Bool:
    """Two office visits of one day stand on the claim, none set apart by modifier 25 or 27.

    Visits of one physician; two of a group, told apart by their NPI on the lines, may each have
    one.
    """

    def earlier(other: Line) -> Bool:
        same = (other.rendering_npi == line.rendering_npi) | (
            other.rendering_npi.is_missing() & line.rendering_npi.is_missing()
        )
        before = other.position() < line.position()
        return before & _is_visit(other) & (other.service_from == line.service_from) & same

    return _is_visit(line) & line.claim.lines.any(earlier)


@rule(
    "PREVENTIVE_DX_MISSING",
    severity="warning",
    snip=6,
    status="A8:488",
    source="ICD-10-CM guidelines I.C.21: what is done without an illness has a Z code",
    fix="Send the Z code of the examination, such as Z00.00",
    at=lambda line, _: line.procedure,
)
def preventive_dx_missing(line: Line, claim: Claim) -> Bool:
    """A preventive visit is billed and no diagnosis is a Z code."""
    return line.procedure.matches(WELL) & claim.diagnoses.none(
        lambda diagnosis: diagnosis.code.starts_with("Z")
    )


@rule(
    "AMBULANCE_MODIFIER_INVALID",
    severity="warning",
    snip=5,
    status="A7:453",
    source="CMS claims processing manual, chapter 15, 30: origin and destination, a letter each",
    fix="Send whence and whither first, such as RH from a residence to a hospital",
    at=lambda line: (line.modifier_1, line.procedure),
)
def ambulance_modifier_invalid(line: Line) -> Bool:
    """An ambulance's line does not say by a modifier from where to where it went.

    A patient who died before the ride (QL) went nowhere; such lines are let through.
    """
    one, two, three, four = (slot.is_missing() | ~slot.matches(WAY) for slot in modifiers(line))
    nowhere = one & two & three & four
    return line.procedure.matches(RIDE) & nowhere & lacks(line, "QL")


@rule(
    "LAST_MENSTRUAL_AFTER_SERVICE",
    severity="warning",
    snip=4,
    status="A8:191",
    source="X222 2300 DTP*484 against 2400 DTP*472",
    fix="Correct the date of the last menstrual period or the date of service",
    at=lambda claim: claim.last_menstrual_date,
)
def last_menstrual_after_service(claim: Claim) -> Bool:
    """The last menstrual period is dated after all services."""
    return claim.last_menstrual_date > claim.lines.max(lambda line: line.service_from)


def in_minutes(line: Line) -> Bool:
    """Its units are minutes."""
    return line.unit.is_present() & (line.unit == "MJ")


def in_quarters(line: Line) -> Bool:
    """Its units are quarters of an hour."""
    return (line.unit.is_missing() | (line.unit != "MJ")) & line.procedure.is_in(QUARTERS)


def minutes_of(line: Line) -> Number:
    """Minutes that the same person gave on the day of the line, as far as its claim says."""
    same = line.claim.lines.where(
        lambda other: (
            (physician(other) == physician(line)) & (other.service_from == line.service_from)
        )
    )
    minutes = same.where(in_minutes).sum(lambda other: other.units)
    return minutes + same.where(in_quarters).sum(lambda other: other.units) * QUARTER


@rule(
    "IMPOSSIBLE_DAY",
    severity="warning",
    snip=7,
    status="A8:476",
    source="CMS claims processing manual, chapter 5, 20.2: units of a quarter of an hour; X222 "
    "2400 SV103: MJ is minutes",
    fix="Correct the units, or say in 2420A who else gave some of it",
    at=lambda line: line.units,
)
def impossible_day(line: Line) -> Bool:
    """One person gave more hours of service on a day than it has.

    Minutes (MJ) and units of timed therapy are added up, of the lines of the claim that are of that
    day and of whom it names for them. What was done on other claims is not known here.
    """
    one_day = line.service_to.is_missing() | (line.service_to == line.service_from)
    # no unit is more than a quarter of an hour: few of them are never a day, and nothing is added
    many = line.claim.lines.sum(lambda other: other.units) > DAY // QUARTER
    return many & (in_minutes(line) | in_quarters(line)) & one_day & (minutes_of(line) > DAY)
