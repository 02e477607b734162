"""Holds the audit against itself, against its checkpoints, and the store against the audit.

Every code is made anew from the values that lie there now: nothing is taken for granted because it
was good once. What is found is told with its place; one change does not hide another, since each
row is judged behind the code that the row before it has, right or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from scrubjay.store.audit.chain import Head, Row, follows
from scrubjay.store.audit.checkpoints import Checkpoint, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.store.audit.keys import Keyring

__all__ = ["Evidence", "Problem", "Verdict", "verify"]

MOST_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was written."""

    code: str
    """CHANGED, MISSING, CUT, CHECKPOINT, FORGED, UNTOLD, ROWS, STATE."""
    seq: int | None
    """The event that it is about, where it is about one."""
    text: str

    def __str__(self) -> str:
        place = "" if self.seq is None else f" at event {self.seq}"
        return f"{self.code}{place}: {self.text}"


@dataclass(slots=True)
class Verdict:
    """What came of it."""

    events: int = 0
    checkpoints: int = 0
    last: int = 0
    """The number of the last event."""
    unsealed: int = 0
    """Events behind the last checkpoint: of these alone a cut is told by the rows only."""
    problems: list[Problem] = field(default_factory=list)
    found: int = 0
    """How many problems there are; the list has the first thousand."""

    @property
    def good(self) -> bool:
        """Whether everything is as it was written."""
        return not self.found

    def add(self, code: str, seq: int | None, text: str) -> None:
        """One more problem."""
        self.found += 1
        if self.found <= MOST_PROBLEMS:
            self.problems.append(Problem(code, seq, text))


class Evidence(Protocol):
    """What is judged: a store, in one snapshot."""

    def store(self) -> str:
        """The id of the store."""

    def events(self) -> Iterator[Row]:
        """The audit, in the order of the numbers."""

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""

    def contradictions(self) -> Iterator[tuple[int | None, str]]:
        """Rows that say something else than the event that they name, each with that event."""


def verify(evidence: Evidence, keys: Keyring, lines: Iterable[str] | None) -> Verdict:
    """Judges all of it; `lines` is what the checkpoints' place was told, None without one."""
    verdict = Verdict()
    sealed = _sealed(verdict, evidence.store(), keys, lines)
    _chain(verdict, evidence.events(), keys, sealed)
    _ends(verdict, sealed)
    _rows(verdict, evidence.counts(), sealed)
    for seq, text in evidence.contradictions():
        verdict.add("STATE", seq, text)
    return verdict


def _sealed(
    verdict: Verdict, store: str, keys: Keyring, lines: Iterable[str] | None
) -> dict[int, Checkpoint]:
    """The checkpoints by the event that they are about."""
    sealed: dict[int, Checkpoint] = {}
    for number, line in enumerate(lines or (), start=1):
        made = told(line, keys)
        if made is None or made.store != store:
            verdict.add("FORGED", None, f"line {number} of the checkpoints is not of this store")
            continue
        verdict.checkpoints += 1
        known = sealed.setdefault(made.seq, made)
        if known.mac != made.mac:
            verdict.add("CHECKPOINT", made.seq, "two checkpoints disagree: there were two chains")
    if lines is not None and not verdict.checkpoints:
        verdict.add("UNTOLD", None, f"no checkpoint of store {store} in the place named")
    return sealed


def _chain(
    verdict: Verdict, events: Iterator[Row], keys: Keyring, sealed: dict[int, Checkpoint]
) -> None:
    head = Head()
    for row in events:
        if row.seq != head.seq + 1:
            verdict.add("MISSING", head.seq + 1, f"{row.seq - head.seq - 1} events are gone")
        if not follows(row, head.mac, keys):
            verdict.add("CHANGED", row.seq, f"{row.event} is not what was written there")
        seal = sealed.get(row.seq)
        if seal is not None and seal.mac != row.mac.hex():
            verdict.add("CHECKPOINT", row.seq, "the checkpoint tells of another event")
        verdict.events += 1
        head = Head(row.seq, row.mac)
    verdict.last = head.seq


def _ends(verdict: Verdict, sealed: dict[int, Checkpoint]) -> None:
    end = max(sealed, default=0)
    verdict.unsealed = max(verdict.last - end, 0)
    if end > verdict.last:
        verdict.add("CUT", verdict.last, f"a checkpoint tells of events up to {end}")


def _rows(verdict: Verdict, counts: dict[str, int], sealed: dict[int, Checkpoint]) -> None:
    if not sealed:
        return
    for table, count in sealed[max(sealed)].rows.items():
        if counts.get(table, 0) < count:
            gone = count - counts.get(table, 0)
            verdict.add("ROWS", None, f"{gone} of {table} are gone since the last checkpoint")
