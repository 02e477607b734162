"""What the words of a call mean: a kind takes a text and gives its value, or says how to write."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from typing import Any

__all__ = ["DAY", "FILE", "FOLDER", "Choice", "Count", "Kind", "Share", "Words"]


class Kind:
    """Text as it was given; what a shell completes it with: `file`, `dir`, or one of `choices`."""

    def __init__(
        self, name: str = "text", completed: str = "", choices: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self.completed = completed
        self.choices = choices

    @property
    def metavar(self) -> str:
        """What stands for a value of it in `--help`."""
        return self.name.upper()

    def take(self, text: str) -> Any:
        """The value; ValueError with one line for whoever wrote the text."""
        return text

    def words(self) -> tuple[str, ...]:
        """What a shell completes it with, where that is no file."""
        return self.choices


class Words(Kind):
    """What somebody says: more than blanks."""

    def take(self, text: str) -> str:
        """The text, without the blanks about it."""
        if not text.strip():
            raise ValueError("nothing is said; write it in quotes")
        return text.strip()


class Choice(Kind):
    """One of a few words."""

    def __init__(self, *choices: str) -> None:
        super().__init__("choice", choices=choices)

    @property
    def metavar(self) -> str:
        """All of them."""
        return f"[{'|'.join(self.choices)}]"

    def take(self, text: str) -> str:
        """The word."""
        if text not in self.choices:
            raise ValueError(f"{text!r} is not one of {', '.join(self.choices)}")
        return text


class Count(Kind):
    """A whole number, `least` or more, and no more than `most`."""

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        super().__init__("number")
        self.least = least
        self.most = most

    @property
    def metavar(self) -> str:
        """As mathematics has it."""
        return "N"

    def take(self, text: str) -> int:
        """The number."""
        number = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
        if number is None or (self.least is not None and number < self.least):
            more = "" if self.least is None else f" of {self.least} or more"
            raise ValueError(f"{text!r} is no whole number{more}")
        if self.most is not None and number > self.most:
            raise ValueError(f"{text!r} is too large; the most is {self.most}")
        return number


class Share(Kind):
    """A fraction of one."""

    @property
    def metavar(self) -> str:
        """What it is."""
        return "SHARE"

    def take(self, text: str) -> float:
        """The fraction."""
        try:
            share = float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise ValueError(f"{text!r} is no share; give a number from 0 to 1, such as 0.05")
        return share


class Day(Kind):
    """A date as people and files write it: YYYY-MM-DD, or YYYYMMDD as X12 does."""

    def take(self, text: str) -> date:
        """The day."""
        from datetime import date

        try:
            if re.fullmatch(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError(f"{text!r} is no day of the calendar; write it as 2026-01-31")


DAY = Day("date")
FILE = Kind("file", completed="file")
"""A path as it was given: the rooms below say what is wrong with one."""
FOLDER = Kind("folder", completed="dir")
