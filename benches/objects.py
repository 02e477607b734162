"""Claims and members as typed objects, a second of one core, beside the same as plain dicts.

The engine that reads the file is in all of the figures, rules included, with one thread.

    objects.py --claims 50000 --members 50000
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import scrubjay
from scrubjay import _native
from scrubjay.enrollment.typed import enrollments
from scrubjay.job import Command, Job
from scrubjay.models import KINDS
from scrubjay.models.enrollment import Enrollment
from scrubjay.rulebook import lowered
from scrubjay.sources import Origins, records
from scrubjay.testing import generate

if TYPE_CHECKING:
    from collections.abc import Callable


def objects(path: Path) -> int:
    """Claims as models, as `scrubjay.read` gives them."""
    return sum(len(batch) for batch in scrubjay.read(path))


def dicts(path: Path) -> int:
    """The same claims as nested dicts, which nobody has looked at."""
    job = Job(command=Command.READ, program=lowered())
    reader = _native.Reader(str(path), job.to_json())
    return sum(map(len, iter(lambda: reader.next(100), None)))


def validated(path: Path) -> int:
    """The same claims as models that pydantic validated from dicts."""
    job = Job(command=Command.READ, program=lowered())
    reader = _native.Reader(str(path), job.to_json())
    count = 0
    for rows in iter(lambda: reader.next(100), None):
        count += len([KINDS[claim["kind"]].model_validate(claim) for claim, _ in rows])
    return count


def members(path: Path) -> int:
    """The lines that `enroll` wrote as models."""
    return sum(1 for _ in enrollments(str(path)))


def validated_members(path: Path) -> int:
    """The same, each line joined with its source and validated whole."""
    with path.open(encoding="utf-8") as file, Origins(str(path)) as origins:
        return sum(1 for _ in map(Enrollment.model_validate_json, map(origins.text, file)))


def member_dicts(path: Path) -> int:
    """The same lines as dicts."""
    return sum(1 for _ in records(str(path)))


def rate(work: Callable[[Path], int], path: Path) -> float:
    """Objects a second of processor time: the best of three runs."""
    rates = []
    for _ in range(3):
        before = time.process_time()
        count = work(path)
        rates.append(count / (time.process_time() - before))
    return max(rates)


def made(folder: Path, kind: str, count: int) -> Path:
    """A synthetic file."""
    path = folder / f"{kind}.x12"
    with path.open("wb") as file:
        file.writelines(generate(kind, claims=count))
    return path


def enrolled(path: Path, out: Path) -> Path:
    """The records of an 834, one a line."""
    command = [sys.executable, "-m", "scrubjay", "enroll", str(path), "--out", str(out), "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return out / "enrollments.jsonl"


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=30_000)
    parser.add_argument("--members", type=int, default=30_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for kind in ("837P", "837I", "837D"):
            claims = made(folder, kind, asked.claims)
            objects(claims)  # what is imported and compiled once is not counted
            show(kind, claims, plain=dicts, ways=(objects, validated))
        lines = enrolled(made(folder, "834", asked.members), folder / "out")
        show("834", lines, plain=member_dicts, ways=(members, validated_members))


def show(
    kind: str, path: Path, plain: Callable[[Path], int], ways: tuple[Callable[[Path], int], ...]
) -> None:
    """The rate of each way, and its share of that of plain dicts."""
    bound = rate(plain, path)
    for way in (plain, *ways):
        per_second = bound if way is plain else rate(way, path)
        share = per_second / bound
        sys.stdout.write(f"{kind:5} {way.__name__:17} {per_second:10,.0f} a second  {share:5.2f}\n")


if __name__ == "__main__":
    main()
