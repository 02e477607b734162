"""`scrubjay generate`: synthetic files, for trying, testing and measuring."""

from __future__ import annotations

import json
import re
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import Count, Kind, Share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND", "KINDS"]

KINDS = ("837P", "837I", "837D", "835", "834", "999", "277CA", "TA1")
"""What `scrubjay.testing` can make; said here as well, so that help need not load it."""
SENT = ("837P", "837I", "837D", "835", "834", "277CA")
"""What it can acknowledge."""


def run(given: dict[str, Any]) -> int:
    """Writes a synthetic file."""
    from scrubjay.cli.target import target
    from scrubjay.testing import generate

    size = 0
    with target(given["output"], force=given["force"]) as file:
        for chunk in generate(
            given["kind"],
            claims=given["claims"],
            faults=given["faults"],
            seed=given["seed"],
            sets=given["sets"],
            lines=given["lines"],
            of=given["of"],
        ):
            file.write(chunk)
            size += len(chunk)
    records = "members" if given["kind"] == "834" else "claims"
    made = {"file": given["output"], records: given["claims"], "bytes": size}
    if given["as_json"]:
        (sys.stderr if given["output"] == "-" else sys.stdout).write(json.dumps(made) + "\n")
    elif given["output"] != "-":
        sys.stdout.write(f"{given['claims']:,} {records}, {size:,} bytes: {given['output']}\n")
    return 0


class Transaction(Kind):
    """A transaction as people say it, in any case."""

    def take(self, text: str) -> str:
        """The kind as the standard writes it."""
        kind = text.upper()
        if kind not in self.choices:
            known = ", ".join(self.choices)
            raise ValueError(f"{text!r} is not a kind that can be made; give {known}")
        return kind


class Sets(Kind):
    """How many transaction sets."""

    def take(self, text: str) -> int:
        """The number."""
        if text == "one":
            return 1
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
            raise ValueError("give a number of sets, or 'one'")
        return int(text)


class Lines(Kind):
    """The least and the most service lines of a claim."""

    def take(self, text: str) -> tuple[int, int]:
        """Both."""
        match = re.fullmatch(r"([1-9][0-9]{0,2})(?::([1-9][0-9]{0,2}))?", text)
        if match is None:
            raise ValueError("give least and most, such as 1:6")
        least, most = int(match[1]), int(match[2] or match[1])
        if least > most:
            raise ValueError("the least comes first, such as 1:6")
        return least, most


COMMAND = Call(
    name="generate",
    help=f"Write a synthetic file of KIND ({', '.join(KINDS)}); nobody in it exists.",
    argument=Argument(
        name="kind",
        metavar="KIND",
        kind=Transaction(choices=KINDS),
    ),
    options=(
        Option(
            name="--claims",
            kind=Count(1),
            default="100",
            shows_default=True,
            help="How many claims; of an 834, members.",
        ),
        Option(
            name="--faults",
            kind=Share(),
            default="0",
            shows_default=True,
            help="The share of them that gets a fault.",
        ),
        Option(
            name="--seed",
            kind=Count(),
            default="1",
            shows_default=True,
            help="The same seed, the same bytes.",
        ),
        Option(
            name="--sets",
            kind=Sets(),
            metavar="N|one",
            help="Transaction sets: a number, or one for all.",
        ),
        Option(
            name="--lines",
            kind=Lines(),
            default="1:6",
            shows_default=True,
            metavar="A:B",
            help="Lines a claim.",
        ),
        Option(
            name="--of",
            kind=Transaction(choices=SENT),
            metavar="KIND",
            help="What an acknowledgment is of: "
            f"a 277CA of {', '.join(SENT[:3])}, a 999 or TA1 of those, {' or '.join(SENT[3:])}"
            " (by default of an 837P).",
        ),
        options.OUTPUT,
        options.AS_JSON,
        options.FORCE,
    ),
    examples=(
        "scrubjay generate 837P --claims 1000 -o claims.837",
        "scrubjay generate 837P --claims 100000 --faults 0.05 -o big.837",
        "scrubjay generate 837P --claims 5000 --sets one --lines 1:50 --seed 7 -o one-set.837",
        "scrubjay generate 835 --claims 1000 -o payments.835",
        "scrubjay generate 834 --claims 100000 --faults 0.01 -o members.834",
        "scrubjay generate 277ca --claims 1000 --faults 0.1 -o answer.277ca",
        "scrubjay generate 999 --of 835 --claims 1000 --faults 0.1 -o answer.999",
        "scrubjay generate 837D --claims 10 -o - | scrubjay inspect -",
    ),
    run=run,
)
