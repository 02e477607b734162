"""Files whose columns are set apart by tabs: NCCI pairs, and the list of POA-exempt diagnoses."""

import re
from collections.abc import Iterator

from scrubjay.codes.file import EARLIEST, LATEST, Entry
from scrubjay.codes.layouts.layout import Found, Layout, Lines, Reading, Source, day_of

__all__ = ["LAYOUTS"]

_PAIR = re.compile(r"[A-Z0-9]{5}\t[A-Z0-9]{5}\t[^\t]*\t\d{8}\t(\d{8}|\*)\t[019](?=[\t\r\n]|$)")
_EXEMPT = re.compile(r"\d+\t[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?\t")
_VERSION = re.compile(r"v(\d{3})", re.IGNORECASE)
_HOSPITAL = re.compile(r"ccioph|outpatient|hospital", re.IGNORECASE)


def _ncci(source: Source) -> Found | None:
    if not any(_PAIR.match(line) for line in source.head):
        return None
    version = _VERSION.search(source.name)
    table = "ptp_hospital" if _HOSPITAL.search(source.name) else "ptp"
    widths = {"0": 10, "1": 10, "column_1": 5}
    return Found(source.table or table, f"v{version[1]}" if version else "", widths)


def _pairs(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    """Pairs by modifier indicator: 0 never together, 1 together with a modifier that says why.

    Pairs of indicator 9 were taken back and are left out. The day of deletion is the last one on
    which a pair holds, or, as the call says, the first on which it does not.
    """
    below = 0
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r\n").split("\t")
        if not _PAIR.match(line):
            if below and line.strip():
                reading.reject(number, "no pair, days and modifier indicator in tabs")
            continue
        below += 1
        first_code, second, _, begun, ended, kind = cells[:6]
        try:
            first = day_of(begun, "CCYYMMDD", EARLIEST)
            last = day_of("" if ended == "*" else ended, "CCYYMMDD", LATEST)
        except ValueError as error:
            reading.reject(number, f"a day: {error}")
            continue
        if first == last or kind == "9":
            continue
        if last != LATEST and not source.last_day_holds:
            last -= 1
        yield Entry((first_code, second), kind, first, last)
        yield Entry((first_code,), "column_1")


def _poa(source: Source) -> Found | None:
    lines = [line for line in source.head[1:] if line.strip()]
    if not lines or not all(_EXEMPT.match(line) for line in lines):
        return None
    year = re.search(r"(20\d\d|FY\d\d)", source.name, re.IGNORECASE)
    return Found(source.table or "poa_exempt", year[1] if year else "", {"": 7})


def _exempt(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    first, last = source.days
    for number, line in enumerate(lines, 1):
        if not _EXEMPT.match(line):
            if number > 1 and line.strip():
                reading.reject(number, "no number, code and description in tabs")
            continue
        yield Entry((line.split("\t")[1].replace(".", ""),), "", first, last)


LAYOUTS = (
    Layout("NCCI procedure-to-procedure edits", _ncci, _pairs),
    Layout("diagnoses exempt from present on admission", _poa, _exempt),
)
