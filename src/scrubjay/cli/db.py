"""`scrubjay db`: what is done to the store from outside."""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.homes import HOME
from scrubjay.cli.kinds import FILE
from scrubjay.cli.stored import (
    AUDIT_KEY,
    CHECKPOINTS,
    actor,
    checkpoints,
    folder,
    keys,
    printed,
    seen,
    when,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

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
    sealed = f"{verdict.checkpoints:,} checkpoints, {verdict.unsealed:,} events after the last"
    yield f"audit: {verdict.events:,} events, {sealed}"
    if verdict.good:
        yield "every event, checkpoint and row is what was written"
        return
    yield f"{verdict.found:,} problem{'' if verdict.found == 1 else 's'}:"
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
    """Looks the whole store over."""
    from scrubjay.store.sqlite.upkeep import checked, proven

    with seen(given) as connection:
        broken = checked(connection)
        verdict = proven(connection, keys(given), checkpoints(given))
    good = verdict.good and not broken
    lines = broken or ["file: whole"]
    printed(given, {"file": broken, "audit": told(verdict)}, [*lines, *verdict_lines(verdict)])
    return 0 if good else 1


def backup(given: dict[str, Any]) -> int:
    """Copies the store while it works."""
    from scrubjay.store.sqlite.upkeep import backed_up

    made = backed_up(folder(given), given["file"])
    size = f"{made['size']:,} bytes, {made['events']:,} events"
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
        _quieted(given, manifest)
    lines = [*broken, *verdict_lines(verdict), *_outcome(given, manifest, good=good)]
    printed(given, {"restored": good and not only_verify, "audit": told(verdict)}, lines)
    return 0 if good else 1


def _quieted(given: dict[str, Any], manifest: dict[str, Any]) -> None:
    from scrubjay.store.sqlite.store import SqliteStore
    from scrubjay.store.sqlite.upkeep import quieted

    where = folder(given)
    with SqliteStore(where, keys(given), actor=actor(), checkpoints=checkpoints(given)) as store:
        quieted(store, manifest)


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
                "Look the whole store over: the file, the audit, and every row against it.\n\n"
                "Exit code 1 where anything is not what was written."
            ),
            options=(*STORE, options.AS_JSON),
            examples=("scrubjay db check", "scrubjay db check --checkpoints /mnt/other --json"),
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
    ),
)
