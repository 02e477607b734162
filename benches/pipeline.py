"""Claims a second from ingest to SUBMITTED in one process, beside three bare SQLite loops.

All write the same claims, 100 a transaction, with WAL and synchronous FULL, and do nothing else: no
code behind the audit, no queue, no encryption, no engine. `moved` is the one that the bar of a
quarter means: it brings a claim as far as the pipeline does, from INGESTED to SUBMITTED, each of
the four moves a transaction, with an audit row a claim. The other two insert a row a claim and let
it be: `rows` alone, and `indexed`, found by their token.
Everything of the pipeline is on, and files arrive while it works; its partner is a folder, so that
nobody else's time is in it. The clock runs from the first byte that arrives to the last claim that
is SUBMITTED; a start takes what `start_seconds` says.

    pipeline.py --claims 200000 --files 16
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import hashlib
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
from typing import TYPE_CHECKING

from warm import warm

from scrubjay import settings
from scrubjay.app import App, opened
from scrubjay.extraction import contents
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.testing import generate

if TYPE_CHECKING:
    from collections.abc import Sequence

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


STATES = ("INGESTED", "PARSED", "VALIDATED", "SCRUBBED", "SUBMITTED")


def bare(base: Path, claims: int, *, indexed: bool, states: Sequence[str] = STATES[:1]) -> float:
    """Claims a second of a bare loop. Tokens come in no order, as digests do.

    With more states than one each claim is moved through them by its token, a transaction a state,
    and has an audit row in each.
    """
    with contextlib.closing(sqlite3.connect(base / "bare.db", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute(
            "CREATE TABLE claims (id INTEGER PRIMARY KEY, token TEXT, charge INTEGER, state TEXT)"
        )
        store.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, token TEXT, state TEXT)")
        if indexed:
            store.execute("CREATE UNIQUE INDEX claims_by_token ON claims (token)")
        tokens = [f"k.{hashlib.md5(b'%d' % number).hexdigest()}" for number in range(claims)]  # noqa: S324
        begun = time.perf_counter()
        for at in range(0, claims, 100):
            batch = tokens[at : at + 100]
            for state in states:
                store.execute("BEGIN IMMEDIATE")
                if state == states[0]:
                    rows = [(None, token, 12_345, state) for token in batch]
                    store.executemany("INSERT INTO claims VALUES (?,?,?,?)", rows)
                else:
                    moved = [(state, token) for token in batch]
                    store.executemany("UPDATE claims SET state = ? WHERE token = ?", moved)
                if len(states) > 1:
                    told = [(None, token, state) for token in batch]
                    store.executemany("INSERT INTO audit VALUES (?,?,?)", told)
                store.execute("COMMIT")
        seconds = time.perf_counter() - begun
    for path in base.glob("bare.db*"):
        path.unlink()
    return claims / seconds


async def submitted(
    tree: settings.Settings, paths: list[Path], total: int, seeing: Seeing
) -> dict[str, float]:
    """When each state was reached, in seconds since the first file began to arrive."""
    begun = time.perf_counter()
    reached: dict[str, float] = {}
    async with opened(tree, seeing=seeing) as app:
        reached["started"] = time.perf_counter() - begun
        gc.freeze()  # as `serve` does
        running = asyncio.create_task(app.run())
        begun = time.perf_counter()
        arriving = asyncio.create_task(asyncio.to_thread(_arrive, app, paths))
        arriving.add_done_callback(
            lambda _: reached.setdefault("ingested", time.perf_counter() - begun)
        )
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
        await arriving
        app.runner.end()
        await running
    return reached


def _arrive(app: App, paths: list[Path]) -> None:
    """File after file, by the way that files from a folder or a command take."""
    for path in paths:
        arrive(app.work.store, app.work.vault, contents([str(path)]), Sender(), "command")


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
    parser.add_argument("--claims", type=int, default=200_000)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--keep", help="a folder to work in, kept")
    given = parser.parse_args()
    warm()
    base = Path(given.keep or tempfile.mkdtemp(prefix="scrubjay-bench-"))
    base.mkdir(exist_ok=True)
    home = base / "home"
    (home / "partners").mkdir(parents=True)
    (home / "partners" / "folder.toml").write_text(RECORD.format(address=base / "partner"))
    paths = made(base, given.files, given.claims // given.files)
    total = given.claims // given.files * given.files
    tree = settings.read(str(home), {})
    loops = {
        "moved": bare(base, total, indexed=True, states=STATES),
        "indexed": bare(base, total, indexed=True),
        "rows": bare(base, total, indexed=False),
    }
    peak = [0]
    watched(peak)
    cpu = time.process_time()
    reached = asyncio.run(submitted(tree, paths, total, Seeing(logger(io.StringIO(), level=50))))
    cpu = time.process_time() - cpu
    start, seconds = reached.pop("started"), reached["SUBMITTED"]
    told = {
        "claims": total,
        "bytes": sum(path.stat().st_size for path in paths),
        "bare_claims_per_second": {name: round(each) for name, each in loops.items()},
        "start_seconds": round(start, 3),
        "seconds": round(seconds, 3),
        "claims_per_second": round(total / seconds),
        "share_of_bare": {name: round(total / seconds / each, 3) for name, each in loops.items()},
        "cpu_seconds": round(cpu, 2),
        "claims_per_cpu_second": round(total / cpu),
        "reached": {name: round(when, 2) for name, when in reached.items()},
        "rss_peak_mb": round(peak[0] / 1e6),
        "rss_max_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "store_mb": round((home / "scrubjay.db").stat().st_size / 1e6),
    }
    print(json.dumps(told, indent=2))
    if not given.keep:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
