"""Decision tables: a CSV or workbook in which each row is an edit of a payer, made into rules.

A row says whom and what it is about (``payer, class, client, group, code, revenue, from, until``)
and what must be: ``modifiers_required`` (one of), ``modifiers_forbidden``, ``pos``,
``pos_forbidden``, ``age_min``, ``age_max``, ``sex``, ``units_max``, or ``deny``; and how it is
told: ``severity, message, fix, status``. Several codes stand in a cell with blanks between;
``99201-99215`` is a range and ``J*`` a beginning. The id of a rule is the name of the file and the
row's ``id``, or else its number. ``fails`` and ``passes`` are lines that the row must find, and
must not: ``97110 GP units=5``, several with ``|`` between (`claims.py`).
"""

from __future__ import annotations

import csv
import os
import re
from decimal import Decimal
from functools import partial

from scrubjay import workbook
from scrubjay.rules.analysts import in_order, made
from scrubjay.rules.claims import claim_of
from scrubjay.rules.errors import RuleError, Told
from scrubjay.rules.fields import Line
from scrubjay.rules.modifiers import lacks
from scrubjay.rules.scopes import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from scrubjay.rules.expressions import Bool, Code
    from scrubjay.rules.rule import Rule

__all__ = ["COLUMNS", "read"]

COLUMNS = (
    *("id", "payer", "class", "client", "group", "code", "revenue", "from", "until"),
    *("modifiers_required", "modifiers_forbidden", "pos", "pos_forbidden", "age_min", "age_max"),
    *("sex", "units_max", "deny", "severity", "message", "fix", "status", "snip", "kinds"),
    *("state", "source", "fails", "passes"),
)
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?")
_PROCEDURE = re.compile(r"[0-9A-Z]{5,}")
_REVENUE = re.compile(r"\d{4}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_PLACE = re.compile(r"[0-9]{2}")
_RANGE = re.compile(r"([A-Z]?)(\d+)([A-Z]?)-\1(\d+)\3")
_MOST_OF_A_RANGE = 10_000
_WHOM = ("payer", "class", "client", "group")
_YES, _NO = {"yes", "y", "true", "1"}, {"", "no", "n", "false", "0"}
_DIGITS = {"code": 5, "revenue": 4, "pos": 2, "pos_forbidden": 2}
"""Codes of digits only, of which a cell that is a number has lost the zeros in front."""


class Row:
    """A row of a table: its cells, and where it stands for people, and each cell."""

    def __init__(self, cells: dict[str, str], place: str, columns: dict[str, str]) -> None:
        self.cells = cells
        self.place = place
        self.columns = columns

    def at(self, column: str) -> str:
        """Where a cell stands; in a CSV the line of the row."""
        return self.columns.get(column, self.place)


def read(path: str) -> list[Rule]:
    """The rules of a decision table; RuleError with the place of what is wrong."""
    file = os.path.basename(path)
    stem = _name(os.path.splitext(file)[0])
    rules: list[Rule] = []
    rows = _sheets(path, file) if path.lower().endswith(workbook.SUFFIXES) else _lines(path, file)
    told = Told()
    number = 0
    for made_of in rows:
        with told:
            number += 1
            row = made_of()
            if any(row.cells.values()):
                own = _name(row.cells.get("id", ""))
                rules.append(_rule(f"{stem}_{own or number}", row))
            else:
                number -= 1
    told.settle()
    if not rules:
        raise RuleError("there is no row below the headings", file)
    return rules


def _name(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")


def _lines(path: str, file: str) -> list[Callable[[], Row]]:
    """What the rows of a CSV are made of."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            reader.fieldnames = _headings(reader.fieldnames or (), file)
            return [partial(_row, row, f"{file}:{reader.line_num}") for row in reader]
    except csv.Error as error:
        raise RuleError(f"this is no CSV: {error}; see its quotes", file) from error
    except UnicodeDecodeError as error:
        raise RuleError("this file is not UTF-8; save it as CSV UTF-8", file) from error
    except OSError as error:
        raise RuleError("this file cannot be read; check the path", file) from error


def _row(row: dict[Any, Any], place: str) -> Row:
    if any((cell or "").strip() for cell in row.pop(None, ())):
        raise RuleError("the row has more cells than there are headings; quote commas", place)
    return Row({name: (cell or "").strip() for name, cell in row.items() if name}, place, {})


def _headings(names: Iterable[object], place: str) -> list[str]:
    headings = [str(name or "").strip().lower() for name in names]
    for sign, what in ((";", "semicolons"), ("\t", "tabs")):
        if len(headings) == 1 and sign in headings[0]:
            raise RuleError(f"its cells are parted by {what}; save it with commas", place)
    if twice := sorted({name for name in headings if name and headings.count(name) > 1}):
        raise RuleError(f"the column {twice[0]!r} is there twice", place)
    if wrong := sorted(set(headings) - set(COLUMNS) - {""}):
        raise RuleError(f"no column {wrong[0]!r}; there are {', '.join(COLUMNS)}", place)
    return headings


def _sheets(path: str, file: str) -> Iterator[Callable[[], Row]]:
    """What the rows of all sheets of a workbook are made of; the first row has the headings."""
    with workbook.opened(path) as book, workbook.opened(path, formulas=True) as written:
        for sheet in book:
            formulas = workbook.read(path, written[sheet.title])
            next(formulas, ())
            rows = workbook.read(path, sheet)
            headings = _headings((cell.value for cell in next(rows, ())), f"{file}:{sheet.title}!1")
            place = f"{file}:{sheet.title}!"
            for number, (cells, asked) in enumerate(zip(rows, formulas, strict=False), 2):
                yield partial(_cells, headings, (cells, asked), place, number)


def _cells(headings: list[str], both: tuple[Any, Any], place: str, number: int) -> Row:
    """A row of a sheet: its cells as they were worked out, and as they were written."""
    cells, asked = both
    _worked_out(cells, asked, place)
    named = [(name, cell) for name, cell in zip(headings, cells, strict=False) if name]
    there = {name: cell for name, cell in named if cell.value is not None}
    columns = {name: f"{place}{cell.coordinate}" for name, cell in there.items()}
    texts = {name: _text(name, cell.value, columns[name]) for name, cell in there.items()}
    return Row(texts, f"{place}{number}", columns)


def _worked_out(cells: Iterable[Any], asked: Iterable[Any], place: str) -> None:
    """RuleError where a formula has no value: nobody opened the workbook since it was written."""
    for cell, formula in zip(cells, asked, strict=False):
        if cell.value is None and formula.value is not None:
            told = "a formula that was never worked out; save it in a spreadsheet, or write values"
            raise RuleError(told, f"{place}{formula.coordinate}")
        if cell.data_type == "e":
            raise RuleError(
                f"the formula came to {cell.value}; mend it", f"{place}{cell.coordinate}"
            )


def _text(column: str, value: Any, place: str) -> str:
    """A cell as a CSV would have it."""
    import datetime as dt

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and column in _WHOM:
        raise RuleError(f"{column} is a number here, without zeros in front; make it text", place)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().zfill(_DIGITS.get(column, 0) if isinstance(value, int) else 0)


def _rule(name: str, row: Row) -> Rule:
    line, cells, place = Line(0), row.cells, row.place
    told = Told()
    about = _gathered(told, _about(line, row))
    wrong = _gathered(told, _wrong(line, row))
    with told:
        if not wrong and not told:
            raise RuleError(f"{name}: the row demands nothing; say what must be, or deny", place)
    expression = None
    if wrong:
        expression = wrong[0]
        for part in wrong[1:]:
            expression = expression | part
        for part in reversed(about):
            expression = part & expression
    with told:
        tests = list(_tests(row))
    facts = {
        "title": cells.get("message"),
        "severity": cells.get("severity") or "warning",
        "snip": int(cells.get("snip", "7")) if cells.get("snip", "7").isdecimal() else 0,
        "status": cells.get("status") or None,
        "transactions": cells.get("kinds") or "P",
        "source": cells.get("source", ""),
        "fix": cells.get("fix", ""),
        "since": None,
        "until": None,
        "state": cells.get("state") or None,
        "page": None,
        "tests": [] if told else tests,
    }
    pointed: list[Any] = [line.procedure.node]
    if cells.get("revenue"):
        pointed = [line.revenue.node]
    with told:
        rule = made(name, expression, facts, table="line", at=pointed, place=place)
    told.settle()
    return rule


def _gathered(told: Told, asked: Iterable[Callable[[], Bool | None]]) -> list[Bool]:
    """What cells ask for, each by itself, so that all that is wrong in a row is told."""
    parts: list[Bool] = []
    for ask in asked:
        with told:
            part = ask()
            parts += [] if part is None else [part]
    return parts


def _tests(row: Row) -> Iterator[dict[str, Any]]:
    """The claims of its cells `fails` and `passes`."""
    for column, expected in (("fails", "fail"), ("passes", "pass")):
        for text in filter(None, map(str.strip, row.cells.get(column, "").split("|"))):
            yield {"expect": expected, "claim": claim_of(text, row.cells, row.at(column))}


def _about(line: Line, row: Row) -> Iterator[Callable[[], Bool | None]]:
    """Whom and what a row is about."""
    cells = row.cells
    named = {key: cells[key].split() for key in _WHOM if cells.get(key)}
    yield lambda: Scope(named, row.place).inside(line)
    if cells.get("code"):
        yield lambda: _codes(line.procedure, cells["code"], row.at("code"), _PROCEDURE)
    if cells.get("revenue"):
        yield lambda: _codes(line.revenue, cells["revenue"], row.at("revenue"), _REVENUE)
    yield lambda: _days(line, row)


def _days(line: Line, row: Row) -> Bool | None:
    told = Told()
    first = last = None
    with told:
        first = _day(row, "from")
    with told:
        last = _day(row, "until")
    with told:
        in_order(first, last, row.at("until"))
    told.settle()
    asked = [] if first is None else [line.service_from >= first]
    asked += [] if last is None else [line.service_from <= last]
    return asked[0] & asked[1] if len(asked) > 1 else next(iter(asked), None)


def _day(row: Row, name: str) -> dt.date | None:
    import datetime as dt

    if not row.cells.get(name):
        return None
    try:
        return dt.date.fromisoformat(row.cells[name])
    except ValueError:
        told = f"{name} is YYYY-MM-DD, not {row.cells[name]!r}"
        if row.cells[name].isdecimal():
            told += "; make the cell a date, or write it so"
        raise RuleError(told, row.at(name)) from None


def _wrong(line: Line, row: Row) -> Iterator[Callable[[], Bool | None]]:
    """What a row calls wrong, each by itself."""
    cells = row.cells
    what = {"modifiers_required": _MODIFIER, "modifiers_forbidden": _MODIFIER}
    what |= {"pos": _PLACE, "pos_forbidden": _PLACE}
    called: dict[str, Callable[[list[str]], Bool]] = {
        "modifiers_required": lambda wanted: lacks(line, *wanted),
        "modifiers_forbidden": lambda barred: ~lacks(line, *barred),
        "pos": lambda places: ~_place(line).is_in(places),
        "pos_forbidden": lambda places: _place(line).is_in(places),
    }
    for name, wrong in called.items():
        if cells.get(name):
            yield lambda name=name, wrong=wrong: wrong(_words(row, name, what[name]))  # type: ignore[misc]
    claim = line.claim
    born = claim.patient.birth_date.otherwise(claim.subscriber.birth_date)
    limits: dict[str, Callable[[Any], Bool]] = {
        "age_min": lambda least: born.years_until(line.service_from) < least,
        "age_max": lambda most: born.years_until(line.service_from) > most,
        "units_max": lambda most: line.units > most,
    }
    for name, exceeds in limits.items():
        if cells.get(name):
            yield lambda name=name, exceeds=exceeds: exceeds(_number(row, name))  # type: ignore[misc]
    yield lambda: _sex(line, row)
    yield lambda: _denied(line, row)


def _place(line: Line) -> Code:
    return line.place_of_service.otherwise(line.claim.place_of_service)


def _sex(line: Line, row: Row) -> Bool | None:
    sex = row.cells.get("sex", "").upper()
    if not sex:
        return None
    if sex not in {"F", "M", "U"}:
        raise RuleError(f"sex is F, M or U, not {row.cells['sex']!r}", row.at("sex"))
    return line.claim.patient.sex.otherwise(line.claim.subscriber.sex) != sex


def _denied(line: Line, row: Row) -> Bool | None:
    denied = row.cells.get("deny", "").lower()
    if denied not in _YES | _NO:
        raise RuleError(f"deny is yes or no, not {denied!r}", row.at("deny"))
    if denied in _NO:
        return None
    return line.revenue.is_present() if row.cells.get("revenue") else line.procedure.is_present()


def _number(row: Row, name: str) -> Decimal:
    """A number from 0 on, of at most three decimals."""
    if not _NUMBER.fullmatch(row.cells[name]):
        raise RuleError(f"{name} is a number, not {row.cells[name]!r}", row.at(name))
    return Decimal(row.cells[name])


def _words(row: Row, name: str, form: re.Pattern[str]) -> list[str]:
    """The codes of a cell, each of which can stand on a claim."""
    codes = row.cells[name].upper().split()
    what = "modifier" if form is _MODIFIER else "place of service"
    for code in codes:
        if not form.fullmatch(code):
            raise RuleError(f"{code!r} is no {what}{_lost(code)}", row.at(name))
    return codes


def _lost(code: str) -> str:
    return "; were zeros in front lost?" if code.isdecimal() else ""


def _codes(value: Code, cell: str, place: str, form: re.Pattern[str]) -> Bool:
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
            whole = form.fullmatch(before + low + behind)
            if not 0 < len(numbers) <= _MOST_OF_A_RANGE or len(low) != len(high) or not whole:
                raise RuleError(f"{word} is no range of codes", place)
            exact += [f"{before}{number:0{len(low)}d}{behind}" for number in numbers]
        elif not form.fullmatch(word):
            raise RuleError(f"{word!r} is no code{_lost(word)}", place)
        else:
            exact.append(word)
    parts = [value.is_in(exact)] if exact else []
    parts += [value.starts_with(*begin)] if begin else []
    return parts[0] if len(parts) == 1 else parts[0] | parts[1]
