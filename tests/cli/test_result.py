"""The same numbers on a terminal as in a log, and the way on from there."""

import sys
from pathlib import Path

import pytest

from scrubjay.cli.result import plain
from scrubjay.runs import Run
from scrubjay.summary import Result
from stage import Command, Engine


def test_a_terminal_gets_a_table(
    scrubjay: Command, engine: Engine, claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    shown = scrubjay("validate", claims).out
    for words in ("104,212", "$1,640,022.75", "An NPI fails its check digit", "INVALID_NPI"):
        assert words in shown
    assert "\x1b[" in shown


def test_a_narrow_terminal_keeps_the_numbers(
    scrubjay: Command, engine: Engine, claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for columns in ("24", "48", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        shown = scrubjay("validate", claims).out
        assert "2,184" in shown
        assert "$31,511,428.93" in shown
        assert "…" not in shown


def test_without_colours_severity_is_a_word(
    scrubjay: Command, engine: Engine, claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert "error" not in scrubjay("validate", claims).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "error" in scrubjay("validate", claims).out


def test_files_that_are_there_are_named(result: Result, tmp_path: Path) -> None:
    for name in ("worklist.csv", "report.html"):
        (tmp_path / name).touch()
    *_, files, tables = plain(Run.from_result(result, str(tmp_path)))
    assert files == f"written to {tmp_path}/: report.html, worklist.csv and more"
    assert tables == "not judged for want of tables: ncci_ptp, mue"


def test_a_run_without_a_finding_is_short(result: Result) -> None:
    clean: Result = {**result, "reasons": []}
    assert len(list(plain(Run.from_result(clean, None)))) == 7


def test_files_without_claims_are_told_by_their_sets(result: Result) -> None:
    summary = {**result["summary"], "claims": 0, "charges_accepted": None, "unreadable_sets": 0}
    remittance: Result = {**result, "summary": summary}  # type: ignore[typeddict-item]
    lines = list(plain(Run.from_result(remittance, None)))
    assert [line.split()[-1] for line in lines[:5]] == ["2", "21", "20", "1", "6,053"]
    assert [line.split()[0] for line in lines[2:4]] == ["accepted", "rejected"]
    assert "reasons, most often first" in lines


def test_sets_that_were_kept_as_they_came_are_told(result: Result, tmp_path: Path) -> None:
    (tmp_path / "unreadable.x12").touch()
    assert "kept as they came in unreadable.x12: 1 transaction set" in plain(
        Run.from_result(result, str(tmp_path))
    )


def test_a_reason_that_stands_on_no_claim_says_how_often(result: Result) -> None:
    """Claims and remittances in one file: what is wrong with those reaches no claim."""
    reasons = [{**result["reasons"][0], "claims": 0, "count": 1234}]
    mixed: Result = {**result, "reasons": reasons}  # type: ignore[typeddict-item]
    lines = list(plain(Run.from_result(mixed, None)))
    told = lines[lines.index("reasons, most claims first") + 1]
    assert told.split()[0] == "1,234x"
