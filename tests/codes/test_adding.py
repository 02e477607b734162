"""Files in publishers' layouts become tables; what they say of a code is found again."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrubjay.codes.adding import Added, add
from scrubjay.codes.file import EARLIEST, LATEST, CodeFile, Entry, Interval, write
from scrubjay.codes.layouts import EPOCH
from scrubjay.errors import InputError, UsageError
from scrubjay.testing import generate
from stage import Command

Make = Callable[..., tuple[Added, CodeFile]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Adds texts by file name; gives what was added, and the table."""

    def made(files: dict[str, str], **options: object) -> tuple[Added, CodeFile]:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="cp1252")
        paths = [str(tmp_path / name) for name in files]
        added = add(paths, folder=str(tmp_path / "codes"), **options)  # type: ignore[arg-type]
        return added, CodeFile(added.path)

    return made


def day(text: str) -> int:
    return (dt.date.fromisoformat(text) - EPOCH).days


def order(*rows: tuple[str, int]) -> str:
    return "".join(
        f"{number:05d} {code:<7} {flag} {'Short':<60} Long\n"
        for number, (code, flag) in enumerate(rows, 1)
    )


def test_order_files_of_two_years_are_one_table(make: Make) -> None:
    old = order(("A00", 0), ("A000", 1), ("M545", 1), ("S72001A", 1))
    new = order(("A00", 0), ("A000", 1), ("M54", 0), ("M5450", 1), ("S72001A", 1))
    added, table = make({"icd10cm-order-2021.txt": old, "icd10cm_order_2022.txt": new})
    assert (added.table, added.release, added.rejected) == ("icd10cm", "2022", ())
    assert table.intervals("A000") == [Interval(day("2020-10-01"), day("2022-09-30"), 0)]
    assert table.intervals("M545") == [Interval(day("2020-10-01"), day("2021-09-30"), 0)]
    assert table.intervals("M54", of="category")
    assert table.intervals("S72001", of="seventh")
    assert not table.intervals("A0000000")
    assert (table.header["from"], table.header["until"]) == (day("2020-10-01"), day("2022-09-30"))


def test_an_order_file_of_procedures_is_told_by_its_codes(make: Make) -> None:
    text = order(("001", 0), ("0016070", 1)) + "no row\n"
    added, table = make({"order.txt": text}, release="FY27", first=dt.date(2026, 10, 1))
    assert (added.table, added.release) == ("icd10pcs", "FY27")
    assert table.intervals("0016070") == [Interval(day("2026-10-01"), LATEST, 0)]
    assert added.rejected == (
        ("order.txt", 3, "no order number, code and flag in columns 1 to 15"),
    )


def hcpcs(code: str, kind: str, added: str = "", ended: str = "") -> str:
    row = [" "] * 320
    for at, text in ((0, code), (5, "00100"), (10, kind), (268, added), (284, ended)):
        row[at : at + len(text)] = text
    return "".join(row) + "\n"


def test_hcpcs_has_days_and_modifiers(make: Make) -> None:
    text = (
        "*** a preamble\n"
        + hcpcs("J1885", "3", "19900101")
        + hcpcs("J1885", "4")
        + hcpcs("J0001", "3", "19900101", "20251231")
        + hcpcs("   LT", "7", "19840101")
        + hcpcs("J0002", "3", "1990XX01")
    )
    added, table = make({"HCPC2026_ANWEB.txt": text})
    assert (added.table, added.release) == ("hcpcs", "2026")
    assert table.header["until"] == day("2026-12-31")
    assert table.intervals("J0001") == [Interval(day("1990-01-01"), day("2025-12-31"), 0)]
    assert table.intervals("LT", of="modifier")
    assert [line for _, line, _ in added.rejected] == [6]


PTP = """\
CPT only copyright\t\t\t\t\t
Column1/Column 2 Edits\t\t\t\t\t
Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tRationale
11102\t99213\t \t20190101\t*\t1\tany
11102\t11104\t \t20190101\t20240331\t0\tany
11102\t11105\t \t20190101\t20190101\t0\tnever
11102\t11106\t \t20190101\t*\t9\tgone
broken\t99213
"""


@pytest.mark.parametrize(("holds", "last"), [(True, "2024-03-31"), (False, "2024-03-30")])
def test_pairs_end_on_the_day_of_their_deletion_or_before(
    make: Make,
    holds: bool,  # noqa: FBT001 - a parameter of the test
    last: str,
) -> None:
    added, table = make({"ccipra-v320r0-f1.txt": PTP}, last_day_holds=holds)
    assert (added.table, added.release) == ("ptp", "v320")
    assert table.intervals("11102", "99213", of="1") == [Interval(day("2019-01-01"), LATEST, 0)]
    assert table.intervals("11102", "11104", of="0") == [Interval(day("2019-01-01"), day(last), 0)]
    assert not table.intervals("11102", "11105", of="0")
    assert not table.intervals("99213", "11102", of="1")
    assert table.intervals("11102", of="column_1")
    assert [line for _, line, _ in added.rejected] == [8]


def test_units_are_by_their_indicator_below_a_preamble(make: Make) -> None:
    text = (
        "Publication\nMore of it\n"
        '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,Rationale\n'
        '99213,1,3 Date of Service Edit: Clinical,"any, really"\n'
        "85025,2,2 Date of Service Edit: Policy,any\n"
        "0001U,x,1 Line Edit,any\n"
    )
    added, table = make({"MCR_MUE_2026Q1.csv": text}, first=dt.date(2026, 1, 1))
    assert (added.table, added.release) == ("mue", "2026Q1")
    assert table.intervals("99213", of="3") == [Interval(day("2026-01-01"), LATEST, 1)]
    assert table.intervals("85025", of="2")[0].value == 2
    assert len(added.rejected) == 1


def test_add_on_codes_and_their_primaries(make: Make) -> None:
    text = (
        "Add_On_Code,AOC_Edit_Type,Primary_Code,AOC_Del_Dt,Primary_Code_Del_Dt,AOC_Edit_Eff_Dt,"
        "AOC_Edit_Del_Dt,Special_Instruction_Notes\n"
        "99417,1,99215,,,2021001,,\n99417,2,CCCCC,,,2021001,2022365,\n9941,1,99215,,,2021001,,\n"
    )
    added, table = make({"AOC_V2026Q1-MCR.csv": text})
    assert added.table == "addon"
    assert table.intervals("99417", "99215", of="primary")[0].first == day("2021-01-01")
    assert table.intervals("99417", of="type_1")
    assert len(added.rejected) == 1


def test_providers_hold_from_their_enumeration_to_their_deactivation(make: Make) -> None:
    names = (
        "NPI,Entity Type Code,Replacement NPI,Provider Enumeration Date,NPI Deactivation Date,"
        "NPI Reactivation Date"
    )
    text = ",".join(f'"{name}"' for name in names.split(",")) + "\n"
    rows = [
        ("1457382905", "1", "", "05/23/2005", "", ""),
        ("1234567893", "2", "", "05/23/2005", "01/01/2026", ""),
        ("1987654328", "2", "", "05/23/2005", "01/01/2020", "02/01/2021"),
        ("1", "9", "", "", "", ""),
    ]
    text += "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    added, table = make({"npidata_pfile_20050523-20260201.csv": text})
    assert added.table == "nppes"
    assert table.intervals("1457382905") == [Interval(day("2005-05-23"), LATEST, 1)]
    assert table.intervals("1234567893") == [Interval(day("2005-05-23"), day("2025-12-31"), 2)]
    assert table.intervals("1987654328")[0].last == LATEST
    assert table.intervals("1234567893", of="group")
    assert len(added.rejected) == 1


def test_taxonomies_fees_statuses_places_and_exemptions(make: Make) -> None:
    nucc = (
        "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
        '207Q00000X,Allopathic,Family Medicine,,"a, b",,Family,Individual\n'
        "261Q00000X,Facilities,Clinic,,,,Clinic,Non-Individual\n"
    )
    _, table = make({"nucc_taxonomy_251.csv": nucc})
    assert table.intervals("207Q00000X", of="individual")
    assert table.intervals("261Q00000X", of="group")
    fees = (
        "2026 fee schedule,,,,,,,,\n,,,,,,,,\n"
        "HCPCS,MOD,DESCRIPTION,PCTC IND,GLOB DAYS,MULT PROC,BILAT SURG,ASST SURG,CO- SURG\n"
        "11402,,any,0,010,2,0,1,0\n71046,26,any,1,XXX,0,0,0,0\n"
    )
    _, table = make({"PPRRVU26_JAN.csv": fees})
    lists = {name for name in table.lists if table.intervals("11402", of=name)}
    assert lists >= {"global_010", "bilateral_0", "assistant_1", "cosurgeon_0", "pctc_0"}
    assert not table.intervals("71046")
    _, table = make({"addendum_b_2026.csv": "HCPCS Code,Short Descriptor,SI,APC\n27447,any,C,\n"})
    assert table.intervals("27447", of="c")
    pos = "Place of Service Code(s),Place of Service Name\n11,Office\n28-30,Unassigned\n"
    _, table = make({"pos.csv": pos})
    assert table.lists == {"": 1}
    exempt = "Order\tCode\tDescription\n1\tZ38.00\tSingle\n2\tB90.0\tSequelae\n"
    _, table = make({"POAexempt_FY26.txt": exempt})
    assert table.intervals("Z3800")


def test_plain_csv_has_codes_pairs_days_and_values(make: Make) -> None:
    text = "code,from,until,value\n70553,2026-01-01,,\nA0429,,2026-06-30,3\n,,,\nB,yesterday,,\n"
    added, table = make({"ours.csv": text}, table="ours")
    assert table.intervals("70553") == [Interval(day("2026-01-01"), LATEST, 0)]
    assert table.intervals("A0429") == [Interval(EARLIEST, day("2026-06-30"), 3)]
    assert len(added.rejected) == 1
    _, table = make({"pairs.csv": "code_1,code_2\n99999,70553\n"}, table="authorization_required")
    assert table.intervals("99999", "70553")
    assert not table.intervals("70553", "99999")


def test_what_is_in_no_layout_says_what_to_do(make: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its layout is not known; write it as CSV"):
        make({"any.txt": "nothing of interest\n"})
    with pytest.raises(InputError, match="check the path"):
        add([str(tmp_path / "nowhere.txt")])
    with pytest.raises(UsageError, match="not of one table"):
        make({"a-2026.txt": order(("A000", 1)), "b-2026.txt": order(("0016070", 1))})


def test_many_rows_are_sorted_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubjay.codes.file._MOST_AT_ONCE", 100)
    entries = [Entry((f"{7919 * at % 10_007:05d}",), "", at, at + 1) for at in range(2_000)]
    path = tmp_path / "many.codes"
    counts = write(path, {"table": "many"}, {"": 5}, [*entries, *entries])
    table = CodeFile(path)
    assert counts == {"": 2_000}
    assert all(
        table.intervals(*entry.codes) == [Interval(entry.first, entry.last, 0)] for entry in entries
    )
    assert [file.name for file in tmp_path.iterdir()] == ["many.codes"]


def test_a_file_that_is_cut_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "few.codes"
    write(path, {"table": "few"}, {"": 5}, [Entry(("A",)), Entry(("B",))])
    whole = path.read_bytes()
    for length in (0, 5, 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(UsageError, match="no file of codes"):
            CodeFile(path)


def test_the_command_adds_lists_and_looks_up(scrubjay: Command, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("code\n70553\n")
    folder = ("--folder", tmp_path / "codes")
    assert scrubjay("codes", "add", file, "--table", "ours", *folder).code == 0
    listed = json.loads(scrubjay("codes", "list", "--json", *folder).out)
    assert [(row["table"], row["rows"]) for row in listed["tables"]] == [("ours", {"": 1})]
    assert scrubjay("codes", "lookup", "ours", "70553", *folder).code == 0
    assert scrubjay("codes", "lookup", "ours", "70554", *folder).code == 1
    assert scrubjay("codes", "lookup", "other", "70554", *folder).code == 2
    shipped = scrubjay("codes", "lookup", "icd10cm", "E11.9", "--on", "2026-01-02")
    assert shipped.out.startswith("E119: icd10cm from 2015-10-01")


def test_a_table_that_is_nearly_one_that_rules_look_into_is_asked_about(
    scrubjay: Command, tmp_path: Path
) -> None:
    """Else the rule stays without data, and nobody hears why."""
    file = tmp_path / "ours.csv"
    file.write_text("code_1,code_2,from\n60054,20610,\n60054,20611,01/02/2026\n")
    folder = ("--folder", tmp_path / "codes")
    told = scrubjay("codes", "add", file, "--table", "autorization_required", *folder).err
    assert "ours.csv:3 is not taken: a day is CCYY-MM-DD and a value a number: 01/02/2026" in told
    assert "did you mean --table authorization_required?" in told
    assert "did you mean" not in scrubjay("codes", "add", file, "--table", "ours", *folder).err


def test_a_look_up_says_that_a_code_of_a_list_holds_no_more(
    scrubjay: Command, tmp_path: Path
) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("code,list,until\n70553,,2025-12-31\n70553,group,\n")
    folder = ("--folder", tmp_path / "codes")
    assert scrubjay("codes", "add", file, "--table", "ours", *folder).code == 0
    looked = scrubjay("codes", "lookup", "ours", "70553", "--on", "2026-02-01", *folder).out
    assert looked.splitlines() == [
        "70553: ours.group from ever until further notice",
        "70553 does not stand in ours on 2026-02-01",
    ]


TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
<version>2026</version>
<chapter><name>1</name>
<section id="D37-D48"><excludes1><note>unspecified behavior (D49.-)</note></excludes1>
<diag><name>D37</name><desc>One</desc></diag>
<diag><name>D38</name><desc>Two, left heart</desc></diag></section>
<section id="D3A-D3A"><diag><name>D3A</name><desc>Three</desc></diag></section>
<section id="D49-D49"><diag><name>D49</name><desc>Four</desc>
<excludes1><note>more (D37-D38, D49.1)</note>
<note>in words (D37 with fifth character 2)</note></excludes1>
<codeFirst><note>underlying neoplasm (D3A)</note></codeFirst>
<diag><name>D49.0</name><desc>Four, right eye</desc></diag>
<diag><name>D49.1</name><desc>Four, left eye</desc>
<sevenChrDef><extension char="A">initial</extension></sevenChrDef></diag></diag></section>
</chapter></ICD10CM.tabular>
"""


def test_the_notes_of_the_tabular_list_are_read_in_its_own_order(make: Make) -> None:
    """D3A stands behind D38 here and in no range of the letters; what is excluded is apart."""
    added, table = make({"icd10c-tabular.xml": TABULAR})
    assert (added.table, added.release, added.rejected) == ("icd10cm_notes", "2026", ())
    assert (table.header["from"], table.header["until"]) == (day("2025-10-01"), day("2026-09-30"))

    def apart(one: str, other: str) -> bool:
        sides = [table.intervals(*pair, of="excludes1") for pair in ((one, other), (other, one))]
        assert bool(sides[0]) is bool(sides[1])
        return bool(sides[0])

    assert apart("D37", "D49")
    assert apart("D38", "D49")
    assert apart("D490", "D491")
    assert not apart("D3A", "D49")
    assert not apart("D49", "D491")
    assert table.intervals("D490", of="caused")
    assert table.intervals("D49", "D3A", of="code_first")
    assert table.intervals("D490", of="right")
    assert table.intervals("D491XXA", of="left")
    assert not table.intervals("D38", of="left"), "the side of the heart is none"


def test_a_tabular_list_that_is_cut_short_is_told(make: Make) -> None:
    with pytest.raises(InputError, match="no row could be taken"):
        make({"icd10c-tabular.xml": TABULAR[:-40]})


def test_a_csv_of_a_spreadsheet_is_read_and_what_is_none_is_told(
    tmp_path: Path, scrubjay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRUBJAY_CODES", str(tmp_path / "codes"))
    path = tmp_path / "own.csv"

    def added(content: bytes, *more: str) -> str:
        path.write_bytes(content)
        ended = scrubjay("codes", "add", path, "--table", "own", *more)
        return ended.out + ended.err

    assert "1 codes" in added(b"\xef\xbb\xbfcode,from\r\n99213,2026-01-01\r\n")
    assert "): 2 in life\n" in added(b"code_1,code_2,list,value\nA,1,life,2\nA,2,life,3\n")
    assert "it ends before it begins" in added(b"code,from,until\n1,2026-02-01,2026-01-01\n2,,\n")
    assert "line 2: a day is CCYY-MM-DD" in added(b"code,from\n1,2026-02-30\n")
    path.write_text("code_1,code_2\nA,1\n")
    assert "say which table it is with --table" in scrubjay("codes", "add", path).err
    assert "it has none" in added(b"code\n")
    assert "this is a workbook or an archive" in added(b"PK\x03\x04rest")
    assert "of none" in added(b"code\n1\n", "--from", "2026-02-01", "--until", "2026-01-01")
    for name in ("../own", "a/b", "Own", ""):
        ended = scrubjay("codes", "add", path, "--table", name)
        assert ended.code == 2, name
    assert not (tmp_path / "own.codes").exists()


def test_who_brings_one_list_of_a_table_has_none_of_the_others(
    tmp_path: Path, scrubjay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is judged by what is there; of a table that says of whom it speaks nothing is."""
    monkeypatch.setenv("SCRUBJAY_CODES", str(tmp_path / "codes"))
    ids, filing, claims = (tmp_path / name for name in ("ids.csv", "filing.csv", "claims.837"))
    ids.write_text("code,list,value\n99903,most,4\n")
    filing.write_text("code_1,code_2\n99903,CI\n")
    claims.write_bytes(b"".join(generate("837P", claims=40)))
    assert scrubjay("codes", "add", ids, "--table", "member_ids").code == 0
    assert scrubjay("codes", "add", filing, "--table", "filing").code == 0
    out = tmp_path / "out"
    scrubjay("scrub", claims, "--out", out)
    no_data = json.loads((out / "summary.json").read_text())["no_data"]
    assert "member_ids" not in no_data
    assert no_data["filing"] > 0
    assert "MEMBER_ID_FORMAT" in (out / "findings.jsonl").read_text()


def test_a_look_up_says_of_which_days_a_release_speaks(scrubjay: Command) -> None:
    ended = scrubjay("codes", "lookup", "icd10cm", "e11.9", "--on", "2031-01-01")
    assert ended.code == 1
    assert "this release speaks of 2015-10-01 to" in ended.out
    assert scrubjay("codes", "lookup", "icd10cm", "e11.9", "--on", "2026-01-02").code == 0
    assert "has no list manifest" in scrubjay("codes", "lookup", "icd10cm.manifest", "E119").err


NPPES = (
    '"NPI","Entity Type Code","Replacement NPI","Provider Enumeration Date",'
    '"NPI Deactivation Date","NPI Reactivation Date"\n'
    '"1457382905","1","","05/23/2005","",""\n'
)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('"1234567893","2"', "it has fewer cells than there are headings"),
        ('"1234567893', "it has fewer cells than there are headings"),
        ('"123456789","2","","05/23/2005","",""', "no NPI of entity type 1 or 2"),
        ('"1234567893","2","","13/23/2005","",""', "a day: month must be in 1..12"),
        ('"' + "x" * 200_000 + '"', "no CSV: field larger than field limit"),
    ],
)
def test_a_row_that_is_cut_short_is_not_taken_for_one_without_days(
    make: Make, row: str, why: str
) -> None:
    added, table = make({"npidata_pfile.csv": NPPES + row + "\n"})
    assert table.intervals("1457382905")
    assert not table.intervals("1234567893")
    ((_, line, said),) = added.rejected
    assert (line, said[: len(why)]) == (3, why)


def test_what_no_table_holds_is_rejected_by_line(make: Make) -> None:
    added, _ = make({"a.csv": "code,value\nA,9999999999\nB,1\n"}, table="ours")
    assert added.rejected == (("a.csv", 2, "a value is at most 2147483647"),)
    pairs = PTP + '11102\t11107\t \t20190101\t*\t0"any\n'
    added, _ = make({"ccipra-v320r0-f1.txt": pairs})
    assert [line for _, line, _ in added.rejected] == [8, 9]
    text = "Add_On_Code,AOC_Edit_Type,Primary_Code,AOC_Edit_Eff_Dt,AOC_Edit_Del_Dt\n"
    added, _ = make({"AOC.csv": text + "99417,1,99215,2021001,\n99418,1,99215,2021366,\n"})
    assert [(line, why) for _, line, why in added.rejected] == [
        (3, "a day: a year has no such day"),
    ]


def test_rows_that_are_there_twice_or_overlap_hold_on_all_their_days(make: Make) -> None:
    text = (
        "code,from,until\nA,2026-01-01,2026-03-31\nA,2026-01-01,2026-03-31\n"
        "A,2026-03-01,2026-06-30\nA,2026-07-01,2026-12-31\nB,2026-01-01,2026-01-01\n"
    )
    _, table = make({"a.csv": text}, table="ours")
    for on, holds in (
        *(("2025-12-31", False), ("2026-01-01", True), ("2026-03-31", True), ("2026-04-01", True)),
        *(("2026-06-30", True), ("2026-07-01", True), ("2026-12-31", True), ("2027-01-01", False)),
    ):
        assert any(one.first <= day(on) <= one.last for one in table.intervals("A")) is holds, on
    assert [(one.first, one.last) for one in table.intervals("B")] == [(day("2026-01-01"),) * 2]
