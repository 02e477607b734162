"""What a manifest says of a document, beside what we say of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from manifest import judged
from run import bases, main
from tables import arguments, classes, reasons

GOOD = bases()[0]
ROW: dict[str, Any] = {
    "file": "claim.837",
    "kind": "837P",
    "guide": ["005010X222A1"],
    "validity": "valid",
    "envelope_issues": [],
    "expect_errors": None,
}


def outcome_of(folder: Path, document: str, **said: Any) -> str:
    """What is made of one document of which the manifest says that."""
    (folder / "claim.837").write_text(document)
    (folder / "manifest.jsonl").write_text(json.dumps(ROW | said) + "\n")
    (judgement,) = judged(folder).judgements
    return judgement.outcome


def test_what_is_valid_is_accepted(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, GOOD) == "accepted"


def test_what_only_we_reject_is_open(tmp_path: Path) -> None:
    wrong = GOOD.replace("*CI~", "*QZ~", 1)
    assert outcome_of(tmp_path, wrong) == "OPEN: rejected, and only we do"
    by_another = outcome_of(tmp_path, wrong, pyx12={"verdict": "reject"})
    assert by_another == "rejected: another validator rejects it too"


def test_an_invalid_one_is_rejected_for_the_reason_that_is_stated(tmp_path: Path) -> None:
    wrong = GOOD.replace("CASE-1*150", "CASE-1*151", 1)
    said: dict[str, Any] = {"validity": "invalid", "expect_errors": ["CLM-02 states 151"]}
    assert outcome_of(tmp_path, wrong, **said) == "rejected for the stated reasons"
    assert outcome_of(tmp_path, GOOD, **said) == "OPEN: a stated reason was not found"
    other: dict[str, Any] = {"validity": "invalid", "expect_errors": ["SE-01 states 9"]}
    assert outcome_of(tmp_path, wrong, **other) == "OPEN: a stated reason was not found"


def test_what_is_beyond_the_guide_is_no_reason_to_reject(tmp_path: Path) -> None:
    said: dict[str, Any] = {"validity": "invalid", "expect_errors": ["H52000: Not a taxonomy"]}
    expected = "accepted: every stated reason is beyond SNIP 1 to 3"
    assert outcome_of(tmp_path, GOOD, **said) == expected


def test_a_folder_without_open_documents_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome_of(tmp_path, GOOD)
    monkeypatch.setattr("sys.argv", ["run.py", "samples", str(tmp_path)])
    assert main() == 0
    assert "1 documents, 0 open" in capsys.readouterr().out
    outcome_of(tmp_path, GOOD.replace("*CI~", "*QZ~", 1))
    assert main() == 1
    monkeypatch.setattr("sys.argv", ["run.py", "samples", str(tmp_path / "none")])
    assert main() == 2


def test_every_row_of_the_tables_says_why() -> None:
    assert all(argument.why for argument in arguments())
    assert all(known.why for known in classes())
    assert all(reason.why or reason.codes for reason in reasons())
