"""The same people in by 834, table, workbook and service: the same records out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.people import COLUMNS, HELD, TABLE_MAP, edi, items, pages, rows, service_map, table
from contracts.service import Answer, serving
from enrollment.made import KEY
from enrollment.reader834 import read
from scrubjay.enrollment.identity import Tokens
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.recording import read_834
from scrubjay.enrollment.rest import Sync, read_service
from scrubjay.enrollment.tables import read_table
from workbooks import workbook

Reader = Callable[[Path, Maker], Iterator[Made]]


def by_834(folder: Path, maker: Maker) -> Iterator[Made]:
    file = folder / "members.834"
    file.write_bytes(edi())
    return read(file, maker)


def by_table(delimiter: str, encoding: str) -> Reader:
    def read_it(folder: Path, maker: Maker) -> Iterator[Made]:
        file = folder / "members.csv"
        file.write_bytes(table(delimiter, encoding))
        (folder / "map.toml").write_text(TABLE_MAP)
        return read_table(str(file), read_mapping(folder / "map.toml", "csv"), maker)

    return read_it


def by_workbook(folder: Path, maker: Maker) -> Iterator[Made]:
    path = workbook(folder / "members.xlsx", Sheet=[COLUMNS, *rows()])
    (folder / "map.toml").write_text(TABLE_MAP)
    return read_table(str(path), read_mapping(folder / "map.toml", "csv"), maker)


def by_service(folder: Path, maker: Maker) -> Iterator[Made]:
    with serving(*map(Answer, pages(items(), 3))) as service:
        paging = 'page = { by = "cursor", next = "/next" }'
        (folder / "map.toml").write_text(service_map(f"{service.url}/v1/people", paging))
        mapping = read_mapping(folder / "map.toml", "rest")
        yield from Sync(mapping, read_service(mapping), maker).members()


def by_engine(folder: Path, maker: Maker) -> Iterator[Made]:
    file = folder / "members.834"
    file.write_bytes(edi())
    return read_834(str(file), maker, within=str(folder))


SOURCES: dict[str, Reader] = {
    "834": by_834,
    "engine": by_engine,
    "csv": by_table(",", "utf-8"),
    "semicolons": by_table(";", "utf-16"),
    "tabs": by_table("\t", "cp1252"),
    "xlsx": by_workbook,
    "rest": by_service,
}


def said(made: Made) -> dict[str, Any] | None:
    """A record without its place in its source."""
    if made.record is None:
        return None
    kept = made.record.to_dict()
    source = kept.pop("source")
    return kept | {name: source[name] for name in ("reference", "date", "action", "index")}


def place(made: Made) -> int:
    """The ordinal of a member in its source."""
    told = made.record.source.index if made.record else made.reasons[0].index
    return -1 if told is None else told


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker(Tokens(KEY))


@pytest.fixture(scope="module")
def wanted(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    return list(by_834(tmp_path_factory.mktemp("wanted"), maker))


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_people_are_the_same_records(
    source: str, maker: Maker, wanted: list[Made], tmp_path: Path
) -> None:
    made = list(SOURCES[source](tmp_path, maker))
    assert len(made) == len(wanted)
    for one, other in zip(made, wanted, strict=True):
        assert said(one) == said(other)


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_people_are_held_for_the_same_reasons(
    source: str, maker: Maker, wanted: list[Made], tmp_path: Path
) -> None:
    def held(every: list[Made]) -> list[tuple[int, str | None, set[str]]]:
        return [
            (place(one), one.reasons[0].subscriber, _codes(one))
            for one in every
            if one.record is None
        ]

    told = held(sorted(SOURCES[source](tmp_path, maker), key=place))
    assert [codes for _, _, codes in held(wanted)] == [{code} for code in HELD]
    assert [each[:2] for each in told] == [each[:2] for each in held(wanted)]
    # Of an 834 the guide has its say, under codes of its own.
    guides = {"NAME_MISSING": "ELEMENT_REQUIRED"} if source == "engine" else {}
    assert [codes for _, _, codes in told] == [{guides.get(code, code)} for code in HELD]


def _codes(made: Made) -> set[str]:
    return {each.code for each in made.reasons if each.severity == "error"}


@pytest.mark.parametrize("source", SOURCES)
def test_no_number_of_a_person_is_in_a_record_or_a_reason(
    source: str, maker: Maker, tmp_path: Path
) -> None:
    for made in SOURCES[source](tmp_path, maker):
        text = (made.record.to_json() if made.record else "") + "".join(
            reason.model_dump_json() for reason in made.reasons
        )
        assert not any(number in text for number in ("9000100", "9000200", "00012000"))
