"""`scrubjay partner`: trading partners, their records, and pause and resume."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group
from scrubjay.cli.homes import HOME, settings, there
from scrubjay.cli.kinds import Kind
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]

NAME = Argument(name="partner", metavar="PARTNER", kind=Kind("name"))


def listed(given: dict[str, Any]) -> int:
    """Who there is."""
    from scrubjay.pipeline.partners import read

    stopped = _paused(given)
    rows: list[dict[str, Any]] = [
        {
            "name": record.name,
            "payers": list(record.payers),
            "transport": record.transport,
            "receiver": record.receiver,
            "usage": record.usage or None,
            "final": record.final,
            "paused": stopped.get(record.name),
        }
        for record in read(settings(given).folders.partners)
    ]
    if given["as_json"]:
        sys.stdout.write(json.dumps({"partners": rows}) + "\n")
        return 0
    if not rows:
        sys.stdout.write(_none(given))
    for row in rows:
        payers = ", ".join(row["payers"])
        said = "" if row["paused"] is None else f"  paused: {row['paused']}"
        sys.stdout.write(
            f"{row['name']:24} {row['transport']:7} {row['receiver']:16} {payers}{said}\n"
        )
    return 0


def _paused(given: dict[str, Any]) -> dict[str, str]:
    """Why, by name; nobody is where no store is there yet."""
    import os

    from scrubjay.cli.stored import seen
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import STORE_FILE, now_ms

    if not os.path.exists(os.path.join(settings(given).folders.home, STORE_FILE)):
        return {}
    with seen(given) as connection:
        rows = Questions(connection, now_ms).partners()
    return {row.name: row.reason for row in rows if row.paused}


def _none(given: dict[str, Any]) -> str:
    place = settings(given).folders.partners
    return f"no records: write {place}/NAME.toml, as docs/partners.md has it\n"


def checked(given: dict[str, Any]) -> int:
    """What is wrong with the records; 1 where anything is."""
    from scrubjay.pipeline.partners import lint, read

    place = settings(given).folders.partners
    faults = list(lint(place))
    if given["as_json"]:
        rows = [vars(fault) for fault in faults]
        sys.stdout.write(json.dumps({"faults": rows}) + "\n")
    elif not faults and not read(place):
        sys.stdout.write(_none(given))
    else:
        told = [str(fault) for fault in faults] or ["every record is good"]
        sys.stdout.writelines(f"{line}\n" for line in told)
    return int(bool(faults))


def paused(given: dict[str, Any]) -> int:
    """Nothing more is sent."""
    return _said(given, "pause")


def resumed(given: dict[str, Any]) -> int:
    """It goes on."""
    return _said(given, "resume")


def _said(given: dict[str, Any], word: str) -> int:
    from scrubjay.app import kept
    from scrubjay.cli.homes import actor
    from scrubjay.pipeline.partners import read

    tree = settings(given)
    name, reason = given["partner"], given["reason"]
    if name not in read(tree.folders.partners):
        raise InputError(f"no partner {name!r}; see: scrubjay partner list")
    with kept(there(given), actor()) as both:

        def change(tx: Any) -> bool:
            done: bool = getattr(tx, word)(tx.partner(name), reason=reason)
            return done

        changed = both.store.do(change)
    told = {"partner": name, "paused": word == "pause", "changed": changed}
    line = f"{name}: {word}d" if changed else f"{name}: was so already"
    sys.stdout.write((json.dumps(told) if given["as_json"] else line) + "\n")
    return 0


COMMAND = Group(
    name="partner",
    help="Trading partners: their records, pause and resume.",
    calls=(
        Call(
            name="list",
            help="List the partners.",
            options=(HOME, options.AS_JSON),
            examples=("scrubjay partner list --home /var/lib/scrubjay",),
            run=listed,
        ),
        Call(
            name="check",
            help="Say what is wrong with the records, line by line.",
            options=(HOME, options.AS_JSON),
            examples=("scrubjay partner check",),
            run=checked,
        ),
        Call(
            name="pause",
            help="Send nothing more to PARTNER; what waits goes on waiting.",
            argument=NAME,
            options=(HOME, options.REASON, options.AS_JSON),
            examples=("scrubjay partner pause clearing --reason 'their maintenance'",),
            run=paused,
        ),
        Call(
            name="resume",
            help="Send to PARTNER again.",
            argument=NAME,
            options=(HOME, options.REASON, options.AS_JSON),
            examples=("scrubjay partner resume clearing --reason 'they are back'",),
            run=resumed,
        ),
    ),
)
