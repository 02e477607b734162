"""Institutional and dental claims: clean, balanced, and faulty where a fault is planted."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.testing import REFERENCE_DATE, Fault, generate, inject
from scrubjay.testing.claims import files
from scrubjay.testing.claims.dental import synthetic_treatments
from scrubjay.testing.claims.dental_faults import FAULTS as DENTAL
from scrubjay.testing.claims.institutional import synthetic_stays
from scrubjay.testing.claims.institutional_faults import FAULTS as INSTITUTIONAL
from testing.claims.findings import found

KINDS = {"837I": (synthetic_stays, INSTITUTIONAL), "837D": (synthetic_treatments, DENTAL)}
PLANTED = [(kind, fault) for kind, (_, faults) in KINDS.items() for fault in faults]


def whole(kind: str, **options: object) -> bytes:
    return b"".join(generate(kind, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("shape", [{}, {"sets": 1}, {"sets": 7}, {"lines": (20, 40)}], ids=str)
def test_nothing_is_found_in_them(
    kind: str, seed: int, shape: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(whole(kind, claims=250, seed=seed, **shape))
    run = scrubjay.validate(file)
    assert run.reasons == ()
    assert run.accepted == 250


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_finds_anything_either(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(whole(kind, claims=1500, seed=5))
    run = scrubjay.scrub(file, tmp_path / "out", as_of=REFERENCE_DATE)
    assert run.reasons == ()
    assert run.accepted == 1500


@pytest.mark.parametrize("kind", KINDS)
def test_claims_add_up_and_are_about_nobody_twice(kind: str) -> None:
    seen = set()
    for claim in KINDS[kind][0](400, seed=4):
        assert Decimal(claim["charge"]) == sum(Decimal(line["charge"]) for line in claim["lines"])
        seen.add(claim["id"])
    assert len(seen) == 400


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    assert whole(kind, seed=7, faults=0.3) == whole(kind, seed=7, faults=0.3)
    assert whole(kind, seed=7) != whole(kind, seed=8)


@pytest.mark.parametrize(("kind", "mark"), [("837I", b"SV2*"), ("837D", b"SV3*")])
def test_the_usual_things_happen(kind: str, mark: bytes) -> None:
    data = whole(kind, claims=1500)
    assert mark in data
    own = {
        "837I": (b"HI*DR:", b"HI*BBR:", b"HI*APR:", b"HI*BE:", b"HI*BH:", b"HI*BI:", b"*DT*"),
        "837D": (b"TOO*JP*", b"DN1*", b"DN2*", b"HI*ABK:K", b"**10**1~", b"NTE*ADD*"),
    }
    assert all(found in data for found in (*own[kind], b"SVD*", b"REF*F8*", b"NM1*QC*"))


@pytest.mark.parametrize(("kind", "fault"), PLANTED, ids=lambda one: getattr(one, "name", one))
def test_a_fault_is_found_at_its_place_and_nothing_else(
    kind: str, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[Fault | None] = []

    def some(claims: Any, share: float, faults: Sequence[Fault], *, seed: int) -> Any:
        for claim, made in inject(claims, share, (fault,), seed=seed):
            chosen.append(made)
            yield claim, made

    monkeypatch.setattr(files, "inject", some)
    told = found(tmp_path, whole(kind, claims=250, faults=0.3, seed=2))
    assert len(told) == len(chosen)
    assert sum(made is not None for made in chosen) > 5
    for number, (own, made) in enumerate(zip(told, chosen, strict=True)):
        if made is None:
            assert own == set(), number
        else:
            assert (made.code, *made.place) in own, number
            assert {code for code, _, _ in own} <= {made.code, *made.also}, (number, own)
