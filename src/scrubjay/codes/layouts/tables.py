"""Tables with a line of headings: providers, taxonomy, fees, places, and plain CSV."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice, repeat

from scrubjay.codes.file import EARLIEST, LATEST, Entry
from scrubjay.codes.layouts.layout import Found, Layout, Lines, Reading, Source, day_of

__all__ = ["LAYOUTS"]

Row = Mapping[str, str]
_RELEASE = re.compile(r"(20\d{2}(?:[-_]?(?:Q[1-4]|\d{2,4}))?)", re.IGNORECASE)
_LONGEST_CODE = 32
_NPI = re.compile(r"[0-9]{10}")
_MOST = 2**31 - 1
"""The greatest value that a row of a table has."""


def _headings(line: str) -> list[str]:
    try:
        return [_plain(cell) for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def _plain(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split()).lower()


def _release(source: Source) -> str:
    found = _RELEASE.search(source.name)
    return found[1] if found else ""


def _at(source: Source, *wanted: str) -> int | None:
    """The line of the headings, which may stand below some of other text."""
    for number, line in enumerate(source.head):
        headings = _headings(line)
        if all(any(heading.startswith(name) for heading in headings) for name in wanted):
            return number
    return None


def _rows(
    lines: Lines, source: Source, reading: Reading, *wanted: str, whole: bool = True
) -> Iterator[tuple[int, Row]]:
    """The rows below the headings, with the number of their line.

    Each has a cell for every heading: one that is cut short is rejected where rows are `whole`, and
    filled up where they are not.
    """
    below = _at(source, *wanted) or 0
    for _ in range(below):
        next(lines, None)
    records = _records(lines, reading, below)
    names = [_plain(cell) for _, cells in islice(records, 1) for cell in cells]
    none = dict.fromkeys(wanted if whole else (), "")
    names = _wanted(names, tuple(none))
    for number, cells in records:
        if not any(cells):
            continue
        if whole and len(cells) < len(names):
            reading.reject(number, "it has fewer cells than there are headings")
            continue
        filled = chain(map(str.strip, cells), repeat(""))
        yield number, none | dict(zip(names, filled, strict=False))


def _records(lines: Lines, reading: Reading, below: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV, each with the number of its last line; what is none is rejected."""
    reader = csv.reader(lines)
    while True:
        try:
            cells = next(reader)
        except csv.Error as error:
            reading.reject(below + reader.line_num, f"no CSV: {error}")
        except StopIteration:
            return
        else:
            yield below + reader.line_num, cells


def _wanted(names: list[str], wanted: Sequence[str]) -> list[str]:
    """Headings, those that begin as a wanted one by its name."""
    for name in wanted:
        if name not in names:
            longer = (one for one in names if one.startswith(name) and one not in wanted)
            first = next(longer, None)
            names = [name if one == first else one for one in names]
    return names


def _column(row: Row, *names: str) -> str:
    """The cell below the first heading that begins with one of the names."""
    for name in names:
        for heading, cell in row.items():
            if heading.startswith(name):
                return cell
    return ""


# ---- providers

_NPPES = ("npi", "entity type code", "provider enumeration date", "npi deactivation date")


def _nppes(source: Source) -> Found | None:
    if _at(source, *_NPPES) is None:
        return None
    return Found(source.table or "nppes", _release(source), {"": 10, "person": 10, "group": 10})


def _providers(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """When each NPI holds; its value is the entity type. One that came back holds again."""
    us = partial(day_of, form="MM/DD/CCYY")
    for number, row in _rows(lines, source, reading, *_NPPES):
        npi, kind = row["npi"], row["entity type code"]
        try:
            begun = us(row["provider enumeration date"], otherwise=EARLIEST)
            ended = us(row["npi deactivation date"], otherwise=LATEST)
            back = us(row.get("npi reactivation date", ""), otherwise=LATEST)
        except ValueError as error:
            reading.reject(number, f"a day: {error}")
            continue
        if not _NPI.fullmatch(npi) or kind not in {"", "1", "2"}:
            reading.reject(number, "no NPI of entity type 1 or 2")
            continue
        if kind:
            yield Entry((npi,), "person" if kind == "1" else "group")
        if ended == LATEST or back != LATEST:
            yield Entry((npi,), "", begun, LATEST, int(kind or 0))
        elif begun < ended:
            yield Entry((npi,), "", begun, ended - 1, int(kind or 0))


_NUCC = ("code", "grouping", "classification", "specialization")


def _nucc(source: Source) -> Found | None:
    if _at(source, *_NUCC) is None:
        return None
    widths = {"": 10, "individual": 10, "group": 10}
    return Found(source.table or "nucc", _release(source), widths)


def _taxonomies(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    for number, row in _rows(lines, source, reading, *_NUCC):
        code = row["code"]
        if len(code) != len("207Q00000X"):
            reading.reject(number, "no taxonomy code of ten characters")
            continue
        try:
            first = day_of(row.get("effective date", ""), "MM/DD/CCYY", EARLIEST)
            last = day_of(row.get("deactivation date", ""), "MM/DD/CCYY", LATEST)
        except ValueError as error:
            reading.reject(number, f"a day: {error}")
            continue
        yield Entry((code,), "", first, last)
        section = row.get("section", "").lower()
        if section:
            yield Entry((code,), "individual" if section.startswith("indiv") else "group")


# ---- fees

_FEES = ("hcpcs", "mod", "glob", "bilat", "asst")
_INDICATORS = {
    "global": ("glob",),
    "bilateral": ("bilat",),
    "assistant": ("asst",),
    "cosurgeon": ("co-", "co surg", "cosurg"),
    "team": ("team",),
    "pctc": ("pctc", "pc/tc"),
    "multiple": ("mult",),
}
_VALUES = ("000", "010", "090", "XXX", "YYY", "ZZZ", "MMM", *"0123459", "6", "7", "8")


def _fees(source: Source) -> Found | None:
    if _at(source, *_FEES) is None:
        return None
    widths = {f"{name}_{value.lower()}": 5 for name in _INDICATORS for value in _VALUES}
    return Found(source.table or "pfs", _release(source), {"": 5, **widths})


def _procedures(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """Of each procedure, without its modifiers, the indicators of the fee schedule, a list each."""
    first, last = source.days
    for number, row in _rows(lines, source, reading, *_FEES):
        code = _column(row, "hcpcs")
        if _column(row, "mod"):
            continue
        if len(code) != len("99213"):
            reading.reject(number, "no procedure of five characters")
            continue
        yield Entry((code,), "", first, last)
        for name, headings in _INDICATORS.items():
            value = _column(row, *headings)
            value = value.zfill(3) if name == "global" and value.isdigit() else value
            if value in _VALUES:
                yield Entry((code,), f"{name}_{value.lower()}", first, last)


_OPPS = ("hcpcs code", "si")


def _opps(source: Source) -> Found | None:
    if _at(source, *_OPPS) is None:
        return None
    letters = {f"{letter}{number}": 5 for letter in "ABCEFGHJKLMNPQRSTUVY" for number in " 1234"}
    widths = {name.strip().lower(): width for name, width in letters.items()}
    return Found(source.table or "opps", _release(source), {"": 5, **widths})


def _statuses(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    found = _opps(source)
    first, last = source.days
    for number, row in _rows(lines, source, reading, *_OPPS):
        code, status = row.get("hcpcs code", ""), row.get("si", "").lower()
        if len(code) != len("99213") or found is None or (status and status not in found.widths):
            reading.reject(number, "no procedure with a status indicator")
            continue
        yield Entry((code,), "", first, last)
        if status:
            yield Entry((code,), status, first, last)


# ---- NCCI

_UNITS = ("hcpcs/ cpt code", "hcpcs/cpt code")
_SETTINGS = {"practitioner": "mue", "outpatient": "mue_hospital", "dme": "mue_supplier"}


def _mue_at(source: Source) -> int | None:
    text = "\n".join(source.head).lower()
    if "mue values" not in text:
        return None
    return next((at for at, line in enumerate(source.head) if "mue values" in line.lower()), None)


def _mue(source: Source) -> Found | None:
    at = _mue_at(source)
    if at is None:
        return None
    heading = source.head[at].lower()
    table = next((name for word, name in _SETTINGS.items() if word in heading), "mue")
    widths = {"": 5, "1": 5, "2": 5, "3": 5}
    return Found(source.table or table, _release(source), widths, source.first, source.last)


def _unlikely(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """The most units of a code, in a list for each adjudication indicator: line, day, day."""
    first, last = source.days
    names: list[str] | None = None
    for number, cells in _records(lines, reading):
        plain = [_plain(cell) for cell in cells]
        if names is None:
            # the first heading may be broken over two lines
            if any("mue values" in cell for cell in plain):
                names = plain
            continue
        if not any(cells):
            continue
        code, most = cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
        kind = cells[2].strip()[:1] if len(cells) > 2 else "1"  # noqa: PLR2004 - Medicaid has two
        few = most.isdecimal() and int(most) <= _MOST
        if len(code) != len("99213") or not few or kind not in "123":
            reading.reject(number, "no code with its units and indicator 1, 2 or 3")
            continue
        yield Entry((code,), "", first, last, int(most))
        yield Entry((code,), kind or "1", first, last, int(most))


_ADD_ON = ("add_on_code", "aoc_edit_type", "primary_code")
_ANY = "CCCCC"
"""Stands for primary codes that the contractor defines."""


def _add_on(source: Source) -> Found | None:
    if _at(source, *_ADD_ON) is None:
        return None
    widths = {"": 5, "type_1": 5, "primary": 10}
    return Found(source.table or "addon", _release(source), widths)


def _additions(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """The add-on codes, those of type 1, and the pairs of add-on and primary code."""
    julian = partial(day_of, form="CCYYDDD")
    for number, row in _rows(lines, source, reading, *_ADD_ON):
        code, primary = row["add_on_code"], row["primary_code"]
        try:
            first = julian(_column(row, "aoc_edit_eff"), otherwise=EARLIEST)
            last = julian(_column(row, "aoc_edit_del"), otherwise=LATEST)
        except ValueError as error:
            reading.reject(number, f"a day: {error}")
            continue
        if len(code) != len("99213"):
            reading.reject(number, "no add-on code of five characters")
            continue
        yield Entry((code,), "", first, last)
        if row["aoc_edit_type"] == "1" and primary != _ANY:
            yield Entry((code,), "type_1", first, last)
            yield Entry((code, primary), "primary", first, last)


# ---- places, and what people write themselves


def _plain_csv(source: Source) -> Found | None:
    headings = _headings(source.head[0]) if source.head else []
    if not headings or headings[0] not in {"code", "code_1"} or source.table is None:
        return None
    return Found(source.table, _release(source), {}, source.first, source.last)


def _written(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """Columns `code` (of pairs `code_1`, `code_2`); at will `list`, `from`, `until`, `value`."""
    iso = partial(day_of, form="CCYY-MM-DD")
    first, last = source.days
    for number, row in _rows(lines, source, reading, "code", whole=False):
        codes = (row["code"],) if "code" in row else (row.get("code_1", ""), row.get("code_2", ""))
        try:
            begun = iso(row.get("from", ""), otherwise=first)
            ended = iso(row.get("until", ""), otherwise=last)
            value = int(row.get("value") or 0)
        except ValueError:
            said = ", ".join(filter(None, (row.get(name) for name in ("from", "until", "value"))))
            reading.reject(number, f"a day is CCYY-MM-DD and a value a number: {said}")
            continue
        if abs(value) > _MOST:
            reading.reject(number, f"a value is at most {_MOST}")
        elif begun > ended:
            reading.reject(number, "it ends before it begins")
        elif all(0 < len(code) <= _LONGEST_CODE for code in codes):
            yield Entry(codes, row.get("list", ""), begun, ended, value)
        else:
            reading.reject(number, f"a code has 1 to {_LONGEST_CODE} characters")


_PLACES = ("place of service code", "place of service name")


def _pos(source: Source) -> Found | None:
    if _at(source, *_PLACES) is None:
        return None
    return Found(source.table or "pos", _release(source), {"": 2})


def _places(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    first, last = source.days
    for number, row in _rows(lines, source, reading, *_PLACES):
        code = _column(row, "place of service code")
        if _column(row, "place of service name").lower().startswith("unassigned"):
            continue
        if not code.isdecimal() or len(code) > len("99"):
            reading.reject(number, "no place of two digits")
            continue
        yield Entry((code.zfill(2),), "", first, last)


LAYOUTS = (
    Layout("NPPES full replacement file", _nppes, _providers),
    Layout("NUCC taxonomy", _nucc, _taxonomies),
    Layout("physician fee schedule, relative values", _fees, _procedures),
    Layout("OPPS addendum B", _opps, _statuses),
    Layout("NCCI medically unlikely edits", _mue, _unlikely),
    Layout("NCCI add-on codes", _add_on, _additions),
    Layout("CMS places of service", _pos, _places),
    Layout("plain CSV", _plain_csv, _written),
)
