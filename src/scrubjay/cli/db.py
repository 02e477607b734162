"""`scrubjay db`: what is done to the store from outside."""

from __future__ import annotations

import os

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.homes import HOME, settings
from scrubjay.cli.kinds import FILE
from scrubjay.cli.stored import (
    AUDIT_KEY,
    CHECKPOINTS,
    actor,
    checkpoints,
    counted,
    folder,
    keys,
    opened,
    printed,
    seen,
    when,
)
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.holdings import Holdings
    from scrubjay.store.audit.verifying import Verdict

__all__ = ["COMMAND", "told", "verdict_lines"]

SHOWN = 20


def told(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON has it."""
    return {
        "good": verdict.good,
        "events": verdict.events,
        "last": verdict.last,
        "checkpoints": verdict.checkpoints,
        "unsealed": verdict.unsealed,
        "problems": verdict.found,
        "first_problems": [
            {"code": one.code, "event": one.seq, "text": one.text} for one in verdict.problems
        ],
    }


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """A verdict in words."""
    sealed = f"{counted(verdict.checkpoints, 'checkpoint')}, {verdict.unsealed:,} after the last"
    yield f"audit: {counted(verdict.events, 'event')}, {sealed}"
    if verdict.good:
        yield "every event, checkpoint and row is what was written"
        return
    yield f"{counted(verdict.found, 'problem')}:"
    yield from (f"  {problem}" for problem in verdict.problems[:SHOWN])
    if verdict.found > SHOWN:
        yield f"  and {verdict.found - SHOWN:,} more, see --json"


def migrate(given: dict[str, Any]) -> int:
    """Brings the store to the newest version."""
    from scrubjay.store.sqlite.upkeep import migrated

    steps, version = migrated(folder(given))
    done = f"made {len(steps)} steps" if steps else "nothing to do"
    printed(given, {"version": version, "applied": steps}, [f"version {version}: {done}"])
    return 0


def check(given: dict[str, Any]) -> int:
    """Looks the whole store over, and what lies in its vault."""
    from scrubjay.store.sqlite.upkeep import checked, proven

    with seen(given) as connection:
        broken = checked(connection)
        verdict = proven(connection, keys(given), checkpoints(given))
        held = None if broken else _held(connection, given)
    good = verdict.good and not broken and held is not None and held.good
    lines = [*(broken or ["file: whole"]), *verdict_lines(verdict), *_payload_lines(held)]
    payloads = None if held is None else held.to_dict()
    if good and held is not None:
        _noted(given, held)
    printed(given, {"file": broken, "audit": told(verdict), "payloads": payloads}, lines)
    return 0 if good else 1


def _held(connection: Any, given: dict[str, Any]) -> Holdings:
    """The payloads; that they were looked at without being shown is one event, not one each."""
    from contextlib import closing

    from scrubjay.holdings import held_against
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import now_ms
    from scrubjay.vault.folder import FolderVault
    from scrubjay.vault.keyring import FILE, KeyringFile

    folders = settings(given).folders
    if not os.path.isdir(os.path.join(folders.vault, "payloads")):
        raise InputError(f"vault {folders.vault}: not there; mount it, or restore it from a backup")
    ring = KeyringFile(os.path.join(folders.keys, FILE))
    with closing(FolderVault(folders.vault, ring)) as vault:
        held = held_against(Questions(connection, now_ms), vault, deep=given["deep"])
        foreign = set(held.foreign)
        held.strays += [path for path in vault.strays() if os.path.basename(path) not in foreign]
        return held


def _noted(given: dict[str, Any], held: Holdings) -> None:
    from scrubjay.store.states import Kind

    looked = {"payloads": held.payloads, "deep": held.deep, "command": "db check"}
    with opened(given) as store:
        store.do(lambda tx: tx.note("payloads.verified", Kind.STORE, 0, looked))


_STEPS = {
    "missing": "restore them and their keys from a backup of the vault",
    "damaged": "restore them and their keys from a backup of the vault",
    "changed": "restore them and their keys from a backup of the vault",
    "lingering": "they were purged, and are there again or still: serve destroys them by itself",
    "unlisted": "whoever sealed them died before the word: serve shreds them by itself",
    "before": "this store does not know of them: hand in again what came after its backup",
    "foreign": "they are none of ours: take them away",
    "strays": "they are none of the vault's, and may be in clear: look, and take them away",
}


def _payload_lines(held: Holdings | None) -> Iterator[str]:
    if held is None:
        yield "payloads: not looked at, the store comes first"
        return
    how = "every frame" if held.deep else "header, key and end of each; every frame: --deep"
    yield f"vault: {counted(held.payloads, 'payload')}, {how}"
    for name, step in _STEPS.items():
        found = getattr(held, name)
        if found:
            what = counted(len(found), "file" if name == "strays" else "payload")
            said = "astray" if name == "strays" else name
            yield f"{what} {said}, the first is {_shown(found[0])}: {step}"


def _shown(name: str) -> str:
    """Of a file that is none of ours: it may be named to write on a terminal."""
    letters = (each if each.isprintable() else ascii(each)[1:-1] for each in name)
    return "".join(letters)


def backup(given: dict[str, Any]) -> int:
    """Copies the store while it works."""
    from scrubjay.store.sqlite.upkeep import backed_up

    made = backed_up(folder(given), given["file"])
    size = f"{made['size']:,} bytes, {counted(made['events'], 'event')}"
    printed(given, made, [f"{made['backup']}: {size}, and its manifest {made['backup']}.json"])
    return 0


def restore(given: dict[str, Any]) -> int:
    """Puts a backup in the place of the store, or only judges it."""
    from scrubjay.store.sqlite.upkeep import restored

    only_verify = given["verify"]
    verdict, broken, manifest = restored(
        given["file"],
        folder(given),
        keys(given),
        place=checkpoints(given),
        only_verify=only_verify,
        force=given["force"],
    )
    good = verdict.good and not broken
    if good and not only_verify:
        source = {name: manifest.get(name) for name in ("store", "events", "sha256")}
        _quieted(given, "store.restored", "restored from a backup", source)
    lines = [*broken, *verdict_lines(verdict), *_outcome(given, manifest, good=good)]
    printed(given, {"restored": good and not only_verify, "audit": told(verdict)}, lines)
    return 0 if good else 1


def _quieted(given: dict[str, Any], event: str, reason: str, told: dict[str, Any]) -> None:
    """Nothing leaves the store by itself, and the vault is its own from now on."""
    from scrubjay.store.sqlite.store import STORE_FILE, SqliteStore
    from scrubjay.store.sqlite.upkeep import peeked, quieted
    from scrubjay.vault.deed import Deed

    where = folder(given)
    with SqliteStore(where, keys(given), actor=actor(), checkpoints=checkpoints(given)) as store:
        quieted(store, event, reason, told)
    Deed(settings(given).folders.vault).sign(*peeked(os.path.join(where, STORE_FILE)))


def adopt(given: dict[str, Any]) -> int:
    """Takes what lies in the store's place for the store, on somebody's word."""
    from scrubjay.store.sqlite.upkeep import adopted

    keys(given)
    adopted(folder(given))
    _quieted(given, "store.adopted", given["reason"], {})
    lines = [
        f"{folder(given)} is the store of its vault from now on; what lies there and it does not",
        "know of is left alone. Every partner is paused, and what was about to be sent is held:",
        "ask the partners, then: scrubjay partner resume NAME",
    ]
    printed(given, {"adopted": True}, lines)
    return 0


def _outcome(given: dict[str, Any], manifest: dict[str, Any], *, good: bool) -> Iterator[str]:
    made = when(manifest["made_at"])
    if not good:
        yield f"the backup of {made} is not good: nothing was restored"
    elif given["verify"]:
        yield f"the backup of {made} can be restored"
    else:
        yield f"restored the backup of {made} to {folder(given)}"
        yield "every partner is paused, and what was about to be sent is held: what went out after"
        yield "the backup is not in it; ask the partners, then: scrubjay partner resume NAME"


STORE = (HOME, AUDIT_KEY, CHECKPOINTS)
BACKUP = Argument(name="file", metavar="BACKUP", kind=FILE)

COMMAND = Group(
    name="db",
    help="The store of the pipeline: check, back up, restore, bring to a new version.",
    calls=(
        Call(
            name="migrate",
            help="Bring the store to the version of this Scrubjay.",
            options=(HOME, options.AS_JSON),
            examples=("scrubjay db migrate", "scrubjay db migrate --home /var/lib/scrubjay"),
            run=migrate,
        ),
        Call(
            name="check",
            help=(
                "Look the whole store over: the file, the audit, every row against it, and what "
                "lies in the vault.\n\n"
                "Exit code 1 where anything is not what was written."
            ),
            options=(
                *STORE,
                Option(name="--deep", help="Read every frame of every payload too."),
                options.AS_JSON,
            ),
            examples=(
                "scrubjay db check",
                "scrubjay db check --deep",
                "scrubjay db check --checkpoints /mnt/other --json",
            ),
            run=check,
        ),
        Call(
            name="backup",
            help=(
                "Copy the store to BACKUP while it works; the manifest is BACKUP.json.\n\n"
                "The vault's payloads are files of their own: copy their folder after this."
            ),
            argument=BACKUP,
            options=(HOME, options.AS_JSON),
            examples=("scrubjay db backup /mnt/backup/monday.db",),
            run=backup,
        ),
        Call(
            name="restore",
            help=(
                "Judge BACKUP and put it in the place of the store.\n\n"
                "What was sent after the backup is not in it. So every partner is paused, and what "
                "was about to be sent is held, until somebody has asked them."
            ),
            argument=BACKUP,
            options=(
                *STORE,
                Option(name="--verify", help="Only judge it: the drill that a backup needs."),
                options.FORCE,
                options.AS_JSON,
            ),
            examples=(
                "scrubjay db restore /mnt/backup/monday.db --verify",
                "scrubjay db restore /mnt/backup/monday.db --force",
            ),
            run=restore,
        ),
        Call(
            name="adopt",
            help=(
                "Say that the store that lies here is to be used with this vault.\n\n"
                "For a store that was put in place by hand, or lost: what the vault has and it "
                "does not know of is left alone, partners are paused, and what was about to be "
                "sent is held, as after db restore."
            ),
            options=(*STORE, options.REASON, options.AS_JSON),
            examples=('scrubjay db adopt --reason "the disk of the old store is gone"',),
            run=adopt,
        ),
    ),
)
