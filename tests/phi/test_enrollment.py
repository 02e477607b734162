"""Members whose every value is a canary: none sings in what may be shown, no number is kept."""

import csv
import io
from pathlib import Path

import pytest

from contracts.people import COLUMNS, PEOPLE, TABLE_MAP, rows
from stage import Command

SECRET = ("Last Name", "First", "Middle", "Home Phone", "E-Mail", "Street", "City", "Client No")


def sung(*, wrong: bool = False) -> bytes:
    """The people of the contract with canaries for values; `wrong`: and what nobody can read."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows()):
        cells = dict(zip(COLUMNS, row, strict=True))
        for name in SECRET:
            if cells[name]:
                cells[name] = f"KANARI{number:03d}{name[:2].upper()}"
        if wrong:
            cells |= {"DOB": "KANARI19", "Premium": "KANARI20", "Sex": "KANARI21"}
        writer.writerow(cells.values())
    return text.getvalue().encode()


@pytest.fixture(params=[False, True], ids=["right", "wrong"])
def members(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    (tmp_path / "members.csv").write_bytes(sung(wrong=request.param))
    return tmp_path / "members.csv"


def test_no_value_is_in_what_may_be_shown_and_no_number_anywhere(
    scrubjay: Command, members: Path, tmp_path: Path
) -> None:
    given = ("--csv-map", tmp_path / "map.toml")
    state, out = ("--state", tmp_path / "state.db"), tmp_path / "c"
    shown = [
        scrubjay("enroll", members, *given, "--out", tmp_path / "out"),
        scrubjay("reconcile", *state, tmp_path / "out/enrollments.jsonl"),
        scrubjay("reconcile", *state, members, *given, "--mode", "verify", "--out", out),
        scrubjay("reconcile", *state, "--loads", "--json"),
    ]
    silent = "".join(ended.out + ended.err for ended in shown)
    for name in ("out/quarantine.jsonl", "out/summary.json"):
        silent += (tmp_path / name).read_text()
    for name in ("quarantine.jsonl", "summary.json", "changes.jsonl"):
        silent += (out / name).read_text()
    assert "KANARI" not in silent
    written = [each for each in tmp_path.rglob("*") if each.is_file()]
    written = [each for each in written if each.name not in {"members.csv", "token.key"}]
    assert {"enrollments.jsonl", "state.db", "worklist.csv"} <= {each.name for each in written}
    for each in written:
        kept = each.read_bytes()
        for person in PEOPLE:
            assert not person["ssn"] or person["ssn"].encode() not in kept, each.name


def test_a_failure_names_no_value(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    (tmp_path / "members.csv").write_bytes(sung() + b'"KANARI,KANARI')
    ended = scrubjay(
        "enroll",
        tmp_path / "members.csv",
        "--csv-map",
        tmp_path / "map.toml",
        "--out",
        tmp_path / "o",
    )
    assert ended.code == 2
    assert "KANARI" not in ended.err
    (tmp_path / "x.jsonl").write_text('{"schema_version": 2, "KANARI": "KANARI"}\n')
    ended = scrubjay("reconcile", "--state", tmp_path / "s.db", tmp_path / "x.jsonl")
    assert ended.code == 2
    assert "line 1" in ended.err
