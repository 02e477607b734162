"""Throughput and memory of the command, against the yardstick, on generated files, in one run.

Prints a row per size, kind, shape and command: the median of pairs of runs, in which command and
yardstick take turns, so that a machine that is busy slows both. ``--sizes 10 300 1000`` are
megabytes, ``--kinds 835 834`` what the files are; ``--json`` is for programs.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from warm import warm

from scrubjay.testing import generate

HERE = Path(__file__).parent
BYTES_A_CLAIM = 608
BYTES_A_RECORD = {"837P": BYTES_A_CLAIM, "837I": 659, "837D": 532, "835": 628, "834": 280}
"""About; of an 834 a record is a member."""
MEGA = 1_000_000
BARS = {"validate": 5.0, "scrub": 3.0, "enroll": 3.0, "remit": 3.0}
"""How many times the yardstick each command is meant to be."""
TAKEN = {
    "validate": set(BYTES_A_RECORD),
    "scrub": {"837P", "837I", "837D"},
    "enroll": {"834"},
    "remit": {"835"},
}
"""The kinds that each command takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one command did on one file."""

    command: str
    kind: str
    megabytes: float
    sets: str
    seconds: float
    megabytes_a_second: float
    times_yardstick: float
    bar: float
    peak_megabytes: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 300], metavar="MB")
    parser.add_argument("--kinds", choices=tuple(BYTES_A_RECORD), nargs="+", default=["837P"])
    parser.add_argument("--shapes", choices=("many", "one"), nargs="+", default=["many", "one"])
    parser.add_argument("--only", choices=tuple(BARS), help="one of the commands")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--threads", type=int, default=0, help="0: one a core")
    parser.add_argument("--faults", type=float, default=0.05, help="share of records with a fault")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warm()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for row in measured(options, Path(folder)):
            show(row, as_json=options.json)


def measured(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """A row for each size, kind, shape and command."""
    for size, kind, sets in product(options.sizes, options.kinds, options.shapes):
        path = folder / f"{size}-{sets}.{kind}"
        with path.open("wb") as file:
            file.writelines(
                generate(
                    kind,
                    claims=size * MEGA // BYTES_A_RECORD[kind],
                    faults=options.faults,
                    sets=1 if sets == "one" else None,
                )
            )
        for command in (options.only,) if options.only else BARS:
            if kind in TAKEN[command]:
                yield pairs(command, path, sets, options, folder)
        path.unlink()


def pairs(command: str, path: Path, sets: str, options: argparse.Namespace, folder: Path) -> Row:
    """The command and the yardstick in turn."""
    ours: list[float] = []
    ratios: list[float] = []
    peaks: list[float] = []
    for _ in range(options.pairs):
        seconds, peak = timed(line(command, path, options.threads, folder))
        yardstick, _ = timed([sys.executable, str(HERE / "yardstick.py"), str(path)])
        ours.append(seconds)
        peaks.append(peak)
        ratios.append(yardstick / seconds)
    megabytes = path.stat().st_size / MEGA
    seconds = statistics.median(ours)
    return Row(
        command,
        path.suffix.removeprefix("."),
        megabytes,
        sets,
        seconds,
        megabytes / seconds,
        statistics.median(ratios),
        BARS[command],
        max(peaks),
    )


def line(command: str, path: Path, threads: int, folder: Path) -> list[str]:
    """The command line that is measured."""
    scrubjay = shutil.which("scrubjay", path=str(Path(sys.executable).parent)) or "scrubjay"
    words = [scrubjay, command, str(path), "--threads", str(threads)]
    if command != "validate":
        words += ["--out", str(folder / "out"), "--force"]
    return words


def timed(words: list[str]) -> tuple[float, float]:
    """Wall seconds and peak megabytes of a whole process, start-up included."""
    stopwatch = [sys.executable, "-I", "-S", str(HERE / "stopwatch.py"), *words]
    seen = subprocess.run(stopwatch, check=True, capture_output=True, text=True)  # noqa: S603
    seconds, peak, code = json.loads(seen.stdout)
    if code not in {0, 1}:
        raise SystemExit(f"{words[1]} failed with {code}")
    return seconds, peak / MEGA


def show(row: Row, *, as_json: bool) -> None:
    """One row, for people or for programs."""
    if as_json:
        sys.stdout.write(json.dumps(asdict(row)) + "\n")
        return
    sys.stdout.write(
        f"{row.command:<9} {row.kind:<4} {row.megabytes:7.1f} MB  {row.sets:<4}"
        f"  {row.seconds:7.2f} s  {row.megabytes_a_second:6.0f} MB/s"
        f"  {row.times_yardstick:5.2f} x yardstick (bar {row.bar:.0f})"
        f"  {row.peak_megabytes:5.1f} MB peak\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
