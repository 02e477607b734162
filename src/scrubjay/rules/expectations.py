"""What a test beside a rule may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.rules.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OUTCOMES", "are_known", "are_tests"]

OUTCOMES = ("pass", "fail", "bypassed", "no_data")
_TEST = {"expect", "claim", "on", "tables", "answers", "why"}


def are_tests(name: str, tests: Iterable[dict[str, Any]], place: str) -> None:
    """RuleError where one of them is no test: ``{"expect": "fail", "claim": {...}}``."""
    for test in tests:
        if not isinstance(test, dict):
            raise RuleError(f'{name}: a test is {{"expect": "fail", "claim": {{...}}}}', place)
        are_known(test, _TEST, place)
        for part in ("claim", "tables", "answers"):
            if not isinstance(test.get(part, {}), dict):
                raise RuleError(f"{name}: {part} of a test is a table of names", place)
        if test.get("expect") not in OUTCOMES:
            raise RuleError(f"{name}: a test expects {', '.join(OUTCOMES)}", place)


def are_known(given: dict[str, Any], known: set[str], place: str) -> None:
    """RuleError where one of the names of `given` is none of `known`."""
    if other := sorted(set(given) - known):
        from difflib import get_close_matches

        near = get_close_matches(other[0], sorted(known), n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"
        raise RuleError(f"{other[0]!r} is not known here{hint}", place)
