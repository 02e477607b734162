"""What a failure leads to: when it is tried again, and when no more.

The fate of a code is in the one table (`scrubjay.failures`). Waiting grows by two with each try,
and any share of it may be waited (full jitter), so that what failed together does not come back
together. A budget keeps retries from being most of what is sent while everything fails.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from scrubjay.errors import Fate, ScrubjayError
from scrubjay.failures import FAILURES, SHORTAGES
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PARKED", "Backoff", "Budget", "code_of", "is_hopeless"]

PARKED = frozenset({"DISK_FULL", "KEY_UNAVAILABLE", "HISTORY_UNAVAILABLE", "OUTBOX_FAILED"})
"""What is lacking here, and no fault of what is worked on: it waits, and no try is counted."""


class Backoff(Frozen):
    """How long to wait, and how often to try."""

    first: float = 1.0
    """Seconds, at most, after the first try."""
    longest: float = 300.0
    attempts: int = 10

    def delay(self, attempt: int, chance: Callable[[], float] = random.random) -> float:
        """Seconds to wait after try number `attempt`, from 1."""
        return min(self.longest, self.first * 2.0 ** min(attempt - 1, 60)) * chance()

    def ends(self, attempt: int) -> bool:
        """Whether try number `attempt` was the last one."""
        return attempt >= self.attempts


class Budget:
    """Retries allowed: a share of what was tried, and a few besides; refilled by first tries."""

    def __init__(
        self,
        *,
        share: float = 0.2,
        reserve: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._share = share
        self._most = self._left = reserve
        self._clock = clock
        self._seen = clock()

    def tried(self) -> None:
        """Something was tried for the first time."""
        self._left = min(self._most, self._left + self._share)

    def spend(self) -> bool:
        """Whether a retry may be made now; it comes back by itself, one in ten seconds."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen) / 10)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def code_of(error: BaseException) -> str:
    """The code of the table that a failure stands for; it is what is kept of it."""
    code = getattr(error, "code", None)
    if isinstance(code, str) and code:
        return code
    match error:
        case MemoryError():
            return "OUT_OF_MEMORY"
        case TimeoutError():
            return "DEADLINE"
        case OSError() if error.errno in SHORTAGES:
            return SHORTAGES[error.errno]
        case ScrubjayError() if error.fate is Fate.RETRYABLE:
            return "DISK_FULL"
        case _:
            return "INTERNAL"


def is_hopeless(error: BaseException) -> bool:
    """Whether the same again would bring the same."""
    failure = FAILURES.get(code_of(error))
    if failure is not None:
        return failure.fate is Fate.FINAL
    return isinstance(error, ScrubjayError) and error.fate is Fate.FINAL
