"""Kills the pipeline, at random and at every failpoint, and holds the books of both sides together.

    crashes.py random --kills 2000       kill -9 after a random while, again and again
    crashes.py failpoints --times 3      kill at each failpoint of the code, each so many times

Nothing may be lost, nothing sent twice, the audit must verify, and what came in must be what was
acknowledged, rejected, dead-lettered or held. Prints a table, also of a run that is broken off
(SIGINT, SIGTERM, --seconds); leaves with 1 where that is not so. A home that could not be tried, or
judged, is told with its traceback, counted, and the run goes on.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Protocol

from plant import FAILPOINTS, Faults, Plant, Verdict, told, warm

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = 4
REWRAPS = ("vault.repacked", "vault.packed", "vault.unpacked")

__all__ = ["Sum", "Trial", "at_failpoint", "at_random", "main", "try_all"]


@dataclass(slots=True)
class Sum:
    """What many trials came to."""

    trials: int = 0
    kills: int = 0
    claims: int = 0
    lost: int = 0
    twice: int = 0
    bad: int = 0
    unsettled: int = 0
    failed: int = 0
    """Homes that could not be tried or judged."""
    hit: set[str] = field(default_factory=set)
    states: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: Verdict, kills: int, *, settled: bool) -> None:
        """One more."""
        self.trials += 1
        self.kills += kills
        self.claims += verdict.total
        self.lost += verdict.lost
        self.twice += verdict.twice
        self.bad += not verdict.good
        self.unsettled += not settled
        for state, claims in verdict.states.items():
            self.states[state] = self.states.get(state, 0) + claims

    @property
    def good(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.twice or self.bad or self.unsettled or self.failed)


def at_random(
    base: Path, seed: int, kills: int, *, files: int, claims: int
) -> tuple[Verdict, int, bool]:
    """One home, killed so many times; the verdict, the kills, and whether it came to rest."""
    chance = Random(seed)  # noqa: S311 - deaths are no secret
    plant = Plant(base, seed, Faults(), files, claims)
    done = 0
    try:
        for _ in range(kills):
            if chance.random() < 0.2:  # noqa: PLR2004 - one death in five is at the door
                process = plant.ingest()
                if plant.ended(process, chance.uniform(0.0, 0.2)) is None:
                    plant.kill(process)
                    done += 1
            else:
                process = plant.serve()
                if plant.ended(process, chance.uniform(0.05, 1.2)) is None:
                    plant.kill(process)
                    done += 1
        settled = plant.settle()
        verdict = plant.judge()
        if not (verdict.good and settled):
            sys.stderr.write(
                f"seed {seed}: settled {settled}, {told(verdict)}\n{plant.log_tail()}\n"
            )
        return verdict, done, settled
    finally:
        plant.close()


def at_failpoint(base: Path, name: str, nth: int, seed: int) -> tuple[Verdict, bool, bool]:
    """One home, killed where it passes `name` the nth time; whether it was, and came to rest."""
    # whoever answers sooner than the quiet time ends a doubt before it is asked
    answers = (2.0, 3.0) if name == "send.asked" else (0.0, 0.3)
    faults = Faults(
        shares=(
            *(("reply_lost", 0.6), ("throttled", 0.3), ("ack_twice", 0.2), ("claim_rejected", 0.1)),
        ),
        answers_after=answers,
    )
    plant = Plant(base, seed, faults, files=3, claims=30)
    hit = False
    try:
        purges = name.startswith("purge.")
        if purges:
            # there is nothing to purge before all is done
            plant.settle()
        elif name.startswith("watch."):
            plant.drop()
        spec = f"{name}:{nth}"
        first = plant.rewrap if name in REWRAPS else plant.ingest
        if name in REWRAPS:
            taking = plant.ingest()
            while plant.ended(taking, 0.05) is None:
                pass
        for process in (first(spec), plant.serve(spec, purge=purges)):
            until = time.monotonic() + 12
            code = None
            while code is None and time.monotonic() < until and (purges or not plant.rests()):
                code = plant.ended(process, 0.05)
            hit |= code == -9  # noqa: PLR2004 - SIGKILL
            if code is None:
                plant.kill(process)
        settled = plant.settle()
        verdict = plant.judge()
        if not (verdict.good and settled):
            sys.stderr.write(
                f"{name}:{nth}: settled {settled}, {told(verdict)}\n{plant.log_tail()}\n"
            )
        return verdict, hit, settled
    finally:
        plant.close()


class Trial(Protocol):
    """One home and what is done to it."""

    failpoint: str
    """Where it is killed, if it is one of those."""
    kills: int
    """That it may come to."""

    @property
    def name(self) -> str:
        """For the reader."""

    def run(self) -> tuple[Verdict, int, bool]:
        """In a folder of its own: the verdict, the kills, and whether it came to rest."""


@dataclass(slots=True)
class Crash:
    """One home: killed at random, or at a failpoint where it is passed the nth time."""

    seed: int
    failpoint: str = ""
    nth: int = 1
    kills: int = 0
    files: int = 3
    claims: int = 40

    @property
    def name(self) -> str:
        """For the reader."""
        return f"{self.failpoint}:{self.nth}" if self.failpoint else f"seed {self.seed}"

    def run(self) -> tuple[Verdict, int, bool]:
        """In a folder of its own: the verdict, the kills, and whether it came to rest."""
        base = Path(tempfile.mkdtemp(prefix="scrubjay-crash-"))
        try:
            if self.failpoint:
                return self._at_failpoint(base)
            return at_random(base, self.seed, self.kills, files=self.files, claims=self.claims)
        finally:
            shutil.rmtree(base, ignore_errors=True)

    def _at_failpoint(self, base: Path) -> tuple[Verdict, int, bool]:
        """With other luck where it was not passed: not every partner leads there."""
        for again in range(TRIES):
            place = base / str(again)
            place.mkdir()
            seed = self.seed + again * 1_000
            verdict, hit, settled = at_failpoint(place, self.failpoint, self.nth, seed)
            if hit or not (verdict.good and settled):
                break
        return verdict, int(hit), settled


def _trials(given: argparse.Namespace) -> Iterator[Crash]:
    """What is asked for; of random ones as many as there is time for."""
    if given.what == "random":
        for seed in count(given.seed):
            yield Crash(seed, kills=given.each, files=given.files, claims=given.claims)
    for name in given.only or FAILPOINTS:
        for nth in range(1, given.times + 1):
            yield Crash(given.seed + nth, name, nth)


def try_all(
    trials: Iterator[Trial], total: Sum, *, at_once: int, seconds: float, kills: int = sys.maxsize
) -> None:
    """Homes at once, each in a process of its own, until there are enough kills, or no time."""
    until = time.monotonic() + seconds
    running: dict[Future[tuple[Verdict, int, bool]], Trial] = {}
    with ProcessPoolExecutor(at_once, get_context("fork"), _polite) as pool:
        try:
            while True:
                coming = total.kills + sum(each.kills for each in running.values())
                if time.monotonic() < until and coming < kills:
                    for trial in islice(trials, at_once - len(running)):
                        running[pool.submit(trial.run)] = trial
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    _told(done, running.pop(done), total)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            sys.stderr.write("broken off\n")


def _polite() -> None:
    """A home is ended as any process: what a child hears before it knows that it is one is lost."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _told(done: Future[tuple[Verdict, int, bool]], trial: Trial, total: Sum) -> None:
    """One home more, or one that could not be tried."""
    error = done.exception()
    if error is not None:
        total.failed += 1
        sys.stderr.write(f"{trial.name}: {''.join(traceback.format_exception(error))}\n")
        return
    verdict, kills, settled = done.result()
    total.add(verdict, kills, settled=settled)
    if trial.failpoint:
        total.hit |= {trial.failpoint} if kills else set()
        print(f"{trial.name} {'hit' if kills else 'not passed'}", flush=True)
    else:
        print(
            f"{total.kills} kills in {total.trials} homes: {total.lost} lost,"
            f" {total.twice} twice, {total.bad} bad",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["random", "failpoints"])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--each", type=int, default=10, help="kills of one home")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--claims", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="a failpoint; repeatable")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no home after so long")
    parser.add_argument("--at-once", type=int, default=1, help="homes beside each other")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    warm()
    total, begun = Sum(), time.monotonic()
    wanted = set(given.only or FAILPOINTS) if given.what == "failpoints" else set()
    try:
        kills = given.kills if given.what == "random" else sys.maxsize
        try_all(_trials(given), total, at_once=given.at_once, seconds=given.seconds, kills=kills)
    finally:
        print(_table(total, wanted), flush=True)
        print(f"{'seconds':36} {time.monotonic() - begun:.0f}", flush=True)
    return 0 if total.good and wanted <= total.hit else 1


def _table(total: Sum, wanted: set[str]) -> str:
    rows: list[tuple[str, object]] = [
        ("homes", total.trials),
        ("kills", total.kills),
        ("claims", total.claims),
        ("lost", total.lost),
        ("sent twice", total.twice),
        ("homes with any fault in the books", total.bad),
        ("homes that did not come to rest", total.unsettled),
        ("homes that could not be tried", total.failed),
    ]
    if wanted:
        rows.append(("failpoints hit", f"{len(total.hit)} of {len(wanted)}"))
        missed = sorted(wanted - total.hit)
        if missed:
            rows.append(("not passed", ", ".join(missed)))
    rows += [(f"claims {state}", claims) for state, claims in sorted(total.states.items())]
    return "\n".join(f"{name:36} {value}" for name, value in rows)


if __name__ == "__main__":
    sys.exit(main())
