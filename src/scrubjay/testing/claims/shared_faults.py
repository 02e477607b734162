"""Faults that institutional and dental claims have in common, each with its code and its place."""

from collections.abc import Callable
from typing import Any

from scrubjay.testing.amounts import amount, cents
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


SHARED: tuple[Fault, ...] = (
    Fault(
        "charge_mismatch",
        "The total is a dollar more than the lines.",
        ("CLAIM_TOTAL_MISMATCH",),
        change=_more,
        fits=_alone,
        place=("CLM", 2),
    ),
    Fault(
        "missing_charge",
        "The claim has no total charge.",
        ("ELEMENT_REQUIRED", "ELEMENT_MISSING"),
        edit=value("CLM", 2, ""),
        fits=_alone,
        also=("CLAIM_TOTAL_MISMATCH",),
        place=("CLM", 2),
    ),
    Fault(
        "long_claim_id",
        "The patient control number is longer than the guide allows.",
        ("ELEMENT_TOO_LONG",),
        edit=value("CLM", 1, "S0000-00000000-TOO-LONG-FOR-IT"),
        place=("CLM", 1),
    ),
    Fault(
        "unknown_release",
        "Whether data may be released is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("CLM", 9, "Q"),
        place=("CLM", 9),
    ),
    Fault(
        "too_many_elements",
        "A segment has more elements than the standard knows.",
        ("TOO_MANY_ELEMENTS",),
        edit=value("REF*6R", 5, "1"),
        place=("REF", 5),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        ("SEGMENT_UNRECOGNISED",),
        edit=inserted("ZZZ*1", behind="REF*6R"),
        place=("ZZZ", 0),
    ),
    Fault(
        "segment_of_another_set",
        "A segment stands there that claims do not have.",
        ("SEGMENT_NOT_IN_SET",),
        edit=inserted("INS*Y*18", behind="REF*6R"),
        place=("INS", 0),
    ),
    Fault(
        "two_line_numbers",
        "A line has two control numbers.",
        ("SEGMENT_EXCEEDS_MAX",),
        edit=doubled("REF*6R"),
        place=("REF", 0),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        ("SEGMENT_EMPTY",),
        edit=kept_to("REF*6R", 0),
        also=("ELEMENT_MISSING",),
        place=("REF", 0),
    ),
    Fault(
        "skipped_line",
        "The first line is called the second.",
        ("SEQUENCE_INVALID",),
        edit=value("LX", 1, "9"),
        place=("LX", 1),
    ),
)
