"""`scrubjay codes`: the code tables that rules look into, shipped and your own."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.kinds import DAY, FILE, FOLDER, Kind
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Any

    from scrubjay.codes.file import CodeFile, Interval

__all__ = ["COMMAND"]

_MOST_REJECTS = 10
_PAIR = 3
_ALIKE = 0.8
"""How like another a name is that may be meant for it."""


def adding(given: dict[str, Any]) -> int:
    """Makes a table of publishers' files."""
    from scrubjay.codes.adding import add

    added = add(
        given["files"],
        table=given["table"],
        release=given["release"],
        first=given["from"],
        last=given["until"],
        last_day_holds=not given["deleted_on_last_day"],
        source=given["source"] or "",
        folder=given["folder"],
    )
    if given["as_json"]:
        rejected = [{"file": file, "line": line, "why": why} for file, line, why in added.rejected]
        row: dict[str, Any] = {
            "table": added.table,
            "layout": added.layout,
            "release": added.release,
        }
        row |= {"path": added.path, "rows": added.rows, "rejected": rejected}
        sys.stdout.write(json.dumps(row) + "\n")
        return 0
    # a table of lists alone has no codes beside them
    held = [(f"in {name}" if name else "codes", count) for name, count in added.rows.items()]
    counts = ", ".join(f"{count:,} {name}" for name, count in held if count)
    release = f", release {added.release}" if added.release else ""
    sys.stdout.write(f"{added.table} ({added.layout}{release}): {counts}\n{added.path}\n")
    for file, line, why in added.rejected[:_MOST_REJECTS]:
        sys.stderr.write(f"scrubjay: {file}:{line} is not taken: {why}\n")
    if more := len(added.rejected[_MOST_REJECTS:]):
        sys.stderr.write(f"scrubjay: and {more:,} lines more; --json names all of them\n")
    if near := _near(added.table):
        told = f"no shipped rule looks into {added.table}; did you mean --table {near}?"
        sys.stderr.write(f"scrubjay: {told}\n")
    return 0


def _near(table: str) -> str | None:
    """The table that rules look into whose name is nearly that of one that none does."""
    from difflib import get_close_matches

    from scrubjay.rulebook import tables

    known = tables()
    return None if table in known else next(iter(get_close_matches(table, known, 1, _ALIKE)), None)


def listing(given: dict[str, Any]) -> int:
    """Lists the tables."""
    rows = [_facts(file) for file in _files(given["folder"])]
    if given["as_json"]:
        sys.stdout.write(json.dumps({"tables": rows}) + "\n")
        return 0
    tables = max((len(row["table"]) for row in rows), default=0)
    releases = max((len(row["release"] or "-") for row in rows), default=0)
    for row in rows:
        spoken = row["from"] or row["until"]
        days = f"{row['from'] or ''} to {row['until'] or ''}".strip() if spoken else "any day"
        count = row["rows"].get("") or sum(row["rows"].values())
        sys.stdout.write(
            f"{row['table']:<{tables}}  {row['release'] or '-':<{releases}}  {count:>10,}  "
            f"{days:<24}  {row['source']}\n"
        )
    return 0


def lookup(given: dict[str, Any]) -> int:
    """Looks a code up."""
    words, on = given["words"], given["on"]
    if len(words) not in {2, _PAIR}:
        raise UsageError("name a table and a code, or the two codes of a pair: icd10cm E11.9")
    name, *codes = words
    table, _, _ = name.partition(".")
    file = next((file for file in _files(given["folder"]) if file.table == table), None)
    if file is None:
        raise UsageError(f"there is no table {table}; scrubjay codes list names those there are")
    plain = [code.replace(".", "") for code in codes]
    of = name.partition(".")[2]
    if of and of not in file.lists:
        there = ", ".join(sorted(filter(None, file.lists))) or "no other"
        raise UsageError(f"{table} has no list {of}; it has {there}")
    if not (found := _found(file, plain, of)):
        plain = [code.upper() for code in plain]
        found = _found(file, plain, of)
    holds = [row for row in found if _on(row[1], on)]
    if given["as_json"]:
        rows = [{"list": other, **_span(span)} for other, span in holds]
        body = {"table": table, "codes": plain, "on": on and on.isoformat(), "lists": rows}
        sys.stdout.write(json.dumps(body) + "\n")
    else:
        for other, span in holds:
            facts = _span(span)
            value = f", value {span.value}" if span.value else ""
            days = f"from {facts['from'] or 'ever'} until {facts['until'] or 'further notice'}"
            sys.stdout.write(f"{' '.join(plain)}: {table}{other and '.' + other} {days}{value}\n")
        elsewhere = any(not other for other, _ in found) and all(other for other, _ in holds)
        if not holds or elsewhere:  # a list says what a code is, the table whether it holds
            when = f" on {on.isoformat()}" if on else ""
            sys.stdout.write(
                f"{' '.join(plain)} does not stand in {name}{when}{_silent(file, on)}\n"
            )
    return 0 if holds else 1


def _found(file: CodeFile, codes: list[str], of: str) -> list[tuple[str, Interval]]:
    """The lists that codes stand in, or that one of them, with the days of each."""
    lists = [other for other in file.lists if not of or other == of]
    return [(other, span) for other in lists for span in file.intervals(*codes, of=other)]


def _silent(file: CodeFile, on: date | None) -> str:
    """That a release does not speak of a day: what does not stand in it then, may be a code."""
    facts = _facts(file)
    first, last = facts["from"], facts["until"]
    if on and ((first and on.isoformat() < first) or (last and on.isoformat() > last)):
        return f"; this release speaks of {first or 'ever'} to {last or 'further notice'} only"
    return ""


def _files(folder: str | None) -> Iterator[CodeFile]:
    from scrubjay.codes.file import CodeFile
    from scrubjay.codes.folder import SUFFIX, files

    paths = files()
    if folder is not None:
        names = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))
        paths = [os.path.join(folder, name) for name in names]
    return (CodeFile(path) for path in paths)


def _facts(file: CodeFile) -> dict[str, Any]:
    header = file.header
    return {
        "table": file.table,
        "release": header.get("release"),
        "source": header.get("source"),
        "made": header.get("made"),
        "from": _iso(header.get("from")),
        "until": _iso(header.get("until")),
        "rows": file.lists,
        "path": file.path,
    }


def _on(span: Interval, on: date | None) -> bool:
    from scrubjay.codes.layouts import EPOCH

    return on is None or span.first <= (on - EPOCH).days <= span.last


def _span(span: Interval) -> dict[str, Any]:
    from scrubjay.codes.file import EARLIEST, LATEST

    first = None if span.first == EARLIEST else _iso(span.first)
    last = None if span.last == LATEST else _iso(span.last)
    return {"from": first, "until": last, "value": span.value}


def _iso(day: int | None) -> str | None:
    from datetime import timedelta

    from scrubjay.codes.layouts import EPOCH

    return None if day is None else (EPOCH + timedelta(days=day)).isoformat()


_FOLDER = Option(
    name="--folder",
    kind=FOLDER,
    help="Another folder of tables than your own.",
)

COMMAND = Group(
    name="codes",
    help="The code tables that rules look into.",
    calls=(
        Call(
            name="add",
            help="""\
Make a table of publishers' FILES, told by their content: ICD-10 order files, HCPCS, NCCI pairs,
units and add-on codes, the fee schedule, OPPS, NPPES, NUCC, places of service; or plain CSV.

What the table was before is replaced. Several files are of one table, such as those of two years.
""",
            argument=Argument(name="files", metavar="FILES...", kind=FILE, many=True),
            options=(
                Option(
                    name="--table",
                    kind=Kind(),
                    metavar="NAME",
                    help="What rules call it; CSV needs one.",
                ),
                Option(name="--release", kind=Kind(), metavar="NAME", help="What release it is."),
                Option(name="--from", kind=DAY, help="The first day it speaks of."),
                Option(name="--until", kind=DAY, help="The last day it speaks of."),
                Option(
                    name="--deleted-on-last-day",
                    help="A pair holds no more on the day of its deletion.",
                ),
                Option(name="--source", kind=Kind(), help="Where the files are from."),
                _FOLDER,
                options.AS_JSON,
            ),
            examples=(
                "scrubjay codes add icd10cm-order-2025.txt icd10cm-order-2026.txt",
                "scrubjay codes add ccipra-v321r0-f1.txt ccipra-v321r0-f2.txt --release 2026Q1",
                "scrubjay codes add ours.csv --table authorization_required",
            ),
            run=adding,
        ),
        Call(
            name="list",
            help="List the tables: name, release, codes, the days they speak of, and their source.",
            options=(_FOLDER, options.AS_JSON),
            examples=("scrubjay codes list", "scrubjay codes list --json"),
            run=listing,
        ),
        Call(
            name="lookup",
            help="""\
Look up a code in a table, or in one list of it (icd10cm.manifestation), or a pair of codes.

Leaves with 0 if it stands there, 1 if it does not.
""",
            argument=Argument(name="words", metavar="TABLE CODE [CODE]", kind=Kind(), many=True),
            options=(
                Option(name="--on", kind=DAY, help="On that day; else on any day."),
                _FOLDER,
                options.AS_JSON,
            ),
            examples=(
                "scrubjay codes lookup icd10cm E11.9 --on 2026-01-02",
                "scrubjay codes lookup ptp 11102 99213",
            ),
            run=lookup,
        ),
    ),
)
