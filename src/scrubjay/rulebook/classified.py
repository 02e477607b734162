"""Codes of ICD-10 on their day, and what CMS's code editor says of some of them (MCE)."""

import datetime as dt

from scrubjay.rulebook.dates import first_service
from scrubjay.rulebook.diagnoses import ICD10, coded_for, points, unbillable
from scrubjay.rulebook.institutional import INPATIENT
from scrubjay.rulebook.members import birth
from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Claim, Diagnosis, Procedure
from scrubjay.rules.modifiers import lacks

_CODED = ("ABK", "ABF")
_EDITOR = "CMS Medicare code editor (MCE); asks for the code table icd10cm"
_OPERATED = ("BBR", "BBQ")

NEWBORN, CHILD, ADULT = 0, 17, 15
MOTHER, LAST_MOTHER = 9, 64
"""Ages of the code editor: newborn 0, pediatric to 17, maternity 9 to 64, adult from 15."""
MOTHER_BEFORE, LAST_MOTHER_BEFORE = 12, 55
WIDENED = dt.date(2019, 10, 1)
"""Until then maternity was from 12 to 55."""

LONG_STAY = 4
"""Days that the procedures of the code editor's list take at least."""

SEX_EDIT_ENDED = dt.date(2024, 9, 30)


def principal(diagnosis: Diagnosis, listed: str) -> Bool:
    """The principal diagnosis stands in a list of the code editor on the last day of the stay."""
    day = coded_for(diagnosis.claim)
    return (diagnosis.qualifier == "ABK") & diagnosis.code.listed(f"icd10cm.{listed}", on=day)


@rule(
    "ICD10_NOT_SPECIFIC",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:772",
    source="ICD-10-CM guidelines I.B.2: the highest number of characters; code table icd10cm",
    fix="Use a code below this category",
    at=lambda diagnosis, _: diagnosis.code,
)
def icd10_not_specific(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis is the heading of a category, and no code that is billed."""
    day = coded_for(claim)
    return (
        diagnosis.qualifier.is_in(_CODED)
        & diagnosis.code.listed("icd10cm.category", on=day)
        & ~diagnosis.code.listed("icd10cm.seventh", on=day)
        & unbillable(diagnosis.code, claim)
    )


@rule(
    "ICD10_7TH_CHAR_MISSING",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:255",
    source="ICD-10-CM guidelines I.A.5 and I.B.2: seventh characters; code table icd10cm",
    fix="Add the seventh character, after X in the places that are empty",
    at=lambda diagnosis, _: diagnosis.code,
)
def icd10_7th_char_missing(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis lacks the seventh character that all codes below it have."""
    day = coded_for(claim)
    return (
        diagnosis.qualifier.is_in(_CODED)
        & diagnosis.code.listed("icd10cm.seventh", on=day)
        & unbillable(diagnosis.code, claim)
    )


@rule(
    "UNKNOWN_ADMITTING_DIAGNOSIS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:232",
    source="CMS MCE edit 24; ICD-10-CM of the day of discharge; code table icd10cm",
    fix="Use a code that is valid and billable on that day",
    at=lambda claim: claim.admitting_diagnosis,
)
def unknown_admitting_diagnosis(claim: Claim) -> Bool:
    """The admitting diagnosis is not a billable ICD-10-CM code on the last day of the stay."""
    return (
        (claim.admitting_qualifier == "ABJ")
        & claim.admitting_diagnosis.matches(ICD10)
        & ~claim.admitting_diagnosis.listed("icd10cm", on=claim.statement_to)
    )


@rule(
    "UNKNOWN_ICD10_PCS",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:465",
    source="CMS MCE edit 1; ICD-10-PCS of the day of discharge; code table icd10pcs",
    fix="Use a code that is valid on the day of discharge",
    at=lambda procedure, _: procedure.code,
)
def unknown_icd10_pcs(procedure: Procedure, claim: Claim) -> Bool:
    """A procedure of the stay is not an ICD-10-PCS code on the last day of the stay."""
    return (
        procedure.qualifier.is_in(_OPERATED)
        & procedure.code.matches("[0-9A-HJ-NP-Z]{7}")
        & ~procedure.code.listed("icd10pcs", on=claim.statement_to)
    )


@rule(
    "MANIFESTATION_PRINCIPAL",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A7:254",
    source=f"ICD-10-CM guidelines I.A.13: the cause comes first; {_EDITOR}",
    fix="Put the disease first and its manifestation behind",
    at=lambda diagnosis: diagnosis.code,
)
def manifestation_principal(diagnosis: Diagnosis) -> Bool:
    """The principal diagnosis is a manifestation of another disease."""
    return principal(diagnosis, "manifestation")


@rule(
    "UNACCEPTABLE_PRINCIPAL_DX",
    transactions="I",
    severity="warning",
    snip=6,
    status="A7:254",
    source=_EDITOR,
    fix="Put the illness or injury first; this code says what influences health",
    at=lambda diagnosis, _: diagnosis.code,
)
def unacceptable_principal_dx(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A stay's principal diagnosis is none that a patient is admitted for."""
    return (
        claim.facility_type.is_in(INPATIENT)
        & principal(diagnosis, "unacceptable")
        & ~principal(diagnosis, "requires_secondary")
    )


@rule(
    "PRINCIPAL_REQUIRES_SECONDARY",
    transactions="I",
    severity="warning",
    snip=6,
    status="A6:255",
    source=_EDITOR,
    fix="Send the diagnosis that the aftercare is for behind it",
    at=lambda diagnosis, _: diagnosis.code,
)
def principal_requires_secondary(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A stay's principal diagnosis stands alone and needs another one beside it."""
    return (
        claim.facility_type.is_in(INPATIENT)
        & principal(diagnosis, "requires_secondary")
        & (claim.diagnoses.count() < 2)  # noqa: PLR2004 - itself and one
    )


@rule(
    "DX_AGE_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:255",
    source=f"{_EDITOR}: newborn 0, pediatric 0 to 17, maternity 9 to 64, adult 15 to 124 years",
    fix="Correct the diagnosis or the date of birth",
    at=lambda diagnosis, _: diagnosis.code,
)
def dx_age_conflict(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis is not of the patient's age.

    Age counts on the day of admission, or else of the first service.
    """
    day = coded_for(claim)
    age = birth(claim).years_until(claim.admission_date.otherwise(first_service(claim)))

    no_mother = ((age < MOTHER) | (age > LAST_MOTHER)) | (
        ((age < MOTHER_BEFORE) | (age > LAST_MOTHER_BEFORE)) & (day < WIDENED)
    )

    def is_of(group: str) -> Bool:
        return diagnosis.code.listed(f"icd10cm.{group}", on=day)

    return (
        ((age > NEWBORN) & is_of("newborn"))
        | ((age > CHILD) & is_of("pediatric"))
        | (no_mother & is_of("maternity"))
        | ((age < ADULT) & is_of("adult"))
    )


@rule(
    "DX_SEX_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:86",
    source="CMS MCE edit 3, switched off by CMS on 2024-10-01; code table icd10cm",
    fix="Correct the diagnosis or the sex, or send condition code 45 or modifier KX",
    at=lambda diagnosis, _: diagnosis.code,
    enabled=False,
)
def dx_sex_conflict(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis is of the other sex.

    CMS has not judged this since October 2024, so it is off, and where a payer turns it on it
    speaks of earlier services only. Condition code 45 and modifier KX say that it is as it is.
    """
    day = coded_for(claim)
    sex = claim.patient.sex.otherwise(claim.subscriber.sex)
    unmeant = claim.conditions.none(lambda condition: condition.code == "45") & claim.lines.all(
        lambda line: lacks(line, "KX")
    )
    other = ((sex == "M") & diagnosis.code.listed("icd10cm.female", on=day)) | (
        (sex == "F") & diagnosis.code.listed("icd10cm.male", on=day)
    )
    return other & (day <= SEX_EDIT_ENDED) & unmeant


@rule(
    "UNSPECIFIED_LATERALITY_DX",
    transactions="I",
    severity="warning",
    snip=6,
    status="A7:255",
    source=f"{_EDITOR}, from 2022-04-01 for stays that Medicare pays",
    fix="Send the code of the right or the left side",
    at=lambda diagnosis, _: diagnosis.code,
)
def unspecified_laterality_dx(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A Medicare stay's diagnosis does not say which side it is of, and could."""
    day = claim.statement_to
    return (
        (claim.facility_type == "11")
        & (claim.subscriber.filing_indicator == "MA")
        & (day >= dt.date(2022, 4, 1))
        & diagnosis.code.listed("icd10cm.unspecified_laterality", on=day)
    )


@rule(
    "QUESTIONABLE_ADMISSION_DX",
    transactions="I",
    severity="info",
    snip=6,
    status="A7:254",
    source=f"{_EDITOR}: a stay that Medicare may not hold for necessary",
    fix="See that the record says why the patient had to stay",
    at=lambda diagnosis, _: diagnosis.code,
)
def questionable_admission_dx(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A Medicare stay's principal diagnosis seldom needs a stay."""
    return (
        (claim.facility_type == "11")
        & (claim.subscriber.filing_indicator == "MA")
        & principal(diagnosis, "questionable_admission")
    )


@rule(
    "NONCOVERED_PROCEDURE",
    transactions="I",
    severity="warning",
    snip=6,
    status="A7:465",
    source="CMS MCE: non-covered procedures; code table icd10pcs",
    fix="Send what Medicare does not cover apart, with condition code 20 or 21",
    at=lambda procedure, _: procedure.code,
)
def noncovered_procedure(procedure: Procedure, claim: Claim) -> Bool:
    """Medicare is asked to pay for a procedure that it does not cover."""
    return (claim.subscriber.filing_indicator == "MA") & procedure.code.listed(
        "icd10pcs.noncovered", on=claim.statement_to
    )


@rule(
    "LIMITED_COVERAGE_PROCEDURE",
    transactions="I",
    severity="info",
    snip=6,
    status="A7:465",
    source="CMS MCE: limited coverage; code table icd10pcs",
    fix="See that the hospital is approved for the procedure",
    at=lambda procedure, _: procedure.code,
)
def limited_coverage_procedure(procedure: Procedure, claim: Claim) -> Bool:
    """Medicare is asked to pay for a procedure that it covers in some hospitals only."""
    return (claim.subscriber.filing_indicator == "MA") & procedure.code.listed(
        "icd10pcs.limited_coverage", on=claim.statement_to
    )


@rule(
    "PROC_LOS_INCONSISTENT",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:465",
    source="CMS MCE: mechanical ventilation of more than 96 hours takes more than four days",
    fix="Correct the procedure or the dates of the stay",
    at=lambda procedure, _: procedure.code,
)
def proc_los_inconsistent(procedure: Procedure, claim: Claim) -> Bool:
    """A procedure takes longer than the patient stayed."""
    days = claim.admission_date.days_until(claim.statement_to)
    return (days < LONG_STAY) & procedure.code.listed("icd10pcs.long_stay", on=claim.statement_to)


@rule(
    "QUESTIONABLE_OB_ADMISSION",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:465",
    source="CMS MCE edit 18: a delivery has an outcome (Z37); code table icd10pcs",
    fix="Send the outcome of the delivery, Z37.0 to Z37.9",
    at=lambda procedure, _: procedure.code,
)
def questionable_ob_admission(procedure: Procedure, claim: Claim) -> Bool:
    """A delivery was done and no diagnosis says what came of it."""
    day = claim.statement_to
    delivery = procedure.code.listed("icd10pcs.cesarean", on=day) | procedure.code.listed(
        "icd10pcs.vaginal_delivery", on=day
    )
    return delivery & claim.diagnoses.none(lambda diagnosis: diagnosis.code.starts_with("Z37"))


@rule(
    "UNKNOWN_PATIENT_STATUS",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:234",
    source="CMS MCE edit 27: discharge status; code table patient_status",
    fix="Send a status that holds on the last day of the statement",
    at=lambda claim: claim.patient_status,
)
def unknown_patient_status(claim: Claim) -> Bool:
    """The patient's status is none of the list on the last day of the statement."""
    return claim.patient_status.matches("[0-9]{2}") & ~claim.patient_status.listed(
        "patient_status", on=claim.statement_to
    )


@rule(
    "POA_MISSING",
    transactions="I",
    severity="warning",
    snip=5,
    status="A6:688",
    source="X223 2300 HI C022-9; CMS: all diagnoses but those of the code table poa_exempt",
    fix="Say whether the diagnosis was present on admission: Y, N, U or W",
    at=lambda diagnosis, _: (diagnosis.present_on_admission, diagnosis.code),
)
def poa_missing(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A stay's diagnosis is not said to have been present on admission, or not, and must be."""
    return (
        (claim.facility_type == "11")
        & diagnosis.present_on_admission.is_missing()
        & claim.diagnoses.any(lambda other: other.present_on_admission.is_present())
        & ~diagnosis.code.listed("poa_exempt", on=claim.statement_to)
    )


@rule(
    "POA_ON_EXEMPT",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:688",
    source="CMS: diagnoses exempt from present on admission; code table poa_exempt",
    fix="Leave the indicator out for this diagnosis",
    at=lambda diagnosis, _: diagnosis.present_on_admission,
)
def poa_on_exempt(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis that is exempt is said to have been present on admission, or not."""
    return (
        (claim.facility_type == "11")
        & diagnosis.present_on_admission.is_in("Y", "N", "U", "W")
        & diagnosis.code.listed("poa_exempt", on=claim.statement_to)
    )


@rule(
    "EXTERNAL_CAUSE_POINTED",
    transactions="P",
    severity="warning",
    snip=5,
    status="A8:254",
    source="ICD-10-CM guidelines I.C.20: external causes are never the first reason",
    fix="Point at the injury first and at its cause behind",
    at=lambda diagnosis, _: diagnosis.code,
)
def external_cause_pointed(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A line's first reason is an external cause."""
    place = diagnosis.position()
    return (
        (diagnosis.qualifier == "ABF")
        & diagnosis.code.starts_with("V", "W", "X", "Y")
        & claim.lines.any(lambda line: line.pointer_1 == place)
    )


@rule(
    "UNREFERENCED_DX",
    transactions="P",
    severity="info",
    snip=5,
    status="A8:477",
    source="X222 2400 SV107: why each service was given",
    fix="Point at the diagnosis, or leave it out",
    at=lambda diagnosis, _: diagnosis.code,
    enabled=False,
)
def unreferenced_dx(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """No line points at a diagnosis."""
    return claim.lines.none(lambda line: points(line, diagnosis.position()))
