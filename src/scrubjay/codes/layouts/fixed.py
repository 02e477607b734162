"""Files whose lines have their columns at fixed places: ICD-10 order files and HCPCS."""

import re
from collections.abc import Iterator
from datetime import date

from scrubjay.codes.file import EARLIEST, LATEST, Entry
from scrubjay.codes.layouts.layout import Found, Layout, Lines, Reading, Source, day_of

__all__ = ["LAYOUTS", "stems"]

_ORDER = re.compile(r"\d{5} [A-Z0-9]{3,7} +[01] \S")
_YEAR = re.compile(r"(20\d\d)")
_QUARTERS = {"JAN": (3, 31), "APR": (6, 30), "JUL": (9, 30), "OCT": (12, 31)}
"""When the next file comes out, by the month in the name of one."""
_RECORD = 320
"""Characters of a line of the HCPCS file."""
_SEVENTH, _STEM = 7, 6


def _order(source: Source) -> Found | None:
    lines = [line for line in source.head if line.strip()]
    if not lines or not _ORDER.match(lines[0]):
        return None
    table = "icd10pcs" if lines[0][6].isdigit() else "icd10cm"
    year = _YEAR.search(source.name)
    first, last = source.first, source.last
    if year and first is None:
        first = date(int(year[1]) - 1, 10, 1)
    if year and last is None:
        last = date(int(year[1]), 9, 30)
    widths = {"": 7} if table == "icd10pcs" else {"": 7, "category": 7, "seventh": 7}
    return Found(source.table or table, year[1] if year else "", widths, first, last)


def stems(code: str) -> Iterator[str]:
    """What lacks the seventh character of a code: its first six, also without their filling X."""
    if len(code) == _SEVENTH:
        stem = code[:_STEM]
        yield stem
        while stem.endswith("X") and len(stem) > len("A00"):
            stem = stem[:-1]
            yield stem


def _codes(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    found = _order(source)
    days = source if found is None else Source("", (), found.first, found.last)
    first, last = days.days
    categories = found is not None and "category" in found.widths
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        code, flag = line[6:13].strip(), line[14:15]
        if not _ORDER.match(line):
            reading.reject(number, "no order number, code and flag in columns 1 to 15")
        elif flag == "1":
            yield Entry((code,), "", first, last)
            if categories:
                yield from (Entry((stem,), "seventh", first, last) for stem in stems(code))
        elif categories:
            yield Entry((code,), "category", first, last)


def _hcpcs(source: Source) -> Found | None:
    lines = [line for line in source.head if len(line) == _RECORD]
    if not lines or not all(line[10] in "3478" for line in lines):
        return None
    year = _YEAR.search(source.name)
    widths = {"": 5, "modifier": 2}
    last = source.last or _end_of_quarter(source.name, year)
    return Found(source.table or "hcpcs", year[1] if year else "", widths, source.first, last)


def _end_of_quarter(name: str, year: re.Match[str] | None) -> date | None:
    """The last day that a quarterly file speaks of, by its name: HCPC2026_APR_ANWEB."""
    months = (ends for month, ends in _QUARTERS.items() if month in name.upper())
    return date(int(year[1]), *next(months, (12, 31))) if year else None


def _alpha(lines: Lines, _: Source, reading: Reading) -> Iterator[Entry]:
    """Procedures (record 3) and modifiers (7) with the days of their adding and termination."""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("*") or len(line) < _RECORD:
            if len(line) >= len("A0000") and line[:5].isalnum():
                reading.reject(number, f"shorter than {_RECORD} characters")
            continue
        kind = line[10]
        if kind not in "37":
            continue
        try:
            first = day_of(line[268:276], "CCYYMMDD", EARLIEST)
            last = day_of(line[284:292], "CCYYMMDD", LATEST)
        except ValueError as error:
            reading.reject(number, f"a day in columns 269 to 292: {error}")
            continue
        code = line[:5].strip() if kind == "3" else line[3:5].strip()
        yield Entry((code,), "" if kind == "3" else "modifier", first, last)


LAYOUTS = (
    Layout("ICD-10 order file", _order, _codes),
    Layout("HCPCS alpha-numeric file", _hcpcs, _alpha),
)
