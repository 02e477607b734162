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
        "SEGMENT_REQUIRED",
        ("DTP", 0),
        edit=dropped("DTP*434"),
    ),
    Fault(
        "statement_to_no_day",
        "The claim is about days up to the 31st of June.",
        "INVALID_DATE",
        ("DTP", 3),
        edit=value("DTP*434", 3, "20260601-20260631"),
        also=("LINE_OUTSIDE_STATEMENT",),
    ),
    Fault(
        "admitted_at_no_hour",
        "The patient was admitted at 25 o'clock.",
        "INVALID_TIME",
        ("DTP", 3),
        edit=value("DTP*435", 3, "202604012530"),
        fits=has("admission_date"),
    ),
    Fault(
        "missing_patient_status",
        "Nobody says where the patient went.",
        "ELEMENT_REQUIRED",
        ("CL1", 3),
        edit=kept_to("CL1", 2),
    ),
    Fault(
        "missing_admission_codes",
        "Nobody says how the patient came and went.",
        "SEGMENT_REQUIRED",
        ("CL1", 0),
        edit=dropped("CL1"),
    ),
    Fault(
        "missing_principal_diagnosis",
        "There is no principal diagnosis.",
        "SEGMENT_REQUIRED",
        ("HI", 0),
        edit=dropped("HI*ABK"),
        also=("MISSING_PRESENT_ON_ADMISSION",),
    ),
    Fault(
        "unknown_presence",
        "Whether the diagnosis was there on admission is said with a code that there is not.",
        "INVALID_CODE",
        ("HI", 1),
        edit=value("HI*ABK", 1, "ABK:J189:::::::Q"),
        fits=has("admission_date"),
    ),
    Fault(
        "references_first",
        "The medical record stands before the admission codes.",
        "SEGMENT_OUT_OF_ORDER",
        ("CL1", 0),
        edit=swapped("CL1"),
    ),
    Fault(
        "nameless_attending",
        "The attending physician has a number and no name.",
        "ELEMENT_REQUIRED",
        ("NM1", 3),
        edit=value("NM1*71", 3, ""),
    ),
    Fault(
        "unknown_unit",
        "What is counted is said with a code that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("SV2", 4),
        edit=value("SV2", 4, "QQ"),
    ),
    Fault(
        "no_units",
        "A line has zero units.",
        "INVALID_UNITS",
        ("SV2", 5),
        edit=value("SV2", 5, "0"),
    ),
    Fault(
        "units_in_words",
        "How many units there were is a word.",
        "INVALID_CHARACTER",
        ("SV2", 5),
        edit=value("SV2", 5, "TWO"),
    ),
    Fault(
        "service_on_no_day",
        "A service was given in a thirteenth month.",
        "INVALID_DATE",
        ("DTP", 3),
        edit=value("DTP*472", 3, "20261301"),
        fits=_dated,
        also=("MISSING_OUTPATIENT_DATE",),
    ),
)
"""All kinds, in no order that matters."""
