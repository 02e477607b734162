"""What payers want that each of them says for itself, in tables that the user brings.

All of it asks for such a table, and says nothing without; none of it rejects by itself, since what
one payer refuses another takes. An override (docs/writing-rules.md) makes it an error of a payer.
"""

from scrubjay.rulebook.coverage import TOGETHER
from scrubjay.rulebook.members import birth
from scrubjay.rules import Bool, Code, Number, rule
from scrubjay.rules.fields import Claim, Diagnosis, Line, Provider, Tooth
from scrubjay.rules.modifiers import lacks, modifiers

_OWN = "Rules of the payer; asks for the code table"

FINGERS = ("FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9")
TOES = ("TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9")
EYELIDS = ("E1", "E2", "E3", "E4")
CORONARIES = ("LC", "LD", "RC", "LM", "RI")
AGAIN = (*TOGETHER, "76", "77", "50")
"""Modifiers that say why a procedure stands on two lines of a day."""


def any_with(line: Line, table: str) -> Bool:
    """The procedure stands with one of the line's modifiers in a table of pairs."""
    one, two, three, four = (
        slot.is_present() & line.procedure.with_listed(table, slot, on=line.service_from)
        for slot in modifiers(line)
    )
    return one | two | three | four


def patients_age(line: Line) -> Number:
    """Years of the patient on the day of the line."""
    return birth(line.claim).years_until(line.service_from)


def patients_sex(line: Line) -> Code:
    """The sex of the patient, whoever is insured."""
    return line.claim.patient.sex.otherwise(line.claim.subscriber.sex)


@rule(
    "MISSING_TAXONOMY",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A6:145:85",
    source=f"{_OWN} taxonomy_required: payers",
    fix="Send the billing provider's taxonomy code in loop 2000A PRV03",
    at=lambda _, provider: provider.taxonomy,
)
def missing_taxonomy(claim: Claim, provider: Provider) -> Bool:
    """The payer wants the billing provider's taxonomy code and there is none."""
    return provider.taxonomy.is_missing() & claim.payer.id.listed("taxonomy_required")


@rule(
    "MEMBER_ID_FORMAT",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A7:164:IL",
    source=f"{_OWN} member_ids: payers with the fewest and the most characters, lists least, most",
    fix="Send the number as it stands on the member's card",
    at=lambda claim: claim.subscriber.member_id,
)
def member_id_format(claim: Claim) -> Bool:
    """The member's number is shorter or longer than those of the payer.

    How a payer's numbers are built is a rule of its own (`matches`, docs/writing-rules.md).
    """
    payer, length = claim.payer.id, claim.subscriber.member_id.length
    short = payer.listed("member_ids.least") & ~(length + 1).above_listed("member_ids.least", payer)
    return short | length.above_listed("member_ids.most", payer)


@rule(
    "INVALID_FILING_INDICATOR",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A7:480:PR",
    source=f"{_OWN} filing: payer and claim filing indicator; filing.payers: whose list it is",
    fix="Send in SBR09 what kind of plan this payer is",
    at=lambda claim: claim.subscriber.filing_indicator,
)
def invalid_filing_indicator(claim: Claim) -> Bool:
    """The claim says that the payer's plan is of a kind that this payer does not have."""
    return claim.payer.id.listed("filing.payers") & ~claim.payer.id.with_listed(
        "filing", claim.subscriber.filing_indicator
    )


@rule(
    "MISSING_SUPERVISING_PROVIDER",
    severity="warning",
    snip=7,
    status="A6:562:DQ",
    source=f"{_OWN} supervision_required: payer and taxonomy of who renders",
    fix="Send who supervised in loop 2310D",
    at=lambda claim: (claim.supervising_npi, claim.rendering_taxonomy),
)
def missing_supervising_provider(claim: Claim) -> Bool:
    """Somebody gave the services whom this payer wants supervised, and it is not said by whom."""
    return (
        claim.supervising_last.is_missing()
        & claim.lines.any(lambda line: line.supervising_last.is_missing())
        & claim.payer.id.with_listed("supervision_required", claim.rendering_taxonomy)
    )


@rule(
    "PROC_AGE_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:475",
    source="OCE edit 7; asks for the code table procedure_age: procedures with the youngest and "
    "the oldest age in years, lists least and most",
    fix="Correct the procedure or the date of birth",
    at=lambda line: line.procedure,
)
def proc_age_conflict(line: Line) -> Bool:
    """A procedure is not done at the patient's age."""
    young = line.procedure.listed("procedure_age.least") & ~(patients_age(line) + 1).above_listed(
        "procedure_age.least", line.procedure
    )
    return young | patients_age(line).above_listed("procedure_age.most", line.procedure)


@rule(
    "PROC_SEX_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:474",
    source="OCE edit 8; asks for the code table procedure_sex: lists female and male",
    fix="Correct the procedure or the sex, or send condition code 45 or modifier KX",
    at=lambda line: line.procedure,
)
def proc_sex_conflict(line: Line) -> Bool:
    """A procedure is of the other sex. Condition code 45 and modifier KX let it through."""
    sex = patients_sex(line)
    other = ((sex == "M") & line.procedure.listed("procedure_sex.female")) | (
        (sex == "F") & line.procedure.listed("procedure_sex.male")
    )
    meant = line.claim.conditions.any(lambda condition: condition.code == "45")
    return other & ~meant & lacks(line, "KX")


@rule(
    "MODIFIER_NOT_ALLOWED",
    transactions="PI",
    severity="warning",
    snip=7,
    status="A8:453",
    source=f"{_OWN} modifier_denied: procedure and modifier",
    fix="Leave the modifier out, or send the procedure that it belongs to",
    at=lambda line: (line.modifier_1, line.procedure),
)
def modifier_not_allowed(line: Line) -> Bool:
    """A modifier stands with a procedure that is not paid with it."""
    return line.modifier_1.is_present() & any_with(line, "modifier_denied")


@rule(
    "MODIFIER_REQUIRED",
    transactions="PI",
    severity="warning",
    snip=7,
    status="A6:453",
    source=f"{_OWN} modifier_required: procedure and modifier; modifier_required.procedures",
    fix="Send one of the modifiers that the procedure is paid with",
    at=lambda line: (line.modifier_1, line.procedure),
)
def modifier_required(line: Line) -> Bool:
    """A procedure wants one of some modifiers and has none of them."""
    wanted = line.procedure.listed("modifier_required.procedures", on=line.service_from)
    return wanted & ~any_with(line, "modifier_required")


@rule(
    "ANATOMIC_MODIFIER_MISSING",
    severity="warning",
    snip=6,
    status="A6:453",
    source="CMS NCCI policy manual, chapter 1: modifiers of fingers, toes, eyelids and coronary "
    "arteries; asks for the code table anatomic: lists finger, toe, eyelid, coronary",
    fix="Send which of them it was: FA to F9, TA to T9, E1 to E4, LC, LD, LM, RC, RI",
    at=lambda line: (line.modifier_1, line.procedure),
)
def anatomic_modifier_missing(line: Line) -> Bool:
    """A procedure on a finger, toe, eyelid or coronary artery does not say which."""
    parts = (("finger", FINGERS), ("toe", TOES), ("eyelid", EYELIDS), ("coronary", CORONARIES))
    one, two, three, four = (
        line.procedure.listed(f"anatomic.{part}") & lacks(line, *which) for part, which in parts
    )
    return one | two | three | four


@rule(
    "POS_PROCEDURE_MISMATCH",
    severity="warning",
    snip=6,
    status="A8:249",
    source=f"{_OWN} procedure_pos: procedure and place; procedure_pos.procedures",
    fix="Correct the place of service or the procedure",
    at=lambda line, claim: (line.place_of_service, claim.place_of_service),
)
def pos_procedure_mismatch(line: Line, claim: Claim) -> Bool:
    """A procedure is not given at such a place."""
    place = line.place_of_service.otherwise(claim.place_of_service)
    return line.procedure.listed("procedure_pos.procedures") & ~line.procedure.with_listed(
        "procedure_pos", place
    )


@rule(
    "MSP_DX_ALERT",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:171",
    source="CMS MCE edit 9, Medicare as secondary payer; asks for the code table msp: diagnoses",
    fix="See whether an accident insurer or a group plan pays before Medicare",
    at=lambda diagnosis, _: diagnosis.code,
)
def msp_dx_alert(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """Medicare is asked to pay first for what somebody else often pays before it."""
    return (
        claim.subscriber.filing_indicator.is_in("MA", "MB")
        & (claim.subscriber.responsibility == "P")
        & diagnosis.code.listed("msp")
    )


@rule(
    "MISSING_TOOTH_EXTRACTED",
    transactions="D",
    severity="warning",
    snip=6,
    status="A8:244",
    source="X224 2300 DN2: a tooth that is missing (M)",
    fix="Correct the tooth, or which teeth are missing",
    at=lambda tooth: tooth.number,
)
def missing_tooth_extracted(tooth: Tooth) -> Bool:
    """A tooth is filled, treated or extracted that the claim says is missing.

    What replaces a missing tooth (prostheses, implants) is let through.
    """
    line = tooth.line
    return line.procedure.matches("D([23][0-9]{3}|7140|7210)") & line.claim.tooth_statuses.any(
        lambda state: (state.status == "M") & (state.tooth == tooth.number)
    )


@rule(
    "REPEAT_NEEDS_76_77_91",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:453",
    source="CMS NCCI policy manual, chapter 1: modifiers of services that are repeated",
    fix="Send one line with its units, or the modifier that says why it was done again",
    at=lambda line: (line.modifier_1, line.procedure),
    enabled=False,
)
def repeat_needs_76_77_91(line: Line) -> Bool:
    """A procedure stands on two lines of a day and neither says why.

    Lines that are alike in everything are told as DUPLICATE_LINE. Lines that differ in charge or
    units only are often right, so that this is off unless a payer is known to refuse them.
    """
    again = line.repeats(line.procedure, line.service_from, line.rendering_npi)
    return again & lacks(line, *AGAIN)
