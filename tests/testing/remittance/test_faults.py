"""Every fault of a remittance is found under its code, at its place, and nothing else is."""

from pathlib import Path

import pytest

from scrubjay.testing import Fault
from scrubjay.testing.remittance.faults import FAULTS
from testing.planted import found_alone, made


def test_every_fault_is_told_apart_by_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_at_its_place_and_nothing_else(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_alone(*made("835", fault, monkeypatch, claims=120, seed=5), tmp_path)
