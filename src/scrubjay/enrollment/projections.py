"""What others need of the state, and no more: deductions for payroll, covered months for a year.

A projection says what the sources said. What they cannot say is left out and named in
docs/enrollment.md: an 834 has premiums, not what the employee pays of them, and coverage, not what
was offered.
"""

import calendar
import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from scrubjay.enrollment.standing import Period, Standing
from scrubjay.enrollment.state import Known, State
from scrubjay.errors import InputError

__all__ = ["DEDUCTIONS", "MEDICAL", "MONTHS", "Rate", "deductions", "months", "rates"]

MEDICAL = frozenset(("HLT", "HMO", "PPO", "EPO", "POS", "MM"))
"""Lines that are health coverage as a whole, and not of teeth or eyes."""

DEDUCTIONS = (
    *("sponsor", "employee", "last", "first", "line", "plan", "tier", "begin", "end", "premium"),
    *("employee_share", "employer_share", "months_changed", "adjustment", "partner_covered"),
)
MONTHS = (
    *("sponsor", "employee", "last", "first", "birth_date", "ssn_last4", "is_employee"),
    *(month.lower() for month in calendar.month_abbr if month),
    "all_year",
)
_PARTNER = "53"
_MONTHS = 12
_YEARS = 10
_NEVER = "9999-99-99"
_RATE_COLUMNS = ("line", "plan", "tier", "from", "employee", "employer")


class Rate(NamedTuple):
    """What a plan costs a month in a tier, from a day on."""

    begin: str
    employee: Decimal
    employer: Decimal


Rates = dict[tuple[str, str, str], list[Rate]]


def rates(path: str) -> Rates:
    """A table of rates: CSV with the columns line, plan, tier, from, employee, employer."""
    made: Rates = {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _RATE_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(
                    f"{path}: there is no column {missing[0]!r}; it has {', '.join(_RATE_COLUMNS)}"
                )
            for row in reader:
                key = (row["line"], row["plan"] or "", row["tier"] or "")
                made.setdefault(key, []).append(_rate(row, f"{path} line {reader.line_num}"))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; check the path") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{path}: no CSV in UTF-8; save it as that") from None
    for every in made.values():
        every.sort()
    return made


def _rate(row: dict[str, str], place: str) -> Rate:
    try:
        begin = dt.date.fromisoformat(row["from"]).isoformat()
        shares = [Decimal(row[name]) for name in ("employee", "employer")]
    except (ValueError, TypeError, InvalidOperation):
        raise InputError(f"{place}: a day as 2026-01-31 and two amounts are wanted") from None
    if not all(share.is_finite() for share in shares):
        raise InputError(f"{place}: an amount is no number")
    return Rate(begin, *shares)


# ---- deductions


def deductions(
    state: State, on: dt.date, table: Rates | None = None, known_before: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """What payroll is to take from each employee's pay on a day: the whole of it, to be set anew.

    With `known_before`, a load, also the months that count now and did not count then, or the
    other way round: what was taken too little, or is to be given back.
    """
    day = on.isoformat()
    then = _Then(state, known_before)
    for known in state.everybody():
        if not known.is_subscriber:
            continue
        before = then.of(known.person)
        covered = _of_partner(state, known.person, day)
        lines = dict.fromkeys(key[0] for key in known.standing.periods)
        lines |= dict.fromkeys(key[0] for key in (before.periods if before else {}))
        for line in lines:
            row = _deduction(known.standing, before, line, day, table)
            if row is not None:
                yield (*_employee(known.standing), *row, "yes" if line in covered else "")


class _Then:
    """Where people stood when an earlier load was the last; walked along with who they are now."""

    def __init__(self, state: State, load: int | None) -> None:
        self._everybody = iter(()) if load is None else state.everybody(load)
        self._next: Known | None = next(self._everybody, None)

    def of(self, person: int) -> Standing | None:
        """Of a person; asked in the order of their numbers."""
        while self._next is not None and self._next.person < person:
            self._next = next(self._everybody, None)
        if self._next is not None and self._next.person == person:
            return self._next.standing
        return None


def _deduction(
    now: Standing, before: Standing | None, line: str, day: str, table: Rates | None
) -> tuple[Any, ...] | None:
    held = _in_force(now, line, day)
    changed = 0
    if before is not None:
        changed = _count(now, line, day) - _count(before, line, day)
    if held is None and not changed:
        return None
    priced = held or _in_force(before, line, _NEVER) or {}
    rate = _priced(table, priced, day)
    share = rate.employee if rate else None
    return (
        *(line, priced.get("plan"), priced.get("tier_code") or priced.get("tier")),
        *(priced.get("begin"), priced.get("end") if held else None),
        *(_premium(priced), share if held else None, rate.employer if rate and held else None),
        *(changed or None, share * changed if share is not None and changed else None),
    )


def _in_force(standing: Standing | None, line: str, day: str) -> Period | None:
    """The period of a line on a day; the last one where the day is never."""
    if standing is None:
        return None
    found = [
        each
        for key, each in standing.periods.items()
        if key[0] == line
        and (day == _NEVER or (key[2] <= day and (each.get("end") or _NEVER) >= day))
    ]
    return max(found, key=lambda each: each.get("begin") or "", default=None)


def _count(standing: Standing, line: str, until: str) -> int:
    """How many months the line covers, of the last ten years up to that of a day."""
    first = f"{int(until[:4]) - _YEARS:04d}-01"
    return len(_covered(standing, {line}, first, until[:7]))


def _priced(table: Rates | None, period: Period, day: str) -> Rate | None:
    if table is None:
        return None
    line, plan = period.get("line_code") or "", period.get("plan") or ""
    tier = period.get("tier_code") or ""
    for key in ((line, plan, tier), (line, plan, ""), (line, "", tier)):
        begun = [rate for rate in table.get(key, ()) if rate.begin <= day]
        if begun:
            return begun[-1]
    return None


def _premium(period: Period) -> str | None:
    found = (each for each in period.get("amounts") or () if each.get("qualifier") == "P3")
    return next((each.get("amount") for each in found), None)


def _of_partner(state: State, person: int, day: str) -> set[str]:
    """The lines that cover an employee's partner: what the employer pays for them may be income."""
    lines: set[str] = set()
    for known in state.relatives(person):
        member = known.standing.person.get("member") or {}
        if member.get("relationship_code") == _PARTNER:
            lines |= {key[0] for key, _ in known.standing.in_force(day)}
    return lines


def _employee(standing: Standing) -> tuple[Any, ...]:
    member = standing.person.get("member") or {}
    last4 = member.get("subscriber_ssn_last4")
    number = member.get("subscriber_id") or (f"***-**-{last4}" if last4 else None)
    sponsor = (standing.person.get("sponsor") or {}).get("id")
    return sponsor, number, member.get("last"), member.get("first")


# ---- covered months


def months(state: State, year: int, lines: Iterable[str] = MEDICAL) -> Iterator[tuple[Any, ...]]:
    """Everybody whom a health coverage covered in a year, month by month: a day makes the month."""
    wanted = frozenset(lines)
    names = [f"{year:04d}-{month:02d}" for month in range(1, _MONTHS + 1)]
    for known in state.everybody():
        covered = _covered(known.standing, wanted, names[0], names[-1])
        marks = ["X" if name in covered else "" for name in names]
        if not any(marks):
            continue
        member = known.standing.person.get("member") or {}
        yield (
            *(*_employee(known.standing), member.get("birth_date"), member.get("ssn_last4")),
            *("yes" if known.is_subscriber else "no", *marks, "X" if all(marks) else ""),
        )


def _covered(standing: Standing, lines: Iterable[str], first: str, last: str) -> set[str]:
    """The months (``2026-01``), from one to another, in which one of the lines covers a day."""
    found: set[str] = set()
    for key, each in standing.periods.items():
        if key[0] in lines:
            begin, end = max(key[2][:7], first), min((each.get("end") or _NEVER)[:7], last)
            found.update(_from_to(begin, end))
    return found


def _from_to(begin: str, end: str) -> Iterator[str]:
    year, month = int(begin[:4]), int(begin[5:7])
    while (at := f"{year:04d}-{month:02d}") <= end:
        yield at
        year, month = (year + 1, 1) if month == _MONTHS else (year, month + 1)
