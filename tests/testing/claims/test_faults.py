"""Every fault is found under its code, on its claim alone; clean claims are clean."""

from pathlib import Path
from typing import Any

import pytest

from scrubjay.testing import (
    FAULTS,
    Fault,
    generate,
    inject,
    synthetic_claims,
)
from scrubjay.testing.claims import files
from testing.claims.findings import found


def test_clean_claims_are_clean(tmp_path: Path) -> None:
    codes = found(tmp_path, b"".join(generate("837P", claims=3000, seed=3)))
    assert len(codes) == 3000
    assert set().union(*codes) == set()


def test_the_share_is_about_what_was_asked_and_the_rest_is_untouched() -> None:
    clean = list(synthetic_claims(2000))
    mixed = list(inject(synthetic_claims(2000), 0.1, FAULTS))
    assert 150 < sum(fault is not None for _, fault in mixed) < 250
    assert all(
        claim == same for (claim, fault), same in zip(mixed, clean, strict=True) if fault is None
    )


def test_every_fault_is_told_apart_by_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all((fault.change is None) != (fault.edit is None) for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_nothing_else(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[Fault | None] = []

    def some(claims: Any, share: float, faults: Any, *, seed: int) -> Any:
        for claim, made in inject(claims, share, (fault,), seed=seed):
            chosen.append(made)
            yield claim, made

    monkeypatch.setattr(files, "inject", some)
    codes = found(tmp_path, b"".join(generate("837P", claims=150, faults=0.3)))
    assert len(codes) == len(chosen)
    assert fault in chosen
    for number, (own, made) in enumerate(zip(codes, chosen, strict=True)):
        if made is None:
            assert own == set(), number
        else:
            assert (fault.code, *fault.place) in own, number
            assert {code for code, _, _ in own} <= {fault.code, *fault.also}, (number, own)
