"""Workbooks (XLSX), opened for reading; openpyxl is loaded where one is met."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager

from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook

__all__ = ["SUFFIXES", "opened"]

SUFFIXES = (".xlsx", ".xlsm")
UNPACKED = 2 << 30
"""Bytes that a workbook may unpack to."""


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
            size = sum(part.file_size for part in parts.infolist())
        if size > UNPACKED:
            raise InputError(f"{path}: it unpacks to {size:,} bytes; save it as CSV")
        book = openpyxl.load_workbook(path, read_only=True, data_only=not formulas)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InputError(
            f"{path}: not a workbook ({type(error).__name__}); save it as CSV"
        ) from None
    try:
        yield book
    finally:
        book.close()
