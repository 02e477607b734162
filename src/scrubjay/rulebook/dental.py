"""What only dental claims have: teeth, surfaces, areas of the mouth, and predeterminations."""

from scrubjay.rules import Bool, received, rule
from scrubjay.rules.fields import Claim, Line, Tooth, ToothStatus

TEETH = "0?[1-9]|[12][0-9]|3[0-2]|5[1-9]|6[0-9]|7[0-9]|8[0-2]|[A-T]S?"
"""Permanent teeth 1 to 32, primary teeth A to T, and the supernumerary ones beside each."""

_FRONT = """
6 7 8 9 10 11 22 23 24 25 26 27 06 07 08 09
C D E F G H M N O P Q R
"""
FRONT = frozenset(_FRONT.split())
"""Incisors and canines."""

_AREAS = "00 01 02 03 04 05 06 07 08 09 10 20 30 40 L R"
AREAS = frozenset(_AREAS.split())
"""Areas of the oral cavity: the whole, the arches, sextants, quadrants, others, left and right."""

FILLINGS = (
    ("D2140", "D2330", "D2391"),
    ("D2150", "D2331", "D2392"),
    ("D2160", "D2332", "D2393"),
    ("D2161", "D2394"),
)
"""Fillings of one surface, of two, of three, and of four and more."""


def on(tooth: Tooth, surface: str) -> Bool:
    """One of the surfaces that were treated is this one; unknown where there is none."""
    slots = (tooth.surface_1, tooth.surface_2, tooth.surface_3, tooth.surface_4, tooth.surface_5)
    there = [slot == surface for slot in slots]
    return there[0] | there[1] | there[2] | there[3] | there[4]


@rule(
    "INVALID_CDT",
    transactions="D",
    severity="error",
    snip=5,
    status="A7:737",
    source="X224 2400 SV301-2: CDT codes are a D and four digits",
    fix="Send the procedure code as CDT lists it",
    at=lambda line: line.procedure,
)
def invalid_cdt(line: Line) -> Bool:
    """A procedure is not of the form of a CDT code.

    The status is taken by its meaning; some payers answer 507 (HCPCS), as for other procedures.
    """
    return (line.procedure_qualifier == "AD") & ~line.procedure.matches("D[0-9]{4}")


@rule(
    "INVALID_TOOTH_NUMBER",
    transactions="D",
    severity="error",
    snip=5,
    status="A7:244",
    source="ADA universal tooth designation: 1 to 32, A to T; supernumerary 51 to 82, AS to TS",
    fix="Send the tooth as the universal system numbers it",
)
def invalid_tooth_number(tooth: Tooth) -> Bool:
    """A tooth has no number of the universal system."""
    return ~tooth.number.matches(TEETH)


@rule(
    "INVALID_TOOTH_STATUS",
    transactions="D",
    severity="error",
    snip=5,
    status="A7:241",
    source="X224 2300 DN201: ADA universal tooth designation",
    fix="Send the tooth as the universal system numbers it",
    at=lambda tooth_status: tooth_status.tooth,
)
def invalid_tooth_status(tooth_status: ToothStatus) -> Bool:
    """A missing tooth has no number of the universal system."""
    return ~tooth_status.tooth.matches(TEETH)


@rule(
    "DUPLICATE_TOOTH_SURFACE",
    transactions="D",
    severity="warning",
    snip=5,
    status="A7:240",
    source="X224 2400 TOO03: each surface once",
    fix="Send each surface once",
    at=lambda tooth: tooth.surface_2,
)
def duplicate_tooth_surface(tooth: Tooth) -> Bool:
    """The same surface of a tooth is named twice."""
    slots = (tooth.surface_1, tooth.surface_2, tooth.surface_3, tooth.surface_4, tooth.surface_5)
    pairs = [slot == other for at, slot in enumerate(slots) for other in slots[:at]]
    found = pairs[0]
    for pair in pairs[1:]:
        found |= pair
    return found


@rule(
    "TOOTH_SURFACE_CONFLICT",
    transactions="D",
    severity="warning",
    snip=5,
    status="A8:240",
    source="ADA: front teeth have an incisal edge, molars and premolars an occlusal surface",
    fix="Send I for front teeth and O for back teeth, or correct the tooth",
    at=lambda tooth: (tooth.surface_1, tooth.number),
)
def tooth_surface_conflict(tooth: Tooth) -> Bool:
    """A tooth is treated on a surface that it does not have.

    Front teeth have no occlusal surface (O), back teeth no incisal one (I).
    """
    front = tooth.number.is_in(FRONT)
    return tooth.surface_1.is_present() & ((front & on(tooth, "O")) | (~front & on(tooth, "I")))


@rule(
    "INVALID_ORAL_CAVITY",
    transactions="D",
    severity="warning",
    snip=5,
    status="A7:245",
    source="ADA areas of the oral cavity: 00 to 10, 20, 30, 40, L and R",
    fix="Send the area as the ADA lists it: 10, 20, 30 and 40 are the quadrants",
)
def invalid_oral_cavity(line: Line) -> Bool:
    """An area of the oral cavity is none."""
    areas = (
        line.oral_cavity_1,
        line.oral_cavity_2,
        line.oral_cavity_3,
        line.oral_cavity_4,
        line.oral_cavity_5,
    )
    wrong = [~area.is_in(AREAS) for area in areas]
    return wrong[0] | wrong[1] | wrong[2] | wrong[3] | wrong[4]


@rule(
    "MISSING_PRIOR_PLACEMENT",
    transactions="D",
    severity="warning",
    snip=4,
    status="A6:239",
    source="X224 2400 DTP*441 and DTP*139: sent when a prosthesis is replaced (SV305 R)",
    fix="Send when the replaced prosthesis was placed, or about when",
    at=lambda line: (line.prior_placement_date, line.prosthesis),
)
def missing_prior_placement(line: Line) -> Bool:
    """A prosthesis is replaced but it is not said when it was placed."""
    return (
        (line.prosthesis == "R")
        & line.prior_placement_date.is_missing()
        & line.prior_placement_estimate.is_missing()
    )


@rule(
    "MISSING_TREATMENT_DATE",
    transactions="D",
    severity="error",
    snip=4,
    status="A6:187",
    source="X224 2300 and 2400 DTP*472: sent unless a predetermination is asked for (CLM19 PB)",
    fix="Send the date of service, or ask for a predetermination",
    at=lambda claim: claim.treated_from,
)
def missing_treatment_date(claim: Claim) -> Bool:
    """A service has no date, and the claim has none either.

    A request for a predetermination is about what has not been done yet, and has none; braces
    have the day on which they were placed (DTP*452).
    """
    return (
        claim.predetermination.is_missing()
        & claim.treated_from.is_missing()
        & claim.appliance_date.is_missing()
        & claim.lines.any(
            lambda line: line.service_from.is_missing() & line.appliance_date.is_missing()
        )
    )


@rule(
    "PREDETERMINATION_HAS_DATE",
    transactions="D",
    severity="warning",
    snip=4,
    status="A8:187",
    source="X224 2300 CLM19 PB: the service has not been given",
    fix="Leave the dates out, or send the claim without CLM19",
    at=lambda claim: claim.predetermination,
)
def predetermination_has_date(claim: Claim) -> Bool:
    """A predetermination is asked for of a service that has been given."""
    given = claim.treated_from.is_present() | claim.lines.any(
        lambda line: line.service_from.is_present()
    )
    return (claim.predetermination == "PB") & given


@rule(
    "TREATMENT_DATES_REVERSED",
    transactions="D",
    severity="error",
    snip=4,
    status="A7:187",
    source="X224 2300 DTP*472 RD8: first day, last day",
    fix="Put the first day first",
)
def treatment_dates_reversed(claim: Claim) -> Bool:
    """The treatment ends before it begins."""
    return claim.treated_to < claim.treated_from


@rule(
    "FUTURE_TREATMENT_DATE",
    transactions="D",
    severity="error",
    snip=4,
    status="A7:187",
    source="X224 2300 DTP*472 against the day of receipt",
    fix="Send the claim when the service has been given, or correct its date",
)
def future_treatment_date(claim: Claim) -> Bool:
    """The treatment begins after the day on which the claim was received."""
    return claim.treated_from > received()


@rule(
    "COMPLETION_BEFORE_START",
    transactions="D",
    severity="warning",
    snip=4,
    status="A7:187",
    source="X224 2400 DTP*198 against DTP*196",
    fix="Correct the date on which the treatment began or was completed",
)
def completion_before_start(line: Line) -> Bool:
    """A treatment was completed before it began."""
    return line.treatment_end_date < line.treatment_start_date


@rule(
    "SURFACE_WITHOUT_TOOTH",
    transactions="D",
    severity="warning",
    snip=5,
    status="A6:244",
    source="X224 2400 TOO02 and TOO03: surfaces are those of a tooth",
    fix="Send the tooth beside its surfaces",
    at=lambda tooth: (tooth.number, tooth.surface_1),
)
def surface_without_tooth(tooth: Tooth) -> Bool:
    """Surfaces are told but not the tooth that has them."""
    return tooth.number.is_missing() & tooth.surface_1.is_present()


@rule(
    "QUADRANT_TOOTH_CONFLICT",
    transactions="D",
    severity="warning",
    snip=5,
    status="A8:242",
    source="X224 2400 SV304 and TOO: an area of the mouth, or teeth",
    fix="Send the quadrant or arch, or the teeth, as the procedure is defined",
    at=lambda line: line.oral_cavity_1,
)
def quadrant_tooth_conflict(line: Line) -> Bool:
    """A service is said to be of a quadrant and of single teeth too."""
    return line.oral_cavity_1.is_in("10", "20", "30", "40") & line.teeth.any()


@rule(
    "ORTHO_FIELDS_MISSING",
    transactions="D",
    severity="warning",
    snip=4,
    status="A6:239",
    source="X224 2300 DN1 and DTP*452: sent for orthodontic treatment (CDT D8010 to D8090)",
    fix="Send the months of treatment in DN1 and when the appliance was placed in DTP*452",
    at=lambda line, claim: (claim.orthodontic_months, line.procedure),
)
def ortho_fields_missing(line: Line, claim: Claim) -> Bool:
    """Orthodontic treatment is billed without its months and without when it began."""
    return (
        line.procedure.matches("D80[1-9]0")
        & claim.orthodontic_months.is_missing()
        & claim.appliance_date.is_missing()
        & line.appliance_date.is_missing()
    )


@rule(
    "MISSING_PERIODONTAL_AREA",
    transactions="D",
    severity="warning",
    snip=5,
    status="A6:245",
    source="CDT D4341 and D4342: scaling and root planing is billed by quadrant",
    fix="Send the quadrant in SV304: 10, 20, 30 or 40",
    at=lambda line: (line.oral_cavity_1, line.procedure),
)
def missing_periodontal_area(line: Line) -> Bool:
    """Scaling and root planing is billed without the quadrant in which it was done."""
    return line.procedure.is_in("D4341", "D4342") & line.oral_cavity_1.is_missing()


@rule(
    "SURFACE_COUNT_MISMATCH",
    transactions="D",
    severity="warning",
    snip=5,
    status="A8:240",
    source="CDT: amalgams D2140 to D2161 and composites D2330 to D2332, D2391 to D2394 by surfaces",
    fix="Send each surface that was filled in TOO03, or the code of as many surfaces as there are",
    at=lambda line: line.procedure,
)
def surface_count_mismatch(line: Line) -> Bool:
    """A filling's code counts other surfaces than the tooth beside it has.

    A filling without a tooth has none. D2335, which is also of the edge of a front tooth, is let
    through.
    """

    def no_tooth_has(fewest: int, most: int) -> Bool:
        def fits(tooth: Tooth) -> Bool:
            slots = (tooth.surface_1, tooth.surface_2, tooth.surface_3, tooth.surface_4)
            filled = slots[fewest - 1].is_present()
            return filled if most == len(slots) else filled & slots[most].is_missing()

        return line.teeth.none(fits)

    return (
        (line.procedure.is_in(*FILLINGS[0]) & no_tooth_has(1, 1))
        | (line.procedure.is_in(*FILLINGS[1]) & no_tooth_has(2, 2))
        | (line.procedure.is_in(*FILLINGS[2]) & no_tooth_has(3, 3))
        | (line.procedure.is_in(*FILLINGS[3]) & no_tooth_has(4, 4))
    )
