"""What is done to a store from outside: looked over, backed up, restored, judged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
import uuid
from typing import TYPE_CHECKING, Any

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.places import synced
from scrubjay.store.audit.verifying import Verdict, verify
from scrubjay.store.errors import StoreFailedError
from scrubjay.store.sqlite.connecting import connect, inspected, meaning
from scrubjay.store.sqlite.evidence import SqliteEvidence
from scrubjay.store.sqlite.migrating import begin, latest, migrate, version_of
from scrubjay.store.sqlite.owners import is_dead
from scrubjay.store.sqlite.store import STORE_FILE
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.store.audit.checkpoints import CheckpointPlace
    from scrubjay.store.audit.keys import Keyring
    from scrubjay.store.contract import Tx
    from scrubjay.store.sqlite.store import SqliteStore

    AnyPath = str | os.PathLike[str]

__all__ = [
    "adopted",
    "backed_up",
    "checked",
    "looked_into",
    "migrated",
    "peeked",
    "proven",
    "quieted",
    "restored",
]

_CHUNK = 1 << 20


@contextlib.contextmanager
def looked_into(path: AnyPath) -> Iterator[sqlite3.Connection]:
    """A connection that reads one snapshot of a store file."""
    path = os.fspath(path)
    inspected(path)
    connection = connect(path, readonly=True)
    # What is damaged is judged, not refused: it may be no text any more.
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    try:
        connection.execute("BEGIN")
        version = version_of(connection)
        if version != latest():
            raise UsageError(
                f"store {path} is of version {version}, not {latest()}; run: scrubjay db migrate"
            )
        yield connection
    except sqlite3.Error as error:
        raise meaning(error, path) from error
    except UnicodeDecodeError:  # what SQLite says of damage may quote it
        raise StoreFailedError(f"store {path} is damaged; restore a backup") from None
    finally:
        connection.close()


def peeked(path: AnyPath) -> tuple[str, int]:
    """The id of a store of any version, and the number of its last event."""
    path = os.fspath(path)
    inspected(path)
    connection = connect(path, readonly=True)
    try:
        (store,) = connection.execute("SELECT id FROM identity").fetchone()
        (seq,) = connection.execute("SELECT max(seq) FROM audit").fetchone()
    except sqlite3.Error as error:
        raise meaning(error, path) from error
    except TypeError:
        raise StoreFailedError(
            f"store {path} has no id; restore a backup: scrubjay db restore BACKUP --force"
        ) from None
    else:
        return str(store), int(seq or 0)
    finally:
        connection.close()


def migrated(folder: AnyPath) -> tuple[list[int], int]:
    """Brings a store to the newest version: the steps made, and that version."""
    path = os.path.join(folder, STORE_FILE)
    inspected(path)
    connection = connect(path)
    try:
        return migrate(connection, path), latest()
    finally:
        connection.close()


def proven(connection: sqlite3.Connection, keys: Keyring, place: CheckpointPlace | None) -> Verdict:
    """The verdict on the audit and on the rows."""
    evidence = SqliteEvidence(connection)
    lines = None if place is None else place.lines(evidence.store())
    return verify(evidence, keys, lines)


def checked(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file itself; nothing where it is whole."""
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(100)")]
    except ValueError:
        found = ["the file is damaged, so that what SQLite says of it is no text"]
    broken = [
        f"row {row} of {table} refers to {parent}, where it is not"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchall()
    ]
    return ([] if found == ["ok"] else found) + broken + _altered(connection)


def _altered(connection: sqlite3.Connection) -> list[str]:
    """What of the schema is not as its migrations make it: a guard that is gone, a move more."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(made, ":memory:")
        expected, found = _schema(made), _schema(connection)
    finally:
        made.close()
    return [f"the schema has another {name}" for name in sorted(dict(expected ^ found))]


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    parts = connection.execute(
        "SELECT name, type || tbl_name || COALESCE(sql, '') FROM sqlite_schema"
    ).fetchall()
    moves = connection.execute("SELECT 'moves', kind || start || goal FROM moves").fetchall()
    steps = connection.execute("SELECT 'schema_version', version || digest FROM schema_version")
    return {*parts, *moves, *steps.fetchall()}


def backed_up(folder: AnyPath, target: AnyPath) -> dict[str, Any]:
    """A copy of the store as it is now, while it works on, and a manifest beside it."""
    target = os.fspath(target)
    if os.path.exists(target):
        raise OutputError(f"backup {target} is there already; name another file")
    draft = f"{target}.{os.getpid()}"
    with looked_into(os.path.join(folder, STORE_FILE)) as source:
        try:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            manifest = _copied(source, draft)
            _kept(f"{target}.json", json.dumps(manifest) + "\n")
            os.replace(draft, target)
            synced(os.path.dirname(os.path.abspath(target)))
        except (OSError, sqlite3.Error) as error:
            for end in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    os.unlink(draft + end)
            raise OutputError(f"backup {target}: {_why(error)}; name another file") from None
    return {"backup": target, **manifest}


def _why(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        return f"cannot be written ({getattr(error, 'sqlite_errorname', 'SQLite')})"
    return (getattr(error, "strerror", None) or "cannot be written").lower()


def _copied(source: sqlite3.Connection, draft: str) -> dict[str, Any]:
    copy = sqlite3.connect(draft, isolation_level=None)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        head = copy.execute("SELECT max(seq) FROM audit").fetchone()[0]
        manifest = {
            "store": SqliteEvidence(copy).store(),
            "version": version_of(copy),
            "events": head or 0,
            "made_at": time.time_ns() // 1_000_000,
        }
    finally:
        copy.close()
    with open(draft, "rb") as file:
        os.fsync(file.fileno())
    return {**manifest, "size": os.path.getsize(draft), "sha256": _digest(draft)}


def restored(
    backup: AnyPath,
    folder: AnyPath,
    keys: Keyring,
    *,
    place: CheckpointPlace | None = None,
    only_verify: bool = False,
    force: bool = False,
) -> tuple[Verdict, list[str], dict[str, Any]]:
    """Judges a backup, and puts it in the store's place where it is good.

    Gives the verdict on its audit, what is wrong with the file, and its manifest. What was sent
    after the backup is not in it. So nothing leaves a restored store by itself: partners are
    paused, and what was about to be sent is held until somebody has asked them.
    """
    backup, folder = os.fspath(backup), os.fspath(folder)
    manifest = _manifest(backup)
    path = os.path.join(folder, STORE_FILE)
    if not only_verify:
        _is_free(path, force=force)
    draft = f"{path}.restored"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _clone(backup, draft)
        verdict, broken = _judged(draft, keys, place)
        good = verdict.good and not broken
        if good and not only_verify:
            _named_anew(draft)
            if os.path.exists(path):
                _aside(path)
            os.rename(draft, path)
            synced(folder)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise OutputError(f"store {path}: {reason}; nothing was restored") from None
    finally:
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                os.unlink(draft + end)
    return verdict, broken, manifest


def _judged(draft: str, keys: Keyring, place: CheckpointPlace | None) -> tuple[Verdict, list[str]]:
    """A backup is older than the last checkpoints: those of later events do not count."""
    with looked_into(draft) as connection:
        broken = checked(connection)
        verdict = proven(connection, keys, place)
    later = [problem for problem in verdict.problems if problem.code in {"CUT", "ROWS"}]
    verdict.problems = [problem for problem in verdict.problems if problem not in later]
    verdict.found -= len(later)
    return verdict, broken


def _named_anew(draft: str) -> None:
    """From here on it is another store: its checkpoints go beside those that it does not know.

    It begins now: what was sealed between the backup and now lies in the vault, unknown to it.
    Checkpoints of its former name are never told under the new one, also where the backup does not
    know yet that they were told.
    """
    connection = connect(draft)
    try:
        begins = time.time_ns() // 1_000_000
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE identity SET id = ?, created_at = ?", (uuid.uuid4().hex, begins))
        connection.execute("UPDATE checkpoints SET exported = 1 WHERE exported = 0")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        connection.close()


def adopted(folder: AnyPath) -> None:
    """Makes a store that was put in place by hand one of its own, as a restored one is."""
    path = os.path.join(folder, STORE_FILE)
    begin(path)
    inspected(path)
    _is_unused(path)
    _named_anew(path)


def quieted(store: SqliteStore, event: str, reason: str, told: dict[str, Any]) -> None:
    """Nothing leaves a restored store by itself: what was sent since, it does not know."""

    def quiet(tx: Tx) -> None:
        tx.note(event, Kind.STORE, 0, told | {"reason": reason})
        for partner in tx.partners():
            tx.pause(partner.id, reason=reason)
        after = 0
        while found := tx.in_state(Kind.TRANSMISSION, State.INTENDED, after=after):
            tx.advance(Kind.TRANSMISSION, found, State.HELD_UNKNOWN, reason=reason)
            after = found[-1]

    store.do(quiet)
    store.checkpoint()


def _manifest(backup: str) -> dict[str, Any]:
    try:
        with open(f"{backup}.json", encoding="utf-8") as file:
            manifest: dict[str, Any] = json.load(file)
        digest = _digest(backup)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"backup {error.filename}: {reason}; both files belong to it") from None
    except ValueError:
        raise InputError(f"backup {backup}.json is no manifest") from None
    if manifest.get("sha256") != digest:
        raise InputError(f"backup {backup} is not what was written; take another one")
    return manifest


def _is_free(path: str, *, force: bool) -> None:
    """Nobody works with the store, and it may be replaced."""
    if not os.path.exists(path):
        return
    if not force:
        raise OutputError(f"store {path} is there already; --force puts it aside")
    _is_unused(path)


def _is_unused(path: str) -> None:
    owners = f"{path}.owners"
    names = os.listdir(owners) if os.path.isdir(owners) else []
    if any(not is_dead(owners, name.removesuffix(".lock")) for name in names):
        raise UsageError(f"store {path} is in use; stop scrubjay serve and its workers first")


def _aside(path: str) -> None:
    """Keeps the store that is replaced, with what SQLite has beside it."""
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.rename(path + end, f"{path}.before-{when}{end}")


def _clone(source: str, target: str) -> None:
    with (
        open(source, "rb") as old,
        open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as new,
    ):
        while chunk := old.read(_CHUNK):
            new.write(chunk)
        new.flush()
        os.fsync(new.fileno())


def _kept(path: str, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
