"""What Medicare asks of its claims, by the claim filing indicator: MA is part A, MB part B."""

from scrubjay.rulebook.dates import YEAR, end_of_service
from scrubjay.rules import Bool, received, rule
from scrubjay.rules.fields import Claim, Line, Subscriber
from scrubjay.rules.frequencies import changes
from scrubjay.rules.modifiers import has, lacks

_LETTER = "[AC-HJKMNP-RT-Y]"
MBI = f"[1-9]{_LETTER}([0-9]|{_LETTER})[0-9]{_LETTER}([0-9]|{_LETTER})[0-9]{_LETTER}{{2}}[0-9]{{2}}"
"""A Medicare beneficiary identifier: eleven places, capital letters but S, L, O, I, B and Z."""

ADJUSTMENT_REASONS = ("D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "E0")
"""Condition codes that say why a claim is changed or taken back."""

MANIPULATION = ("98940", "98941", "98942")
"""Chiropractic manipulation of the spine, by how many regions."""

NOTICES = ("GA", "GX", "GY", "GZ")
"""Modifiers that say that Medicare is not expected to pay."""

SOON = 30
"""Days before the end of timely filing from which it is told."""


@rule(
    "INVALID_MBI",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:164:IL",
    source=(
        "CMS: format of the Medicare beneficiary identifier; Medicare 837P edits "
        "X222.121.2010BA.NM109"
    ),
    fix="Send the eleven characters of the Medicare card, without its hyphens",
    at=lambda subscriber: subscriber.member_id,
)
def invalid_mbi(subscriber: Subscriber) -> Bool:
    """The member number of a Medicare claim is not a Medicare beneficiary identifier.

    Judged where Medicare itself is asked to pay (SBR09 MA or MB), not where a plan stands in for
    it. The older number with the social security number in it has not been taken since 2020.
    """
    return subscriber.filing_indicator.is_in("MA", "MB") & ~subscriber.member_id.matches(MBI)


@rule(
    "PAYER_REJECTS_REPLACEMENT",
    severity="error",
    snip=7,
    status="A7:535",
    source="Medicare 837P edits X222.157.2300.CLM05-3: part B takes originals only",
    fix="Send it as an original (1); an earlier claim is corrected by a reopening or an appeal",
    at=lambda claim: claim.frequency,
)
def payer_rejects_replacement(claim: Claim) -> Bool:
    """A claim to Medicare part B replaces, voids or corrects another one."""
    return (claim.subscriber.filing_indicator == "MB") & changes(claim)


@rule(
    "COB_PRIMARY_MEDICARE_MISSING_MSP",
    severity="error",
    snip=4,
    status="A6:578",
    source=(
        "X222 2000B SBR05: sent when Medicare is not the first payer; Medicare 837P edits "
        "X222.116.2000B.SBR05"
    ),
    fix="Say in SBR05 why Medicare is not the first payer, such as 12 for a working person's plan",
    at=lambda subscriber: subscriber.insurance_type,
)
def cob_primary_medicare_missing_msp(subscriber: Subscriber) -> Bool:
    """Medicare is to pay after somebody else and it is not said why."""
    return (
        subscriber.filing_indicator.is_in("MA", "MB")
        & ~subscriber.responsibility.is_in("P", "U")
        & subscriber.insurance_type.is_missing()
    )


@rule(
    "CONDITION_CODE_REQUIRED",
    transactions="I",
    severity="warning",
    snip=7,
    status="A6:460",
    source="CMS claims processing manual, chapter 1, 130: claim change reasons D0 to D9 and E0",
    fix="Send the condition code that says what was changed, such as D1 for charges",
    at=lambda claim: claim.frequency,
)
def condition_code_required(claim: Claim) -> Bool:
    """A Medicare claim replaces or voids another without the condition code that says why."""
    return (
        claim.frequency.is_in("7", "8")
        & claim.subscriber.filing_indicator.is_in("MA", "MB")
        & claim.conditions.none(lambda condition: condition.code.is_in(ADJUSTMENT_REASONS))
    )


@rule(
    "TIMELY_FILING_NEAR",
    transactions="PI",
    severity="info",
    snip=7,
    status="A7:718",
    source="42 CFR 424.44: Medicare claims within one calendar year of the service",
    fix="Send it, and what else waits from that time, at once",
    at=lambda claim: claim.subscriber.filing_indicator,
)
def timely_filing_near(claim: Claim) -> Bool:
    """A Medicare claim is sent in the last month in which it may be."""
    days = end_of_service(claim).days_until(received())
    return (
        claim.subscriber.filing_indicator.is_in("MA", "MB") & (days <= YEAR) & (days > YEAR - SOON)
    )


@rule(
    "CHIRO_SUBLUXATION_DX",
    severity="warning",
    snip=6,
    status="A8:254",
    source="CMS benefit policy manual, chapter 15, 240.1.3: the subluxation is the first diagnosis",
    fix="Put the subluxation (M99.00 to M99.05) first",
    at=lambda line, _: line.procedure,
)
def chiro_subluxation_dx(line: Line, claim: Claim) -> Bool:
    """Medicare is asked to pay for chiropractic without a diagnosis of subluxation."""
    return (
        line.procedure.is_in(MANIPULATION)
        & (claim.subscriber.filing_indicator == "MB")
        & lacks(line, *NOTICES)
        & claim.diagnoses.none(lambda diagnosis: diagnosis.code.matches("M990[0-5]"))
    )


@rule(
    "CHIRO_AT_MODIFIER",
    severity="warning",
    snip=6,
    status="A6:453",
    source="CMS claims processing manual, chapter 12, 220: AT tells treatment from maintenance",
    fix="Send AT for active treatment; maintenance is not covered and has GA, GX, GY or GZ",
    at=lambda line, _: (line.modifier_1, line.procedure),
)
def chiro_at_modifier(line: Line, claim: Claim) -> Bool:
    """Medicare is asked to pay for chiropractic that is not said to be active treatment."""
    return (
        line.procedure.is_in(MANIPULATION)
        & (claim.subscriber.filing_indicator == "MB")
        & lacks(line, "AT", *NOTICES)
    )


@rule(
    "TC_IN_FACILITY",
    severity="warning",
    snip=6,
    status="A8:249",
    source="CMS claims processing manual, chapter 13, 20.1: the hospital bills its equipment",
    fix="Bill the professional component (26); the technical one is the facility's",
    at=lambda line, claim: (line.place_of_service, claim.place_of_service),
)
def tc_in_facility(line: Line, claim: Claim) -> Bool:
    """A technical component (modifier TC) is billed for a service in a hospital."""
    place = line.place_of_service.otherwise(claim.place_of_service)
    return (
        line.modifier_1.is_present() & has(line, "TC") & place.is_in("19", "21", "22", "23", "51")
    )


@rule(
    "MISSING_HIPPS_LINE",
    transactions="I",
    severity="warning",
    snip=6,
    status="A6:513",
    source=(
        "CMS claims processing manual, chapters 6 and 10: revenue code 0022 of a nursing facility, "
        "0023 of home health"
    ),
    fix="Send the line with revenue code 0022, or 0023 of home health, and its HIPPS code",
    at=lambda claim: claim.facility_type,
)
def missing_hipps_line(claim: Claim) -> Bool:
    """A nursing facility's or home health agency's claim to Medicare has no line of its payment.

    Medicare pays both by the group in the HIPPS code. Claims without payment (frequency 0), notices
    (A and D) and outpatients have none.
    """
    paid = claim.frequency.is_in("1", "2", "3", "4", "7", "9")
    nursing = (claim.facility_type == "21") & claim.lines.none(lambda line: line.revenue == "0022")
    visits = (claim.facility_type == "32") & claim.lines.none(lambda line: line.revenue == "0023")
    return (claim.subscriber.filing_indicator == "MA") & paid & (nursing | visits)


@rule(
    "MISSING_REFERRING_CLIA",
    severity="warning",
    snip=6,
    status="A6:630",
    source="CMS claims processing manual, chapter 16: REF*F4 of tests that another laboratory does",
    fix="Send the CLIA number of the laboratory that did the test in REF*F4 of the line",
    at=lambda line: (line.referring_clia, line.procedure),
)
def missing_referring_clia(line: Line, claim: Claim) -> Bool:
    """A test that another laboratory did (modifier 90) does not say whose CLIA number it has."""
    return (
        (claim.subscriber.filing_indicator == "MB")
        & has(line, "90")
        & line.referring_clia.is_missing()
    )
