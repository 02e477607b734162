"""`scrub` and `validate` from Python: what they ask of the engine, what they give back."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.errors import InputError, UsageError
from scrubjay.findings import Severity
from scrubjay.summary import Result
from stage import Engine


def test_scrub_gives_the_run_as_a_value(engine: Engine, claims: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = scrubjay.scrub(claims, out, as_of=date(2026, 1, 31), reject_unit="set", rules=["r.py"])
    assert (run.claims, run.accepted, run.rejected, run.unreadable) == (104_212, 98_730, 5_479, 3)
    assert run.charges == Decimal("31511428.93")
    assert run.out == out
    asked = {"command": "scrub", "as_of": "2026-01-31", "reject_unit": "set"}
    assert asked.items() <= engine.job.items()
    assert engine.job["program"] == {"files": ["r.py"]}


def test_validate_needs_no_folder_and_has_no_worklist(engine: Engine, claims: Path) -> None:
    assert scrubjay.validate(claims).out is None
    assert (engine.job["command"], engine.job["worklist"]) == ("validate", False)
    assert engine.job["program"] is None


def test_several_files_are_one_run(engine: Engine, claims: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.837"
    other.touch()
    scrubjay.validate([claims, other])
    assert engine.job["inputs"] == [str(claims), str(other)]


def test_progress_is_told(engine: Engine, claims: Path) -> None:
    told: list[tuple[int, int | None]] = []
    scrubjay.validate(claims, progress=lambda done, total: told.append((done, total)))
    assert told == [(1_000_000, 2_000_000)]
    assert engine.job["force"] is False


def test_what_was_found_is_asked_by_severity(engine: Engine, result: Result, claims: Path) -> None:
    engine.result = {**result, "reasons": [{**result["reasons"][0], "severity": "warning"}]}
    run = scrubjay.validate(claims)
    assert run.found(Severity.INFO)
    assert run.found(Severity.WARNING)
    assert not run.found(Severity.ERROR)


@pytest.mark.parametrize("unit", ["line", ""])
def test_an_unknown_reject_unit_is_refused(engine: Engine, claims: Path, unit: str) -> None:
    with pytest.raises(UsageError, match="'claim' or 'set'"):
        scrubjay.validate(claims, reject_unit=unit)
    assert engine.job == {}


def test_a_missing_file_is_refused(engine: Engine) -> None:
    with pytest.raises(InputError):
        scrubjay.validate("nowhere.837")
    assert engine.job == {}


def test_one_file_of_rules_is_one(engine: Engine, claims: Path, tmp_path: Path) -> None:
    scrubjay.scrub(claims, tmp_path / "out", rules="my_rules.py")
    assert engine.job["program"] == {"files": ["my_rules.py"]}


WRONG: list[dict[str, Any]] = [
    {"threads": "2"},
    {"as_of": "2026-01-31"},
    {"received_date": 5},
    {"control_start": "1"},
    {"rules": 5},
    {"partner": 5},
    {"partner": [5]},
    {"history": 5},
    {"token_key": 5},
    {"out": 5},
    {"rules": [5]},
    {"source": 5},
    {"source": [5]},
    {"source": [b"claims.837"]},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_values_of_a_wrong_kind_are_a_usage_error(
    engine: Engine, claims: Path, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    given = {"source": claims, "out": tmp_path / "out"} | wrong
    with pytest.raises(UsageError):
        scrubjay.scrub(**given)
    assert engine.job == {}
