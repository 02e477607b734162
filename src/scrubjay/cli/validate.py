"""`scrubjay validate`: files against their guides, without rules."""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.judge import OPTIONS, judge
from scrubjay.cli.kinds import FOLDER
from scrubjay.job import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Holds files against their guides."""
    return judge(Command.VALIDATE, given, worklist=False)


COMMAND = Call(
    name="validate",
    help="""\
Hold FILES against their implementation guide, SNIP 1 to 3 ('-' is standard input), and with
--partner against what a partner has differently, SNIP 7.
""",
    argument=options.INPUTS,
    options=(
        Option(
            name="--out",
            kind=FOLDER,
            help="Also write findings, report.html, TA1 and 999 there.",
        ),
        *OPTIONS,
    ),
    examples=(
        "scrubjay validate claims.837",
        "scrubjay validate claims.837 --out out/",
        "scrubjay validate 'inbox/*.837' --json --fail-on warning",
        "scrubjay validate claims.837 --partner partners/example-health-plan/",
    ),
    run=run,
)
