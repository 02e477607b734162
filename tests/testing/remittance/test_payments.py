"""Synthetic remittances are clean, add up to the cent, and answer the claims of the same seed."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

import scrubjay
from scrubjay.testing import generate, synthetic_claims
from scrubjay.testing.chance import Chance
from scrubjay.testing.remittance.files import _adjustments

SHAPES = [{"claims": 1}, {"claims": 400}, {"claims": 300, "sets": 1}, {"claims": 90, "sets": 7}]


def whole(**options: object) -> bytes:
    return b"".join(generate("835", **options))  # type: ignore[arg-type]


class Sums(NamedTuple):
    """What was charged and paid, and what is said to explain the difference."""

    charged: Decimal
    paid: Decimal
    adjusted: list[Decimal]

    @property
    def balanced(self) -> bool:
        """Whether it explains all of it."""
        return self.charged - sum(self.adjusted) == self.paid


def sets(data: bytes) -> Iterator[list[list[str]]]:
    segments = [part.split("*") for part in data.decode().split("~\n")]
    while begun := [number for number, part in enumerate(segments) if part[0] == "ST"]:
        end = next(number for number, part in enumerate(segments) if part[0] == "SE")
        yield segments[begun[0] : end]
        segments = segments[end + 1 :]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_is_found_in_them(seed: int, shape: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "payment.835"
    file.write_bytes(whole(seed=seed, **shape))
    assert scrubjay.validate(file).reasons == ()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_lines_claims_and_sets_add_up(shape: dict[str, int]) -> None:
    for one in sets(whole(seed=8, **shape)):
        total = Decimal()
        claims: list[Sums] = []
        for name, *value in one:
            if name == "CLP":
                claims.append(Sums(Decimal(value[2]), Decimal(value[3]), []))
            elif name == "CAS":
                claims[-1].adjusted.extend(map(Decimal, value[2::3]))
            elif name == "PLB":
                total -= sum(map(Decimal, value[3::2]))
        assert all(claim.balanced for claim in claims)
        total += sum(claim.paid for claim in claims)
        assert Decimal(one[1][2]) == total >= 0


def test_every_line_adds_up() -> None:
    data = whole(claims=500, seed=3)
    seen = 0
    for part in data.decode().split("SVC*")[1:]:
        body = part.split("CLP*")[0].split("~\n")
        _, charged, paid = body[0].split("*")[:3]
        adjusted = [
            Decimal(amount)
            for segment in body
            if segment.startswith("CAS*")
            for amount in segment.split("*")[3::3]
        ]
        assert Sums(Decimal(charged), Decimal(paid), adjusted).balanced
        seen += 1
    assert seen > 500


def test_every_claim_of_the_837_with_the_same_seed_is_answered() -> None:
    sent = {claim["id"]: claim["charge"] for claim in synthetic_claims(600, seed=9)}
    told = [part.split("*") for part in whole(claims=600, seed=9).decode().split("~\n")]
    paid = [part for part in told if part[0] == "CLP"]
    assert {part[1] for part in paid} == set(sent)
    assert all(part[3].removeprefix("-") == sent[part[1]] for part in paid)


def test_the_usual_things_happen() -> None:
    data = whole(claims=3000, seed=2)
    statuses = {part.split(b"*")[2] for part in data.split(b"~\n") if part.startswith(b"CLP*")}
    assert statuses == {b"1", b"2", b"4", b"19", b"22"}
    for mark in (b"*ACH*", b"*CHK*", b"PLB*", b"MIA*", b"MOA*", b"NM1*TT*", b"LQ*HE*"):
        assert mark in data


def test_where_nothing_is_paid_no_money_goes() -> None:
    small = [whole(claims=1, seed=seed) for seed in range(60)]
    assert any(b"BPR*H*0*C*NON*" in data for data in small)
    assert any(b"PLB*" in data and b"FB:" in data for data in small)


@pytest.mark.parametrize("total", [0, -700, 1_000_000, 9_999_999_999, 123_456_789_012])
def test_no_amount_has_more_than_ten_digits(total: int) -> None:
    kept = list(_adjustments(total, Chance(1)))
    assert 0 <= total - sum(cents for _, cents in kept) <= 9_999_999_999
    assert all(abs(cents) <= 9_999_999_999 for _, cents in kept)


def test_a_set_holds_one_payer_and_one_payee_unless_a_number_of_sets_is_asked_for() -> None:
    assert whole(claims=50, sets=1).count(b"ST*835*") == 1
    assert whole(claims=50, sets=4).count(b"ST*835*") == 4
    assert whole(claims=50).count(b"ST*835*") > 10


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert whole(claims=200, seed=4, faults=0.3) == whole(claims=200, seed=4, faults=0.3)
    assert whole(claims=200, seed=4) != whole(claims=200, seed=5)
