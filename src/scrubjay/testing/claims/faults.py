"""Faults that real professional claims have, by name, with the codes they must be found under.

A fault changes one thing of one clean synthetic claim. Where the fault lies above the claim, the
claim gets a provider or subscriber of its own, so that no other claim is touched. Faults that are
not in any value (a segment nobody knows, segments that changed places) edit the written bytes.
"""

import re
from collections.abc import Callable
from typing import Any

from scrubjay.testing.faults import Edit, Fault

__all__ = ["FAULTS"]

Row = dict[str, Any]
Change = Callable[[Row], None]


def _set(**values: Any) -> Change:
    return lambda claim: claim.update(values)


def _original(claim: Row) -> bool:
    """One that may be replaced; Medicare takes originals only."""
    return bool(claim["frequency"] == "1" and claim["subscriber"]["filing_indicator"] != "MB")


def _line(**values: Any) -> Change:
    return lambda claim: claim["lines"][0].update(values)


def _above(level: str, **values: Any) -> Change:
    def change(claim: Row) -> None:
        claim[level] = claim[level] | values

    return change


def _total(claim: Row) -> None:
    claim["charge"] = f"{float(claim['charge']) + 1:.2f}"


def _wrong_digit(claim: Row) -> None:
    number = claim["rendering_npi"]
    claim["rendering_npi"] = f"{number[:9]}{(int(number[9]) + 1) % 10}"


def _diagnosis(claim: Row) -> None:
    claim["diagnoses"] = [claim["diagnoses"][0] | {"code": "1234567"}, *claim["diagnoses"][1:]]


def _twice(claim: Row) -> None:
    claim["diagnoses"] = [*claim["diagnoses"], claim["diagnoses"][0] | {"qualifier": "ABF"}]


def _born_late(claim: Row) -> None:
    level = "patient" if "patient" in claim else "subscriber"
    claim[level] = claim[level] | {"birth_date": "20260630"}


def _replace(pattern: bytes, by: bytes) -> Edit:
    expression = re.compile(pattern)
    return lambda text: expression.sub(by, text, count=1)


def _no_other_payer(claim: Row) -> bool:
    return "other_payers" not in claim


def _self(claim: Row) -> bool:
    return "patient" not in claim


FAULTS: tuple[Fault, ...] = (
    Fault(
        "missing_member_id",
        "The subscriber's member number was not on file.",
        "MISSING_MEMBER_ID",
        ("NM1", 9),
        _above("subscriber", member_id=None, member_id_qualifier=None),
    ),
    Fault(
        "bad_billing_npi",
        "The billing NPI was mistyped: its check digit is wrong.",
        "INVALID_NPI",
        ("NM1", 9),
        _above("provider", npi="1234567890"),
    ),
    Fault(
        "bad_rendering_npi",
        "The rendering NPI was mistyped: its check digit is wrong.",
        "INVALID_RENDERING_NPI",
        ("NM1", 9),
        _wrong_digit,
        fits=lambda claim: "rendering_npi" in claim,
    ),
    Fault(
        "short_zip",
        "The billing address has a ZIP code without +4.",
        "BILLING_ZIP_NOT_9",
        ("N4", 3),
        _above("provider", zip="10001"),
    ),
    Fault(
        "post_office_box",
        "The billing address is a post office box.",
        "BILLING_ADDRESS_PO_BOX",
        ("N3", 1),
        _above("provider", address="PO BOX 12"),
    ),
    Fault(
        "bad_tax_id",
        "The tax number has a hyphen.",
        "INVALID_TAX_ID",
        ("REF", 2),
        _above("provider", tax_id="37-123456"),
    ),
    Fault(
        "missing_birth_date",
        "The subscriber is the patient, and nobody asked when they were born.",
        "MISSING_PATIENT_DOB",
        ("DMG", 2),
        _above("subscriber", birth_date=None, sex=None),
        fits=_self,
    ),
    Fault(
        "born_after_service",
        "The date of birth is the day of the encounter form.",
        "DOB_AFTER_SERVICE",
        ("DMG", 2),
        _born_late,
    ),
    Fault(
        "missing_charge",
        "The claim has no total charge.",
        "ELEMENT_REQUIRED",
        ("CLM", 2),
        _set(charge=None),
        fits=_no_other_payer,
    ),
    Fault(
        "charge_mismatch",
        "The total is a dollar more than the lines.",
        "CLAIM_TOTAL_MISMATCH",
        ("CLM", 2),
        _total,
        fits=_no_other_payer,
    ),
    Fault(
        "long_claim_id",
        "The patient control number is longer than the guide allows.",
        "ELEMENT_TOO_LONG",
        ("CLM", 1),
        edit=_replace(rb"CLM\*([^*~]*)", rb"CLM*\1-TOO-LONG-FOR-IT"),
    ),
    Fault(
        "unknown_place",
        "The place of service is not of the list.",
        "INVALID_POS",
        ("CLM", 5),
        _set(place_of_service="98"),
        fits=lambda claim: claim["place_of_service"] == "11",
    ),
    Fault(
        "bad_frequency",
        "The frequency code is one of institutional claims.",
        "INVALID_FREQUENCY_CODE",
        ("CLM", 5),
        _set(frequency="2"),
        fits=lambda claim: claim["frequency"] == "1",
    ),
    Fault(
        "replacement_of_nothing",
        "The claim replaces another and does not say which.",
        "FREQ_REQUIRES_ORIGINAL_REF",
        ("REF", 2),
        _set(frequency="7"),
        fits=_original,
    ),
    Fault(
        "accident_without_date",
        "The claim says that there was an accident, and not when.",
        "MISSING_ACCIDENT_FIELDS",
        ("DTP", 3),
        _set(related_cause_1="OA"),
        fits=lambda claim: "related_cause_1" not in claim,
    ),
    Fault(
        "wrong_signature_code",
        "CLM06 is a code that the standard does not know.",
        "INVALID_CODE",
        ("CLM", 6),
        _set(provider_signature="9"),
    ),
    Fault(
        "missing_diagnoses",
        "The claim has no diagnosis segment at all.",
        "SEGMENT_REQUIRED",
        ("HI", 0),
        _set(diagnoses=()),
    ),
    Fault(
        "bad_diagnosis",
        "The principal diagnosis has not the form of an ICD-10 code.",
        "INVALID_ICD10_FORMAT",
        ("HI", 0),
        _diagnosis,
    ),
    Fault(
        "repeated_diagnosis",
        "The principal diagnosis is there a second time.",
        "DUPLICATE_DIAGNOSIS",
        ("HI", 0),
        _twice,
    ),
    Fault(
        "bad_pointer",
        "A line points at a diagnosis that is not there.",
        "INVALID_DX_POINTER",
        ("SV1", 7),
        _line(pointer_1="12"),
    ),
    Fault(
        "missing_service_date",
        "A line has no date of service.",
        "SEGMENT_REQUIRED",
        ("DTP", 0),
        _line(service_from=None, service_to=None),
        fits=lambda claim: len(claim["lines"]) > 1,
    ),
    Fault(
        "impossible_date",
        "A service was given on 31 February.",
        "INVALID_DATE",
        ("DTP", 3),
        _line(service_from="20260231", service_to=None),
        fits=lambda claim: len(claim["lines"]) > 1,
    ),
    Fault(
        "future_service",
        "A service is dated years ahead.",
        "FUTURE_SERVICE_DATE",
        ("DTP", 3),
        _line(service_from="20990101", service_to=None),
    ),
    Fault(
        "reversed_range",
        "The service ended before it began.",
        "DATE_RANGE_REVERSED",
        ("DTP", 3),
        _line(service_from="20260412", service_to="20260410"),
        fits=lambda claim: len(claim["lines"]) > 1 and "onset_date" not in claim,
    ),
    Fault(
        "no_units",
        "A line has zero units.",
        "INVALID_UNITS",
        ("SV1", 4),
        _line(units="0"),
    ),
    Fault(
        "bad_procedure",
        "A procedure code has six characters.",
        "INVALID_PROCEDURE_FORMAT",
        ("SV1", 1),
        _line(procedure="99X130"),
        fits=_no_other_payer,
    ),
    Fault(
        "small_modifier",
        "A modifier has small letters.",
        "INVALID_MODIFIER",
        ("SV1", 1),
        _line(modifier_1="gp"),
    ),
    Fault(
        "unknown_segment",
        "A segment stands there that X12 does not know.",
        "SEGMENT_UNRECOGNISED",
        ("ZZZ", 0),
        edit=_replace(rb"REF\*6R\*[^~]*~", b"ZZZ*1~"),
    ),
    Fault(
        "segment_out_of_order",
        "The diagnoses stand before the claim's references.",
        "SEGMENT_OUT_OF_ORDER",
        ("REF", 0),
        edit=_replace(rb"(REF\*EA\*[^~]*~\n?)((?:(?!HI)[^~]*~\n?)*?)(HI\*[^~]*~\n?)", rb"\3\1\2"),
        fits=lambda claim: "medical_record" in claim and "note" not in claim,
    ),
    Fault(
        "unused_segment",
        "The claim has a segment that the guide leaves out.",
        "SEGMENT_NOT_USED",
        ("DSB", 0),
        edit=_replace(rb"REF\*6R\*[^~]*~", b"DSB*1~"),
    ),
    Fault(
        "empty_segment",
        "A segment has lost its elements.",
        "SEGMENT_EMPTY",
        ("REF", 0),
        edit=_replace(rb"REF\*6R\*[^~]*~", b"REF~"),
    ),
)
"""All kinds, in no order that matters."""
