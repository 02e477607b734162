"""Faults other than kills, tried on whole homes: rows of the fault matrix (docs/failures.md).

    faults.py --trials 20                every row, 20 homes each
    faults.py --row 4 --row 17           only those

Each home has files, a partner that errs, and the fault while it works; then it is left alone until
it rests, and the books of both sides are held together as after a kill. Row 4 mounts a small disk,
and so needs the right to; row 5 builds a library that fails fsync, and needs a C compiler.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from crashes import Sum, try_all
from plant import Faults, Plant, Verdict, warm

from scrubjay.app import kept
from scrubjay.holdings import held_against
from scrubjay.vault.keyring import FILE as WRAPPING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.store.contract import Tx

__all__ = ["ROWS", "main"]

WIRE = (
    *("unavailable", "throttled", "queue_full", "reset_early", "bit_flipped", "reply_lost"),
    *("reply_reset", "reply_garbled", "reply_cut", "reply_trickled", "unavailable_late"),
    *("taken_late", "look_up_failed", "collect_failed", "read_cut", "read_flipped"),
)
SAID = (
    *(("ack_twice", 0.5), ("ack_contradicted", 0.3), ("ack_unknown", 0.3), ("set_rejected", 0.1)),
    *(("claim_rejected", 0.1), ("collect_failed", 0.2)),
)
REPEATED = {
    "parse": "SELECT id FROM files",
    "scrub": "SELECT id FROM files",
    "assemble": "SELECT id FROM partners",
    "send": "SELECT id FROM partners",
    "acknowledge": "SELECT id FROM acknowledgments",
    "relay": "SELECT id FROM replies",
}
LIBRARY = Path(__file__).parents[2] / "tests" / "store" / "failing_disk.c"


def disk_full(plant: Plant, chance: Random) -> None:
    """The disk of the home is full for a while, again and again."""
    serve, ingest = plant.serve(), plant.ingest()
    filler = plant.home / "filler"
    for _ in range(3):
        time.sleep(chance.uniform(0.0, 0.5))
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 14))
        time.sleep(chance.uniform(0.1, 0.6))
        filler.unlink()
    _end(plant, ingest, serve)


def fsync_fails(plant: Plant, chance: Random) -> None:
    """Every fsync fails from some moment on, until the process has ended."""
    switch = plant.base / "failing"
    library = plant.base / "failing_disk.so"
    _run("cc", "-shared", "-fPIC", "-o", str(library), str(LIBRARY), "-ldl")
    _end(plant, plant.ingest())
    environ = os.environ | {"LD_PRELOAD": str(library), "FAIL_FSYNC": str(switch)}
    with (plant.base / "serve.log").open("wb") as log:
        serve = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "scrubjay", "serve", "--home", plant.home],
            env=environ,
            stderr=log,
        )
        time.sleep(chance.uniform(0.4, 2.5))
        switch.touch()
        with contextlib.suppress(subprocess.TimeoutExpired):
            serve.wait(3.0)
        serve.kill()
        serve.wait()
    switch.unlink()


def messages_again(plant: Plant, chance: Random) -> None:
    """Every message comes again and again, whatever became of it."""

    def again() -> None:
        with kept(plant.settings, "again") as both:
            for _ in range(200):
                both.store.do(_published_again(plant))
                time.sleep(0.01)

    serve, ingest = plant.serve(), plant.ingest()
    _end(plant, ingest, seconds=10.0)
    _end(plant, plant.fork(again), seconds=chance.uniform(1.0, 3.0))
    _end(plant, serve)


def _published_again(plant: Plant) -> Callable[[Tx], None]:
    """A unit of work."""
    wanted = {topic: [row[0] for row in plant.rows(ids)] for topic, ids in REPEATED.items()}

    def publish(tx: Tx) -> None:
        for topic, subjects in wanted.items():
            tx.publish(topic, subjects)

    return publish


def said_wrongly(plant: Plant, chance: Random) -> None:
    """Answers come twice, in any order, contradict each other, and speak of what nobody sent."""
    serve, ingest = plant.serve(), plant.ingest()
    time.sleep(chance.uniform(0.5, 1.5))
    _end(plant, ingest, serve)


def half_files(plant: Plant, chance: Random) -> None:
    """Files grow in the watched folder under their own names, stand still, and are replaced."""
    serve = plant.serve()
    inbox = plant.home / "inbox"
    inbox.mkdir(exist_ok=True)
    for path in plant.files:
        content, place = path.read_bytes(), inbox / path.name
        if chance.random() < 0.5:  # noqa: PLR2004 - half of them
            place.write_bytes(content[: chance.randrange(len(content))])
            time.sleep(chance.uniform(0.0, 0.2))
        with place.open("wb", buffering=0) as file:
            at = 0
            while at < len(content):
                step = chance.randrange(1, 40_000)
                file.write(content[at : at + step])
                at += step
                time.sleep(chance.choice((0.0, 0.0, 0.02, 0.15)))
    time.sleep(0.5)
    _end(plant, serve)


def one_file_many_ways(plant: Plant, chance: Random) -> None:
    """Several processes take the same files in at once, the watched folder does too."""
    serves = [plant.serve() for _ in range(chance.randint(1, 3))]
    ingests = [plant.ingest() for _ in range(chance.randint(2, 8))]
    plant.drop()
    time.sleep(chance.uniform(0.5, 1.5))
    _end(plant, *ingests, seconds=10.0)
    _end(plant, *serves)


def keys_change(plant: Plant, chance: Random) -> None:
    """Keys are rotated and wrapped anew, whoever does it is killed, and at times none is there."""
    serve, ingest = plant.serve(), plant.ingest()
    ring = Path(plant.settings.folders.keys) / WRAPPING
    for _ in range(4):
        rewrap = plant.rewrap()
        _end(plant, rewrap, seconds=chance.uniform(0.02, 0.4))
        if ring.exists() and chance.random() < 0.5:  # noqa: PLR2004 - half of them
            away = ring.with_name("away")
            ring.rename(away)
            time.sleep(chance.uniform(0.05, 0.3))
            away.rename(ring)
    _end(plant, ingest, serve)


def _end(plant: Plant, *processes: int, seconds: float = 0.0) -> None:
    """They may go on for so long, and are killed then."""
    until = time.monotonic() + seconds
    for process in processes:
        if plant.ended(process, max(until - time.monotonic(), 0.01)) is None:
            plant.kill(process)


ROWS: dict[int, tuple[Callable[[Plant, Random], None], Faults]] = {
    4: (disk_full, Faults()),
    5: (fsync_fails, Faults()),
    9: (messages_again, Faults()),
    10: (said_wrongly, Faults(shares=SAID, answers_after=(0.0, 1.0))),
    12: (said_wrongly, Faults(shares=tuple((name, 0.08) for name in WIRE))),
    13: (half_files, Faults()),
    16: (one_file_many_ways, Faults()),
    17: (keys_change, Faults()),
}
"""By the number that they have in the matrix."""
FULL = 4


@dataclass(slots=True)
class Home:
    """A trial of a row."""

    row: int
    seed: int
    failpoint: str = ""
    kills: int = 0

    @property
    def name(self) -> str:
        """For the reader."""
        return f"row {self.row}, seed {self.seed}"

    def run(self) -> tuple[Verdict, int, bool]:
        """In a folder of its own: the verdict, no kills, and whether it came to rest."""
        base = Path(tempfile.mkdtemp(prefix="scrubjay-fault-"))
        small = self.row == FULL
        try:
            if small:
                _mount(base / "home")
            return self._tried(base)
        finally:
            if small:
                with contextlib.suppress(subprocess.CalledProcessError):
                    _run(*_as_root(), "umount", str(base / "home"))
            shutil.rmtree(base, ignore_errors=True)

    def _tried(self, base: Path) -> tuple[Verdict, int, bool]:
        provoke, faults = ROWS[self.row]
        plant = Plant(base, self.seed, faults, files=3, claims=40)
        try:
            provoke(plant, Random(self.seed))  # noqa: S311 - faults are no secret
            settled = plant.settle()
            verdict = plant.judge()
            with kept(plant.settings, "judge") as both:
                held = both.store.ask(lambda view: held_against(view, both.vault, deep=True))
            if not held.good:
                verdict.problems.append(f"payloads: {held.to_dict()}")
            if not (verdict.good and settled):
                sys.stderr.write(f"{self.name}: settled {settled}, {verdict}\n{plant.log_tail()}\n")
            return verdict, 0, settled
        finally:
            plant.close()


def _mount(home: Path) -> None:
    home.mkdir()
    options = f"size=16m,mode=700,uid={os.getuid()}"
    _run(*_as_root(), "mount", "-t", "tmpfs", "-o", options, "none", str(home))


def _run(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603 - words of this file


def _as_root() -> list[str]:
    return [] if os.getuid() == 0 else ["sudo", "-n"]


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--row", type=int, action="append", choices=list(ROWS))
    parser.add_argument("--trials", type=int, default=10, help="homes of each row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no home after so long")
    parser.add_argument("--at-once", type=int, default=1, help="homes beside each other")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    warm()
    until = time.monotonic() + given.seconds
    sums: dict[int, Sum] = {}
    try:
        for row in given.row or ROWS:
            sums[row] = Sum()
            try_all(
                _homes(row, given),
                sums[row],
                at_once=given.at_once,
                seconds=until - time.monotonic(),
            )
    finally:
        for row, total in sums.items():
            print(_line(row, total), flush=True)
    return 0 if all(total.good for total in sums.values()) else 1


def _homes(row: int, given: argparse.Namespace) -> Iterator[Home]:
    for seed in range(given.seed, given.seed + given.trials):
        yield Home(row, seed)


def _line(row: int, total: Sum) -> str:
    return (
        f"row {row:2}: {total.trials} homes, {total.claims} claims, {total.lost} lost, "
        f"{total.twice} twice, {total.bad} bad, {total.unsettled} not at rest, "
        f"{total.failed} not tried"
    )


if __name__ == "__main__":
    sys.exit(main())
