"""`scrubjay inspect`: the tree of a file, streamed, so that the first line comes at once."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Shows the tree of a file."""
    from scrubjay import _native
    from scrubjay.job import Command, Job
    from scrubjay.places import inputs

    (name,) = inputs([given["file"]])
    job = Job(
        command=Command.INSPECT,
        inputs=(name,),
        show_phi=given["show_phi"],
        guide_aliases=given["guide_aliases"],
        limits=options.limits_of(given),
    )
    colour = sys.stdout.isatty() and not options.wants_plain(os.environ)

    def emit(lines: str) -> None:
        if not given["as_json"]:
            sys.stdout.writelines(tree(lines, loops=given["loops"], colour=colour))

    summary = _native.inspect(name, job.to_json(), emit)
    if given["as_json"]:
        sys.stdout.write(summary.rstrip("\n") + "\n")
    return 0


def tree(lines: str, *, loops: bool, colour: bool) -> Iterator[str]:
    """Events of the engine as indented lines, each behind its byte offset."""
    for line in lines.splitlines():
        event = json.loads(line)
        if not (loops and event["kind"] == "segment"):
            yield _branch(event, colour=colour)


def _branch(event: dict[str, Any], *, colour: bool) -> str:
    kind, title, elements = event["kind"], event["title"] or "", event["elements"]
    offset = f"{event['offset']:>10}"
    match kind:
        case "segment":
            head = "*".join([event["id"], *elements])
        case "loop":
            head = event["loop"]
        case _ if event["id"] in {"SE", "GE", "IEA"}:
            head = f"{kind} {_at(elements, 2)}"
        case "interchange":
            head = f"interchange {_at(elements, 13)}"
            title = f"{_at(elements, 6)} to {_at(elements, 8)}, {_at(elements, 12)}"
        case "group":
            head, title = f"group {_at(elements, 6)}", f"{_at(elements, 1)} {_at(elements, 8)}"
        case _:
            head = f"set {_at(elements, 2)}"
    if colour:
        offset = f"{_DIM}{offset}{_PLAIN}"
        if kind != "segment":
            head = f"{_CYAN if kind == 'loop' else _BOLD}{head}{_PLAIN}"
    indent = "  " * event["depth"]
    return f"{offset}  {indent}{head}  {title}".rstrip() + "\n"


def _at(elements: list[str], number: int) -> str:
    """An element by its number in the standard; a cut header has fewer."""
    return elements[number - 1].strip() if len(elements) >= number else "?"


_BOLD, _DIM, _CYAN, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"

COMMAND = Call(
    name="inspect",
    help="Show the envelope and the loops of FILE ('-' is standard input), values masked.",
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(
        Option(name="--loops", help="Only envelopes and loops, no segments."),
        options.SHOW_PHI,
        options.AS_JSON,
        options.GUIDE_ALIASES,
        *options.LIMITS,
    ),
    examples=(
        "scrubjay inspect claims.837",
        "scrubjay inspect claims.837 --loops | less",
        "scrubjay inspect claims.837 --json",
    ),
    run=run,
)
