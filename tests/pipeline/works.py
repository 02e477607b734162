"""A pipeline for tests: a home folder, partners, a clearinghouse on a port, run until it rests."""

import asyncio
import contextlib
import io
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from scrubjay import settings
from scrubjay.app import App, kept, opened
from scrubjay.pipeline.intake import Arrived, Sender, arrive
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.store.contract import View
from scrubjay.store.states import FINAL, PARKED, Kind
from scrubjay.testing import generate
from scrubjay.testing.clearinghouse import Behaviour
from scrubjay.testing.clearinghouse import opened as clearinghouse
from scrubjay.testing.clearinghouse.server import Clearinghouse

__all__ = ["QUICK", "Works", "document", "works"]

QUICK: Mapping[str, Mapping[str, Any]] = {
    "envelope": {"sender": "SCRUBJAY", "receiver": "CLEARING"},
    "limits": {"window_seconds": 0.05, "per_second": 1000.0},
    "sending": {
        "backoff_seconds": 0.02,
        "longest_backoff_seconds": 0.1,
        "deadline_seconds": 0.4,
        "quiet_seconds": 0.5,
        "breaker_failures": 50,
    },
    "acknowledgments": {"collect_seconds": 0.05},
}
SETTINGS = """\
[queue]
sweep_seconds = 0.2
backoff_seconds = 0.02
longest_backoff_seconds = 0.05
[scrub]
threads = 1
claims_per_batch = 10
"""


def document(claims: int = 40, seed: int = 1, faults: float = 0.0, **more: Any) -> bytes:
    """Synthetic claims whose group has a number of its own, as senders' groups have."""
    text = b"".join(generate(claims=claims, seed=seed, faults=faults, **more))
    head, ge, tail = text.rpartition(b"GE*")
    count = tail.split(b"*")[0]
    rest = tail[tail.index(b"~") :]
    head = head.replace(b"*1*X*005010", b"*%d*X*005010" % seed)
    return head + ge + count + b"*%d" % seed + rest


def toml(tables: Mapping[str, Mapping[str, Any]], **plain: Any) -> str:
    """A record as a file has it."""

    def value(each: Any) -> str:
        if isinstance(each, bool):
            return str(each).lower()
        if isinstance(each, list | tuple):
            return "[" + ", ".join(value(one) for one in each) + "]"
        return f'"{each}"' if isinstance(each, str) else repr(each)

    lines = [f"{key} = {value(each)}" for key, each in plain.items()]
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {value(each)}" for key, each in table.items()]
    return "\n".join(lines) + "\n"


class Works:
    """One home."""

    def __init__(self, base: Path, more_settings: str = "") -> None:
        self.base = base
        self.home = base / "home"
        (self.home / "partners").mkdir(parents=True)
        (self.home / "scrubjay.toml").write_text(SETTINGS + more_settings)
        self.log = io.StringIO()

    def partner(
        self, name: str, address: str, *, payers: tuple[str, ...] = ("*",), **tables: Any
    ) -> None:
        """A partner behind HTTP, or behind a folder where the address is none."""
        kind = "http" if address.startswith("http") else "folder"
        whole = {key: dict(QUICK.get(key, {})) | tables.get(key, {}) for key in {*QUICK, *tables}}
        whole["transport"] = {"kind": kind, "address": address} | tables.get("transport", {})
        text = toml(whole, payers=list(payers))
        (self.home / "partners" / f"{name}.toml").write_text(text)

    @property
    def tree(self) -> settings.Settings:
        """The settings as they are written by now."""
        return settings.read(str(self.home), {})

    def take(self, content: bytes, practice: str = "") -> Arrived:
        """A file that arrives."""
        with kept(self.tree, "test") as both:
            pieces = [content[at : at + 4096] for at in range(0, len(content), 4096)]
            return arrive(both.store, both.vault, pieces, Sender(practice=practice), "command")

    @contextlib.asynccontextmanager
    async def running(self, **given: Any) -> AsyncIterator[App]:
        """The pipeline at work."""
        async with opened(self.tree, seeing=Seeing(logger(self.log)), **given) as app:
            task = asyncio.create_task(app.run())
            try:
                yield app
            finally:
                app.runner.end()
                await task

    async def settle(self, seconds: float = 120.0) -> dict[str, int]:
        """Runs until everything rests; the claims by state."""
        async with self.running() as app:
            await until(app, rests, seconds)
            return await app.work.store.read(states)

    def ask(self, query: Callable[[View], Any]) -> Any:
        """Something of the store."""
        with kept(self.tree, "test") as both:
            return both.store.ask(query)


async def until(app: App, done: Callable[[View], bool], seconds: float = 120.0) -> None:
    """Waits for the store to say so; fails where it does not in so long."""
    limit = time.monotonic() + seconds
    while not await app.work.store.read(done):
        if time.monotonic() > limit:
            counts = await app.work.store.read(lambda view: view.counts())
            raise AssertionError(f"not in {seconds} s: {counts}")
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)


def states(view: View) -> dict[str, int]:
    """Claims by state."""
    found = view.counts().get(Kind.CLAIM, {})
    return {state.value: count for state, count in found.items() if count}


def rests(view: View) -> bool:
    """Whether nothing is on its way."""
    from scrubjay.pipeline.work import TOPICS

    counts = view.counts()
    ends = FINAL | PARKED
    moving = [
        state
        for kind in (Kind.CLAIM, Kind.TRANSMISSION)
        for state, count in counts.get(kind, {}).items()
        if count and state not in ends
    ]
    waits = [view.depth(topic) for topic in TOPICS]
    return not moving and not any(each.ready + each.leased + each.delayed for each in waits)


@contextlib.asynccontextmanager
async def works(
    base: Path, behaviour: Behaviour | None = None, more_settings: str = "", **tables: Any
) -> AsyncIterator[tuple[Works, Clearinghouse]]:
    """A home with one partner, and the clearinghouse that it is."""
    made = Works(base, more_settings)
    async with clearinghouse(behaviour or Behaviour()) as house:
        made.partner("clearing", house.address, **tables)
        yield made, house


def taken(house: Clearinghouse) -> Counter[str]:
    """How often each claim was taken."""
    return Counter(
        claim for entry in house.ledger if entry.event == "taken" for claim in entry.claims
    )
