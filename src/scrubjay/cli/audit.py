"""`scrubjay audit`: who did what, whether it is what was written, and whether the claims add up."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.db import told, verdict_lines
from scrubjay.cli.homes import HOME, settings
from scrubjay.cli.kinds import DAY, FILE, Kind
from scrubjay.cli.stored import (
    AUDIT_KEY,
    CHECKPOINTS,
    checkpoints,
    counted,
    key_file,
    keys,
    new_file,
    opened,
    printed,
    seen,
    when,
)
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TextIO

    from scrubjay.store.audit.reconciling import Reconciliation
    from scrubjay.store.contract import View
    from scrubjay.store.rows import Claim, Event

__all__ = ["COMMAND"]


def verified(given: dict[str, Any]) -> int:
    """Judges the audit."""
    from scrubjay.store.sqlite.upkeep import proven

    with seen(given) as connection:
        verdict = proven(connection, keys(given), checkpoints(given))
    printed(given, told(verdict), verdict_lines(verdict))
    return 0 if verdict.good else 1


def shown(given: dict[str, Any]) -> int:
    """Shows what happened to a claim."""
    from scrubjay.store.audit.following import story
    from scrubjay.store.states import Kind as Subject

    with opened(given) as store:
        stories = store.ask(
            lambda view: [(one, _state(view, one), story(view, one)) for one in _found(view, given)]
        )
        if not stories:
            raise InputError("no claim of that number or token; give CLM01 or a token")
        ids = [claim.id for claim, _, _ in stories]
        store.do(
            lambda tx: tx.note(
                "claim.shown", Subject.CLAIM, ids[0], {"claims": ids, "command": "audit show"}
            )
        )
    claims = [
        {"claim": claim.id, "file": claim.file, "state": state, "events": _dicts(events)}
        for claim, state, events in stories
    ]
    printed(given, {"claims": claims}, _lines(stories))
    return 0


def _found(view: View, given: dict[str, Any]) -> list[Claim]:
    """The claims of a token, else of a number, whose token every run with the same key makes."""
    claim: str = given["claim"]
    found = view.claims_with(claim)
    if found:
        return found
    from scrubjay.acks.applied import token_of
    from scrubjay.keys import TokenKey

    own = os.path.join(settings(given).folders.keys, "token.key")
    key = TokenKey.load(given["token_key"] or own)
    return view.claims_with(token_of(key, "claim", claim))


def _state(view: View, claim: Claim) -> str:
    """What became of it; and that it is purged, beside that."""
    from scrubjay.store.states import Kind, State

    purged = view.state(Kind.FILE, claim.file) is State.PURGED
    return f"{claim.state}, PURGED" if purged else str(claim.state)


def _lines(stories: Iterable[tuple[Claim, str, list[Event]]]) -> Iterator[str]:
    for claim, state, events in stories:
        batch = "in no batch" if claim.batch is None else f"in batch {claim.batch}"
        yield f"claim {claim.ordinal} of file {claim.file}, {batch}: {state}"
        for event in events:
            reason = event.detail.get("reason") or event.detail.get("code") or ""
            yield f"  {when(event.at)}  {event.event:<32} {event.actor}  {reason}".rstrip()


def _dicts(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [
        {
            "seq": event.seq,
            "at": when(event.at),
            "actor": event.actor,
            "event": event.event,
            "kind": event.kind,
            "subject": event.subject,
            "detail": event.detail,
        }
        for event in events
    ]


def exported(given: dict[str, Any]) -> int:
    """Writes the audit as JSON lines, codes and all."""
    from contextlib import closing

    from scrubjay.store.sqlite.evidence import SqliteEvidence

    with (
        seen(given) as connection,
        # whoever reads only its beginning ends it before the connection
        closing(row for row in SqliteEvidence(connection).events()) as events,
    ):
        if given["output"] == "-":
            _write(sys.stdout, events)
        else:
            with new_file(given["output"]) as file:
                _write(file, events)
    return 0


def _write(file: TextIO, events: Iterable[Any]) -> None:
    for row in events:
        fields = {name: getattr(row, name) for name in row.__slots__}
        line = fields | {"detail": json.loads(row.detail), "mac": row.mac.hex()}
        file.write(json.dumps(line) + "\n")


def rotated(given: dict[str, Any]) -> int:
    """Takes a new key of the audit into use."""
    from scrubjay.store.audit.keys import Keyring
    from scrubjay.store.states import Kind as Subject

    path = given["audit_key"] or key_file(given)
    with opened(given) as store:
        old = keys(given).current
        store.do(lambda tx: tx.note("key.retired", Subject.KEY, 0, {"key": old}))
    new = Keyring.rotate(path).current
    with opened(given) as store:
        store.do(lambda tx: tx.note("key.rotated", Subject.KEY, 0, {"from": old, "to": new}))
    printed(
        given,
        {"from": old, "to": new},
        [f"{new} is in use instead of {old}: start scrubjay serve and its workers anew"],
    )
    return 0


def reconciled(given: dict[str, Any]) -> int:
    """Counts the claims of a day."""
    from datetime import UTC, datetime, time, timedelta

    from scrubjay.store.audit.reconciling import reconcile
    from scrubjay.store.sqlite.ledger import SqliteLedger

    day = given["day"] or datetime.now(UTC).date()
    begin = datetime.combine(day, time.min, UTC)
    since, until = (round(at.timestamp() * 1000) for at in (begin, begin + timedelta(days=1)))
    with seen(given) as connection:
        made = reconcile(SqliteLedger(connection), day.isoformat(), since, until)
    printed(given, made.to_dict(), _ledger(made))
    return 0 if made.balanced else 1


def _ledger(made: Reconciliation) -> Iterator[str]:
    yield f"{made.day} (UTC): {counted(made.files, 'file')}"
    for name in ("received", "accepted", "rejected", "unreadable", "held", "dead", "under_way"):
        indent = "" if name == "received" else "  "
        yield f"{indent}{name.replace('_', ' '):<{12 - len(indent)}} {getattr(made, name):>12,}"
    if made.uncounted:
        first = made.uncounted[0]
        yield f"not counted yet: {counted(len(made.uncounted), 'file')}, the first is {first}"
    for file, claims in made.unaccounted.items():
        are = "is" if abs(claims) == 1 else "are"
        where = "nowhere" if claims > 0 else "there too often"
        yield f"file {file}: {counted(abs(claims), 'claim')} {are} {where}; run: scrubjay db check"
    if made.balanced:
        yield "every claim that came in is somewhere, once"


STORE = (HOME, AUDIT_KEY, CHECKPOINTS)
TOKEN_KEY = Option(
    name="--token-key",
    kind=FILE,
    help="The key behind the tokens, where it is not among the pipeline's keys.",
)

COMMAND = Group(
    name="audit",
    help="Who did what to which claim, and whether that is what was written.",
    calls=(
        Call(
            name="verify",
            help=(
                "Make every code of the audit anew, and hold checkpoints and rows against it.\n\n"
                "Edits, drops, swaps, insertions and cut ends are told with their place. Exit code "
                "1 where there are any."
            ),
            options=(*STORE, options.AS_JSON),
            examples=(
                "scrubjay audit verify",
                "scrubjay audit verify --checkpoints /mnt/other/checkpoints --json",
            ),
            run=verified,
        ),
        Call(
            name="show",
            help=(
                "Show every event of a CLAIM, by its number (CLM01) or token.\n\n"
                "That somebody looked is an event too."
            ),
            argument=Argument(name="claim", metavar="CLAIM", kind=Kind()),
            options=(*STORE, TOKEN_KEY, options.AS_JSON),
            examples=(
                "scrubjay audit show 20260114-0031",
                "scrubjay audit show k1a2b3c4d.5f0c2f6ad1b6c2d3e4f5a6b7c8d9e0f1 --json",
            ),
            run=shown,
        ),
        Call(
            name="export",
            help="Write the audit as JSON lines, for whoever judges it elsewhere.",
            options=(
                Option(
                    name="--output",
                    short="-o",
                    kind=FILE,
                    default="-",
                    shows_default=True,
                    help="The file to write, or '-'.",
                ),
                HOME,
            ),
            examples=("scrubjay audit export -o audit.jsonl", "scrubjay audit export | gzip"),
            run=exported,
        ),
        Call(
            name="rotate",
            help=(
                "Take a new key of the audit into use; the old ones stay, to judge their time.\n\n"
                "What has the store open goes on with the old key until it is started anew."
            ),
            options=(*STORE, options.AS_JSON),
            examples=("scrubjay audit rotate",),
            run=rotated,
        ),
        Call(
            name="reconcile",
            help=(
                "Count the claims of a day: received = accepted + rejected + unreadable + held + "
                "dead + under way.\n\nExit code 1 where a claim is nowhere, or twice."
            ),
            options=(
                Option(
                    name="--day",
                    kind=DAY,
                    help="The day that files came in, UTC; today by default.",
                ),
                HOME,
                options.AS_JSON,
            ),
            examples=("scrubjay audit reconcile --day 2026-01-31",),
            run=reconciled,
        ),
    ),
)
