"""Real processes on one store: killed amid their work, many at once, on disks that fail."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scrubjay.brokers.embedded import EmbeddedBroker
from scrubjay.failpoints import VARIABLE
from scrubjay.store.errors import DiskFullError
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.sqlite.upkeep import checked, looked_into, proven
from scrubjay.store.states import Kind, State
from store.made import Place, file

WORKER = Path(__file__).with_name("worker.py")
KILLS = 12


@contextmanager
def started(
    role: str, place: Place, name: str, count: int = 1000, environ: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process on the store; it is gone at the end, one way or the other."""
    made = place.key.exists() or place.keys
    assert made
    process = subprocess.Popen(
        [sys.executable, str(WORKER), role, str(place.path), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | (environ or {}),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def lines(process: subprocess.Popen[str], most: int | None = None) -> list[str]:
    """What it says: its next lines, or all until it ends."""
    assert process.stdout is not None
    said: list[str] = []
    while (most is None or len(said) < most) and (line := process.stdout.readline()):
        # A killed process may have begun a line: that is none.
        said += [line.rstrip("\n")] if line.endswith("\n") else []
    return said


def assert_sound(place: Place) -> None:
    """The file is whole, the chain verifies, and every row is what was written."""
    with looked_into(place.database) as connection:
        assert checked(connection) == []
        verdict = proven(connection, place.keys, place.checkpoints)
    assert verdict.problems == []


def whole_files(store: SqliteStore) -> set[str]:
    """The files that are there; each with everything that its unit of work added."""
    found = set()
    for number in store.ask(lambda view: view.in_state(Kind.FILE, State.INGESTED, most=10_000)):
        found.add(_whole(store, number))
    return found


def _whole(store: SqliteStore, number: int) -> str:
    sets = store.ask(lambda view: view.sets_of(number))
    batches = store.ask(lambda view: view.batches_of(number))
    claims = [store.ask(lambda view, b=b: view.claims_of(b.id)) for b in batches]  # type: ignore[misc]
    beside = store.ask(lambda view: view.claims_beside(number))
    assert (len(sets), [len(each) for each in claims], len(beside)) == (1, [3, 3], 1)
    return sets[0].digest.removeprefix("digest-")


def test_a_process_that_is_killed_leaves_what_it_said_and_nothing_half_done(
    place: Place,
) -> None:
    chance = random.Random(9)  # noqa: S311 - the same kills each time
    said: set[str] = set()
    for kill in range(KILLS):
        with started("write", place, f"k{kill}") as process:
            said |= set(lines(process, chance.randint(1, 25)))
            process.send_signal(signal.SIGKILL)
            said |= set(lines(process))
        with place.opened() as store:
            there = whole_files(store)
            assert said <= there
            # What was durable and not yet said: one unit for each of four threads, and kill.
            assert len(there - said) <= 4 * (kill + 1)
            depth = store.ask(lambda view: view.depth("scrub"))
            assert depth.ready + depth.leased + depth.delayed == len(there)
        assert_sound(place)


@pytest.mark.parametrize("point", ["store.before_commit", "store.committed", "store.told"])
@pytest.mark.parametrize("passing", [1, 2, 5])
def test_wherever_it_dies_at_a_commit_nothing_is_half_done(
    place: Place, point: str, passing: int
) -> None:
    with started("write", place, "f", environ={VARIABLE: f"{point}:{passing}"}) as process:
        said = set(lines(process))
        assert process.wait() == -signal.SIGKILL
    with place.opened() as store:
        there = whole_files(store)
    assert said <= there
    assert len(there - said) <= 4
    assert_sound(place)


@pytest.mark.parametrize("processes", [2, 8])
def test_many_processes_write_one_chain(place: Place, processes: int) -> None:
    running = []
    with place.opened():
        pass
    try:
        for number in range(processes):
            context = started("write", place, f"p{number}", 40)
            running.append((context, context.__enter__()))
        said = [line for _, process in running for line in lines(process)]
        assert [process.wait() for _, process in running] == [0] * processes
    finally:
        for context, _ in running:
            context.__exit__(None, None, None)
    assert len(said) == processes * 40
    with place.opened() as store:
        assert whole_files(store) == set(said)
    assert_sound(place)


def test_many_processes_share_the_messages_and_settle_each_once(place: Place) -> None:
    """Three work, one is killed amid it: what it held is done by the others, nothing twice."""
    with place.opened() as store:
        store.do(lambda tx: tx.publish("scrub", range(400)))
    with (
        started("work", place, "a", 5) as a,
        started("work", place, "b", 5) as b,
        started("work", place, "c", 5) as c,
    ):
        done = lines(a, 10)
        a.send_signal(signal.SIGKILL)
        done += lines(a) + lines(b) + lines(c)
        assert (b.wait(), c.wait()) == (0, 0)
    with started("work", place, "d", 50) as d:
        done += lines(d)
        assert d.wait() == 0
    with place.opened() as store:
        marked = [one.name.split()[0] for one in store.ask(lambda view: view.partners())]
    assert Counter(marked) == Counter(str(number) for number in range(400))
    assert Counter(done) <= Counter(marked)
    assert_sound(place)


def test_what_a_killed_process_held_is_free_at_once(place: Place) -> None:
    """No clock is asked: the lease would have lasted for an hour."""
    with place.opened() as store:
        store.do(lambda tx: tx.publish("scrub", [1, 2, 3]))
        with started("hold", place, "h", 2) as holder:
            assert sorted(lines(holder, 2)) == ["1", "2"]
            assert store.reap() == 0
            assert len(store.do(lambda tx: tx.lease("scrub", 10, 60))) == 1
            holder.send_signal(signal.SIGKILL)
            holder.wait()
            assert store.reap() == 2
        leases = store.do(lambda tx: tx.lease("scrub", 10, 60))
        assert sorted((one.subject, one.attempts) for one in leases) == [(1, 2), (2, 2)]


async def test_who_waits_gets_what_a_killed_process_held(place: Place) -> None:
    with place.opened() as store:
        store.do(lambda tx: tx.publish("scrub", 1))
        broker = EmbeddedBroker(store)
        with started("hold", place, "h", 1) as holder:
            assert await asyncio.to_thread(lines, holder, 1) == ["1"]
            assert await broker.lease("scrub", 1, 60) == []
            waiting = asyncio.create_task(broker.lease("scrub", 1, 60, wait=120))
            holder.send_signal(signal.SIGKILL)
            (lease,) = await waiting
            assert lease.attempts == 2


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[Path]:
    """A file system of so many bytes."""
    path.mkdir()
    as_root = ["sudo", "-n"] if os.geteuid() and shutil.which("sudo") else []
    mount = [*as_root, "mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", str(path)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode and not os.environ.get("CI"):
        pytest.skip("mounting needs more rights than this machine gives")
    assert mounted.returncode == 0, "CI mounts a small disk: it needs the right to"
    try:
        yield path
    finally:
        subprocess.run([*as_root, "umount", str(path)], check=True)


def fill(store: SqliteStore, said: list[str]) -> None:
    """Files without end; each is named once it is durable."""
    for number in range(10_000):
        add(store, f"f{number}")
        said.append(f"f{number}")


def add(store: SqliteStore, name: str) -> None:
    store.do(lambda tx: file(tx, name, rejected=1))


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk:
        place = Place(disk)
        filler = disk / "filler"
        filler.write_bytes(bytes(1_500_000))
        with place.opened() as store:
            said: list[str] = []
            with pytest.raises(DiskFullError):
                fill(store, said)
            assert store.failed is None
            assert store.parked is not None
            assert whole_files(store) == set(said)
            filler.unlink()
            assert store.parked is None
            add(store, "more")
            assert whole_files(store) == {*said, "more"}
        assert_sound(place)


@pytest.fixture(scope="module")
def failing_disk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that fails fsync on demand; whoever builds the Rust half has a compiler."""
    library = tmp_path_factory.mktemp("failing") / "failing_disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return str(library)


@pytest.mark.parametrize("after", [1, 7, 30])
def test_a_disk_that_fails_ends_the_process_and_loses_nothing_it_said(
    place: Place, failing_disk: str, after: int
) -> None:
    switch = place.path / "failing"
    environ = {"LD_PRELOAD": failing_disk, "FAIL_FSYNC": str(switch)}
    with started("write", place, "w", environ=environ) as process:
        said = lines(process, after)
        switch.touch()
        rest = lines(process)
        assert process.wait() == 3
    said += [line for line in rest if line.startswith("w-")]
    assert "error STORE_FAILED" in rest
    assert "failed" in rest
    switch.unlink()
    with place.opened() as store:
        assert set(said) <= whole_files(store)
    assert_sound(place)
