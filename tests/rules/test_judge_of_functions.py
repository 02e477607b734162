"""A plain function may raise or give what it likes: it loses its own verdict, and nothing else."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from properties.files import generated
from scrubjay.rules import RULE_FAILED, Flag, Judge, rule
from scrubjay.rules.rule import Rule
from stage import Command

RETURNED: list[Callable[[], Any]] = [
    lambda: Flag("m", line=-1),
    lambda: Flag("m", line=2**63),
    lambda: Flag("m", line=2**32),
    lambda: {"message": "m", "line": 10**30},
    lambda: Flag(5),  # type: ignore[arg-type]
    lambda: Flag("a\ud800b"),
    lambda: "a\ud800b",
    lambda: {"message": "m", "nothing": 1},
    lambda: 5,
]
RAISED = [asyncio.CancelledError, GeneratorExit, SystemExit, BaseException, RecursionError]


def made(function: Callable[[Any], Any]) -> Rule:
    function.__doc__ = "What it does."
    return rule("OWN", severity="warning", snip=7, fix="Nothing", native=False)(function)


def judged(function: Callable[[Any], Any]) -> list[dict[str, Any]]:
    (found,) = Judge([made(function)])([{"kind": "837P"}])
    return found


@pytest.mark.parametrize("returned", RETURNED)
def test_what_cannot_be_told_is_a_failure_of_the_rule(returned: Callable[[], Any]) -> None:
    def function(claim: Any) -> Any:
        del claim
        return returned()

    assert [row["code"] for row in judged(function)] == [RULE_FAILED]


@pytest.mark.parametrize("kind", RAISED)
def test_whatever_it_raises_is_a_failure_of_the_rule(kind: type[BaseException]) -> None:
    def function(claim: Any) -> Any:
        del claim
        raise kind("JANE DOE")

    def generator(claim: Any) -> Any:
        yield from ()
        function(claim)

    async def asking(claim: Any) -> Any:
        function(claim)

    for each in (function, generator, asking):
        (row,) = judged(each)
        assert row["code"] == RULE_FAILED
        assert "JANE" not in row["message"]


def test_an_interruption_ends_the_run() -> None:
    def function(claim: Any) -> Any:
        del claim
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(function)


RULES = """\
from asyncio import CancelledError
from scrubjay.rules import Flag, rule

@rule("OWN_CANCELLED", severity="warning", snip=7, fix="Nothing", native=False)
def cancelled(claim):
    \"\"\"It fails.\"\"\"
    raise CancelledError(claim.subscriber.last)

@rule("OWN_LINE", severity="warning", snip=7, fix="Nothing", native=False)
def line(claim):
    \"\"\"It has a line that is none.\"\"\"
    return Flag("m", line=10**30)

@rule("OWN_GOOD", severity="warning", snip=7, fix="Nothing", native=False)
def good(claim):
    \"\"\"It is a claim.\"\"\"
    return True
"""


def test_all_else_goes_on(scrubjay: Command, tmp_path: Path) -> None:
    source, rules, out = tmp_path / "claims.837", tmp_path / "own.py", tmp_path / "out"
    source.write_bytes(generated(3, faults=0.0))
    rules.write_text(RULES)
    ended = scrubjay("scrub", source, "--out", out, "--rules", rules)
    assert (ended.code, ended.err.count("Traceback")) == (0, 0)
    rows = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    codes = [row["code"] for row in rows if row["code"] in {RULE_FAILED, "OWN_GOOD"}]
    assert (codes.count(RULE_FAILED), codes.count("OWN_GOOD")) == (6, 3)
