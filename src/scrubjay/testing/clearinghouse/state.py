"""What a clearinghouse owes: interchanges to be answered, and acknowledgments to be collected.

In SQLite: in memory, or in a file that outlives the process, so that a partner that is killed and
started again owes what it owed.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator

from scrubjay.errors import OutputError

__all__ = ["State"]

_TABLES = """
CREATE TABLE IF NOT EXISTS taken (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
  sender TEXT NOT NULL, receiver TEXT NOT NULL, control TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS unanswered (key TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS answers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, due REAL NOT NULL,
  text BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS answers_due ON answers (due, number);
"""
_OURS = frozenset(("taken", "unanswered", "answers", "sqlite_sequence"))
_DUE = """
SELECT number, kind, length(text) FROM answers WHERE due <= ? ORDER BY due, number LIMIT ?
"""


class State:
    """Of one clearinghouse, on one thread at a time."""

    def __init__(self, path: str | None = None) -> None:
        """A new file is its owner's alone: claims stand in it. One of somebody else's stays."""
        try:
            if path is not None:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._file = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False
            )
            there = self._file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not _OURS.issuperset(name for (name,) in there):
                self._file.close()
                raise OutputError(
                    f"state {path}: has other tables than those of a clearinghouse; name another "
                    "file with --state"
                )
            self._file.execute("PRAGMA journal_mode = WAL").fetchone()
            self._file.executescript(_TABLES)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(f"state {path}: {reason}; name another file with --state") from None
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "SQLite")
            raise OutputError(f"state {path}: {name}; name another file with --state") from None

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def taken(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Key, digest, sender, receiver and control number of each, in order."""
        yield from self._file.execute(
            "SELECT key, digest, sender, receiver, control FROM taken ORDER BY number"
        )

    def has_taken(self, key: str) -> bool:
        """Whether it is written down here."""
        found = self._file.execute("SELECT 1 FROM taken WHERE key = ?", (key,)).fetchone()
        return found is not None

    def take(self, key: str, digest: str, identity: tuple[str, str, str], text: bytes) -> None:
        """It is here, and is to be answered."""
        with self._file:
            self._file.execute("BEGIN")
            self._file.execute(
                "INSERT OR IGNORE INTO taken (key, digest, sender, receiver, control) "
                "VALUES (?,?,?,?,?)",
                (key, digest, *identity),
            )
            self._file.execute("INSERT OR REPLACE INTO unanswered VALUES (?, ?)", (key, text))

    def unanswered(self) -> list[tuple[str, bytes]]:
        """What was taken and has no answer yet."""
        return self._file.execute("SELECT key, text FROM unanswered").fetchall()

    def answer(self, key: str, answers: Iterable[tuple[str, float, bytes]]) -> None:
        """Kind, time and text of all that is to be collected for it: all of them, or none."""
        with self._file:
            self._file.execute("BEGIN")
            self._file.executemany(
                "INSERT INTO answers (kind, due, text) VALUES (?, ?, ?)", answers
            )
            self._file.execute("DELETE FROM unanswered WHERE key = ?", (key,))

    def number(self) -> int:
        """How many answers there have been."""
        found = self._file.execute("SELECT seq FROM sqlite_sequence").fetchone()
        return int(found[0]) if found else 0

    def due(self, now: float, limit: int) -> list[tuple[str, int]]:
        """Ids and sizes of what is to be collected, longest due first."""
        found = self._file.execute(_DUE, (now, limit))
        return [(f"{number:08d}.{kind}", size) for number, kind, size in found]

    def read(self, ack_id: str, now: float) -> bytes | None:
        """The bytes of what is due."""
        found = self._file.execute(
            "SELECT text FROM answers WHERE number = ? AND kind = ? AND due <= ?",
            (*_parted(ack_id), now),
        ).fetchone()
        return None if found is None else bytes(found[0])

    def collected(self, ack_id: str) -> bool:
        """It is gone; False where it was not there."""
        statement = "DELETE FROM answers WHERE number = ? AND kind = ?"
        return self._file.execute(statement, _parted(ack_id)).rowcount > 0


def _parted(ack_id: str) -> tuple[int, str]:
    number, _, kind = ack_id.partition(".")
    return (int(number) if number.isascii() and number.isdecimal() else 0), kind
