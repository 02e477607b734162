"""Claims are written in the guide's order, and nothing is made up that the guide does not fix."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest

import scrubjay
from scrubjay.errors import InputError, ScrubjayError, UsageError
from scrubjay.models import Claim
from scrubjay.testing import generate, synthetic_claims
from scrubjay.writing import Envelope, stream_out, write

CLAIM: dict[str, Any] = {
    "provider": {"name": "EXAMPLE CLINIC", "npi": "1234567893", "tax_id": "123456789"},
    "subscriber": {"last": "SAMPLE", "first": "ANN", "member_id": "M1", "relationship": "18"},
    "payer": {"name": "EXAMPLE PAYER", "id": "P1"},
    "id": "C1",
    "charge": Decimal("100.50"),
    "place_of_service": "11",
    "diagnoses": [{"code": "E119"}, {"code": "I10"}],
    "lines": [
        {
            "procedure": "99213",
            "charge": Decimal("100.50"),
            "units": 1,
            "pointer_1": 1,
            "service_from": dt.date(2026, 9, 30),
        }
    ],
}


def segments(data: bytes) -> list[str]:
    return data.decode().replace("\n", "").split("~")


def test_a_dict_becomes_an_interchange() -> None:
    written = segments(write([CLAIM]))
    assert len(written[0]) == 105
    for segment in (
        "HL*1**20*1",
        "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893",
        "REF*EI*123456789",
        "HL*2*1*22*0",
        "NM1*IL*1*SAMPLE*ANN****MI*M1",
        "NM1*PR*2*EXAMPLE PAYER*****PI*P1",
        "CLM*C1*100.5***11:B:1",
        "HI*ABK:E119*ABF:I10",
        "SV1*HC:99213*100.5*UN*1***1",
        "DTP*472*D8*20260930",
        "GE*1*1",
        "IEA*1*000000001",
    ):
        assert segment in written, segment
    assert written[-3].startswith("GE")
    ended = next(segment for segment in written if segment.startswith("SE"))
    first = next(at for at, segment in enumerate(written) if segment.startswith("ST"))
    assert ended == f"SE*{written.index(ended) - first + 1}*0001"


def test_models_and_dicts_give_the_same_bytes() -> None:
    strict = CLAIM | {"lines": [CLAIM["lines"][0] | {"units": Decimal(1), "pointer_1": Decimal(1)}]}
    assert write([Claim.model_validate(strict)]) == write([CLAIM])


def test_streaming_changes_no_byte() -> None:
    many = [CLAIM | {"id": f"C{number}"} for number in range(700)]
    pieces = list(stream_out(iter(many), Envelope(claims_per_set=300)))
    assert len(pieces) > 2
    whole = b"".join(pieces)
    assert whole.count(b"CLM*") == 700
    assert whole.count(b"ST*837*") == 3
    references = re.findall(rb"BHT\*0019\*00\*([^*]+)", whole)
    assert references == [b"000000001", b"000000001-2", b"000000001-3"]


@pytest.mark.parametrize("value", ["CLM", 7, None, ["CLM"], object()])
def test_what_is_no_claim_is_an_error_that_says_so(value: object) -> None:
    with pytest.raises(UsageError, match=r"claim 2 is a .*, and no claim"):
        write([CLAIM, value])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "claim",
    [
        {"lines": 7},
        {"lines": [7]},
        {"id": ["A"]},
        {"id": {"a": 1}},
        {"kind": "835"},
        {"kind": None},
        {"kind": 7},
        {7: "x"},
        {"provider": "x"},
        {"charge": object()},
    ],
)
def test_a_claim_of_another_shape_is_an_error_of_ours(claim: dict[str, object]) -> None:
    with pytest.raises(ScrubjayError):
        write([CLAIM | claim])


def test_the_envelope_is_as_given() -> None:
    envelope = Envelope(sender="ME", control=77, usage="P", newline=False, set={"purpose": "18"})
    written = segments(write([CLAIM], envelope))
    assert "*ZZ*ME             *" in written[0]
    assert written[0].endswith("*00501*000000077*0*P*:")
    assert "BHT*0019*18*000000077*20260101*1200*CH" in written


def test_what_cannot_be_written_is_an_error_without_values() -> None:
    with pytest.raises(InputError) as caught:
        write([CLAIM | {"id": "SECRET*1"}])
    assert "SECRET" not in str(caught.value)
    with pytest.raises(InputError, match="no field"):
        write([CLAIM | {"nonsense": "SECRET"}])
    with pytest.raises(UsageError):
        write([], Envelope(set={"nonsense": "1"}))
    with pytest.raises(UsageError):
        write([], Envelope(sender="A\nB"))


@pytest.mark.parametrize("charge", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_an_amount_is_a_number(charge: str) -> None:
    with pytest.raises(InputError, match="claim 1: an amount is no number"):
        write([CLAIM | {"charge": Decimal(charge)}])


def test_what_is_read_can_be_written_and_read_again() -> None:
    data = b"".join(generate("837P", claims=400, seed=5, faults=0.2))
    claims = [claim for batch in scrubjay.read(data) for claim, _ in batch]
    assert len(claims) == 400
    again = [claim for batch in scrubjay.read(write(claims)) for claim, _ in batch]
    assert again == claims


INSTITUTIONAL: dict[str, Any] = {
    "kind": "837I",
    "provider": {"name": "EXAMPLE HOSPITAL", "npi": "1234567893", "tax_id": "123456789"},
    "subscriber": {"last": "SAMPLE", "first": "ANN", "member_id": "M1", "relationship": "18"},
    "payer": {"name": "EXAMPLE PAYER", "id": "P1"},
    "id": "I1",
    "charge": "900",
    "facility_type": "11",
    "statement_from": "2026-09-01",
    "statement_to": "2026-09-05",
    "admission_date": dt.date(2026, 9, 1),
    "admission_hour": "0815",
    "patient_status": "01",
    "diagnoses": [{"code": "J189", "present_on_admission": "Y"}, {"code": "I10"}],
    "value_codes": [{"code": "80", "amount": 4}],
    "lines": [{"revenue": "0120", "charge": 900, "unit": "DA", "units": 4}],
}
DENTAL: dict[str, Any] = {
    "kind": "837D",
    "id": "D1",
    "charge": 250,
    "place_of_service": "11",
    "lines": [
        {
            "procedure": "D2392",
            "charge": 250,
            "units": 1,
            "teeth": [{"number": "3", "surface_1": "M", "surface_2": "O"}],
        }
    ],
}


def test_claims_of_each_kind_are_in_a_group_of_their_own() -> None:
    data = write([CLAIM, INSTITUTIONAL, INSTITUTIONAL | {"id": "I2"}, DENTAL, CLAIM | {"id": "C2"}])
    written = segments(data)
    groups = [segment.rsplit("*", 1)[1] for segment in written if segment.startswith("GS*")]
    assert groups == ["005010X222A1", "005010X223A2", "005010X224A2", "005010X222A1"]
    assert [segment for segment in written if segment.startswith("GE*")] == [
        f"GE*1*{number}" for number in range(1, 5)
    ]
    assert "IEA*4*000000001" in written
    for segment in (
        "CLM*I1*900***11:A:1",
        "DTP*434*RD8*20260901-20260905",
        "DTP*435*DT*202609010815",
        "CL1***01",
        "HI*ABK:J189:::::::Y",
        "HI*ABF:I10",
        "HI*BE:80:::4",
        "SV2*0120**900*DA*4",
        "SV3*AD:D2392*250****1",
        "TOO*JP*3*M:O",
    ):
        assert segment in written, segment


def test_what_another_kind_of_claim_has_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="a line has no field revenue"):
        write([CLAIM | {"lines": [{"revenue": "0120"}]}])
    with pytest.raises(InputError, match="there are no claims of 835"):
        write([CLAIM | {"kind": "835"}])


@pytest.mark.parametrize("at", [0, 1, 255, 256, 300])
@pytest.mark.parametrize(
    "fault", [{"id": "A*B"}, {"shoe_size": "44"}, {"charge": object()}], ids=str
)
def test_a_claim_that_cannot_be_written_is_named_by_its_number(
    at: int, fault: dict[str, object]
) -> None:
    claims = list(synthetic_claims(301))
    claims[at] |= fault
    with pytest.raises(InputError, match=f"^claim {at + 1}: "):
        write(claims)
