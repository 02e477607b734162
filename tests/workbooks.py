"""Workbooks made for tests, and made worse."""

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from openpyxl import Workbook

__all__ = ["patched", "workbook"]


def workbook(path: Path, **sheets: Iterable[Iterable[object]]) -> Path:
    """One with these rows in sheets of these names."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([*row])
    book.save(path)
    return path


def patched(
    path: Path, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml"
) -> Path:
    """The workbook with a part of it changed: its first sheet, if no other is named."""
    with zipfile.ZipFile(path) as book:
        parts = {each.filename: book.read(each) for each in book.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, change(content) if name == part else content)
    return path
