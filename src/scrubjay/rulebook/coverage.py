"""What may be billed together, how often, and with what: edits of NCCI, fees and coverage.

All of it asks for tables that the user brings, and says nothing without them. The edits of NCCI and
of the outpatient payment system are Medicare's; Medicaid and other payers have their own, for which
an override gives other claim filing indicators.
"""

from scrubjay.rulebook.diagnoses import OUTPATIENT
from scrubjay.rules import Bool, Number, rule
from scrubjay.rules.fields import Claim, Line
from scrubjay.rules.modifiers import has, lacks

MEDICARE = ("MA", "MB")
"""Claim filing indicators of Medicare. Medicaid has tables of its own, and asks for an override."""

TOGETHER = (
    *("E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9"),
    *("TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "LT", "RT", "LC", "LD", "RC"),
    *("LM", "RI", "24", "25", "57", "58", "78", "79", "27", "59", "91", "XE", "XS", "XP", "XU"),
)
"""Modifiers by which NCCI lets two procedures stand beside each other."""

VISITS = "99(2[0-9]{2}|3[0-9]{2}|4[0-9]{2})"
"""Evaluation and management."""

_NCCI = "CMS National Correct Coding Initiative; asks for the code table"
_FEES = "CMS physician fee schedule, relative value file; asks for the code table pfs"
_OWN = "Rules of the payer; asks for the code table"


def asked(line: Line, indicators: tuple[str, ...]) -> Bool:
    """A payer of one of these kinds is asked to pay."""
    return line.claim.subscriber.filing_indicator.is_in(*indicators)


def alike(line: Line, other: Line) -> Bool:
    """Both were done on one day, and by the same: the edits are of one provider's services."""
    none = line.rendering_npi.is_missing() & other.rendering_npi.is_missing()
    same = none | (line.rendering_npi == other.rendering_npi)
    return (other.service_from == line.service_from) & same


def listed(line: Line, table: str) -> Bool:
    """The line's procedure stands in a table on its day."""
    return line.procedure.listed(table, on=line.service_from)


def beside(line: Line, kind: str) -> Bool:
    """Another line of the same day stands in column 1 of a pair with this one."""
    return line.claim.lines.any(
        lambda other: (
            alike(line, other)
            & other.procedure.with_listed(f"ptp.{kind}", line.procedure, on=line.service_from)
        )
    )


def beside_without_reason(line: Line) -> Bool:
    """As `beside`, and neither line has a modifier that says why."""
    return line.claim.lines.any(
        lambda other: (
            alike(line, other)
            & other.procedure.with_listed("ptp.1", line.procedure, on=line.service_from)
            & lacks(other, *TOGETHER)
        )
    )


def units_of_day(line: Line) -> Number:
    """All units of the line's procedure on its day."""
    return line.claim.lines.where(
        lambda other: (other.procedure == line.procedure) & alike(line, other)
    ).sum(lambda other: other.units)


@rule(
    "NCCI_PTP_NOT_ALLOWED",
    severity="error",
    snip=6,
    status="A8:454",
    source=f"{_NCCI} ptp",
    fix="Send the procedure of column 1 alone; it has the other in it",
    at=lambda line: line.procedure,
)
def ncci_ptp_not_allowed(line: Line, *, indicators: tuple[str, ...] = MEDICARE) -> Bool:
    """A procedure is never paid beside another one of the same day (modifier indicator 0)."""
    return asked(line, indicators) & beside(line, "0")


@rule(
    "NCCI_PTP_NEEDS_MODIFIER",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"{_NCCI} ptp",
    fix="Send the modifier that says why both were done, such as 25, 59 or XS, if that is so",
    at=lambda line: line.procedure,
)
def ncci_ptp_needs_modifier(line: Line, *, indicators: tuple[str, ...] = MEDICARE) -> Bool:
    """A procedure stands beside one that has it in it, without a modifier (indicator 1)."""
    return asked(line, indicators) & lacks(line, *TOGETHER) & beside_without_reason(line)


@rule(
    "MUE_LINE_EXCEEDED",
    severity="error",
    snip=6,
    status="A8:476",
    source=f"{_NCCI} mue: adjudication indicator 1",
    fix="Correct the units, or split the line with modifiers that say why",
    at=lambda line: line.units,
)
def mue_line_exceeded(line: Line, *, indicators: tuple[str, ...] = MEDICARE) -> Bool:
    """A line has more units than may be given at a time."""
    return asked(line, indicators) & line.units.above_listed(
        "mue.1", line.procedure, on=line.service_from
    )


@rule(
    "MUE_DAY_EXCEEDED_ABSOLUTE",
    severity="error",
    snip=6,
    status="A8:476",
    source=f"{_NCCI} mue: adjudication indicator 2",
    fix="Correct the units of the day; no modifier lets more through",
    at=lambda line: line.units,
)
def mue_day_exceeded_absolute(line: Line, *, indicators: tuple[str, ...] = MEDICARE) -> Bool:
    """More units of a procedure are billed for a day than there can be."""
    return (
        asked(line, indicators)
        & listed(line, "mue.2")
        & units_of_day(line).above_listed("mue.2", line.procedure, on=line.service_from)
    )


@rule(
    "MUE_DAY_EXCEEDED_CLINICAL",
    severity="warning",
    snip=6,
    status="A8:476",
    source=f"{_NCCI} mue: adjudication indicator 3",
    fix="Correct the units of the day, or have the record ready that says why",
    at=lambda line: line.units,
)
def mue_day_exceeded_clinical(line: Line, *, indicators: tuple[str, ...] = MEDICARE) -> Bool:
    """More units of a procedure are billed for a day than there usually are."""
    return (
        asked(line, indicators)
        & listed(line, "mue.3")
        & units_of_day(line).above_listed("mue.3", line.procedure, on=line.service_from)
    )


@rule(
    "ADDON_WITHOUT_PRIMARY",
    severity="warning",
    snip=6,
    status="A8:454",
    source=f"{_NCCI} addon: edit type 1",
    fix="Send the primary procedure on the same claim, or leave the add-on code out",
    at=lambda line: line.procedure,
)
def addon_without_primary(line: Line) -> Bool:
    """An add-on code stands without any of the procedures that it adds to."""
    return listed(line, "addon.type_1") & line.claim.lines.none(
        lambda other: line.procedure.with_listed(
            "addon.primary", other.procedure, on=line.service_from
        )
    )


@rule(
    "EM_WITH_PROC_NEEDS_25",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"CPT modifier 25; {_FEES}",
    fix="Send 25 with the visit if it was separate",
    at=lambda line: line.procedure,
)
def em_with_proc_needs_25(line: Line) -> Bool:
    """A visit stands beside a small procedure of the same day without modifier 25."""
    return (
        line.procedure.matches(VISITS)
        & lacks(line, "25", "24", "57")
        & line.claim.lines.any(
            lambda other: (
                (other.service_from == line.service_from)
                & (
                    other.procedure.listed("pfs.global_000", on=line.service_from)
                    | other.procedure.listed("pfs.global_010", on=line.service_from)
                )
            )
        )
    )


@rule(
    "EM_DECISION_NEEDS_57",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"CPT modifier 57; {_FEES}",
    fix="Send 57 with the visit in which the surgery was decided on",
    at=lambda line: line.procedure,
)
def em_decision_needs_57(line: Line) -> Bool:
    """A visit stands on the day of a major surgery, or the day before, without modifier 57."""
    return (
        line.procedure.matches(VISITS)
        & lacks(line, "57", "24", "25")
        & line.claim.lines.any(
            lambda other: (
                line.service_from.days_until(other.service_from).between(0, 1)
                & other.procedure.listed("pfs.global_090", on=line.service_from)
            )
        )
    )


@rule(
    "BILATERAL_NOT_ALLOWED",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"{_FEES}: bilateral indicators 0, 3 and 9",
    fix="Leave modifier 50 out; this procedure is not paid by sides",
    at=lambda line: (line.modifier_1, line.procedure),
)
def bilateral_not_allowed(line: Line) -> Bool:
    """A procedure that has no sides is billed for both (modifier 50)."""
    return (
        line.modifier_1.is_present()
        & has(line, "50")
        & (
            listed(line, "pfs.bilateral_0")
            | listed(line, "pfs.bilateral_3")
            | listed(line, "pfs.bilateral_9")
        )
    )


@rule(
    "ASSISTANT_NOT_ALLOWED",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"{_FEES}: assistant at surgery, indicators 1 and 9",
    fix="Leave the assistant's line out; the procedure is not paid for one",
    at=lambda line: (line.modifier_1, line.procedure),
)
def assistant_not_allowed(line: Line) -> Bool:
    """An assistant bills for a procedure that is not paid with one."""
    return (
        line.modifier_1.is_present()
        & has(line, "80", "81", "82", "AS")
        & (listed(line, "pfs.assistant_1") | listed(line, "pfs.assistant_9"))
    )


@rule(
    "COSURGEON_NOT_ALLOWED",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"{_FEES}: co-surgeons and team, indicators 0 and 9",
    fix="Leave modifier 62 or 66 out; the procedure is not paid for several surgeons",
    at=lambda line: (line.modifier_1, line.procedure),
)
def cosurgeon_not_allowed(line: Line) -> Bool:
    """Several surgeons bill for a procedure that is paid to one."""
    one = listed(line, "pfs.cosurgeon_0") | listed(line, "pfs.cosurgeon_9")
    none = listed(line, "pfs.team_0") | listed(line, "pfs.team_9")
    return line.modifier_1.is_present() & ((has(line, "62") & one) | (has(line, "66") & none))


@rule(
    "PCTC_MODIFIER_INVALID",
    severity="warning",
    snip=6,
    status="A8:453",
    source=f"{_FEES}: professional and technical component, all indicators but 1 and 6",
    fix="Leave 26 or TC out; the procedure is not paid by components",
    at=lambda line: (line.modifier_1, line.procedure),
)
def pctc_modifier_invalid(line: Line) -> Bool:
    """A component is billed of a procedure that has none."""
    whole = (
        listed(line, "pfs.pctc_0")
        | listed(line, "pfs.pctc_2")
        | listed(line, "pfs.pctc_3")
        | listed(line, "pfs.pctc_4")
        | listed(line, "pfs.pctc_5")
        | listed(line, "pfs.pctc_9")
    )
    return line.modifier_1.is_present() & has(line, "26", "TC") & whole


@rule(
    "MEDICAL_NECESSITY_LCD",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A8:488",
    source="Medicare coverage determinations; asks for the code table lcd: procedure and diagnosis",
    fix="Send the diagnosis that the determination covers, or GA, GX, GY or GZ",
    at=lambda line, _: line.procedure,
)
def medical_necessity_lcd(line: Line, claim: Claim) -> Bool:
    """No diagnosis is one for which Medicare covers the procedure."""
    return (
        claim.subscriber.filing_indicator.is_in("MA", "MB")
        & listed(line, "lcd.procedures")
        & lacks(line, "GA", "GX", "GY", "GZ")
        & claim.diagnoses.none(
            lambda diagnosis: line.procedure.with_listed(
                "lcd", diagnosis.code, on=line.service_from
            )
        )
    )


@rule(
    "INPATIENT_ONLY_OUTPATIENT",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:454",
    source="CMS OPPS addendum B, status indicator C; asks for the code table opps",
    fix="Bill the procedure as that of an inpatient, or correct its code",
    at=lambda line, _: line.procedure,
)
def inpatient_only_outpatient(line: Line, claim: Claim) -> Bool:
    """Medicare is billed for an outpatient's procedure that it pays for inpatients only."""
    return (
        claim.facility_type.is_in(OUTPATIENT)
        & (claim.subscriber.filing_indicator.is_in("MA", "MB"))
        & listed(line, "opps.c")
    )


@rule(
    "OPPS_PACKAGED_ONLY",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:454",
    source="CMS OPPS addendum B, status indicator N; asks for the code table opps",
    fix="Send the service that these are parts of",
    at=lambda claim: claim.facility_type,
)
def opps_packaged_only(claim: Claim) -> Bool:
    """All services of an outpatient are parts of another one that is not there."""
    return (
        claim.facility_type.is_in(OUTPATIENT)
        & claim.subscriber.filing_indicator.is_in("MA", "MB")
        & claim.lines.any(lambda line: line.procedure.is_present())
        & claim.lines.all(
            lambda line: (
                line.procedure.is_missing() | line.procedure.listed("opps.n", on=line.service_from)
            )
        )
    )


@rule(
    "REV_CENTER_REQUIRES_HCPCS",
    transactions="I",
    severity="warning",
    snip=6,
    status="A6:507",
    source=f"{_OWN} revenue_hcpcs: revenue codes of outpatients",
    fix="Send the procedure in SV202",
    at=lambda line, _: (line.procedure, line.revenue),
)
def rev_center_requires_hcpcs(line: Line, claim: Claim) -> Bool:
    """An outpatient's revenue code needs a procedure and has none."""
    return (
        claim.facility_type.is_in(OUTPATIENT)
        & line.procedure.is_missing()
        & line.revenue.listed("revenue_hcpcs", on=claim.statement_to)
    )


@rule(
    "DEVICE_PROCEDURE_PAIR",
    transactions="I",
    severity="warning",
    snip=6,
    status="A8:454",
    source=f"{_OWN} device: procedures (device.procedures), and pairs of procedure and device",
    fix="Send the device beside the procedure that implants it",
    at=lambda line, _: line.procedure,
)
def device_procedure_pair(line: Line, claim: Claim) -> Bool:
    """A procedure that implants a device stands without one."""
    return listed(line, "device.procedures") & claim.lines.none(
        lambda other: (
            other.procedure.is_present()
            & line.procedure.with_listed("device", other.procedure, on=line.service_from)
        )
    )
