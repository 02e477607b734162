"""`scrub` and `validate`: what is asked of the engine, what comes out, with which code."""

import csv
import json
from pathlib import Path

import pytest

from scrubjay.errors import InputError, Interrupted, OutputError
from scrubjay.summary import Result
from stage import Command, Engine

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic.837"
COLUMNS = [
    *("file", "claim", "patient", "payer", "service_date", "charge", "code", "severity"),
    *("reason", "field", "value", "fix", "segment_index"),
]


def test_the_job_says_what_was_asked(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    scrubjay(
        *("scrub", claims, "--out", out, "--as-of", "2026-01-31", "--received-date", "20260201"),
        *("--reject-unit", "set", "--control-start", "77", "--no-worklist", "--exact"),
        *("--threads", "3", "--limit-segment", "512", "--show-phi", "--rules", "mine.py"),
    )
    expected = {
        "command": "scrub",
        "inputs": [str(claims)],
        "out": str(out),
        "as_of": "2026-01-31",
        "received_date": "2026-02-01",
        "reject_unit": "set",
        "control_start": 77,
        "worklist": False,
        "exact": True,
        "threads": 3,
        "limits": {"segment": 512},
        "show_phi": True,
        "program": {"files": ["mine.py"]},
    }
    assert expected.items() <= engine.job.items()
    assert len(engine.job["token_key"]) == 64


def test_the_report_is_rendered_for_the_engine_to_commit(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    scrubjay("scrub", claims, "--out", tmp_path / "out")
    assert engine.page is not None
    assert engine.page.startswith("<!doctype html>")


def test_validate_without_a_folder_renders_nothing(
    scrubjay: Command, engine: Engine, claims: Path
) -> None:
    ended = scrubjay("validate", claims)
    assert engine.job["command"] == "validate"
    assert engine.job["out"] is None
    assert engine.page is None
    assert "written to" not in ended.out


def test_json_is_the_summary_and_nothing_else(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    ended = scrubjay("scrub", claims, "--out", tmp_path / "out", "--json")
    assert json.loads(ended.out) == engine.result["summary"]
    assert ended.err == ""


def test_plain_text_has_the_counts_the_reasons_and_the_pace(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    del engine
    lines = scrubjay("scrub", claims, "--out", tmp_path / "out").out.splitlines()
    assert lines[0].split() == ["claims", "104,212", "$31,511,428.93"]
    assert "  2,184  error    An NPI fails its check digit  [INVALID_NPI]" in lines
    assert "314.6 MB in 1.3 s, 240 MB/s, 33 MB peak memory" in lines


@pytest.mark.parametrize(
    ("worst", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("info", "warning", 0),
        ("info", "info", 1),
        (None, "info", 0),
    ],
)
def test_the_exit_code_follows_the_worst_finding(
    scrubjay: Command,
    engine: Engine,
    result: Result,
    claims: Path,
    worst: str | None,
    fail_on: str,
    code: int,
) -> None:
    reason = result["reasons"][0]
    engine.result = {**result, "reasons": [{**reason, "severity": worst}] if worst else []}
    assert scrubjay("validate", claims, "--fail-on", fail_on).code == code


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("claims.837 is not X12"), 2, "scrubjay: claims.837 is not X12"),
        (OutputError("out: disk full"), 3, "scrubjay: out: disk full"),
        (Interrupted("stop"), 130, "scrubjay: stop"),
        (KeyboardInterrupt(), 130, "scrubjay: interrupted"),
        (OSError(28, "No space left on device", "out/x"), 3, "scrubjay: out/x: no space left"),
        (MemoryError(), 3, "scrubjay: out of memory"),
        (ValueError("DOE*JANE"), 3, "scrubjay: internal error, ValueError at "),
    ],
)
def test_every_failure_is_one_line_and_a_code(
    scrubjay: Command, engine: Engine, claims: Path, error: BaseException, code: int, line: str
) -> None:
    engine.raises = error
    ended = scrubjay("validate", claims)
    assert ended.code == code
    assert ended.out == ""
    assert ended.err.startswith(line)
    assert ended.err.count("\n") == 1
    assert "JANE" not in ended.err


def test_a_traceback_is_shown_to_whoever_asks(
    scrubjay: Command, engine: Engine, claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRUBJAY_DEBUG", "1")
    engine.raises = ValueError("cause")
    assert "Traceback" in scrubjay("validate", claims).err


def test_a_folder_that_is_not_empty_is_refused_before_anything_runs(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    ended = scrubjay("scrub", claims, "--out", tmp_path)
    assert ended.code == 2
    assert "--force" in ended.err
    assert engine.job == {}


def test_an_open_key_is_refused(
    scrubjay: Command, engine: Engine, claims: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("k1:" + "ab" * 32)
    key.chmod(0o644)
    ended = scrubjay("validate", claims, "--token-key", key)
    assert (ended.code, engine.job) == (2, {})
    assert "chmod 600" in ended.err


def test_the_worklist_says_in_which_file_each_claim_stands(
    scrubjay: Command, tmp_path: Path
) -> None:
    """Two files of one name, too: as everything else of the run calls them."""
    for name in ("monday", "tuesday"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "claims.837").write_bytes(EXAMPLE.read_bytes())
    scrubjay("scrub", tmp_path / "*" / "claims.837", "--out", tmp_path / "out")
    with (tmp_path / "out" / "worklist.csv").open(newline="") as file:
        table = csv.DictReader(file)
        files = [row["file"] for row in table]
        columns = list(table.fieldnames or ())
    assert columns == COLUMNS
    assert files == sorted(files)
    assert set(files) == {"claims.837", "claims~1.837"}


def test_what_is_wrong_above_claims_is_no_later_claims_fault(
    scrubjay: Command, tmp_path: Path
) -> None:
    """A file that is cut short, and a set without claims: rows of their own, that say of what."""
    text = EXAMPLE.read_bytes().replace(b"\n", b"")
    header, trailer = text[: text.index(b"~ST*")], text[text.index(b"~GE*") :]
    (tmp_path / "1.837").write_bytes(text[: text.index(b"~SE*") + 1])
    (tmp_path / "2.837").write_bytes(header + b"~ST*270*9999*005010X999~SE*2*9999" + trailer)
    (tmp_path / "3.837").write_bytes(text)
    scrubjay(
        "scrub", *(tmp_path / f"{number}.837" for number in (1, 2, 3)), "--out", tmp_path / "out"
    )
    with (tmp_path / "out" / "worklist.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    alone = [
        (row["file"], row["code"], row["reason"].rpartition(" (")[2])
        for row in rows
        if not row["claim"]
    ]
    assert alone == [
        ("1.837", "SET_TRAILER_MISSING", "set 0001)"),
        ("1.837", "GROUP_TRAILER_MISSING", "group 117)"),
        ("1.837", "INTERCHANGE_TRAILER_MISSING", "interchange 000000117)"),
        ("2.837", "SET_GUIDE_UNSUPPORTED", "set 9999)"),
    ]
    first, third = (
        [row["code"] for row in rows if row["claim"] and row["file"] == name]
        for name in ("1.837", "3.837")
    )
    assert first == third


def test_a_name_that_is_made_is_no_other_inputs(scrubjay: Command, tmp_path: Path) -> None:
    names = ("claims.837", "other/claims.837", "claims~1.837")
    (tmp_path / "other").mkdir()
    for name in names:
        (tmp_path / name).write_bytes(EXAMPLE.read_bytes())
    out = tmp_path / "out"
    ended = scrubjay("scrub", *(tmp_path / name for name in names), "--out", out)
    assert ended.code in {0, 1}
    summary = json.loads((out / "summary.json").read_text())
    assert summary["files"] == ["claims.837", "claims~2.837", "claims~1.837"]
    counts = {len(list(out.glob(f"{stem}.*"))) for stem in ("claims", "claims~1", "claims~2")}
    assert len(counts - {0}) == 1
