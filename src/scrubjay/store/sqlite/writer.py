"""The one thread that writes: units of work in groups, one commit a group.

A commit with an fsync costs milliseconds, a unit of work microseconds. While one group becomes
durable the next gathers; each unit stands in a savepoint of its own, so that one that raises is
taken back alone. Whoever waits for a unit is told when the commit has returned, never before.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from scrubjay.failpoints import failpoint
from scrubjay.store.errors import (
    DiskFullError,
    LockedError,
    OverrunError,
    StoreError,
    StoreFailedError,
)
from scrubjay.store.sqlite.connecting import meaning

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubjay.store.contract import Tx
    from scrubjay.store.sqlite.desk import Desk

__all__ = ["Job", "Limits", "Writer"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken together, and how long is waited."""

    group: int = 512
    """Units that share a commit at most."""
    group_seconds: float = 0.05
    """A group takes no more units after so long."""
    waiting: int = 20_000
    """Units that may wait; more are refused."""
    patience: float = 30.0
    """Seconds that another process may hold the write lock."""
    idle: float = 60.0
    """Seconds without a unit after which an empty group asks for a checkpoint."""
    lag: float = 1.0
    """Seconds that a unit which nobody waits for may wait for another's commit."""


@dataclass(slots=True)
class Job:
    """A unit of work that somebody waits for."""

    work: Callable[[Tx], Any]
    actor: str
    future: Future[Any]
    later: bool = False
    """Nobody waits for it: it goes along with the next commit."""
    result: Any = None
    error: BaseException | None = None


class Writer(Thread):
    """Runs units of work on its own connection until it is told to end, or the disk fails."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: str,
        limits: Limits,
        desk: Desk,
    ) -> None:
        super().__init__(name="scrubjay-store", daemon=True)
        self._connection = connection
        self._path = path
        self._limits = limits
        self._desk = desk
        self._jobs: deque[Job] = deque()
        self._later: deque[Job] = deque()
        self._wake = Condition()
        self._ending = False
        self.failed: StoreError | None = None

    def add(self, job: Job) -> None:
        """Takes a unit, or refuses it."""
        with self._wake:
            if self.failed is not None:
                raise self.failed
            if self._ending:
                raise StoreFailedError(f"store {self._path} is closed")
            waiting = len(self._jobs) + len(self._later)
            if waiting >= self._limits.waiting:
                raise OverrunError(f"{waiting} units of work wait for store {self._path}")
            (self._later if job.later else self._jobs).append(job)
            if not job.later or len(self._later) == 1:
                self._wake.notify()

    def end(self) -> None:
        """Ends when everything that was taken is durable."""
        with self._wake:
            self._ending = True
            self._wake.notify()

    def run(self) -> None:
        """The thread."""
        try:
            while self.failed is None and self._wait():
                self._group()
        except Exception as error:  # noqa: BLE001 - whoever waits must not wait for ever
            self.fail(StoreFailedError(f"store {self._path} failed: {type(error).__name__}"))
        finally:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()

    def _wait(self) -> bool:
        while True:
            with self._wake:
                if self._jobs or self._ending:
                    return bool(self._jobs or self._later)
                patience = self._limits.lag if self._later else self._limits.idle
                if self._wake.wait(patience):
                    continue
            self._group()

    def _group(self) -> None:
        """One transaction; what went wrong with all of it is told to all of it."""
        done: list[Job] = []
        topics: set[str] = set()
        try:
            self._lock()
            self._fill(done, topics)
            failpoint("store.before_commit")
            self._connection.execute("COMMIT")
            failpoint("store.committed")
        except sqlite3.Error as error:
            self._lost(done, meaning(error, self._path))
        except StoreError as error:
            self._lost(done, error)
        except Exception as error:
            self._lost(done, StoreFailedError(f"store {self._path}: {type(error).__name__}"))
            raise
        else:
            self._tell(done)
            self._desk.committed(frozenset(topics))

    def _lock(self) -> None:
        """Begins to write; other processes write too."""
        patience = time.monotonic() + self._limits.patience
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                told = meaning(error, self._path)
                if not isinstance(told, LockedError) or time.monotonic() > patience:
                    raise
            else:
                return

    def _fill(self, done: list[Job], topics: set[str]) -> None:
        """Runs units until nobody waits, or the group is large enough."""
        until = time.monotonic() + self._limits.group_seconds
        self._desk.open()
        while len(done) < self._limits.group:
            try:
                job = (self._later or self._jobs).popleft()
            except IndexError:
                break
            if job.future.set_running_or_notify_cancel():
                done.append(job)
                self._run(job, topics)
            if time.monotonic() > until:
                break
        self._desk.close()

    def _run(self, job: Job, topics: set[str]) -> None:
        """One unit in its savepoint."""
        execute = self._connection.execute
        execute("SAVEPOINT unit")
        unit = self._desk.unit(job.actor)
        try:
            job.result = job.work(unit)
        except sqlite3.Error as error:
            job.error = meaning(error, self._path)
            if not self._connection.in_transaction or not _alone(job.error):
                raise
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the unit
            job.error = error
        if job.error is None:
            execute("RELEASE unit")
            topics |= unit.published
        else:
            unit.take_back()
            execute("ROLLBACK TO unit")
            execute("RELEASE unit")

    def _tell(self, done: list[Job]) -> None:
        for job in done:
            if job.error is None:
                job.future.set_result(job.result)
            else:
                job.future.set_exception(job.error)

    def _lost(self, done: list[Job], error: StoreError) -> None:
        """Nothing of the group is there."""
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        if not isinstance(error, DiskFullError | LockedError):
            self.fail(error)
        self._desk.lost(error)
        for job in done:
            job.future.set_exception(error)
        if self.failed is None:
            # they go along with the next commit that succeeds
            again = [Job(job.work, job.actor, Future(), later=True) for job in done if job.later]
            self._later.extendleft(reversed(again))
        if not done:
            self._refuse(error)

    def fail(self, error: StoreError) -> None:
        """Nothing is written by this process any more, and nothing is tried again."""
        with self._wake:
            self.failed = error
        self._refuse(error)

    def _refuse(self, error: StoreError) -> None:
        """Tells all that wait that they wait in vain."""
        with self._wake:
            waiting = list(self._jobs)
            self._jobs.clear()
        for job in waiting:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)


def _alone(error: StoreError) -> bool:
    """Whether it concerns the one unit: a constraint that it broke, a value that is no value."""
    return not isinstance(error, DiskFullError | LockedError | StoreFailedError)
