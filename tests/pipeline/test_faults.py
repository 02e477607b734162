"""Clocks that jump, processes without handles, memory or threads: nothing lost, nothing twice.

Rows 11 and 18 of the fault matrix (docs/pipeline.md). SCRUBJAY_TRIALS says how often each is tried.
"""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pipeline.works import Works, document, rests, states, taken, until, works
from scrubjay.app import kept
from scrubjay.pipeline.purge import Purge
from scrubjay.store.audit.checkpoints import CheckpointFolder
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.sqlite.upkeep import looked_into, proven
from scrubjay.testing.clearinghouse import Behaviour

TRIALS = int(os.environ.get("SCRUBJAY_TRIALS", "2"))
DAY = 86_400
JUMPS = (DAY, -DAY, -3_600, 3_600, 378_000_000)
"""Seconds that a clock is put on or back; the last leads beyond 2038."""
FAULTS = {"reply_lost": 0.3, "ack_twice": 0.2}


class Clock:
    """The machine's, wrong by so many seconds, or standing still, once it has begun to be."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.wrong = 0
        self.stands: int | None = None
        self._real = time.time_ns

    def begin(self) -> None:
        """Whoever looked for a clock before, as the partner did, has the right one."""
        self._patch.setattr(time, "time_ns", self.time_ns)
        self._patch.setattr(time, "time", self.time)

    def time_ns(self) -> int:
        now = self._real() if self.stands is None else self.stands
        return now + self.wrong * 1_000_000_000

    def time(self) -> float:
        return self.time_ns() / 1e9

    def stand(self) -> None:
        self.stands = self._real()

    def go(self) -> None:
        self.stands = None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    yield Clock(monkeypatch)
    monkeypatch.undo()


def proof(made: Works) -> list[str]:
    """What is wrong with the audit."""
    with kept(made.tree, "test"):
        pass  # the last checkpoint is told
    keys = Keyring.load(made.home.with_name("home.keys") / "audit.key")
    with looked_into(made.home / "scrubjay.db") as connection:
        verdict = proven(connection, keys, CheckpointFolder(made.tree.folders.checkpoints))
    return [problem.text for problem in verdict.problems]


@pytest.mark.parametrize("seed", range(TRIALS))
async def test_a_clock_that_jumps_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, clock: Clock, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - jumps are no secret
    async with works(tmp_path, Behaviour(seed=seed, faults=FAULTS)) as (made, house):
        clock.begin()
        made.take(document(40, seed=1))
        async with made.running() as app:
            for number in range(6):
                clock.wrong = chance.choice((0, *JUMPS))
                if chance.random() < 0.3:
                    clock.stand()
                if number == 2:
                    made.take(document(20, seed=2))
                resting = asyncio.ensure_future(until(app, rests))
                await asyncio.wait([resting], timeout=chance.uniform(0.05, 0.5))
                resting.cancel()
                await asyncio.gather(resting, return_exceptions=True)
                clock.go()
            clock.wrong = chance.choice((0, *JUMPS))
            await until(app, lambda view: rests(view) and sum(states(view).values()) == 60, 60)
            assert await app.work.store.read(states) == {"ACKNOWLEDGED": 60}
        assert sorted(taken(house).values()) == [1] * 60
    assert proof(made) == []


async def test_a_clock_that_is_put_on_purges_nothing_early(tmp_path: Path, clock: Clock) -> None:
    """What is purged does not come back when the clock does."""
    async with works(tmp_path) as (made, _):
        made.take(document(3))
        assert await made.settle() == {"ACKNOWLEDGED": 3}
        clock.begin()
        async with made.running() as app:
            purge = Purge(app.work, hours=1.0)
            clock.wrong = JUMPS[-1]
            assert await purge.once() == 0
            # as whoever starts by then has it
            assert await Purge(app.work, hours=1.0).once() > 0


def serve(made: Works, limits: dict[int, int]) -> subprocess.Popen[bytes]:
    """`scrubjay serve` that may have only so much."""

    def limited() -> None:
        for limit, most in limits.items():
            resource.setrlimit(limit, (most, most))

    return subprocess.Popen(
        [sys.executable, "-m", "scrubjay", "serve", "--home", str(made.home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limited,  # noqa: PLW1509 - nothing else runs in the child yet
    )


@pytest.mark.parametrize("seed", range(TRIALS))
@pytest.mark.parametrize("what", ["handles", "memory", "threads"])
async def test_a_process_that_runs_out_of_something_loses_nothing(
    tmp_path: Path, what: str, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - limits are no secret
    async with works(tmp_path, Behaviour(seed=seed, faults=FAULTS)) as (made, house):
        made.take(document(40, seed=1))
        made.take(document(20, seed=2))
        limits = {
            "handles": {resource.RLIMIT_NOFILE: chance.randint(12, 60)},
            "memory": {resource.RLIMIT_AS: chance.randint(200, 900) << 20},
            # a thread takes the address space of its stack: there is room for 2 to 40 of them
            "threads": {
                resource.RLIMIT_STACK: 256 << 20,
                resource.RLIMIT_AS: (1 << 30) + (chance.randint(2, 40) << 28),
            },
        }[what]
        process = await asyncio.to_thread(serve, made, limits)
        ended = asyncio.ensure_future(asyncio.to_thread(process.wait))
        await asyncio.wait([ended], timeout=4.0)
        process.kill()
        await ended
        async with made.running() as app:
            await app.work.store.write(lambda tx: [tx.retry(each.id) for each in tx.dead_letters()])
            await until(app, lambda view: rests(view) and sum(states(view).values()) == 60, 60)
            assert await app.work.store.read(states) == {"ACKNOWLEDGED": 60}
        assert sorted(taken(house).values()) == [1] * 60
    assert proof(made) == []
