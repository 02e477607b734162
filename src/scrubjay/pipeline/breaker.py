"""A circuit breaker: after some failures in a row a partner is left alone, then tried by one.

No library that was looked at lets a single probe through when it is half open: all ten of ten
callers were let through, and a partner that had just come back fell over again
(docs/decisions/0037-a-breaker-of-our-own.md).
"""

from __future__ import annotations

import random
import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Breaker", "Position"]


class Position(StrEnum):
    """How it stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Of one partner. Not for threads: it belongs to the event loop.

    `failures` in a row open it for `rest` seconds, each time it fails again twice as long, up to
    `longest`, less a random share of at most a half: so partners are not all tried at once.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        rest: float = 5.0,
        longest: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._most = failures
        self._rest = rest
        self._longest = longest
        self._clock = clock
        self._chance = chance
        self._failed = 0
        self._opened = 0
        self._until = 0.0
        self._probing = False

    @property
    def position(self) -> Position:
        """Open until its rest is over, half open until a probe said how it is."""
        if self._failed < self._most:
            return Position.CLOSED
        return Position.HALF_OPEN if self._clock() >= self._until else Position.OPEN

    def wait(self) -> float:
        """Seconds until somebody may try; 0 is now, and whoever is told so is the one to try."""
        match self.position:
            case Position.CLOSED:
                return 0.0
            case Position.OPEN:
                return self._until - self._clock()
            case Position.HALF_OPEN if self._probing:
                return self._rest
        self._probing = True
        return 0.0

    def succeeded(self) -> None:
        """The partner answered, whatever it said of the interchange."""
        self._failed = self._opened = 0
        self._probing = False

    def failed(self) -> None:
        """The partner could not be reached, or failed itself."""
        self._failed += 1
        probing, self._probing = self._probing, False
        if self._failed == self._most or probing:
            self._failed = max(self._failed, self._most)
            rest = min(self._rest * 2.0**self._opened, self._longest)
            self._until = self._clock() + rest * (1 - self._chance() / 2)
            self._opened = min(self._opened + 1, 30)

    def untried(self) -> None:
        """Whoever was let through did not try after all: another may be the probe."""
        self._probing = False
