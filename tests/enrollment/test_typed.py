"""Members as models, whose source is read once, are what pydantic makes of whole records."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.people import TABLE_MAP
from contracts.people import table as people
from scrubjay.enrollment.recording import enroll
from scrubjay.enrollment.typed import enrollments
from scrubjay.models.enrollment import Enrollment
from scrubjay.models.row import Row
from scrubjay.sources import Origins
from scrubjay.testing import generate
from stage import Command


def whole(path: Path) -> list[Enrollment]:
    """The records as pydantic makes them, each of its whole line."""
    with path.open(encoding="utf-8") as file, Origins(str(path)) as origins:
        return [Enrollment.model_validate_json(origins.text(line)) for line in file]


def told(row: Row) -> object:
    """Names and values in their order, with the names that are told: equality leaves these out."""
    said = {name: within(value) for name, value in vars(row).items()}
    return row.model_fields_set, list(said.items())


def within(value: object) -> object:
    """The same of a value."""
    if isinstance(value, tuple):
        return [within(each) for each in value]
    return told(value) if isinstance(value, Row) else value


def agree(path: Path) -> int:
    """Both ways give the same; how many members there are."""
    ours, theirs = list(enrollments(str(path))), whole(path)
    assert ours == theirs
    assert list(map(told, ours)) == list(map(told, theirs))
    for each in ours:
        assert Enrollment.model_validate(each.model_dump()) == each
        assert Enrollment.model_validate_json(each.to_json()) == each
    assert [each.to_json() for each in ours] == [each.to_json() for each in theirs]
    return len(ours)


@pytest.mark.parametrize("seed", range(4))
def test_members_of_several_sets_have_their_own_sources(seed: int, tmp_path: Path) -> None:
    (tmp_path / "m.834").write_bytes(
        b"".join(generate("834", claims=200, faults=0.1, seed=seed, sets=5))
    )
    enroll(tmp_path / "m.834", tmp_path / "out")
    assert agree(tmp_path / "out/enrollments.jsonl") > 100


def test_members_of_a_table_have_their_rows(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_bytes(people())
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    given = ("--csv-map", tmp_path / "map.toml", "--out", tmp_path / "out")
    scrubjay("enroll", tmp_path / "members.csv", *given)
    assert agree(tmp_path / "out/enrollments.jsonl") == 6


def test_what_a_record_says_itself_goes_before_its_source(tmp_path: Path) -> None:
    enroll_one = tmp_path / "m.834"
    enroll_one.write_bytes(b"".join(generate("834", claims=6)))
    enroll(enroll_one, tmp_path / "out")
    path = tmp_path / "out/enrollments.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    with Origins(str(path)) as origins:
        lines[4] = origins.whole(lines[4])
    lines[2]["payer"] = {"name": "ANOTHER"}
    lines[0]["administrators"] = [{"name": "HELPER"}]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    assert agree(path) == len(lines)
    assert [each.payer and each.payer.name for each in enrollments(str(path))][2] == "ANOTHER"


def test_a_line_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.834").write_bytes(b"".join(generate("834", claims=3)))
    enroll(tmp_path / "m.834", tmp_path / "out")
    path = tmp_path / "out/enrollments.jsonl"
    path.write_text(path.read_text().replace('"index":1', '"index":1,"wheels":4'))
    with pytest.raises(ValidationError, match="wheels"):
        list(enrollments(str(path)))
