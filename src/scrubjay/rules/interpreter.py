"""What the language means, in plain Python: one claim at a time, slowly.

The native half must agree with this; a test holds the two together on random claims and rules. It
also lets a rule be tried on a nested claim without the native half.
"""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scrubjay.rules import fields  # noqa: F401 - its classes are the tables
from scrubjay.rules.rows import TABLES, Above, Below, Field
from scrubjay.rules.rule import Rule

__all__ = ["NO_DATA", "Interpreter", "Node", "Tree"]


class _NoData:
    """A look-up in a table that is not there."""

    def __repr__(self) -> str:
        return "NO_DATA"


NO_DATA = _NoData()
Logic: TypeAlias = bool | _NoData | None
"""True, False, None (unknown), or unchecked."""

Table: TypeAlias = Mapping[str | tuple[str, str], list[tuple[int, ...]]]
"""A code table: for each code, or pair of codes, first day, last day, and a value if it has one."""

_EPOCH = dt.date(1970, 1, 1)
_ALWAYS = (-(2**31), 2**31 - 1)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@dataclass(eq=False)
class Node:
    """A row of a claim with its rows above and below."""

    table: str
    values: dict[str, Any]
    above: dict[str, "Node"] = field(default_factory=dict)
    below: dict[str, list["Node"]] = field(default_factory=dict)


class Tree:
    """A nested claim (values as the columns hold them: cents, thousandths, days) as rows."""

    def __init__(self, claim: Mapping[str, Any]) -> None:
        self.rows: dict[str, list[Node]] = {}
        provider, subscriber = self._row("provider", claim), self._row("subscriber", claim)
        payer = self._row("payer", claim)
        subscriber.above["provider"] = provider
        payer.above["subscriber"] = subscriber
        self.claim = self._build("claim", claim)
        self.claim.above |= {"provider": provider, "subscriber": subscriber, "payer": payer}
        if "patient" in claim:
            self.claim.above["patient"] = self._row("patient", claim)
            self.claim.above["patient"].above["subscriber"] = subscriber

    def _row(self, table: str, claim: Mapping[str, Any]) -> Node:
        return self._build(table, claim.get(table, {}))

    def _build(self, table: str, raw: Mapping[str, Any]) -> Node:
        members = vars(TABLES[table])
        values = {key: value for key, value in raw.items() if isinstance(members.get(key), Field)}
        node = Node(table, values)
        self.rows.setdefault(table, []).append(node)
        for key, value in raw.items():
            member = members.get(key)
            if isinstance(member, Below):
                node.below[member.table] = [self._build(member.table, item) for item in value]
                for child in node.below[member.table]:
                    child.above[table] = node
            elif isinstance(member, Above) and member.table == "set":
                node.above["set"] = self._build("set", value)
        return node


@dataclass
class Interpreter:
    """Judges rules on one claim."""

    as_of: int
    received: int
    duplicate: bool | None = None
    orphan: bool | None = None
    """No claim between the same parties was sent before; None without a history."""
    again: bool | None = None
    """The claim came earlier in the file; None where nobody looked."""
    tables: Mapping[str, Table] = field(default_factory=dict)

    def judge(self, rule: Rule, tree: Tree) -> list[Logic]:
        """The outcome on every row that the rule judges: True is a hit."""
        if rule.expression is None or rule.table is None:
            raise TypeError(f"{rule.id} is a plain function")
        return [self.logic(rule.expression.node, [row]) for row in tree.rows.get(rule.table, [])]

    def logic(self, node: list[Any], rows: list[Node]) -> Logic:  # noqa: C901, PLR0911, PLR0912 - a case each
        """The state of a statement."""
        name, *rest = node
        match name:
            case "true" | "false":
                return bool(name == "true")
            case "and":
                return _join([self.logic(part, rows) for part in rest], strong=False)
            case "or":
                return _join([self.logic(part, rows) for part in rest], strong=True)
            case "not":
                state = self.logic(rest[0], rows)
                return (not state) if isinstance(state, bool) else state
            case "missing":
                value = self.value(rest[0], rows)
                return NO_DATA if value is NO_DATA else value is None
            case "absent":
                return self._reach(rows, *rest) is None
            case "duplicate" | "orphan":
                told = self.duplicate if name == "duplicate" else self.orphan
                return NO_DATA if told is None else told
            case "again":
                return NO_DATA if self.again is None else self.again
            case "past":
                return self._past(rest, rows)
            case "any" | "all":
                states = [
                    self.logic(rest[1], [*rows, row]) for row in self._children(rest[0], rows)
                ]
                return _join(states, strong=name == "any")
            case "repeats":
                return self._repeats(rest[0], rest[1], rest[2], rows)
            case "follows":
                return self._follows(rest, rows)
            case "listed" | "paired":
                return self._listed(rest[0], rest[1:-1], rest[-1], None, rows)
            case "over":
                return self._listed(rest[0], rest[2:3], rest[3], rest[1], rows)
            case _:
                return self._test(name, rest, rows)

    def _test(self, name: str, rest: list[Any], rows: list[Node]) -> Logic:  # noqa: PLR0911 - likewise
        """Statements that ask for values which all must be there."""
        plain = {"in": 1, "matches": 1, "starts": 1}
        if name == "check":
            rest = [rest[1]]
        asked = rest[: plain.get(name, len(rest))]
        values = [self.value(part, rows) for part in asked]
        if any(value is NO_DATA for value in values):
            return NO_DATA
        if any(value is None for value in values):
            return None
        match name:
            case "in":
                return values[0] in rest[1]
            case "matches":
                return re.fullmatch(rest[1], values[0], re.ASCII | re.DOTALL) is not None
            case "starts":
                return values[0].startswith(tuple(rest[1]))  # type: ignore[no-any-return]
            case "check":
                return _npi(values[0])
        return bool(_COMPARE[name](*values))

    def value(self, node: list[Any], rows: list[Node]) -> Any:  # noqa: PLR0911 - likewise
        """A value; None where it is missing."""
        name, *rest = node
        match name:
            case "field":
                row = self._reach(rows, rest[0], rest[1])
                return None if row is None else row.values.get(rest[2])
            case "code" | "money" | "number" | "date":
                return rest[0]
            case "as_of":
                return self.as_of
            case "received":
                return self.received
            case "first_of":
                first = self.value(rest[0], rows)
                return self.value(rest[1], rows) if first is None else first
            case "length":
                text = self.value(rest[0], rows)
                return len(text.encode()) * 1000 if isinstance(text, str) else text
            case "count" | "sum" | "min" | "max":
                return self._fold(name, rest, rows)
            case "position":
                row = rows[rest[0]]
                return (row.above[rest[1]].below[row.table].index(row) + 1) * 1000
            case _:
                return self._reckon(name, rest, rows)

    def _reckon(  # noqa: PLR0911 - likewise
        self, name: str, rest: list[Any], rows: list[Node]
    ) -> Any:
        left, right = (self.value(part, rows) for part in rest)
        if left is NO_DATA or right is NO_DATA:
            return NO_DATA
        if left is None or right is None:
            return None
        kinds = _kind(rest[0]), _kind(rest[1])
        match name, kinds:
            case "sub", ("date", "date"):
                return (left - right) * 1000
            case "add", ("date", _):
                return left + right // 1000
            case "sub", ("date", _):
                return left - right // 1000
            case "years", _:
                born, later = (_EPOCH + dt.timedelta(days=day) for day in (left, right))
                return (
                    later.year - born.year - ((later.month, later.day) < (born.month, born.day))
                ) * 1000
            case "mul", _:
                product = left * right
                return product // 1000 if product >= 0 else -(-product // 1000)
        return left + right if name == "add" else left - right

    def _fold(self, name: str, rest: list[Any], rows: list[Node]) -> Any:
        values: list[int] = []
        for child in self._children(rest[0], rows):
            inside = [*rows, child]
            state = True if rest[1] is None else self.logic(rest[1], inside)
            value = 1000 if name == "count" else self.value(rest[2], inside)
            if state is NO_DATA or (state is True and value is NO_DATA):
                return NO_DATA
            if state is True and value is not None:
                values.append(value)
        if name in {"count", "sum"}:
            return sum(values)
        return (min if name == "min" else max)(values, default=None)

    def _repeats(self, at: int, within: str, keys: list[Any], rows: list[Node]) -> Logic:
        row = rows[at]
        mine = [self.value(key, rows) for key in keys]
        siblings = row.above[within].below[row.table]
        if mine[0] is None:
            return False
        for other in siblings[: siblings.index(row)]:
            inside = [*rows[:at], other, *rows[at + 1 :]]
            if [self.value(key, inside) for key in keys] == mine:
                return True
        return False

    def _follows(self, rest: list[Any], rows: list[Node]) -> Logic:
        name, at, within, key, on = rest
        own = self.value(key, rows)
        asked = [own, *([] if on is None else [self.value(on, rows)])]
        if name not in self.tables or any(value is NO_DATA for value in asked):
            return NO_DATA
        if None in asked:
            return None
        row = rows[at]
        siblings = row.above[within].below[row.table]
        for other in siblings[: siblings.index(row)]:
            behind = self.value(key, [*rows[:at], other, *rows[at + 1 :]])
            if behind and self._stand(name, own, behind, asked[1:]):
                return True
        return False

    def _past(self, rest: list[Any], rows: list[Node]) -> Logic:
        """Whether a list of the history has it; its table is by values, not by their digest."""
        name, (_, *keys), since, until, *how = rest
        own, table, (_, *limit) = how if len(how) > 1 else (None, how[0], ["keys"])
        held = self.tables.get(f"history.{name}")
        if held is None or (table is not None and table not in self.tables):
            return NO_DATA
        found = [self.value(key, rows) for key in keys]
        days = [
            open_ if day is None else self.value(day, rows)
            for day, open_ in zip((since, until), _ALWAYS, strict=True)
        ]
        more = [] if own is None else [self.value(part, rows) for part in (own, *limit)]
        if any(value is NO_DATA for value in (*found, *days, *more)):
            return NO_DATA
        if None in (*found, *days, *more):
            return None
        spans = _spans(held, found, *days)
        if own is None:
            return any(table is None or span[2] in self.tables[table] for span in spans)
        most = self.tables[table].get((more[1], more[2]))
        sent = sum((last - first + 1) * value for first, last, value in spans)
        return most is not None and more[0] + sent > most[0][2] * 1000

    def _stand(self, name: str, first: str, second: str, days: list[int]) -> bool:
        """Whether two codes, or how they begin, are a pair of a table."""
        begins = [[code[:end] for end in range(1, len(code) + 1)] for code in (first, second)]
        spans = [
            span
            for one in begins[0]
            for other in begins[1]
            for span in self.tables[name].get((one, other), [])
        ]
        return any(span[0] <= day <= span[1] for span in spans for day in days or span[:1])

    def _listed(self, name: str, keys: list[Any], on: Any, over: Any, rows: list[Node]) -> Logic:
        table = self.tables.get(name)
        if table is None:
            return NO_DATA
        codes = [self.value(key, rows) for key in keys]
        day = None if on is None else self.value(on, rows)
        more = None if over is None else self.value(over, rows)
        asked = [*codes, *([] if on is None else [day]), *([] if over is None else [more])]
        if any(value is NO_DATA for value in asked):
            return NO_DATA
        if None in asked:
            return None
        spans = table.get(codes[0] if len(codes) == 1 else (codes[0], codes[1]), [])
        held = [span for span in spans if day is None or span[0] <= day <= span[1]]
        return bool(held) if more is None else bool(held) and more > held[0][2] * 1000

    def _reach(self, rows: list[Node], number: int, ups: list[str]) -> Node | None:
        row: Node | None = rows[number]
        for name in ups:
            row = None if row is None else row.above.get(name)
        return row

    def _children(self, node: list[Any], rows: list[Node]) -> list[Node]:
        row = self._reach(rows, node[1], node[2])
        return [] if row is None else row.below.get(node[3], [])


def _spans(held: Any, keys: list[Any], first: int, last: int) -> list[tuple[Any, ...]]:
    """What stands under some keys between two days, as far as it is between them."""
    key = tuple(value.upper() if isinstance(value, str) else value for value in keys)
    between = (span for span in held.get(key, []) if span[0] <= last and span[1] >= first)
    return [(max(span[0], first), min(span[1], last), span[2]) for span in between]


def _join(states: list[Logic], *, strong: bool) -> Logic:
    if any(state is strong for state in states):
        return bool(strong)
    if any(state is NO_DATA for state in states):
        return NO_DATA
    return None if None in states else not strong


def _kind(node: list[Any]) -> str:
    """The kind of a value's JSON, as far as arithmetic asks."""
    name = node[0]
    if name in {"as_of", "received", "date"}:
        return "date"
    if name == "field":
        return "date" if node[-1] in _DATES else "number"
    if name in {"first_of", "min", "max"}:
        return _kind(node[-1])
    if name in {"add", "sub"}:
        left, right = _kind(node[1]), _kind(node[2])
        return "date" if left == "date" and right != "date" else "number"
    return "number"


_DATES = {
    key
    for table in TABLES.values()
    for key, member in vars(table).items()
    if isinstance(member, Field) and member.kind.kind == "date"
}


def _npi(text: str) -> bool:
    if not re.fullmatch("[12][0-9]{9}", text):
        return False
    total = 24
    for at, digit in enumerate(text):
        value = int(digit) * (2 - at % 2)
        total += value // 10 + value % 10
    return total % 10 == 0
