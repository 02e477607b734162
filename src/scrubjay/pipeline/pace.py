"""How much at once and how fast: what each partner takes, kept apart from every other partner."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Pace"]


class Pace:
    """At most `per_second` starts a second, evenly, with a burst of one second's worth.

    A partner that answers "too many" moves the next start away (`pause`).
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._burst = max(0.0, 1.0 - self._gap)
        self._clock = clock
        self._sleep = sleep
        self._next = clock() - self._burst

    async def turn(self) -> None:
        """Returns when it is one's turn; turns are given in the order of asking."""
        now = self._clock()
        self._next = max(self._next, now - self._burst) + self._gap
        wait = self._next - self._gap - now
        if wait > 0:
            await self._sleep(wait)

    def pause(self, seconds: float) -> None:
        """No start for some seconds."""
        self._next = max(self._next, self._clock() + seconds)
