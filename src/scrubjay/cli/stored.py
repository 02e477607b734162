"""What the commands over a store have in common: where it is, and who asks."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli.call import Option
from scrubjay.cli.homes import actor, settings
from scrubjay.cli.kinds import FILE, FOLDER
from scrubjay.errors import InputError, OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from typing import Any, TextIO

    from scrubjay.store.audit.checkpoints import CheckpointFolder
    from scrubjay.store.audit.keys import Keyring
    from scrubjay.store.sqlite.store import SqliteStore

__all__ = [
    "AUDIT_KEY",
    "CHECKPOINTS",
    "actor",
    "checkpoints",
    "counted",
    "folder",
    "key_file",
    "keys",
    "new_file",
    "opened",
    "printed",
    "seen",
    "when",
]

AUDIT_KEY = Option(
    name="--audit-key",
    kind=FILE,
    help="The key of the audit, where it is not among the pipeline's keys.",
)
CHECKPOINTS = Option(
    name="--checkpoints",
    kind=FOLDER,
    help="Where checkpoints were told, where that is not the folder of the settings.",
)


def folder(given: dict[str, Any]) -> str:
    """Where the store is."""
    return settings(given).folders.home


def keys(given: dict[str, Any]) -> Keyring:
    """The keys of the audit."""
    from scrubjay.store.audit.keys import Keyring

    return Keyring.load(given.get("audit_key") or key_file(given))


def key_file(given: dict[str, Any]) -> str:
    """Where the pipeline has its key of the audit."""
    return os.path.join(settings(given).folders.keys, "audit.key")


def checkpoints(given: dict[str, Any]) -> CheckpointFolder:
    """Where checkpoints are told."""
    from scrubjay.store.audit.checkpoints import CheckpointFolder

    return CheckpointFolder(given.get("checkpoints") or settings(given).folders.checkpoints)


def seen(given: dict[str, Any]) -> AbstractContextManager[sqlite3.Connection]:
    """One snapshot of the store, which is not changed."""
    from scrubjay.store.sqlite.store import STORE_FILE
    from scrubjay.store.sqlite.upkeep import looked_into

    return looked_into(os.path.join(folder(given), STORE_FILE))


def opened(given: dict[str, Any]) -> SqliteStore:
    """The store, to change something in it; one must be there."""
    from scrubjay.store.sqlite.store import STORE_FILE, SqliteStore

    where = folder(given)
    if not os.path.exists(os.path.join(where, STORE_FILE)):
        raise InputError(f"no store in {where}; name its folder with --home")
    return SqliteStore(where, keys(given), actor=actor(), checkpoints=checkpoints(given))


def counted(number: int, noun: str, many: str = "") -> str:
    """A number and its noun: 1 claim, 2 claims."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def when(milliseconds: int) -> str:
    """A time of the store as people and programs read it: UTC, to the second."""
    from time import gmtime, strftime

    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(milliseconds // 1000))


def printed(given: dict[str, Any], told: dict[str, Any], lines: Iterable[str]) -> None:
    """The result: one object with --json, else lines."""
    if given["as_json"]:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines)


def new_file(path: str) -> TextIO:
    """A file that was not there, for its owner only."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return open(handle, "w", encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise OutputError(f"{path}: {reason}; name another file with --output") from None
