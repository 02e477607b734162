"""Makes checkpoints in the transaction that they are about, and tells them once it is durable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import ScrubjayError
from scrubjay.failpoints import failpoint
from scrubjay.store.audit.checkpoints import Checkpoint
from scrubjay.store.sqlite.tables import STATED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from scrubjay.store.audit.checkpoints import CheckpointPlace
    from scrubjay.store.sqlite.trail import Chain

__all__ = ["Notary", "Pace", "row_counts"]

_LAST = "SELECT seq, at FROM checkpoints ORDER BY seq DESC LIMIT 1"
_TABLES = (*STATED.values(), "partners", "dead_letters")


class Pace:
    """After how many events, or how many seconds with any, there is a checkpoint."""

    def __init__(self, events: int = 1000, seconds: float = 60) -> None:
        self.events = events
        self.milliseconds = round(seconds * 1000)


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows the tables have: rows are never deleted, so the largest id says it."""
    return {
        table: connection.execute(f"SELECT COALESCE(max(id), 0) FROM {table}").fetchone()[0]
        for table in _TABLES
    }


class Notary:
    """Sits in the writer's thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        chain: Chain,
        place: CheckpointPlace | None,
        pace: Pace,
        clock: Callable[[], int],
    ) -> None:
        self._connection = connection
        self._chain = chain
        self._place = place
        self._pace = pace
        self._clock = clock
        self._store = str(connection.execute("SELECT id FROM identity").fetchone()[0])
        self._due_at = (0, 0)
        self._untold = True
        self._told_to = 0
        self.trouble: ScrubjayError | None = None
        """Why checkpoints cannot be told at the moment."""

    def close(self) -> None:
        """The transaction is about to be committed: a checkpoint, where one is due."""
        if self._due() and self._last_is_old():
            self.sign()
        if self._told_to:
            self._connection.execute(
                "UPDATE checkpoints SET exported = 1 WHERE exported = 0 AND seq <= ?",
                (self._told_to,),
            )
            self._told_to = 0

    def _due(self) -> bool:
        seq, at = self._due_at
        return self._chain.head.seq >= seq or self._clock() >= at

    def _last_is_old(self) -> bool:
        """Whether no other process has made one by now."""
        seq, at = self._connection.execute(_LAST).fetchone() or (0, 0)
        self._due_at = (seq + self._pace.events, at + self._pace.milliseconds)
        return self._due() and self._chain.head.seq > seq

    def sign(self) -> None:
        """A checkpoint of the chain as it stands."""
        head, now = self._chain.head, self._clock()
        keys = self._chain.keys
        counts = row_counts(self._connection)
        made = Checkpoint(self._store, head.seq, head.mac.hex(), now, keys.current, counts)
        self._connection.execute(
            "INSERT OR IGNORE INTO checkpoints (seq, at, line) VALUES (?, ?, ?)",
            (head.seq, now, made.line(keys)),
        )
        self._due_at = (head.seq + self._pace.events, now + self._pace.milliseconds)
        self._untold = True

    def tell(self) -> None:
        """The transaction is durable: tells what was not told yet, or later if it cannot now."""
        if self._place is None or not self._untold:
            return
        found = self._connection.execute(
            "SELECT seq, line FROM checkpoints WHERE exported = 0 ORDER BY seq"
        ).fetchall()
        try:
            for seq, line in found:
                self._place.tell(self._store, line)
                self._told_to = seq
                failpoint("store.told")
        except ScrubjayError as error:
            self.trouble = error
        else:
            self.trouble = None
            self._untold = False
