"""Records and the sources that they name: put together, taken apart, and where one is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from scrubjay.sources import NAME, Origins, Parting, SourceError, records

WHOLE: list[dict[str, Any]] = [
    {
        "schema_version": 2,
        "source": {"kind": "csv", "file": "m.csv", "action": "change", "index": index, "row": 2},
        "sponsor": {"id": sponsor},
        "event": {},
        "member": {"last": 'SAMPLE "ZOË"'},
    }
    for index, sponsor in enumerate(("1", "1", "2", "1"))
]


@pytest.fixture
def parted(tmp_path: Path) -> Path:
    """Records in a file, their sources beside it."""

    def line(name: str, text: str) -> None:
        with (tmp_path / name).open("a") as file:
            file.write(text + "\n")

    parting = Parting(line, "enrollments.jsonl")
    for each in WHOLE:
        parting.put(each)
    return tmp_path / "enrollments.jsonl"


def test_what_is_taken_apart_is_put_together(parted: Path) -> None:
    assert list(records(str(parted))) == WHOLE
    with Origins(str(parted)) as origins:
        assert [json.loads(origins.text(line)) for line in parted.read_text().splitlines()] == WHOLE


def test_a_source_is_told_once_until_it_is_another(parted: Path) -> None:
    sources = [json.loads(line) for line in (parted.parent / NAME).read_text().splitlines()]
    assert [each["sponsor"]["id"] for each in sources] == ["1", "2", "1"]
    assert [json.loads(line)["source"] for line in parted.read_text().splitlines()] == [0, 0, 1, 2]


def test_lines_in_another_order_find_their_sources(parted: Path) -> None:
    lines = parted.read_text().splitlines(keepends=True)
    parted.write_text("".join(reversed(lines)))
    assert list(records(str(parted))) == WHOLE[::-1]


def test_a_whole_line_needs_no_source(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(WHOLE[0]) + "\n")
    assert list(records(str(path))) == WHOLE[:1]
    with Origins(str(path)) as origins:
        assert json.loads(origins.text(path.read_text())) == WHOLE[0]


def test_a_payment_is_not_said_to_be_of_itself(tmp_path: Path) -> None:
    said = {"id": 0, "source": {"kind": "835"}, "payment": {"trace": "1"}}
    (tmp_path / NAME).write_text(json.dumps(said) + "\n")
    for name in ("payments", "remittances"):
        (tmp_path / f"{name}.jsonl").write_text('{"source":0,"trace":"1"}\n')
    (payment,) = records(str(tmp_path / "payments.jsonl"))
    (remittance,) = records(str(tmp_path / "remittances.jsonl"))
    assert "payment" not in payment
    assert remittance["payment"] == {"trace": "1"}


@pytest.mark.parametrize("sources", [None, "", "no\n", "[]\n"])
def test_a_source_that_is_missing_is_told(tmp_path: Path, sources: str | None) -> None:
    path = tmp_path / "enrollments.jsonl"
    path.write_text('{"source":0}\n')
    if sources is not None:
        (tmp_path / NAME).write_text(sources)
    with pytest.raises(SourceError, match="keep a run's files together"):
        list(records(str(path)))


@pytest.mark.parametrize(
    "sources",
    [
        '{"id":5,"source":{"kind":"834"}}\n',
        '{"id":1,"source":{}}\n{"id":0,"source":{}}\n',
        '{"id":0}\n',
        '{"id":0,"source":"x"}\n',
        '{"id":"0","source":{}}\n',
    ],
)
def test_no_record_is_said_to_be_of_another_source(tmp_path: Path, sources: str) -> None:
    path = tmp_path / "enrollments.jsonl"
    path.write_text('{"source":0,"index":0,"event":{}}\n')
    (tmp_path / NAME).write_text(sources)
    with pytest.raises(SourceError, match="no source 0"):
        list(records(str(path)))
    with Origins(str(path)) as origins, pytest.raises(SourceError, match="no source 0"):
        origins.text(path.read_text())


@pytest.mark.parametrize(
    "line", ["[]", "null", "", '{"source":0', '{"source":' + "9" * 5000 + "}", "\x00"]
)
def test_a_line_that_is_no_record_is_told_by_its_place(parted: Path, line: str) -> None:
    with parted.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(SourceError, match="no record after line 4; run it again"):
        list(records(str(parted)))


def test_a_number_below_nought_is_no_source(parted: Path) -> None:
    parted.write_text('{"source":-1,"index":0,"event":{}}\n')
    with pytest.raises(SourceError, match="no source -1"):
        list(records(str(parted)))
