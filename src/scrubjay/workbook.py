"""Workbooks (XLSX), opened for reading; openpyxl is loaded where one is met."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager

from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from openpyxl import Workbook

__all__ = ["ERRORS", "SUFFIXES", "opened", "read", "rows"]

SUFFIXES = (".xlsx", ".xlsm")
UNPACKED = 2 << 30
"""Bytes that a workbook may unpack to."""
AT_ONCE = 256 << 20
"""Bytes of its parts that are held as a whole: texts and styles, not sheets."""
ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)
"""What a cell says whose formula failed."""
_UNKNOWN = "#VALUE!"
_SHEETS = "xl/worksheets/"


@contextmanager
def opened(path: str, *, formulas: bool = False) -> Iterator[Workbook]:
    """A workbook; UsageError and InputError say what next.

    Its cells have values, those of formulas as they were last worked out, or None; or, where
    `formulas` are asked for, those themselves.
    """
    try:
        import openpyxl
    except ImportError:
        raise UsageError(
            f"{path}: workbooks need openpyxl; run: pip install 'scrubjay[xlsx]', or save it as CSV"
        ) from None
    try:
        with zipfile.ZipFile(path) as parts:
            sizes = {part.filename: part.file_size for part in parts.infolist()}
        whole = sum(sizes.values())
        held = sum(size for name, size in sizes.items() if not name.startswith(_SHEETS))
        is_fit = whole <= UNPACKED and held <= AT_ONCE
        with warnings.catch_warnings(action="ignore"):  # they quote cells
            book = (
                openpyxl.load_workbook(path, read_only=True, data_only=not formulas)
                if is_fit
                else None
            )
    except Exception as error:  # noqa: BLE001 - whatever a library meets in a strange file
        raise _strange(path, error) from None
    if book is None:
        raise InputError(f"{path}: it unpacks to {whole:,} bytes; save it as CSV")
    try:
        yield book
    finally:
        book.close()


def rows(path: str, sheet: str = "") -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet, of the first one if none is named; UsageError where it is not there.

    A formula that nobody worked out yet, as programs leave them, is one that failed.
    """
    with opened(path) as book:
        if not book.worksheets:
            raise InputError(f"{path}: it has no sheet with cells; save it as CSV")
        names = [each.title for each in book.worksheets]
        if sheet and sheet not in names:
            raise UsageError(f"{path}: there is no sheet {sheet!r}, only {', '.join(names)}")
        name = sheet or names[0]
        values = read(path, book[name], values_only=True)
        if not _has_formulas(path):
            yield from values
            return
        with opened(path, formulas=True) as other:
            asked = read(path, other[name], values_only=True)
            for known, said in zip(values, asked, strict=False):
                yield tuple(
                    _UNKNOWN if value is None and formula is not None else value
                    for value, formula in zip(known, said, strict=False)
                )


def read(path: str, sheet: Any, *, values_only: bool = False) -> Iterator[tuple[Any, ...]]:
    """All rows of a sheet, their cells or only what is in them; InputError where it is strange."""
    sheet.reset_dimensions()  # a file may say that it has fewer rows than it has
    cells = sheet.iter_rows(values_only=values_only)
    while True:
        try:
            with warnings.catch_warnings(action="ignore"):
                row = next(cells, None)
        except Exception as error:  # noqa: BLE001 - as above
            raise _strange(path, error) from None
        if row is None:
            return
        yield row


def _has_formulas(path: str) -> bool:
    """True when a sheet has one, or looks as if it had."""
    with zipfile.ZipFile(path) as parts:
        for name in (name for name in parts.namelist() if name.startswith(_SHEETS)):
            end = b""
            with parts.open(name) as part:
                while piece := part.read(1 << 20):
                    if b"<f>" in end + piece or b"<f " in end + piece:
                        return True
                    end = piece[-2:]
    return False


def _strange(path: str, error: Exception) -> InputError:
    return InputError(f"{path}: not a workbook ({type(error).__name__}); save it as CSV")
