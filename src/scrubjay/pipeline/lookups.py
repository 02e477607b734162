"""Services outside that rules ask while a file is judged: eligibility, crosswalks, enrolment.

A service is an ``async def`` of one question, named in the settings, with a deadline, kept answers,
a breaker and a limit of its own. They are asked on a loop in a thread of their own, so that the
connections of a service stay where they were made, and a service that blocks holds up none but
those who ask. Whatever goes wrong is no answer: nothing passes for it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

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


class _Desk:
    """One service. All of it happens on the loop of `Services`."""

    def __init__(self, service: Service, call: Call, seen: Seen) -> None:
        self._service = service
        self._call = call
        self._seen = seen
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
        """Asks; what it raises may quote the question, and is not looked at."""
        if self._breaker.wait() > 0:
            raise NoDataError(self._service.name, "BREAKER_OPEN")
        done = False
        try:
            answer = await self._call(question)
            done = True
        except BaseException:  # somebody else's service: an exit of it would end the loop
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise NoDataError(self._service.name, "LOOK_UP_FAILED") from None
        finally:
            if done:
                self._breaker.succeeded()
            else:
                self._breaker.failed()
        return answer

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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._starting = Lock()

    async def ask(self, service: str, question: Hashable) -> Any:
        """On the loop."""
        desk = self._desks.get(service)
        if desk is None:
            self._seen("unknown", "NOT_FOUND")
            raise NoDataError(service, "NOT_FOUND")
        return await desk.ask(question)

    def run(self, asked: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """From any thread but the loop's own."""

        async def one(each: Coroutine[Any, Any, Any]) -> Any:
            try:
                async with asyncio.timeout(self._patience):
                    return await each
            except TimeoutError:
                raise NoDataError("rule", "DEADLINE") from None

        async def together() -> list[Any]:
            return await asyncio.gather(*(one(each) for each in asked), return_exceptions=True)

        return asyncio.run_coroutine_threadsafe(together(), self._started()).result()

    def close(self) -> None:
        """The thread ends; who still waits is told so."""
        with self._starting:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                ready: Future[None] = Future()
                self._thread = Thread(
                    target=self._serve, args=(self._loop, ready), name="lookups", daemon=True
                )
                self._thread.start()
                ready.result()
            return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop, ready: Future[None]) -> None:
        asyncio.set_event_loop(loop)
        self._desks = {
            each.name: _Desk(each, self._calls[each.name], self._seen) for each in self.services
        }
        loop.call_soon(ready.set_result, None)
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
