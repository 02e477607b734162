"""Kills the pipeline, at random and at every failpoint, and holds the books of both sides together.

    crashes.py random --kills 2000       kill -9 after a random while, again and again
    crashes.py failpoints --times 3      kill at each failpoint of the code, each so many times

Nothing may be lost, nothing sent twice, the audit must verify, and what came in must be what was
acknowledged, rejected, dead-lettered or held. Prints a table; leaves with 1 where that is not so.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from plant import FAILPOINTS, Faults, Plant, Verdict, told, warm

REWRAPS = ("vault.repacked", "vault.packed", "vault.unpacked")

__all__ = ["Sum", "at_failpoint", "at_random", "main"]


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
        for state, count in verdict.states.items():
            self.states[state] = self.states.get(state, 0) + count

    @property
    def good(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.twice or self.bad or self.unsettled)


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
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long")
    given = parser.parse_args(arguments)
    warm()
    total = Sum()
    until = time.monotonic() + given.seconds
    if given.what == "random":
        seed = given.seed
        while total.kills < given.kills and time.monotonic() < until:
            base = Path(tempfile.mkdtemp(prefix="scrubjay-crash-"))
            verdict, kills, settled = at_random(
                base, seed, given.each, files=given.files, claims=given.claims
            )
            total.add(verdict, kills, settled=settled)
            shutil.rmtree(base, ignore_errors=True)
            seed += 1
            print(
                f"{total.kills} kills in {total.trials} homes: {total.lost} lost,"
                f" {total.twice} twice, {total.bad} bad",
                flush=True,
            )
    else:
        for name in given.only or FAILPOINTS:
            for nth in range(1, given.times + 1):
                if time.monotonic() > until:
                    break
                base = Path(tempfile.mkdtemp(prefix="scrubjay-crash-"))
                verdict, hit, settled = at_failpoint(base, name, nth, given.seed + nth)
                total.add(verdict, int(hit), settled=settled)
                total.hit |= {name} if hit else set()
                shutil.rmtree(base, ignore_errors=True)
                print(f"{name}:{nth} {'hit' if hit else 'not passed'}", flush=True)
    print(_table(total, given.what))
    return 0 if total.good else 1


def _table(total: Sum, what: str) -> str:
    rows: list[tuple[str, object]] = [
        ("homes", total.trials),
        ("kills", total.kills),
        ("claims", total.claims),
        ("lost", total.lost),
        ("sent twice", total.twice),
        ("homes with any fault in the books", total.bad),
        ("homes that did not come to rest", total.unsettled),
    ]
    if what == "failpoints":
        rows.append(("failpoints hit", f"{len(total.hit)} of {len(FAILPOINTS)}"))
        missed = sorted(set(FAILPOINTS) - total.hit)
        if missed:
            rows.append(("not passed", ", ".join(missed)))
    rows += [(f"claims {state}", count) for state, count in sorted(total.states.items())]
    return "\n".join(f"{name:36} {value}" for name, value in rows)


if __name__ == "__main__":
    sys.exit(main())
