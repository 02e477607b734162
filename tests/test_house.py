"""Rules of the house that no linter knows."""

import re
import tomllib
from pathlib import Path

import pytest

from scrubjay import _native
from scrubjay._version import __version__

ROOT = Path(__file__).parent.parent
BUILT = {".cache", ".git", ".hypothesis", ".venv", "__pycache__", "out", "site", "target"}
SAYS_NOTHING = re.compile(r"(utils?|helpers?|common|managers?|misc)(_|\.|$)")


def kept() -> list[Path]:
    """Every file of ours: not what was built, not what a tool left."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in ROOT.iterdir():
        if folder.is_dir() and folder.name not in BUILT:
            below = (path for path in folder.rglob("*") if not BUILT.intersection(path.parts))
            found.extend(path for path in below if path.is_file())
    return found


def test_every_file_name_says_something() -> None:
    nameless = [path for path in kept() if SAYS_NOTHING.match(path.name)]
    assert nameless == []


def test_one_version_everywhere() -> None:
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
    assert cargo["workspace"]["package"]["version"] == __version__ == _native.VERSION


@pytest.mark.parametrize("crate", ["x12", "engine"])
def test_only_the_native_crate_knows_python(crate: str) -> None:
    files = [
        path for path in (ROOT / "crates" / crate).rglob("*") if path.suffix in {".rs", ".toml"}
    ]
    assert files
    assert [path for path in files if re.search(r"\bpyo3\b", path.read_text())] == []


def test_pins_are_held_by_hash_and_name_no_place() -> None:
    pins = (ROOT / "requirements" / "dev.txt").read_text()
    assert "--hash=sha256:" in pins
    assert not re.search(r"https?:|--index|--find-links|-i ", pins)


def test_every_target_of_the_makefile_is_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    helped = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert sorted(helped) == sorted(phony[1].split())


def test_prose_links_to_files_that_are_there() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in kept()
        if page.suffix == ".md"
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_no_test_sleeps() -> None:
    """What must happen first is waited for as an event: a busy machine makes any sleep short."""
    sleeping = re.compile(r"\bsleep\(")
    tests = [path for path in kept() if path.suffix in {".py", ".rs"} and "test" in str(path)]
    assert [path for path in tests if sleeping.search(path.read_text())] == []


def test_no_page_of_prose_is_empty() -> None:
    assert [page for page in kept() if page.suffix == ".md" and not page.read_text().strip()] == []
