"""What the engine is asked to do: every option of a run as one value, written as JSON."""

from __future__ import annotations

import json
from enum import StrEnum

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from typing import Any

__all__ = ["Command", "Job", "Limits", "RejectUnit"]

WINDOW = 3 << 15
CLAIMS_PER_SET = 5_000
LAST_CONTROL_NUMBER = 999_999_999
MOST_THREADS = 256
LARGEST_LIMIT = 2**32 - 1


class Command(StrEnum):
    """The work that the engine knows."""

    SCRUB = "scrub"
    VALIDATE = "validate"
    READ = "read"
    INSPECT = "inspect"
    EXTRACT = "extract"
    ENROLL = "enroll"
    REMIT = "remit"


class RejectUnit(StrEnum):
    """What a fault of syntax inside one claim takes down with it."""

    CLAIM = "claim"
    SET = "set"


class Limits(Frozen):
    """Caps that keep a hostile file from growing; None is the engine's own."""

    element: int | None = None
    segment: int | None = None
    repetitions: int | None = None
    elements: int | None = None

    def check(self) -> None:
        """Each of the size that the engine holds."""
        for name, value in self.given().items():
            if not 0 < value <= LARGEST_LIMIT:
                raise UsageError(f"the limit of {name} is 1 to {LARGEST_LIMIT}")

    def given(self) -> dict[str, int]:
        """Only the caps that were set."""
        return {name: value for name, value in vars(self).items() if value is not None}


class Job(Frozen):
    """One run. The defaults are those of the command line (docs/contract.md)."""

    command: Command
    inputs: tuple[str, ...] = ()
    out: str | None = None
    threads: int = 0
    window: int = WINDOW
    guide_aliases: bool = False
    overlays: tuple[tuple[str, str], ...] = ()
    """Partners' overlays: what each is called in messages, and its text."""
    reject_unit: RejectUnit = RejectUnit.CLAIM
    as_of: date | None = None
    received_date: date | None = None
    control_start: int | None = None
    max_claims_per_set: int = CLAIMS_PER_SET
    token_key: str = ""
    token_key_id: str = ""
    show_phi: bool = False
    worklist: bool = True
    force: bool = False
    exact: bool = False
    program: str | None = None
    tables: tuple[str, ...] = ()
    """Files of codes that rules look into."""
    docs: tuple[tuple[str, str], ...] = ()
    """Rules that have no page, and where each is written."""
    words: str = ""
    """Words for the codes of records: lines of list, code and word."""
    reasons: dict[str, tuple[str, str, str | None]] | None = None
    """What records are judged by beside their guide: by code severity, message and fix."""
    profile: dict[str, Any] | None = None
    """How a carrier differs, as far as that decides what is written of a record."""
    limits: Limits = Limits()
    payer_mode: bool = False
    verdicts: bool = False
    """Write verdicts.jsonl, a line a claim."""
    digests: str | None = None
    """Where the digests of claims are written that were sent."""
    keep_controls: bool = False
    """What is extracted keeps its control numbers, since it stands for the whole."""
    select: tuple[tuple[int, int], ...] = ()
    """The claims to extract: first and last index of each range, from 0."""
    measure_rules: bool = False
    """Measure what each rule costs."""

    def check(self) -> None:
        """Numbers and days that the engine can take."""
        for name in ("threads", "window", "max_claims_per_set", "control_start"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, int):
                raise UsageError(f"{name} is a whole number, not {type(value).__name__}")
        for name in ("as_of", "received_date"):
            _check_day(name, getattr(self, name))
        if not 0 <= self.threads <= MOST_THREADS:
            raise UsageError(f"threads are 1 to {MOST_THREADS}; 0 means one a core")
        if self.control_start is not None and not 0 < self.control_start <= LAST_CONTROL_NUMBER:
            raise UsageError("control numbers have nine digits: give 1 to 999999999")
        if self.max_claims_per_set < 1:
            raise UsageError("a set holds at least one claim; the usual limit is 5000")

    def to_json(self) -> str:
        """The job as the border takes it (`_native.pyi`)."""
        written: dict[str, Any] = {
            "as_of": _iso(self.as_of),
            "received_date": _iso(self.received_date),
            "docs": dict(self.docs),
            "reasons": self.reasons or {},
            "limits": self.limits.given(),
        }
        return json.dumps(vars(self) | written)

    def __repr__(self) -> str:
        # Without the key: a job may end up in a log or a traceback.
        return f"Job({self.command.value}, {len(self.inputs)} inputs, out={self.out!r})"


def _check_day(name: str, day: object) -> None:
    if day is None:
        return
    from datetime import date, datetime

    if not isinstance(day, date) or isinstance(day, datetime):
        kind = type(day).__name__
        raise UsageError(f"{name} is a datetime.date, not {kind}; give date(2026, 1, 31), say")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
