"""What was sent and what was said of it, in a table that may outgrow memory.

It is a database of its own without a name: SQLite keeps it in a few megabytes of memory and writes
the rest to a file in the folder for temporary files (SQLITE_TMPDIR, TMPDIR), mode 0600, that is
gone with the process. Nothing in it names a patient: whatever could is a digest of 64 bits, keyed
by a secret that never leaves memory. Envelope numbers and amounts are in clear.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from scrubjay.errors import OutputError

__all__ = ["MOST_CANDIDATES", "Candidate", "Ledger", "Level", "Said", "SentPlace"]

MEMORY_KIB = 16 * 1024
"""Of its pages, SQLite keeps so much in memory."""

MOST_CANDIDATES = 1000
"""More claims of one number are not told apart: looking at each of them for each would not end."""

AT_ONCE = 500
"""So many claims, or statements, are written at a time."""

_CLAIM = "INSERT INTO claim VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SAID = "INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?, ?, ?)"

_SHAPE = """
CREATE TABLE interchange (no INTEGER PRIMARY KEY, source INT, file TEXT, control TEXT, bare TEXT,
    date TEXT, time TEXT, sender TEXT, receiver TEXT);
CREATE TABLE grp (no INTEGER PRIMARY KEY, interchange INT, code TEXT, control TEXT, bare TEXT,
    sender TEXT, receiver TEXT, version TEXT);
CREATE TABLE sent_set (no INTEGER PRIMARY KEY, grp INT, control TEXT, batch TEXT);
CREATE TABLE provider (no INTEGER PRIMARY KEY, sent_set INT, key INT);
CREATE TABLE claim (no INTEGER PRIMARY KEY, place INT, sent_set INT, provider INT, key INT,
    cents INT, day INT, member INT, person INT, trace INT);
CREATE TABLE renumbered (folder TEXT, file TEXT, interchange INT, kind TEXT, new TEXT, old TEXT);
CREATE TABLE document (no INTEGER PRIMARY KEY, kind TEXT, hop TEXT, name TEXT,
    interchange TEXT, grp TEXT, sent_set TEXT, day TEXT, file TEXT, mark TEXT UNIQUE);
CREATE TABLE said (level INT, target INT, document INT, state TEXT, codes TEXT, number INT,
    payer TEXT, PRIMARY KEY (level, target, document, state, codes)) WITHOUT ROWID;
CREATE TABLE undecided (no INTEGER PRIMARY KEY, document INT, delivery INT, claims TEXT,
    state TEXT, codes TEXT, number INT, payer TEXT);
"""
_INDEXES = """
CREATE INDEX interchange_bare ON interchange (bare);
CREATE INDEX grp_bare ON grp (bare);
CREATE INDEX set_control ON sent_set (grp, control);
CREATE INDEX set_batch ON sent_set (batch);
CREATE INDEX provider_key ON provider (sent_set, key);
CREATE INDEX claim_key ON claim (key);
CREATE INDEX renumbered_new ON renumbered (folder, interchange, kind, new);
"""


class Level(IntEnum):
    """What something is said of."""

    INTERCHANGE = 0
    GROUP = 1
    SET = 2
    PROVIDER = 3
    CLAIM = 4


class Said(NamedTuple):
    """One statement: of what stands at a level, by a document, with codes such as ``A7:562:85``."""

    level: Level
    target: int
    document: int
    state: str
    codes: tuple[str, ...] = ()
    number: int | None = None
    payer: str | None = None


class Candidate(NamedTuple):
    """A claim sent, as far as it is told from others: digests, None where it says nothing."""

    no: int
    sent_set: int
    provider: int | None
    cents: int | None
    day: int | None
    member: int | None
    person: int | None
    trace: int | None


class SentPlace(NamedTuple):
    """A claim sent, and what is above it."""

    no: int
    claim_index: int
    """Its ordinal in its file, from 0."""
    source: int
    """Which of the files it is in, from 0."""
    file: str
    interchange_no: int
    group_no: int
    set_no: int
    provider_no: int | None
    interchange: str
    group: str
    set: str
    batch: str | None
    key: int
    cents: int | None


class Ledger:
    """Rows in, rows out; what they mean is decided elsewhere."""

    def __init__(self) -> None:
        self._keyed = blake2b(digest_size=8, key=os.urandom(32))
        self._claims: list[tuple[object, ...]] = []
        self._said: list[tuple[object, ...]] = []
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._base.executescript(
            f"PRAGMA cache_size = -{MEMORY_KIB}; PRAGMA journal_mode = OFF;"
            "PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;" + _SHAPE + "BEGIN;"
        )

    def _run(self, question: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._base.execute(question, values)
        except sqlite3.Error as error:
            raise _no_room(error) from None

    def close(self) -> None:
        """Everything in it is gone."""
        self._base.close()

    def digest(self, kind: str, *values: str) -> int | None:
        """64 bits that stand for values of a kind; None where all of them are empty."""
        if not any(values):
            return None
        made = self._keyed.copy()
        made.update("\0".join((kind, *values)).encode("utf-8", "surrogatepass"))
        return int.from_bytes(made.digest(), "big", signed=True)

    def add(self, table: str, *values: object) -> int:
        """A row of one of the tables of what was sent; its number."""
        marks = ", ".join("?" * len(values))
        done = self._run(f"INSERT INTO {table} VALUES (NULL, {marks})", values)  # noqa: S608
        return done.lastrowid or 0

    def add_claim(self, *values: object) -> None:
        """A claim: its place, set and provider, and what it is told by."""
        self._claims.append(values)
        if len(self._claims) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        """Everything that waits is written down."""
        claims, said = self._claims, self._said
        try:
            if claims:
                self._base.executemany(_CLAIM, claims)
            if said:
                self._base.executemany(_SAID, said)
        except sqlite3.Error as error:
            raise _no_room(error) from None
        claims.clear()
        said.clear()

    def add_renumbered(self, folder: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Control numbers that a scrub changed."""
        for row in rows:
            self._run("INSERT INTO renumbered VALUES (?, ?, ?, ?, ?, ?)", (folder, *row))

    def seal(self) -> None:
        """All that was sent is in: from now on it is looked up."""
        self._write()
        try:
            self._base.executescript(_INDEXES + "BEGIN;")
        except sqlite3.Error as error:
            raise _no_room(error) from None

    def document(self, mark: str, *values: object) -> int:
        """The number of a document; one that was delivered before keeps its own."""
        marks = ", ".join("?" * (len(values) + 1))
        self._run(
            f"INSERT OR IGNORE INTO document VALUES (NULL, {marks})",  # noqa: S608
            (*values, mark),
        )
        return int(self.one("SELECT no FROM document WHERE mark = ?", mark)[0])

    def say(self, said: Said) -> None:
        """Keeps a statement; the same one twice is one, whichever file it comes from."""
        level, target, document, state, codes, number, payer = said
        self._said.append((level, target, document, state, " ".join(codes), number, payer))
        if len(self._said) >= AT_ONCE:
            self._write()

    def defer(self, delivery: int, claims: Iterable[int], said: Said) -> None:
        """Keeps a statement of one of several claims."""
        listed = " ".join(str(no) for no in sorted(claims))
        row = (said.document, delivery, listed, said.state, " ".join(said.codes))
        self._run(
            "INSERT INTO undecided VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            (*row, said.number, said.payer),
        )

    def deferred(self) -> Iterator[tuple[list[int], list[Said]]]:
        """Claims that cannot be told apart, and what one document says of them, in order."""
        groups = self.all(
            "SELECT document, claims, min(delivery) FROM undecided GROUP BY document, claims"
            " ORDER BY document, length(claims), claims"
        )
        for document, listed, delivery in groups:
            rows = self.all(
                "SELECT state, codes, number, payer FROM undecided"
                " WHERE document = ? AND claims = ? AND delivery = ? ORDER BY no",
                document,
                listed,
                delivery,
            )
            said = [
                Said(Level.CLAIM, 0, document, state, tuple(codes.split()), number, payer)
                for state, codes, number, payer in rows
            ]
            yield [int(no) for no in listed.split()], said

    def not_named(self, claims: Iterable[int], document: int) -> list[int]:
        """Those of some claims of which a document says nothing yet."""
        self._write()
        question = "SELECT 1 FROM said WHERE level = ? AND target = ? AND document = ?"
        return [no for no in claims if not self.all(question, Level.CLAIM, no, document)]

    def candidates(self, key: int | None) -> list[Candidate]:
        """The claims with this number; one more than `MOST_CANDIDATES` where there are as many."""
        rows = self.all(
            "SELECT no, sent_set, provider, cents, day, member, person, trace FROM claim"
            " WHERE key = ? LIMIT ?",
            key,
            MOST_CANDIDATES + 1,
        )
        return [Candidate(*row) for row in rows]

    def said_of(self, level: Level, target: int | None) -> list[Said]:
        """What is said of what stands at a level."""
        if target is None:
            return []
        self._write()
        rows = self.all(
            "SELECT level, target, document, state, codes, number, payer FROM said"
            " WHERE level = ? AND target = ?",
            level,
            target,
        )
        return [_as_said(row) for row in rows]

    def claims(self) -> Iterator[tuple[SentPlace, list[Said]]]:
        """The claims in the order they were sent, each with what is said of itself."""
        self._write()
        rows = self._run(
            "SELECT c.no, c.place, i.source, i.file, i.no, g.no, s.no, c.provider,"
            " i.control, g.control, s.control, s.batch, c.key, c.cents,"
            " d.level, d.target, d.document, d.state, d.codes, d.number, d.payer"
            " FROM claim c JOIN sent_set s ON s.no = c.sent_set JOIN grp g ON g.no = s.grp"
            " JOIN interchange i ON i.no = g.interchange"
            " LEFT JOIN said d ON d.level = ? AND d.target = c.no ORDER BY c.no",
            (Level.CLAIM,),
        )
        place: SentPlace | None = None
        said: list[Said] = []
        cut = len(SentPlace._fields)
        for row in rows:
            if place is None or row[0] != place.no:
                if place is not None:
                    yield place, said
                place, said = SentPlace(*row[:cut]), []
            if row[cut] is not None:
                said.append(_as_said(row[cut:]))
        if place is not None:
            yield place, said

    def all(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that answer a question."""
        return self._run(question, values).fetchall()

    def one(self, question: str, *values: object) -> tuple[Any, ...]:
        """The one row that does."""
        row: tuple[Any, ...] = self._run(question, values).fetchone()
        return row


def _no_room(error: sqlite3.Error) -> OutputError:
    """What a database without a name can fail at: the disk, and what it is given."""
    reason = str(error) or "the table failed"
    return OutputError(
        f"the table of claims cannot be kept: {reason}; make room for temporary files, or name "
        "another folder for them with SQLITE_TMPDIR"
    )


def _as_said(row: tuple[Any, ...]) -> Said:
    level, target, document, state, codes, number, payer = row
    return Said(Level(level), target, document, state, tuple(codes.split()), number, payer)
