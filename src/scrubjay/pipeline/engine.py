"""The engine as the pipeline runs it: over bytes that are only in memory, here or apart.

Apart is a process of its own with limits: for a file that the engine has failed on before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from scrubjay import _native
from scrubjay.codes import folder as folder_of_codes
from scrubjay.errors import (
    Fate,
    InputError,
    InternalError,
    OutputError,
    ScrubjayError,
    UsageError,
)
from scrubjay.frozen import Frozen
from scrubjay.job import Command, Job, RejectUnit
from scrubjay.partners import overlays
from scrubjay.pipeline.apart import NO_ROOM
from scrubjay.pipeline.feeding import fed
from scrubjay.rules import RuleSet
from scrubjay.runs import known, ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scrubjay.keys import TokenKey
    from scrubjay.pipeline.feeding import Feed
    from scrubjay.pipeline.lookups import Services

__all__ = ["NOTES", "SENT", "Engine", "EngineFailedError", "HistoryUnavailableError", "Manner"]

ANY = 2**31
"""Claims of a set, where it may have any number."""
SENT, NOTES = "sent.codes", "notes.json"
"""The file of what was sent before, and what shows that there was one (`remembering`)."""


class EngineFailedError(InternalError):
    """The engine's process died, or took too long, or failed in a way that it should not."""

    code = "WORKER_DIED"


class HistoryUnavailableError(ScrubjayError):
    """What was sent before cannot be read: nothing is judged as if nothing had been sent."""

    code = "HISTORY_UNAVAILABLE"
    fate = Fate.RETRYABLE


class Manner(Frozen):
    """How every file is judged."""

    rules: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    reject_unit: RejectUnit = RejectUnit.CLAIM
    claims_per_batch: int = 100
    threads: int = 0
    history: str = ""
    """The file of what was sent before (`remembering`); none where it is empty."""
    memory: int = 4 << 30
    """Bytes that a process apart may have."""
    seconds: float = 600.0
    """How long it may take."""


class Engine:
    """Made once a process: rules are read and compiled when the first file comes."""

    def __init__(self, key: TokenKey, manner: Manner, lookups: Services | None = None) -> None:
        self._key = key
        self.lookups = lookups
        self.manner = manner
        self._loaded: tuple[RuleSet, tuple[tuple[str, str], ...]] | None = None
        self._loading = threading.Lock()
        self._sent: tuple[int, int, int] | None = None
        """The history that was found to be whole."""

    @property
    def ruleset(self) -> str:
        """The digest that names the rules in force."""
        return _native.digest(self._rules()[0].program)[:16]

    def scrub(
        self,
        feed: Feed,
        folder: str,
        day: date,
        *,
        unit: RejectUnit = RejectUnit.CLAIM,
        apart: bool = False,
    ) -> dict[str, Any]:
        """Judges what `feed` gives into `folder`, new or empty; the numbers of summary.json.

        The same bytes, rules, code tables, day and unit give the same files. InputError where it is
        no X12 at all.
        """
        loaded, texts = self._rules()
        job = Job(
            command=Command.SCRUB,
            out=folder,
            as_of=day,
            received_date=day,
            overlays=texts,
            reject_unit=unit,
            max_claims_per_set=self.manner.claims_per_batch,
            threads=self.manner.threads,
            token_key=self._key.secret,
            token_key_id=self._key.id,
            program=loaded.program,
            docs=loaded.docs,
            tables=(*folder_of_codes.files(), *self._history()),
            verdicts=True,
        )
        return self._run(job, feed, apart=apart)

    def extract(
        self,
        feed: Feed,
        folder: str,
        select: Iterable[tuple[int, int]],
        *,
        apart: bool = False,
        keep_controls: bool = False,
    ) -> dict[str, Any]:
        """Writes the claims of some indexes, as `scrubjay.extraction` does."""
        job = Job(
            command=Command.EXTRACT,
            out=folder,
            select=tuple(select),
            # what keeps its numbers stays in its sets
            max_claims_per_set=ANY if keep_controls else self.manner.claims_per_batch,
            threads=self.manner.threads,
            worklist=False,
            keep_controls=keep_controls,
        )
        return self._run(job, feed, apart=apart)

    def digests(self, feed: Feed, path: str) -> dict[str, Any]:
        """Writes what a history is to have of claims that were sent to `path`, and beside it.

        No rule is asked. The numbers are those of `scrub`.
        """
        job = Job(
            command=Command.SCRUB,
            digests=path,
            threads=1,
            token_key=self._key.secret,
            token_key_id=self._key.id,
            program=RuleSet(()).program,
        )
        return self._run(job, feed, apart=False)

    def _history(self) -> tuple[str, ...]:
        """Its path, once it is sure that it is whole; nothing before anything was sent."""
        path = self.manner.history
        if not path:
            return ()
        try:
            facts = os.stat(path)
            mark = facts.st_ino, facts.st_mtime_ns, facts.st_size
            if mark != self._sent:
                known(path, self._key.id)
                self._sent = mark
        except (OSError, UsageError) as error:
            begun = os.path.exists(os.path.join(os.path.dirname(path), NOTES))
            if isinstance(error, FileNotFoundError) and not begun:
                return ()
            raise HistoryUnavailableError(f"{path} cannot be read; restore or remove it") from error
        return (path,)

    def _rules(self) -> tuple[RuleSet, tuple[tuple[str, str], ...]]:
        with self._loading:
            if self._loaded is None:
                self._loaded = ruleset(self.manner.rules), tuple(overlays(self.manner.overlays))
            return self._loaded

    def _run(self, job: Job, feed: Feed, *, apart: bool) -> dict[str, Any]:
        folder = os.path.dirname(job.out or job.digests or "")
        with fed(feed, folder) as (name, reading):
            job = job.but(inputs=(name,))
            answer = self._apart(job, reading) if apart else self._here(job)
        summary: dict[str, Any] = json.loads(answer)["summary"]
        return summary

    def _here(self, job: Job) -> str:
        loaded = self._rules()[0] if job.verdicts else None
        judge = None if loaded is None else loaded.judge(asking=self.lookups)
        return _native.run(job.to_json(), None, judge, None)

    def _apart(self, job: Job, reading: int) -> str:
        order = {
            "job": job.to_json(),
            "rules": list(self.manner.rules) if job.command is Command.SCRUB else [],
            "memory": self.manner.memory,
            "lookups": [vars(each) for each in self.lookups.services] if self.lookups else [],
        }
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "scrubjay.pipeline.apart"],
                input=json.dumps(order),
                capture_output=True,
                text=True,
                check=False,
                pass_fds=(reading,),
                timeout=self.manner.seconds,
            )
        except subprocess.TimeoutExpired:
            raise EngineFailedError("the engine took too long; the file is divided") from None
        if ended.returncode == InputError.exit_code:
            raise InputError("the file is no X12, or has no claims; look at it with inspect")
        if ended.returncode == NO_ROOM:
            raise OutputError("no room for what the engine writes; make the work folder larger")
        if ended.returncode:
            raise EngineFailedError("the engine's process died; the file is divided")
        return ended.stdout
