"""Codes have words, each once, short, and for every code that we write ourselves."""

import re
from pathlib import Path

import pytest

from scrubjay import codes
from scrubjay.codes import TABLES, words

FOLDER = Path(codes.__file__).parent
ROOT = FOLDER.parents[2]
LONGEST = 70
KINDS = ("category", "status")


def sent() -> list[tuple[str, str, str]]:
    """The statuses that rules and findings send: category, status, entity."""
    sources = [*(ROOT / "src/scrubjay/rulebook").glob("*.py"), ROOT / "crates/x12/src/finding.rs"]
    text = "".join(path.read_text() for path in sources)
    found: list[tuple[str, str, str]] = re.findall(
        r"\b(A[0-9]):([0-9]{1,3})(?::([0-9A-Z]{2,3}))?\b", text
    )
    return found


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_codes_with_short_words(table: str) -> None:
    lines = (FOLDER / f"{table}.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert lines[0].startswith("# ")
    assert all(len(row) == 2 and re.fullmatch("[0-9A-Z]+", row[0]) for row in rows)
    assert len({code for code, _ in rows}) == len(rows)
    assert all(0 < len(meaning) <= LONGEST and meaning == meaning.strip() for _, meaning in rows)
    assert {code: words(table, code) for code, _ in rows} == dict(rows)


def test_every_table_is_named() -> None:
    assert {path.stem for path in FOLDER.glob("*.tsv")} == set(TABLES)


def test_a_code_that_nobody_knows_has_no_words() -> None:
    assert words("entity", "??") is None


def test_every_status_that_rules_and_findings_send_has_words() -> None:
    assert len(sent()) > 30
    for category, status, entity in sent():
        assert words("status_category", category)
        assert words("claim_status", status), status
        assert not entity or words("entity", entity), entity


def test_every_status_that_is_sent_is_in_force() -> None:
    lists = (ROOT / "crates/x12/guides/base/277CA.statuses").read_text().splitlines()
    rows = [line.split() for line in lists if line.startswith(("category", "status"))]
    codes_of = {
        name: [code for kind, *row in rows if kind == name for code in row] for name in KINDS
    }
    bounds = [[int(end) for end in code.split("-")] for code in codes_of["status"]]
    in_force = {number for ends in bounds for number in range(ends[0], ends[-1] + 1)}
    for category, status, _ in sent():
        assert category in codes_of["category"]
        assert int(status) in in_force, status


def test_every_code_of_a_999_that_the_guide_allows_has_words() -> None:
    guide = (ROOT / "crates/x12/guides/999-005010X231A1.guide").read_text()
    lists = dict(re.findall(r"^codes (\S+) (.*)$", guide, re.MULTILINE))
    segment = re.search(r"IK3 .*R=(\S+)$", guide, re.MULTILINE)
    element = re.search(r"IK4 .*R=(\S+) S$", guide, re.MULTILINE)
    assert segment is not None
    assert element is not None
    allowed = {
        "set_fault": lists["set-error"].split(),
        "group_fault": lists["group-error"].split(),
        "segment_fault": segment[1].split("|"),
        "element_fault": element[1].split("|"),
    }
    missing = [(t, code) for t, every in allowed.items() for code in every if not words(t, code)]
    assert missing == []
