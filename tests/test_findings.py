"""A finding is what a line of findings.jsonl says, and shows its place in one word."""

import json
from dataclasses import fields
from typing import Any

import pytest

from scrubjay.findings import Finding, Scope, Severity
from stage import SAMPLES

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "findings.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["code"]))
def test_a_row_becomes_a_finding_and_loses_nothing(row: dict[str, Any]) -> None:
    finding = Finding.from_dict(row)
    for field in fields(Finding):
        if field.name not in {"evidence", "ack", "tables"}:
            assert getattr(finding, field.name) == row[field.name]
    assert [item.path for item in finding.evidence] == [item["path"] for item in row["evidence"]]
    assert list(finding.tables) == row["tables"]
    assert [list(item.codes) for item in finding.ack] == [item["codes"] for item in row["ack"]]


def test_names_of_a_newer_engine_are_passed_over() -> None:
    assert Finding.from_dict({**ROWS[0], "colour": "blue"}) == Finding.from_dict(ROWS[0])


@pytest.mark.parametrize(
    ("row", "place"), [*zip(ROWS, ["2010AA/NM109", "2400/SV107-2 line 3", "IEA01"], strict=True)]
)
def test_the_place_is_one_short_word(row: dict[str, Any], place: str) -> None:
    assert Finding.from_dict(row).at == place


def test_a_finding_without_a_segment_stands_at_its_scope() -> None:
    bare = Finding(code="X", severity=Severity.INFO, snip=None, scope=Scope.SET, message="words")
    assert str(bare) == "info X at set: words"


def test_severities_are_ordered() -> None:
    assert Severity.ERROR.reaches(Severity.WARNING)
    assert Severity.WARNING.reaches(Severity.WARNING)
    assert not Severity.INFO.reaches(Severity.WARNING)
