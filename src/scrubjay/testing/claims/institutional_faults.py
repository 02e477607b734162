"""Faults that real institutional claims have, each with its code and its place."""

from typing import Any

from scrubjay.testing.claims.shared_faults import SHARED, has
from scrubjay.testing.faults import Fault
from scrubjay.testing.segments import dropped, kept_to, swapped, value

__all__ = ["FAULTS"]


def _dated(claim: dict[str, Any]) -> bool:
    return "service_from" in claim["lines"][0]


FAULTS: tuple[Fault, ...] = (
    *SHARED,
    Fault(
        "missing_statement_dates",
        "The claim does not say which days it is about.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("DTP*434"),
        place=("DTP", 0),
    ),
    Fault(
        "statement_to_no_day",
        "The claim is about days up to the 31st of June.",
        ("INVALID_DATE",),
        edit=value("DTP*434", 3, "20260601-20260631"),
        place=("DTP", 3),
    ),
    Fault(
        "admitted_at_no_hour",
        "The patient was admitted at 25 o'clock.",
        ("INVALID_TIME",),
        edit=value("DTP*435", 3, "202604012530"),
        fits=has("admission_date"),
        place=("DTP", 3),
    ),
    Fault(
        "missing_patient_status",
        "Nobody says where the patient went.",
        ("ELEMENT_REQUIRED",),
        edit=kept_to("CL1", 2),
        place=("CL1", 3),
    ),
    Fault(
        "missing_admission_codes",
        "Nobody says how the patient came and went.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("CL1"),
        place=("CL1", 0),
    ),
    Fault(
        "missing_principal_diagnosis",
        "There is no principal diagnosis.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("HI*ABK"),
        place=("HI", 0),
    ),
    Fault(
        "unknown_presence",
        "Whether the diagnosis was there on admission is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("HI*ABK", 1, "ABK:J189:::::::Q"),
        place=("HI", 1),
    ),
    Fault(
        "references_first",
        "The medical record stands before the admission codes.",
        ("SEGMENT_OUT_OF_ORDER",),
        edit=swapped("CL1"),
        place=("CL1", 0),
    ),
    Fault(
        "nameless_attending",
        "The attending physician has a number and no name.",
        ("ELEMENT_REQUIRED",),
        edit=value("NM1*71", 3, ""),
        place=("NM1", 3),
    ),
    Fault(
        "unknown_unit",
        "What is counted is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("SV2", 4, "QQ"),
        place=("SV2", 4),
    ),
    Fault(
        "units_in_words",
        "How many units there were is a word.",
        ("INVALID_CHARACTER",),
        edit=value("SV2", 5, "TWO"),
        place=("SV2", 5),
    ),
    Fault(
        "service_on_no_day",
        "A service was given in a thirteenth month.",
        ("INVALID_DATE",),
        edit=value("DTP*472", 3, "20261301"),
        fits=_dated,
        place=("DTP", 3),
    ),
)
"""All kinds, in no order that matters."""
