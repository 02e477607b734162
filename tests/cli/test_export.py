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


def test_what_is_in_no_table_is_said(scrubjay: Command, tmp_path: Path) -> None:
    text = BATCH.read_text()
    lost, page = tmp_path / "lost.837", tmp_path / "page.html"
    lost.write_text(text.replace("005010X222A1", "005010X299"))
    page.write_text("<html></html>")
    ended = scrubjay("export", BATCH, lost, page, "--out", tmp_path / "t", "--table", "claims")
    assert ended.code == 1
    assert (
        "in no table are files without an interchange: 1, transaction sets not read: " in ended.err
    )
    assert "claims are rejected; why: --table findings" in ended.out
    whole = scrubjay("export", BATCH, "--out", tmp_path / "u", "--table", "claims,findings")
    assert (whole.code, whole.err) == (0, "")
    assert "rejected" not in whole.out
