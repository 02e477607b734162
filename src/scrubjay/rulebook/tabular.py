"""Diagnoses beside each other and beside modifiers: notes and sides of ICD-10-CM's tabular list."""

from scrubjay.rulebook.diagnoses import coded_for, points
from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Claim, Diagnosis, Line
from scrubjay.rules.modifiers import has, lacks

_CODED = ("ABK", "ABF")
_LIST = "ICD-10-CM tabular list; code table icd10cm_notes"


@rule(
    "EXCLUDES1_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:255",
    source=f"ICD-10-CM guidelines I.A.12.a; {_LIST}",
    fix="Keep the code that says what the patient has; both stand where they are unrelated",
    at=lambda diagnosis, _: diagnosis.code,
)
def excludes1_conflict(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """Two diagnoses stand together that an Excludes1 note calls the one or the other.

    The guidelines allow both where the two conditions are unrelated, which a claim does not tell:
    so this is a warning. Notes that name codes in words only are not looked at. The finding is of
    the later one of the two.
    """
    day = coded_for(claim)
    return diagnosis.qualifier.is_in(_CODED) & diagnosis.follows(
        "icd10cm_notes.excludes1", diagnosis.code, on=day
    )


@rule(
    "CODE_FIRST_MISSING",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:255",
    source=f"ICD-10-CM guidelines I.A.13 and I.A.17; {_LIST}",
    fix="Put the underlying condition ahead of this code",
    at=lambda diagnosis, _: diagnosis.code,
)
def code_first_missing(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """The underlying condition of a diagnosis does not stand ahead of it.

    Two things are certain: a code whose note begins "code first underlying" does not come first,
    and where its note names all the codes that may be ahead, one of them is. Notes that say "if
    applicable" ask for nothing. What MANIFESTATION_PRINCIPAL tells is not told again.
    """
    day, code = coded_for(claim), diagnosis.code
    first = (diagnosis.qualifier == "ABK") & code.listed("icd10cm_notes.caused", on=day)
    without = (
        diagnosis.qualifier.is_in(_CODED)
        & code.listed("icd10cm_notes.cause_named", on=day)
        & ~diagnosis.follows("icd10cm_notes.code_first", code, on=day)
    )
    told = (diagnosis.qualifier == "ABK") & code.listed("icd10cm.manifestation", on=day)
    return (first | without) & ~told


@rule(
    "LATERALITY_DX_MISMATCH",
    transactions="P",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"ICD-10-CM guidelines I.B.13; modifiers LT and RT; {_LIST}",
    fix="Correct the modifier, or point at the diagnosis of the side that was treated",
    at=lambda line, _: line.modifier_1,
)
def laterality_dx_mismatch(line: Line, claim: Claim) -> Bool:
    """A line is of one side, and every diagnosis with a side that it points at of the other.

    A line with both sides (50, or LT and RT), and one that points at a diagnosis of its own side
    or of both, is right. Sides of the heart, of symptoms and of paralysis are not looked at.
    """

    def of(diagnosis: Diagnosis, side: str) -> Bool:
        return diagnosis.code.listed(f"icd10cm_notes.{side}")

    def other(own: str, side: str) -> Bool:
        # that there is such a diagnosis at all is asked first: it costs little, and seldom holds
        there = claim.diagnoses.any(lambda one: of(one, side))
        wrong = claim.diagnoses.any(lambda one: points(line, one.position()) & of(one, side))
        right = claim.diagnoses.any(
            lambda one: points(line, one.position()) & (of(one, own) | of(one, "bilateral"))
        )
        return there & wrong & ~right

    left = has(line, "LT") & lacks(line, "RT", "50") & other("left", "right")
    right = has(line, "RT") & lacks(line, "LT", "50") & other("right", "left")
    return left | right
