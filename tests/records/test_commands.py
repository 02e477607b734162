"""`enroll` and `remit` at the command line: what they print, leave and load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scrubjay.testing import generate
from stage import Command

HEAVY = {"asyncio", "click", "decimal", "pydantic", "rich", "sqlite3"}
PROBE = """
import json, sys
from scrubjay.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)
"""
KINDS = {"enroll": "834", "remit": "835"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A file for each command, with faults."""
    made = {}
    for command, kind in KINDS.items():
        made[command] = tmp_path / f"file.{kind}"
        made[command].write_bytes(b"".join(generate(kind, claims=200, faults=0.1, seed=6)))
    return made


@pytest.mark.parametrize("command", KINDS)
def test_the_way_of_a_file_loads_nothing_heavy_and_stays_small(
    command: str, files: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = [sys.executable, "-c", PROBE, command, str(files[command]), "--out", str(out), "--json"]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    code, names = json.loads(ended.stderr.splitlines()[-1])
    assert code == 1
    assert HEAVY & set(names) == set()
    run = json.loads((out / "run.json").read_text())
    assert run["peak_rss_bytes"] < 40_000_000
    summary = json.loads(ended.stdout)
    assert summary == json.loads((out / "summary.json").read_text())
    assert {each["file"] for each in run["outputs"]} | {"run.json", "summary.json"} == {
        path.name for path in out.iterdir()
    }


def test_members_are_counted_and_the_reasons_named(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    ended = scrubjay("enroll", files["enroll"], "--out", tmp_path / "out")
    assert ended.code == 1
    assert ended.out.splitlines()[0].split() == ["members", "200"]
    assert "why members are held or noted" in ended.out


def test_payments_are_counted_matched_and_priced(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=200, seed=6)))
    fees = tmp_path / "fees.csv"
    fees.write_text("procedure,amount\n99213,500\n")
    out = tmp_path / "out"
    more = ("--match", claims, "--fee-schedule", fees)
    ended = scrubjay("remit", files["remit"], "--out", out, *more)
    assert ended.code == 1
    assert "no claim found" in ended.out
    assert {"matches.jsonl", "unmatched.jsonl", "unpaid.jsonl", "underpaid.jsonl"} <= {
        path.name for path in out.iterdir()
    }
    assert not [path for path in out.iterdir() if path.name.endswith(".part")]


def test_a_folder_that_is_not_empty_is_left_alone(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "mine").touch()
    for command, file in files.items():
        ended = scrubjay(command, file, "--out", tmp_path)
        assert ended.code == 2
        assert "--force" in ended.err


def test_a_file_of_another_kind_is_said_to_be_one(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    ended = scrubjay("enroll", files["remit"], "--out", tmp_path / "out")
    assert ended.code == 1
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["members"], summary["unreadable_sets"]) == (0, summary["sets"])


def test_members_in_a_text_file_are_read_as_what_they_are(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    text = files["enroll"].rename(tmp_path / "members.txt")
    ended = scrubjay("enroll", text, "--out", tmp_path / "out")
    assert ended.out.splitlines()[0].split() == ["members", "200"]


def test_payments_under_a_header_that_cannot_be_read_are_none_and_take_none_away(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.835"
    cut.write_text("ISA*00*SENDER*00*RECEIVER*0*P*\nGS*HP*A*B\nST*835*0001\n")
    counted = {}
    for name, given in {
        "cut": [cut],
        "whole": [files["remit"]],
        "both": [files["remit"], cut],
    }.items():
        ended = scrubjay("remit", *given, "--out", tmp_path / name)
        assert ended.code == 1
        summary = json.loads((tmp_path / name / "summary.json").read_text())
        counted[name] = summary["claims"], summary["accepted"], summary["outputs"]["payments"]
    assert counted["cut"] == (0, 0, 0)
    assert counted["both"] == counted["whole"]
