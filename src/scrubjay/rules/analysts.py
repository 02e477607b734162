"""Rules and overrides in TOML: `[[rule]]`, with tests beside it, and `[[override]]`.

::

    [[rule]]
    id = "ACME_TELEHEALTH"
    judges = "line"
    severity = "warning"
    snip = 7
    status = "A8:249"
    message = "A telehealth line is not at a telehealth place"
    fix = "Send place of service 02 or 10"
    scope = { payer = ["60054"] }
    when = { all = [{ field = "line.modifier_1", in = ["93", "95"] },
                    { field = "claim.place_of_service", not_in = ["02", "10"] }] }
    [[rule.test]]
    expect = "fail"
    claim = { place_of_service = "11", payer = { id = "60054" }, lines = [{ modifier_1 = "95" }] }
"""

from __future__ import annotations

import datetime as dt
import os
import re
from contextlib import contextmanager

from scrubjay.rules.conditions import condition, field_of
from scrubjay.rules.errors import RuleError, Told
from scrubjay.rules.expectations import are_known, are_tests
from scrubjay.rules.kinds import KINDS, lacks
from scrubjay.rules.rows import TABLES, fields_of
from scrubjay.rules.rule import STATES, STATUS, Rule
from scrubjay.rules.scopes import Scope
from scrubjay.severity import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from scrubjay.rules.expressions import Bool

__all__ = ["Override", "made", "read"]

_ID = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
_RULE = {
    *("id", "judges", "transactions", "severity", "snip", "status", "message", "fix", "source"),
    *("since", "until", "state", "scope", "when", "at", "test", "why"),
}
_OVERRIDE = {
    *("rule", "scope", "severity", "enabled", "message", "fix", "status", "parameters", "note"),
    *("since", "until"),
}
_EPOCH = dt.date(1970, 1, 1)


class Override:
    """What a file changes of a rule, for whom; never its id."""

    def __init__(self, given: dict[str, Any], place: str) -> None:
        are_known(given, _OVERRIDE, place)
        self.place = place
        self.rule = str(given.get("rule", ""))
        if not _ID.fullmatch(self.rule):
            raise RuleError('an override names its rule: rule = "TIMELY_FILING"', place)
        self.scope = Scope(given.get("scope", {}), place)
        self.parameters = dict(given.get("parameters", {}))
        self.changes: dict[str, Any] = {}
        if "severity" in given:
            self.changes["severity"] = severity(given["severity"], place)
        if "enabled" in given:
            self.changes["enabled"] = _flag(given, "enabled", place)
        if "message" in given:
            self.changes["title"] = str(given["message"]).rstrip(" .")
        if "status" in given:
            self.changes["status"] = status(given["status"], place)
        for name in ("fix", "since", "until"):
            if name in given:
                self.changes[name] = day(given[name], place) if name != "fix" else given[name]
        in_order(self.changes.get("since"), self.changes.get("until"), place)
        if not self.changes and not self.parameters:
            raise RuleError(f"this override of {self.rule} changes nothing", place)


def read(path: str) -> tuple[list[Rule], list[Override]]:
    """The rules and overrides of a TOML file; RuleError with the line of what is wrong."""
    import tomllib

    file = os.path.basename(path)
    try:
        with open(path, encoding="utf-8-sig") as lines:
            text = lines.read()
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        at = f"{file}:{found[1]}" if found else file
        raise RuleError(f"this is no TOML: {error}", at) from error
    except RecursionError:
        raise RuleError("this is no TOML: lists or tables too deep", file) from None
    except UnicodeDecodeError as error:
        raise RuleError("this file is not UTF-8; save it as UTF-8", file) from error
    except OSError as error:
        raise RuleError("this file cannot be read; check the path", file) from error
    are_known(given, {"rule", "override"}, file)
    places = {name: _places(text, name, file) for name in ("rule", "override")}
    told, written = Told(), text.splitlines()
    rules: list[Rule] = []
    overrides: list[Override] = []
    for row in given.get("rule", []):
        with told, _nearer(next(places["rule"], file), written) as place:
            rules.append(_written(row, place))
    for row in given.get("override", []):
        with told, _nearer(next(places["override"], file), written) as place:
            overrides.append(Override(row, place))
    told.settle()
    if not rules and not overrides:
        raise RuleError("there is neither a [[rule]] nor an [[override]] in this file", file)
    return rules, overrides


def _places(text: str, name: str, file: str) -> Iterator[str]:
    """Where each table of an array begins: ``my_rules.toml:12``."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line):
            yield f"{file}:{number}"


@contextmanager
def _nearer(place: str, lines: Sequence[str]) -> Iterator[str]:
    """What is wrong with the rule that begins at `place` is told with its own line, if that shows.

    It shows by a field that is named, or else by what stands between quotes.
    """
    try:
        yield place
    except RuleError as error:
        told = Told()
        for each in error.all:
            with told:
                raise _relocated(each, place, lines) from error
        told.settle()


def _relocated(error: RuleError, place: str, lines: Sequence[str]) -> RuleError:
    """The error with its own line, or as it is."""
    file, _, first = place.rpartition(":")
    paths = re.findall(r"\b[a-z_]+\.[a-z_][\w.]*", error.said)
    words = paths[:1] or re.findall(r"'([^']+)'", error.said)
    named = "|".join(map(re.escape, words))
    if not named or not first.isdecimal() or not str(error).startswith(f"{place}: "):
        return _alone(error)
    for number, line in enumerate(lines[int(first) - 1 :], int(first)):
        if number > int(first) and re.match(r"\s*\[\[\s*(rule|override)\s*\]\]", line):
            break
        if re.search(rf"[\"'.]({named})[\"']|^\s*({named})\s*=", line):
            return RuleError(error.said, f"{file}:{number}")
    return _alone(error)


def _alone(error: RuleError) -> RuleError:
    error.rest = ()
    return error


def _written(given: dict[str, Any], place: str) -> Rule:
    told = Told()
    with told:
        are_known(given, _RULE, place)
    name = str(given.get("id", ""))
    with told:
        if not _ID.fullmatch(name):
            raise RuleError(f"an id is UPPER_SNAKE, not {name!r}", place)
    table = str(given.get("judges", "line"))
    with told:
        if table not in TABLES:
            raise RuleError(f"there are no rows {table!r}; there are {', '.join(TABLES)}", place)
    with told:
        if "when" not in given:
            raise RuleError(f"{name} says of no claim that it is wrong; add a [rule.when]", place)
    with told:
        are_tests(name, given.get("test", []), place)
    asked, expression, at = None, None, []
    if table in TABLES and "when" in given:
        row = TABLES[table](0)
        with told:
            asked = condition(given["when"], {table: row}, place)
        with told:
            inside = Scope(given.get("scope", {}), place).inside(row)
            expression = asked if inside is None or asked is None else inside & asked
        for path in _texts(given.get("at")):
            with told:
                at.append(field_of(path, {table: row}, place).node)
    with told:
        rule = made(
            name,
            expression,
            {
                "title": given.get("message"),
                "severity": given.get("severity", "warning"),
                "snip": given.get("snip", 7),
                "status": given.get("status"),
                "transactions": given.get("transactions", "P"),
                "source": given.get("source", ""),
                "fix": given.get("fix", ""),
                "since": given.get("since"),
                "until": given.get("until"),
                "state": given.get("state"),
                "page": given.get("why"),
                "tests": given.get("test", []),
            },
            table=table,
            at=at or ([] if asked is None else fields_of(asked)),
            place=place,
        )
    told.settle()
    return rule


def made(
    name: str,
    expression: Bool | None,
    facts: dict[str, Any],
    *,
    table: str,
    at: list[Any],
    place: str,
) -> Rule:
    """A rule of what a file says of it, checked; what is missing is said with its place.

    Without an expression, since that was refused, what else is wrong is told.
    """
    title = str(facts["title"] or "").strip().rstrip(".")
    transactions, state = facts["transactions"], facts["state"]
    said: dict[str, Any] = {}
    told = Told()

    def demand(holds: object, what: str) -> None:
        with told:
            if not holds:
                raise RuleError(f"{name}: {what}", place)

    demand(title, "a rule has a message that people read")
    kinds = set(transactions) <= set(KINDS) and bool(transactions)
    demand(kinds, f"transactions are of {''.join(KINDS)}")
    demand(facts["snip"] in range(1, 8), "snip is 1 to 7")
    demand(state in {None, *STATES}, f"a state is {', '.join(STATES)}, not {state!r}")
    if (
        kinds
        and expression is not None
        and (lacking := lacks(table, expression.node, transactions))
    ):
        demand(None, f"an {KINDS[lacking[0]]} has no {lacking[1]}")
    checks = (("since", day), ("until", day), ("severity", severity), ("status", _status))
    for fact, check in checks:
        with told:
            said[fact] = check(facts[fact], place)
    with told:
        in_order(said.get("since"), said.get("until"), place)
    told.settle()
    own_line = table == "line" or (table in TABLES and TABLES[table]._above == ("line",))  # noqa: SLF001 - its own kin
    return Rule(
        id=name,
        title=title,
        snip=facts["snip"],
        level="line" if own_line else "claim",
        transactions=transactions,
        source=str(facts["source"]),
        fix=str(facts["fix"]).rstrip("."),
        at=place,
        function=_of_a_file,
        state=state or "active",
        stated=state is not None,
        tests=tuple(facts["tests"]),
        table=table,
        expression=expression,
        evidence=tuple(at),
        page="\n\n".join([title, *([str(facts["page"])] if facts.get("page") else [])]),
        **said,
    )


def _status(value: Any, place: str) -> str | None:
    return None if value is None else status(value, place)


def _of_a_file() -> None:
    """Stands for the function that a rule of a file has not."""


def severity(value: Any, place: str) -> Severity:
    """A severity by its name."""
    try:
        return Severity(value)
    except ValueError:
        raise RuleError(f"severity is error, warning or info, not {value!r}", place) from None


def status(value: Any, place: str) -> str:
    """A status of the 277CA."""
    if not isinstance(value, str) or not STATUS.fullmatch(value):
        raise RuleError(f"a status is A7:562:85, not {value!r}", place)
    return value


def day(value: Any, place: str) -> dt.date | None:
    """A day, as TOML has it or as text."""
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise RuleError(f"a day is YYYY-MM-DD, not {value!r}", place) from None


def in_order(first: dt.date | None, last: dt.date | None, place: str) -> None:
    """RuleError where days end before they begin."""
    if first and last and first > last:
        raise RuleError(f"it holds from {first} until {last}, so never", place)


def _flag(given: dict[str, Any], name: str, place: str) -> bool:
    if not isinstance(given[name], bool):
        raise RuleError(f"{name} is true or false", place)
    return bool(given[name])


def _texts(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
