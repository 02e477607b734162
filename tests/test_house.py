"""Rules of the house that no linter knows."""

import re
import tomllib
from graphlib import CycleError, TopologicalSorter
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


def names(tree: str) -> list[str]:
    """The first name of each path of a `use`: of `{Batch, map::Part}` these are Batch and map."""
    inner = tree.strip().removeprefix("{").removesuffix("}") if tree.startswith("{") else tree
    while "{" in inner:
        inner = re.sub(r"\{[^{}]*\}", "", inner)
    return [path.strip().split("::")[0] for path in inner.split(",") if path.strip()]


def used_beside(room: Path) -> dict[str, set[str]]:
    """For each Rust file of a room the files beside it that it uses, its tests left out."""
    uses: list[tuple[str, str]]
    uses = re.findall(r"\buse (\w+)::(\{[^}]*\}|\w+);", (room / "mod.rs").read_text())
    home = {name: file for file, tree in uses for name in names(tree)}
    files = {path.stem: path.read_text() for path in room.glob("*.rs") if path.stem != "mod"}
    graph = {}
    for file, text in files.items():
        code = re.sub(r"(?m)//.*$", "", text.split("#[cfg(test)]\nmod ")[0])
        used = [name for tree in re.findall(r"\buse super::([^;]+);", code) for name in names(tree)]
        used += re.findall(r"(?<!use )\bsuper::(\w+)", code)
        graph[file] = {home.get(name, name) for name in used} & files.keys() - {file}
    return graph


def rooms() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "crates" / "x12" / "src").rglob("mod.rs"))


def test_the_files_of_a_room_are_found_to_use_each_other(tmp_path: Path) -> None:
    (tmp_path / "mod.rs").write_text("mod one;\nmod two;\n\npub use two::{Two, first};\n")
    (tmp_path / "one.rs").write_text("use super::{Two, two::{three, four}};\n")
    (tmp_path / "two.rs").write_text("fn two() { super::one::go() } // super::two\n")
    assert used_beside(tmp_path) == {"one": {"two"}, "two": {"one"}}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.name))
def test_no_two_files_of_a_room_of_the_core_use_each_other(room: Path) -> None:
    try:
        TopologicalSorter(used_beside(room)).prepare()
    except CycleError as error:
        pytest.fail(f"{room.name}: {' <- '.join(error.args[1])}")


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
