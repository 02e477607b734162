"""A broker in memory: the twin of the others for tests, and the shortest account of them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.store.leases import Depth, Lease, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["MemoryBroker"]


@dataclass(slots=True)
class _Entry:
    due: float
    since: float
    attempts: int = 0
    fence: int = 0
    """0: nobody holds it."""
    again: bool = False


class MemoryBroker:
    """`contract.Broker` in one process; `clock` gives seconds and may jump."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._fences = itertools.count(1)
        self._topics: dict[str, dict[int, _Entry]] = {}
        self._published = asyncio.Condition()

    async def publish(self, topic: str, subjects: Iterable[int], *, delay: float = 0) -> int:
        """Messages, one a subject; how many are new."""
        now = self._clock()
        entries = self._topics.setdefault(topic, {})
        new = 0
        for subject in subjects:
            entry = entries.get(subject)
            if entry is None:
                entries[subject] = _Entry(now + delay, now)
                new += 1
            elif entry.fence:
                entry.again = True
            elif not entry.attempts:
                entry.due = min(entry.due, now + delay)
        async with self._published:
            self._published.notify_all()
        return new

    async def lease(self, topic: str, most: int, seconds: float, *, wait: float = 0) -> list[Lease]:
        """Up to `most` messages, oldest first; waits up to `wait` for the first."""
        until = time.monotonic() + wait
        while not (found := self._due(topic)[:most]):
            left = until - time.monotonic()
            if left <= 0:
                return []
            async with self._published:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._published.wait(), min(left, 0.05))
        return [self._hold(topic, subject, entry, seconds) for subject, entry in found]

    def _due(self, topic: str) -> list[tuple[int, _Entry]]:
        now = self._clock()
        due = [
            (subject, entry)
            for subject, entry in self._topics.get(topic, {}).items()
            if entry.due <= now or entry.since > now
        ]
        return sorted(due, key=lambda each: each[1].due)

    def _hold(self, topic: str, subject: int, entry: _Entry, seconds: float) -> Lease:
        entry.since = self._clock()
        entry.due = entry.since + seconds
        entry.fence = next(self._fences)
        entry.attempts += 1
        return Lease(Message(topic, subject), entry.fence, entry.attempts)

    def _held(self, lease: Lease) -> _Entry | None:
        entry = self._topics.get(lease.topic, {}).get(lease.subject)
        return entry if entry is not None and entry.fence == lease.fence else None

    async def renew(self, lease: Lease, seconds: float) -> bool:
        """Keeps it for `seconds` from now."""
        entry = self._held(lease)
        if entry is not None:
            entry.since = self._clock()
            entry.due = entry.since + seconds
        return entry is not None

    async def settle(self, lease: Lease) -> bool:
        """It is done with for good."""
        entry = self._held(lease)
        if entry is None:
            return False
        if entry.again:
            now = self._clock()
            self._topics[lease.topic][lease.subject] = _Entry(now, now)
        else:
            del self._topics[lease.topic][lease.subject]
        return True

    async def release(self, lease: Lease, *, delay: float = 0, counts: bool = True) -> bool:
        """Gives it back, not before `delay`."""
        entry = self._held(lease)
        if entry is None:
            return False
        entry.since = self._clock()
        entry.due = entry.since + delay
        entry.fence = 0
        entry.again = False
        entry.attempts -= not counts
        return True

    async def depth(self, topic: str) -> Depth:
        """How much waits."""
        now = self._clock()
        entries = self._topics.get(topic, {}).values()
        ready = [entry for entry in entries if entry.due <= now or entry.since > now]
        rest = [entry for entry in entries if not (entry.due <= now or entry.since > now)]
        leased = sum(bool(entry.fence) for entry in rest)
        oldest = max((now - entry.due for entry in ready if entry.due <= now), default=None)
        return Depth(len(ready), leased, len(rest) - leased, oldest)

    async def close(self) -> None:
        """Nothing is leased any more."""
        self._topics.clear()
