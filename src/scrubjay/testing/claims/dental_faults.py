"""Faults that real dental claims have, each with its code and its place."""

from typing import Any

from scrubjay.testing.claims.shared_faults import SHARED, has
from scrubjay.testing.faults import Fault
from scrubjay.testing.segments import dropped, value

__all__ = ["FAULTS"]


def _teeth(claim: dict[str, Any]) -> bool:
    return any("teeth" in line for line in claim["lines"])


FAULTS: tuple[Fault, ...] = (
    *SHARED,
    Fault(
        "wrong_signature_code",
        "CLM06 is a code that the standard does not know.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("CLM", 6, "9"),
        place=("CLM", 6),
    ),
    Fault(
        "missing_place",
        "Nobody says where the treatment was.",
        ("ELEMENT_REQUIRED", "ELEMENT_MISSING"),
        edit=value("CLM", 5, ":B:1"),
        place=("CLM", 5),
    ),
    Fault(
        "rendering_without_taxonomy",
        "The dentist who treated has no taxonomy.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("PRV*PE"),
        fits=has("rendering_taxonomy"),
        place=("PRV", 0),
    ),
    Fault(
        "unknown_tooth_status",
        "What became of a tooth is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("DN2", 2, "Q"),
        fits=has("tooth_statuses"),
        place=("DN2", 2),
    ),
    Fault(
        "medical_procedure",
        "A treatment is of a list that nobody knows.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("SV3", 1, "QQ:D0120"),
        place=("SV3", 1),
    ),
    Fault(
        "units_in_words",
        "How many treatments there were is a word.",
        ("INVALID_CHARACTER",),
        edit=value("SV3", 6, "TWO"),
        place=("SV3", 6),
    ),
    Fault(
        "unknown_prosthesis",
        "Whether a prosthesis is the first is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("SV3", 5, "Q"),
        place=("SV3", 5),
    ),
    Fault(
        "tooth_of_another_list",
        "A tooth is numbered as nobody numbers them.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("TOO", 1, "QQ"),
        fits=_teeth,
        place=("TOO", 1),
    ),
    Fault(
        "unknown_surface",
        "A tooth has a surface that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("TOO", 3, "Q"),
        fits=_teeth,
        place=("TOO", 3),
    ),
    Fault(
        "service_on_no_day",
        "A treatment was given in a thirteenth month.",
        ("INVALID_DATE",),
        edit=value("DTP*472", 3, "20261301"),
        place=("DTP", 3),
    ),
)
"""All kinds, in no order that matters."""
