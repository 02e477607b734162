"""docs/synthetic-files.md is what `make docs` writes."""

import importlib.util
from pathlib import Path
from types import ModuleType

from scrubjay.testing import KINDS

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/synthetic/page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_the_page_is_current() -> None:
    assert SCRIPT.PAGE.read_text() == SCRIPT.page(), "run make docs"


def test_every_kind_and_every_fault_is_on_the_page() -> None:
    text = SCRIPT.PAGE.read_text()
    for name, kind in KINDS.items():
        assert name in text
        assert all(f"| {fault.name} |" in text for fault in kind.faults)
