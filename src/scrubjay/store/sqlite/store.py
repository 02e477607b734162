"""The store in one SQLite file (`contract.Store`)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar

from scrubjay.errors import InternalError
from scrubjay.store.errors import StoreError, StoreFailedError
from scrubjay.store.sqlite.connecting import BUSY, connect, inspected, meaning
from scrubjay.store.sqlite.desk import Desk
from scrubjay.store.sqlite.migrating import begin, migrate
from scrubjay.store.sqlite.notary import Notary, Pace
from scrubjay.store.sqlite.owners import Owner, is_dead
from scrubjay.store.sqlite.questions import Questions
from scrubjay.store.sqlite.trail import Chain
from scrubjay.store.sqlite.unit import Unit
from scrubjay.store.sqlite.writer import Job, Limits, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from scrubjay.errors import ScrubjayError
    from scrubjay.store.audit.checkpoints import CheckpointPlace
    from scrubjay.store.audit.keys import Keyring
    from scrubjay.store.contract import Tx, View

__all__ = ["STORE_FILE", "SqliteStore", "now_ms"]

T = TypeVar("T")

STORE_FILE = "scrubjay.db"
"""What the file is called in its folder."""
READERS = 4
"""Connections that read at once."""


def now_ms() -> int:
    """Milliseconds of UTC since 1970."""
    return time.time_ns() // 1_000_000


class SqliteStore:
    """One process's hold on the file. Others may have it open too."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        keys: Keyring,
        *,
        actor: str,
        checkpoints: CheckpointPlace | None = None,
        limits: Limits | None = None,
        pace: Pace | None = None,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self.path = os.path.join(os.fspath(folder), STORE_FILE)
        self.actor = actor
        self._clock = clock
        begin(self.path)
        inspected(self.path)
        limits = limits or Limits()
        self._connection = connect(self.path, busy=min(BUSY, limits.patience))
        try:
            migrate(self._connection, self.path)
        except BaseException:
            self._connection.close()
            raise
        self._owners = f"{self.path}.owners"
        self._owner = Owner(self._owners)
        chain = Chain(keys)
        self._notary = Notary(self._connection, chain, checkpoints, pace or Pace(), clock)
        self._desk = Desk(self._connection, self.path, chain, self._notary, clock)
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._reading = BoundedSemaphore(READERS)
        self._pool = ThreadPoolExecutor(READERS, "scrubjay-read")
        self._writer = Writer(self._connection, self.path, limits, self._desk)
        self._closed = False
        self._writer.start()
        self._desk.owner = self.do(lambda tx: _unit(tx).enrol(self._owner.name))
        self.reap()

    @property
    def failed(self) -> StoreError | None:
        """What made the store stop for good."""
        return self._writer.failed

    @property
    def parked(self) -> StoreError | None:
        """Why nothing can be written for the moment."""
        return self._desk.parked

    @property
    def untold(self) -> ScrubjayError | None:
        """Why checkpoints do not reach their place at the moment: somebody should see to it."""
        return self._notary.trouble

    # Units of work.
    def submit(self, work: Callable[[Tx], T], *, actor: str | None = None) -> Future[T]:
        """Runs a unit of work; the future is done when it is durable."""
        future: Future[T] = Future()
        self._writer.add(Job(work, actor or self.actor, future))
        return future

    def do(self, work: Callable[[Tx], T], *, actor: str | None = None) -> T:
        """The same, waited for here."""
        return self.submit(work, actor=actor).result()

    def later(self, work: Callable[[Tx], None], *, actor: str | None = None) -> None:
        """Runs a unit of work that nobody waits for: with the next commit, a second from now."""
        self._writer.add(Job(work, actor or self.actor, Future(), later=True))

    async def write(self, work: Callable[[Tx], T], *, actor: str | None = None) -> T:
        """The same on an event loop."""
        from asyncio import wrap_future

        return await wrap_future(self.submit(work, actor=actor))

    # Questions.
    def ask(self, query: Callable[[View], T]) -> T:
        """Asks something in one snapshot."""
        with self._reader() as connection:
            connection.execute("BEGIN")
            try:
                return query(Questions(connection, self._clock))
            except sqlite3.Error as error:
                raise self._noted(meaning(error, self.path)) from error
            finally:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    def _noted(self, error: StoreError) -> StoreError:
        """A disk that cannot be read is not written to either."""
        if isinstance(error, StoreFailedError):
            self._writer.fail(error)
        return error

    async def read(self, query: Callable[[View], T]) -> T:
        """The same on an event loop."""
        from asyncio import get_running_loop

        return await get_running_loop().run_in_executor(self._pool, self.ask, query)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        if self.failed is not None:
            raise self.failed
        with self._reading:
            try:
                connection = self._readers.get_nowait()
            except Empty:
                connection = connect(self.path, readonly=True)
            try:
                yield connection
            finally:
                self._readers.put(connection)

    def reap(self) -> int:
        """Gives back what dead processes held; how many messages."""
        gone = [owner for owner, name in self.ask(_owners) if is_dead(self._owners, name)]
        if not gone:
            return 0
        return self.do(lambda tx: sum(_unit(tx).free(owner) for owner in gone))

    def on_publish(self, told: Callable[[frozenset[str]], None]) -> None:
        """Has `told` called with the topics that got messages, once they are durable."""
        self._desk.told.append(told)

    def checkpoint(self) -> None:
        """Signs one now and tells it."""
        self.do(lambda _: self._notary.sign())

    def close(self) -> None:
        """Ends once what was given is durable; what comes later is refused."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(StoreError):
            self.do(self._leave)
        self._writer.end()
        self._writer.join()
        self._pool.shutdown()
        while not self._readers.empty():
            self._readers.get().close()
        self._owner.gone()

    def _leave(self, tx: Tx) -> None:
        _unit(tx).free(self._desk.owner)
        self._notary.sign()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unit(tx: Tx) -> Unit:
    """The unit behind the contract: what only this technology needs."""
    if not isinstance(tx, Unit):
        raise InternalError("a unit of work of another store")
    return tx


def _owners(view: View) -> list[tuple[int, str]]:
    if not isinstance(view, Questions):
        raise InternalError("a view of another store")
    return view.owners()
