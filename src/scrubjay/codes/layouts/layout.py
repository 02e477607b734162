"""What a layout is: how a publisher's file is told, and read as entries of code tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

from scrubjay.codes.file import EARLIEST, LATEST, Entry

__all__ = ["EPOCH", "Found", "Layout", "Lines", "Reading", "Source", "day_of"]

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its name, its first lines, and what the call says of it."""

    name: str
    head: tuple[str, ...]
    first: date | None = None
    """From when the release holds; until when."""
    last: date | None = None
    table: str | None = None
    last_day_holds: bool = True
    """Whether a code still holds on the day of its deletion."""

    @property
    def days(self) -> tuple[int, int]:
        """The days of the release, open where nothing is said."""
        return (
            EARLIEST if self.first is None else (self.first - EPOCH).days,
            LATEST if self.last is None else (self.last - EPOCH).days,
        )


@dataclass(slots=True)
class Reading:
    """What was read so far: the lines that could not be taken, and why."""

    rejected: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, line: int, why: str) -> None:
        """A line that is not taken."""
        self.rejected.append((line, why))


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout makes of a file: the table, its release, and the width of each list."""

    table: str
    release: str
    widths: dict[str, int]
    first: date | None = None
    last: date | None = None
    """The days that the release speaks of, where it says so."""


Lines: TypeAlias = Iterator[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A publisher's layout."""

    name: str
    """What people call it."""
    told: Callable[[Source], Found | None]
    """What the file is, when it is in this layout."""
    entries: Callable[[Lines, Source, Reading], Iterator[Entry]]


def day_of(text: str, form: str, otherwise: int) -> int:
    """Days since 1970-01-01 of a date: ``CCYYMMDD``, ``MM/DD/CCYY`` or ``CCYYDDD``; ValueError."""
    text = text.strip()
    if not text:
        return otherwise
    if form == "CCYYMMDD" and len(text) == len(form):
        made = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    elif form == "CCYYDDD" and len(text) == len(form):
        made = date(int(text[:4]), 1, 1) + timedelta(days=int(text[4:]) - 1)
        if made.year != int(text[:4]):
            raise ValueError("a year has no such day")
    elif form == "MM/DD/CCYY":
        month, day, year = text.split("/")
        made = date(int(year), int(month), int(day))
    elif form == "CCYY-MM-DD":
        made = date.fromisoformat(text)
    else:
        raise ValueError(f"{form} is wanted")
    return (made - EPOCH).days
