"""enroll and remit with --to: tables in the place of JSON lines, as export makes them."""

import csv
import hashlib
import json
import stat
from pathlib import Path

import pytest

from contracts.people import TABLE_MAP
from contracts.people import table as people
from scrubjay.testing import generate
from stage import Command

MAIN = {"834": ("enroll", "enrollments"), "835": ("remit", "payment_claims")}
LINES = {"834": "enrollments.jsonl", "835": "remittances.jsonl"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Members and payments, some of them faulty, in several sets."""
    made = {}
    for kind in MAIN:
        made[kind] = tmp_path / f"file.{kind}"
        text = generate(kind, claims=400, faults=0.05, seed=11, sets=4)
        made[kind].write_bytes(b"".join(text))
    return made


def contents(folder: Path) -> dict[str, bytes]:
    """What is in a folder, by name, but for what says how long it took."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name != "run.json"}


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("kind", MAIN)
def test_tables_are_those_that_export_makes_of_the_lines(
    kind: str, form: str, scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    command, main = MAIN[kind]
    direct = scrubjay(command, files[kind], "--out", tmp_path / "t", "--to", form, "--json")
    lines = scrubjay(command, files[kind], "--out", tmp_path / "l", "--json")
    assert direct.code == lines.code
    rows = json.loads(direct.out)["tables"]
    assert rows[main] > 0
    scrubjay(
        *("export", tmp_path / "l", "--out", tmp_path / "e", "--table", ",".join(rows)),
        *("--to", form),
    )
    told, wanted = contents(tmp_path / "t"), contents(tmp_path / "l")
    for name in rows:
        assert told.pop(f"{name}.{form}") == (tmp_path / "e" / f"{name}.{form}").read_bytes()
    summary = json.loads(told.pop("summary.json"))
    assert summary == {
        **json.loads(wanted.pop("summary.json")),
        "tables": rows,
        "phi": "token",
        "schema_version": 1,
    }
    of_records = {LINES[kind], "sources.jsonl", "payments.jsonl", "provider-adjustments.jsonl"}
    of_records.add("provider-summaries.jsonl")
    assert told == {name: text for name, text in wanted.items() if name not in of_records}


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_any_number_of_threads_gives_the_same_bytes(
    form: str, scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    for kind, (command, _) in MAIN.items():
        made = []
        for threads in ("1", "2", "8"):
            out = tmp_path / f"{kind}-{threads}"
            scrubjay(command, files[kind], "--out", out, "--to", form, "--threads", threads)
            made.append(contents(out))
        assert made[0] == made[1] == made[2]


def test_run_json_lists_the_tables(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    scrubjay("enroll", files["834"], "--out", tmp_path / "t", "--to", "csv")
    inside = {each.name: each for each in (tmp_path / "t").iterdir()}
    assert {stat.S_IMODE(each.stat().st_mode) for each in inside.values()} == {0o600}
    told = json.loads(inside["run.json"].read_text())["outputs"]
    assert {each["file"] for each in told} == inside.keys() - {"run.json", "summary.json"}
    for each in told:
        text = inside[each["file"]].read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(text), hashlib.sha256(text).hexdigest())


def test_one_form_makes_way_for_another(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    given = ("enroll", files["834"], "--out", tmp_path / "o", "--force")
    for form, there in (("jsonl", "jsonl"), ("csv", "csv"), ("parquet", "parquet")) * 2:
        scrubjay(*given, "--to", form)
        assert [each.suffix for each in (tmp_path / "o").glob("enrollments.*")] == [f".{there}"]
    assert not list((tmp_path / "o").glob(".*"))


def test_members_of_a_table_are_tables(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_bytes(people())
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    given = ("--csv-map", tmp_path / "map.toml", "--out", tmp_path / "out")
    ended = scrubjay(
        *("enroll", tmp_path / "members.csv", *given),
        *("--to", "csv", "--phi", "keep", "--json"),
    )
    assert (ended.code, json.loads(ended.out)["tables"]["enrollments"]) == (1, 6)
    names = {each.name for each in (tmp_path / "out").iterdir()}
    assert {"quarantine.jsonl", "worklist.csv", "report.html", "coverages.csv"} <= names
    assert not {"enrollments.jsonl", "sources.jsonl"} & names
    with (tmp_path / "out/enrollments.csv").open(newline="") as file:
        assert {row["last"] for row in csv.DictReader(file)} >= {"SAMPLETON", "DEMOLEY"}


def test_a_name_that_could_be_a_formula_is_quoted(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("Id,Rel,Last,First\nA1,self,=1+1,@SUM\n")
    (tmp_path / "map.toml").write_text(
        'name = "m"\n[set]\n"source.action" = "replace"\n"event.action" = "audit"\n[fields]\n'
        '"member.subscriber_id" = "Id"\n"member.relationship" = "Rel"\n'
        '"member.last" = "Last"\n"member.first" = "First"\n'
    )
    given = ("--csv-map", tmp_path / "map.toml", "--out", tmp_path / "out", "--to", "csv")
    scrubjay("enroll", tmp_path / "m.csv", *given, "--phi", "keep")
    with (tmp_path / "out/enrollments.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["last"], row["first"]) == ("'=1+1", "'@SUM")


def test_what_does_not_go_together_is_told_and_leaves_nothing(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    given = ("remit", files["835"], "--out", tmp_path / "o", "--to", "parquet")
    for more in (("--match", files["834"]), ("--fee-schedule", files["834"])):
        ended = scrubjay(*given, *more)
        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert "leave --to out" in ended.err
    ended = scrubjay("enroll", files["834"], "--out", tmp_path / "o", "--phi", "keep")
    assert (ended.code, "--to parquet" in ended.err) == (2, True)
    ended = scrubjay("enroll", tmp_path / "none", "--out", tmp_path / "o", "--to", "csv")
    assert ended.code == 2
    assert not (tmp_path / "o").exists()
