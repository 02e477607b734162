"""Connections to the file, and what SQLite's errors mean for us."""

from __future__ import annotations

import os
import sqlite3
import stat
from typing import TYPE_CHECKING

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.store.errors import DiskFullError, LockedError, StoreError, StoreFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["connect", "create", "inspected", "meaning", "statements"]

BUSY = 5.0
"""Seconds that SQLite itself waits for a lock; the writer comes back while it is patient."""
WAL_PAGES = 4000
"""The log is folded into the file when it has grown to so many pages: 16 MB."""
_CACHE_KIB = 32 * 1024

_FULL = {sqlite3.SQLITE_FULL}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FAILED = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}


def create(path: str) -> None:
    """An empty file that only its owner may read, in a folder of the same kind."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        raise OutputError(f"store {path}: {reason}; name another folder with --home") from None


def inspected(path: str) -> None:
    """InputError where there is no store, or nothing in it; UsageError where others can read it."""
    try:
        facts = os.stat(path)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"store {path}: {reason}; name its folder with --home") from None
    if not stat.S_ISREG(facts.st_mode):
        raise InputError(f"store {path}: this is no file; name its folder with --home")
    if not facts.st_size:
        raise InputError(
            f"store {path} is empty: what was in it is lost; restore a backup: "
            "scrubjay db restore BACKUP --force"
        )
    if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"store {path} can be read by others; run: chmod 600 {path}")


def connect(path: str, *, readonly: bool = False, busy: float = BUSY) -> sqlite3.Connection:
    """A connection in which we begin and end transactions ourselves."""
    connection = sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        connection.close()
        raise meaning(error, path) from error
    return connection


def meaning(error: sqlite3.Error, path: str) -> StoreError:
    """An error of SQLite as one of ours; it names the file and no value."""
    number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    primary = number & 0xFF
    if primary in _FULL:
        return DiskFullError(f"store {path}: the disk is full; nothing is lost, make room")
    if primary in _LOCKED:
        return LockedError(f"store {path}: another process is writing; try again")
    if primary in _DAMAGED:
        return StoreFailedError(
            f"store {path} is damaged or cut short ({name}); look with scrubjay db check, then "
            "restore a backup: scrubjay db restore BACKUP --force"
        )
    if primary in _FAILED:
        return StoreFailedError(
            f"store {path} failed ({name}); look at the disk, then start again: scrubjay db check"
        )
    return StoreError(f"store {path}: {name}: {error}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one."""
    kept = ""
    for line in script.splitlines(keepends=True):
        kept += line
        if sqlite3.complete_statement(kept):
            yield kept
            kept = ""
    if kept.strip():
        yield kept
