"""Synthetic claims are the same everywhere, add up, and are about nobody twice."""

import hashlib
import os
import subprocess
import sys
from decimal import Decimal

import pytest

from scrubjay.models import Claim
from scrubjay.testing import generate, npi, synthetic_claims


def whole(**options: object) -> bytes:
    return b"".join(generate("837P", **options))  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert whole(claims=300, seed=7, faults=0.3) == whole(claims=300, seed=7, faults=0.3)
    assert whole(claims=300, seed=7) != whole(claims=300, seed=8)


def test_hash_randomisation_changes_nothing() -> None:
    program = (
        "import hashlib; from scrubjay.testing import generate\n"
        "print(hashlib.sha256(b''.join(generate(claims=200, faults=0.5))).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "4711")
    }
    assert found == {hashlib.sha256(whole(claims=200, faults=0.5)).hexdigest()}


def test_the_number_of_claims_changes_none_of_them() -> None:
    few, many = list(synthetic_claims(40)), list(synthetic_claims(90))
    assert few[:35] == many[:35]


def test_an_npi_has_its_check_digit() -> None:
    assert npi(123_456_789) == "1234567893"


@pytest.mark.parametrize("lines", [(1, 1), (1, 6), (50, 50)])
def test_claims_add_up_and_fit_the_models(lines: tuple[int, int]) -> None:
    seen = set()
    for plain in synthetic_claims(400, lines=lines):
        text = Claim.model_validate_json(_json(plain))
        assert text.charge == sum((line.charge or Decimal(0) for line in text.lines), Decimal(0))
        assert lines[0] <= len(text.lines) <= lines[1]
        assert text.id not in seen
        seen.add(text.id)
        services = [(line.procedure, line.service_from) for line in text.lines]
        assert len(set(services)) == len(services)
        for payer in text.other_payers:
            left = sum(
                (
                    adjustment.amount or Decimal(0)
                    for line in text.lines
                    for paid in line.adjudications
                    for adjustment in paid.adjustments
                ),
                Decimal(0),
            )
            assert (payer.paid or 0) + left == text.charge
    assert len(seen) == 400


def test_sets_are_as_many_as_asked() -> None:
    for sets, expected in ((None, 1), (1, 1), (4, 4)):
        assert whole(claims=100, sets=sets).count(b"ST*837*") == expected


def _json(plain: dict[str, object]) -> str:
    import json
    import re

    # Claims hold dates as files do; JSON has them as ISO 8601 does.
    text = json.dumps(plain)
    return re.sub(
        r'"((?:\w+_)?(?:date|from|to))": "(\d{4})(\d\d)(\d\d)"', r'"\1": "\2-\3-\4"', text
    )
