"""Generated acknowledgments are clean by their own guides, and tell what is wrong in the claims."""

from pathlib import Path

import pytest

import scrubjay
from scrubjay.errors import UsageError
from scrubjay.testing import KINDS as MADE
from scrubjay.testing import REFERENCE_DATE, generate
from scrubjay.testing import acknowledgments as made
from scrubjay.testing.acknowledgments import ENVELOPE_FAULTS
from scrubjay.testing.faults import Fault, inject

KINDS = ["999", "277CA", "TA1"]


def whole(kind: str, **options: object) -> bytes:
    return b"".join(generate(kind, **options))  # type: ignore[arg-type]


def counted(data: bytes, *starts: str) -> list[int]:
    segments = data.decode().split("~\n")
    return [sum(segment.startswith(start) for segment in segments) for start in starts]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("seed", "faults"), [(1, 0.0), (2, 0.0), (3, 0.4), (4, 1.0)])
@pytest.mark.parametrize("sets", [1, 5])
def test_nothing_is_found_in_them(
    kind: str, seed: int, faults: float, sets: int, tmp_path: Path
) -> None:
    file = tmp_path / "answer.x12"
    data = whole(kind, claims=60, seed=seed, faults=faults, sets=sets)
    file.write_bytes(data)
    repeated = {b"014": "INVALID_DATE", b"015": "INVALID_TIME"}
    false = [code for note, code in repeated.items() if b"*R*" + note in data]
    assert [reason["code"] for reason in scrubjay.validate(file).reasons] == false


@pytest.mark.parametrize(
    ("kind", "of"), [(kind, of) for kind in KINDS for of in MADE[kind].answers]
)
def test_what_can_be_acknowledged_is(kind: str, of: str, tmp_path: Path) -> None:
    file = tmp_path / "answer.x12"
    file.write_bytes(whole(kind, claims=40, sets=4, faults=0.3 if kind != "TA1" else 0, of=of))
    assert scrubjay.validate(file).reasons == ()
    if kind == "999":
        answered = file.read_text()
        assert answered.count(f"AK2*{of[:3]}*") == answered.count("IK5*") == 4
        assert (answered.count("IK3*") > 0) == (of != "277CA")
    if kind == "277CA":
        assert file.read_text().count("TRN*2*") == 40 + 4
        assert file.read_text().count("*U*") > 5


@pytest.mark.parametrize(("kind", "of"), [("277CA", "835"), ("999", "999"), ("835", None)])
def test_what_is_not_acknowledged_is_a_wrong_request(kind: str, of: str | None) -> None:
    with pytest.raises(UsageError, match=of or "835 is none"):
        generate(kind, of=of or "837P")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    assert whole(kind, claims=40, seed=7, faults=0.4) == whole(kind, claims=40, seed=7, faults=0.4)


def test_claims_without_a_fault_are_taken() -> None:
    assert counted(whole("999", claims=50, sets=5), "IK5*A", "IK3*", "AK9*A*5*5*5") == [5, 0, 1]
    assert whole("277CA", claims=50).count(b"TRN*2*S0001-") == 50
    assert whole("277CA", claims=50).count(b"*U*") == 0
    assert counted(whole("TA1"), "TA1*000000001*260630*1200*A*000") == [1]


def test_the_277ca_and_the_999_tell_the_faults_of_the_claims(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(whole("837P", claims=200, seed=11, faults=0.3))
    run = scrubjay.scrub(file, tmp_path / "out", as_of=REFERENCE_DATE)
    status = whole("277CA", claims=200, seed=11, faults=0.3)
    claims = status.decode().split("TRN*2*S00")[1:]
    assert len(claims) == 200
    refused = sum("*U*" in claim.split("HL*")[0].split("SVC*")[0] for claim in claims)
    assert refused == run.rejected > 20
    syntax = whole("999", claims=200, seed=11, faults=0.3)
    assert counted(syntax, "IK5*E")[0] == 1
    assert counted(syntax, "IK3*")[0] > 10


@pytest.mark.parametrize("fault", ENVELOPE_FAULTS, ids=lambda fault: fault.name)
def test_the_ta1_tells_the_fault_of_the_isa(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    def some(records: object, share: float, faults: object, *, seed: int) -> object:
        return inject(records, share, (fault,), seed=seed)  # type: ignore[arg-type]

    monkeypatch.setattr(made, "inject", some)
    (told,) = [
        part.split("*") for part in whole("TA1", faults=1.0).decode().split("~\n") if "TA1*" in part
    ]
    assert (told[0], told[fault.place[1]]) == (fault.place[0], fault.code)
