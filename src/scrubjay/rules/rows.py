"""Rows of a claim: the row a rule judges, those above it, and those below it.

The classes of `fields` are made of these; they are generated from the claim map of the guide.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar

from scrubjay.rules.errors import RuleError
from scrubjay.rules.expressions import (
    Anything,
    Bool,
    Code,
    Date,
    Expression,
    Money,
    Number,
    Text,
    Value,
    _statement,
    telling,
)
from scrubjay.rules.generic import Generic, TypeVar, overload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, ClassVar, NoReturn

    from scrubjay.rules.expressions import Node

__all__ = [
    "TABLES",
    "Above",
    "Below",
    "Field",
    "Row",
    "Rows",
    "came_before",
    "is_field",
    "never_sent",
    "seen_before",
]

V = TypeVar("V", bound=Value)
R = TypeVar("R", bound="Row")
N = TypeVar("N", Money, Number)
Ordered = TypeVar("Ordered", Money, Number, Date)

TABLES: dict[str, type[Row]] = {}
"""The classes of rows by the name of their table."""

_FIELD = ("field", "row", "way", "name")
_bound: ContextVar[int] = ContextVar("bound", default=1)


@telling
class Row:
    """One row of a table, as a rule speaks of it."""

    table: ClassVar[str]
    kinds: ClassVar[str] = "PID"
    """The kinds of claims that have such rows: P, I, D."""
    _above: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        TABLES[cls.table] = cls
        cls._above = tuple(key for key, value in vars(cls).items() if isinstance(value, Above))

    def __init__(self, number: int, way: tuple[str, ...] = ()) -> None:
        self._number = number
        self._way = way

    def is_missing(self) -> Bool:
        """There is no such row: a claim whose patient is the subscriber has no patient row."""
        return Bool(["absent", self._number, list(self._way)])

    def is_present(self) -> Bool:
        """There is such a row."""
        return ~self.is_missing()

    def repeats(self, *keys: Value, within: str = "claim") -> Bool:
        """An earlier row of the same claim (or other row above) has the same values for all keys.

        Missing is the same as missing, but a row without the first key repeats nothing.
        """
        if self._way or not keys:
            raise RuleError("repeats() is asked of the row itself, with what tells rows apart")
        if not isinstance(vars(type(self)).get(within), Above):
            raise RuleError(f"{within} is not directly above {self.table}")
        return Bool(["repeats", self._number, within, [key.node for key in keys]])

    def follows(self, table: str, key: Code, on: Date | None = None, within: str = "claim") -> Bool:
        """An earlier row of the claim (or other row above) has a code that stands behind `key`.

        `table` is a table of pairs; a pair is of codes, or of how codes begin, this row's first.
        """
        if self._way or not isinstance(vars(type(self)).get(within), Above):
            raise RuleError("follows() is asked of the row itself, within the row above it")
        day = None if on is None else on.node
        return Bool(["follows", table, self._number, within, key.node, day])

    def position(self, within: str = "claim") -> Number:
        """Which of the rows below the claim (or other row above) it is; the first is 1."""
        if self._way or not isinstance(vars(type(self)).get(within), Above):
            raise RuleError("position() is asked of the row itself, within the row above it")
        return Number(["position", self._number, within])

    def _field(self, name: str) -> Node:
        return ["field", self._number, list(self._way), name]

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        known = [
            key
            for key, value in vars(type(self)).items()
            if isinstance(value, Field | Above | Below)
        ]
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise RuleError(f"there is no field {self.table}.{name}{hint}")

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_"):
            raise RuleError("a rule judges a claim, it does not change it")
        super().__setattr__(name, value)

    def __bool__(self) -> NoReturn:
        raise RuleError("ask for a row with .is_present() or .is_missing()")


class Field(Generic[V]):
    """A field of a row: its kind, which claims have it, and where their guides do."""

    def __init__(self, kind: type[V], place: str, kinds: str, elsewhere: dict[str, str]) -> None:
        self.kind = kind
        self.place = place
        self.kinds = kinds
        self.elsewhere = elsewhere
        self.name = ""

    def __set_name__(self, owner: type[Row], name: str) -> None:
        self.name = name
        self.kinds = self.kinds or owner.kinds

    @property
    def places(self) -> dict[str, str]:
        """Where each guide has it, by the letter of its claims."""
        return {letter: self.elsewhere.get(letter, self.place) for letter in self.kinds}

    @overload
    def __get__(self, row: None, owner: type) -> Field[V]: ...
    @overload
    def __get__(self, row: Row, owner: type) -> V: ...
    def __get__(self, row: Row | None, owner: type) -> Any:
        return self if row is None else self.kind(row._field(self.name))  # noqa: SLF001 - a field is part of its row


class Above(Generic[R]):
    """The one row above: the claim of a line, the provider of a claim."""

    def __init__(self, table: str, kinds: str = "") -> None:
        self.table = table
        self.kinds = kinds

    def __set_name__(self, owner: type[Row], name: str) -> None:
        self.kinds = self.kinds or owner.kinds

    @overload
    def __get__(self, row: None, owner: type) -> Above[R]: ...
    @overload
    def __get__(self, row: Row, owner: type) -> R: ...
    def __get__(self, row: Row | None, owner: type) -> Any:
        if row is None:
            return self
        return TABLES[self.table](row._number, (*row._way, self.table))  # noqa: SLF001 - likewise


class Below(Generic[R]):
    """The rows below: the lines of a claim."""

    def __init__(self, table: str, kinds: str = "") -> None:
        self.table = table
        self.kinds = kinds

    def __set_name__(self, owner: type[Row], name: str) -> None:
        self.kinds = self.kinds or owner.kinds

    @overload
    def __get__(self, row: None, owner: type) -> Below[R]: ...
    @overload
    def __get__(self, row: Row, owner: type) -> Rows[R]: ...
    def __get__(self, row: Row | None, owner: type) -> Any:
        if row is None:
            return self
        return Rows(self.table, ["rows", row._number, list(row._way), self.table])  # noqa: SLF001


@contextmanager
def _inside(table: str) -> Iterator[Row]:
    """A row bound by a quantifier; numbers count how many are bound."""
    number = _bound.get()
    token = _bound.set(number + 1)
    try:
        yield TABLES[table](number)
    finally:
        _bound.reset(token)


@telling
class Rows(Generic[R]):
    """The rows below a row. One counts where the condition is true; missing values do not."""

    def __init__(self, table: str, node: Node, where: Callable[[R], Bool] | None = None) -> None:
        self._table = table
        self._node = node
        self._where = where

    def where(self, condition: Callable[[R], Bool]) -> Rows[R]:
        """Those rows on which the condition is true."""
        first = self._where
        if first is None:
            return Rows(self._table, self._node, condition)
        return Rows(self._table, self._node, lambda row: first(row) & condition(row))

    def any(self, condition: Callable[[R], Bool] | None = None) -> Bool:
        """On some row the condition is true; without one: there is a row."""
        if condition is None and self._where is None:
            return self.count() > 0
        with _inside(self._table) as row:
            both = [ask for ask in (self._where, condition) if ask]
            asked = [_statement(ask(row)) for ask in both]  # type: ignore[arg-type]
        joined = asked[0] if len(asked) == 1 else asked[0] & asked[1]
        return Bool(["any", self._node, joined.node])

    def all(self, condition: Callable[[R], Bool]) -> Bool:
        """On every row the condition is true; so it is where there are no rows."""
        with _inside(self._table) as row:
            asked = _statement(condition(row))  # type: ignore[arg-type]
            if self._where is not None:
                asked = ~_statement(self._where(row)) | asked  # type: ignore[arg-type]
        return Bool(["all", self._node, asked.node])

    def none(self, condition: Callable[[R], Bool] | None = None) -> Bool:
        """On no row the condition is true."""
        return ~self.any(condition)

    def count(self, condition: Callable[[R], Bool] | None = None) -> Number:
        """How many rows; with a condition, on how many it is true."""
        chosen = self if condition is None else self.where(condition)
        return Number(["count", self._node, chosen._filter()])  # noqa: SLF001 - its own kin

    def sum(self, value: Callable[[R], N]) -> N:
        """The sum of a value; 0 where there is none."""
        return self._fold("sum", value, (Money, Number))  # type: ignore[no-any-return]

    def min(self, value: Callable[[R], Ordered]) -> Ordered:
        """The least value; missing where there is none."""
        return self._fold("min", value, (Money, Number, Date))  # type: ignore[no-any-return]

    def max(self, value: Callable[[R], Ordered]) -> Ordered:
        """The greatest value; missing where there is none."""
        return self._fold("max", value, (Money, Number, Date))  # type: ignore[no-any-return]

    def _filter(self) -> Node | None:
        if self._where is None:
            return None
        with _inside(self._table) as row:
            return _statement(self._where(row)).node  # type: ignore[arg-type]

    def _fold(self, name: str, value: Callable[[R], Any], kinds: tuple[type[Value], ...]) -> Any:
        with _inside(self._table) as row:
            asked = value(row)  # type: ignore[arg-type]
        if isinstance(asked, Anything):
            return asked
        if not isinstance(asked, kinds):
            raise RuleError(f"{name}() is of {' or '.join(kind.kind for kind in kinds)}")
        return type(asked)([name, self._node, self._filter(), asked.node])

    def __iter__(self) -> NoReturn:
        raise RuleError("ask for rows with .any(...), .all(...), .count(...) instead of a loop")

    def __bool__(self) -> NoReturn:
        raise RuleError("ask for rows with .any(), .none() or .count()")


def seen_before(claim: Row) -> Bool:
    """The same claim came earlier in the file, or stands in the history of those sent.

    The engine decides it, in order, by digests.
    """
    return _of_claim("duplicate", "seen_before", claim)


def never_sent(claim: Row) -> Bool:
    """No claim of this patient, by this provider, to this payer, stands in the history.

    Without a history: no_data.
    """
    return _of_claim("orphan", "never_sent", claim)


def came_before(claim: Row, *keys: Value, when: Bool | None = None) -> Bool:
    """An earlier claim of the file, one of those of `when`, had the same values for all keys.

    A claim that lacks one of them came never before. The engine decides it, within a window.
    """
    if claim.table != "claim" or not keys:
        raise RuleError("came_before() is asked of a claim, with what tells claims apart")
    asked = ["keys", *(key.node for key in keys)]
    return Bool(["again", asked, None if when is None else when.node])


def _of_claim(name: str, called: str, claim: Row) -> Bool:
    if claim.table != "claim":
        raise RuleError(f"{called}() is asked of a claim, not of a {claim.table}")
    return Bool([name, claim._number, list(claim._way)])  # noqa: SLF001 - its own kin


def is_field(path: str) -> bool:
    """Whether ``line.note`` is a field."""
    table, _, name = path.partition(".")
    return table in TABLES and isinstance(vars(TABLES[table]).get(name), Field)


def text(place: str, kinds: str = "", **elsewhere: str) -> Field[Text]:
    """A field of free text."""
    return Field(Text, place, kinds, elsewhere)


def code(place: str, kinds: str = "", **elsewhere: str) -> Field[Code]:
    """A field that holds a code of a bounded list."""
    return Field(Code, place, kinds, elsewhere)


def money(place: str, kinds: str = "", **elsewhere: str) -> Field[Money]:
    """A field that holds an amount of money."""
    return Field(Money, place, kinds, elsewhere)


def number(place: str, kinds: str = "", **elsewhere: str) -> Field[Number]:
    """A field that holds a quantity."""
    return Field(Number, place, kinds, elsewhere)


def date(place: str, kinds: str = "", **elsewhere: str) -> Field[Date]:
    """A field that holds a day."""
    return Field(Date, place, kinds, elsewhere)


def fields_of(expression: Expression) -> list[Node]:
    """The fields of the judged row, and of rows above, that an expression asks for, in order."""
    found: list[Node] = []

    def walk(node: Any) -> None:
        if not isinstance(node, list):
            return
        if node[:1] == ["field"] and len(node) == len(_FIELD) and isinstance(node[2], list):
            if node[1] == 0 and node not in found:
                found.append(node)
            return
        for part in node:
            walk(part)

    walk(expression.node)
    return found
