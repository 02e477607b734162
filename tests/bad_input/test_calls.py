"""Calls that cannot work: wrong paths, wrong options, wrong rules."""

from asyncio import CancelledError
from pathlib import Path

import pytest

from properties.files import generated
from stage import Command

CLEAN = generated(3, faults=0.0)


def refused(scrubjay: Command, code: int, words: str, *arguments: object) -> None:
    ended = scrubjay(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("scrubjay: ")
    assert ended.err.count("\n") == 1
    assert words in ended.err


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "claims.837"
    file.write_bytes(CLEAN)
    return file


@pytest.mark.parametrize("command", ["scrub", "validate", "inspect"])
def test_inputs_that_cannot_be_read(scrubjay: Command, command: str, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out") if command == "scrub" else ()
    refused(scrubjay, 2, "no such file", command, tmp_path / "missing.837", *out)
    refused(scrubjay, 2, "is a folder", command, tmp_path, *out)
    assert not (tmp_path / "out").exists()


def test_a_pattern_without_a_match(scrubjay: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(scrubjay, 2, "no file matches", "scrub", tmp_path / "*.x12", "--out", out)


def test_a_file_in_place_of_the_folder(scrubjay: Command, source: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    refused(scrubjay, 2, "is a file", "scrub", source, "--out", file)
    refused(scrubjay, 2, "is a file", "scrub", source, "--out", file / "below")
    assert file.read_text() == "kept"


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "20261301", ""])
def test_a_day_that_is_none(scrubjay: Command, source: Path, day: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(scrubjay, 2, "calendar", "scrub", source, "--out", out, "--as-of", day)


RULES = {
    "that is no Python": ("def broken(:\n", "rules.py"),
    "that fails": ("1 / 0\n", "rules.py"),
    "without a rule": ("x = 1\n", "rules.py"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_file_of_rules(scrubjay: Command, name: str, source: Path, tmp_path: Path) -> None:
    text, words = RULES[name]
    rules = tmp_path / "rules.py"
    rules.write_text(text)
    out = tmp_path / "out"
    refused(scrubjay, 2, words, "scrub", source, "--out", out, "--rules", rules)
    assert not out.exists()


def test_a_file_of_rules_that_is_missing(scrubjay: Command, source: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.py"
    out = tmp_path / "out"
    refused(scrubjay, 2, "missing.py", "scrub", source, "--out", out, "--rules", missing)


def test_a_file_that_cannot_be_opened_among_others_leaves_nothing(
    scrubjay: Command, source: Path, tmp_path: Path
) -> None:
    """It is a slip of the call; a file that is no X12 is told, and stops no other."""
    bad, out = tmp_path / "bad.837", tmp_path / "out"
    refused(scrubjay, 2, "bad.837", "scrub", source, bad, "--out", out)
    assert not out.exists()


def test_a_folder_is_no_history(scrubjay: Command, source: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    refused(scrubjay, 2, "this is no file", "scrub", source, "--out", out, "--history", folder)
    assert not out.exists()


@pytest.mark.parametrize("kind", [GeneratorExit, CancelledError, BaseException])
def test_nothing_prints_a_traceback(
    scrubjay: Command, monkeypatch: pytest.MonkeyPatch, source: Path, kind: type[BaseException]
) -> None:
    def broken(words: list[str]) -> int:
        raise kind(f"JANE DOE {words}")

    monkeypatch.setattr("scrubjay.cli._called", broken)
    ended = scrubjay("inspect", source)
    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert "JANE" not in ended.err
