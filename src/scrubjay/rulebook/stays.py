"""What a stay must fit together with: days, rooms, operations, and the codes of the UB."""

import datetime as dt

from scrubjay.rulebook.diagnoses import OUTPATIENT
from scrubjay.rulebook.institutional import INPATIENT
from scrubjay.rules import Bool, Date, Money, Number, rule
from scrubjay.rules.fields import Claim, Diagnosis, Line, OccurrenceSpan, Procedure, ValueCode

ROOM = "0(1[0-9]|2[01])[0-9]"
"""Room and board, and intensive care: revenue codes 0100 to 0219."""

COVERED, NOT_COVERED = "80", "81"
"""Value codes of covered and non-covered days; their amount is a number of days."""

SOURCES = ("1", "2", "4", "5", "6", "8", "9", "D", "E", "F", "G")
"""Points of origin of those who are not newborn, and of newborns 5 and 6."""

UNSCHEDULED = ("0450", "0451", "0452", "0456", "0459", "0516", "0526", "0762")
"""Emergency room, urgent care and observation."""

PROSPECTIVE = ("0022", "0023", "0024")
"""Revenue codes of the lines that carry a HIPPS code: nursing, home health, rehabilitation."""

SHORTLY = 3
"""Days before an admission whose procedures belong to it."""

_FISCAL = dt.date(2000, 10, 1)
_HUNDREDTH = Number(["number", 10])
"""0.01 in thousandths: to import decimal would cost every start."""


def days_told(claim: Claim, *codes: str) -> Money:
    """The days that value codes tell, as the amounts that they are sent as."""
    return claim.value_codes.where(lambda value: value.code.is_in(codes)).sum(
        lambda value: value.amount
    )


def as_amount(days: Number) -> Money:
    """A number of days as a value code has it: 3 days are 3.00."""
    return Money.of(1) * days


def fiscal_year(day: Date) -> Number:
    """Which of the years that begin in October, with the new codes, it is."""
    return Date.of(_FISCAL).years_until(day)


@rule(
    "COVERED_DAYS_MISMATCH",
    transactions="I",
    severity="warning",
    snip=3,
    status="A8:456",
    source="NUBC value codes 80 and 81: covered and non-covered days add up to those of the stay",
    fix="Correct the days of value codes 80 and 81, or the dates of the statement",
    at=lambda claim: claim.statement_to,
)
def covered_days_mismatch(claim: Claim) -> Bool:
    """Covered and non-covered days are not the days of the statement.

    The day of discharge does not count, but the last day of a patient who stays does, and so does
    the only day of one who leaves when he came.
    """
    nights = claim.statement_from.days_until(claim.statement_to)
    told = days_told(claim, COVERED, NOT_COVERED)
    return (
        claim.facility_type.is_in(INPATIENT)
        & (told > 0)
        & (told != as_amount(nights))
        & (told != as_amount(nights + 1))
    )


@rule(
    "ROOM_UNITS_MISMATCH",
    transactions="I",
    severity="warning",
    snip=3,
    status="A8:476",
    source="X223 2400 SV205 of room and board against NUBC value codes 80 and 81",
    fix="Correct the days of the rooms or of value codes 80 and 81",
    at=lambda claim: claim.facility_type,
)
def room_units_mismatch(claim: Claim) -> Bool:
    """More days of room and board are charged than the patient is said to have stayed."""
    rooms = claim.lines.where(
        lambda line: line.revenue.matches(ROOM) & ~line.revenue.starts_with("018")
    )
    told = days_told(claim, COVERED, NOT_COVERED)
    return (
        claim.facility_type.is_in(INPATIENT)
        & (told > 0)
        & (as_amount(rooms.sum(lambda line: line.units)) > told)
    )


@rule(
    "VALUE_CODE_AMOUNT",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:726",
    source="NUBC value codes 80 to 83: whole days",
    fix="Send whole days: 3 or 3.00",
    at=lambda value_code: value_code.amount,
)
def value_code_amount(value_code: ValueCode) -> Bool:
    """A value code of days has an amount that is no whole number of days."""
    whole = (value_code.amount * _HUNDREDTH) * 100
    return value_code.code.is_in("80", "81", "82", "83") & (
        (whole != value_code.amount) | (value_code.amount < 0)
    )


@rule(
    "DUPLICATE_OCCURRENCE_SPAN",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:721",
    source="NUBC: an occurrence span is reported once for its days",
    fix="Send each span once",
    at=lambda occurrence_span: occurrence_span.code,
)
def duplicate_occurrence_span(occurrence_span: OccurrenceSpan) -> Bool:
    """The same occurrence span of the same days stands on the claim twice."""
    return occurrence_span.repeats(
        occurrence_span.code, occurrence_span.span_from, occurrence_span.span_to
    )


@rule(
    "INVALID_ADMISSION_SOURCE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:229",
    source="X223 2300 CL102: NUBC point of origin; a newborn's (CL101 is 4) is 5 or 6",
    fix="Send where the patient came from; a newborn was born here (5) or elsewhere (6)",
)
def invalid_admission_source(claim: Claim) -> Bool:
    """The point of origin is none, or none of a newborn."""
    newborn = claim.admission_type == "4"
    return ~claim.admission_source.is_in(SOURCES) | (
        newborn & ~claim.admission_source.is_in("5", "6")
    )


@rule(
    "INVALID_DRG",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:256",
    source="X223 2300 HI*DR: CMS numbers its groups in three digits, 3M's have four characters",
    fix="Send the group with its zeros in front",
)
def invalid_drg(claim: Claim) -> Bool:
    """The diagnosis related group is not of the form of one."""
    return ~claim.drg.matches("[0-9]{3}[0-9]?")


@rule(
    "MISSING_OPERATING_PROVIDER",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:562:72",
    source="X223 2310B: sent when a surgical procedure code is on the claim",
    fix="Send who operated in loop 2310B",
    at=lambda claim: claim.operating_npi,
)
def missing_operating_provider(claim: Claim) -> Bool:
    """An operation (ICD-10-PCS 0) stands on the claim but nobody who did it."""
    return (
        claim.operating_last.is_missing()
        & claim.procedures.any(
            lambda done: done.qualifier.is_in("BBR", "BBQ") & done.code.starts_with("0")
        )
        & claim.lines.any(lambda line: line.operating_last.is_missing())
    )


@rule(
    "INPATIENT_MISSING_PRINCIPAL_PROC",
    transactions="I",
    severity="warning",
    snip=5,
    status="A6:465",
    source="NUBC revenue code 036X: an operating room is charged for an operation",
    fix="Send the operation in HI*BBR, or correct the revenue code",
    at=lambda claim: claim.facility_type,
)
def inpatient_missing_principal_proc(claim: Claim) -> Bool:
    """An inpatient is charged for an operating room and no procedure is told."""
    return (
        (claim.facility_type == "11")
        & claim.procedures.none()
        & claim.lines.any(lambda line: line.revenue.starts_with("036"))
    )


@rule(
    "PROCEDURE_BEFORE_ADMISSION",
    transactions="I",
    severity="warning",
    snip=4,
    status="A8:486",
    source="X223 2300 HI*BBR C022-4 against DTP*435; CMS: three days before count with the stay",
    fix="Correct the date of the procedure or of the admission",
    at=lambda procedure, _: procedure.date,
)
def procedure_before_admission(procedure: Procedure, claim: Claim) -> Bool:
    """An inpatient's procedure is dated more than three days before the admission."""
    return claim.facility_type.is_in(INPATIENT) & (procedure.date + SHORTLY < claim.admission_date)


@rule(
    "MISSING_REASON_FOR_VISIT",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:673",
    source="X223 2300 HI*APR: sent for unscheduled visits of outpatients",
    fix="Send why the patient came in HI*APR",
    at=lambda claim: claim.admission_type,
)
def missing_reason_for_visit(claim: Claim) -> Bool:
    """An outpatient came unscheduled and it is not said why."""
    return (
        claim.facility_type.is_in("13", "85")
        & claim.admission_type.is_in("1", "2", "5")
        & claim.visit_reasons.none()
        & claim.lines.any(lambda line: line.revenue.is_in(UNSCHEDULED))
    )


@rule(
    "WRONG_PROCEDURE_DX",
    transactions="I",
    severity="warning",
    snip=6,
    status="A7:255",
    source="CMS MCE: wrong procedure performed; ICD-10-CM Y65.51 to Y65.53",
    fix="Bill what belongs to the wrong operation apart, on a no-pay claim",
    at=lambda diagnosis: diagnosis.code,
)
def wrong_procedure_dx(diagnosis: Diagnosis) -> Bool:
    """A diagnosis says that the wrong operation, patient or side was operated on."""
    return diagnosis.code.is_in("Y6551", "Y6552", "Y6553")


@rule(
    "REVENUE_TOB_MISMATCH",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:455",
    source="NUBC revenue codes 0100 to 0219 are room and board of those who stay",
    fix="Correct the revenue code or the type of bill",
    at=lambda line, _: line.revenue,
)
def revenue_tob_mismatch(line: Line, claim: Claim) -> Bool:
    """An outpatient is charged for room and board."""
    return line.revenue.matches(ROOM) & claim.facility_type.is_in(OUTPATIENT)


@rule(
    "INVALID_HIPPS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:513",
    source="X223 2400 SV202-1 HP; CMS: a HIPPS code has five capital letters or digits",
    fix="Send the five characters that the grouper gave",
    at=lambda line: line.procedure,
)
def invalid_hipps(line: Line) -> Bool:
    """A code of a prospective payment system is not of the form of a HIPPS code."""
    return (line.procedure_qualifier == "HP") & ~line.procedure.matches("[0-9A-Z]{5}")


@rule(
    "MISSING_HIPPS",
    transactions="I",
    severity="warning",
    snip=5,
    status="A6:513",
    source="CMS claims processing manual: revenue codes 0022, 0023 and 0024 carry a HIPPS code",
    fix="Send the HIPPS code in SV202 with qualifier HP",
    at=lambda line: (line.procedure, line.revenue),
)
def missing_hipps(line: Line) -> Bool:
    """A line of a prospective payment system has no HIPPS code."""
    return line.revenue.is_in(PROSPECTIVE) & (
        line.procedure_qualifier.is_missing() | (line.procedure_qualifier != "HP")
    )


@rule(
    "MISSING_OUTPATIENT_DATE",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:187",
    source="X223 2400 DTP*472: sent for outpatients when the statement is of more than a day",
    fix="Send the date of each service in DTP*472",
    at=lambda line, _: (line.service_from, line.revenue),
)
def missing_outpatient_date(line: Line, claim: Claim) -> Bool:
    """An outpatient's statement is of several days and a service has no date of its own."""
    return (
        line.service_from.is_missing()
        & claim.facility_type.is_in(OUTPATIENT)
        & (claim.statement_from < claim.statement_to)
        & line.drug_qualifier.is_missing()
    )


@rule(
    "DATE_SPAN_SPLIT_YEAR",
    transactions="I",
    severity="info",
    snip=7,
    status="A8:188",
    source="ICD-10-CM changes on October 1; an outpatient's codes go by the day of each service",
    fix="Split the claim at October 1, if the payer asks for it",
    at=lambda claim: claim.statement_to,
)
def date_span_split_year(claim: Claim) -> Bool:
    """An outpatient's statement goes over the first of October, when the codes change."""
    return claim.facility_type.is_in(OUTPATIENT) & (
        fiscal_year(claim.statement_from) < fiscal_year(claim.statement_to)
    )
