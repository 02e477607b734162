"""Claims a second from ingest to SUBMITTED in one process, beside a bare SQLite loop.

The bare loop writes the same claims, 100 a transaction, with WAL and synchronous FULL, and does
nothing else: no audit, no queue, no encryption, no engine. Everything of the pipeline is on: its
partner is a folder, so that nobody else's time is in it.

    pipeline.py --claims 200000 --files 4
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import resource
import shutil
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

from scrubjay import settings
from scrubjay.app import kept, opened
from scrubjay.extraction import contents
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.testing import generate

RECORD = """\
payers = ["*"]
[envelope]
sender = "SCRUBJAY"
receiver = "CLEARING"
[limits]
claims = 5000
window_seconds = 0.2
per_second = 10000.0
[sending]
deadline_seconds = 60.0
quiet_seconds = 61.0
[transport]
address = "{address}"
"""


def made(base: Path, files: int, claims: int) -> list[Path]:
    """Files of synthetic claims, each under numbers of its own."""
    paths = []
    for number in range(1, files + 1):
        path = base / f"{number}.837"
        with path.open("wb") as file:
            for piece in generate(claims=claims, seed=number, lines=(1, 4)):
                file.write(piece.replace(b"*1*X*005010", b"*%d*X*005010" % number))
        text = path.read_bytes()
        at = text.rindex(b"GE*")
        end = text.index(b"~", at)
        count = text[at:end].split(b"*")[1]
        path.write_bytes(text[:at] + b"GE*%s*%d" % (count, number) + text[end:])
        paths.append(path)
    return paths


def bare(base: Path, claims: int) -> float:
    """Claims a second of the bare loop."""
    store = sqlite3.connect(base / "bare.db", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute(
        "CREATE TABLE claims (id INTEGER PRIMARY KEY, token TEXT, charge INTEGER, state TEXT)"
    )
    begun = time.perf_counter()
    for at in range(0, claims, 100):
        rows = [(None, f"k.{at + number:032x}", 12_345, "SCRUBBED") for number in range(100)]
        store.execute("BEGIN IMMEDIATE")
        store.executemany("INSERT INTO claims VALUES (?,?,?,?)", rows)
        store.execute("COMMIT")
    return claims / (time.perf_counter() - begun)


async def submitted(
    tree: settings.Settings, total: int, seeing: Seeing
) -> tuple[float, dict[str, float]]:
    """Seconds until all claims are SUBMITTED, and when each state was reached."""
    begun = time.perf_counter()
    reached: dict[str, float] = {}
    async with opened(tree, seeing=seeing) as app:
        running = asyncio.create_task(app.run())
        while "SUBMITTED" not in reached:
            await asyncio.sleep(0.1)
            counts = await app.work.store.read(lambda view: view.counts())
            states = {
                state.value: count
                for kind, each in counts.items()
                if kind == "claim"
                for state, count in each.items()
            }
            now = time.perf_counter() - begun
            if states and "first batch" not in reached:
                reached["first batch"] = now
            done = states.get("SUBMITTED", 0) + states.get("ACKNOWLEDGED", 0)
            if sum(states.values()) == total and "SCRUBBED" not in reached:
                reached["SCRUBBED"] = now
            if done + states.get("REJECTED_BY_SCRUB", 0) == total:
                reached["SUBMITTED"] = now
        app.runner.end()
        await running
    return reached["SUBMITTED"], reached


def watched(peak: list[int]) -> threading.Thread:
    """Takes down the resident memory now and then."""

    def look() -> None:
        while True:
            with Path("/proc/self/statm").open() as file:
                peak[0] = max(peak[0], int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE"))
            time.sleep(0.05)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--keep", help="a folder to work in, kept")
    given = parser.parse_args()
    base = Path(given.keep or tempfile.mkdtemp(prefix="scrubjay-bench-"))
    base.mkdir(exist_ok=True)
    home = base / "home"
    (home / "partners").mkdir(parents=True)
    (home / "partners" / "folder.toml").write_text(RECORD.format(address=base / "partner"))
    paths = made(base, given.files, given.claims // given.files)
    total = given.claims // given.files * given.files
    tree = settings.read(str(home), {})
    loop = bare(base, total)
    cpu = time.process_time()
    begun = time.perf_counter()
    with kept(tree, "bench") as both:
        for path in paths:
            arrive(both.store, both.vault, contents([str(path)]), Sender(), "command")
    ingested = time.perf_counter() - begun
    peak = [0]
    watched(peak)
    seconds, reached = asyncio.run(submitted(tree, total, Seeing(logger(io.StringIO(), level=50))))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "claims": total,
        "bytes": sum(path.stat().st_size for path in paths),
        "bare_claims_per_second": round(loop),
        "ingest_seconds": round(ingested, 3),
        "seconds": round(ingested + seconds, 3),
        "claims_per_second": round(total / (ingested + seconds)),
        "share_of_bare": round(total / (ingested + seconds) / loop, 3),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "claims_per_cpu_second": round(total / (time.process_time() - cpu)),
        "reached": {name: round(when, 2) for name, when in reached.items()},
        "rss_peak_mb": round(peak[0] / 1e6),
        "rss_max_mb": round(usage.ru_maxrss / 1024),
        "store_mb": round((home / "scrubjay.db").stat().st_size / 1e6),
    }
    print(json.dumps(told, indent=2))
    if not given.keep:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
