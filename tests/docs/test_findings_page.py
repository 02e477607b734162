"""docs/findings.md is what `make docs` writes, and every finding's `doc` leads somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from scrubjay.rulebook import shipped

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/findings/page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_the_page_is_current() -> None:
    assert SCRIPT.PAGE.read_text() == SCRIPT.page(), "run make docs"


def test_every_built_in_code_has_its_place_on_the_page() -> None:
    table = (ROOT / "crates/x12/src/finding.rs").read_text()
    codes = re.findall(r"^    ([A-Z_]+): Home::", table, re.MULTILINE)
    assert re.findall(r"^## ([A-Z_]+)$", SCRIPT.PAGE.read_text(), re.MULTILINE) == codes


def test_every_shipped_rule_has_its_page() -> None:
    pages = {path.stem for path in (ROOT / "docs/rules").glob("*.md")}
    assert {rule.id for rule in shipped()} <= pages
