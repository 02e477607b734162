"""Decision tables as workbooks: what a sheet may have, and what of it is told."""

import datetime as dt
import re
from pathlib import Path

import pytest

from rules.test_analysts import rules
from scrubjay.errors import ScrubjayError
from scrubjay.rules import RuleError
from scrubjay.rules.loading import gather
from workbooks import patched, workbook


def test_a_workbook_says_what_a_csv_says(tmp_path: Path) -> None:
    """Numbers have their zeros again, days and yes are what they are in text, all sheets count."""
    heads: list[object] = ["Id", "payer", "code", "pos", "from", "deny", "message"]
    dates = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - as a workbook has it
    path = workbook(
        tmp_path / "edits.xlsx",
        First=[heads, ["a", "60054", 100, 2, dates, None, "x"], [None] * 7],
        Second=[heads, ["b", None, "J*", None, None, True, "y"]],
        Third=[],
    )
    text = "id,payer,code,pos,from,deny,message\na,60054,00100,02,2026-01-01,,x\nb,,J*,,,yes,y\n"
    (tmp_path / "edits.csv").write_text(text)
    ours, theirs = (gather([str(file)]).rules for file in (path, tmp_path / "edits.csv"))
    assert [rule.id for rule in ours] == ["EDITS_A", "EDITS_B"]
    assert [rule.describe() for rule in ours] == [rule.describe() for rule in theirs]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["99213", "few", "x", "1"], "edits.xlsx:Edits!B2: units_max is a number, not 'few'"),
        (["99215-99213", 1, "x", "1"], "edits.xlsx:Edits!A2: 99215-99213 is no range"),
        (["99213", None, "x", "1"], "edits.xlsx:Edits!2: EDITS_1: the row demands nothing"),
        (["99213", 1, "x", 590], "edits.xlsx:Edits!D2: payer is a number here"),
    ],
)
def test_what_is_wrong_in_a_workbook_is_told_with_its_sheet_and_cell(
    tmp_path: Path, row: list[object], said: str
) -> None:
    heads: list[object] = ["code", "units_max", "message", "payer"]
    path = workbook(tmp_path / "edits.xlsx", Edits=[heads, row])
    with pytest.raises(RuleError, match=re.escape(said)):
        rules(path)


def test_a_formula_that_was_never_worked_out_is_no_empty_cell(tmp_path: Path) -> None:
    """Else a rule of one payer would be a rule of all."""
    heads: list[object] = ["payer", "code", "deny", "message"]
    path = workbook(tmp_path / "edits.xlsx", Edits=[heads, ["=A9", "99213", "yes", "x"]])
    with pytest.raises(
        RuleError, match=r"edits\.xlsx:Edits!A2: a formula that was never worked out"
    ):
        rules(path)


def test_rows_and_columns_beyond_what_a_sheet_says_it_has_are_rules(tmp_path: Path) -> None:
    """Else half of a payer's edits would be judged, and nobody would hear of the others."""
    rows: list[list[object]] = [["payer", "code", "deny", "message"]]
    rows += [[payer, "99213", "yes", "x"] for payer in ("60054", "62308", "87726")]
    path = patched(
        workbook(tmp_path / "EDITS.XLSX", Edits=rows),
        lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:C2"', sheet),
    )
    assert [rule.id for rule in gather([str(path)]).rules] == ["EDITS_1", "EDITS_2", "EDITS_3"]


def test_a_sheet_that_is_cut_off_is_told(tmp_path: Path) -> None:
    heads: list[object] = ["payer", "code", "deny", "message"]
    path = workbook(tmp_path / "edits.xlsx", Edits=[heads, ["60054", "99213", "yes", "x"]])
    patched(path, lambda sheet: sheet[: len(sheet) // 2])
    with pytest.raises(ScrubjayError, match=r"edits\.xlsx: not a workbook"):
        gather([str(path)])


def test_a_workbook_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "edits.xlsx").write_text("no zip")
    with pytest.raises(ScrubjayError, match="not a workbook"):
        rules(tmp_path / "edits.xlsx")
