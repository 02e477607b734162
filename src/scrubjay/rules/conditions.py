"""Conditions as analysts write them in TOML, made into the statements that Python rules make.

A condition is a table with one of ``all``, ``any``, ``not``; ``some``, ``every`` or ``none`` with
the name of rows below and ``where``; or a ``field`` and what is asked of it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from scrubjay.rules import fields  # noqa: F401 - its classes are the tables
from scrubjay.rules.errors import RuleError, Told
from scrubjay.rules.expressions import Bool, Date, Money, Number, Value
from scrubjay.rules.rows import Below, Row, Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Scope = Mapping[str, Row]
    """The rows in scope by the name of their table."""

__all__ = ["ASKED", "condition", "field_of"]


def condition(given: Any, scope: Scope, place: str) -> Bool:
    """The statement that a condition makes of the rows in `scope`; else RuleError."""
    if not isinstance(given, dict) or not given:
        raise RuleError(f"a condition is a table, not {given!r}", place)
    for name, join in (("all", _all), ("any", _any)):
        if name in given:
            _only(given, {name}, place)
            parts = given[name]
            if not isinstance(parts, list) or not parts:
                raise RuleError(f"{name} takes a list of conditions", place)
            told, made = Told(), []
            for part in parts:
                with told:
                    made.append(condition(part, scope, place))
            told.settle()
            return join(made)
    if "not" in given:
        _only(given, {"not"}, place)
        return ~condition(given["not"], scope, place)
    for name in ("some", "every", "none"):
        if name in given:
            return _rows(name, given, scope, place)
    if "field" in given:
        return _field(given, scope, place)
    raise RuleError(
        "a condition has all, any or not; some, every or none with where; or a field", place
    )


def field_of(path: Any, scope: Scope, place: str) -> Value:
    """``line.procedure``: a field of a row in scope, or of one above it.

    That may be named by itself (``subscriber.sex``) or by its way (``claim.subscriber.sex``).
    """
    table, *way = str(path).split(".")
    name = way.pop() if way else ""
    row = scope.get(table)
    if row is None:
        for known in scope.values():
            row = _above(known, table)
            if row is not None:
                break
    if row is None or not name:
        known_tables = ", ".join(sorted(scope))
        below = [_below(known, table) for known in scope.values()]
        hint = next(filter(None, below), "a field is line.procedure")
        raise RuleError(f"there is no {path} from {known_tables}; {hint}", place)
    try:
        value = getattr(_along(row, way, path, place), name)
    except RuleError as error:
        raise RuleError(error.said, place) from None
    if not isinstance(value, Value):
        raise RuleError(f"{path} is no field", place)
    return value


def _along(row: Row, way: list[str], path: Any, place: str) -> Row:
    """The row above that a way leads to."""
    for name in way:
        above = getattr(row, name)
        if not isinstance(above, Row):
            hint = _below(row, name) or f"{name} is no row above"
            raise RuleError(f"there is no {path}; {hint}", place)
        row = above
    return row


def _below(row: Row, name: str) -> str | None:
    """How rows of that name below a row are asked."""
    for list_name, member in vars(type(row)).items():
        if isinstance(member, Below) and name in {list_name, member.table}:
            return f'{list_name} are rows below: some = "{list_name}", where = {{ field = ... }}'
    return None


def _above(row: Row, table: str) -> Row | None:
    open_rows = [row]
    while open_rows:
        here = open_rows.pop(0)
        for name in here._above:  # noqa: SLF001 - its own kin
            above: Row = getattr(here, name)
            if name == table:
                return above
            open_rows.append(above)
    return None


def _all(parts: list[Bool]) -> Bool:
    found = parts[0]
    for part in parts[1:]:
        found = found & part
    return found


def _any(parts: list[Bool]) -> Bool:
    found = parts[0]
    for part in parts[1:]:
        found = found | part
    return found


def _only(given: dict[str, Any], known: set[str], place: str) -> None:
    if other := sorted(set(given) - known):
        raise RuleError(
            f"{', '.join(other)} does not stand beside {', '.join(sorted(known))}", place
        )


def _rows(name: str, given: dict[str, Any], scope: Scope, place: str) -> Bool:
    _only(given, {name, "where"}, place)
    rows: Rows[Any] | None = None
    for row in reversed(list(scope.values())):
        rows = getattr(type(row), str(given[name]), None) and getattr(row, str(given[name]))
        if isinstance(rows, Rows):
            break
    if not isinstance(rows, Rows):
        raise RuleError(f"there are no rows {given[name]} below {', '.join(scope)}", place)
    table = rows._table  # noqa: SLF001 - likewise
    where = given.get("where")
    if where is None:
        if name == "every":
            raise RuleError("every needs a where", place)
        return rows.any() if name == "some" else rows.none()

    def asked(row: Row) -> Bool:
        return condition(where, {**scope, table: row}, place)

    return {"some": rows.any, "every": rows.all, "none": rows.none}[name](asked)


def _field(given: dict[str, Any], scope: Scope, place: str) -> Bool:
    value = field_of(given["field"], scope, place)
    asked = {name: what for name, what in given.items() if name not in {"field", "on"}}
    if len(asked) != 1 or (set(asked) - set(ASKED)):
        raise RuleError(f"of a field one of {', '.join(ASKED)} is asked", place)
    ((name, what),) = asked.items()
    method = name.removeprefix("not_")
    if method in _METHODS and not hasattr(type(value), method):
        raise RuleError(f"{given['field']}: {name} is not asked of a {value.kind}", place)
    on = field_of(given["on"], scope, place) if "on" in given else None
    if on is not None and not isinstance(on, Date):
        raise RuleError("on names a date", place)
    try:
        if name in {"listed", "not_listed"}:
            found: Bool = value.listed(str(what), on=on)
            return found if name == "listed" else ~found
        return ASKED[name](value, what, lambda item: _constant(value, item, scope, place))
    except RuleError as error:
        raise RuleError(f"{given['field']}: {error.said}", place) from None
    except (TypeError, LookupError, ArithmeticError):
        said = f"{name} of a {value.kind} is not asked with {what!r}"
    raise RuleError(f"{given['field']}: {said}", place)


def _constant(value: Value, item: Any, scope: Scope, place: str) -> Any:
    """What a value is compared with: another field, or a constant of its kind."""
    if isinstance(item, dict):
        return field_of(item.get("field"), scope, place)
    if isinstance(value, Money | Number):
        if isinstance(item, int | float) and not isinstance(item, bool):
            return Decimal(str(item))
        if isinstance(item, str):
            return _read(Decimal, item, f"a {value.kind} is a number")
    if isinstance(value, Date) and isinstance(item, str):
        return _read(dt.date.fromisoformat, item, "a day is YYYY-MM-DD")
    return item


def _read(make: Callable[[str], Any], text: str, what: str) -> Any:
    """What a text says; RuleError where it says no such thing."""
    try:
        return make(text)
    except (ValueError, ArithmeticError):
        raise RuleError(f"{what}, not {text!r}") from None


def _yes(what: Any) -> bool:
    if not isinstance(what, bool):
        raise RuleError(f"missing and present are true or false, not {what!r}")
    return what


def _two(what: Any) -> list[Any]:
    if not isinstance(what, list) or len(what) != 2:  # noqa: PLR2004 - the least and the most
        raise RuleError(f"between takes the least and the most, [1, 5], not {what!r}")
    return what


def _listing(what: Any) -> list[Any]:
    return what if isinstance(what, list) else [what]


ASKED: dict[str, Callable[[Any, Any, Callable[[Any], Any]], Bool]] = {
    "is": lambda value, what, take: value == take(what),
    "is_not": lambda value, what, take: value != take(what),
    "in": lambda value, what, take: value.is_in([take(item) for item in _listing(what)]),
    "not_in": lambda value, what, take: ~value.is_in([take(item) for item in _listing(what)]),
    "above": lambda value, what, take: value > take(what),
    "at_least": lambda value, what, take: value >= take(what),
    "below": lambda value, what, take: value < take(what),
    "at_most": lambda value, what, take: value <= take(what),
    "between": lambda value, what, take: value.between(*map(take, _two(what))),
    "starts_with": lambda value, what, _: value.starts_with(*_listing(what)),
    "matches": lambda value, what, _: value.matches(what),
    "passes": lambda value, what, _: value.passes(what),
    "missing": lambda value, what, _: value.is_missing() if _yes(what) else value.is_present(),
    "present": lambda value, what, _: value.is_present() if _yes(what) else value.is_missing(),
    "listed": lambda value, what, _: value.listed(what),
    "not_listed": lambda value, what, _: ~value.listed(what),
}
"""What can be asked of a field, by the word for it."""

_METHODS = {"starts_with", "matches", "passes", "listed"}
"""Those that values of some kinds have."""
