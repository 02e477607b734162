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
        "INVALID_CODE",
        ("CLM", 6),
        edit=value("CLM", 6, "9"),
    ),
    Fault(
        "missing_place",
        "Nobody says where the treatment was.",
        "ELEMENT_MISSING",
        ("CLM", 5),
        edit=value("CLM", 5, ":B:1"),
        fits=lambda claim: claim["frequency"] == "1",
    ),
    Fault(
        "rendering_without_taxonomy",
        "The dentist who treated has no taxonomy.",
        "SEGMENT_REQUIRED",
        ("PRV", 0),
        edit=dropped("PRV*PE"),
        fits=has("rendering_taxonomy"),
    ),
    Fault(
        "unknown_tooth_status",
        "What became of a tooth is said with a code that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("DN2", 2),
        edit=value("DN2", 2, "Q"),
        fits=has("tooth_statuses"),
    ),
    Fault(
        "medical_procedure",
        "A treatment is of a list that nobody knows.",
        "CODE_NOT_IN_GUIDE",
        ("SV3", 1),
        edit=value("SV3", 1, "QQ:D0120"),
    ),
    Fault(
        "no_units",
        "A line has zero units.",
        "INVALID_UNITS",
        ("SV3", 6),
        edit=value("SV3", 6, "0"),
    ),
    Fault(
        "units_in_words",
        "How many treatments there were is a word.",
        "INVALID_CHARACTER",
        ("SV3", 6),
        edit=value("SV3", 6, "TWO"),
    ),
    Fault(
        "unknown_prosthesis",
        "Whether a prosthesis is the first is said with a code that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("SV3", 5),
        edit=value("SV3", 5, "Q"),
    ),
    Fault(
        "tooth_of_another_list",
        "A tooth is numbered as nobody numbers them.",
        "CODE_NOT_IN_GUIDE",
        ("TOO", 1),
        edit=value("TOO", 1, "QQ"),
        fits=_teeth,
    ),
    Fault(
        "unknown_surface",
        "A tooth has a surface that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("TOO", 3),
        edit=value("TOO", 3, "Q"),
        fits=_teeth,
        also=("SURFACE_COUNT_MISMATCH",),
    ),
    Fault(
        "service_on_no_day",
        "A treatment was given in a thirteenth month.",
        "INVALID_DATE",
        ("DTP", 3),
        edit=value("DTP*472", 3, "20261301"),
        also=("MISSING_TREATMENT_DATE",),
    ),
)
"""All kinds, in no order that matters."""
