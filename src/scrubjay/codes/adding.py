"""Publishers' files become files of codes: told by their content, read once, written sorted."""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice

from scrubjay.codes.file import Entry, write
from scrubjay.codes.folder import SUFFIX, own
from scrubjay.codes.layouts import EPOCH, Found, Layout, Reading, Source, sniff
from scrubjay.errors import InputError, UsageError

__all__ = ["Added", "add"]

_HEAD = 12
"""Lines that are looked at to tell what a file is."""
_ENCODING = "cp1252"
"""Older files of several publishers are; none of what is read here differs in UTF-8."""
_MARK = b"\xef\xbb\xbf".decode(_ENCODING)
"""A byte order mark, as spreadsheets put it in front of a CSV in UTF-8."""
_PLAIN = frozenset({"code", "code_1"})
"""A plain CSV has one of these columns."""
_EACH = {
    "frequency": ("day", "month", "year", "life"),
    "member_ids": ("least", "most"),
    "procedure_age": ("least", "most"),
    "procedure_sex": ("female", "male"),
    "anatomic": ("finger", "toe", "eyelid", "coronary"),
}
"""Lists that say something each by itself: who brings one has none of the others, which is known.

Of other tables a list says of what they speak; where that is not brought, nothing is known.
"""
_ZIP = "PK\x03\x04"
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,47}")


@dataclass(frozen=True, slots=True)
class Added:
    """A table that was written: where, from which layout, the rows of each list, what was not."""

    table: str
    layout: str
    release: str
    path: str
    rows: dict[str, int]
    rejected: tuple[tuple[str, int, str], ...]
    """File, line, and why the line was not taken."""


def add(
    files: Sequence[str],
    *,
    table: str | None = None,
    release: str | None = None,
    first: date | None = None,
    last: date | None = None,
    last_day_holds: bool = True,
    source: str = "",
    folder: str | None = None,
    made: date | None = None,
) -> Added:
    """Reads files of one table, such as the order files of several years, and writes it.

    `first` and `last` are the days that the release speaks of, where it does not say so itself.
    What the files say takes the place of what the table was before.
    """
    if table is not None and not _TABLE.fullmatch(table):
        raise UsageError(f"a table is named in small letters, digits and _, not {table!r}")
    if first and last and first > last:
        raise UsageError(f"the release speaks of days from {first} until {last}: of none")
    known = [_told(name, table, (first, last), last_day_holds=last_day_holds) for name in files]
    found = known[0][2]
    if {(layout.name, other.table) for _, layout, other in known} != {
        (known[0][1].name, found.table)
    }:
        raise UsageError("these files are not of one table; add them one by one")
    begun = [other.first for *_, other in known if other.first is not None]
    ended = [other.last for *_, other in known if other.last is not None]
    entries, rejected = _entries(known)
    widths = found.widths
    if not widths:
        held = list(entries)
        widths, entries = _widths(held), iter(held)
        widths |= {of: 1 for of in _EACH.get(found.table, ()) if of not in widths}
    names = [os.path.basename(name) for name in files]
    newest = release or max(other.release for *_, other in known)
    header = {
        "table": found.table,
        "release": newest,
        "source": source or ", ".join(names),
        "made": (made or date.today()).isoformat(),  # noqa: DTZ011 - a day as people have it
        "from": (min(begun) - EPOCH).days if len(begun) == len(known) else None,
        "until": (max(ended) - EPOCH).days if len(ended) == len(known) else None,
    }
    path = os.path.join(folder or own(), found.table + SUFFIX)
    rows = write(path, header, widths, entries)
    rows = {name: count for name, count in rows.items() if count or not name}
    if not any(rows.values()):
        os.remove(path)
        why = f"line {rejected[0][1]}: {rejected[0][2]}" if rejected else "it has none"
        raise InputError(
            f"{names[0]}: no row could be taken as {known[0][1].name} ({why}); see docs/codes.md"
        )
    return Added(found.table, known[0][1].name, newest, path, rows, tuple(rejected))


def _unmarked(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a file, the first without a byte order mark."""
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix(_MARK)


Known = tuple[Source, Layout, Found]


def _told(
    name: str,
    table: str | None,
    days: tuple[date | None, date | None],
    *,
    last_day_holds: bool,
) -> Known:
    try:
        with open(name, encoding=_ENCODING, errors="replace", newline="") as lines:
            head = tuple(line.rstrip("\r\n") for line in islice(_unmarked(lines), _HEAD))
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; check the path") from error
    source = Source(os.path.basename(name), head, *days, table, last_day_holds)
    told = sniff(source)
    if told is None and head and head[0].startswith(_ZIP):
        raise InputError(f"{name}: this is a workbook or an archive; unpack it, or save it as CSV")
    if told is None and head and _PLAIN & set(_names(head[0])):
        raise InputError(f"{name}: this is a table of codes; say which table it is with --table")
    if told is None:
        raise InputError(
            f"{name}: its layout is not known; write it as CSV with a column `code`, or "
            "`code_1` and `code_2`, and name the table with --table (docs/codes.md)"
        )
    layout, found = told
    return replace(source, name=name), layout, found


def _names(heading: str) -> list[str]:
    """The columns of a CSV."""
    return [cell.strip().lower() for cell in next(csv.reader([heading]), [])]


def _entries(known: Sequence[Known]) -> tuple[Iterator[Entry], list[tuple[str, int, str]]]:
    """The entries of all files one after another, and what is rejected on the way."""
    rejected: list[tuple[str, int, str]] = []

    def of(source: Source, layout: Layout) -> Iterator[Entry]:
        reading = Reading()
        with open(source.name, encoding=_ENCODING, errors="replace", newline="") as lines:
            yield from layout.entries(_unmarked(lines), source, reading)
        rejected.extend((os.path.basename(source.name), *row) for row in reading.rejected)

    return chain.from_iterable(of(source, layout) for source, layout, _ in known), rejected


def _widths(entries: Sequence[Entry]) -> dict[str, int]:
    """For each list the room that its longest code, or pair of codes, needs."""
    widths: dict[str, int] = {"": 1}
    parts: dict[str, int] = {}
    for entry in entries:
        if parts.setdefault(entry.of, len(entry.codes)) != len(entry.codes):
            raise UsageError("a list has codes or pairs of codes, not both")
        longest = max(len(code.encode()) for code in entry.codes) * len(entry.codes)
        widths[entry.of] = max(widths.get(entry.of, 1), longest)
    return widths
