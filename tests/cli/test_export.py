"""`scrubjay export`."""

import json
from pathlib import Path

from stage import Command

BATCH = Path(__file__).parents[2] / "examples/clinic.837"


def test_tables_are_written_and_counted(scrubjay: Command, tmp_path: Path) -> None:
    ended = scrubjay("export", str(BATCH), "--out", str(tmp_path / "t"), "--table", "claims,lines")
    assert ended.code == 0
    assert "claims" in ended.out
    assert "patient data: token" in ended.out
    assert {path.name for path in (tmp_path / "t").glob("*.parquet")} == {
        "claims.parquet",
        "lines.parquet",
    }


def test_json_is_the_summary(scrubjay: Command, tmp_path: Path) -> None:
    ended = scrubjay("export", str(BATCH), "--out", str(tmp_path / "t"), "--json")
    assert json.loads(ended.out) == json.loads((tmp_path / "t/summary.json").read_text())


def test_the_tables_are_listed_without_a_file(scrubjay: Command) -> None:
    ended = scrubjay("export", "--list")
    assert ended.code == 0
    assert ended.out.startswith("claims: ")
    assert "subscriber_member_id" in ended.out
    assert set(json.loads(scrubjay("export", "--list", "--json").out)) > {"claims", "findings"}


def test_what_is_missing_is_said(scrubjay: Command, tmp_path: Path) -> None:
    assert "name the files and --out" in scrubjay("export", str(BATCH)).err
    ended = scrubjay("export", str(BATCH), "--out", str(tmp_path / "t"), "--table", "clams")
    assert ended.code == 2
    assert "there is no table 'clams'" in ended.err
    assert not (tmp_path / "t").exists()
