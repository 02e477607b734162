"""The lines to partners, as their records stand now: a record that changes changes its line.

What is on its way over a line that is replaced ends there; then its connections are given back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from scrubjay.errors import InputError, UsageError
from scrubjay.pipeline.collect import Collect
from scrubjay.pipeline.partners import read
from scrubjay.pipeline.sweeper import every
from scrubjay.pipeline.work import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrubjay.pipeline.partners import Partner, Partners
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import Store
    from scrubjay.transports import Transport

__all__ = ["Lines", "Reading"]

LOOK = 2.0
"""Seconds between two looks at the folder of records."""


class Lines:
    """By the id of the partner; changed in place, so that every stage sees it at once."""

    def __init__(self, store: Store, connect: Callable[[Partner], Transport]) -> None:
        self.by_id: dict[int, Line] = {}
        self._store = store
        self._connect = connect
        self._closing: set[asyncio.Task[None]] = set()

    async def follow(self, records: Partners) -> int:
        """Makes lines as the records say; how many changed. UsageError where one cannot be."""
        known = {line.record.name: line for line in self.by_id.values()}
        new = {
            record.name: self._connect(record)
            for record in records
            if record.name not in known or known[record.name].record != record
        }
        gone = [line for name, line in known.items() if name in new or name not in records]
        for name, transport in new.items():
            line = Line.to(records[name], transport)
            line.id = await self._store.write(lambda tx, name=name: tx.partner(name))  # type: ignore[misc]
            self.by_id[line.id] = line
        for line in gone:
            if self.by_id.get(line.id) is line:
                del self.by_id[line.id]
            task = asyncio.create_task(_retired(line))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return len({*new, *(line.record.name for line in gone)})

    async def close(self) -> None:
        """Give all connections back."""
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for line in self.by_id.values():
            await line.transport.close()

    async def collecting(self, work: Work, ending: asyncio.Event) -> None:
        """Asks every partner for what waits there, each in its own time."""
        asking: dict[int, tuple[Line, asyncio.Task[None]]] = {}
        try:
            while not ending.is_set():
                self._ask(work, ending, asking)
                await _pause(ending, LOOK / 2)
        finally:
            await _ended([task for _, task in asking.values()])

    def _ask(
        self,
        work: Work,
        ending: asyncio.Event,
        asking: dict[int, tuple[Line, asyncio.Task[None]]],
    ) -> None:
        for number, (line, task) in list(asking.items()):
            if self.by_id.get(number) is not line:
                task.cancel()
                del asking[number]
            elif task.done():
                del asking[number]
                # a deadline that ended together with what it was for may cancel what came next
                if not task.cancelled():
                    task.result()
        for number, line in self.by_id.items():
            if number not in asking:
                once = Collect(work, line).once
                task = asyncio.create_task(every(line.record.collect_every, ending, once))
                asking[number] = (line, task)


class Reading:
    """Reads the records again when their files have changed, or when it is asked to."""

    def __init__(self, work: Work, lines: Lines, folder: str, told: Callable[[], None]) -> None:
        self._work = work
        self._lines = lines
        self._folder = folder
        self._told = told
        """Called when there are other records."""
        self._seen = tuple(_marks(folder))
        self._asked = False

    def ask(self) -> None:
        """At the next look, whatever the files look like (SIGHUP)."""
        self._asked = True

    async def __call__(self, ending: asyncio.Event) -> None:
        """Until the event is set."""
        await every(LOOK, ending, self.once)

    async def once(self) -> bool:
        """Whether records changed; those that are wrong change nothing, and are told."""
        marks = await asyncio.to_thread(lambda: tuple(_marks(self._folder)))
        if marks == self._seen and not self._asked:
            return False
        self._seen, self._asked = marks, False
        try:
            records = await asyncio.to_thread(read, self._folder)
            changed = await self._lines.follow(records)
        except (UsageError, InputError):
            # what is wrong may quote the file: `scrubjay partner check` tells it
            self._work.seeing.tell("partners.refused", code="RECORD")
            return False
        self._work.partners = records
        self._told()
        self._work.seeing.tell("partners.read", count=changed)
        return changed > 0


def _marks(folder: str) -> Iterator[tuple[str, int, int, int]]:
    """What shows that a record was changed."""
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".toml"):
                found = os.stat(os.path.join(folder, name))
                yield name, found.st_mtime_ns, found.st_size, found.st_ino


async def _retired(line: Line) -> None:
    """What goes over it now may end; nothing else begins."""
    for _ in range(line.record.limits.at_once):
        await line.at_once.acquire()
    await line.transport.close()


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pause(ending: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), seconds)
