"""The rows of the shipped code tables, gone through from first to last."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scrubjay.codes.file import CodeFile

__all__ = ["Row", "rows"]

SHIPPED = Path(__file__).parents[2] / "src/scrubjay/codes/shipped"
PAIRS = ("excludes1", "code_first")


class Row(NamedTuple):
    """A code or a pair, and the days on which it holds, since 1970-01-01."""

    codes: tuple[str, ...]
    first: int
    last: int

    def holds(self, day: int) -> bool:
        """Whether it holds on a day."""
        return self.first <= day <= self.last


def rows(table: str, of: str = "") -> Iterator[Row]:
    """The rows of a list."""
    file = CodeFile(SHIPPED / f"{table}.codes")
    for codes, days in file.rows(of, parts=2 if of in PAIRS else 1):
        yield Row(codes, days.first, days.last)
