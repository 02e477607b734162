"""The peer that judges the guide as we do, pyx12, beside scrubjay: one file, one run.

Claims are validated; of members and payments (``--kind 834``, ``835``) we write the records too.
Where edi-835-parser is installed, which makes a table of payments, it is a second peer; it reads
files of one set, so that there is one.

Nothing is installed here: pyx12 is pinned in requirements/dev.in, so `make setup` brings it. Each
is a process of its own, start-up included; they take turns, and a row has the median.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from run import BYTES_A_RECORD, MEGA, line, timed

from scrubjay import __version__
from scrubjay.testing import generate

COMMANDS = {"837P": "validate", "834": "enroll", "835": "remit"}


@dataclass(frozen=True, slots=True)
class Row:
    """What one validator did on the file."""

    validator: str
    megabytes: float
    seconds: float
    megabytes_a_second: float
    peak_megabytes: float
    times_slower: float


def main() -> None:
    """Measure and print; with ``--pyx12 FILE`` be the peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, metavar="MB")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--threads", type=int, default=1, help="ours; pyx12 has one")
    parser.add_argument("--kind", choices=COMMANDS, default="837P")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pyx12", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--edi-835-parser", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.edi_835_parser:
        sys.exit(0 if tabled_by_edi_835_parser(options.edi_835_parser) else 1)
    if importlib.util.find_spec("pyx12") is None:
        raise SystemExit("pyx12 is not here; make setup installs it, pinned")
    if options.pyx12:
        sys.exit(0 if judged_by_pyx12(options.pyx12) else 1)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        measure(options, Path(folder))


def judged_by_pyx12(path: str) -> bool:
    """Whether pyx12 takes the file for valid; it writes nothing."""
    import pyx12.params
    import pyx12.x12n_document

    return bool(pyx12.x12n_document.x12n_document(pyx12.params.params(), path, None, None))


def tabled_by_edi_835_parser(path: str) -> bool:
    """Whether edi-835-parser finds service lines in the file."""
    parser = importlib.import_module("edi_835_parser")
    return bool(len(parser.parse(path).to_dataframe()))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Both in turn, and a row of each."""
    kind, path = options.kind, folder / f"file.{options.kind[:3]}"
    records = round(options.size * MEGA / BYTES_A_RECORD[kind])
    with path.open("wb") as file:
        file.writelines(generate(kind, claims=records, sets=1 if kind == "835" else None))
    calls = {
        f"scrubjay {__version__}": line(COMMANDS[kind], path, options.threads, folder),
        f"pyx12 {version('pyx12')}": [sys.executable, __file__, "--pyx12", str(path)],
    }
    if kind == "835" and importlib.util.find_spec("edi_835_parser"):
        name = f"edi-835-parser {version('edi-835-parser')}"
        calls[name] = [sys.executable, __file__, "--edi-835-parser", str(path)]
    taken = {name: list[tuple[float, float]]() for name in calls}
    for _ in range(options.pairs):
        for name, words in calls.items():
            taken[name].append(timed(words))
    megabytes = path.stat().st_size / MEGA
    ours = statistics.median(seconds for seconds, _ in next(iter(taken.values())))
    show = as_json if options.json else as_text
    for name, runs in taken.items():
        seconds = statistics.median(seconds for seconds, _ in runs)
        peak = max(peak for _, peak in runs)
        row = Row(name, megabytes, seconds, megabytes / seconds, peak, seconds / ours)
        sys.stdout.write(show(row) + "\n")


def as_json(row: Row) -> str:
    """A row for programs."""
    return json.dumps(asdict(row))


def as_text(row: Row) -> str:
    """A row for people."""
    return (
        f"{row.validator:<20} {row.megabytes:5.1f} MB  {row.seconds:7.2f} s"
        f"  {row.megabytes_a_second:8.2f} MB/s  {row.peak_megabytes:6.1f} MB peak"
        f"  {row.times_slower:6.1f} x our time"
    )


if __name__ == "__main__":
    main()
