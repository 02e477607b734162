"""Every rule that was asked for is there, is the guide's, or says what it waits for."""

from collections.abc import Iterator
from pathlib import Path

from scrubjay.rulebook import shipped

ROOT = Path(__file__).parents[2]


def rows() -> Iterator[tuple[str, str, str, str]]:
    for line in Path(__file__).with_name("catalogue.tsv").read_text().splitlines():
        if not line.startswith("#"):
            row, by, which, note, *_ = *line.split("\t"), "", ""
            yield row, by, which, note


def test_every_row_is_answered_by_what_is_there_or_says_why_not() -> None:
    rules = {rule.id for rule in shipped()}
    findings = (ROOT / "docs/findings.md").read_text()
    seen = set()
    for row, by, which, note in rows():
        assert row not in seen
        seen.add(row)
        if by == "rule":
            assert which in rules, row
        elif by == "guide":
            assert f"## {which}\n" in findings, row
        else:
            assert by == "not", row
            assert note, row
    assert len(seen) == 215


def test_a_row_that_is_a_rule_by_its_own_name_says_so() -> None:
    rules = {rule.id for rule in shipped()}
    assert [row for row, by, *_ in rows() if row in rules and by != "rule"] == []
