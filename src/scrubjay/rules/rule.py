"""`@rule`: a function of a claim becomes a rule, read once when it is loaded."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from contextlib import contextmanager
from types import FunctionType

from scrubjay.frozen import Frozen
from scrubjay.rules import fields  # noqa: F401 - its classes are the tables
from scrubjay.rules.errors import RuleError, Told, listening
from scrubjay.rules.expectations import are_tests
from scrubjay.rules.expressions import Anything, Bool, Value
from scrubjay.rules.kinds import KINDS, lacks
from scrubjay.rules.rows import TABLES, Row, fields_of
from scrubjay.severity import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from scrubjay.rules.expressions import Node

__all__ = ["STATES", "STATUS", "TOLD", "Rule", "rule", "trace"]

TOLD = "__scrubjay_told__"
"""The name of what collects faults in a module that is being loaded (`ruleset.load`)."""
STATES = ("draft", "shadow", "active", "retired")

_ID = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
STATUS = re.compile(r"A[0-8]:\d{1,3}(:[A-Z0-9]{2,3})?")
_EPOCH = dt.date(1970, 1, 1)
_SNIP = range(1, 8)


class Rule(Frozen):
    """A rule as it was loaded: what it says of itself, and what it asks."""

    id: str
    title: str
    """What people read: the first line of the docstring."""
    severity: Severity
    snip: int
    status: str | None
    level: str
    transactions: str
    source: str
    fix: str
    since: dt.date | None
    until: dt.date | None
    at: str
    """``my_rules.py:12``: where it is written."""
    function: Callable[..., Any]
    enabled: bool = True
    """Whether it is judged unless somebody turns it on."""
    state: str = "active"
    """draft and retired ones are not judged; shadow ones are counted and never reject."""
    stated: bool = True
    """False where nothing is said of its state: a file's rule without tests is a shadow then."""
    variant: bool = False
    """Says the same as another rule of its id, of other claims."""
    whom: str = ""
    """For whom it is, where others of its id are for others: ``payer 60054``, ``all others``."""
    parameters: dict[str, Any] = {}  # noqa: RUF012 - never changed
    """What its function takes by name, and an overriding file may change."""
    pointed: Any = None
    """As it was given for `at`."""
    tests: tuple[dict[str, Any], ...] = ()
    """What it must come to on claims: ``{"expect": "fail", "claim": {...}}``."""
    page: str | None = None
    """Its page, where that is not the docstring of its function."""
    table: str | None = None
    """The table whose rows it judges; None for a plain function."""
    expression: Bool | None = None
    evidence: tuple[Node, ...] = ()

    # A rule is itself and no other; its expression answers == with a statement.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def text(self) -> str:
        """The docstring: the page of the rule."""
        if self.page is not None:
            return self.page
        from inspect import getdoc

        return getdoc(self.function) or ""

    @property
    def shipped(self) -> bool:
        """True when it comes with Scrubjay, and has a page in docs/rules."""
        return str(self.function.__module__).startswith("scrubjay.rulebook.")

    @property
    def native(self) -> bool:
        """True when it runs in the native half, False when it is a plain function."""
        return self.expression is not None

    def describe(self) -> dict[str, Any]:
        """What the native half must know of it, as JSON."""
        shadow = self.state == "shadow"
        row: dict[str, Any] = {
            "id": self.id,
            "level": self.level,
            "severity": Severity.INFO.value if shadow else self.severity.value,
            "snip": self.snip,
            "status": None if shadow else self.status,
            "title": self.title,
            "fix": self.fix,
            "since": None if self.since is None else (self.since - _EPOCH).days,
            "until": None if self.until is None else (self.until - _EPOCH).days,
            "transactions": self.transactions,
        }
        if self.variant:
            row["variant"] = True
        if self.expression is not None:
            row |= {
                "table": self.table,
                "expr": self.expression.node,
                "evidence": list(self.evidence),
            }
        return row


def rule(
    id: str,  # noqa: A002 - what everybody calls it
    *,
    severity: str,
    snip: int,
    level: str | None = None,
    transactions: str = "P",
    status: str | None = None,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    source: str = "",
    fix: str = "",
    at: Value | Callable[..., Value | tuple[Value, ...]] | None = None,
    native: bool = True,
    enabled: bool = True,
    state: str | None = None,
    tests: Iterable[dict[str, Any]] = (),
) -> Callable[[Callable[..., Any]], Rule]:
    """Makes a rule of a function that says when a claim is wrong.

    The names of its parameters are rows: the first is judged (`claim`, `line`, `diagnosis`,
    `provider`, `subscriber`...), the others stand above it. Its docstring is its page; the first
    line is what people read. `at` is the field pointed at; unless given, the first asked for.

    `transactions` are the claims it is for: P professional, I institutional, D dental. All of them
    must have what it asks for; a field before ``.otherwise()`` may be one that some do not have.

    One that is not `enabled` is judged only where an overriding file turns it on. A `state` of
    draft or retired is not judged, one of shadow is counted and never rejects. Left out, a rule is
    active where it has tests, and a shadow where it has none.

    `tests` are tried when a file of rules is loaded, as those of TOML are (docs/writing-rules.md):
    ``{"expect": "fail", "claim": {"charge": 5}}``. An active rule has one that expects fail and one
    that does not.

    With ``native=False`` it is a plain function of a `scrubjay.models.Claim` instead, called for
    every claim of those transactions, with the model of its kind; it returns or yields what is
    wrong: a message, a `Flag`, or True.
    """

    def make(function: Callable[..., Any]) -> Rule:
        told = sys._getframe(1).f_globals.get(TOLD)  # noqa: SLF001 - the file that is being loaded
        if told is None:
            return made(function)
        with told:
            return made(function)
        # never judged: the file is refused when all of it was read
        return function

    def made(function: Callable[..., Any]) -> Rule:
        if not isinstance(function, FunctionType):
            raise RuleError("@rule stands above a function: def my_rule(claim)")
        written, told = Written(function), Told()
        title = (function.__doc__ or "").strip().split("\n", 1)[0].rstrip(" .")
        said: dict[str, Any] = {
            "id": id,
            "title": title,
            "severity": severity,
            "snip": snip,
            "status": status,
            "transactions": transactions,
            "since": since,
            "until": until,
            "state": "active" if state is None else state,
        }
        facts: dict[str, Any] = {}
        for name, check in _FACTS.items():
            with told, written.nearer(name):
                facts[name] = check(said[name], written.place)
        facts |= {
            "source": source,
            "fix": fix,
            "at": written.place,
            "function": function,
            "enabled": enabled,
            "stated": state is not None,
            "tests": (tests,) if isinstance(tests, dict) else tuple(tests),
            "pointed": at,
            "parameters": dict(function.__kwdefaults__ or {}),
        }
        for number, test in enumerate(facts["tests"]):
            with told, written.nearer("tests", number):
                are_tests(str(id), [test], written.place)
        if not native:
            told.settle()
            return Rule(**facts, level=level or "claim")
        with told:
            table, expression, evidence = trace(function, at, written.place)
            natural = "line" if _of_line(table) else "claim"
            with told, written.nearer("transactions"):
                _are_there(table, expression, facts, written.place)
            with told, written.nearer("level"):
                if level not in {None, natural}:
                    raise RuleError(f"{id}: a rule of a {table} has level {natural}", written.place)
        told.settle()
        return Rule(**facts, level=natural, table=table, expression=expression, evidence=evidence)

    return make


class Written:
    """Where a rule's function is written, and what was given to `@rule` above it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._code = function.__code__
        self._file = os.path.basename(self._code.co_filename)
        self.place = f"{self._file}:{self._code.co_firstlineno}"

    @contextmanager
    def nearer(self, name: str, number: int | None = None) -> Iterator[None]:
        """What is wrong with one of the arguments is told with its own line, if that is found."""
        try:
            yield
        except RuleError as error:
            line = self._line(name, number)
            if line is None:
                raise
            raise RuleError(error.said, f"{self._file}:{line}") from error

    def _line(self, name: str, number: int | None) -> int | None:
        import ast

        try:
            with open(self._code.co_filename, encoding="utf-8") as file:
                tree = ast.parse(file.read())
        except (OSError, ValueError, SyntaxError):
            return None
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in calls:
            if call.lineno != self._code.co_firstlineno:
                continue
            given: dict[str | None, ast.expr] = {word.arg: word.value for word in call.keywords}
            if call.args:
                given.setdefault("id", call.args[0])
            found = given.get(name)
            parts = getattr(found, "elts", ())
            if number is not None and number < len(parts):
                found = parts[number]
            return None if found is None else found.lineno
        return None


def _titled(value: str, place: str) -> str:
    if not value:
        raise RuleError("a rule has a docstring: its page", place)
    return value


def _snip(value: int, place: str) -> int:
    if value not in _SNIP:
        raise RuleError("snip is 1 to 7", place)
    return value


def _state(value: str, place: str) -> str:
    if value not in STATES:
        raise RuleError(f"a state is {', '.join(STATES)}, not {value!r}", place)
    return value


def _transactions(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value or set(value) - set(KINDS):
        raise RuleError(f"transactions are of {''.join(KINDS)}", place)
    return str(value)


def _are_there(table: str, expression: Bool, facts: dict[str, Any], place: str) -> None:
    """RuleError where claims of a kind have not what is asked for."""
    if lacking := lacks(table, expression.node, facts.get("transactions", "")):
        letter, what = lacking
        raise RuleError(
            f"{facts.get('id')}: an {KINDS[letter]} has no {what}; take {letter} out of its "
            "transactions, or put .otherwise() behind the field",
            place,
        )


def trace(
    function: Callable[..., Any], at: Any, place: str, parameters: dict[str, Any] | None = None
) -> tuple[str, Bool, tuple[Node, ...]]:
    """Calls the function once, with rows that write down what is asked of them."""
    names = _parameters(function)
    if not names or names[0] not in TABLES:
        raise RuleError(f"the first parameter is a row: {', '.join(TABLES)}", place)
    told = Told()
    rows: list[Any] = [TABLES[names[0]](0)]
    for name in names[1:]:
        above: Any = Anything()
        with told:
            if name in names[len(names) - len(function.__defaults__ or ()) :]:
                raise RuleError(f"{name} may be set differently: put it behind a *", place)
            above = _above(rows, name, place)
        rows.append(above)
    asked: Any = None
    pointed: list[Node] = []
    with told, told.listening():
        asked = _call(function, rows, place, parameters or {})
        if not isinstance(asked, Bool) and not told:
            raise RuleError("a rule returns the statement that is true of a wrong claim", place)
        if at is not None:
            pointed = _pointed(at, rows, place)
    told.settle()
    expression: Bool = asked
    evidence = pointed + [node for node in fields_of(expression) if node not in pointed]
    return names[0], expression, tuple(evidence)


def _pointed(at: Any, rows: list[Any], place: str) -> list[Node]:
    """The fields that a finding points at, the first of them that is there."""
    asked = at
    if isinstance(at, FunctionType):
        asked = _call(at, rows[: len(_parameters(at))], place, {})
    given = asked if isinstance(asked, tuple) else (asked,)
    if not all(isinstance(each, Value) for each in given):
        raise RuleError("at gives fields: at=lambda line: line.units", place)
    return [each.node for each in given]


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _call(
    function: Callable[..., Any], rows: list[Any], place: str, parameters: dict[str, Any]
) -> Any:
    try:
        return function(*rows, **parameters)
    except RuleError:
        raise
    except (Exception, SystemExit) as error:
        if listening() and isinstance(error, AttributeError | TypeError):
            return None  # it follows from what was told
        line, trace = place, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code is function.__code__:
                line = f"{place.rsplit(':', 1)[0]}:{trace.tb_lineno}"
            trace = trace.tb_next
        hint = "; a rule is read where it stands: put what it uses above it, or import it"
        told = hint if isinstance(error, NameError) else ""
        raise RuleError(f"{type(error).__name__}: {error}{told}", line) from error


def _above(rows: list[Row], name: str, place: str) -> Row:
    for row in rows:
        if name in row._above:  # noqa: SLF001 - likewise
            return getattr(row, name)  # type: ignore[no-any-return]
    raise RuleError(f"{name} does not stand above {' or '.join(row.table for row in rows)}", place)


def _of_line(table: str) -> bool:
    above = TABLES[table]._above  # noqa: SLF001 - a rule is of its rows
    return table == "line" or (len(above) == 1 and _of_line(above[0]))


def _id(value: Any, place: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise RuleError(f"an id is UPPER_SNAKE, not {value!r}", place)
    return str(value)


def _status(value: Any, place: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not STATUS.fullmatch(value):
        raise RuleError(f"a status is A7:562:85, not {value!r}", place)
    return str(value)


def _severity(value: str, place: str) -> Severity:
    try:
        return Severity(value)
    except ValueError:
        raise RuleError(f"severity is error, warning or info, not {value!r}", place) from None


def _day(value: dt.date | str | None, place: str) -> dt.date | None:
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise RuleError(f"a day is YYYY-MM-DD, not {value!r}", place) from None


_FACTS: dict[str, Callable[[Any, str], Any]] = {
    "id": _id,
    "title": _titled,
    "severity": _severity,
    "snip": _snip,
    "status": _status,
    "transactions": _transactions,
    "since": _day,
    "until": _day,
    "state": _state,
}
"""What a rule says of itself, each with what is asked of it."""
