"""Which frequency codes change an earlier claim is one list, wherever it stands."""

import re
from pathlib import Path

import pytest

from scrubjay.rules.frequencies import CHANGES
from scrubjay.rules.past import ORIGINALS

CRATES = Path(__file__).parents[2] / "crates"


@pytest.mark.parametrize("file", ["x12/src/scrub/duplicate.rs", "pack/src/sets.rs"])
def test_the_native_half_has_the_same_codes(file: str) -> None:
    found = re.search(r'const CHANGES: &\[u8\] = b"(\w+)";', (CRATES / file).read_text())
    assert found
    assert tuple(found[1]) == CHANGES


def test_a_history_has_the_same_codes() -> None:
    when = ORIGINALS.describe()["when"]
    assert tuple(when[-1]) == CHANGES
