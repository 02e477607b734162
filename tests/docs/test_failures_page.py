"""docs/failures.md is what `make docs` writes, and the table behind it is one."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from scrubjay.errors import Fate
from scrubjay.failures import FAILURES, fate_of
from scrubjay.transports import TransportError

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/failures/page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_the_page_is_current() -> None:
    assert SCRIPT.PAGE.read_text() == SCRIPT.page(), "run make docs"


@pytest.mark.parametrize("code", FAILURES)
def test_every_code_is_one_word_with_a_meaning_and_a_step(code: str) -> None:
    failure = FAILURES[code]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", code)
    assert failure.meaning
    assert failure.step
    assert SCRIPT.PAGE.read_text().count(f"| `{code}` |") == 1
    error = TransportError(code)
    assert (error.code, error.fate) == (code, fate_of(code))
    assert "\n" not in str(error)


def test_no_code_is_there_twice() -> None:
    rows = re.findall(
        r'^    \("([A-Z0-9_]+)",', (ROOT / "src/scrubjay/failures.py").read_text(), re.MULTILINE
    )
    assert len(rows) == len(set(rows)) == len(FAILURES)


def test_a_code_that_nobody_knows_is_not_repeated() -> None:
    assert fate_of("NEVER_HEARD_OF") is Fate.AMBIGUOUS


def test_every_code_that_our_sources_raise_is_in_the_table() -> None:
    """Each is written out where it is raised."""
    raised = re.compile(r'(?:TransportError|UploadError|WebhookError|_failed)\(\s*"([A-Z0-9_]+)"')
    coded = re.compile(r'^\s+code(?:: [^=]+)? = "([A-Z_]+)"', re.MULTILINE)
    for room in ("doors", "transports", "vault", "webhooks"):
        for file in (ROOT / "src/scrubjay" / room).glob("*.py"):
            text = file.read_text()
            for code in [*raised.findall(text), *coded.findall(text)]:
                assert code in FAILURES, (file.name, code)
