"""`scrubjay extract`: claims by number, as an 837 of their own."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE, Kind
from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


class _Claims(Kind):
    """Indexes such as 5,17-20."""

    def take(self, text: str) -> tuple[tuple[int, int], ...]:
        """First and last index of each range."""
        from scrubjay.extraction import ranges

        try:
            return ranges(text)
        except UsageError as error:
            raise ValueError(str(error)) from None


def run(given: dict[str, Any]) -> int:
    """Writes the chosen claims, and the others where they are wanted."""
    import os
    from contextlib import ExitStack

    from scrubjay.cli.target import target
    from scrubjay.extraction import contents, extract
    from scrubjay.places import inputs
    from scrubjay.scratch import scratch

    (name,) = inputs([given["file"]])
    to, rest = given["output"], given["rest"]
    if rest is not None and rest == to:
        raise UsageError("--output and --rest are the same; name two files")
    for made_anew in (to, rest):
        if made_anew and os.path.exists(made_anew) and os.path.samefile(name, made_anew):
            raise UsageError(f"{made_anew} is the file that is read; name another to write to")
    beside = "." if to == "-" else os.path.dirname(to) or "."
    with ExitStack() as opened:
        file = opened.enter_context(target(to, force=given["force"]))
        other = None if rest is None else opened.enter_context(target(rest, force=given["force"]))
        # beside the output: claims go to no other disk than where they were asked for
        folder = opened.enter_context(scratch("extract", beside))
        made = extract(
            name,
            os.path.join(folder, "out"),
            given["claims"],
            threads=given["threads"],
            guide_aliases=given["guide_aliases"],
        )
        if not made.taken:
            raise InputError(f"{name}: {_why(made.left, made.unreadable)}")
        file.writelines(contents(made.files))
        if other is not None:
            other.writelines(contents(made.rest))
    told = {"file": to, "claims": made.taken, "rest": made.left, "unreadable": made.unreadable}
    if given["as_json"]:
        (sys.stderr if to == "-" else sys.stdout).write(json.dumps(told) + "\n")
    elif to != "-":
        sys.stdout.write(f"{made.taken:,} of {made.taken + made.left:,} claims: {to}\n")
    return 0


def _why(seen: int, unreadable: int) -> str:
    """Why nothing was taken of a file."""
    if seen:
        return f"none of its {seen:,} claims is chosen; the first is 0, the last {seen - 1}"
    if unreadable:
        return f"none of its {unreadable:,} claims can be read; `scrubjay scrub` says why"
    return "there are no claims in it; `scrubjay inspect` shows what there is"


HELP = """\
Take claims out of an 837 FILE by number, whatever is wrong with them.

What is written is valid by itself: levels and sets without claims are left out, levels are numbered
and trailers counted anew, and control numbers are new where something is missing. The first claim
of the file is 0, as in findings.jsonl (claim_index).
"""

COMMAND = Call(
    name="extract",
    help=HELP,
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(
        Option(
            name="--claims",
            kind=_Claims("claims"),
            metavar="LIST",
            required=True,
            help="Their indexes, such as 5,17-20.",
        ),
        options.OUTPUT,
        Option(name="--rest", kind=FILE, help="Where to write the other claims."),
        options.AS_JSON,
        options.THREADS,
        options.GUIDE_ALIASES,
        options.FORCE,
    ),
    examples=(
        "scrubjay extract claims.837 --claims 17 -o one.837",
        "scrubjay extract claims.837 --claims 0-99,250 -o some.837 --rest others.837",
    ),
    run=run,
)
