"""What other payers decided before: amounts, adjustments and remarks."""

from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Adjudication, Adjustment, Claim, OtherPayer

REASON = "[1-9][0-9]{0,2}|[A-Z][0-9]{1,2}"
"""The form of a claim adjustment reason code."""

REMARK = "(M|MA|N)[0-9]{1,4}"
"""The form of a remittance advice remark code."""


@rule(
    "NEGATIVE_PAID_AMOUNT",
    transactions="PID",
    severity="warning",
    snip=3,
    status="A7:643",
    source="X222 2430 SVD02: zero or more; what was taken back is not sent",
    fix="Send what the other payer paid for the line in the end",
    at=lambda adjudication: adjudication.paid,
)
def negative_paid_amount(adjudication: Adjudication) -> Bool:
    """Another payer is said to have paid less than nothing for a line."""
    return adjudication.paid < 0


@rule(
    "NEGATIVE_ADJUDICATED_UNITS",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:608",
    source="X222 2430 SVD05: how many units were paid for",
    fix="Send the units that the other payer paid for",
    at=lambda adjudication: adjudication.units,
)
def negative_adjudicated_units(adjudication: Adjudication) -> Bool:
    """Another payer is said to have paid for less than no unit."""
    return adjudication.units < 0


@rule(
    "COB_DUPLICATE_LEVELS",
    transactions="PID",
    severity="warning",
    snip=3,
    status="A8:672",
    source="X222 2320 and 2430 AMT*EAF: what is left to the patient, of the claim or of its lines",
    fix="Send what is left in 2320 or in 2430 for this payer, not in both",
    at=lambda other_payer, _: other_payer.remaining,
)
def cob_duplicate_levels(other_payer: OtherPayer, claim: Claim) -> Bool:
    """What another payer left to the patient is told of the claim and of its lines too."""
    return other_payer.remaining.is_present() & claim.lines.any(
        lambda line: line.adjudications.any(
            lambda paid: paid.remaining.is_present() & (paid.payer_id == other_payer.id)
        )
    )


@rule(
    "COB_INVALID_CARC",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:521",
    source="X12 claim adjustment reason codes: one to three digits, or a letter and digits",
    fix="Send the reason as the other payer's remittance has it",
    at=lambda adjustment: adjustment.reason,
)
def cob_invalid_carc(adjustment: Adjustment) -> Bool:
    """An adjustment's reason is not of the form of a claim adjustment reason code."""
    return ~adjustment.reason.matches(REASON)


@rule(
    "COB_INVALID_RARC",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:634",
    source="X12 remittance advice remark codes: M, MA or N and digits",
    fix="Send the remark as the other payer's remittance has it",
)
def cob_invalid_rarc(other_payer: OtherPayer) -> Bool:
    """A remark of another payer is not of the form of a remittance advice remark code."""
    slots = (
        other_payer.remark_1,
        other_payer.remark_2,
        other_payer.remark_3,
        other_payer.remark_4,
        other_payer.remark_5,
    )
    wrong = [~slot.matches(REMARK) for slot in slots]
    return wrong[0] | wrong[1] | wrong[2] | wrong[3] | wrong[4]
