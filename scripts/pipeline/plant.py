"""A pipeline to be killed: a home folder, a clearinghouse that errs, files, and processes by fork.

A process that is forked from one that has everything loaded starts in milliseconds; it is killed as
any other. Nothing here is asyncio or has threads, so that forking is safe.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay import failpoints, settings
from scrubjay.acks.applied import token_of
from scrubjay.app import STAGES, kept, opened, token_key
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.retaining import Place, Retain
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.pipeline.tidying import shred_orphans
from scrubjay.runs import ruleset
from scrubjay.store.audit.checkpoints import CheckpointFolder
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.sqlite.upkeep import checked, looked_into, proven
from scrubjay.testing import generate
from scrubjay.testing.clearinghouse import Behaviour
from scrubjay.testing.clearinghouse import opened as clearinghouse
from scrubjay.testing.clearinghouse.behaviour import Span
from scrubjay.testing.clearinghouse.ledger import read as read_ledger
from scrubjay.vault.keyring import FILE as WRAPPING
from scrubjay.vault.keyring import KeyringFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FAILPOINTS", "Faults", "Plant", "Verdict", "warm"]

SOURCE = Path(failpoints.__file__).parent
FAILPOINTS = sorted(
    {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r'(?<!`)\bfailpoint\("([a-z_.]+)"\)(?!`)', path.read_text())
    }
)
"""Every place in the code where a process may die on purpose."""

FINAL = (
    "ACKNOWLEDGED",
    "REJECTED_BY_SCRUB",
    "REJECTED_BY_PARTNER",
    "DEAD_LETTERED",
    "HELD_UNKNOWN",
)
RECORD = """\
payers = ["*"]
[envelope]
sender = "SCRUBJAY"
receiver = "CLEARING"
[limits]
claims = {claims}
window_seconds = 0.1
per_second = 1000.0
[sending]
backoff_seconds = 0.05
longest_backoff_seconds = 0.5
attempts = 1000
deadline_seconds = {deadline}
quiet_seconds = {quiet}
breaker_failures = 50
breaker_rest_seconds = 0.2
[acknowledgments]
collect_seconds = 0.1
[transport]
kind = "http"
address = "{address}"
"""
SETTINGS = """\
[queue]
lease_seconds = {lease}
grace_seconds = 5.0
attempts = 50
backoff_seconds = 0.02
longest_backoff_seconds = 0.2
sweep_seconds = 0.3
[scrub]
threads = 1
claims_per_batch = 10
remember_seconds = 0.2
[folders]
inbox = "inbox"
[intake]
quiet_seconds = 0.05
"""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong besides kills, and how slow the partner is."""

    shares: tuple[tuple[str, float], ...] = (
        ("reply_lost", 0.05),
        ("reply_never", 0.03),
        ("taken_late", 0.03),
        ("throttled", 0.03),
        ("unavailable", 0.03),
        ("unavailable_late", 0.03),
        ("look_up_failed", 0.05),
        ("collect_failed", 0.03),
        ("ack_twice", 0.1),
        ("claim_rejected", 0.05),
    )
    latency: tuple[float, float] = (0.0, 0.6)
    answers_after: tuple[float, float] = (0.0, 0.3)
    lease: float = 0.4
    """Shorter than the partner may take."""
    deadline: float = 0.9
    quiet: float = 1.2


def warm() -> None:
    """Load, once, what every process would load for itself."""
    ruleset()


@dataclass(slots=True)
class Verdict:
    """What the books say when everything has come to rest."""

    lost: int
    twice: int
    wrong: int
    """Claims that are another thing here than at the partner's."""
    states: dict[str, int]
    total: int
    chain: bool
    whole: bool
    orphans: int
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all of it is as it must be."""
        return not (self.lost or self.twice or self.wrong or self.problems) and (
            self.chain and self.whole and sum(self.states.values()) == self.total
        )


class Plant:
    """One home, one clearinghouse, some files."""

    def __init__(self, base: Path, seed: int, faults: Faults, files: int, claims: int) -> None:
        self.home = base / "home"
        self.base = base
        self.ledger = base / "ledger.jsonl"
        self._log = base / "log"
        (self.home / "partners").mkdir(parents=True)
        self.files = []
        for number in range(files):
            path = base / f"{number}.837"
            name = seed * 1000 + number + 1
            content = b"".join(generate(claims=claims, faults=0.05, seed=name, sets=2))
            # control numbers of groups that come again are held
            content = content.replace(b"*1*X*", b"*%d*X*" % name)
            # two of three are no tests, and so remembered
            content = content.replace(b"*T*:~", b"*P*:~") if name % 3 else content
            path.write_bytes(content.replace(b"GE*2*1~", b"GE*2*%d~" % name))
            self.files.append(path)
        self._house, address = self._open_house(seed, faults)
        (self.home / "scrubjay.toml").write_text(SETTINGS.format(lease=faults.lease))
        record = RECORD.format(
            claims=max(claims // 2, 10),
            deadline=faults.deadline,
            quiet=faults.quiet,
            address=address,
        )
        (self.home / "partners" / "clearing.toml").write_text(record)
        self.settings = settings.read(str(self.home), {})

    def _open_house(self, seed: int, faults: Faults) -> tuple[int, str]:
        behaviour = Behaviour(
            seed=seed,
            faults=dict(faults.shares),
            latency=Span(*faults.latency),
            answers_after=Span(*faults.answers_after),
        )
        reading, writing = os.pipe()

        async def stand() -> None:
            async with clearinghouse(behaviour, ledger=str(self.ledger)) as house:
                os.write(writing, house.address.encode() + b"\n")
                await asyncio.Event().wait()

        child = self.fork(lambda: asyncio.run(stand()))
        os.close(writing)
        with os.fdopen(reading) as told:
            return child, told.readline().strip()

    def fork(self, work: Callable[[], object], failpoint: str = "") -> int:
        """A process that does the work and ends; its id."""
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 2)
            failpoints.arm(failpoint)
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - told, and the process ends
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def ingest(self, failpoint: str = "") -> int:
        """A process that takes all files in."""

        def work() -> None:
            with kept(self.settings, "ingest") as both:
                for path in self.files:
                    content = path.read_bytes()
                    pieces = [content[at : at + 5000] for at in range(0, len(content), 5000)]
                    arrive(both.store, both.vault, pieces, Sender(), "command")

        return self.fork(work, failpoint)

    def rewrap(self, failpoint: str = "") -> int:
        """A process that rotates the wrapping key and wraps every data key anew, twice."""

        def work() -> None:
            with kept(self.settings, "test") as both:
                ring = KeyringFile(Path(self.settings.folders.keys) / WRAPPING)
                for _ in range(2):
                    ring.rotate()
                    both.vault.rewrap()

        return self.fork(work, failpoint)

    def drop(self) -> None:
        """All files, into the watched folder, as a good writer does it."""
        inbox = self.home / "inbox"
        inbox.mkdir(exist_ok=True)
        for path in self.files:
            draft = inbox / f"{path.name}.part"
            draft.write_bytes(path.read_bytes())
            draft.rename(inbox / path.name)

    def serve(self, failpoint: str = "", *, purge: bool = False) -> int:
        """A process that is the whole pipeline; with `purge` what is over goes at once."""
        kept = Retain(places=(Place.parsed("2010BB"),))
        tree = self.settings.but(purge_after=1e-7, retain=kept) if purge else self.settings

        async def work() -> None:
            async with opened(tree, stages=STAGES, seeing=Seeing(logger())) as app:
                await app.run()

        return self.fork(lambda: asyncio.run(work()), failpoint)

    @staticmethod
    def kill(process: int) -> None:
        """As if the power went out for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)

    @staticmethod
    def ended(process: int, seconds: float) -> int | None:
        """Its exit code, negative for a signal; None where it goes on after so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        return None

    def rests(self) -> bool:
        """Whether every claim of every file is where it ends, and nothing waits."""
        try:
            with contextlib.closing(self._connection()) as store:
                (files,) = store.execute("SELECT count(*) FROM files").fetchone()
                (open_files,) = store.execute(
                    "SELECT count(*) FROM files"
                    " WHERE state NOT IN ('SCRUBBED', 'DEAD_LETTERED', 'PURGED')"
                ).fetchone()
                (waiting,) = store.execute("SELECT count(*) FROM messages").fetchone()
                states = self._states(store)
        except sqlite3.Error:
            return False
        return (
            files == len(self.files)
            and not open_files
            and not waiting
            and set(states.values()) <= set(FINAL)
        )

    def settle(self, seconds: float = 180.0) -> bool:
        """Lets it work without being killed until it comes to rest."""
        ingest = self.ingest()
        if self.ended(ingest, seconds) is None:
            self.kill(ingest)
            return False
        serve = self.serve()
        until = time.monotonic() + seconds
        # once: an acknowledgment that comes again makes work for a moment, later too
        while not (done := self.rests()) and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(serve, signal.SIGTERM)
        if self.ended(serve, seconds) is None:
            self.kill(serve)
            return False
        return done

    def close(self) -> None:
        """The clearinghouse ends."""
        self.kill(self._house)

    def rows(self, query: str) -> list[tuple[int, ...]]:
        """What the store has; nothing where there is none yet."""
        try:
            with contextlib.closing(self._connection()) as store:
                return store.execute(query).fetchall()
        except sqlite3.Error:
            return []

    def _connection(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.home / 'scrubjay.db'}?mode=ro", uri=True)

    @staticmethod
    def _states(store: sqlite3.Connection) -> dict[tuple[int, int], str]:
        rows = store.execute(
            "SELECT c.file, c.ordinal, coalesce(c.state, b.state) FROM claims c"
            " LEFT JOIN batches b ON b.id = c.batch"
        )
        return {(file, ordinal): state for file, ordinal, state in rows}

    def judge(self) -> Verdict:
        """What came of it, by the partner's book and by ours."""
        key = token_key(self.settings)
        taken: Counter[str] = Counter()
        if self.ledger.exists():
            for entry in read_ledger(self.ledger):
                if entry.event == "taken":
                    taken.update(token_of(key, "claim", number) for number in entry.claims)
        ours = {token_of(key, "claim", number) for number in self._numbers()}
        with contextlib.closing(self._connection()) as store:
            states = dict(
                store.execute(
                    "SELECT c.token, coalesce(c.state, b.state) FROM claims c"
                    " LEFT JOIN batches b ON b.id = c.batch"
                ).fetchall()
            )
        lost = wrong = 0
        for claim in ours:
            state = states.get(claim)
            if state is None:
                lost += 1
            elif state in {"ACKNOWLEDGED", "REJECTED_BY_PARTNER", "SUBMITTED"}:
                lost += taken[claim] == 0
            elif state == "REJECTED_BY_SCRUB":
                wrong += taken[claim] > 0
        path = self.home / "scrubjay.db"
        with looked_into(path) as connection:
            keys = Keyring.load(self.home.with_name(f"{self.home.name}.keys") / "audit.key")
            place = CheckpointFolder(self.settings.folders.checkpoints)
            verdict = proven(connection, keys, place)
            broken = checked(connection)
        with kept(self.settings, "judge") as both:
            orphans = shred_orphans(both.store, both.vault, older=0.0)
            again = shred_orphans(both.store, both.vault, older=0.0)
        problems = [str(problem.text) for problem in verdict.problems[:3]] + broken
        problems += ["orphans stay"] if again else []
        return Verdict(
            lost=lost,
            twice=sum(count > 1 for count in taken.values()),
            wrong=wrong,
            states=dict(Counter(states.values())),
            total=len(ours),
            chain=verdict.good,
            whole=not broken,
            orphans=orphans,
            problems=problems,
        )

    def _numbers(self) -> Iterator[str]:
        for path in self.files:
            for segment in path.read_bytes().split(b"~"):
                elements = segment.strip().split(b"*")
                if elements[0] == b"CLM":
                    yield elements[1].decode()

    def log_tail(self) -> str:
        """The last lines of what the processes said."""
        return "\n".join(self._log.read_text().splitlines()[-30:]) if self._log.exists() else ""


def told(verdict: Verdict) -> str:
    """A verdict in a line."""
    return json.dumps({name: getattr(verdict, name) for name in Verdict.__slots__})
