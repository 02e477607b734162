"""The rows of the shipped code tables, gone through from first to last."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scrubjay.codes.file import CodeFile

__all__ = ["Row", "rows"]

SHIPPED = Path(__file__).parents[2] / "src/scrubjay/codes/shipped"
PAIRS = ("excludes1", "code_first")
TAIL = 12


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
    at, count, width = file._lists[of]  # noqa: SLF001 - a script beside it
    held = Path(file.path).read_bytes()
    share = width // (2 if of in PAIRS else 1)
    for begin in range(at, at + count * (width + TAIL), width + TAIL):
        key, tail = held[begin : begin + width], held[begin + width : begin + width + TAIL]
        codes = (key[n : n + share].rstrip(b"\0").decode() for n in range(0, width, share))
        days = (int.from_bytes(tail[n : n + 4], signed=True) for n in (0, 4))
        yield Row(tuple(codes), *days)
