"""What is written down, and what is refused with its file and line."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrubjay.rules import Bool, RuleError, load, received, rule, today
from scrubjay.rules.fields import Claim, Line, Provider

CLAIM, LINE = Claim(0), Line(0)
ANY: Any = CLAIM


def test_comparisons_write_down_kind_and_scale() -> None:
    assert (CLAIM.charge > Decimal("0.01")).node == ["gt", ["field", 0, [], "charge"], ["money", 1]]
    assert (LINE.units == 2).node == ["eq", ["field", 0, [], "units"], ["number", 2000]]
    assert (LINE.service_from < dt.date(1970, 1, 11)).node[2] == ["date", 10]
    assert (CLAIM.frequency == "7").node == ["eq", ["field", 0, [], "frequency"], ["code", "7"]]
    assert (CLAIM.id == "A").node == ["in", ["field", 0, [], "id"], ["A"]]


def test_rows_above_and_below() -> None:
    assert LINE.claim.provider.npi.node == ["field", 0, ["claim", "provider"], "npi"]
    asked = CLAIM.lines.any(
        lambda line: line.adjudications.any(lambda paid: paid.paid > line.charge)
    )
    assert asked.node == [
        "any",
        ["rows", 0, [], "line"],
        [
            "any",
            ["rows", 1, [], "adjudication"],
            ["gt", ["field", 2, [], "paid"], ["field", 1, [], "charge"]],
        ],
    ]


def test_where_none_and_count() -> None:
    lines = CLAIM.lines.where(lambda line: line.charge > 0)
    assert lines.count().node[2] == ["gt", ["field", 1, [], "charge"], ["money", 0]]
    assert lines.none(lambda line: line.units > 1).node[0] == "not"
    assert lines.sum(lambda line: line.charge).kind == "money"
    assert CLAIM.lines.min(lambda line: line.service_from).kind == "date"


def test_and_is_flat_and_dates_reckon() -> None:
    asked = (CLAIM.charge > 0) & (CLAIM.charge < 5) & CLAIM.id.is_present()
    assert [part if isinstance(part, str) else part[0] for part in asked.node] == [
        "and",
        "gt",
        "lt",
        "not",
    ]
    assert (today() - 30).kind == "date"
    assert LINE.service_from.days_until(received()).kind == "number"


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (lambda: bool(CLAIM.charge > 0), "write & for and"),
        (lambda: CLAIM.charge > 0 and CLAIM.id.is_missing(), "write & for and"),
        (lambda: CLAIM.frequency in ("7", "8"), "write & for and"),
        (lambda: CLAIM.charge == "5", "money is an int or a Decimal"),
        (lambda: CLAIM.charge > 1.5, "money is an int or a Decimal"),
        (lambda: CLAIM.charge > Decimal("0.001"), "more decimals"),
        (lambda: CLAIM.charge > 10**17, "more than money holds"),
        (lambda: CLAIM.charge > Decimal("Infinity"), "more than money holds"),
        (lambda: CLAIM.charge == LINE.units, "money is not compared with number"),
        (lambda: CLAIM.charg, "did you mean charge"),
        (lambda: CLAIM.frequency == "123456789", "1 to 8 characters"),
        (lambda: CLAIM.id == "", "ask is_missing"),
        (lambda: CLAIM.id.matches("^A"), "unexpected `^`"),
        (lambda: CLAIM.id.matches(r"\w+"), "not part of this language"),
        (lambda: CLAIM.id.matches("(A"), "the pattern ends too soon"),
        (lambda: CLAIM.id.matches("A)"), "unexpected `)`"),
        (lambda: CLAIM.id.matches("[B-A]"), "reversed"),
        (lambda: CLAIM.id.passes("luhn"), "only npi"),
        (lambda: ANY.lines.any(lambda line: line.charge), "a statement is wanted, not money"),
        (lambda: ANY.lines.sum(lambda line: line.procedure), "sum"),
        (lambda: list(CLAIM.lines), "instead of a loop"),
        (lambda: LINE.service_from < "2026-01-01", "datetime.date"),
        (lambda: (ANY.charge > 0) & True, "a statement is wanted, not bool"),
        (lambda: LINE.repeats(LINE.procedure, within="provider"), "not directly above"),
        (lambda: setattr(CLAIM, "charge", 5), "does not change it"),
        (lambda: LINE.procedure in {"J1885", "J1100"}, "write .is_in(...)"),
        (lambda: len(LINE.procedure) > 3, "ask for .length"),
        (lambda: LINE.procedure[0] == "J", ".starts_with(...)"),
        (lambda: LINE.procedure.startswith("J"), "a code has no startswith; did you mean"),
        (lambda: LINE.service_from.year, "a date has no year"),
        (lambda: LINE.charge / LINE.units, "multiply the other side"),
    ],
)
def test_what_cannot_be_says_where_and_what_to_write(wrong: object, advice: str) -> None:
    with pytest.raises(RuleError) as caught:
        wrong()  # type: ignore[operator]
    assert advice in str(caught.value)
    assert str(caught.value).startswith("test_language.py:")


RULE = '''
from scrubjay.rules import rule

@rule("MINE", severity="error", snip=5, fix="Do")
def mine({parameters}):
    """Mine."""
    return {body}
'''


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            RULE.format(parameters="claim", body="claim.charg > 0"),
            "mine.py:7: there is no field claim.charg",
        ),
        (RULE.format(parameters="claim", body="1 / 0"), "mine.py:7: ZeroDivisionError"),
        (RULE.format(parameters="claim", body="None"), "mine.py:4: a rule returns the statement"),
        (RULE.format(parameters="invoice", body="True"), "mine.py:4: the first parameter is a row"),
        (
            RULE.format(parameters="claim, line", body="line.charge > 0"),
            "line does not stand above claim",
        ),
        (RULE.format(parameters="claim", body="again(claim)"), "above it, or import it"),
        (
            RULE.replace("fix=", "at='line.units', fix=").format(
                parameters="line", body="line.units > 5"
            ),
            "at gives fields: at=lambda line: line.units",
        ),
        (RULE[: RULE.index("def")] + "class Mine:\n    '' ''\n", "stands above a function"),
        (RULE.format(parameters="claim, days=9", body="claim.charge > days"), "put it behind a *"),
        ("def x(:\n", "mine.py:1: SyntaxError"),
        ("raise SystemExit(0)\n", "mine.py:1: SystemExit"),
        ("import nothing_like_this\n", "mine.py:1: ModuleNotFoundError"),
        ("x = 1\n", "mine.py: there is no rule in this file"),
        (
            RULE.replace('"error"', '"fatal"').format(parameters="claim", body="1"),
            "severity is error, warning or info",
        ),
        (
            RULE.replace('"MINE"', '"mine"').format(parameters="claim", body="1"),
            "an id is UPPER_SNAKE",
        ),
        (RULE.replace("snip=5", "snip=9").format(parameters="claim", body="1"), "snip is 1 to 7"),
        (
            RULE.replace("fix=", 'status="9:1", fix=').format(parameters="claim", body="1"),
            "a status is",
        ),
    ],
)
def test_a_file_of_rules_that_is_wrong_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(RuleError, match=r"mine\.py") as caught:
        load(path)
    assert message in str(caught.value)


SEVERAL = """from scrubjay.rules import rule

@rule(
    "ACME_bad",
    severity="fatal",
    snip=9,
    status="9:1",
    fix="Do",
    since="2026-13-01",
    tests=[
        {"expect": "fails", "claim": {}},
        {"expect": "fail", "claims": {}},
    ],
)
def acme_bad(line, claim, invoice):
    '''Bad.'''
    one = claim.charg > 5
    two = line.units == "x"
    three = claim.lnes.where(lambda o: o.charge > 1).count() > invoice.total * 2
    four = claim.charge.between(0.5, 1.5) and claim.id.matches("^A")
    five = claim.lines.any(lambda other: other.chrge > 1)
    if line.units > claim.charge:
        return one
    return one & two & three & four & five & later(line)


@rule("ACME_EARLY", severity="error", snip=5, fix="Do", transactions="PX", level="claim")
def acme_early(line):
    return later(line) & line.note.is_missing()


@rule("ACME_PLACE", severity="error", snip=5, fix="Do", transactions="PI", level="claim")
def acme_place(line):
    '''Place.'''
    return line.place_of_service == "11"


def later(line):
    return line.units > 5
"""


def test_all_that_is_wrong_in_one_rule_is_told_each_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(SEVERAL)
    with pytest.raises(RuleError) as caught:
        load(path)
    told = [str(caught.value), *caught.value.further]
    said = [line.removeprefix("mine.py:")[:44] for line in told]
    assert said == [
        "4: an id is UPPER_SNAKE, not 'ACME_bad'",
        "5: severity is error, warning or info, not '",
        "6: snip is 1 to 7",
        "7: a status is A7:562:85, not '9:1'",
        "9: a day is YYYY-MM-DD, not '2026-13-01'",
        "11: ACME_bad: a test expects pass, fail, byp",
        "12: 'claims' is not known here; did you mean",
        "3: invoice does not stand above line or clai",
        "17: there is no field claim.charg; did you m",
        "18: number is an int or a Decimal, not str",
        "19: there is no field claim.lnes; did you me",
        "20: money is an int or a Decimal, not float",
        "20: a rule is read once and has no values ye",
        "20: pattern '^A': unexpected `^`; write \\^ f",
        "21: there is no field line.chrge; did you me",
        "22: number is not compared with money",
        "22: a rule is read once and has no values ye",
        "27: a rule has a docstring: its page",
        "27: transactions are of PID",
        "29: NameError: name 'later' is not defined; ",
        "32: ACME_PLACE: an 837I has no line.place_of",
        "32: ACME_PLACE: a rule of a line has level l",
    ]
    assert "put what it uses above it" in told[-3]


def test_a_file_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        RULE.format(parameters="line, claim, provider", body="claim.charge < line.charge")
    )
    (mine,) = load(path)
    assert (mine.id, mine.table, mine.level, mine.title) == ("MINE", "line", "line", "Mine")
    assert mine.evidence == (["field", 0, ["claim"], "charge"], ["field", 0, [], "charge"])


def test_level_follows_from_the_row() -> None:
    def check(provider: Provider) -> Bool:
        """A check."""
        return provider.npi.is_missing()

    made = rule("CHECK", severity="info", snip=4)(check)
    assert (made.level, made.table) == ("claim", "provider")
    with pytest.raises(RuleError, match="has level claim"):
        rule("CHECK", severity="info", snip=4, level="line")(check)


def test_a_rule_is_for_claims_that_have_what_it_asks_for() -> None:
    def paid(claim: Claim) -> Bool:
        """Paid."""
        return (claim.patient_paid > 0) & claim.diagnoses.any(lambda each: each.code.is_in("in"))

    make = rule("PAID", severity="info", snip=7, transactions="PD")
    assert make(paid).transactions == "PD"
    with pytest.raises(RuleError, match=r"an 837I has no claim.patient_paid; take I out"):
        rule("PAID", severity="info", snip=7, transactions="PI")(paid)

    def measured(line: Line) -> Bool:
        """Measured."""
        return line.measurements.any()

    with pytest.raises(RuleError, match=r"an 837D has no measurement") as caught:
        rule("MEASURED", severity="info", snip=7, transactions="PD")(measured)
    assert f"test_language.py:{measured.__code__.co_firstlineno}" in str(caught.value)


def test_what_some_claims_lack_may_be_asked_for_where_something_stands_in_for_it() -> None:
    def late(claim: Claim) -> Bool:
        """Late."""
        last = claim.lines.max(lambda line: line.service_to.otherwise(line.service_from))
        return claim.statement_to.otherwise(last) > received()

    assert rule("LATE", severity="info", snip=7, transactions="PID")(late).transactions == "PID"

    def later(claim: Claim) -> Bool:
        """Later."""
        return claim.statement_to.otherwise(claim.treated_to) > received()

    assert rule("LATER", severity="info", snip=7, transactions="ID")(later).transactions == "ID"
    with pytest.raises(RuleError, match=r"an 837P has no claim\.treated_to"):
        rule("LATER", severity="info", snip=7, transactions="PID")(later)
