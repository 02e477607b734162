"""`scrubjay legalhold`: files of which nothing may be purged, whatever the policy says.

It stops no claim on its way; what waits for a person's word is `scrubjay held`.
"""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group
from scrubjay.cli.homes import HOME, there
from scrubjay.cli.kinds import Count
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from scrubjay.store.contract import Tx
    from scrubjay.store.rows import LegalHold

__all__ = ["COMMAND"]

FILE = Argument(name="id", metavar="FILE", kind=Count(1))


def listed(given: dict[str, Any]) -> int:
    """Every file that is on legal hold, since when, by whom and why."""
    from scrubjay.cli.stored import counted, printed, seen, when
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import now_ms

    with seen(given) as connection:
        found = Questions(connection, now_ms).legal_holds()
    rows = [_told(each) | {"since": when(each.since)} for each in found]
    lines = [
        f"file {row['file']:>8}  {row['since']}  {row['by']:16} "
        f"{counted(row['payloads'], 'payload')}: {row['reason']}"
        for row in rows
    ]
    printed(given, {"legal_holds": rows}, lines or ["no file is on legal hold"])
    return 0


def _told(hold: LegalHold) -> dict[str, Any]:
    return {
        "file": hold.file,
        "since": hold.since,
        "by": hold.actor,
        "reason": hold.reason,
        "payloads": hold.payloads,
    }


def placed(given: dict[str, Any]) -> int:
    """Nothing of the file is purged from here on."""
    return _said(given, on=True)


def released(given: dict[str, Any]) -> int:
    """The policy is in force again."""
    return _said(given, on=False)


def _said(given: dict[str, Any], *, on: bool) -> int:
    from scrubjay.app import kept
    from scrubjay.cli.homes import actor
    from scrubjay.cli.stored import counted, printed
    from scrubjay.store.rows import File

    number = given["id"]

    def change(tx: Tx) -> tuple[bool, int] | None:
        if tx.one(File, number) is None:
            return None
        changed = tx.hold(number, on=on, reason=given["reason"])
        return changed, tx.let_go(number)

    with kept(there(given), actor()) as both:
        done = both.store.do(change)
    if done is None:
        raise InputError(f"there is no file {number}; scrubjay trace tells the file of a claim")
    changed, gone = done
    told = {"file": number, "legal_hold": on, "changed": changed, "purged_before": gone}
    line = f"file {number}: " + ("on legal hold" if on else "on legal hold no more")
    lines = [line if changed else f"{line}, and was so already"]
    if on and gone:
        lines.append(f"too late for {counted(gone, 'payload')} of it, purged before: they are gone")
    printed(given, told, lines)
    return 0


COMMAND = Group(
    name="legalhold",
    help="Files of which nothing is purged; it stops no claim (that is: scrubjay held).",
    calls=(
        Call(
            name="list",
            help="List the files on legal hold.",
            options=(HOME, options.AS_JSON),
            examples=("scrubjay legalhold list",),
            run=listed,
        ),
        Call(
            name="place",
            help="Purge nothing of FILE, nor of what was sent or said about it.",
            argument=FILE,
            options=(HOME, options.REASON, options.AS_JSON),
            examples=("scrubjay legalhold place 17 --reason 'matter 2026-114'",),
            run=placed,
        ),
        Call(
            name="release",
            help="Let FILE be purged when the policy says so.",
            argument=FILE,
            options=(HOME, options.REASON, options.AS_JSON),
            examples=("scrubjay legalhold release 17 --reason 'matter 2026-114 is closed'",),
            run=released,
        ),
    ),
)
