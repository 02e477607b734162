"""Dates that cannot be, and circumstances that ask for one."""

from scrubjay.rules import Bool, Date, received, rule
from scrubjay.rules.fields import Claim, Line
from scrubjay.rules.frequencies import is_original

YEAR = 366
"""Days of a calendar year, whichever it is."""


def first_service(claim: Claim) -> Date:
    """The earliest date of service: the statement's first day, the lines', or the claim's own."""
    lines = claim.lines.min(lambda line: line.service_from)
    return claim.statement_from.otherwise(lines.otherwise(claim.treated_from))


def last_service(claim: Claim) -> Date:
    """The latest date on which a service of the lines began; the claim's own if they have none."""
    return claim.lines.max(lambda line: line.service_from).otherwise(claim.treated_from)


def end_of_service(claim: Claim) -> Date:
    """The last day of all services: the statement's last day, the lines', or the claim's own."""
    lines = claim.lines.max(lambda line: line.service_to.otherwise(line.service_from))
    own = claim.treated_to.otherwise(claim.treated_from)
    return claim.statement_to.otherwise(lines.otherwise(own))


def related(claim: Claim, *causes: str) -> Bool:
    """The claim says that it is related to one of these; professional claims say up to three."""
    last = claim.related_cause_3.otherwise(claim.related_cause_2)
    return (
        claim.related_cause_1.is_in(causes)
        | claim.related_cause_2.is_in(causes)
        | last.is_in(causes)
    )


@rule(
    "DATE_RANGE_REVERSED",
    transactions="PI",
    severity="error",
    snip=4,
    status="A7:187",
    source="X222 2400 DTP*472 RD8: first day, last day",
    fix="Put the first day first",
    at=lambda line: (line.service_to, line.service_from),
)
def date_range_reversed(line: Line) -> Bool:
    """A service ends before it begins."""
    return line.service_to < line.service_from


@rule(
    "FUTURE_SERVICE_DATE",
    transactions="PID",
    severity="error",
    snip=4,
    status="A7:187",
    source="X222 2400 DTP*472 against the day of receipt",
    fix="Send the claim when the service has been given, or correct its date",
)
def future_service_date(line: Line) -> Bool:
    """A service begins after the day on which the claim was received."""
    return line.service_from > received()


@rule(
    "ONSET_AFTER_SERVICE",
    severity="warning",
    snip=4,
    status="A8:397",
    source="X222 2300 DTP*431 against 2400 DTP*472",
    fix="Correct the date of onset or the date of service",
    at=lambda claim: claim.onset_date,
)
def onset_after_service(claim: Claim) -> Bool:
    """The illness began after all services for it."""
    return claim.onset_date > last_service(claim)


@rule(
    "INITIAL_TREATMENT_AFTER_SERVICE",
    severity="warning",
    snip=4,
    status="A8:701",
    source="X222 2300 DTP*454 against 2400 DTP*472",
    fix="Correct the date of the initial treatment or the date of service",
    at=lambda claim: claim.initial_treatment_date,
)
def initial_treatment_after_service(claim: Claim) -> Bool:
    """The initial treatment is dated after all services."""
    return claim.initial_treatment_date > last_service(claim)


@rule(
    "ACCIDENT_AFTER_SERVICE",
    transactions="PD",
    severity="error",
    snip=4,
    status="A8:727",
    source="X222 2300 DTP*439 against 2400 DTP*472",
    fix="Correct the date of the accident or the date of service",
    at=lambda claim: claim.accident_date,
)
def accident_after_service(claim: Claim) -> Bool:
    """The accident happened after all services for it."""
    return claim.accident_date > last_service(claim)


@rule(
    "MISSING_ACCIDENT_FIELDS",
    transactions="PD",
    severity="error",
    snip=4,
    status="A6:727",
    source="X222 2300 DTP*439: sent when CLM11 says AA or OA",
    fix="Send the date of the accident in DTP*439",
    at=lambda claim: (claim.accident_date, claim.related_cause_1),
)
def missing_accident_fields(claim: Claim) -> Bool:
    """The claim is related to an accident but does not say when that was."""
    return related(claim, "AA", "OA") & claim.accident_date.is_missing()


@rule(
    "MISSING_ACCIDENT_STATE",
    transactions="PD",
    severity="error",
    snip=4,
    status="A6:750",
    source="X222 2300 CLM11-4: sent when CLM11 says AA; CLM11-5 for accidents abroad",
    fix="Send the state of the accident in CLM11-4",
    at=lambda claim: (claim.accident_state, claim.related_cause_1),
)
def missing_accident_state(claim: Claim) -> Bool:
    """The claim is related to a car accident but does not say in which state."""
    return (
        related(claim, "AA")
        & claim.accident_state.is_missing()
        & claim.accident_country.is_missing()
    )


@rule(
    "DISCHARGE_BEFORE_ADMISSION",
    severity="error",
    snip=4,
    status="A8:675",
    source="X222 2300 DTP*096 against DTP*435",
    fix="Correct the date of admission or discharge",
)
def discharge_before_admission(claim: Claim) -> Bool:
    """The patient was discharged before being admitted."""
    return claim.discharge_date < claim.admission_date


@rule(
    "TIMELY_FILING",
    transactions="PI",
    severity="warning",
    snip=7,
    status="A7:718",
    source="42 CFR 424.44: Medicare claims within one calendar year of the service",
    fix="Send the reason of the delay in CLM20, or appeal with proof of an earlier filing",
    at=lambda claim: claim.delay_reason,
)
def timely_filing(
    claim: Claim, *, indicators: tuple[str, ...] = ("MA", "MB"), days: int = YEAR
) -> Bool:
    """The claim is sent so long after its last service that the payer does not take it any more.

    Medicare takes claims for a year. A claim that changes an earlier one and a claim with a reason
    for its delay are let through. Another payer's claim filing indicators and days are parameters.
    """
    return (
        claim.subscriber.filing_indicator.is_in(*indicators)
        & claim.delay_reason.is_missing()
        & is_original(claim)
        & (end_of_service(claim).days_until(received()) > days)
    )
