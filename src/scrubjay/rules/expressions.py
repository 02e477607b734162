"""What a rule's body is made of: typed values of a claim, and statements about them.

Nothing here looks at a claim. Operators write down what was asked, as the JSON that the native half
compiles; `docs/writing-rules.md` has the language on one page.

A comparison with a missing value is neither true nor false, and a rule that depends on it is
silent; `is_missing` and `is_present` are the ways to ask.
"""

from __future__ import annotations

import datetime as dt
from functools import wraps
from types import FunctionType

from scrubjay import _native
from scrubjay.rules.errors import RuleError, listening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar, NoReturn, Self, TypeAlias, TypeVar

    Node: TypeAlias = list[Any]
    C = TypeVar("C", bound=type)

__all__ = [
    "Anything",
    "Bool",
    "Code",
    "Date",
    "Money",
    "Number",
    "Text",
    "Value",
    "received",
    "telling",
    "today",
]

_EPOCH = dt.date(1970, 1, 1)
_CODE_LENGTH = 8
_MOST = 10**18
"""Amounts in their units are less: the native half has 64 bits for them."""


def telling(cls: C) -> C:
    """A class whose questions are answered by `Anything` where they are refused and heard of."""
    for name, member in list(vars(cls).items()):
        asked = name in _ASKED or not name.startswith("_")
        if asked and isinstance(member, FunctionType):
            setattr(cls, name, _heard(name, member))
    return cls


_ASKED = {
    *("__and__", "__or__", "__bool__", "__iter__", "__getattr__", "__hash__", "__len__"),
    *("__getitem__", "__truediv__", "__floordiv__", "__rtruediv__", "__rfloordiv__", "__mod__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__"),
}
"""What is written as an operator."""


def _heard(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def asked(*given: Any, **named: Any) -> Any:
        try:
            return method(*given, **named)
        except RuleError as error:
            told = listening()
            if told is None:
                raise
            told.hear(error)
            stands = {"__bool__": True, "__iter__": iter(()), "__hash__": 0, "__len__": 0}
            return stands.get(name, Anything())

    return asked


@telling
class Expression:
    """Anything that was asked of a claim; `node` is its JSON."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    def __bool__(self) -> NoReturn:
        raise RuleError(
            "a rule is read once and has no values yet: write & for and, | for or, ~ for not, "
            ".is_in(...) for in, .between(a, b) for a < x < b, and no if"
        )

    def __iter__(self) -> NoReturn:
        raise RuleError("ask for rows with .any(...), .all(...), .count(...) instead of a loop")

    def __hash__(self) -> int:
        raise RuleError("write .is_in(...) for in")

    def __len__(self) -> int:
        raise RuleError("a rule is read once and has no values yet: ask for .length")

    def __getitem__(self, _: object) -> NoReturn:
        raise RuleError("a part of a text is asked for with .starts_with(...) or .matches(...)")

    def __truediv__(self, _: object) -> NoReturn:
        raise RuleError("there is no division; multiply the other side")

    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __truediv__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from difflib import get_close_matches

        near = get_close_matches(name, [each for each in dir(self) if each[0] != "_"], n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise RuleError(f"a {type(self).__name__.lower()} has no {name}{hint}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.node[0]}>"


@telling
class Bool(Expression):
    """A statement: true, false, or unknown where a value is missing."""

    __slots__ = ()

    def __and__(self, other: Bool) -> Bool:
        return Bool(_joined("and", self, _statement(other)))

    def __or__(self, other: Bool) -> Bool:
        return Bool(_joined("or", self, _statement(other)))

    def __invert__(self) -> Bool:
        return Bool(["not", self.node])

    def __eq__(self, other: object) -> NoReturn:
        raise RuleError("statements are joined with & | ~, not compared")

    __ne__ = __eq__
    __hash__ = Expression.__hash__


def _statement(other: object) -> Bool:
    if not isinstance(other, Bool):
        raise RuleError(
            f"a statement is wanted, not {_kind(other)}; put comparisons in parentheses"
        )
    return other


def _joined(name: str, left: Bool, right: Bool) -> Node:
    parts: Node = [name]
    for part in (left.node, right.node):
        parts.extend(part[1:] if part[0] == name else [part])
    return parts


def _kind(value: object) -> str:
    return value.kind if isinstance(value, Value) else type(value).__name__.lower()


@telling
class Value(Expression):
    """A value of a claim, of one kind."""

    __slots__ = ()
    kind: ClassVar[str] = "value"

    @classmethod
    def of(cls, value: Any) -> Self:
        """A constant as a value, where an expression begins with one: ``Money.of(1) * days``."""
        return cls([cls.kind, cls._constant(value)])

    def is_missing(self) -> Bool:
        """There is no such value: the one question that a missing value answers."""
        return Bool(["missing", self.node])

    def is_present(self) -> Bool:
        """There is a value."""
        return Bool(["not", ["missing", self.node]])

    def otherwise(self, other: Self) -> Self:
        """This value, or the other where it is missing."""
        return type(self)(["first_of", self.node, self._take(other)])

    def __eq__(self, other: object) -> Bool:  # type: ignore[override]
        return Bool(["eq", self.node, self._take(other)])

    def __ne__(self, other: object) -> Bool:  # type: ignore[override]
        return Bool(["ne", self.node, self._take(other)])

    __hash__ = Expression.__hash__

    def is_in(self, *values: Any) -> Bool:
        """Is one of these; a single list, set or tuple may be given."""
        given: Iterable[Any] = values
        if len(values) == 1 and isinstance(values[0], list | tuple | set | frozenset):
            given = values[0]
        constants = [self._constant(value) for value in given]
        if not constants:
            raise RuleError("is_in() needs something to be in")
        return Bool(["in", self.node, sorted(set(constants))])

    def _take(self, other: object) -> Node:
        """The node of a value of the same kind, or of a constant."""
        if isinstance(other, Value):
            if other.kind not in {self.kind, Anything.kind}:
                raise RuleError(f"{self.kind} is not compared with {other.kind}")
            return other.node
        return [self.kind, self._constant(other)]

    @classmethod
    def _constant(cls, value: object) -> Any:
        raise RuleError(f"{value!r} is no {cls.kind}")


@telling
class _Ordered(Value):
    __slots__ = ()

    def __lt__(self, other: object) -> Bool:
        return Bool(["lt", self.node, self._take(other)])

    def __le__(self, other: object) -> Bool:
        return Bool(["le", self.node, self._take(other)])

    def __gt__(self, other: object) -> Bool:
        return Bool(["gt", self.node, self._take(other)])

    def __ge__(self, other: object) -> Bool:
        return Bool(["ge", self.node, self._take(other)])

    def between(self, low: object, high: object) -> Bool:
        """From low to high, both included."""
        return (self >= low) & (self <= high)


@telling
class _Scaled(_Ordered):
    """An amount, held as an integer in units of 1/scale."""

    __slots__ = ()
    scale: ClassVar[int] = 1

    @classmethod
    def _constant(cls, value: object) -> int:
        scaled: Any = None
        if isinstance(value, int) and not isinstance(value, bool):
            scaled = value * cls.scale
        else:
            from decimal import Decimal

            if not isinstance(value, Decimal):
                raise RuleError(f"{cls.kind} is an int or a Decimal, not {_kind(value)}")
            scaled = value * cls.scale
        if not abs(scaled) < _MOST:
            raise RuleError(f"{value} is more than {cls.kind} holds")
        if scaled != int(scaled):
            raise RuleError(f"{value} has more decimals than {cls.kind} holds")
        return int(scaled)

    def __add__(self, other: object) -> Self:
        return type(self)(["add", self.node, self._take(other)])

    def __sub__(self, other: object) -> Self:
        return type(self)(["sub", self.node, self._take(other)])

    def __mul__(self, factor: object) -> Self:
        return type(self)(["mul", self.node, Number._number(factor)])


class Money(_Scaled):
    """An amount of money; constants are int or Decimal, never float."""

    __slots__ = ()
    kind = "money"
    scale = 100


@telling
class Number(_Scaled):
    """A quantity: units, days, a count."""

    __slots__ = ()
    kind = "number"
    scale = 1000

    def above_listed(self, table: str, code: _Characters, on: Date | None = None) -> Bool:
        """Is more than the table of that name has beside the code; where it has none, it is not."""
        return Bool(["over", table, self.node, code.node, None if on is None else on.node])

    @classmethod
    def _number(cls, value: object) -> Node:
        return cls(["number", 0])._take(value)  # noqa: SLF001 - its own kin


@telling
class Date(_Ordered):
    """A day."""

    __slots__ = ()
    kind = "date"

    @classmethod
    def _constant(cls, value: object) -> int:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise RuleError(f"a date is a datetime.date, not {_kind(value)}")
        return (value - _EPOCH).days

    def __sub__(self, days: object) -> Date:
        if isinstance(days, Date):
            raise RuleError("the days from one date to another are `earlier.days_until(later)`")
        return Date(["sub", self.node, Number._number(days)])

    def __add__(self, days: object) -> Date:
        return Date(["add", self.node, Number._number(days)])

    def days_until(self, later: Date) -> Number:
        """Days from this date to a later one; negative when that is earlier."""
        return Number(["sub", self._take(later), self.node])

    def years_until(self, later: Date) -> Number:
        """Whole years from this date to a later one: an age."""
        return Number(["years", self.node, self._take(later)])


@telling
class _Characters(Value):
    """Text or a code: compared byte for byte, upper and lower case apart."""

    __slots__ = ()

    @property
    def length(self) -> Number:
        """Number of bytes."""
        return Number(["length", self.node])

    def starts_with(self, *prefixes: str) -> Bool:
        """Begins with one of these."""
        if not prefixes or not all(prefixes):
            raise RuleError("starts_with() takes texts")
        return Bool(["starts", self.node, sorted(set(prefixes))])

    def matches(self, pattern: str) -> Bool:
        r"""All of it matches: ``[A-Z]\d[^x] . ( | ) ? * + {n} {n,m}``; no anchors."""
        fault = _native.pattern_fault(pattern)
        if fault is not None:
            raise RuleError(f"pattern {pattern!r}: {fault}")
        return Bool(["matches", self.node, pattern])

    def listed(self, table: str, on: Date | None = None) -> Bool:
        """Stands in the code table of that name, on that day; without the table: no_data."""
        return Bool(["listed", table, self.node, None if on is None else on.node])

    def with_listed(self, table: str, other: _Characters, on: Date | None = None) -> Bool:
        """Stands with another code in the table of pairs of that name, this one first."""
        day = None if on is None else on.node
        return Bool(["paired", table, self.node, other.node, day])

    def passes(self, check: str) -> Bool:
        """Passes a check digit: ``npi``."""
        if check not in _CHECKS:
            raise RuleError(f"there is no check {check!r}, only {', '.join(_CHECKS)}")
        return Bool(["check", check, self.node])


_CHECKS = ("npi",)


@telling
class Text(_Characters):
    """Free text, names and identifiers."""

    __slots__ = ()
    kind = "text"

    def __eq__(self, other: object) -> Bool:  # type: ignore[override]
        return self.is_in(other) if isinstance(other, str) else super().__eq__(other)

    def __ne__(self, other: object) -> Bool:  # type: ignore[override]
        return ~self.is_in(other) if isinstance(other, str) else super().__ne__(other)

    __hash__ = Expression.__hash__

    @classmethod
    def _constant(cls, value: object) -> str:
        if not isinstance(value, str) or not value:
            raise RuleError(f"text is a str, not {_kind(value)}; ask is_missing() for nothing")
        return value


class Code(_Characters):
    """A code of a bounded list, up to eight characters."""

    __slots__ = ()
    kind = "code"

    @classmethod
    def _constant(cls, value: object) -> str:
        if not isinstance(value, str) or not value or len(value.encode()) > _CODE_LENGTH:
            raise RuleError(f"a code is a str of 1 to {_CODE_LENGTH} characters, not {value!r}")
        return value


class Anything(Bool, Value):
    """Stands for what was refused, so that the rest of the rule is read: all of it is this, too."""

    __slots__ = ()
    kind = "anything"

    def __init__(self, node: Node | None = None) -> None:
        super().__init__(node or [self.kind])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def _itself(self, *_: object, **__: object) -> Any:
        return self

    __call__ = is_in = _itself
    __and__ = __or__ = __rand__ = __ror__ = __invert__ = _itself
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _itself
    __add__ = __sub__ = __mul__ = __radd__ = __rsub__ = __rmul__ = _itself
    __hash__ = Expression.__hash__


def today() -> Date:
    """The day of the run: --as-of, else the clock."""
    return Date(["as_of"])


def received() -> Date:
    """The day on which the file was received: --received-date, else the day of the run."""
    return Date(["received"])
