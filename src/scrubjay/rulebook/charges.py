"""Charges, units, and what the patient has paid. What must add up is the guide's business."""

from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Claim, Line


@rule(
    "ZERO_CHARGE_CLAIM",
    transactions="PID",
    severity="warning",
    snip=3,
    status="A7:178",
    source="X222 2300 CLM02: zero is legal, for encounters most of all",
    fix="Send the charge, unless the claim is an encounter",
)
def zero_charge_claim(claim: Claim) -> Bool:
    """The claim charges nothing.

    Notices of hospice and home health (frequency A to E) and claims that ask for no payment (0) are
    let through: they charge nothing by their nature.
    """
    return (claim.charge == 0) & ~claim.frequency.is_in("0", "A", "B", "C", "D", "E")


@rule(
    "LINE_ZERO_CHARGE",
    transactions="PD",
    severity="warning",
    snip=3,
    status="A7:583",
    source="X222 2400 SV102: zero is legal",
    fix="Send the charge, unless the service is not charged for",
)
def line_zero_charge(line: Line) -> Bool:
    """A service line charges nothing."""
    return line.charge == 0


@rule(
    "NEGATIVE_LINE_CHARGE",
    transactions="PID",
    severity="error",
    snip=3,
    status="A7:583",
    source="X222 2400 SV102: a charge is zero or more",
    fix="Send the charge; to take a claim back, void it (frequency 8)",
)
def negative_line_charge(line: Line) -> Bool:
    """A service line charges less than nothing."""
    return line.charge < 0


@rule(
    "NEGATIVE_CLAIM_CHARGE",
    transactions="PID",
    severity="error",
    snip=3,
    status="A7:178",
    source="X222 2300 CLM02: a charge is zero or more",
    fix="Send the charge; to take a claim back, void it (frequency 8)",
)
def negative_claim_charge(claim: Claim) -> Bool:
    """The claim charges less than nothing."""
    return claim.charge < 0


@rule(
    "INVALID_UNITS",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:476",
    source="X222 2400 SV104: zero is legal, and seldom meant",
    fix="Send how often the service was given",
)
def invalid_units(line: Line) -> Bool:
    """A service line has no units, or less."""
    return line.units <= 0


@rule(
    "PATIENT_PAID_EXCEEDS_TOTAL",
    transactions="PD",
    severity="warning",
    snip=3,
    status="A8:400",
    source="X222 2300 AMT*F5 against CLM02",
    fix="Send what the patient paid on this claim",
    at=lambda claim: claim.patient_paid,
)
def patient_paid_exceeds_total(claim: Claim) -> Bool:
    """The patient has paid more than the claim charges."""
    return claim.patient_paid > claim.charge


@rule(
    "NEGATIVE_PATIENT_PAID",
    transactions="PD",
    severity="warning",
    snip=3,
    status="A7:639",
    source="X222 2300 AMT*F5",
    fix="Send what the patient paid, or leave it out",
)
def negative_patient_paid(claim: Claim) -> Bool:
    """The patient has paid less than nothing."""
    return claim.patient_paid < 0
