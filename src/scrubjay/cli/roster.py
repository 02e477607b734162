"""`scrubjay roster`: what payroll and the year's reports need of what is known."""

from __future__ import annotations

import csv
import io
import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Group, Option
from scrubjay.cli.kinds import DAY, FILE, Count, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["COMMAND"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LATEST_YEAR = 2999


def deductions(given: dict[str, Any]) -> int:
    """Writes what payroll is to take from each employee's pay."""
    import datetime as dt

    from scrubjay.enrollment import projections
    from scrubjay.enrollment.state import State

    on = given["on"] or dt.datetime.now(dt.UTC).date()
    rates = projections.rates(given["rates"]) if given["rates"] else None
    with State(given["state"], make=False) as state:
        rows = projections.deductions(state, on, rates, given["since_load"])
        return _written(given, projections.DEDUCTIONS, rows)


def months(given: dict[str, Any]) -> int:
    """Writes whom health coverage covered in each month of a year."""
    from scrubjay.enrollment import projections
    from scrubjay.enrollment.state import State

    lines = given["line"] or projections.MEDICAL
    with State(given["state"], make=False) as state:
        rows = projections.months(state, given["year"], lines)
        return _written(given, projections.MONTHS, rows)


def _written(given: dict[str, Any], head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    from scrubjay.cli.target import target

    count = 0
    with target(given["output"], force=given["force"]) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(head)
        for row in rows:
            writer.writerow(map(_safe, row))
            count += 1
        text.flush()
        text.detach()
    if given["output"] != "-":
        made = json.dumps({"file": given["output"], "rows": count})
        sys.stdout.write(
            f"{made}\n" if given["as_json"] else f"{count:,} rows: {given['output']}\n"
        )
    return 0


def _safe(cell: object) -> str:
    """What a spreadsheet takes for text; a number that is less than nothing stays one."""
    text = "" if cell is None else str(cell)
    number = text.lstrip("-").replace(".", "", 1).isdecimal()
    return f"'{text}" if text.startswith(_FORMULA) and not number else text


_STATE = Option(
    name="--state",
    kind=FILE,
    required=True,
    help="What is known: the state that reconcile keeps.",
)
COMMAND = Group(
    name="roster",
    help="What payroll and the year's reports need of who is covered.",
    calls=(
        Call(
            name="deductions",
            help=(
                "Write what payroll is to take from each employee's pay: every line in force on "
                "the day, as a whole.\n\nWhat the employee pays of a premium no enrollment says: "
                "--rates does."
            ),
            options=(
                _STATE,
                options.OUTPUT,
                Option(name="--on", kind=DAY, help="The day of the pay; today."),
                Option(
                    name="--rates",
                    kind=FILE,
                    metavar="CSV",
                    help="Monthly rates: line, plan, tier, from, employee, employer.",
                ),
                Option(
                    name="--since-load",
                    kind=Count(0),
                    metavar="LOAD",
                    help="Also what the loads after this one changed of months gone by.",
                ),
                options.AS_JSON,
                options.FORCE,
            ),
            examples=(
                "scrubjay roster deductions --state acme.db -o deductions.csv --rates rates.csv",
                "scrubjay roster deductions --state acme.db -o - --on 2026-06-30 --since-load 11",
            ),
            run=deductions,
        ),
        Call(
            name="months",
            help=(
                "Write whom health coverage covered in each month of a year (Part III of form "
                "1095-C, or 1095-B).\n\nWhat was offered, and at what price (lines 14 to 16), no "
                "enrollment says, so it is not there."
            ),
            options=(
                _STATE,
                options.OUTPUT,
                Option(
                    name="--year",
                    kind=Count(1900, _LATEST_YEAR),
                    metavar="YEAR",
                    required=True,
                    help="The year.",
                ),
                Option(
                    name="--line",
                    kind=Kind(),
                    metavar="CODE",
                    many=True,
                    help="A line that counts; by default HLT, HMO, PPO, EPO, POS and MM.",
                ),
                options.AS_JSON,
                options.FORCE,
            ),
            examples=("scrubjay roster months --state acme.db --year 2026 -o covered.csv",),
            run=months,
        ),
    ),
)
