"""Services outside that rules ask while a file is judged: eligibility, crosswalks, enrolment.

A service is an ``async def`` of one question, named in the settings, with a deadline, kept answers,
a breaker and a limit of its own. Each is asked on a loop in a thread of its own, so that its
connections stay where they were made, and one that blocks, be it for ever, holds up itself alone.
Whatever goes wrong is no answer: nothing passes for it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.pipeline.breaker import Breaker
from scrubjay.rules.lookups import NoDataError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence

    Call = Callable[[Any], Awaitable[Any]]
    Seen = Callable[[str, str], None]

__all__ = ["GROUP", "Service", "Services", "named"]

GROUP = "scrubjay.lookups"
"""Entry points of packages that bring services."""
PATIENCE = 5.0
"""Seconds beyond the longest deadline after which a rule that asks is given up itself."""
LEAVE = 1.0
"""Seconds that a thread has to heed that it is to end, or that something on it is over."""
R = TypeVar("R")


class Service(Frozen):
    """How a service is asked: `[lookups.NAME]` of the settings."""

    name: str
    use: str
    """``module:attribute`` of an ``async def``, or the name of an entry point."""
    deadline: float = 2.0
    """Seconds that a question may take, with the waiting for its turn."""
    at_once: int = 16
    kept: int = 10_000
    """Answers that are kept; the one that was asked for longest ago goes first."""
    ttl: float = 300.0
    """Seconds that an answer is good for."""
    failures: int = 5
    rest: float = 5.0
    """After so many failures in a row it is left alone for so many seconds."""


def named(use: str) -> Call:
    """The service of a name; UsageError where there is none."""
    module, colon, attribute = use.partition(":")
    try:
        if colon:
            from importlib import import_module

            found: Any = getattr(import_module(module), attribute)
        else:
            from importlib.metadata import entry_points

            (point,) = entry_points(group=GROUP, name=use)
            found = point.load()
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"[lookups] use: there is no {use} ({type(error).__name__}); name MODULE:ATTRIBUTE of "
            f"an installed module, or an entry point of {GROUP}"
        ) from None
    if not callable(found):
        raise UsageError(f"[lookups] use: {use} cannot be called; name an async def")
    call: Call = found
    return call


class _Loop:
    """A loop in a thread. One that is blocked for ever ends with the process, and holds up none."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def begin(self, coroutine: Coroutine[Any, Any, R]) -> Future[R]:
        """From any thread: what comes of it on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """What it does is broken off; a thread that does not heed that is left behind."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LEAVE)

    def _serve(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class _Desk:
    """One service. All but the call itself happens on the loop of `Services`."""

    def __init__(self, service: Service, call: Call, seen: Seen) -> None:
        self._service = service
        self._call = call
        self._seen = seen
        self._own: _Loop | None = None
        self._turns = asyncio.Semaphore(service.at_once)
        self._breaker = Breaker(failures=service.failures, rest=service.rest)
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._asked: dict[Hashable, asyncio.Task[Any]] = {}
        """Who asks what is being asked already waits for the same answer."""

    async def ask(self, question: Hashable) -> Any:
        """The answer, kept or new."""
        until, answer = self._kept.get(question, (0.0, None))
        if until > time.monotonic():
            self._kept.move_to_end(question)
            self._seen(self._service.name, "kept")
            return answer
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._answer(question))
            task.add_done_callback(lambda _: self._asked.pop(question, None))
        return await asyncio.shield(task)

    async def _answer(self, question: Hashable) -> Any:
        name = self._service.name
        try:
            async with asyncio.timeout(self._service.deadline), self._turns:
                answer = await self._tried(question)
        except TimeoutError:
            # whether it waited for its turn or for the service
            self._seen(name, "DEADLINE")
            raise NoDataError(name, "DEADLINE") from None
        except NoDataError as error:
            self._seen(name, error.code)
            raise
        self._seen(name, "answered")
        self._keep(question, answer)
        return answer

    async def _tried(self, question: Hashable) -> Any:
        """Asks."""
        if self._breaker.wait() > 0:
            raise NoDataError(self._service.name, "BREAKER_OPEN")
        if self._own is None:
            self._own = _Loop(f"lookups:{self._service.name}")
        done = False
        try:
            answer = await asyncio.wrap_future(self._own.begin(self._called(question)))
            done = True
        finally:
            if done:
                self._breaker.succeeded()
            else:
                self._breaker.failed()
        return answer

    async def _called(self, question: Hashable) -> Any:
        """On the service's own loop; what it raises may quote the question: it is not looked at."""
        try:
            return await self._call(question)
        except BaseException:  # somebody else's service: an exit of it would end the loop
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise NoDataError(self._service.name, "LOOK_UP_FAILED") from None

    def close(self) -> None:
        """Nobody asks it any more."""
        if self._own is not None:
            self._own.close()

    def _keep(self, question: Hashable, answer: Any) -> None:
        if self._service.ttl > 0 and self._service.kept > 0:
            self._kept[question] = (time.monotonic() + self._service.ttl, answer)
            self._kept.move_to_end(question)
            while len(self._kept) > self._service.kept:
                self._kept.popitem(last=False)


class Services:
    """All of them (`rules.lookups.Asking`); the thread begins with the first question."""

    def __init__(self, services: Sequence[Service], seen: Seen) -> None:
        self.services = tuple(services)
        calls = {service.name: named(service.use) for service in services}
        self._calls = calls
        self._seen = seen
        self._desks: dict[str, _Desk] = {}
        self._patience = PATIENCE + max((each.deadline for each in services), default=0.0)
        self._loop: _Loop | None = None
        self._blocked: Future[Any] | None = None
        """What a rule that blocks has kept the loop from, until it has done it."""
        self._changing = Lock()

    async def ask(self, service: str, question: Hashable) -> Any:
        """On the loop."""
        desk = self._desks.get(service)
        if desk is None:
            self._seen("unknown", "NOT_FOUND")
            raise NoDataError(service, "NOT_FOUND")
        return await desk.ask(question)

    def run(self, asked: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """From any thread but the loop's own; where a rule blocks that, there is no data."""

        async def one(each: Coroutine[Any, Any, Any]) -> Any:
            try:
                async with asyncio.timeout(self._patience):
                    return await each
            except TimeoutError:
                raise NoDataError("rule", "DEADLINE") from None

        async def together() -> list[Any]:
            return await asyncio.gather(*(one(each) for each in asked), return_exceptions=True)

        if self._blocked is None or self._blocked.done():
            self._blocked = None
            running = self._started().begin(together())
            try:
                return running.result(self._patience + LEAVE)
            except FutureTimeoutError:
                self._blocked = running
        else:
            for each in asked:
                each.close()
        return [NoDataError("rule", "DEADLINE") for _ in asked]

    def close(self) -> None:
        """The threads end; who still waits is told so."""
        with self._changing:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()
        for desk in self._desks.values():
            desk.close()

    def _started(self) -> _Loop:
        with self._changing:
            if self._loop is None:
                loop = _Loop("lookups")
                loop.begin(self._open()).result()
                self._loop = loop
            return self._loop

    async def _open(self) -> None:
        self._desks = {
            each.name: _Desk(each, self._calls[each.name], self._seen) for each in self.services
        }
