"""The native half and the plain interpreter agree on random rules and random claims."""

import datetime as dt
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.differential import Maker, rule
from scrubjay import _native
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.rules import RuleSet
from scrubjay.rules.interpreter import Interpreter, Tree
from scrubjay.rules.trials import lanes
from scrubjay.testing import generate

EPOCH = dt.date(1970, 1, 1)
TODAY = dt.date(2026, 10, 1)
RULES, CLAIMS = 25, 12
# what synthetic claims are made of, so that random questions are answered both ways
VALUES: dict[str, list[Any]] = {
    "code": ["11", "21", "1", "18", "25", "ABK", "ABF", "I10", "E119", "99213", "80053", "LT"],
    "text": ["1234567893", "99901", "99905", "JUNE", "SYNTHETIC CLAIM FOR TESTING"],
    "money": [0, 3_000, 12_500, 18_500, 50_000],
    "number": [0, 1000, 2000, 3000, 30_000],
    "date": [(dt.date(2026, month, 15) - EPOCH).days for month in (6, 7, 8, 9)],
}


def read(document: bytes, program: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The claims of a file as the engine saw them, and what it found."""
    key = TokenKey.find()
    job = Job(command=Command.READ, as_of=TODAY, program=program)
    job = job.but(token_key=key.secret, token_key_id=key.id)
    reader = _native.Reader(document, job.to_json())
    rows = []
    while (some := reader.next(100)) is not None:
        rows += some
    return rows


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(0, 10_000))
def test_random_rules_find_the_same_in_claims_of_a_file(of_rules: int, of_claims: int) -> None:
    maker = Maker(of_rules, VALUES)
    tables = [maker.random.choice(["claim", "line", "diagnosis"]) for _ in range(RULES)]
    rules = [rule(at, table, maker.logic([table], 3)) for at, table in enumerate(tables)]
    document = b"".join(generate("837P", claims=CLAIMS, faults=0.4, seed=of_claims))
    judge = Interpreter((TODAY - EPOCH).days, (TODAY - EPOCH).days)
    for claim, findings in read(document, RuleSet(rules).program):
        claim["provider"]["set"] = claim.pop("set")
        tree = Tree(lanes(claim))
        for one in rules:
            expected = judge.judge(one, tree).count(True)
            found = sum(row["code"] == one.id for row in findings)
            assert found == expected, (json.dumps(one.describe()), claim["id"])
