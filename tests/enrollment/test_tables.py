"""Tables in every dress: what is read, what is refused in one line, what is held and why."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enrollment.made import LEAST, by_table, codes, maker
from scrubjay import workbook
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.tables import read_table
from scrubjay.errors import InputError, UsageError
from workbooks import patched
from workbooks import workbook as written

HEAD = "Id,Rel,Last,First"


def test_rows_have_the_line_that_they_begin_at(tmp_path: Path) -> None:
    made = by_table(tmp_path, LEAST, [HEAD, '1,self,"SAMPLE\nTON",ANN', "", "2,18,TEST,BEN"])
    records = [one.record for one in made]
    assert [one and (one.source.index, one.source.row) for one in records] == [(0, 2), (1, 5)]
    assert records[0] is not None
    assert records[0].source.sha256 is not None
    assert len(records[0].source.sha256) == 64
    assert records[0].member.is_subscriber is True


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8-sig", b""), ("cp1252", b""), ("utf-16", b"")]
)
def test_the_encoding_is_found_out(encoding: str, mark: bytes, tmp_path: Path) -> None:
    text = f"{HEAD}\n1,self,MÜSTER,ANN\n".encode(encoding)
    (made,) = by_table(tmp_path, LEAST, mark + text)
    assert made.record is not None
    assert made.record.member.last == "MÜSTER"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str, tmp_path: Path) -> None:
    lines = [HEAD.replace(",", delimiter), f"1{delimiter}self{delimiter}A,B;C{delimiter}ANN"]
    text = "\n".join(lines).replace("A,B;C", '"A,B;C"')
    (made,) = by_table(tmp_path, LEAST, text.encode())
    assert made.record is not None
    assert made.record.member.last == "A,B;C"


def test_what_does_not_fit_is_held_with_its_column_and_masked(tmp_path: Path) -> None:
    mapping = LEAST + '"member.birth_date" = "Born"\n"member.income.amount" = "Pay"\n'
    (made,) = by_table(tmp_path, mapping, [f"{HEAD},Born,Pay", "1,self,SAMPLE,ANN,31.4.99,plenty"])
    assert made.record is None
    assert codes(made) == ["DATE_INVALID", "AMOUNT_INVALID"]
    assert made.reasons[0].field == "member.birth_date (Born)"
    assert (made.reasons[0].value, made.reasons[1].value) == ("99.9.99", "AAAAAA")
    assert made.reasons[0].row == 2


def test_a_code_that_nobody_knows_is_kept_and_told(tmp_path: Path) -> None:
    mapping = LEAST + '"member.marital" = "Married"\n'
    (made,) = by_table(tmp_path, mapping, [f"{HEAD},Married", "1,self,SAMPLE,ANN,Q"])
    assert made.record is not None
    assert (made.record.member.marital, made.record.member.marital_code) == (None, "Q")
    assert codes(made) == ["CODE_UNKNOWN"]


def test_more_cells_than_the_header_has_hold_the_member(tmp_path: Path) -> None:
    made = by_table(tmp_path, LEAST, [HEAD, "1,self,SAMPLE,ANN,x", "2,self,SAMPLE,ANN,", "3,self"])
    assert [codes(one) for one in made] == [["VALUE_INVALID"], [], ["NAME_MISSING"]]


def test_a_number_that_is_the_own_social_security_number_is_not_kept(tmp_path: Path) -> None:
    mapping = LEAST + '"member.ssn" = "SSN"\n'
    rows = [
        "900-01-0001,self,SAMPLE,ANN,900010001",
        "900010001,child,SAMPLE,EVE,",
        "900010002,self,TEST,BEN,",
    ]
    made = by_table(tmp_path, mapping, [f"{HEAD},SSN", *rows])
    own, dependant, other = (one.record and one.record.member for one in made)
    assert own
    assert dependant
    assert other
    assert own.subscriber_id is None
    assert own.ssn_token == own.subscriber_ssn_token == dependant.subscriber_ssn_token
    assert dependant.subscriber_ssn_last4 == "0001"
    assert other.subscriber_id == "900010002", "nine digits alone are no social security number"


def test_columns_that_are_not_there_are_told_with_what_is_near(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no column 'First' in line 1.*did you mean 'Firstname'"):
        by_table(tmp_path, LEAST, ["Id,Rel,Last,Firstname", "1,self,SAMPLE,ANN"])
    with pytest.raises(UsageError, match="two columns are called 'Last'"):
        by_table(tmp_path, LEAST, ["Id,Rel,Last,First,Last", "1,self,SAMPLE,ANN,X"])


def test_a_quote_without_end_is_told_by_line_and_takes_no_memory(tmp_path: Path) -> None:
    lines = [HEAD, "1,self,SAMPLE,ANN", '2,self,"SAMPLE,BEN', *(["3,self,SAMPLE,CARA"] * 20_000)]
    with pytest.raises(InputError, match=r"members.csv line 3: .*mend the quotes"):
        by_table(tmp_path, LEAST, lines)


def test_bytes_of_another_encoding_far_down_are_told(tmp_path: Path) -> None:
    long = "SAMPLE" * 2000
    text = "\n".join([HEAD, *([f"1,self,{long},ANN"] * 100)]).encode() + b"\n1,self,M\xdcSTER,ANN"
    with pytest.raises(InputError, match=r"not utf-8; name the encoding in map\.toml"):
        by_table(tmp_path, LEAST, text)


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    mapping = f'{LEAST}\n[csv]\nheader = 3\ndelimiter = ";"\nencoding = "cp1252"\n'
    made = by_table(
        tmp_path, mapping, ["Members of 2026", "", HEAD.replace(",", ";"), "1;self;A;B"]
    )
    assert [one.record and one.record.source.row for one in made] == [4]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('delimiter = ";;"', "delimiter is one character"),
        ('encoding = "klingon"', "klingon is no encoding"),
        ('encoding = "rot13"', "rot13 is no encoding"),
        ("header = 0", "header is a number of 1 or more"),
        ('sheets = "x"', "sheets has no meaning in .csv.; did you mean sheet"),
    ],
)
def test_what_is_wrong_under_csv_is_told(said: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=fault):
        by_table(tmp_path, f"{LEAST}\n[csv]\n{said}\n", [HEAD])


def test_text_that_is_not_of_the_encoding_named_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not utf-16; name the encoding"):
        by_table(tmp_path, f'{LEAST}\n[csv]\nencoding = "utf-16"\n', [HEAD])


def test_a_workbook_has_days_and_numbers_of_its_own(tmp_path: Path) -> None:
    import datetime as dt

    written(
        tmp_path / "members.xlsx",
        Sheet=[],
        People=[
            ["Id", "Rel", "Last", "First", "Born", "Zip"],
            [4711, "self", "SAMPLE", "ANN", dt.datetime(1980, 2, 3), 10001.0],  # noqa: DTZ001
        ],
    )
    mapping = LEAST + '"member.birth_date" = "Born"\n"member.residence.zip" = "Zip"\n'
    (tmp_path / "map.toml").write_text(f'{mapping}\n[csv]\nsheet = "People"\n')
    told = read_mapping(tmp_path / "map.toml", "csv")
    (made,) = read_table(str(tmp_path / "members.xlsx"), told, maker())
    assert made.record is not None
    member = made.record.member
    assert (member.subscriber_id, member.birth_date) == ("4711", dt.date(1980, 2, 3))
    assert member.residence is not None
    assert member.residence.zip == "10001"
    assert made.record.source.kind == "xlsx"


def _book(folder: Path, *cells: Any) -> Path:
    rows: list[list[object]] = [["Id", "Rel", "Last", "First"], ["E1", "self", *cells]]
    written(folder / "members.xlsx", Sheet=[*rows, ["E2", "self", "SAMPLE", "BOB"]])
    (folder / "map.toml").write_text(LEAST)
    return folder / "members.xlsx"


@pytest.mark.parametrize("cell", ["#REF!", '=CONCAT("A","B")'])
def test_a_formula_without_a_value_holds_the_member(cell: str, tmp_path: Path) -> None:
    path = _book(tmp_path, cell, "ANN")
    held, made = read_table(str(path), read_mapping(tmp_path / "map.toml", "csv"), maker())
    assert codes(held) == ["VALUE_INVALID"]
    assert made.record


def test_rows_beyond_what_a_workbook_says_it_has_are_read(tmp_path: Path) -> None:
    path = _book(tmp_path, "SAMPLE", "ANN")
    patched(path, lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', sheet))
    told = read_mapping(tmp_path / "map.toml", "csv")
    assert len([made for made in read_table(str(path), told, maker()) if made.record]) == 2


_SHEET = "xl/worksheets/sheet1.xml"
_STRANGE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cut off": (_SHEET, lambda sheet: sheet[: len(sheet) // 2]),
    "a column beyond all": (_SHEET, lambda sheet: sheet.replace(b'"A2"', b'"ZZZZZ2"')),
    "an entity": (
        _SHEET,
        lambda sheet: b'<!DOCTYPE s [<!ENTITY a "' + b"x" * 99 + b'">]>' + sheet[: len(sheet) // 2],
    ),
    "no styles": ("xl/styles.xml", lambda _: b"<x"),
    "no sheet": ("xl/workbook.xml", lambda _: b"<x/>"),
}


@pytest.mark.parametrize("case", _STRANGE)
def test_a_strange_workbook_is_one_error(case: str, tmp_path: Path) -> None:
    path = _book(tmp_path, "SAMPLE", "ANN")
    part, change = _STRANGE[case]
    patched(path, change, part)
    told = read_mapping(tmp_path / "map.toml", "csv")
    with pytest.raises(InputError, match="save it as CSV"):
        list(read_table(str(path), told, maker()))


def test_a_workbook_that_unpacks_to_too_much_is_not_read(tmp_path: Path) -> None:
    path = _book(tmp_path, "SAMPLE", "ANN")
    patched(path, lambda _: bytes(workbook.AT_ONCE), "docProps/app.xml")
    told = read_mapping(tmp_path / "map.toml", "csv")
    with pytest.raises(InputError, match="it unpacks to 26"):
        list(read_table(str(path), told, maker()))


def test_what_is_no_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "members.xlsx").write_bytes(b"no workbook")
    (tmp_path / "map.toml").write_text(LEAST)
    told = read_mapping(tmp_path / "map.toml", "csv")
    with pytest.raises(InputError, match="not a workbook"):
        list(read_table(str(tmp_path / "members.xlsx"), told, maker()))


def test_a_record_keeps_what_the_mapping_keeps_raw(tmp_path: Path) -> None:
    mapping = f'extras = ["Note"]\n{LEAST}'
    (made,) = by_table(tmp_path, mapping, [f"{HEAD},Note,Other", "1,self,SAMPLE,ANN,by hand,lost"])
    assert made.record is not None
    assert [(each.place, each.values) for each in made.record.extras] == [("Note", ("by hand",))]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("123-45-6789", None),
        ("123456789", None),
        ("900-01-0001", None),
        ("900-70-0001", ("SSN_IS_TAX_NUMBER", "info")),
        ("000-12-3456", ("SSN_INVALID", "error")),
        ("666-12-3456", ("SSN_INVALID", "error")),
        ("123-00-4567", ("SSN_INVALID", "error")),
        ("123-45-0000", ("SSN_INVALID", "error")),
        ("12345678", ("SSN_INVALID", "error")),
        ("12-345-6789", ("SSN_INVALID", "error")),
        ("12345678x", ("SSN_INVALID", "error")),
    ],
)
def test_a_social_security_number_is_judged_and_only_its_end_is_kept(
    number: str, told: tuple[str, str] | None, tmp_path: Path
) -> None:
    mapping = LEAST + '"member.ssn" = "SSN"\n'
    (made,) = by_table(tmp_path, mapping, [f"{HEAD},SSN", f"1,self,SAMPLE,ANN,{number}"])
    assert [(each.code, each.severity) for each in made.reasons] == ([told] if told else [])
    if made.record is not None:
        assert number not in made.record.to_json()
        assert made.record.member.ssn_last4 == number[-4:]
