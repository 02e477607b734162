"""Faults that real enrollments have, each with its code and its place.

None of them changes how many members there are, so no other member and no set is touched.
"""

from collections.abc import Callable

from scrubjay.testing.faults import Fault
from scrubjay.testing.segments import doubled, dropped, inserted, kept_to, swapped, value

__all__ = ["FAULTS"]


def _has(mark: str) -> Callable[[str], bool]:
    return lambda text: f"\n{mark}*" in text


FAULTS: tuple[Fault, ...] = (
    Fault(
        "unknown_relation",
        "The member is related to the subscriber in a way the guide does not know.",
        "CODE_NOT_IN_GUIDE",
        ("INS", 2),
        edit=value("INS", 2, "99"),
    ),
    Fault(
        "missing_maintenance",
        "Nobody says what is to be done about the member.",
        "ELEMENT_REQUIRED",
        ("INS", 3),
        edit=value("INS", 3, ""),
    ),
    Fault(
        "unknown_maintenance",
        "What is to be done is said with a code that only coverages have.",
        "CODE_NOT_IN_GUIDE",
        ("INS", 3),
        edit=value("INS", 3, "002"),
    ),
    Fault(
        "medicare_without_plan",
        "Whether the member has Medicare is said with a code that there is not.",
        "CODE_NOT_IN_GUIDE",
        ("INS", 6),
        edit=value("INS", 6, "Q"),
    ),
    Fault(
        "missing_subscriber_number",
        "Nobody says to which subscriber the member belongs.",
        "SEGMENT_REQUIRED",
        ("REF", 0),
        edit=dropped("REF*0F"),
    ),
    Fault(
        "empty_subscriber_number",
        "The subscriber's number is empty.",
        "ELEMENT_REQUIRED",
        ("REF", 2),
        edit=kept_to("REF*0F", 1),
    ),
    Fault(
        "two_policies",
        "The member has two policy numbers.",
        "SEGMENT_EXCEEDS_MAX",
        ("REF", 0),
        edit=doubled("REF*1L"),
    ),
    Fault(
        "ssn_as_reference",
        "The social security number is in a reference, as older guides had it.",
        "CODE_NOT_IN_GUIDE",
        ("REF", 1),
        edit=value("REF*1L", 1, "SY"),
    ),
    Fault(
        "employed_on_no_day",
        "The employment began on the 31st of June.",
        "INVALID_DATE",
        ("DTP", 3),
        edit=value("DTP*336", 3, "20250631"),
        fits=_has("DTP*336"),
    ),
    Fault(
        "benefit_begin_of_the_member",
        "The benefit's begin is told of the member.",
        "CODE_NOT_IN_GUIDE",
        ("DTP", 1),
        edit=value("DTP*356", 1, "348"),
        fits=_has("DTP*356"),
    ),
    Fault(
        "missing_name",
        "The member has no name.",
        "SEGMENT_REQUIRED",
        ("NM1", 0),
        edit=dropped("NM1*IL"),
        fits=_has("NM1*IL"),
    ),
    Fault(
        "missing_last_name",
        "The member has a first name only.",
        "ELEMENT_REQUIRED",
        ("NM1", 3),
        edit=value("NM1*IL", 3, ""),
        fits=_has("NM1*IL"),
    ),
    Fault(
        "long_name",
        "The last name has more letters than the standard allows.",
        "ELEMENT_TOO_LONG",
        ("NM1", 3),
        edit=value("NM1*IL", 3, "SAMPLE" * 11),
        fits=_has("NM1*IL"),
    ),
    Fault(
        "number_without_kind",
        "The member has a number, and nobody says of which kind.",
        "ELEMENT_CONDITION_MISSING",
        ("NM1", 8),
        edit=value("NM1*IL", 8, ""),
        fits=_has("NM1*IL"),
    ),
    Fault(
        "born_on_no_day",
        "The date of birth is written as people write it.",
        "INVALID_DATE",
        ("DMG", 2),
        edit=value("DMG", 2, "06301980"),
    ),
    Fault(
        "unknown_sex",
        "The sex is a number.",
        "CODE_NOT_IN_GUIDE",
        ("DMG", 3),
        edit=value("DMG", 3, "1"),
    ),
    Fault(
        "city_before_street",
        "The city stands before the street.",
        "SEGMENT_OUT_OF_ORDER",
        ("N3", 0),
        edit=swapped("N3"),
        fits=_has("N3"),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        "SEGMENT_UNRECOGNISED",
        ("ZZZ", 0),
        edit=inserted("ZZZ*1", behind="DMG"),
    ),
    Fault(
        "segment_of_a_claim",
        "A segment stands there that enrollments do not have.",
        "SEGMENT_NOT_IN_SET",
        ("CLM", 0),
        edit=inserted("CLM*1*1", behind="DMG"),
    ),
    Fault(
        "segment_not_used",
        "A segment stands there that the guide does not use.",
        "SEGMENT_NOT_USED",
        ("PRV", 0),
        edit=inserted("PRV*PC", behind="DMG"),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        "SEGMENT_EMPTY",
        ("DMG", 0),
        edit=kept_to("DMG", 0),
    ),
    Fault(
        "too_many_elements",
        "A segment has more elements than the standard knows.",
        "TOO_MANY_ELEMENTS",
        ("REF", 5),
        edit=value("REF*0F", 5, "1"),
    ),
    Fault(
        "unknown_coverage",
        "The line of coverage is none of the guide's.",
        "CODE_NOT_IN_GUIDE",
        ("HD", 3),
        edit=value("HD", 3, "XYZ"),
        fits=_has("HD"),
    ),
    Fault(
        "unknown_tier",
        "Who is covered is said with a code that the guide does not know.",
        "CODE_NOT_IN_GUIDE",
        ("HD", 5),
        edit=value("HD", 5, "QQQ"),
        fits=_has("HD"),
    ),
    Fault(
        "coverage_without_begin",
        "A coverage has no date.",
        "SEGMENT_REQUIRED",
        ("DTP", 0),
        edit=dropped("DTP*348"),
        fits=lambda text: text.count("DTP*348*") == 1 and "DTP*349*" not in text,
    ),
    Fault(
        "employment_begin_of_the_coverage",
        "A coverage begins with a date that only members have.",
        "CODE_NOT_IN_GUIDE",
        ("DTP", 1),
        edit=value("DTP*348", 1, "336"),
        fits=lambda text: text.count("DTP*348*") == 1 and "DTP*349*" not in text,
    ),
    Fault(
        "coverage_from_no_day",
        "The coverage begins in a thirteenth month.",
        "INVALID_DATE",
        ("DTP", 3),
        edit=value("DTP*348", 3, "20261301"),
        fits=_has("DTP*348"),
    ),
    Fault(
        "premium_in_words",
        "The premium has a sign of its currency.",
        "INVALID_CHARACTER",
        ("AMT", 2),
        edit=value("AMT*P3", 2, "USD410"),
        fits=_has("AMT*P3"),
    ),
    Fault(
        "categories_without_end",
        "The reporting categories are not closed.",
        "SEGMENT_REQUIRED",
        ("LE", 0),
        edit=dropped("LE*2700"),
        fits=_has("LS"),
    ),
    Fault(
        "trailing_separators",
        "A segment ends with separators and nothing between them.",
        "TRAILING_SEPARATOR",
        ("REF", 3),
        edit=value("REF*1L", 3, ""),
    ),
)
"""All kinds, in no order that matters."""
