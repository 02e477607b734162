"""Faults that real remittances have, each with its code and its place.

None of them changes a total, so no other claim and no set is touched.
"""

from collections.abc import Callable

from scrubjay.testing.faults import Fault
from scrubjay.testing.segments import doubled, dropped, inserted, kept_to, raised, swapped, value

__all__ = ["FAULTS"]


def _has(*marks: str) -> Callable[[str], bool]:
    return lambda text: all(f"\n{mark}*" in text for mark in marks)


def _forward(text: str) -> bool:
    """Lines are told, and nothing is taken back."""
    return "\nSVC*" in text and "*-" not in text


FAULTS: tuple[Fault, ...] = (
    Fault(
        "unbalanced_line",
        "A line is charged a dollar more than is paid and explained.",
        "PAYMENT_LINE_UNBALANCED",
        ("SVC", 3),
        edit=raised("SVC", 2),
        fits=_forward,
    ),
    Fault(
        "unbalanced_claim",
        "The claim is charged a dollar more than is paid and explained.",
        "PAYMENT_CLAIM_UNBALANCED",
        ("CLP", 4),
        edit=raised("CLP", 3),
        fits=_forward,
    ),
    Fault(
        "missing_claim_number",
        "The payer lost the number under which the provider sent the claim.",
        "ELEMENT_MISSING",
        ("CLP", 1),
        edit=value("CLP", 1, ""),
    ),
    Fault(
        "long_claim_number",
        "The claim's number is longer than the standard allows.",
        "ELEMENT_TOO_LONG",
        ("CLP", 1),
        edit=value("CLP", 1, "S" * 39),
    ),
    Fault(
        "unknown_status",
        "The claim's status is none of the guide's.",
        "CODE_NOT_IN_GUIDE",
        ("CLP", 2),
        edit=value("CLP", 2, "99"),
    ),
    Fault(
        "missing_payer_number",
        "The payer's own number of the claim is not given.",
        "ELEMENT_REQUIRED",
        ("CLP", 7),
        edit=value("CLP", 7, ""),
    ),
    Fault(
        "charge_with_letters",
        "An amount that nothing adds up to has letters.",
        "INVALID_CHARACTER",
        ("AMT", 2),
        edit=value("AMT*AU", 2, "12USD"),
    ),
    Fault(
        "too_many_elements",
        "CLP has more elements than the standard knows.",
        "TOO_MANY_ELEMENTS",
        ("CLP", 15),
        edit=value("CLP", 15, "1"),
    ),
    Fault(
        "missing_patient",
        "Nobody says whose claim it was.",
        "SEGMENT_REQUIRED",
        ("NM1", 0),
        edit=dropped("NM1*QC"),
    ),
    Fault(
        "patient_number_without_kind",
        "The patient has a number, and nobody says of which kind.",
        "ELEMENT_CONDITION_MISSING",
        ("NM1", 8),
        edit=value("NM1*QC", 8, ""),
    ),
    Fault(
        "patient_is_a_company",
        "The patient is called an organisation.",
        "CODE_NOT_IN_GUIDE",
        ("NM1", 2),
        edit=value("NM1*QC", 2, "2"),
    ),
    Fault(
        "second_patient",
        "The patient is named twice.",
        "SEGMENT_EXCEEDS_MAX",
        ("NM1", 0),
        edit=doubled("NM1*QC"),
    ),
    Fault(
        "received_before_the_references",
        "The day of receipt stands behind the amounts.",
        "SEGMENT_OUT_OF_ORDER",
        ("DTM", 0),
        edit=swapped("DTM*050"),
        fits=lambda text: "DTM*050*20260629~\nAMT*" in text,
    ),
    Fault(
        "received_on_no_day",
        "The claim came on the 31st of February.",
        "INVALID_DATE",
        ("DTM", 2),
        edit=value("DTM*050", 2, "20260231"),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        "SEGMENT_UNRECOGNISED",
        ("ZZZ", 0),
        edit=inserted("ZZZ*1", behind="DTM*050"),
    ),
    Fault(
        "segment_of_another_set",
        "A segment stands there that remittances do not have.",
        "SEGMENT_NOT_IN_SET",
        ("HI", 0),
        edit=inserted("HI*ABK:I10", behind="DTM*050"),
    ),
    Fault(
        "address_of_the_patient",
        "The patient's address is given, which the guide does not use.",
        "SEGMENT_UNEXPECTED",
        ("N3", 0),
        edit=inserted("N3*1 EXAMPLE ST", behind="NM1*QC"),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        "SEGMENT_EMPTY",
        ("AMT", 0),
        edit=kept_to("AMT*AU", 0),
    ),
    Fault(
        "unknown_group_of_adjustment",
        "An adjustment is of a group that went with 4010.",
        "CODE_NOT_IN_GUIDE",
        ("CAS", 1),
        edit=value("CAS", 1, "CR"),
        fits=_has("CAS"),
    ),
    Fault(
        "adjustment_without_reason",
        "An amount is not paid, and nobody says why.",
        "ELEMENT_MISSING",
        ("CAS", 2),
        edit=value("CAS", 2, ""),
        fits=_has("CAS"),
    ),
    Fault(
        "unknown_kind_of_procedure",
        "A procedure is of a list that nobody knows.",
        "CODE_NOT_IN_GUIDE",
        ("SVC", 1),
        edit=value("SVC", 1, "QQ:99213"),
        fits=_has("SVC"),
    ),
    Fault(
        "service_on_no_day",
        "A service was given in a thirteenth month.",
        "INVALID_DATE",
        ("DTM", 2),
        edit=value("DTM*472", 2, "20261301"),
        fits=_has("DTM*472"),
    ),
    Fault(
        "unknown_day_of_a_line",
        "A line has a date of a kind that remittances do not have.",
        "CODE_NOT_IN_GUIDE",
        ("DTM", 1),
        edit=value("DTM*472", 1, "434"),
        fits=_has("DTM*472"),
    ),
    Fault(
        "two_line_numbers",
        "A line has two control numbers.",
        "SEGMENT_EXCEEDS_MAX",
        ("REF", 0),
        edit=doubled("REF*6R"),
        fits=_has("REF*6R"),
    ),
    Fault(
        "reference_without_value",
        "A reference is empty.",
        "ELEMENT_REQUIRED",
        ("REF", 2),
        edit=kept_to("REF*6R", 1),
        fits=_has("REF*6R"),
    ),
    Fault(
        "trailing_separators",
        "A segment ends with separators and nothing between them.",
        "TRAILING_SEPARATOR",
        ("AMT", 3),
        edit=value("AMT*AU", 3, ""),
    ),
)
"""All kinds, in no order that matters."""
