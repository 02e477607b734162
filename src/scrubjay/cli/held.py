"""`scrubjay held`: what waits for a person's word, and the words that there are."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group
from scrubjay.cli.homes import HOME, settings, there
from scrubjay.cli.kinds import Count
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]

TRANSMISSION = Argument(name="id", metavar="TRANSMISSION", kind=Count(1))
INTERCHANGE = Argument(name="id", metavar="INTERCHANGE", kind=Count(1))

_WORDS = {"interchange": "release ID", "transmission": "confirm ID, or: scrubjay held resend ID"}
"""What may be said of each kind; an acknowledgment is looked at, and stays."""


def listed(given: dict[str, Any]) -> int:
    """What is held."""
    from scrubjay.cli.stored import counted, seen
    from scrubjay.pipeline.deciding import held
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import now_ms

    with seen(given) as connection:
        rows = list(held(Questions(connection, now_ms)))
    if given["as_json"]:
        sys.stdout.write(json.dumps({"held": rows}) + "\n")
        return 0
    if not rows:
        sys.stdout.write("nothing is held\n")
    for row in rows:
        claims = "" if row["claims"] is None else counted(row["claims"], "claim")
        control = row["control"] or ""
        line = f"{row['kind']:15} {row['id']:>8}  {row['reason']:24} {control:10} {claims}"
        sys.stdout.write(line.rstrip() + "\n")
    for kind in sorted({row["kind"] for row in rows} & set(_WORDS)):
        sys.stdout.write(f"{kind}: scrubjay held {_WORDS[kind]} --reason TEXT\n")
    return 0


def _decided(word: str) -> Any:
    def run(given: dict[str, Any]) -> int:
        from scrubjay.app import kept
        from scrubjay.cli.homes import actor
        from scrubjay.pipeline import deciding
        from scrubjay.pipeline.partners import read

        decide = getattr(deciding, word)
        more = (read(settings(given).folders.partners),) if word == "confirm" else ()
        with kept(there(given), actor()) as both:
            done = both.store.do(lambda tx: decide(tx, given["id"], given["reason"], *more))
        if not done:
            raise InputError(f"{given['id']} is not held; see: scrubjay held list")
        told = {"id": given["id"], "done": word}
        line = f"{given['id']}: {word}"
        sys.stdout.write((json.dumps(told) if given["as_json"] else line) + "\n")
        return 0

    return run


def _call(word: str, argument: Argument, text: str) -> Call:
    return Call(
        name=word,
        help=text,
        argument=argument,
        options=(HOME, options.REASON, options.AS_JSON),
        examples=(f"scrubjay held {word} 17 --reason 'asked their desk by telephone'",),
        run=_decided(word),
    )


COMMAND = Group(
    name="held",
    help="What waits for a person's word: transmissions, interchanges, acknowledgments.",
    calls=(
        Call(
            name="list",
            help="List what is held, and why.",
            options=(HOME, options.AS_JSON),
            examples=("scrubjay held list",),
            run=listed,
        ),
        _call("confirm", TRANSMISSION, "Say that the partner has TRANSMISSION."),
        _call(
            "resend",
            TRANSMISSION,
            "Say that the partner has nothing of TRANSMISSION: the same bytes are sent once more.",
        ),
        _call(
            "release",
            INTERCHANGE,
            "Say that INTERCHANGE is another than the one of before: it goes on.",
        ),
    ),
)
