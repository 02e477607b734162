"""Units of work share commits, stand or fall alone, and are told when they are durable."""

import asyncio
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.store.contract import Store, Tx
from scrubjay.store.errors import (
    DiskFullError,
    LockedError,
    OverrunError,
    StoreError,
    StoreFailedError,
)
from scrubjay.store.sqlite.evidence import SqliteEvidence
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.sqlite.upkeep import looked_into, proven
from scrubjay.store.sqlite.writer import Limits
from scrubjay.store.states import Kind, State
from store.made import Place, file


@contextmanager
def busy(store: SqliteStore) -> Iterator[None]:
    """The writer is amid a unit of work for as long."""
    begun, end = threading.Event(), threading.Event()

    def wait(_: Tx) -> None:
        begun.set()
        end.wait(60)

    held = store.submit(wait)
    begun.wait(60)
    try:
        yield
    finally:
        end.set()
        held.result()


def add(store: SqliteStore, name: str) -> Future[int]:
    return store.submit(lambda tx: tx.partner(name))


def named(tx: Tx, name: str) -> int:
    return tx.partner(name)


def names(store: SqliteStore) -> list[str]:
    return [one.name for one in store.ask(lambda view: view.partners())]


def is_good(place: Place) -> bool:
    with looked_into(place.database) as connection:
        return proven(connection, place.keys, place.checkpoints).good


def test_it_is_a_store(store: SqliteStore) -> None:
    assert isinstance(store, Store)


def test_units_that_wait_share_a_commit(store: SqliteStore) -> None:
    commits: list[frozenset[str]] = []
    store.on_publish(commits.append)
    with busy(store):
        units = [store.submit(lambda tx: tx.publish("scrub", 1)) for _ in range(100)]
        assert not any(unit.done() for unit in units)
    assert [unit.result() for unit in units] == [1] + [0] * 99
    assert commits == [frozenset({"scrub"})]


def test_a_unit_that_raises_is_taken_back_alone(place: Place, store: SqliteStore) -> None:
    def half(tx: Tx) -> None:
        tx.partner("half")
        tx.publish("scrub", 1)
        raise LookupError("midway")

    def broken(tx: Tx) -> None:
        tx.partner("broken")
        tx.expect(404, "999", 1)

    with busy(store):
        before = add(store, "before")
        units = [store.submit(half), store.submit(broken)]
        after = add(store, "after")
    assert (before.result(), after.result()) == (1, 2)
    with pytest.raises(LookupError, match="midway"):
        units[0].result()
    with pytest.raises(StoreError, match="CONSTRAINT") as told:
        units[1].result()
    assert not isinstance(told.value, StoreFailedError)
    assert names(store) == ["before", "after"]
    assert store.do(lambda tx: tx.lease("scrub", 1, 30)) == []
    assert is_good(place)


async def test_a_unit_is_awaited_on_an_event_loop(store: SqliteStore) -> None:
    units = [partial(named, name=f"p{number}") for number in range(20)]
    found = await asyncio.gather(*map(store.write, units))
    assert sorted(found) == list(range(1, 21))
    assert len(await store.read(lambda view: view.partners())) == 20


async def test_a_unit_that_nobody_waits_for_any_more_is_not_begun(store: SqliteStore) -> None:
    with busy(store):
        task = asyncio.create_task(store.write(lambda tx: tx.partner("cancelled")))
        await asyncio.wait({task}, timeout=0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        kept = add(store, "kept")
    assert await asyncio.wrap_future(kept) == 1
    assert names(store) == ["kept"]


def test_what_was_taken_is_done_before_the_end_and_what_comes_later_is_refused(
    place: Place,
) -> None:
    with place.opened() as store:
        units = [add(store, f"p{number}") for number in range(50)]
    assert [unit.result() for unit in units] == list(range(1, 51))
    with pytest.raises(StoreFailedError, match="closed"):
        add(store, "late")


def test_more_units_than_may_wait_are_refused(place: Place) -> None:
    with place.opened(limits=Limits(waiting=3)) as store:
        with busy(store):
            units = [add(store, f"p{number}") for number in range(3)]
            with pytest.raises(OverrunError) as told:
                add(store, "one more")
        assert [unit.result() for unit in units] == [1, 2, 3]
        assert told.value.fate is Fate.RETRYABLE


def test_a_file_that_another_process_writes_is_waited_for_and_then_told(place: Place) -> None:
    with place.opened(limits=Limits(patience=0.1)) as store:
        other = sqlite3.connect(place.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedError) as told:
            store.do(lambda tx: tx.partner("locked"))
        assert (told.value.code, told.value.retryable) == ("LOCKED", True)
        other.execute("ROLLBACK")
        other.close()
        assert store.do(lambda tx: tx.partner("free")) == 1
        assert names(store) == ["free"]


def test_a_full_disk_parks_the_store_until_there_is_room(place: Place, store: SqliteStore) -> None:
    """The file may not grow: for SQLite that is a disk without room."""
    store.do(file)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFullError) as told:
        store.do(lambda tx: [file(tx, f"f{n}", batches=40) for n in range(5)])
    assert told.value.retryable
    assert len(store.ask(lambda view: view.in_state(Kind.FILE, State.INGESTED))) == 1
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.do(lambda tx: tx.partner("again")) == 2
    assert store.parked is None
    with looked_into(place.database) as connection:
        told_of = [row.event for row in SqliteEvidence(connection).events()]
    assert "store.full" in told_of
    assert is_good(place)


def test_a_disk_that_cannot_be_read_is_not_written_to_either(
    place: Place, store: SqliteStore
) -> None:
    store.do(file)
    store.checkpoint()
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with place.database.open("r+b") as database:
        database.write(bytes(60_000))
    with pytest.raises(StoreFailedError):
        store.ask(lambda view: [view.events_of(kind, 1) for kind in Kind])
    assert store.failed is not None
    with pytest.raises(StoreFailedError):
        add(store, "late")
    with pytest.raises(StoreFailedError):
        store.ask(lambda view: view.partners())


def test_only_the_owner_reads_what_lies_on_the_disk(place: Place, store: SqliteStore) -> None:
    store.do(file)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.data.iterdir()}
    assert modes.pop("scrubjay.db.owners") == 0o700
    assert set(modes.values()) == {0o600}
    assert {"scrubjay.db", "scrubjay.db-wal", "scrubjay.db-shm"} <= set(modes)
    assert stat.S_IMODE(place.data.stat().st_mode) == 0o700


def test_a_store_that_others_can_read_is_not_opened(place: Place) -> None:
    with place.opened():
        pass
    place.database.chmod(0o604)
    with pytest.raises(UsageError, match="chmod 600"), place.opened():
        pass


def test_every_connection_waits_for_the_disk(store: SqliteStore) -> None:
    for connection in (store._connection, store._readers.queue):
        if isinstance(connection, sqlite3.Connection):
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


QUESTIONS = {
    "due": "SELECT id FROM messages WHERE topic = 'x' AND due <= 1 ORDER BY due, id LIMIT 9",
    "set back": "SELECT id FROM messages WHERE topic = 'x' AND since > 1 ORDER BY since LIMIT 9",
    "ready": "SELECT * FROM batches WHERE partner = 1 AND state = 'SCRUBBED' "
    "AND transmission IS NULL ORDER BY id LIMIT 9",
    "in a state": "SELECT id FROM files WHERE state = 'INGESTED' AND NOT EXISTS "
    "(SELECT 1 FROM messages WHERE topic = 'x' AND subject = files.id) LIMIT 9",
    "counts": "SELECT state, sum(claims - own) FROM batches GROUP BY state",
    "own": "SELECT state, count(*) FROM claims WHERE state IS NOT NULL GROUP BY state",
    "of a batch": "SELECT * FROM claims WHERE batch = 1",
    "oldest": "SELECT min(changed_at) FROM batches WHERE state = 'SCRUBBED'",
    "overdue": "SELECT * FROM deadlines WHERE met_at IS NULL AND due <= 1 ORDER BY due",
    "events": "SELECT * FROM audit WHERE kind = 'batch' AND subject = 1 ORDER BY seq",
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_asked_all_the_time_reads_no_whole_table(store: SqliteStore, name: str) -> None:
    plan = store._connection.execute(f"EXPLAIN QUERY PLAN {QUESTIONS[name]}").fetchall()
    steps = [row[3] for row in plan]
    whole = [step for step in steps if step.startswith("SCAN") and "USING" not in step]
    assert whole == [], steps


def test_what_nobody_waits_for_is_durable_before_what_comes_after_it(place: Place) -> None:
    """It goes along with the next commit, with one a moment later, or with the end."""

    def told(payload: int) -> Callable[[Tx], None]:
        return lambda tx: named_event(tx, payload)

    with place.opened(limits=Limits(lag=0.01)) as store:
        store.later(told(1))
        first = store.do(lambda tx: tx.events_of(Kind.PAYLOAD, 1)[-1].seq)
        store.later(told(2))
        patience = time.monotonic() + 30
        while not store.ask(lambda view: view.events_of(Kind.PAYLOAD, 2)):
            assert time.monotonic() < patience
        store.later(told(3))
    with place.opened() as store:
        (event,) = store.ask(lambda view: view.events_of(Kind.PAYLOAD, 3))
        assert event.seq == first + 2


def test_what_nobody_waits_for_outlasts_a_locked_file(place: Place) -> None:
    """It is tried again with whatever comes next, and is not lost."""
    with place.opened(limits=Limits(patience=0.05)) as store:
        other = sqlite3.connect(place.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        store.later(lambda tx: named_event(tx, 1))
        with pytest.raises(LockedError):
            store.do(lambda tx: tx.partner("locked"))
        other.execute("ROLLBACK")
        other.close()
        assert store.do(lambda tx: len(tx.events_of(Kind.PAYLOAD, 1))) == 1


def named_event(tx: Tx, payload: int) -> None:
    tx.note("payload.read", Kind.PAYLOAD, payload)
