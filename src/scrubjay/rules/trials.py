"""Rules tried on claims: the tests beside them, and what each part of a rule came to on a claim."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal, InvalidOperation

from scrubjay.rules.errors import RuleError, Told
from scrubjay.rules.interpreter import NO_DATA, Interpreter, Tree
from scrubjay.rules.rows import TABLES, Above, Below, Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeVar

    S = TypeVar("S")

    from scrubjay.models import Claim
    from scrubjay.rules.interpreter import Logic, Table
    from scrubjay.rules.rule import Rule

__all__ = ["demand", "explained", "lanes", "outcome", "tried"]

_EPOCH = dt.date(1970, 1, 1)
_BASE: dict[str, Any] = {"provider": {"set": {}}, "subscriber": {}, "payer": {}}


def lanes(row: dict[str, Any], table: str = "claim") -> dict[str, Any]:
    """A nested row, values as people write them, as columns hold it: cents, thousandths, days."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        member = vars(TABLES[table]).get(name)
        if name == "kind":
            out[name] = value
        elif value is None:
            continue
        elif isinstance(member, Above):
            out[name] = lanes(_shaped(name, value, dict), member.table)
        elif isinstance(member, Below):
            rows = [_shaped(name, item, dict) for item in _shaped(name, value, list)]
            out[name] = [lanes(item, member.table) for item in rows]
        elif isinstance(member, Field):
            out[name] = lane(member.kind.kind, value)
        elif member is None:
            from difflib import get_close_matches

            near = get_close_matches(name, vars(TABLES[table]), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"a {table} has no {name}{hint}")
    return out


def _shaped(name: str, value: Any, shape: type[S]) -> S:
    if not isinstance(value, shape):
        of = "a table of values" if shape is dict else "a list"
        raise TypeError(f"{name} is {of}, not {value!r}")
    return value


def lane(kind: str, value: Any) -> Any:
    """One value as a column holds it."""
    if kind == "date":
        return (_day(value) - _EPOCH).days
    if kind in {"money", "number"}:
        try:
            return int(Decimal(str(value)) * (100 if kind == "money" else 1000))
        except InvalidOperation:
            raise ValueError(f"{value!r} is no number") from None
    return str(value)


def _day(value: Any) -> dt.date:
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"a day is YYYY-MM-DD, not {value!r}") from None


def outcome(rule: Rule, tree: Tree, judge: Interpreter) -> str:
    """What a rule comes to on a claim: fail on any row, else no_data, else pass, else bypassed."""
    states = judge.judge(rule, tree)
    if True in states:
        return "fail"
    if any(state is NO_DATA for state in states):
        return "no_data"
    return "pass" if False in states else "bypassed"


def tried(rule: Rule, today: dt.date | None = None) -> Iterator[str]:
    """What is wrong with the tests of a rule, a line each."""
    for number, test in enumerate(rule.tests, 1):
        claim = copy.deepcopy(_BASE)
        try:
            for name, value in test.get("claim", {}).items():
                base = claim.get(name)
                claim[name] = base | _shaped(name, value, dict) if base is not None else value
            tree = Tree(lanes(claim))
        except (RuleError, ValueError, AttributeError, TypeError) as error:
            yield f"{rule.id}, test {number}: this is no claim: {error}"
            continue
        silent = ""
        try:
            if rule.native:
                judge = _judge_of(test, today)
                found = outcome(rule, tree, judge)
                silent = _silent(rule, tree, judge)
            else:
                found = _called(rule, claim, test.get("answers", {}))
        except (RuleError, ValueError, TypeError) as error:
            yield f"{rule.id}, test {number}: {error}"
            continue
        if found != test["expect"]:
            said = f"{rule.id}, test {number}: {test['expect']} was expected, it is {found}"
            yield said + silent * (test["expect"] == "fail")


def _silent(rule: Rule, tree: Tree, judge: Interpreter) -> str:
    """Why a rule says nothing on a row of a claim, where that is for want of values."""
    if rule.expression is None or rule.table is None:
        return ""
    for at, row in enumerate(tree.rows.get(rule.table, []), 1):
        if judge.logic(rule.expression.node, [row]) is not None:
            continue
        asked = (field for field in _fields(rule.expression.node) if field[1] == 0)
        missing = [_said(field) for field in asked if judge.value(field, [row]) is None]
        if missing:
            names = ", ".join([*dict.fromkeys(missing)][:_MOST_SHOWN])
            return (
                f"; {rule.table} {at} is silent for want of {names}: what is asked of a missing "
                "value is not known, nor is its opposite, so ask if it is missing, too"
            )
    return ""


def _judge_of(test: dict[str, Any], today: dt.date | None) -> Interpreter:
    day = (_day(today or test.get("on") or dt.date.today()) - _EPOCH).days  # noqa: DTZ011
    given = {name: _shaped(name, rows, list) for name, rows in test.get("tables", {}).items()}
    tables = {name: _table(rows) for name, rows in given.items()}
    return Interpreter(day, day, duplicate=False, again=False, tables=tables)


def _called(rule: Rule, claim: dict[str, Any], answers: dict[str, Any]) -> str:
    """What a plain function comes to on a claim; services outside answer what `answers` says."""
    from scrubjay.rules.judge import RULE_FAILED, Judge
    from scrubjay.rules.lookups import NO_DATA as UNANSWERED
    from scrubjay.rules.lookups import Answering

    class Trying(Judge):
        """Says what an exception says, too: the claims of tests are invented."""

        def _failed(self, rule: Rule, error: BaseException) -> dict[str, Any]:
            row = super()._failed(rule, error)
            return row | {"message": f"{row['message']}{_where(rule, error)}: {error}"}

    made = _model(claim)
    (found,) = Trying([rule], lambda _: made, Answering(answers))([claim])
    codes = {row["code"]: row["message"] for row in found}
    if RULE_FAILED in codes:
        raise ValueError(codes[RULE_FAILED])
    return "fail" if rule.id in codes else "no_data" if UNANSWERED.id in codes else "pass"


def _where(rule: Rule, error: BaseException) -> str:
    """The line of the rule's own file at which it failed, if it did there."""
    from traceback import extract_tb

    file = rule.function.__code__.co_filename
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == file]
    return f" in line {lines[-1]}" if lines else ""


def _model(claim: dict[str, Any]) -> Claim:
    """The claim as plain functions get it; ValueError names the fields that are none of it."""
    import json

    from scrubjay.models import Claim

    own = claim | {"set": claim["provider"].get("set", {})}
    own["provider"] = {name: value for name, value in claim["provider"].items() if name != "set"}
    try:
        return Claim.model_validate_json(json.dumps(own, default=str))
    except ValueError as error:
        wrong = [".".join(map(str, each["loc"])) for each in getattr(error, "errors", list)()]
        raise ValueError(f"this is no claim: {', '.join(wrong)}") from None


def _table(rows: Sequence[Any]) -> Table:
    always: list[tuple[int, ...]] = [(-(2**31), 2**31 - 1, 0)]
    return {tuple(row) if isinstance(row, list) else str(row): always for row in rows}


def demand(rules: Iterable[Rule]) -> None:
    """RuleError unless each active rule has a test that fails, one that does not, and all hold."""
    told = Told()
    for rule in rules:
        if rule.state != "active":
            continue
        expected = {test["expect"] for test in rule.tests}
        with told:
            if "fail" not in expected or expected == {"fail"}:
                raise RuleError(
                    f"{rule.id} is active and needs a test that expects fail and one that does "
                    'not; or say state = "shadow"',
                    rule.at,
                )
        for wrong in tried(rule):
            with told:
                raise RuleError(wrong, rule.at)
    told.settle()


def explained(rule: Rule, tree: Tree, judge: Interpreter) -> Iterator[tuple[int, str]]:
    """The parts of a rule, each with what it came to, by their depth; values are not shown.

    For each row that the rule judges, those on which it fails first.
    """
    if rule.expression is None or rule.table is None:
        raise RuleError(f"{rule.id} is a plain function; it has no parts", rule.at)
    rows = tree.rows.get(rule.table, [])
    states = [judge.logic(rule.expression.node, [row]) for row in rows]
    order = sorted(range(len(rows)), key=lambda at: states[at] is not True)
    for at in order:
        yield 0, f"{rule.table} {at + 1}: {_word(states[at])}"
        yield from _parts(rule.expression.node, [rows[at]], judge, 1)


def _word(state: Logic) -> str:
    if state is NO_DATA:
        return "no_data"
    return "unknown" if state is None else "true" if state else "false"


def _parts(
    node: list[Any], rows: list[Any], judge: Interpreter, depth: int
) -> Iterator[tuple[int, str]]:
    name, *rest = node
    state = _word(judge.logic(node, rows))
    if name in {"and", "or", "not"}:
        yield depth, f"{state:<8} {name}"
        for part in rest:
            yield from _parts(part, rows, judge, depth + 1)
        return
    yield depth, f"{state:<8} {_said(node)}{_values(node, rows, judge)}"


def _values(node: list[Any], rows: list[Any], judge: Interpreter) -> str:
    """Whether the fields that a statement asks for are there, each masked."""
    shown = []
    for field in _fields(node):
        if field[1] >= len(rows):
            continue
        value = judge.value(field, rows)
        shown.append(f"{_said(field)} {'missing' if value is None else _masked(value)}")
    return f"   ({'; '.join(dict.fromkeys(shown))})" if shown else ""


def _masked(value: Any) -> str:
    """How long a text is and what it is made of; never what it says."""
    if isinstance(value, str):
        return "".join("9" if sign.isdigit() else "A" if sign.isalpha() else sign for sign in value)
    return "present"


def _fields(node: Any) -> Iterator[list[Any]]:
    if not isinstance(node, list):
        return
    if node[:1] == ["field"]:
        yield node
        return
    for part in node:
        yield from _fields(part)


_SIGNS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
_SIGNS |= {"add": "+", "sub": "-", "mul": "times"}
_MOST_SHOWN = 6


def _said(node: Any) -> str:  # noqa: C901, PLR0911, PLR0912 - a case each
    """A part of a rule as people read it."""
    if not isinstance(node, list):
        return str(node)
    name, *rest = node
    match name:
        case "field":
            return ("their " if rest[0] else "") + ".".join([*rest[1], rest[2]])
        case "in":
            items = ", ".join(map(str, rest[1][:_MOST_SHOWN]))
            return f"{_said(rest[0])} in {items}{' …' if len(rest[1]) > _MOST_SHOWN else ''}"
        case "code" | "money" | "number" | "date":
            return _constant(name, rest[0])
        case "missing":
            return f"{_said(rest[0])} missing"
        case "matches":
            return f"{_said(rest[0])} matches {rest[1]}"
        case "starts":
            return f"{_said(rest[0])} starts with {', '.join(rest[1])}"
        case "listed" | "paired":
            on = "" if rest[-1] is None else f" on {_said(rest[-1])}"
            return f"{' with '.join(_said(key) for key in rest[1:-1])} listed in {rest[0]}{on}"
        case "follows":
            return f"{_said(rest[3])} behind one of its pairs in {rest[0]}"
        case "past":
            return _sent(rest)
        case "duplicate":
            return "the same claim came before"
        case "orphan":
            return "none between the same parties was sent before"
        case "absent":
            return f"there is no {rest[1][-1]}" if rest[1] else "there is none"
        case "repeats":
            keys = ", ".join(_said(key) for key in rest[2])
            return f"an earlier one of the {rest[1]} has the same ({keys})"
        case "position":
            return f"{'their' if rest[0] else 'its'} place on the {rest[1]}"
        case "check":
            return f"{_said(rest[1])} passes {rest[0]}"
        case "true" | "false":
            return "always" if name == "true" else "never"
        case "keys":
            return ", ".join(_said(part) for part in rest)
        case "again":
            return f"came earlier in the file ({_said(rest[0])})"
        case "over":
            return f"{_said(rest[1])} above {rest[0]} of {_said(rest[2])}"
        case "any" | "all" | "count" | "sum" | "min" | "max":
            inside = ", ".join(_said(part) for part in rest[1:] if part is not None)
            return f"{name} of {rest[0][3]}({inside})"
        case "first_of":
            return f"{_said(rest[0])} otherwise {_said(rest[1])}"
        case _ if name in _SIGNS:
            return f"{_said(rest[0])} {_SIGNS[name]} {_said(rest[1])}"
    return f"{name}({', '.join(_said(part) for part in rest)})"


def _sent(rest: list[Any]) -> str:
    """What is asked of a list of the history: when, and what beside."""
    name, keys, since, until, *how = rest
    days = "".join(
        f" {word} {_said(day)}" for word, day in (("from", since), ("until", until)) if day
    )
    sent = f"sent before{days}, by the history's list {name} ({_said(keys)})"
    if len(how) > 1:
        return f"{_said(how[0])}, and what was {sent}, above {how[1]} of {_said(how[2])}"
    return sent if how[0] is None else f"{sent}, of the list {how[0]}"


def _constant(kind: str, value: Any) -> str:
    if kind == "date":
        return (_EPOCH + dt.timedelta(days=value)).isoformat()
    if kind in {"money", "number"}:
        return str(Decimal(value) / (100 if kind == "money" else 1000))
    return str(value)
