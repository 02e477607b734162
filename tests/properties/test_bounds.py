"""What bounds memory bounds it the same way however the file is read."""

from pathlib import Path

import pytest

from properties.files import generated, outputs, run, summary

CLEAN = generated(6, faults=0.0, seed=51, sets=2)
NOTE = b"NTE*ADD*" + b"A" * 9_000 + b"~\n"


def with_a_large_claim(size: int) -> bytes:
    """The clean file with notes of `size` bytes in its second claim."""
    at = CLEAN.index(b"HI*", CLEAN.index(b"CLM*", CLEAN.index(b"CLM*") + 1))
    return CLEAN[:at] + NOTE * (size // len(NOTE)) + CLEAN[at:]


def test_a_claim_over_the_limit_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    out = run(with_a_large_claim(5_000_000), tmp_path)
    numbers = summary(out)
    assert numbers["findings"]["CLAIM_TOO_LARGE"] >= 1
    assert numbers["claims"] == 6
    assert numbers["rejected"] >= 1


def test_a_claim_below_the_limit_is_not(tmp_path: Path) -> None:
    assert "CLAIM_TOO_LARGE" not in summary(run(with_a_large_claim(900_000), tmp_path))["findings"]


@pytest.mark.parametrize("size", [900_000, 5_000_000])
def test_large_claims_are_the_same_however_they_are_read(size: int, tmp_path: Path) -> None:
    document = with_a_large_claim(size)
    first = outputs(run(document, tmp_path / "first", threads=1))
    for threads, window in [(1, 4_096), (2, 65_536), (8, 1_048_576)]:
        out = outputs(run(document, tmp_path / f"{window}", threads=threads, window=window))
        assert [name for name in first if out[name] != first[name]] == []
