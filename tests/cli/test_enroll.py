"""enroll, reconcile, roster and profile from the command line: files, tables, exit codes."""

import csv
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.people import TABLE_MAP, edi, items, pages, service_map, table
from contracts.service import Answer, serving
from enrollment.made import LEAST
from scrubjay.enrollment.profile import versions
from stage import Command


@pytest.fixture
def members(tmp_path: Path) -> Path:
    (tmp_path / "members.csv").write_bytes(table())
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    return tmp_path / "members.csv"


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def table_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text().splitlines()))


def test_a_table_becomes_records_and_a_worklist(
    scrubjay: Command, members: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = scrubjay("enroll", members, "--csv-map", tmp_path / "map.toml", "--out", out)
    assert (ended.code, ended.err) == (1, "")
    assert "  enrolled     6\n  quarantined  4\n" in ended.out
    assert len(lines(out / "enrollments.jsonl")) == 6
    assert {each["severity"] for each in lines(out / "quarantine.jsonl")} == {"error"}
    work = table_of(out / "worklist.csv")
    assert [row["code"] for row in work] == [
        *("NAME_MISSING", "COVERAGE_MISSING", "END_BEFORE_BEGIN", "SSN_INVALID")
    ]
    assert work[1]["name"] == "TESTER, ANN"
    assert {stat.S_IMODE(each.stat().st_mode) for each in out.iterdir()} == {0o600}
    page = (out / "report.html").read_text()
    assert "4 of 10 members are held back" in page
    assert "<script" not in page
    assert not any(name in page for name in ("TESTER", "SAMPLETON", "EE0000"))
    again = scrubjay("enroll", members, "--csv-map", tmp_path / "map.toml", "--out", out)
    assert again.code == 2
    assert "--force" in again.err


def test_a_cell_that_could_be_a_formula_is_quoted(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("Id,Rel,Last,First\n=1+1,self,,@SUM\n")
    (tmp_path / "map.toml").write_text(LEAST)
    given = ("--csv-map", tmp_path / "map.toml", "--out", tmp_path / "out")
    scrubjay("enroll", tmp_path / "m.csv", *given)
    (row,) = table_of(tmp_path / "out/worklist.csv")
    assert (row["subscriber"], row["name"]) == ("'=1+1", "'@SUM")


def test_a_failed_run_leaves_the_folder_as_it_was(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text('Id,Rel,Last,First\n1,self,A,B\n2,self,"A,B\n')
    (tmp_path / "map.toml").write_text(LEAST)
    out = tmp_path / "out"
    ended = scrubjay("enroll", tmp_path / "m.csv", "--csv-map", tmp_path / "map.toml", "--out", out)
    assert ended.code == 2
    assert "m.csv line 3" in ended.err
    assert list(out.iterdir()) == []


def test_a_service_is_asked_from_where_the_last_run_was(scrubjay: Command, tmp_path: Path) -> None:
    rest = (
        'since = { parameter = "since", field = "/born" }\npage = { by = "cursor", next = "/next" }'
    )
    with serving(*map(Answer, pages(items(), 100))) as service:
        (tmp_path / "map.toml").write_text(service_map(f"{service.url}/people", rest))
        given = ("--rest", tmp_path / "map.toml", "--cursor", tmp_path / "c", "--json")
        first = scrubjay("enroll", *given, "--out", tmp_path / "one")
        assert json.loads(first.out)["enrolled"] == 6
        assert json.loads((tmp_path / "c").read_text()) == {"since": "1980-02-03"}
        scrubjay("enroll", *given, "--out", tmp_path / "two")
        assert service.asked == ["/people", "/people?since=1980-02-03"]
        (tmp_path / "c").write_text("[]")
        assert "is no cursor" in scrubjay("enroll", *given, "--out", tmp_path / "three").err


def test_records_are_reconciled_listed_and_taken_back(
    scrubjay: Command, members: Path, tmp_path: Path
) -> None:
    out, state = tmp_path / "out", ("--state", tmp_path / "state.db")
    scrubjay("enroll", members, "--csv-map", tmp_path / "map.toml", "--out", out)
    first = scrubjay("reconcile", *state, out / "enrollments.jsonl", "--out", tmp_path / "changes")
    assert first.code == 1, "four are in quarantine"
    assert "  adds            6\n" in first.out
    assert "load 1 is in force" in first.out
    assert len(lines(tmp_path / "changes/changes.jsonl")) == 6
    summary = json.loads((tmp_path / "changes/summary.json").read_text())
    assert (summary["adds"], summary["quarantined"]) == (6, 4)
    assert "Load 1 is in force." in (tmp_path / "changes/report.html").read_text()
    again = scrubjay("reconcile", *state, out / "enrollments.jsonl", "--json")
    assert json.loads(again.out)["status"] == "replayed"
    listed = scrubjay("reconcile", *state, "--loads")
    assert listed.out.split()[:1] == ["1"]
    assert "6 adds" in listed.out
    assert "load 1 is undone" in scrubjay("reconcile", *state, "--undo", "1").out
    assert (
        json.loads(scrubjay("reconcile", *state, "--loads", "--json").out)["loads"][0]["status"]
        == "undone"
    )


def test_whoever_is_left_out_is_work(scrubjay: Command, members: Path, tmp_path: Path) -> None:
    given = ("--state", tmp_path / "s.db", "--csv-map", tmp_path / "map.toml")
    scrubjay("reconcile", *given, members)
    rows = table().splitlines(keepends=True)
    members.write_bytes(
        b"".join(row for row in rows if b"EE00004" not in row and b"EE00002" not in row)
    )
    ended = scrubjay("reconcile", *given, members, "--out", tmp_path / "changes")
    assert ended.code == 1
    work = table_of(tmp_path / "changes/worklist.csv")
    assert [row["name"] for row in work if row["code"] == "OMITTED"] == ["MOCKSON, ANN"]


def test_what_was_not_asked_for_clearly_is_told(
    scrubjay: Command, members: Path, tmp_path: Path
) -> None:
    state = ("--state", tmp_path / "s.db")
    assert "or --undo LOAD" in scrubjay("reconcile", *state).err
    assert "or --undo LOAD" in scrubjay("reconcile", *state, "--loads", "--undo", "1").err
    assert "there is no state" in scrubjay("reconcile", *state, "--loads").err
    assert "--csv-map" in scrubjay("reconcile", *state, members).err
    assert "or a service" in scrubjay("enroll", "--out", tmp_path / "o").err
    assert not (tmp_path / "s.db").exists() or scrubjay("reconcile", *state, "--loads").out == ""


def test_payroll_and_the_year_get_their_tables(
    scrubjay: Command, members: Path, tmp_path: Path
) -> None:
    state = ("--state", tmp_path / "s.db")
    scrubjay("reconcile", *state, members, "--csv-map", tmp_path / "map.toml")
    feed = tmp_path / "feed.csv"
    ended = scrubjay("roster", "deductions", *state, "-o", feed, "--on", "2026-03-01")
    assert (ended.code, ended.out) == (0, f"4 rows: {feed}\n")
    rows = table_of(feed)
    assert [(row["employee"], row["line"], row["premium"]) for row in rows][:2] == [
        ("EE00001", "DEN", "41.50"),
        ("EE00001", "VIS", ""),
    ]
    assert stat.S_IMODE(feed.stat().st_mode) == 0o600
    months = scrubjay("roster", "months", *state, "--year", "2026", "--line", "DEN", "-o", "-")
    assert months.code == 0
    assert months.out.splitlines()[0].startswith("sponsor,employee,last,first,birth_date")
    assert len(months.out.splitlines()) == 6


def test_profiles_are_listed_shown_checked_and_held_to_their_samples(
    scrubjay: Command, tmp_path: Path
) -> None:
    assert "medicaid  2026.1" in scrubjay("profile", "list").out
    assert (
        json.loads(scrubjay("profile", "list", "--json").out)["profiles"][0]["name"] == "exchange"
    )
    shown = scrubjay("profile", "show", "medicaid")
    assert "omissions   policy terminate, ends end_of_prior_month" in shown.out
    mine = tmp_path / "mine.toml"
    mine.write_text("name = 'mine'\nversion = '1'\nrequired = ['member.id', 'coverage.plan']\n")
    assert "required    member.id then coverage.plan" in scrubjay("profile", "show", mine).out
    mine.write_text('name = "mine"\nversion = "1"\n')
    assert scrubjay("profile", "check", mine).out == "mine.toml: mine 1 is one\n"
    untested = scrubjay("profile", "test", mine)
    assert (untested.code, untested.out[:10]) == (1, "no samples")
    mine.write_text('name = "mine"\nversion = "1"\nmode = "all"\n')
    ended = scrubjay("profile", "check", mine)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("scrubjay: mine.toml:3: mode is one of")


def test_a_profile_that_does_otherwise_is_told_by_field(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("Id,Rel,Last,First\n1,self,SAMPLE,ANN\n")
    (tmp_path / "map.toml").write_text(LEAST)
    (tmp_path / "m.jsonl").write_text('{"held": ["NAME_MISSING"]}\n')
    mine = tmp_path / "mine.toml"
    sample = '[[samples]]\ngiven = "m.csv"\nmap = "map.toml"\nwanted = "m.jsonl"\n'
    mine.write_text(f'name = "mine"\nversion = "1"\n{sample}')
    ended = scrubjay("profile", "test", mine)
    assert ended.code == 1
    assert ended.out == 'mine.toml:3: m.csv member 0, held: nothing, wanted ["NAME_MISSING"]\n'
    told = json.loads(scrubjay("profile", "test", mine, "--json").out)
    assert told["differences"][0]["field"] == "held"


PROBE = """
import json, sys
from scrubjay.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)
"""


def test_an_834_is_read_without_what_takes_memory(tmp_path: Path) -> None:
    (tmp_path / "members.834").write_bytes(edi())
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, "enroll", "members.834", "--out", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    code, names = json.loads(ended.stderr.splitlines()[-1])
    assert code == 1
    assert not {"pydantic", "asyncio", "sqlite3", "hashlib", "click", "decimal"} & set(names)
    assert len(lines(tmp_path / "out/enrollments.jsonl")) == 6


def test_an_834_is_reconciled_as_it_is_and_leaves_nothing_beside(
    scrubjay: Command, tmp_path: Path
) -> None:
    (tmp_path / "members.834").write_bytes(edi())
    given = ("reconcile", "--state", tmp_path / "s.db", tmp_path / "members.834")
    summary = json.loads(scrubjay(*given, "--json").out)
    assert (summary["status"], summary["adds"], summary["quarantined"]) == ("applied", 6, 4)
    again = json.loads(scrubjay(*given, "--json").out)
    assert (again["status"], again["load"]) == ("replayed", 1)
    there = {each.name for each in tmp_path.iterdir()}
    assert there == {"members.834", "s.db", "state"}


def test_a_shipped_profile_is_held_to_its_samples(scrubjay: Command) -> None:
    for name in ("exchange", "medicaid"):
        ended = scrubjay("profile", "test", name)
        assert (ended.code, ended.err) == (0, ""), ended.out
        assert ended.out.endswith("samples, as wanted\n")


def test_an_834_is_read_in_a_carriers_ways(scrubjay: Command, tmp_path: Path) -> None:
    profile = Path(versions("medicaid")[0].path)
    out = tmp_path / "out"
    sample = profile.parent / "samples/month.834"
    ended = scrubjay("enroll", sample, "--out", out, "--profile", profile)
    assert ended.code == 1
    assert "FIELD_FORBIDDEN" in ended.out
    first, *_ = lines(out / "enrollments.jsonl")
    assert first["coverages"][0]["plan"] == "123"
