"""What only institutional claims have: type of bill, stay, revenue codes, codes of the UB."""

from scrubjay.rulebook.diagnoses import ICD10, OUTPATIENT
from scrubjay.rules import Bool, received, rule
from scrubjay.rules.fields import (
    Claim,
    Condition,
    Diagnosis,
    ExternalCause,
    Line,
    Occurrence,
    OccurrenceSpan,
    Procedure,
    ValueCode,
    VisitReason,
)

INPATIENT = ("11", "18", "21", "41")
"""Types of bill of those who stay: hospital, swing bed, nursing facility, religious institution."""

HOSPITAL = ("11", "18", "41")
"""Those of them whose hours are told."""

NOT_ASKED = ("273R", "273Y", "281P", "282E", "282J", "282NC", "283Q", "283X")
"""Taxonomy codes of hospitals that Medicare does not ask what was present on admission."""


@rule(
    "INVALID_TYPE_OF_BILL",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:228",
    source="X223 2300 CLM05-1: the first two digits of the NUBC type of bill, without its zero",
    fix="Send two digits, such as 11 for an inpatient hospital stay",
)
def invalid_type_of_bill(claim: Claim) -> Bool:
    """The type of bill is not two digits of facility and care."""
    return ~claim.facility_type.matches("[1-9]{2}")


@rule(
    "INVALID_REVENUE_CODE",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:455",
    source="X223 2400 SV201: NUBC revenue codes have four digits, the first 0 to 3",
    fix="Send the revenue code in four digits, with its zero",
)
def invalid_revenue_code(line: Line) -> Bool:
    """A revenue code is not four digits that begin with 0 to 3."""
    return ~line.revenue.matches("[0-3][0-9]{3}")


@rule(
    "REVENUE_TOTAL_LINE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:455",
    source="X223 2300 CLM02: the total of the claim; revenue code 0001 is of the paper form",
    fix="Leave the line out; its charge is that of CLM02",
)
def revenue_total_line(line: Line) -> Bool:
    """A line is the total of the paper form (revenue code 0001)."""
    return line.revenue == "0001"


@rule(
    "NONCOVERED_EXCEEDS_CHARGE",
    transactions="I",
    severity="warning",
    snip=3,
    status="A8:583",
    source="X223 2400 SV207 against SV203",
    fix="Send the part of the charge that is not covered",
    at=lambda line: line.noncovered,
)
def noncovered_exceeds_charge(line: Line) -> Bool:
    """More of a line is not covered than it charges."""
    return line.noncovered > line.charge


@rule(
    "STATEMENT_DATES_REVERSED",
    transactions="I",
    severity="error",
    snip=4,
    status="A7:188",
    source="X223 2300 DTP*434 RD8: first day, last day",
    fix="Put the first day first",
)
def statement_dates_reversed(claim: Claim) -> Bool:
    """The statement ends before it begins."""
    return claim.statement_to < claim.statement_from


@rule(
    "FUTURE_STATEMENT_DATE",
    transactions="I",
    severity="error",
    snip=4,
    status="A7:188",
    source="X223 2300 DTP*434 against the day of receipt",
    fix="Send the claim when the period is over, or correct its dates",
    at=lambda claim: claim.statement_to,
)
def future_statement_date(claim: Claim) -> Bool:
    """The statement ends after the day on which the claim was received."""
    return claim.statement_to > received()


@rule(
    "LINE_OUTSIDE_STATEMENT",
    transactions="I",
    severity="warning",
    snip=4,
    status="A8:187",
    source="X223 2400 DTP*472 against 2300 DTP*434",
    fix="Correct the date of the service or of the statement",
    at=lambda line, _: line.service_from,
)
def line_outside_statement(line: Line, claim: Claim) -> Bool:
    """A service is dated before or after the days of the statement."""
    last = line.service_to.otherwise(line.service_from)
    return (line.service_from < claim.statement_from) | (last > claim.statement_to)


@rule(
    "MISSING_INPATIENT_ADMISSION",
    transactions="I",
    severity="error",
    snip=4,
    status="A6:189",
    source="X223 2300 DTP*435: sent for every inpatient",
    fix="Send the admission date and hour in DTP*435",
    at=lambda claim: (claim.admission_date, claim.facility_type),
)
def missing_inpatient_admission(claim: Claim) -> Bool:
    """The claim is for an inpatient but does not say when the patient was admitted."""
    return claim.facility_type.is_in(INPATIENT) & claim.admission_date.is_missing()


@rule(
    "MISSING_ADMISSION_HOUR",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:230",
    source="X223 2300 DTP*435 DT: date and hour, but for nursing facilities",
    fix="Send the hour with the admission date (qualifier DT)",
    at=lambda claim: (claim.admission_hour, claim.admission_date),
)
def missing_admission_hour(claim: Claim) -> Bool:
    """An inpatient's admission has a date but no hour."""
    return (
        claim.facility_type.is_in(HOSPITAL)
        & claim.admission_date.is_present()
        & claim.admission_hour.is_missing()
    )


@rule(
    "ADMISSION_AFTER_STATEMENT",
    transactions="I",
    severity="error",
    snip=4,
    status="A8:189",
    source="X223 2300 DTP*435 against DTP*434",
    fix="Correct the admission date or the dates of the statement",
)
def admission_after_statement(claim: Claim) -> Bool:
    """The patient was admitted after the last day of the statement."""
    return claim.admission_date > claim.statement_to


@rule(
    "MISSING_DISCHARGE_HOUR",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:233",
    source="X223 2300 DTP*096: sent on final claims for inpatients",
    fix="Send the discharge hour in DTP*096",
    at=lambda claim: (claim.discharge_hour, claim.frequency),
)
def missing_discharge_hour(claim: Claim) -> Bool:
    """A final claim for an inpatient does not say at which hour the patient left."""
    return (
        claim.facility_type.is_in(HOSPITAL)
        & claim.frequency.is_in("1", "4")
        & (claim.patient_status != "30")
        & claim.discharge_hour.is_missing()
    )


@rule(
    "DISCHARGE_HOUR_ON_INTERIM",
    transactions="I",
    severity="warning",
    snip=4,
    status="A8:233",
    source="X223 2300 DTP*096: not sent while the patient stays",
    fix="Leave the discharge hour out, or send the claim as the last one",
    at=lambda claim: claim.discharge_hour,
)
def discharge_hour_on_interim(claim: Claim) -> Bool:
    """A claim for a patient who stays has a discharge hour."""
    return claim.frequency.is_in("2", "3") & claim.discharge_hour.is_present()


@rule(
    "INVALID_ADMISSION_TYPE",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:231",
    source="X223 2300 CL101: NUBC priority of admission, 1 to 5 and 9",
    fix="Send 1 emergency, 2 urgent, 3 elective, 4 newborn, 5 trauma or 9 not known",
)
def invalid_admission_type(claim: Claim) -> Bool:
    """The type of admission is none."""
    return ~claim.admission_type.is_in("1", "2", "3", "4", "5", "9")


@rule(
    "INVALID_PATIENT_STATUS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:234",
    source="X223 2300 CL103: NUBC patient discharge status, two digits",
    fix="Send the patient's status in two digits",
)
def invalid_patient_status(claim: Claim) -> Bool:
    """The patient's status is not two digits."""
    return ~claim.patient_status.matches(r"\d{2}")


@rule(
    "FREQUENCY_STATUS_CONFLICT",
    transactions="I",
    severity="warning",
    snip=4,
    status="A8:234",
    source="NUBC: status 30 is of patients who stay, frequency 2 and 3 of claims for them",
    fix="Correct the patient's status (CL103) or the frequency (CLM05-3)",
    at=lambda claim: (claim.patient_status, claim.frequency),
)
def frequency_status_conflict(claim: Claim) -> Bool:
    """Frequency and patient's status disagree whether the patient still stays."""
    stays = claim.patient_status == "30"
    last = claim.frequency.is_in("1", "4")
    return claim.facility_type.is_in(INPATIENT) & (
        (stays & last) | (~stays & claim.frequency.is_in("2", "3"))
    )


@rule(
    "MISSING_ATTENDING_PROVIDER",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:562:71",
    source="X223 2310A: sent unless all services are unscheduled transport",
    fix="Send the attending provider in loop 2310A",
    at=lambda claim: claim.attending_npi,
)
def missing_attending_provider(claim: Claim) -> Bool:
    """The claim does not say who attended the patient.

    Claims for transport alone (revenue codes 054x) are let through.
    """
    other = claim.lines.any(lambda line: ~line.revenue.starts_with("054"))
    return claim.attending_last.is_missing() & claim.attending_npi.is_missing() & other


@rule(
    "MISSING_ADMITTING_DIAGNOSIS",
    transactions="I",
    severity="warning",
    snip=4,
    status="A6:232",
    source="X223 2300 HI*ABJ: sent for inpatient admissions",
    fix="Send the admitting diagnosis in HI*ABJ",
    at=lambda claim: (claim.admitting_diagnosis, claim.facility_type),
)
def missing_admitting_diagnosis(claim: Claim) -> Bool:
    """The claim is for an inpatient but has no admitting diagnosis."""
    return claim.facility_type.is_in(INPATIENT) & claim.admitting_diagnosis.is_missing()


@rule(
    "INVALID_ADMITTING_DIAGNOSIS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:232",
    source="ICD-10-CM: three to seven characters; X12 sends no point",
    fix="Send the code without its point, as ICD-10-CM lists it",
    at=lambda claim: claim.admitting_diagnosis,
)
def invalid_admitting_diagnosis(claim: Claim) -> Bool:
    """The admitting diagnosis is not of the form of an ICD-10-CM code."""
    return (claim.admitting_qualifier == "ABJ") & ~claim.admitting_diagnosis.matches(ICD10)


@rule(
    "INVALID_VISIT_REASON",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:673",
    source="X223 2300 HI*APR: ICD-10-CM codes, three to seven characters without a point",
    fix="Send the code without its point, as ICD-10-CM lists it",
    at=lambda visit_reason: visit_reason.code,
)
def invalid_visit_reason(visit_reason: VisitReason) -> Bool:
    """The reason for a visit is not of the form of an ICD-10-CM code."""
    return (visit_reason.qualifier == "APR") & ~visit_reason.code.matches(ICD10)


@rule(
    "INVALID_EXTERNAL_CAUSE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:509",
    source="ICD-10-CM guidelines I.C.20: external cause codes are V00 to Y99",
    fix="Send a code of V00 to Y99 without its point",
    at=lambda external_cause: external_cause.code,
)
def invalid_external_cause(external_cause: ExternalCause) -> Bool:
    """An external cause is not a code of V00 to Y99.

    The status is taken by its meaning; no payer's edit that answers it was seen.
    """
    return (external_cause.qualifier == "ABN") & ~external_cause.code.matches(
        "[V-Y][0-9][0-9AB][0-9A-Z]{0,4}"
    )


@rule(
    "MISSING_PRESENT_ON_ADMISSION",
    transactions="I",
    severity="warning",
    snip=5,
    status="A6:688",
    source="X223 2300 HI C022-9: sent for diagnoses of inpatients, but for those that are exempt",
    fix="Say of each diagnosis whether it was present on admission: Y, N, U or W",
    at=lambda claim: claim.facility_type,
)
def missing_present_on_admission(claim: Claim) -> Bool:
    """A hospital stay says of no diagnosis whether it was present on admission.

    Psychiatric, rehabilitation, long-term, children's and critical access hospitals do not tell
    Medicare; they are let through where their taxonomy code says that they are such.
    """
    taxonomy = claim.provider.taxonomy
    return (
        (claim.facility_type == "11")
        & (taxonomy.is_missing() | ~taxonomy.starts_with(*NOT_ASKED))
        & claim.diagnoses.none(lambda diagnosis: diagnosis.present_on_admission.is_present())
    )


@rule(
    "PRESENT_ON_ADMISSION_OUTPATIENT",
    transactions="I",
    severity="warning",
    snip=5,
    status="A8:688",
    source="X223 2300 HI C022-9: only where there is an admission",
    fix="Leave the indicator out, or correct the type of bill",
    at=lambda diagnosis, _: diagnosis.present_on_admission,
)
def present_on_admission_outpatient(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """An outpatient's diagnosis is said to have been present on admission, or not."""
    return diagnosis.present_on_admission.is_present() & claim.facility_type.is_in(OUTPATIENT)


@rule(
    "INVALID_ICD10_PCS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:465",
    source="ICD-10-PCS: seven characters, digits and letters without I and O",
    fix="Send the seven characters as ICD-10-PCS lists them",
    at=lambda procedure: procedure.code,
)
def invalid_icd10_pcs(procedure: Procedure) -> Bool:
    """A procedure of the stay is not of the form of an ICD-10-PCS code.

    The status is that of a principal procedure; of any other it would be 490.
    """
    return procedure.qualifier.is_in("BBR", "BBQ") & ~procedure.code.matches("[0-9A-HJ-NP-Z]{7}")


@rule(
    "PROCEDURE_AFTER_STATEMENT",
    transactions="I",
    severity="warning",
    snip=4,
    status="A8:486",
    source="X223 2300 HI*BBR and HI*BBQ C022-4 against DTP*434",
    fix="Correct the date of the procedure or of the statement",
    at=lambda procedure, _: procedure.date,
)
def procedure_after_statement(procedure: Procedure, claim: Claim) -> Bool:
    """A procedure is dated after the last day of the statement."""
    return procedure.date > claim.statement_to


@rule(
    "ICD10_PCS_OUTPATIENT",
    transactions="I",
    severity="warning",
    snip=5,
    status="A8:465",
    source="45 CFR 162.1002: ICD-10-PCS is for inpatients of hospitals",
    fix="Report the procedure by HCPCS on its line, or correct the type of bill",
    at=lambda procedure, _: procedure.code,
)
def icd10_pcs_outpatient(procedure: Procedure, claim: Claim) -> Bool:
    """An outpatient's procedure is coded in ICD-10-PCS."""
    return procedure.qualifier.is_in("BBR", "BBQ") & claim.facility_type.is_in(OUTPATIENT)


@rule(
    "OCCURRENCE_SPAN_REVERSED",
    transactions="I",
    severity="error",
    snip=4,
    status="A7:722",
    source="X223 2300 HI*BI C022-4 RD8: first day, last day",
    fix="Put the first day first",
)
def occurrence_span_reversed(occurrence_span: OccurrenceSpan) -> Bool:
    """An occurrence span ends before it begins."""
    return occurrence_span.span_to < occurrence_span.span_from


@rule(
    "DUPLICATE_OCCURRENCE_CODE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:719",
    source="NUBC: an occurrence code is reported once for a day",
    fix="Send each occurrence once",
    at=lambda occurrence: occurrence.code,
)
def duplicate_occurrence_code(occurrence: Occurrence) -> Bool:
    """The same occurrence of the same day stands on the claim twice."""
    return occurrence.repeats(occurrence.code, occurrence.date)


@rule(
    "DUPLICATE_VALUE_CODE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:725",
    source="NUBC: a value code is reported once",
    fix="Send each value code once, with the whole amount",
    at=lambda value_code: value_code.code,
)
def duplicate_value_code(value_code: ValueCode) -> Bool:
    """The same value code stands on the claim twice."""
    return value_code.repeats(value_code.code)


@rule(
    "DUPLICATE_CONDITION_CODE",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:460",
    source="NUBC: a condition code is reported once",
    fix="Send each condition code once",
    at=lambda condition: condition.code,
)
def duplicate_condition_code(condition: Condition) -> Bool:
    """The same condition code stands on the claim twice."""
    return condition.repeats(condition.code)
