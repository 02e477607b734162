"""One partner fails, two do not: how much of their throughput have the two left.

    bulkhead.py --claims 40000 --pairs 3

A backlog of claims for three partners, each behind HTTP in a process of its own, is sent: without
the third, with it well, and with it hanging, answering 503, or slow. Told are the ratios of the two
others' claims a second to what they had without the third, in runs that take turns, all from the
same backlog; the third, when well, takes its share of the machine. On a busy machine only the
ratios say anything.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import made
from scrubjay import settings
from scrubjay.app import kept, opened
from scrubjay.extraction import contents
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.store.states import Kind, State
from scrubjay.testing.clearinghouse import Behaviour
from scrubjay.testing.clearinghouse import opened as clearinghouse
from scrubjay.testing.clearinghouse.behaviour import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.store.contract import View

RECORD = """\
payers = {payers}
[envelope]
sender = "SCRUBJAY"
receiver = "{receiver}"
[limits]
claims = 500
window_seconds = 0.05
per_second = 10000.0
[sending]
deadline_seconds = 2.0
quiet_seconds = 2.0
[transport]
kind = "http"
address = "{address}"
"""
PAYERS = {"one": ("99901", "99902"), "two": ("99903", "99904"), "bad": ("*",)}
WELL = Behaviour(answers=False)
FAULTS = {
    "well": WELL,
    "hangs": Behaviour(answers=False, faults={"deaf": 1.0}),
    "503": Behaviour(answers=False, faults={"unavailable": 1.0}),
    "slow": Behaviour(answers=False, latency=Span(1.5, 1.5)),
}
OTHERS = ("one", "two")


@contextlib.contextmanager
def partner(behaviour: Behaviour) -> Iterator[str]:
    """A clearinghouse in a process of its own; its address."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(_serving(behaviour, writing))
    os.close(writing)
    with os.fdopen(reading) as told:
        address = told.readline().strip()
    try:
        yield address
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def _serving(behaviour: Behaviour, writing: int) -> None:
    async with clearinghouse(behaviour) as house:
        os.write(writing, f"{house.address}\n".encode())
        await asyncio.Event().wait()


def records(home: Path, addresses: dict[str, str]) -> None:
    """The three partners."""
    (home / "partners").mkdir(parents=True, exist_ok=True)
    for name, payers in PAYERS.items():
        text = RECORD.format(
            payers=json.dumps(payers), receiver=name.upper(), address=addresses[name]
        )
        (home / "partners" / f"{name}.toml").write_text(text)


def quiet() -> Seeing:
    """Sees, and says nothing."""
    return Seeing(logger(io.StringIO(), level=50))


async def scrubbed(tree: settings.Settings, total: int) -> None:
    """Until every claim waits to be sent."""
    async with opened(tree, stages=("parse", "scrub"), seeing=quiet()) as app:
        running = asyncio.create_task(app.run())
        while (  # noqa: ASYNC110 - nothing tells of a row that another thread writes
            await app.work.store.read(lambda view: sum(view.counts()[Kind.CLAIM].values())) < total
        ):
            await asyncio.sleep(0.05)
        app.runner.end()
        await running


async def sent(tree: settings.Settings) -> float:
    """Claims a second of the two others, from the start until the last of theirs is taken."""
    async with opened(tree, stages=("submit",), seeing=quiet()) as app:
        names = {line.record.name: number for number, line in app.work.lines.items()}
        wanted = [names[name] for name in OTHERS]
        claims = await app.work.store.read(
            lambda view: sum(each.claims for one in wanted for each in view.ready(one, 1 << 20))
        )
        begun = time.perf_counter()
        running = asyncio.create_task(app.run())
        while await app.work.store.read(lambda view: _left(view, wanted)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - begun
        app.runner.end()
        await asyncio.wait([running], timeout=1.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return float(claims / seconds)


def _left(view: View, partners: list[int]) -> bool:
    """Whether something of theirs is not taken yet."""
    return any(
        view.ready(one, 1) or view.open_transmissions(one, State.INTENDED, 1) for one in partners
    )


def run(base: Path, backlog: Path, behaviour: Behaviour | None) -> float:
    """One run over a copy of the backlog; without the third partner where it has no behaviour."""
    home = base / "home"
    shutil.copytree(backlog, home, symlinks=True)
    keys = base / "home.keys"
    shutil.copytree(backlog.with_name("backlog.keys"), keys)
    try:
        with partner(WELL) as one, partner(WELL) as two, partner(behaviour or WELL) as bad:
            records(home, {"one": one, "two": two, "bad": bad})
            return asyncio.run(
                sent(settings.read(str(home), {"SCRUBJAY__QUEUE__GRACE_SECONDS": "0"}))
            )
    finally:
        shutil.rmtree(home)
        shutil.rmtree(keys)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=40_000)
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="scrubjay-bulkhead-"))
    backlog = base / "backlog"
    nowhere = dict.fromkeys(PAYERS, "http://127.0.0.1:9")
    records(backlog, nowhere)
    tree = settings.read(str(backlog), {})
    with kept(tree, "bench") as both:
        for path in made(base, 2, given.claims // 2):
            arrive(both.store, both.vault, contents([str(path)]), Sender(), "command")
    asyncio.run(scrubbed(tree, given.claims // 2 * 2))
    told: dict[str, object] = {}
    for name, behaviour in FAULTS.items():
        pairs = [
            (run(base, backlog, None), run(base, backlog, behaviour)) for _ in range(given.pairs)
        ]
        told[name] = {
            "without_claims_per_second": [round(without) for without, _ in pairs],
            "with_claims_per_second": [round(beside) for _, beside in pairs],
            "ratio": round(statistics.median(beside / without for without, beside in pairs), 2),
        }
    print(json.dumps(told, indent=2))
    shutil.rmtree(base)


if __name__ == "__main__":
    main()
