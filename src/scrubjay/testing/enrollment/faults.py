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
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("INS", 2, "99"),
        place=("INS", 2),
    ),
    Fault(
        "missing_maintenance",
        "Nobody says what is to be done about the member.",
        ("ELEMENT_REQUIRED",),
        edit=value("INS", 3, ""),
        place=("INS", 3),
    ),
    Fault(
        "unknown_maintenance",
        "What is to be done is said with a code that only coverages have.",
        ("CODE_NOT_IN_GUIDE",),
        edit=value("INS", 3, "002"),
        place=("INS", 3),
    ),
    Fault(
        "medicare_without_plan",
        "Whether the member has Medicare is said with a code that there is not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("INS", 6, "Q"),
        place=("INS", 6),
    ),
    Fault(
        "missing_subscriber_number",
        "Nobody says to which subscriber the member belongs.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("REF*0F"),
        place=("REF", 0),
    ),
    Fault(
        "empty_subscriber_number",
        "The subscriber's number is empty.",
        ("ELEMENT_CONDITION_MISSING", "ELEMENT_REQUIRED"),
        edit=value("REF*0F", 2, ""),
        also=("TRAILING_SEPARATOR",),
        place=("REF", 2),
    ),
    Fault(
        "two_policies",
        "The member has two policy numbers.",
        ("SEGMENT_EXCEEDS_MAX",),
        edit=doubled("REF*1L"),
        place=("REF", 0),
    ),
    Fault(
        "ssn_as_reference",
        "The social security number is in a reference, as older guides had it.",
        ("CODE_NOT_IN_GUIDE", "SEGMENT_NOT_USED"),
        edit=value("REF*1L", 1, "SY"),
        place=("REF", 1),
    ),
    Fault(
        "employed_on_no_day",
        "The employment began on the 31st of June.",
        ("INVALID_DATE",),
        edit=value("DTP*336", 3, "20250631"),
        fits=_has("DTP*336"),
        place=("DTP", 3),
    ),
    Fault(
        "benefit_begin_of_the_member",
        "The benefit's begin is told of the member.",
        ("CODE_NOT_IN_GUIDE",),
        edit=value("DTP*356", 1, "348"),
        fits=_has("DTP*356"),
        place=("DTP", 1),
    ),
    Fault(
        "missing_name",
        "The member has no name.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("NM1*IL"),
        fits=_has("NM1*IL"),
        place=("NM1", 0),
    ),
    Fault(
        "missing_last_name",
        "The member has a first name only.",
        ("ELEMENT_REQUIRED",),
        edit=value("NM1*IL", 3, ""),
        fits=_has("NM1*IL"),
        place=("NM1", 3),
    ),
    Fault(
        "long_name",
        "The last name has more letters than the standard allows.",
        ("ELEMENT_TOO_LONG",),
        edit=value("NM1*IL", 3, "SAMPLE" * 11),
        fits=_has("NM1*IL"),
        place=("NM1", 3),
    ),
    Fault(
        "number_without_kind",
        "The member has a number, and nobody says of which kind.",
        ("ELEMENT_CONDITION_MISSING",),
        edit=value("NM1*IL", 8, ""),
        fits=_has("NM1*IL"),
        place=("NM1", 8),
    ),
    Fault(
        "born_on_no_day",
        "The date of birth is written as people write it.",
        ("INVALID_DATE",),
        edit=value("DMG", 2, "06301980"),
        place=("DMG", 2),
    ),
    Fault(
        "unknown_sex",
        "The sex is a number.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("DMG", 3, "1"),
        place=("DMG", 3),
    ),
    Fault(
        "city_before_street",
        "The city stands before the street.",
        ("SEGMENT_OUT_OF_ORDER",),
        edit=swapped("N3"),
        fits=_has("N3"),
        place=("N3", 0),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        ("SEGMENT_UNRECOGNISED",),
        edit=inserted("ZZZ*1", behind="DMG"),
        place=("ZZZ", 0),
    ),
    Fault(
        "segment_of_a_claim",
        "A segment stands there that enrollments do not have.",
        ("SEGMENT_NOT_IN_SET",),
        edit=inserted("CLM*1*1", behind="DMG"),
        place=("CLM", 0),
    ),
    Fault(
        "segment_not_used",
        "A segment stands there that the guide does not use.",
        ("SEGMENT_NOT_USED",),
        edit=inserted("PRV*PC", behind="DMG"),
        place=("PRV", 0),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        ("SEGMENT_EMPTY",),
        edit=kept_to("DMG", 0),
        place=("DMG", 0),
    ),
    Fault(
        "too_many_elements",
        "A segment has more elements than the standard knows.",
        ("TOO_MANY_ELEMENTS",),
        edit=value("REF*0F", 5, "1"),
        place=("REF", 5),
    ),
    Fault(
        "unknown_coverage",
        "The line of coverage is none of the guide's.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("HD", 3, "XYZ"),
        fits=_has("HD"),
        place=("HD", 3),
    ),
    Fault(
        "unknown_tier",
        "Who is covered is said with a code that the standard has and the guide has not.",
        ("CODE_NOT_IN_GUIDE", "INVALID_CODE"),
        edit=value("HD", 5, "QQQ"),
        fits=_has("HD"),
        place=("HD", 5),
    ),
    Fault(
        "coverage_without_begin",
        "A coverage has no date.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("DTP*348"),
        fits=lambda text: text.count("DTP*348*") == 1 and "DTP*349*" not in text,
        place=("DTP", 0),
    ),
    Fault(
        "employment_begin_of_the_coverage",
        "A coverage begins with a date that only members have.",
        ("SEGMENT_OUT_OF_ORDER",),
        edit=value("DTP*348", 1, "336"),
        fits=lambda text: text.count("DTP*348*") == 1 and "DTP*349*" not in text,
        also=("SEGMENT_REQUIRED",),
        place=("DTP", 0),
    ),
    Fault(
        "coverage_from_no_day",
        "The coverage begins in a thirteenth month.",
        ("INVALID_DATE",),
        edit=value("DTP*348", 3, "20261301"),
        fits=_has("DTP*348"),
        place=("DTP", 3),
    ),
    Fault(
        "premium_in_words",
        "The premium has a sign of its currency.",
        ("INVALID_CHARACTER",),
        edit=value("AMT*P3", 2, "USD410"),
        fits=_has("AMT*P3"),
        place=("AMT", 2),
    ),
    Fault(
        "categories_without_end",
        "The reporting categories are not closed.",
        ("SEGMENT_REQUIRED",),
        edit=dropped("LE*2700"),
        fits=_has("LS"),
        place=("LE", 0),
    ),
    Fault(
        "trailing_separators",
        "A segment ends with separators and nothing between them.",
        ("TRAILING_SEPARATOR",),
        edit=value("REF*1L", 3, ""),
        place=("REF", 3),
    ),
)
"""All kinds, in no order that matters."""
