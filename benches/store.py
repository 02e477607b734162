"""The store beside a bare SQLite loop of the same durability, in one run on one disk.

The yardstick writes the same claims into one table without an index, a hundred in an INSERT, with
``synchronous = FULL``: one INSERT a commit, and as many as the store's groups have. It has no
audit, no states, no queue. They take turns, and the middle of their ratios is told. Seconds of the
processor are this process's own; ``--json`` is for programs.
"""

import argparse
import json
import os
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.store import rows
from scrubjay.store.audit.checkpoints import CheckpointFolder
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.contract import Tx
from scrubjay.store.leases import Lease
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from concurrent.futures import Future

GROUP = 64
"""Units of work that wait at once."""
CLAIMS = 100
"""Claims a batch."""
MEGA = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    what: str
    units: int
    seconds: float
    cpu_seconds: float
    units_a_second: float
    claims_a_second: float
    of_bare: float | None
    """Share of what the bare loop does in the same time, middle of the pairs."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=1000, help="of a hundred claims, each turn")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--backlog", type=int, default=10_000, help="batches for the restart")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for row in measured(options, Path(folder)):
            show(row, as_json=options.json)


def measured(options: argparse.Namespace, folder: Path) -> Iterator[Row | dict[str, float]]:
    """Claims added, moved, leased; and what a restart with a backlog takes."""
    count = options.batches
    added = list(claims(count))
    bare = Bare(folder / "bare.db")
    with opened(folder) as store:
        filed = store.do(arrived)
        turns = [
            (
                timed(partial(bare.write, added, turn, 1)),
                timed(partial(bare.write, added, turn, GROUP)),
                timed(partial(run, store, list(adding(filed, added, turn)))),
            )
            for turn in range(options.pairs)
        ]
        single, grouped, ours = turns[-1]
        yield row("bare: a batch a commit", count, single, [(b, a) for a, b, _ in turns])
        yield row(f"bare: {GROUP} batches a commit", count, grouped, [(b, b) for _, b, _ in turns])
        yield row("store: batches added", count, ours, [(b, c) for _, b, c in turns])
        share = statistics.median(one[0] / three[0] for one, _, three in turns)
        yield {"store, times the bare loop of a batch a commit": share}
        moving = [partial(advanced, batch=batch) for batch in range(1, count + 1)]
        yield row("store: batches moved", count, timed(lambda: run(store, moving)), None)
        publish(store, count)
        yield row("store: messages leased", count, timed(lambda: lease_all(store, count)), None)
        done = [partial(settled, lease=lease) for lease in LEASED]
        yield row("store: moved and settled", count, timed(lambda: run(store, done)), None)
    bare.close()
    yield restart(folder / "backlog", options.backlog)


def opened(folder: Path) -> SqliteStore:
    """A store with all that it has in earnest."""
    key = folder / "keys" / "audit.key"
    keys = Keyring.load(key) if key.exists() else Keyring.make(key)
    checkpoints = CheckpointFolder(folder / "checkpoints")
    return SqliteStore(folder / "data", keys, actor="bench", checkpoints=checkpoints)


def claims(batches: int) -> Iterator[list[rows.NewClaim]]:
    """Claims with tokens in no order, as tokens are."""
    for batch in range(batches):
        yield [
            rows.NewClaim(batch * CLAIMS + at, f"k1234567.{os.urandom(16).hex()}", 12_345)
            for at in range(CLAIMS)
        ]


class Bare:
    """What SQLite does at most, with the same promise of durability."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE claims (id INTEGER PRIMARY KEY, file, batch, ordinal, token, charge)"
        )

    def write(self, batches: list[list[rows.NewClaim]], turn: int, group: int) -> None:
        """So many batches a commit."""
        for begin in range(0, len(batches), group):
            self._connection.execute("BEGIN IMMEDIATE")
            for batch, made in enumerate(batches[begin : begin + group], start=begin):
                values = [(turn, batch, one.ordinal, one.token, one.charge) for one in made]
                self._connection.executemany(
                    "INSERT INTO claims (file, batch, ordinal, token, charge) VALUES (?,?,?,?,?)",
                    values,
                )
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Done with."""
        self._connection.close()


def arrived(tx: Tx) -> tuple[int, int, int]:
    """A file with a set, and a partner."""
    tx.add_payload(rows.Payload("payload", "source", 1, "digest"))
    file = tx.add_file(rows.NewFile("tenant", "practice", "command", "payload", "digest", 1)).id
    new = rows.NewInterchange(file, 0, "tenant", "identity", "digest", "000000001")
    interchange = tx.add_interchange(new).id
    made = rows.NewSet(file, interchange, 0, "837", "0001", "1", 1, "digest", "suspect")
    return file, tx.add_set(made).id, tx.partner("acme")


def adding(
    filed: tuple[int, int, int], batches: list[list[rows.NewClaim]], turn: int
) -> Iterator[Callable[[Tx], int]]:
    """Units of work that add a batch each, with its audit and its message."""
    file, set_id, partner = filed
    for at, made in enumerate(batches):
        ordinal = turn * len(batches) + at
        shifted = [
            rows.NewClaim(one.ordinal + turn * len(batches) * CLAIMS, one.token, one.charge)
            for one in made
        ]
        new = rows.NewBatch(file, set_id, ordinal, partner, "payload", 0, 1)
        yield partial(added_batch, new=new, made=shifted)


def added_batch(tx: Tx, new: rows.NewBatch, made: list[rows.NewClaim]) -> int:
    """A batch, and the word to its partner."""
    tx.publish("submit", new.partner)
    return tx.add_batch(new, made).id


def advanced(tx: Tx, batch: int) -> int:
    """A batch that goes on, with its event."""
    return len(tx.advance(Kind.BATCH, batch, State.SUBMITTED))


def settled(tx: Tx, lease: Lease) -> int:
    """A batch that goes on, and its message that is done with."""
    tx.settle(lease)
    return len(tx.advance(Kind.BATCH, lease.subject, State.ACKNOWLEDGED))


LEASED: list[Lease] = []


def publish(store: SqliteStore, count: int) -> None:
    """A message a batch."""
    store.do(lambda tx: tx.publish("scrub", range(1, count + 1)))


def lease_all(store: SqliteStore, count: int) -> None:
    """All of them, twenty at a time."""
    LEASED.clear()
    while len(LEASED) < count:
        LEASED.extend(store.do(lambda tx: tx.lease("scrub", 20, 600)))


def run(store: SqliteStore, units: Iterator[Callable[[Tx], int]] | list[partial[int]]) -> None:
    """So many at once, each waited for."""
    waiting: deque[Future[int]] = deque()
    for unit in units:
        waiting.append(store.submit(unit))
        if len(waiting) >= GROUP:
            waiting.popleft().result()
    for future in waiting:
        future.result()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the clock, and of the processor."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used


def row(
    what: str,
    units: int,
    took: tuple[float, float],
    pairs: list[tuple[tuple[float, float], tuple[float, float]]] | None,
) -> Row:
    """A measurement; beside the bare loop where there are pairs."""
    seconds, cpu = took
    share = None if pairs is None else statistics.median(one[0] / two[0] for one, two in pairs)
    return Row(what, units, seconds, cpu, units / seconds, units * CLAIMS / seconds, share)


def restart(folder: Path, batches: int) -> dict[str, float]:
    """A backlog of batches that wait, each with its message; then a process that begins with it."""
    with opened(folder) as store:
        filed = store.do(arrived)
        for begin in range(0, batches, 1000):
            run(store, adding(filed, list(claims(min(1000, batches - begin))), begin // 1000))
        publish(store, batches)
    child = os.fork()
    if not child:
        os._exit(_begin(folder))
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit("the restart failed")
    with (folder / "restart.json").open() as file:
        told: dict[str, float] = json.load(file)
    return {"claims waiting": batches * CLAIMS, **told}


def _begin(folder: Path) -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    store = opened(folder)
    (lease,) = store.do(lambda tx: tx.lease("scrub", 1, 60))
    store.do(partial(settled, lease=lease))
    first = time.perf_counter() - begun
    waiting = rows.Waiting(Kind.BATCH, State.SCRUBBED, "scrub")
    begun = time.perf_counter()
    store.ask(lambda view: (view.counts(), view.depth("scrub"), view.unspoken(waiting)))
    asked = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (folder / "restart.json").open("w") as file:
        told = {
            "seconds to first progress": first,
            "seconds of status and sweep": asked,
            "megabytes more at the peak": (peak - before) / 1024,
        }
        json.dump(told, file)
    store.close()
    return 0


def show(one: Row | dict[str, float], *, as_json: bool) -> None:
    """One line."""
    if as_json:
        print(json.dumps(asdict(one) if isinstance(one, Row) else one))
    elif isinstance(one, Row):
        bare = "" if one.of_bare is None else f"  {one.of_bare:.2f} of bare"
        print(
            f"{one.what:<28} {one.units_a_second:>10,.0f} units/s {one.claims_a_second:>12,.0f} "
            f"claims/s  {one.seconds:6.2f} s, {one.cpu_seconds:6.2f} s of CPU{bare}"
        )
    else:
        print(", ".join(f"{name}: {value:,.2f}" for name, value in one.items()))


if __name__ == "__main__":
    main()
