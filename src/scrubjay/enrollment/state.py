"""What is known of everybody, in one SQLite file: persons, and their versions by load and by day.

The file is its owner's alone (0600) and holds no social security number, only tokens. A load is one
transaction, synced to the disk when it ends: either all of it is there or nothing.
"""

import contextlib
import datetime as dt
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple, Self

from scrubjay.enrollment.standing import Key, Period, Standing, key_of
from scrubjay.errors import InputError, OutputError, UsageError

__all__ = ["Known", "Load", "State", "opened", "text_of"]

_VERSION = 1
_SCHEMA = os.path.join(os.path.dirname(__file__), "state.sql")
_CACHE_KIB = 16_384
_SCOPES = 10_000
_PIECE = 500


class Known(NamedTuple):
    """A person and where they stand."""

    person: int
    is_subscriber: bool
    standing: Standing


class Load(NamedTuple):
    """What was loaded once."""

    id: int
    at: str
    status: str
    file: str | None
    profile: str | None
    counts: dict[str, Any]


def text_of(value: Any) -> str:
    """JSON that is the same for the same value."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def opened(path: str, *, make: bool = True) -> sqlite3.Connection:
    """A SQLite file that only its owner can read; made where it is not there."""
    there = os.path.exists(path)
    if not there and not make:
        raise UsageError(f"{path}: there is no state; a first load makes one")
    try:
        if not there:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if os.stat(path).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{path} can be read by others; run: chmod 600 {path}")
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError as error:
        reason = (error.strerror or "cannot be opened").lower()
        raise OutputError(f"{path}: {reason}; name another file") from None
    if head and not head.startswith(b"SQLite format 3\0"):
        raise UsageError(f"{path} is no state of enrollments; name another file")
    return sqlite3.connect(path, isolation_level=None, timeout=5.0)


class State:
    """The state, open for one load."""

    def __init__(self, path: str, *, make: bool = True) -> None:
        self.path = path
        self._db = opened(path, make=make)
        self._scope = lru_cache(_SCOPES)(self._scope_of)
        try:
            self._set_up()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _failed(path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def _set_up(self) -> None:
        db = self._db
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not version and not tables:
            with open(_SCHEMA, encoding="utf-8") as file:
                db.executescript(f"BEGIN IMMEDIATE;{file.read()}COMMIT;")
        elif version != _VERSION or not tables:
            raise UsageError(f"{self.path} is no state of enrollments of version {_VERSION}")

    # ---- a load

    def begin(self) -> None:
        """Everything from here to `commit` is there as a whole, or not at all."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _failed(self.path, error) from None

    def commit(self) -> None:
        """What was loaded stays."""
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(self.path, error) from None

    def roll_back(self) -> None:
        """What was loaded is gone."""
        self._db.execute("ROLLBACK")
        self._scope.cache_clear()

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """What the database cannot do is an error in our own words."""
        try:
            yield
        except sqlite3.Error as error:
            raise _failed(self.path, error) from None

    def next_load(self) -> int:
        """The number of the load that comes next."""
        found = self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM load").fetchone()
        return int(found[0])

    def write_load(self, load: int, facts: dict[str, Any], status: str) -> None:
        """What the load is, and what it came to; the last word counts."""
        self._db.execute(
            "INSERT OR REPLACE INTO load"
            " (id, at, status, file, kind, digest, profile, profile_version, counts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(load, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), status),
                *(facts.get("file"), facts.get("kind"), facts["digest"]),
                *(facts.get("profile"), facts.get("profile_version"), text_of(facts["counts"])),
            ),
        )

    def replayed(self, digest: str) -> int | None:
        """The load that had the same records; None where none had."""
        found = self._db.execute(
            "SELECT id FROM load WHERE digest = ? AND status = 'applied' ORDER BY id DESC",
            (digest,),
        ).fetchone()
        return None if found is None else int(found[0])

    def add_source(self, load: int, name: str, digest: str) -> None:
        """A set of the load, by its sender's numbers."""
        self._db.execute(
            "INSERT INTO source (load, name, digest) VALUES (?, ?, ?)", (load, name, digest)
        )

    def loaded_otherwise(self, name: str, digest: str) -> int | None:
        """The load that had a set of that name with other members; None where none had."""
        found = self._db.execute(
            "SELECT load FROM source JOIN load ON load.id = source.load"
            " WHERE source.name = ? AND source.digest <> ? AND status = 'applied' LIMIT 1",
            (name, digest),
        ).fetchone()
        return None if found is None else int(found[0])

    # ---- people

    def scope(self, name: str) -> int:
        """The number of a group of members."""
        return self._scope(name)

    def _scope_of(self, name: str) -> int:
        found = self._db.execute("SELECT id FROM scope WHERE name = ?", (name,)).fetchone()
        if found is None:
            return int(
                self._db.execute("INSERT INTO scope (name) VALUES (?)", (name,)).lastrowid or 0
            )
        return int(found[0])

    def family(self, scope: int, family: str) -> list[Known]:
        """Everybody who is known of a family."""
        rows = self._db.execute(
            "SELECT person.id, is_subscriber, record FROM person"
            " JOIN version ON version.person = person.id AND closed IS NULL"
            " WHERE scope = ? AND family = ? AND live ORDER BY person.id",
            (scope, family),
        ).fetchall()
        return [self._known(*row) for row in rows]

    def relatives(self, person: int) -> list[Known]:
        """Everybody who is known of a person's family, that person too."""
        row = self._db.execute(
            "SELECT scope, family FROM person WHERE id = ?", (person,)
        ).fetchone()
        return [] if row is None else self.family(*row)

    def others(self, scope: int, seen: sqlite3.Connection) -> Iterator[Known]:
        """Everybody of a group whom `seen` (a table of that name) has not, some at a time."""
        last = 0
        while True:
            rows = self._db.execute(
                "SELECT person.id, is_subscriber, record FROM person"
                " JOIN version ON version.person = person.id AND closed IS NULL"
                " WHERE scope = ? AND live AND person.id > ? ORDER BY person.id LIMIT ?",
                (scope, last, _PIECE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for row in rows:
                if not seen.execute("SELECT 1 FROM seen WHERE person = ?", row[:1]).fetchone():
                    yield self._known(*row)

    def _known(self, person: int, is_subscriber: int, record: str) -> Known:
        rows = self._db.execute(
            "SELECT record FROM coverage WHERE person = ? AND closed IS NULL ORDER BY rowid",
            (person,),
        )
        periods = [json.loads(each) for (each,) in rows]
        standing = Standing(json.loads(record), {key_of(each): each for each in periods})
        return Known(person, bool(is_subscriber), standing)

    def add_person(self, scope: int, family: str, load: int, *, is_subscriber: bool) -> int:
        """A new person."""
        made = self._db.execute(
            "INSERT INTO person (scope, family, is_subscriber, opened) VALUES (?, ?, ?, ?)",
            (scope, family, int(is_subscriber), load),
        )
        return int(made.lastrowid or 0)

    def put(self, person: int, load: int, before: Standing | None, after: Standing) -> None:
        """Where the person stands from this load on."""
        if before is None or before.person != after.person:
            if before is not None:
                self._close("version", person, load)
            policy = (after.person.get("member") or {}).get("policy")
            self._db.execute(
                "INSERT INTO version (person, opened, record, policy) VALUES (?, ?, ?, ?)",
                (person, load, text_of(after.person), policy),
            )
        known = before.periods if before else {}
        for key, each in known.items():
            if after.periods.get(key) != each:
                self._db.execute(
                    "UPDATE coverage SET closed = ? WHERE person = ? AND closed IS NULL"
                    " AND line = ? AND plan = ? AND begins = ?",
                    (load, person, *key),
                )
        for key, each in after.periods.items():
            if known.get(key) != each:
                self._add_period(person, load, key, each)

    def _add_period(self, person: int, load: int, key: Key, period: Period) -> None:
        self._db.execute(
            "INSERT INTO coverage (person, opened, line, plan, begins, ends, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (person, load, *key, period.get("end"), text_of(period)),
        )

    def _close(self, table: str, person: int, load: int) -> None:
        self._db.execute(
            f"UPDATE {table} SET closed = ? WHERE person = ? AND closed IS NULL",  # noqa: S608 - ours
            (load, person),
        )

    # ---- what is known

    def loads(self) -> list[Load]:
        """Every load, the first one first."""
        rows = self._db.execute(
            "SELECT id, at, status, file, profile, counts FROM load ORDER BY id"
        )
        return [Load(*row)._replace(counts=json.loads(row[5])) for row in rows]

    def everybody(self, known_at: int | None = None) -> Iterator[Known]:
        """Every person as they stand, or stood when load `known_at` was the last."""
        load = known_at if known_at is not None else 1 << 60
        last = 0
        while True:
            rows = self._db.execute(
                "SELECT person.id, is_subscriber, version.record FROM person"
                " JOIN version ON version.person = person.id"
                " AND version.opened <= ?1 AND coalesce(version.closed, ?1 + 1) > ?1"
                " AND version.opened <> coalesce(version.closed, -1)"
                " WHERE person.id > ?2 ORDER BY person.id LIMIT ?3",
                (load, last, _PIECE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for person, is_subscriber, record in rows:
                yield Known(person, bool(is_subscriber), self._standing_at(person, record, load))

    def _standing_at(self, person: int, record: str, load: int) -> Standing:
        rows = self._db.execute(
            "SELECT record FROM coverage WHERE person = ?1 AND opened <= ?2"
            " AND coalesce(closed, ?2 + 1) > ?2 AND opened <> coalesce(closed, -1) ORDER BY rowid",
            (person, load),
        )
        periods = [json.loads(each) for (each,) in rows]
        return Standing(json.loads(record), {key_of(each): each for each in periods})

    # ---- undo

    def undo(self, load: int) -> dict[str, int]:
        """Takes the last load back: what it opened was never known, what it closed is again."""
        with self.guarded():
            self.begin()
            applied = [each.id for each in self.loads() if each.status == "applied"]
            if load not in applied:
                self.roll_back()
                raise UsageError(f"load {load} is not in force; see: scrubjay reconcile --loads")
            if load != applied[-1]:
                self.roll_back()
                raise UsageError(f"load {applied[-1]} came after load {load}; undo that one first")
            counts = {table: self._undo(table, load) for table in ("version", "coverage")}
            counts["person"] = self._db.execute(
                "UPDATE person SET live = 0 WHERE opened = ?", (load,)
            ).rowcount
            self._db.execute("UPDATE load SET status = 'undone' WHERE id = ?", (load,))
            self.commit()
        return counts

    def _undo(self, table: str, load: int) -> int:
        """A row that a load opened is closed by the same: at no time was it known."""
        changed = self._db.execute(
            f"UPDATE {table} SET closed = opened WHERE opened = ?",  # noqa: S608 - ours
            (load,),
        ).rowcount
        self._db.execute(
            f"UPDATE {table} SET closed = NULL WHERE closed = ? AND opened < closed",  # noqa: S608
            (load,),
        )
        return changed


def _failed(path: str, error: sqlite3.Error) -> UsageError | InputError | OutputError:
    said = str(error)
    if "locked" in said:
        return OutputError(f"{path}: another load is at work; wait for it to end")
    if "full" in said or "disk" in said or "readonly" in said:
        return OutputError(f"{path}: {said}; make room, or name another file")
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return InputError(f"{path}: damaged, or no state of enrollments; restore it from a backup")
    return OutputError(f"{path}: {said}; check the file")
