"""Processes of tests: each opens a store of its own and says on standard output what is durable.

`python worker.py ROLE FOLDER NAME COUNT`. A line is written only after the unit of work returned,
so that whoever kills the process knows what must be there.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from contracts.clock import Clock
from scrubjay.store.errors import StaleLeaseError, StoreError
from scrubjay.store.leases import Lease
from scrubjay.store.sqlite.notary import Pace
from scrubjay.store.sqlite.store import SqliteStore
from store.made import Place, file

LOCK = threading.Lock()


def say(word: str) -> None:
    """A whole line at once."""
    with LOCK:
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()


def write(store: SqliteStore, name: str, count: int) -> None:
    """Files, each with its claims and a message, from four threads."""

    def one(number: int) -> None:
        made = f"{name}-{number}"

        def unit(tx: object) -> None:
            filed = file(tx, made, rejected=1)  # type: ignore[arg-type]
            tx.publish("scrub", filed.file)  # type: ignore[attr-defined]

        store.do(unit)
        say(made)

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(one, range(count)):
            pass


def work(store: SqliteStore, name: str, count: int) -> None:
    """Leases messages and settles each with a mark, until there is nothing more."""

    def settle(lease: Lease) -> None:
        def unit(tx: object) -> None:
            tx.partner(f"{lease.subject} by {name}")  # type: ignore[attr-defined]
            tx.settle(lease)  # type: ignore[attr-defined]

        try:
            store.do(unit)
        except StaleLeaseError:
            return
        say(str(lease.subject))

    while leases := store.do(lambda tx: tx.lease("scrub", count, 60)):
        for lease in leases:
            settle(lease)


def hold(store: SqliteStore, name: str, count: int) -> None:
    """Leases messages and waits to be killed."""
    for lease in store.do(lambda tx: tx.lease("scrub", count, 3600)):
        say(str(lease.subject))
    sys.stdin.read()


def power(store: SqliteStore, name: str, count: int) -> None:
    """As `write`, one after the other, and what is said goes to a file that is watched too."""
    store._connection.execute("PRAGMA wal_autocheckpoint = 60")
    with (Path(store.path).parent / "said").open("wb", buffering=0) as said:
        for number in range(count):
            made = f"{name}-{number}"
            store.do(partial(file, name=made, rejected=1))
            said.write(f"{made}\n".encode())


ROLES = {"power": power, "write": write, "work": work, "hold": hold}


def main(role: str, folder: str, name: str, count: str) -> int:
    """Ends with 3 where the store failed, as `scrubjay serve` does."""
    place = Place(Path(folder), Clock())
    try:
        with place.opened(actor=name, pace=Pace(events=20)) as store:
            try:
                ROLES[role](store, name, int(count))
            except StoreError as error:
                say(f"error {error.code}")
                again = store.failed
                say("failed" if again is not None else "alive")
                return 3
    except StoreError as error:
        say(f"error {error.code} {error}")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
