"""How much happens at once: stages get their messages, keep them while they work, give them back.

Each stage works on as many messages at once as it is given, and takes none before it can begin, so
that what is not being worked on stays in the queue and memory stays as it is. What fails is tried
again later, by the one table of codes, or buried. When the process is asked to end, no new message
is taken and what is being done has a while to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from scrubjay.pipeline.burying import bury
from scrubjay.pipeline.retry import PARKED, code_of, is_hopeless
from scrubjay.pipeline.seeing import about, place_of
from scrubjay.pipeline.telling import lacks
from scrubjay.pipeline.work import ACKNOWLEDGE, ASSEMBLE, PARSE, RELAY, RESCUE, SCRUB, SEND
from scrubjay.store.errors import DiskFullError, StaleLeaseError, StoreFailedError
from scrubjay.vault import reading_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from scrubjay.brokers.contract import Lease
    from scrubjay.pipeline.work import Stage, Work

__all__ = ["Runner"]

_OF = {
    **dict.fromkeys((PARSE, SCRUB), "file"),
    **dict.fromkeys((ASSEMBLE, SEND), "partner"),
    ACKNOWLEDGE: "acknowledgment",
    RESCUE: "claim",
    RELAY: "reply",
}
"""What a topic's subjects are; a stage that knows better says so (`about`)."""
ROOM = 1.0
"""Seconds between two tries to write where the store has no room."""
IDLE = 5.0
"""Seconds that a message is waited for at once."""


class Runner:
    """Some stages of one process."""

    def __init__(self, work: Work, stages: Sequence[Stage], workers: Mapping[str, int]) -> None:
        self._work = work
        self._stages = stages
        self._workers = workers
        self._ending = asyncio.Event()
        self.failed: BaseException | None = None
        """Why it ended by itself: the store has failed for good."""

    def end(self) -> None:
        """Take no more; `run` returns when what is being done is done, or its time is over."""
        self._ending.set()

    async def run(self, beside: Sequence[Callable[[asyncio.Event], Awaitable[None]]] = ()) -> None:
        """Until `end`; `beside` are loops that are told when to end by an event."""
        tasks = [
            asyncio.create_task(self._serve(stage), name=stage.topic)
            for stage in self._stages
            if self._workers.get(stage.topic, 1)
        ]
        tasks += [asyncio.create_task(self._beside(each)) for each in beside]
        await self._ending.wait()
        _, late = await asyncio.wait(tasks, timeout=self._work.knobs.grace) if tasks else ((), ())
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._work.seeing.tell("runner.ended", count=len(late))

    async def _beside(self, each: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """A loop that dies would be missed by nobody: it is told, and begun again."""
        while not self._ending.is_set():
            try:
                await each(self._ending)
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                if self._is_over(error):
                    return
                self._tell("loop.failed", error)
                if code_of(error) in PARKED:
                    lacks(self._work, code_of(error), 1.0)
                await self._pause(1.0)

    async def _serve(self, stage: Stage) -> None:
        """Leases a message whenever a worker is free, and has it handled beside the others."""
        most = self._workers.get(stage.topic, 1)
        under_way: set[asyncio.Task[None]] = set()
        try:
            while not self._ending.is_set():
                if len(under_way) >= most:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    continue
                for lease in await self._leased(stage.topic):
                    task = asyncio.create_task(self._handle(stage, lease))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
            if under_way:
                await asyncio.wait(under_way)
        except asyncio.CancelledError:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            raise

    async def _leased(self, topic: str) -> list[Lease]:
        """A message, none after a while, none when it is time to end."""
        knobs, broker = self._work.knobs, self._work.broker
        leasing = asyncio.ensure_future(broker.lease(topic, 1, knobs.lease, wait=IDLE))
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({leasing, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not leasing.done():
                # what it may have leased meanwhile is given back when the store is closed
                leasing.cancel()
                await asyncio.gather(leasing, return_exceptions=True)
                return []
            return leasing.result()
        except (Exception, asyncio.CancelledError) as error:
            if _is_cancelled():
                raise
            if not self._is_over(error):
                self._tell("lease.failed", error, stage=topic)
                await self._pause(1.0)
            return []
        finally:
            ending.cancel()

    async def _handle(self, stage: Stage, lease: Lease) -> None:
        begun = time.monotonic()
        seeing = self._work.seeing
        of = _OF.get(stage.topic, stage.topic)
        about(trace=f"{of}-{lease.subject}", work=f"{stage.topic}-{lease.subject}-{lease.fence}")
        keeping = asyncio.create_task(self._keep(lease))
        try:
            with reading_for(stage.topic):
                await stage.handle(lease)
            seeing.handled(stage.topic, "done", begun)
        except StaleLeaseError:
            # somebody else has it by now, and nothing of this try was written
            seeing.handled(stage.topic, "stale", begun)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await self._work.broker.release(lease, counts=False)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it has a code
            if self._is_over(error):
                return
            seeing.handled(stage.topic, "failed", begun)
            self._tell("stage.failed", error, stage=stage.topic, subject=lease.subject)
            await self._failed(stage, lease, error)
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def _keep(self, lease: Lease) -> None:
        """The message stays ours for as long as the work takes."""
        seconds = self._work.knobs.lease
        while True:
            await asyncio.sleep(seconds / 3)
            try:
                if not await self._work.broker.renew(lease, seconds):
                    return  # somebody else has it by now: the units of this try are refused
            except StaleLeaseError:
                return
            except Exception as error:  # noqa: BLE001 - it may yet succeed before the lease ends
                self._tell("renew.failed", error, stage=lease.topic, subject=lease.subject)

    async def _failed(self, stage: Stage, lease: Lease, error: Exception) -> None:
        """Again later, or never."""
        backoff, code = self._work.knobs.backoff, code_of(error)
        try:
            if code in PARKED:
                # it waits, however long that takes: that was no try
                lacks(self._work, code, backoff.longest)
                await self._parked(lease, backoff.longest)
            elif is_hopeless(error) or backoff.ends(lease.attempts):
                await self._work.store.write(lambda tx: bury(tx, stage.topic, lease, code))
            else:
                delay = max(backoff.delay(lease.attempts), 0.01)
                await self._work.broker.release(lease, delay=delay)
        except StaleLeaseError:
            return
        except Exception as again:  # noqa: BLE001 - the lease runs out, and it comes again
            if not self._is_over(again):
                self._tell("release.failed", again, stage=stage.topic, subject=lease.subject)

    async def _parked(self, lease: Lease, seconds: float) -> None:
        """Given back as no try; where the store itself has no room, as soon as it has."""
        while True:
            try:
                await self._work.broker.release(lease, delay=seconds, counts=False)
            except DiskFullError:
                if self._ending.is_set():
                    raise
                await self._pause(min(seconds, ROOM))
            else:
                return

    def _is_over(self, error: BaseException) -> bool:
        """A store that has failed for good ends the process: what it says is no longer true."""
        if not isinstance(error, StoreFailedError):
            return False
        self.failed = self.failed or error
        self._ending.set()
        return True

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    def _tell(self, event: str, error: BaseException, **fields: object) -> None:
        self._work.seeing.tell(
            event,
            logging.WARNING,
            error=type(error).__name__,
            code=code_of(error),
            place=place_of(error),
            **fields,
        )


def _is_cancelled() -> bool:
    """Whether it is we who are to end, and not only something that we waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
