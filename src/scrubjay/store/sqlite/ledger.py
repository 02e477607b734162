"""The claims of a store as a ledger, for reconciling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store.states import State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

__all__ = ["SqliteLedger"]

_CLAIMS = """
SELECT COALESCE(c.state, b.state), count(*)
FROM claims AS c LEFT JOIN batches AS b ON b.id = c.batch WHERE c.file = ? GROUP BY 1
"""
_UNSCRUBBED = """
SELECT iif(i.state = 'QUARANTINED', i.state, s.state), sum(s.claims - COALESCE(n.claims, 0))
FROM sets AS s JOIN interchanges AS i ON i.id = s.interchange
LEFT JOIN (SELECT set_id, count(*) AS claims FROM claims WHERE file = ?1 GROUP BY set_id) AS n
  ON n.set_id = s.id
WHERE s.file = ?1 GROUP BY 1
"""
_UNREADABLE = "UNREADABLE"
"""The code of a row that stands for a CLM segment in no claim."""


class SqliteLedger:
    """`reconciling.Ledger` on a connection, best within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def files(self, since: int, until: int) -> Iterator[tuple[int, State, int | None]]:
        """Files received in a span of time."""
        for file, state, claims in self._connection.execute(
            "SELECT id, state, claims FROM files WHERE received_at >= ? AND received_at < ?",
            (since, until),
        ):
            yield file, State(state), claims

    def claims(self, file: int) -> dict[State, int]:
        """The claims of a file that have rows."""
        return self._counted(_CLAIMS, file)

    def unscrubbed(self, file: int) -> dict[State, int]:
        """Claims of the sets of a file without rows."""
        return self._counted(_UNSCRUBBED, file)

    def unreadable(self, file: int) -> int:
        """Those of them that stand for a CLM segment in no claim."""
        return self._count("SELECT count(*) FROM claims WHERE file = ? AND code = ?", file)

    def unnumbered(self, file: int) -> int:
        """Those of them that are known by their loops, and had no number."""
        nameless = "SELECT count(*) FROM claims WHERE file = ? AND token = '' AND code <> ?"
        return self._count(nameless, file)

    def _count(self, statement: str, file: int) -> int:
        found: int = self._connection.execute(statement, (file, _UNREADABLE)).fetchone()[0]
        return found

    def _counted(self, statement: str, file: int) -> dict[State, int]:
        found = self._connection.execute(statement, (file,))
        return {State(state): count for state, count in found}

    def interchanges(self, file: int) -> set[State]:
        """The states that interchanges of a file are in."""
        found = self._connection.execute("SELECT state FROM interchanges WHERE file = ?", (file,))
        return {State(row[0]) for row in found}
