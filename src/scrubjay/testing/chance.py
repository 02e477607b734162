"""What is drawn by chance, the same for the same seed on every machine."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["Chance"]

T = TypeVar("T")


class Chance:
    """A stream of draws; nothing in it depends on the clock or on hashes."""

    def __init__(self, seed: int) -> None:
        self._draw = Random(seed).random  # noqa: S311 - made-up people are no secret

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return int(self._draw() * limit)

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, which are not empty."""
        return options[int(self._draw() * len(options))]

    def happens(self, share: float) -> bool:
        """True in `share` of all draws."""
        return self._draw() < share

    def birthday(self, year: int, years: int) -> str:
        """A day, CCYYMMDD, in one of `years` years from `year` on."""
        return f"{year + self.below(years)}{1 + self.below(12):02d}{1 + self.below(28):02d}"
