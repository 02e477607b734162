"""A million claims wait for a partner, and the process is killed: how soon does it go on.

    backlog.py --claims 1000000 --files 20

All stages but submit run in a process of its own until every claim is SCRUBBED; that process is
killed. Then another is begun with all stages; told are the seconds to its first batch and to the
first interchange that the partner has, and the most memory that each process had.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import resource
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import RECORD, made
from scrubjay import settings
from scrubjay.app import STAGES, kept, opened
from scrubjay.extraction import contents
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.store.contract import View


def submitted(view: View) -> int:
    """Transmissions that a partner has."""
    found = view.counts().get(Kind.TRANSMISSION, {})
    return found.get(State.SUBMITTED, 0)


def scrubbed(view: View) -> int:
    """Claims of files that are judged."""
    return sum(view.counts().get(Kind.CLAIM, {}).values())


async def work(tree: settings.Settings, stages: Iterable[str], wanted: int) -> float:
    """Runs some stages until so many claims are judged, or an interchange is there; the seconds."""
    begun = time.perf_counter()
    async with opened(tree, stages=stages, seeing=Seeing(logger(io.StringIO(), level=50))) as app:
        running = asyncio.create_task(app.run())
        ask = submitted if "submit" in stages else scrubbed
        while await app.work.store.read(ask) < wanted:  # noqa: ASYNC110 - nothing tells of a row
            await asyncio.sleep(0.05)  # of a store that another thread writes
        seconds = time.perf_counter() - begun
        app.runner.end()
        await running
        return seconds


def forked(tree: settings.Settings, stages: Iterable[str], wanted: int) -> dict[str, float]:
    """Works in a process of its own that then kills itself; what it told."""
    reading, writing = os.pipe()
    if not os.fork():
        seconds = asyncio.run(work(tree, stages, wanted))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(
            writing, json.dumps({"seconds": round(seconds, 2), "rss_max_mb": round(peak)}).encode()
        )
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    with os.fdopen(reading) as told:
        found: dict[str, float] = json.loads(told.read())
        return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=20)
    given = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="scrubjay-backlog-"))
    home = base / "home"
    (home / "partners").mkdir(parents=True)
    (home / "partners" / "folder.toml").write_text(RECORD.format(address=base / "partner"))
    tree = settings.read(str(home), {})
    total = given.claims // given.files * given.files
    with kept(tree, "bench") as both:
        for path in made(base, given.files, given.claims // given.files):
            arrive(both.store, both.vault, contents([str(path)]), Sender(), "command")
            path.unlink()
    told = {
        "claims": total,
        "until_scrubbed": forked(tree, ("parse", "scrub"), total),
        "until_first_submitted": forked(tree, STAGES, 1),
        "store_mb": round((home / "scrubjay.db").stat().st_size / 1e6),
    }
    print(json.dumps(told, indent=2))
    shutil.rmtree(base)


if __name__ == "__main__":
    main()
