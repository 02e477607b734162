"""Diagnoses: form, order, version, and the lines that point at them."""

import datetime as dt

from scrubjay.rulebook.dates import end_of_service, first_service, last_service
from scrubjay.rules import Bool, Code, Date, Number, rule
from scrubjay.rules.fields import Claim, Diagnosis, Line

_TRANSITION = dt.date(2015, 10, 1)
MOST = 12
"""Diagnoses that a professional claim holds; a dental one holds four."""

ICD10 = "[A-Z][0-9][0-9AB][0-9A-Z]{0,4}"
"""The form of an ICD-10-CM code."""

OUTPATIENT = ("13", "14", "22", "23", "71", "72", "73", "74", "75", "77", "83", "85")
"""Types of bill of those who come and go."""

_NOWHERE = Number.of(0)
_ICD10 = ("ABK", "ABF")
_ICD9 = ("BK", "BF")


def points(line: Line, place: Number) -> Bool:
    """The line points at the diagnosis in this place; one of a kind without pointers at none."""
    slots = (line.pointer_1, line.pointer_2, line.pointer_3, line.pointer_4)
    own = [slot.otherwise(_NOWHERE) == place for slot in slots]
    return own[0] | own[1] | own[2] | own[3]


def coded_for(claim: Claim) -> Date:
    """The day whose codes are used: an institutional claim's last, as for its discharge."""
    return claim.statement_to.otherwise(first_service(claim))


def unbillable(code: Code, claim: Claim) -> Bool:
    """A diagnosis is no code on the day that counts; of an outpatient claim either end counts.

    Those who come and go are coded by the day they came; a visit over the night to October has
    the codes of the day before, and what payers make of it differs.
    """
    kind = claim.facility_type.otherwise(claim.place_of_service)
    came_and_went = kind.is_in(OUTPATIENT)
    before = ~code.listed("icd10cm", on=first_service(claim))
    return ~code.listed("icd10cm", on=coded_for(claim)) & (~came_and_went | before)


@rule(
    "INVALID_ICD10_FORMAT",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:255",
    source=(
        "ICD-10-CM: three to seven characters, a letter, a digit, a digit or A or B; X12 "
        "sends no point"
    ),
    fix="Send the code without its point, as ICD-10-CM lists it",
    at=lambda diagnosis: diagnosis.code,
)
def invalid_icd10_format(diagnosis: Diagnosis) -> Bool:
    """A diagnosis is not of the form of an ICD-10-CM code."""
    return diagnosis.qualifier.is_in(_ICD10) & ~diagnosis.code.matches(ICD10)


@rule(
    "INVALID_ICD10",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:255",
    source="ICD-10-CM of the day of service or discharge; asks for the code table icd10cm",
    fix="Use a code that is valid and billable on that day",
    at=lambda diagnosis, _: diagnosis.code,
)
def invalid_icd10(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A diagnosis is not an ICD-10-CM code on the day of the service, or of the discharge.

    A stay goes by the last day of its statement, an outpatient claim by that or the first, others
    by the day of each line that points at the diagnosis, or, where none does, by the first day of
    service: a claim over the first of October may have codes of both years. Without the table the
    outcome is no_data.
    """
    code, place = diagnosis.code, diagnosis.position()
    first = coded_for(claim)
    last = claim.statement_to.otherwise(last_service(claim))
    wrong_somewhere = claim.lines.any(
        lambda line: points(line, place) & ~code.listed("icd10cm", on=line.service_from)
    )
    unpointed = claim.lines.none(lambda line: points(line, place))
    return (
        diagnosis.qualifier.is_in(_ICD10)
        & code.matches(ICD10)
        & (~code.listed("icd10cm", on=first) | ~code.listed("icd10cm", on=last))
        & ~code.listed("icd10cm.category", on=first)
        & (wrong_somewhere | (unpointed & unbillable(code, claim)))
    )


@rule(
    "DUPLICATE_DIAGNOSIS",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A8:255",
    source="ICD-10-CM guidelines I.B.11: a code is reported once an encounter",
    fix="Send each diagnosis once and correct the pointers of the lines",
)
def duplicate_diagnosis(diagnosis: Diagnosis) -> Bool:
    """The same diagnosis stands on the claim twice."""
    return diagnosis.repeats(diagnosis.code)


@rule(
    "EXTERNAL_CAUSE_PRINCIPAL",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:254",
    source=(
        "ICD-10-CM guidelines I.C.20: external cause codes (V00-Y99) are never first; "
        "CMS MCE edit 6"
    ),
    fix="Put the injury or illness first and its cause behind",
    at=lambda diagnosis: diagnosis.code,
)
def external_cause_principal(diagnosis: Diagnosis) -> Bool:
    """The principal diagnosis is an external cause.

    V, W, X and Y codes say how something came about; what came about is the principal diagnosis.
    """
    return (diagnosis.qualifier == "ABK") & diagnosis.code.starts_with("V", "W", "X", "Y")


@rule(
    "SEQUELA_PRINCIPAL",
    transactions="PI",
    severity="warning",
    snip=5,
    status="A7:254",
    source="ICD-10-CM guidelines I.B.10: the condition that is left comes before the sequela code",
    fix="Put the condition treated now first and the sequela code behind",
    at=lambda diagnosis: diagnosis.code,
)
def sequela_principal(diagnosis: Diagnosis) -> Bool:
    """The principal diagnosis is a sequela code (seventh character S)."""
    return (diagnosis.qualifier == "ABK") & diagnosis.code.matches("[STVWXY].{5}S")


@rule(
    "ICD9_AFTER_TRANSITION",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:255",
    source="45 CFR 162.1002: ICD-10-CM for services from 2015-10-01",
    fix="Code the diagnosis in ICD-10-CM (qualifiers ABK and ABF)",
    at=lambda diagnosis, _: diagnosis.code,
)
def icd9_after_transition(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """An ICD-9 diagnosis stands on a claim for services since October 2015."""
    return diagnosis.qualifier.is_in(_ICD9) & (coded_for(claim) >= _TRANSITION)


@rule(
    "ICD10_BEFORE_TRANSITION",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:255",
    source="45 CFR 162.1002: ICD-9-CM for services before 2015-10-01",
    fix="Code the diagnosis in ICD-9-CM (qualifiers BK and BF)",
    at=lambda diagnosis, _: diagnosis.code,
)
def icd10_before_transition(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """An ICD-10 diagnosis stands on a claim for services before October 2015."""
    return diagnosis.qualifier.is_in(_ICD10) & (end_of_service(claim) < _TRANSITION)


@rule(
    "MIXED_ICD_VERSIONS",
    transactions="PID",
    severity="error",
    snip=5,
    status="A8:255",
    source="X222 2300 HI: one version of ICD a claim",
    fix="Code all diagnoses in the version of the date of service",
    at=lambda diagnosis, _: diagnosis.qualifier,
)
def mixed_icd_versions(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """ICD-9 and ICD-10 diagnoses stand on one claim."""
    return diagnosis.qualifier.is_in(_ICD9) & claim.diagnoses.any(
        lambda other: other.qualifier.is_in(_ICD10)
    )


@rule(
    "INVALID_DX_POINTER",
    transactions="PD",
    severity="error",
    snip=4,
    status="A7:477",
    source="X222 2400 SV107: the position of a diagnosis in HI",
    fix="Point at a diagnosis that is on the claim",
    at=lambda line, _: (line.pointer_1, line.pointer_2, line.pointer_3, line.pointer_4),
)
def invalid_dx_pointer(line: Line, claim: Claim) -> Bool:
    """A service line points at a diagnosis that is not on the claim.

    A claim without any diagnosis, and a pointer beyond 12, are told by the guide.
    """
    there = claim.diagnoses.count()
    wrong = [
        (pointer > there) & (pointer <= MOST)
        for pointer in (line.pointer_1, line.pointer_2, line.pointer_3, line.pointer_4)
    ]
    return (wrong[0] | wrong[1] | wrong[2] | wrong[3]) & (there > 0)


@rule(
    "DUPLICATE_DX_POINTER",
    transactions="PD",
    severity="warning",
    snip=4,
    status="A7:477",
    source="X222 2400 SV107",
    fix="Point at each diagnosis once",
    at=lambda line: line.pointer_2,
)
def duplicate_dx_pointer(line: Line) -> Bool:
    """A service line points at the same diagnosis twice."""
    one, two, three, four = line.pointer_1, line.pointer_2, line.pointer_3, line.pointer_4
    return (
        (two == one)
        | (three == one)
        | (three == two)
        | (four == one)
        | (four == two)
        | (four == three)
    )
