"""Decision tables: a CSV in which each row is an edit of a payer, made into rules.

A row says whom and what it is about (``payer, class, client, group, code, revenue, from, until``)
and what must be: ``modifiers_required`` (one of), ``modifiers_forbidden``, ``pos``,
``pos_forbidden``, ``age_min``, ``age_max``, ``sex``, ``units_max``, or ``deny``; and how it is
told: ``severity, message, fix, status``. Several codes stand in a cell with blanks between;
``99201-99215`` is a range and ``J*`` a beginning. The id of a rule is the name of the file and the
row's ``id``, or else its number.
"""

from __future__ import annotations

import csv
import os
import re
from decimal import Decimal, InvalidOperation

from scrubjay.rules.analysts import made
from scrubjay.rules.errors import RuleError
from scrubjay.rules.fields import Line
from scrubjay.rules.scopes import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scrubjay.rules.expressions import Bool, Code
    from scrubjay.rules.rule import Rule

__all__ = ["COLUMNS", "read"]

COLUMNS = (
    *("id", "payer", "class", "client", "group", "code", "revenue", "from", "until"),
    *("modifiers_required", "modifiers_forbidden", "pos", "pos_forbidden", "age_min", "age_max"),
    *("sex", "units_max", "deny", "severity", "message", "fix", "status", "snip", "kinds"),
    *("state", "source"),
)
_RANGE = re.compile(r"([A-Z]?)(\d+)([A-Z]?)-\1(\d+)\3")
_MOST_OF_A_RANGE = 10_000
_WHOM = ("payer", "class", "client", "group")


def read(path: str) -> list[Rule]:
    """The rules of a decision table; RuleError with the line of what is wrong."""
    file = os.path.basename(path)
    stem = re.sub(r"[^A-Z0-9]+", "_", os.path.splitext(file)[0].upper()).strip("_")
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            headings = [str(name).strip().lower() for name in reader.fieldnames or ()]
            reader.fieldnames = headings
            if wrong := sorted(set(headings) - set(COLUMNS)):
                raise RuleError(f"no column {wrong[0]!r}; there are {', '.join(COLUMNS)}", file)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RuleError("this file cannot be read; check the path", file) from error
    rules: list[Rule] = []
    for number, row in rows:
        cells = {name: (cell or "").strip() for name, cell in row.items() if name}
        if any(cells.values()):
            place = f"{file}:{number}"
            own = re.sub(r"[^A-Z0-9]+", "_", cells.get("id", "").upper()).strip("_")
            rules.append(_rule(f"{stem}_{own or len(rules) + 1}", cells, place))
    if not rules:
        raise RuleError("there is no row below the headings", file)
    return rules


def _rule(name: str, cells: dict[str, str], place: str) -> Rule:
    line = Line(0)
    about = _about(line, cells, place)
    wrong = _wrong(line, cells, place)
    if not wrong:
        raise RuleError(f"{name}: the row demands nothing; say what must be, or deny", place)
    broken = wrong[0]
    for part in wrong[1:]:
        broken = broken | part
    expression = broken
    for part in reversed(about):
        expression = part & expression
    facts = {
        "title": cells.get("message"),
        "severity": cells.get("severity") or "warning",
        "snip": int(cells.get("snip") or 7),
        "status": cells.get("status") or None,
        "transactions": cells.get("kinds") or "P",
        "source": cells.get("source", ""),
        "fix": cells.get("fix", ""),
        "since": None,
        "until": None,
        "state": cells.get("state") or "active",
        "page": None,
    }
    pointed: list[Any] = [line.procedure.node]
    if cells.get("revenue"):
        pointed = [line.revenue.node]
    return made(name, expression, facts, table="line", at=pointed, place=place)


def _about(line: Line, cells: dict[str, str], place: str) -> list[Bool]:
    """Whom and what a row is about."""
    named = {key: cells[key].split() for key in _WHOM if cells.get(key)}
    inside = Scope(named, place).inside(line)
    about = [] if inside is None else [inside]
    if cells.get("code"):
        about.append(_codes(line.procedure, cells["code"], place))
    if cells.get("revenue"):
        about.append(_codes(line.revenue, cells["revenue"], place))
    for name, compare in (("from", "ge"), ("until", "le")):
        if cells.get(name):
            import datetime as dt

            try:
                day = dt.date.fromisoformat(cells[name])
            except ValueError:
                raise RuleError(f"{name} is YYYY-MM-DD, not {cells[name]!r}", place) from None
            at = line.service_from
            about.append(at >= day if compare == "ge" else at <= day)
    return about


def _wrong(line: Line, cells: dict[str, str], place: str) -> list[Bool]:
    """What a row calls wrong, each by itself."""
    slots = (line.modifier_1, line.modifier_2, line.modifier_3, line.modifier_4)
    wrong: list[Bool] = []
    if cells.get("modifiers_required"):
        wanted = cells["modifiers_required"].split()
        lacking = [slot.is_missing() | ~slot.is_in(wanted) for slot in slots]
        wrong.append(lacking[0] & lacking[1] & lacking[2] & lacking[3])
    if cells.get("modifiers_forbidden"):
        barred = cells["modifiers_forbidden"].split()
        having = [slot.is_in(barred) for slot in slots]
        wrong.append(having[0] | having[1] | having[2] | having[3])
    if cells.get("pos"):
        wrong.append(~_place(line).is_in(cells["pos"].split()))
    if cells.get("pos_forbidden"):
        wrong.append(_place(line).is_in(cells["pos_forbidden"].split()))
    return wrong + _limits(line, cells, place)


def _place(line: Line) -> Code:
    return line.place_of_service.otherwise(line.claim.place_of_service)


def _limits(line: Line, cells: dict[str, str], place: str) -> list[Bool]:
    """What is wrong with the patient or with how much was done."""
    wrong: list[Bool] = []
    claim = line.claim
    born = claim.patient.birth_date.otherwise(claim.subscriber.birth_date)
    limits: tuple[tuple[str, Callable[[Any], Bool]], ...] = (
        ("age_min", lambda least: born.years_until(line.service_from) < least),
        ("age_max", lambda most: born.years_until(line.service_from) > most),
        ("units_max", lambda most: line.units > most),
    )
    for name, exceeds in limits:
        if cells.get(name):
            try:
                wrong.append(exceeds(Decimal(cells[name])))
            except InvalidOperation:
                raise RuleError(f"{name} is a number, not {cells[name]!r}", place) from None
    if cells.get("sex"):
        wrong.append(claim.patient.sex.otherwise(claim.subscriber.sex) != cells["sex"].upper())
    if cells.get("deny", "").lower() in {"yes", "y", "true", "1"}:
        wrong.append(
            line.procedure.is_present() if not cells.get("revenue") else line.revenue.is_present()
        )
    return wrong


def _codes(value: Code, cell: str, place: str) -> Bool:
    """One of the codes, ranges and beginnings of a cell."""
    exact: list[str] = []
    begin: list[str] = []
    for word in cell.upper().split():
        found = _RANGE.fullmatch(word)
        if word.endswith("*") and len(word) > 1:
            begin.append(word[:-1])
        elif found:
            before, low, behind, high = found.groups()
            numbers = range(int(low), int(high) + 1)
            if not 0 < len(numbers) <= _MOST_OF_A_RANGE or len(low) != len(high):
                raise RuleError(f"{word} is no range of codes", place)
            exact += [f"{before}{number:0{len(low)}d}{behind}" for number in numbers]
        else:
            exact.append(word)
    parts = [value.is_in(exact)] if exact else []
    parts += [value.starts_with(*begin)] if begin else []
    return parts[0] if len(parts) == 1 else parts[0] | parts[1]
