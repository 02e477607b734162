"""`scrubjay dlq`: the dead letters, what somebody needs to judge them, and what to do with them."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.homes import HOME
from scrubjay.cli.kinds import DAY, FILE, Kind, Words
from scrubjay.cli.stored import (
    AUDIT_KEY,
    CHECKPOINTS,
    counted,
    new_file,
    opened,
    printed,
    seen,
    when,
)
from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import Any, TextIO

    from scrubjay.store.contract import View
    from scrubjay.store.rows import DeadLetter

__all__ = ["COMMAND"]

PAGE = 500
ALL = "all"


class Letter(Kind):
    """The number of a letter, or ``all``."""

    def take(self, text: str) -> int | None:
        """The number; None for all of them."""
        if text == ALL:
            return None
        if not text.isdecimal():
            raise ValueError(f"{text!r} is no letter: give its number, or {ALL!r}")
        return int(text)


def told(letter: DeadLetter) -> dict[str, Any]:
    """A letter as JSON has it."""
    fields = {name: getattr(letter, name) for name in letter.__slots__}
    closed = None if letter.closed_at is None else when(letter.closed_at)
    return fields | {"created_at": when(letter.created_at), "closed_at": closed}


def _chosen(view: View, given: dict[str, Any]) -> Iterator[DeadLetter]:
    """The letters that a call is about, page by page."""
    after = 0
    while found := view.dead_letters(
        code=given["code"],
        since=_since(given["since"]),
        everything=given.get("closed", False),
        after=after,
        most=PAGE,
    ):
        yield from found
        after = found[-1].id


def _since(day: date | None) -> int | None:
    if day is None:
        return None
    from datetime import UTC, datetime, time

    return round(datetime.combine(day, time.min, UTC).timestamp() * 1000)


def listed(given: dict[str, Any]) -> int:
    """Lists the letters."""
    with seen(given) as connection:
        letters = list(_chosen(_view(connection), given))
    printed(given, {"dead_letters": [told(one) for one in letters]}, _table(letters))
    return 0


def _view(connection: Any) -> View:
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import now_ms

    return Questions(connection, now_ms)


def _table(letters: list[DeadLetter]) -> Iterator[str]:
    if not letters:
        yield "no dead letters"
        return
    for one in letters:
        what = f"{one.kind} {one.subject}"
        state = one.closed or "open"
        head = f"{one.id:>6}  {when(one.created_at)}  {one.code:<24} {what:<20}"
        yield f"{head} {one.topic:<12} {counted(one.attempts, 'try', 'tries')}  {state}"


def shown(given: dict[str, Any]) -> int:
    """Shows one letter."""
    with seen(given) as connection:
        from scrubjay.store.rows import DeadLetter

        number = given["letter"]
        letter = None if number is None else _view(connection).one(DeadLetter, number)
    if letter is None:
        raise InputError("no such dead letter; see: scrubjay dlq list --closed")
    printed(given, told(letter), _card(letter))
    return 0


def _card(letter: DeadLetter) -> Iterator[str]:
    from scrubjay.failures import FAILURES

    for name, value in told(letter).items():
        if name == "history":
            for at, one in enumerate(value, start=1):
                yield f"{f'try {at}':<12}  {json.dumps(one)}"
        elif name == "place":
            yield f"{name:<12}  {json.dumps(value)}"
        elif name == "code" and value in FAILURES:
            yield f"{name:<12}  {value}: {FAILURES[value].meaning}"
            yield f"{'next':<12}  {FAILURES[value].step}"
        elif value not in {None, ""}:
            yield f"{name:<12}  {value}"


def retried(given: dict[str, Any]) -> int:
    """Puts letters back where they came from."""
    return _each(given, "retried")


def discarded(given: dict[str, Any]) -> int:
    """Closes letters for good."""
    if not given["reason"]:
        raise UsageError("a letter is discarded for a reason: give it with --reason")
    return _each(given, "discarded")


def _each(given: dict[str, Any], what: str) -> int:
    """One unit of work a letter: one that cannot be does not keep the others."""
    reason = given["reason"] or ""
    done: list[int] = []
    left: list[int] = []
    with opened(given) as store:
        for letter in _numbers(given, store.ask(lambda view: [*_chosen(view, given)])):
            if what == "retried":
                changed = store.do(_retry(letter, reason))
            else:
                changed = store.do(_discard(letter, reason))
            (done if changed else left).append(letter)
    if left:
        # what was not done is no result: it goes where errors go
        are = "is" if len(left) == 1 else "are"
        named = ", ".join(map(str, left))
        word = "letter" if len(left) == 1 else "letters"
        told_of = f"scrubjay: {word} {named} {are} not open; see: scrubjay dlq list --closed"
        sys.stderr.write(f"{told_of}\n")
    if done or not left or given["as_json"]:
        line = f"{what} {len(done):,} of {counted(len(done) + len(left), 'letter')}"
        printed(given, {what: done, "not_open": left}, [line])
    return 0 if done or not left else 2


def _retry(letter: int, reason: str) -> Any:
    return lambda tx: tx.retry(letter, reason=reason)


def _discard(letter: int, reason: str) -> Any:
    return lambda tx: tx.discard(letter, reason=reason)


def _numbers(given: dict[str, Any], found: list[DeadLetter]) -> list[int]:
    """Those named, or all that the conditions leave."""
    if None in given["letters"]:
        return [one.id for one in found]
    if given["code"] or given["since"]:
        raise UsageError(f"conditions choose among all letters: say {ALL!r} instead of numbers")
    return list(given["letters"])


def exported(given: dict[str, Any]) -> int:
    """Writes the letters as JSON lines."""
    from scrubjay.store.states import Kind as Subject

    with opened(given) as store:
        letters = store.ask(lambda view: [*_chosen(view, given)])
        given_out = {"letters": len(letters), "command": "dlq export"}
        store.do(lambda tx: tx.note("dead_letters.exported", Subject.STORE, 0, given_out))
    if given["output"] == "-":
        _write(sys.stdout, letters)
    else:
        with new_file(given["output"]) as file:
            _write(file, letters)
    return 0


def _write(file: TextIO, letters: Iterable[DeadLetter]) -> None:
    file.writelines(json.dumps(told(letter)) + "\n" for letter in letters)


CODE = Option(name="--code", kind=Kind(), metavar="CODE", help="Only letters of this code.")
SINCE = Option(name="--since", kind=DAY, help="Only letters since that day, UTC.")
CLOSED = Option(name="--closed", help="Those too that were retried, discarded or overtaken.")
REASON = Option(name="--reason", kind=Words(), help="Why, for the audit.")
LETTERS = Argument(name="letters", metavar="LETTERS...", kind=Letter("letter"), many=True)
STORE = (HOME, AUDIT_KEY, CHECKPOINTS)

COMMAND = Group(
    name="dlq",
    help="The dead letters: what could not be done, why, and what to do with it.",
    calls=(
        Call(
            name="list",
            help="List the open dead letters, oldest first.",
            options=(CODE, SINCE, CLOSED, HOME, options.AS_JSON),
            examples=("scrubjay dlq list", "scrubjay dlq list --code NO_PARTNER --json"),
            run=listed,
        ),
        Call(
            name="show",
            help="Show one dead letter: place, tries, rules. The claim itself stays in the vault.",
            argument=Argument(name="letter", metavar="LETTER", kind=Letter("letter")),
            options=(HOME, options.AS_JSON),
            examples=("scrubjay dlq show 12", "scrubjay dlq show 12 --json"),
            run=shown,
        ),
        Call(
            name="retry",
            help=(
                "Put what LETTERS are about back where it stood, and on its queue.\n\n"
                "'all' is every open letter that --code and --since leave."
            ),
            argument=LETTERS,
            options=(CODE, SINCE, REASON, *STORE, options.AS_JSON),
            examples=(
                "scrubjay dlq retry 12 13",
                "scrubjay dlq retry all --code DISK_FULL --since 2026-01-31",
            ),
            run=retried,
        ),
        Call(
            name="discard",
            help="Close LETTERS for good; what they are about stays dead-lettered.",
            argument=LETTERS,
            options=(CODE, SINCE, REASON, *STORE, options.AS_JSON),
            examples=('scrubjay dlq discard 12 --reason "a test file"',),
            run=discarded,
        ),
        Call(
            name="export",
            help="Write dead letters as JSON lines.",
            options=(
                CODE,
                SINCE,
                CLOSED,
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
            examples=("scrubjay dlq export -o letters.jsonl",),
            run=exported,
        ),
    ),
)
