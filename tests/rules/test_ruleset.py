"""Sets of rules, plain functions, and what their failures cost."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrubjay.rules import RULE_FAILED, Flag, Rule, RuleError, RuleSet, load, rule
from scrubjay.rules.fields import Claim


def native(name: str = "NATIVE", fix: str = "Do") -> Rule:
    @rule(name, severity="error", snip=3, status="A7:178", fix=fix, since="2026-01-01")
    def made(claim: Claim) -> Any:
        """Too much."""
        return claim.charge > 10

    return made


def plain(name: str, body: Any) -> Rule:
    def made(claim: Any) -> Any:
        """A plain function."""
        return body(claim)

    return rule(name, severity="warning", snip=7, native=False)(made)


def test_a_program_names_its_version_and_everything_decides_it() -> None:
    one, same, other = RuleSet([native()]), RuleSet([native()]), RuleSet([native(fix="Else")])
    assert one.version == same.version != other.version
    program = json.loads(one.program)
    assert program["version"] == one.version
    (described,) = program["rules"]
    assert described["table"] == "claim"
    assert described["since"] == 20_454
    assert described["evidence"] == [["field", 0, [], "charge"]]


def test_a_file_of_rules_is_named_as_python_is(tmp_path: Path) -> None:
    file = tmp_path / "rules.txt"
    file.touch()
    with pytest.raises(RuleError, match=r"its name ends in \.py"):
        load(file)


def test_ids_are_unique() -> None:
    with pytest.raises(RuleError, match=r"NATIVE is also the id of test_ruleset\.py"):
        RuleSet([native(), native()])


def test_plain_functions_are_called_with_the_model() -> None:
    def several(claim: Any) -> Any:
        yield "Say why"
        yield Flag("Line", line=2, field="line.note")
        yield {"message": "As a dict"}
        yield claim["late"]

    rules = RuleSet([native(), plain("SEVERAL", several), plain("QUIET", lambda _: None)])
    judge = rules.judge(dict)
    assert judge is not None
    found = judge([{"late": True}, {"late": False}])
    assert [row["message"] for row in found[0]] == ["Say why", "Line", "As a dict", None]
    assert len(found[1]) == 3
    assert found[0][1] == {"code": "SEVERAL", "message": "Line", "line": 2, "field": "line.note"}
    assert [row["id"] for row in json.loads(rules.program)["functions"]] == ["SEVERAL", "QUIET"]
    assert RuleSet([native()]).judge() is None


def test_a_failing_function_costs_its_own_verdict_only() -> None:
    broken = plain("BROKEN", lambda claim: claim["W000123456"])
    judge = RuleSet([broken, plain("WORKS", lambda _: True)]).judge(dict)
    assert judge is not None
    found = judge([{}, {}])
    assert [[row["code"] for row in rows] for rows in found] == [[RULE_FAILED, "WORKS"]] * 2
    assert found[0][0]["message"] == "Rule BROKEN failed with KeyError"
    assert judge.failures == {"BROKEN": 2}


def test_a_claim_that_fits_no_model_is_told_and_passed_over() -> None:
    def refuse(raw: dict[str, Any]) -> Any:
        raise ValueError(raw)

    judge = RuleSet([plain("ONE", lambda _: True)]).judge(refuse)
    assert judge is not None
    assert judge([{}])[0][0]["code"] == RULE_FAILED


def test_nonsense_is_a_failure_of_the_rule() -> None:
    judge = RuleSet([plain("NUMBER", lambda _: 5)]).judge(dict)
    assert judge is not None
    assert judge([{}])[0][0]["message"] == "Rule NUMBER failed with TypeError"


def test_a_flag_takes_the_number_of_a_line_as_the_model_has_it() -> None:
    rules = RuleSet([plain("HERE", lambda _: Flag("Line", line=Decimal(3)))])
    judge = rules.judge(dict)
    assert judge is not None
    ((found,),) = judge([{}])
    assert (found["line"], type(found["line"])) == (3, int)
