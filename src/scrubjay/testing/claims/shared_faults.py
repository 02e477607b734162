"""Faults that institutional and dental claims have in common, each with its code and its place."""

from collections.abc import Callable
from typing import Any

from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.claims.faults import FAULTS as PROFESSIONAL
from scrubjay.testing.faults import Fault
from scrubjay.testing.segments import doubled, inserted, kept_to, value

__all__ = ["SHARED", "has"]

Row = dict[str, Any]


def has(*names: str) -> Callable[[Row], bool]:
    """Whether a claim has all of these fields."""
    return lambda claim: all(name in claim for name in names)


def _more(claim: Row) -> None:
    claim["charge"] = amount(cents(claim["charge"]) + 100)


def _alone(claim: Row) -> bool:
    return "other_payers" not in claim


# These are made above the claim, or of what all claims have.
_ALIKE = {
    *("missing_member_id", "bad_billing_npi", "short_zip", "post_office_box", "bad_tax_id"),
    *("long_claim_id", "missing_birth_date", "born_after_service", "replacement_of_nothing"),
}

SHARED: tuple[Fault, ...] = (
    *(fault for fault in PROFESSIONAL if fault.name in _ALIKE),
    Fault(
        "charge_mismatch",
        "The total is a dollar more than the lines.",
        "CLAIM_TOTAL_MISMATCH",
        ("CLM", 2),
        change=_more,
        fits=_alone,
    ),
    Fault(
        "missing_charge",
        "The claim has no total charge.",
        "ELEMENT_REQUIRED",
        ("CLM", 2),
        edit=value("CLM", 2, ""),
        fits=_alone,
    ),
    Fault(
        "unknown_release",
        "Whether data may be released is said with a code that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("CLM", 9),
        edit=value("CLM", 9, "Q"),
    ),
    Fault(
        "too_many_elements",
        "A segment has more elements than the standard knows.",
        "TOO_MANY_ELEMENTS",
        ("REF", 5),
        edit=value("REF*6R", 5, "1"),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        "SEGMENT_UNRECOGNISED",
        ("ZZZ", 0),
        edit=inserted("ZZZ*1", behind="REF*6R"),
    ),
    Fault(
        "segment_of_another_set",
        "A segment stands there that claims do not have.",
        "SEGMENT_NOT_IN_SET",
        ("INS", 0),
        edit=inserted("INS*Y*18", behind="REF*6R"),
    ),
    Fault(
        "two_line_numbers",
        "A line has two control numbers.",
        "SEGMENT_EXCEEDS_MAX",
        ("REF", 0),
        edit=doubled("REF*6R"),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        "SEGMENT_EMPTY",
        ("REF", 0),
        edit=kept_to("REF*6R", 0),
    ),
    Fault(
        "skipped_line",
        "The first line is called the second.",
        "SEQUENCE_INVALID",
        ("LX", 1),
        edit=value("LX", 1, "9"),
    ),
)
