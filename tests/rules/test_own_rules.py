"""Rules of one's own, from the command line to the files: where a finding is from, and points."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from stage import Command

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic.837"
RULES = '''\
from scrubjay.rules import Flag, rule
TESTS = [{"expect": "fail", "claim": {"lines": [{"number": 1}]}}, {"expect": "pass", "claim": {}}]
@rule("OWN_NATIVE", severity="info", snip=7, fix="Nothing", state="shadow")
def native(claim):
    """A claim is charged for."""
    return claim.charge > 0

@rule("OWN_PLAIN", severity="warning", snip=7, native=False, tests=TESTS)
def plain(claim):
    """A line is a line."""
    if not claim.lines:
        return
    for line in claim.lines:
        yield Flag("It has a procedure", line=line.number, field="line.procedure")
    yield Flag("It has a charge", field="claim.charge")
    yield Flag("It has a payer", field="payer.id")
    yield Flag("It has no patient", field="patient.last")
    yield Flag("It has codes", field="diagnosis.code")
    yield Flag("It is a claim")

@rule("OWN_BROKEN", severity="warning", snip=7, state="shadow", native=False)
def broken(claim):
    """A field that is none."""
    return Flag(field="line.no_such_field")
'''


@pytest.fixture
def out(scrubjay: Command, tmp_path: Path) -> Path:
    """The folder of a run with these rules."""
    rules = tmp_path / "my_rules.py"
    rules.write_text(RULES)
    ended = scrubjay("scrub", EXAMPLE, "--out", tmp_path / "out", "--rules", rules, "--show-phi")
    assert ended.code == 1
    return tmp_path / "out"


def found(out: Path, code: str) -> list[dict[str, Any]]:
    rows = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    return [row for row in rows if row["code"] == code]


def test_a_rule_of_ones_own_names_its_file_and_line(out: Path) -> None:
    assert {row["doc"] for row in found(out, "OWN_NATIVE")} == {"my_rules.py:3"}
    assert {row["doc"] for row in found(out, "OWN_PLAIN")} == {"my_rules.py:8"}


def test_every_page_that_is_named_is_there(out: Path) -> None:
    rows = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    docs = {row["doc"] for row in rows} - {"my_rules.py:3", "my_rules.py:8"}
    assert "docs/writing-rules.md" in docs
    for page, _, anchor in (doc.partition("#") for doc in docs):
        text = (ROOT / page).read_text()
        assert f"## {anchor}" in text.lower() if anchor else text


def test_a_flag_points_at_its_field(out: Path) -> None:
    segments = EXAMPLE.read_text().replace("~\n", "~").split("~")
    first = [row for row in found(out, "OWN_PLAIN") if row["claim_index"] == 0]
    by_message: dict[str, dict[str, Any]] = {row["message"]: row for row in reversed(first)}
    header = segments.index(next(text for text in segments if text.startswith("ST*")))

    line = by_message["It has a procedure"]
    assert (line["loop"], line["segment"], line["element"], line["component"]) == (
        "2400",
        "SV1",
        1,
        2,
    )
    assert (line["scope"], line["line"]) == ("line", 1)
    pointed = segments[header + line["segment_index"] - 1].split("*")
    assert pointed[0] == "SV1"
    assert line["evidence"] == [{"path": "2400.SV101-2", "masked": pointed[1].split(":")[1]}]
    assert EXAMPLE.read_bytes()[line["byte_offset"] :].startswith(pointed[1].split(":")[1].encode())

    charge = by_message["It has a charge"]
    assert (charge["loop"], charge["segment"], charge["element"]) == ("2300", "CLM", 2)
    assert segments[header + charge["segment_index"] - 1].startswith("CLM*")
    payer = by_message["It has a payer"]
    assert (payer["loop"], payer["segment"], payer["element"]) == ("2010BB", "NM1", 9)
    assert segments[header + payer["segment_index"] - 1].startswith("NM1*PR*")
    assert payer["evidence"][0]["masked"]


def test_a_flag_points_at_what_is_not_there_by_its_place_alone(out: Path) -> None:
    first = [row for row in found(out, "OWN_PLAIN") if row["claim_index"] == 0]
    rows = {row["message"]: row for row in first}
    patient, codes, claim = (
        rows[text] for text in ("It has no patient", "It has codes", "It is a claim")
    )
    assert (patient["loop"], patient["segment"], patient["element"]) == ("2010CA", "NM1", 3)
    assert (codes["loop"], codes["segment"]) == ("2300", "HI")
    assert patient["evidence"] == [{"path": "2010CA.NM103", "masked": ""}]
    assert claim["segment"] is claim["element"] is None
    assert claim["evidence"] == []


def test_the_worklist_names_the_field_and_its_value(out: Path) -> None:
    with (out / "worklist.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] == "OWN_PLAIN"]
    line = next(row for row in rows if row["reason"] == "It has a procedure")
    assert line["field"] == "2400.SV101-2"
    assert line["value"]


def test_a_field_that_is_none_fails_the_rule_and_not_the_claim(out: Path) -> None:
    failed = found(out, "RULE_FAILED")
    assert {row["message"] for row in failed} == {"Rule OWN_BROKEN failed with RuleError"}
    assert len(failed) == 11


def test_a_finding_names_the_release_of_the_tables_that_its_rule_looks_into(
    scrubjay: Command, tmp_path: Path
) -> None:
    text = EXAMPLE.read_text()
    code = text.split("HI*ABK:")[1].split("*")[0].split("~")[0]
    file = tmp_path / "claims.837"
    file.write_text(text.replace(f"ABK:{code}", "ABK:M545", 1))
    scrubjay("scrub", file, "--out", tmp_path / "out", "--as-of", "2026-03-01")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    (row,) = (row for row in found(tmp_path / "out", "INVALID_ICD10") if row["evidence"])
    assert row["tables"] == [f"icd10cm {run['tables']['icd10cm']}"]
    assert row["rule_version"] == run["ruleset"]
    assert found(tmp_path / "out", "INVALID_RENDERING_NPI")[0]["tables"] == []
