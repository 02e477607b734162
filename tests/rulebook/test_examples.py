"""The shipped rules on their examples, as the language means them."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from scrubjay import models, rulebook
from scrubjay.rulebook import SUBJECTS, shipped
from scrubjay.rules.interpreter import Interpreter, Table, Tree
from scrubjay.rules.trials import explained


def _examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "examples", Path(__file__).with_name("examples.py")
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES = _examples()
RULES = {rule.id: rule for rule in shipped()}
TODAY = 20_514


def hit(rule: str, claim: dict[str, object], *, tables: bool = False) -> bool:
    held = EXAMPLES.CODES if tables else {}
    seen = claim["id"] == "SEEN"
    again = claim["id"] == "AGAIN"
    judge = Interpreter(TODAY, TODAY, duplicate=seen, orphan=seen, again=again, tables=held)
    return True in judge.judge(RULES[rule], Tree(EXAMPLES.lanes(claim)))


def test_every_rule_has_examples() -> None:
    assert set(EXAMPLES.EXAMPLES) == set(RULES)
    without = [rule for rule, (hits, misses) in EXAMPLES.EXAMPLES.items() if not hits or not misses]
    assert without == []


@pytest.mark.parametrize(("rule", "expected", "claim"), list(EXAMPLES.cases()))
def test_example(rule: str, expected: bool, claim: dict[str, object]) -> None:  # noqa: FBT001
    assert hit(rule, claim, tables=rule in EXAMPLES.OF_TABLES) is expected


def test_every_rule_is_explained_in_words() -> None:
    """Each on what it hits; no part of it is shown as the program has it."""
    shown = {}
    for rule, expected, claim in EXAMPLES.cases():
        if expected and rule not in shown:
            judge = Interpreter(TODAY, TODAY, duplicate=True, orphan=True, again=True)
            parts = explained(RULES[rule], Tree(EXAMPLES.lanes(claim)), judge)
            shown[rule] = [line for _, line in parts]
    assert set(shown) == set(RULES)
    odd = [line for lines in shown.values() for line in lines if re.search(r"[\[\]]", line)]
    assert [line for line in odd if "matches" not in line and "starts" not in line] == []
    assert any("the same claim came before" in line for line in shown["DUPLICATE_CLAIM"])
    assert any("above frequency.day of" in line for line in shown["FREQUENCY_EXCEEDED"])


@pytest.mark.parametrize("rule", sorted(EXAMPLES.OF_TABLES))
def test_a_rule_that_asks_for_a_table_never_hits_without_one(rule: str) -> None:
    asked = json.dumps(RULES[rule].describe())
    asks = ("listed" in asked or '"past"' in asked) and '"again"' not in asked
    cases = [claim for name, _, claim in EXAMPLES.cases() if name == rule]
    assert not asks or [claim for claim in cases if hit(rule, claim)] == []


@pytest.mark.parametrize("kind", list("PID"))
def test_a_clean_claim_is_clean(kind: str) -> None:
    of_kind = [
        rule
        for rule in RULES
        if kind in RULES[rule].transactions and rule not in EXAMPLES.OF_TABLES
    ]
    assert [rule for rule in of_kind if hit(rule, EXAMPLES.CLEANS[kind])] == []


def test_examples_have_what_their_kind_of_claim_has() -> None:
    for rule, _, claim in EXAMPLES.cases():
        models.Claim.model_validate_json(json.dumps(claim | {"provider": None}))
        assert {"837P": "P", "837I": "I", "837D": "D"}[claim.get("kind", "837P")] in RULES[
            rule
        ].transactions


def test_a_missing_table_is_no_data_and_a_table_decides() -> None:
    from scrubjay.rules.interpreter import NO_DATA

    tree = Tree(EXAMPLES.lanes(EXAMPLES.CLEAN))
    assert Interpreter(TODAY, TODAY).judge(RULES["INVALID_ICD10"], tree) == [NO_DATA, NO_DATA]
    table: dict[str, Table] = {
        "icd10cm": {"E119": [(0, TODAY)]},
        "icd10cm.category": {},
    }
    judged = Interpreter(TODAY, TODAY, tables=table).judge(RULES["INVALID_ICD10"], tree)
    assert judged == [False, True]


def test_the_native_tests_read_these_rules_and_examples() -> None:
    assert EXAMPLES.TARGET.read_text() == EXAMPLES.document(), (
        "run python -m rulebook.examples in tests"
    )


def test_every_file_of_the_rulebook_is_loaded() -> None:
    files = {path.stem for path in Path(rulebook.__file__).parent.glob("*.py")}
    assert files - {"__init__"} == set(SUBJECTS)
    assert list(SUBJECTS) == sorted(SUBJECTS)
