"""What was done and where: procedures, modifiers, place of service, drugs."""

import datetime as dt

from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Claim, Line
from scrubjay.rules.modifiers import has, lacks, modifiers

ANESTHESIA = "0(0[1-9]|1[0-9])[0-9]{2}"
"""The codes of anesthesia, 00100 to 01999."""

GIVEN_BY = ("AA", "AD", "QK", "QX", "QY", "QZ")
"""Modifiers that say who gave the anesthesia."""


@rule(
    "INVALID_PROCEDURE_FORMAT",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:507",
    source=(
        "HCPCS level I and II: five characters, four digits and at most one letter, first or last"
    ),
    fix="Send the procedure code as CPT or HCPCS lists it",
    at=lambda line: line.procedure,
)
def invalid_procedure_format(line: Line) -> Bool:
    """A procedure is not of the form of a CPT or HCPCS code."""
    return (line.procedure_qualifier == "HC") & ~line.procedure.matches(
        "[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}"
    )


@rule(
    "INVALID_MODIFIER",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:453",
    source="CPT and HCPCS modifiers: two capital letters or digits",
    fix="Send the modifier as CPT or HCPCS lists it, in capitals",
)
def invalid_modifier(line: Line) -> Bool:
    """A modifier is not two capital letters or digits.

    One that is too long or too short is told by the guide, and not a second time here.
    """
    one, two, three, four = (
        slot.matches(".{2}") & ~slot.matches("[0-9A-Z]{2}") for slot in modifiers(line)
    )
    return one | two | three | four


@rule(
    "DUPLICATE_MODIFIER",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:453",
    source="Medicare 837P edits X222.351.2400.SV101-3: a modifier once a line",
    fix="Send each modifier once",
    at=lambda line: line.modifier_2,
)
def duplicate_modifier(line: Line) -> Bool:
    """The same modifier stands on a service line twice.

    Medicare refuses that, others read it once.
    """
    one, two, three, four = modifiers(line)
    return (
        (two == one)
        | (three == one)
        | (three == two)
        | (four == one)
        | (four == two)
        | (four == three)
    )


@rule(
    "MODIFIER_CONFLICT",
    transactions="PI",
    severity="warning",
    snip=5,
    status="A8:453",
    source="CPT appendix A and HCPCS level II: modifiers that exclude each other",
    fix="Keep the modifier that describes the service",
    at=lambda line: (line.modifier_1, line.modifier_2),
)
def modifier_conflict(line: Line) -> Bool:
    """Modifiers on a service line exclude each other.

    Left and right side, one side and both sides, professional and technical component, and an X
    modifier together with the 59 that it stands in for.
    """
    sides = has(line, "LT") & has(line, "RT")
    both = has(line, "50") & has(line, "LT", "RT")
    components = has(line, "26") & has(line, "TC")
    distinct = has(line, "59") & has(line, "XE", "XP", "XS", "XU")
    return line.modifier_1.is_present() & (sides | both | components | distinct)


@rule(
    "BILATERAL_UNITS",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:476",
    source=(
        "CMS claims processing manual, chapter 12, 40.7: a bilateral procedure is one "
        "line with one unit"
    ),
    fix="Send one unit with modifier 50",
    at=lambda line: line.units,
)
def bilateral_units(line: Line) -> Bool:
    """A bilateral procedure (modifier 50) is billed with more than one unit."""
    return line.modifier_1.is_present() & has(line, "50") & (line.units > 1)


@rule(
    "INVALID_POS",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:249",
    source="CMS place of service codes; code table pos, which comes along and can be renewed",
    fix="Send a place of service of the list",
)
def invalid_pos(claim: Claim) -> Bool:
    """The claim's place of service is not an assigned code."""
    return ~claim.place_of_service.listed("pos")


@rule(
    "INVALID_LINE_POS",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:249",
    source="CMS place of service codes; code table pos, which comes along and can be renewed",
    fix="Send a place of service of the list, or leave it out where it is the claim's",
)
def invalid_line_pos(line: Line) -> Bool:
    """A service line's place of service is not an assigned code."""
    return ~line.place_of_service.listed("pos")


@rule(
    "TELEHEALTH_MODIFIER_POS",
    severity="warning",
    snip=6,
    status="A8:249",
    source="CMS physician fee schedule 2024 and NGS 10638446: 02 and 10, and who goes on with 95",
    fix="Send place of service 02 or 10 with a telehealth modifier, if the payer asks for it",
    at=lambda line, claim: (line.place_of_service, claim.place_of_service),
)
def telehealth_modifier_pos(line: Line, claim: Claim) -> Bool:
    """A telehealth modifier stands with a place of service that is not telehealth.

    Modifier 95 goes on with the place of the clinician where that is a hospital, and for therapists
    (GN, GO, GP): they are let through. Until 2024 it did so for all, and nothing is told.
    """
    place = line.place_of_service.otherwise(claim.place_of_service)
    remote = line.modifier_1.is_present() & has(line, "93", "95", "GQ", "GT", "FQ")
    elsewhere = lacks(line, "95") | ~place.is_in("19", "21", "22", "23")
    return (
        remote
        & ~place.is_in("02", "10")
        & elsewhere
        & lacks(line, "GN", "GO", "GP")
        & ~(line.service_from < dt.date(2024, 1, 1))
    )


@rule(
    "ANESTHESIA_MODIFIER_MISSING",
    severity="warning",
    snip=6,
    status="A6:453",
    source="CMS claims processing manual, chapter 12, 50: who gave the anesthesia",
    fix="Send AA, AD, QK, QX, QY or QZ first",
    at=lambda line: (line.modifier_1, line.procedure),
)
def anesthesia_modifier_missing(line: Line) -> Bool:
    """An anesthesia line does not say who gave it."""
    return line.procedure.matches(ANESTHESIA) & lacks(line, *GIVEN_BY)


@rule(
    "MINUTES_WITHOUT_ANESTHESIA",
    severity="warning",
    snip=5,
    status="A8:659",
    source="X222 2400 SV103: MJ is for anesthesia time",
    fix="Send units (UN)",
    at=lambda line: line.unit,
)
def minutes_without_anesthesia(line: Line) -> Bool:
    """Minutes are billed for a service that is not anesthesia.

    Some payers want anesthesia under the code of the operation: a line that says by a modifier who
    gave it is let through.
    """
    return (line.unit == "MJ") & ~line.procedure.matches(ANESTHESIA) & lacks(line, *GIVEN_BY)


@rule(
    "INVALID_NDC",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:218",
    source="X222 2410 LIN03: the NDC in eleven digits, 5-4-2, without hyphens",
    fix="Send eleven digits; fill each part from the left with zeros",
    at=lambda line: line.ndc,
)
def invalid_ndc(line: Line) -> Bool:
    """A drug's NDC is not eleven digits."""
    return (line.drug_qualifier == "N4") & ~line.ndc.matches(r"\d{11}")


@rule(
    "INVALID_NDC_QTY",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:724",
    source="X222 2410 CTP04",
    fix="Send the quantity of the drug that was given",
)
def invalid_ndc_qty(line: Line) -> Bool:
    """A drug's quantity is zero or less."""
    return line.drug_quantity <= 0


@rule(
    "MISSING_ADMISSION_DATE",
    severity="warning",
    snip=4,
    status="A6:189",
    source="X222 2300 DTP*435: sent for visits to inpatients",
    fix="Send the admission date in DTP*435",
    at=lambda claim: (claim.admission_date, claim.place_of_service),
)
def missing_admission_date(claim: Claim) -> Bool:
    """The service was given to an inpatient but there is no admission date."""
    return claim.place_of_service.is_in("21", "51", "61") & claim.admission_date.is_missing()
