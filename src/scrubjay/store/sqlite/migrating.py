"""The schema, version by version: plain SQL in `migrations/`, each one transaction of its own.

A migration adds (expand); what it makes superfluous goes in a later one (contract), so that a
process of the version before can end its work.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import time
import uuid
from dataclasses import dataclass

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.failpoints import failpoint
from scrubjay.places import synced
from scrubjay.store.sqlite.connecting import connect, create, meaning, statements

__all__ = ["Migration", "begin", "latest", "migrate", "migrations", "version_of"]

_FOLDER = os.path.join(os.path.dirname(__file__), "migrations")
_NAME = re.compile(r"([0-9]{4})\.sql")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_version (
  version INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A step from the version before to this one."""

    version: int
    script: str

    @property
    def digest(self) -> str:
        """Tells whether it is the one that was applied."""
        return hashlib.sha256(self.script.encode()).hexdigest()


def migrations(folder: str = _FOLDER) -> list[Migration]:
    """All of them, in their order."""
    found = []
    for name in sorted(os.listdir(folder)):
        match = _NAME.fullmatch(name)
        if match is not None:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found.append(Migration(int(match[1]), file.read()))
    return found


def latest() -> int:
    """The version that this Scrubjay works with."""
    return migrations()[-1].version


def begin(path: str) -> None:
    """A new store where there is no file. It has its name when it is whole, and never before.

    So a file without content, or with half of it, is never one that somebody is about to begin.
    """
    if os.path.lexists(path):
        return
    draft = f"{path}.{os.getpid()}.new"
    create(draft)
    try:
        connection = connect(draft)
        try:
            migrate(connection, draft)
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        finally:
            connection.close()
        with open(draft, "rb") as file:
            os.fsync(file.fileno())
        failpoint("store.drafted")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        synced(os.path.dirname(os.path.abspath(path)))
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        raise OutputError(f"store {path}: {reason}; name another folder with --home") from None
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                os.unlink(draft + end)


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file; 0 where nothing is in it yet."""
    ledger = "SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'"
    if connection.execute(ledger).fetchone() is None:
        return 0
    found = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    return int(found or 0)


def migrate(
    connection: sqlite3.Connection, path: str, steps: list[Migration] | None = None
) -> list[int]:
    """Applies what is missing; the versions that were applied. Another process may be at it too."""
    steps = migrations() if steps is None else steps
    applied = []
    try:
        if not version_of(connection) and _is_anothers(connection):
            raise InputError(
                f"{path}: this is a database of something else; name the pipeline's folder "
                "with --home"
            )
        for step in steps:
            connection.execute("BEGIN IMMEDIATE")
            try:
                fresh = _apply(connection, step, path)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            applied += [step.version] if fresh else []
        newest = version_of(connection)
    except sqlite3.Error as error:
        raise meaning(error, path) from error
    if newest > steps[-1].version:
        raise UsageError(
            f"store {path} is of version {newest}, this Scrubjay knows {steps[-1].version}; "
            "install the newer one"
        )
    return applied


def _is_anothers(connection: sqlite3.Connection) -> bool:
    """Whether there are tables in a file that has no version of ours."""
    connection.execute("BEGIN")
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        return bool(tables) and not version_of(connection)
    finally:
        connection.execute("ROLLBACK")


def _apply(connection: sqlite3.Connection, step: Migration, path: str) -> bool:
    connection.execute(_LEDGER)
    row = connection.execute(
        "SELECT digest FROM schema_version WHERE version = ?", (step.version,)
    ).fetchone()
    if row is not None:
        if row[0] != step.digest:
            raise UsageError(
                f"store {path}: version {step.version} was made by another Scrubjay; "
                "restore it there, or begin a new one"
            )
        return False
    for statement in statements(step.script):
        connection.execute(statement)
    now = time.time_ns() // 1_000_000
    connection.execute(
        "INSERT INTO schema_version VALUES (?, ?, ?)", (step.version, step.digest, now)
    )
    if step.version == 1:
        connection.execute("INSERT INTO identity VALUES (?, ?)", (uuid.uuid4().hex, now))
    return True
