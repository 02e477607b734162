"""`scrubjay history`: claims that were sent are remembered, to find them again."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Remembers the claims of files."""
    from scrubjay.errors import UsageError
    from scrubjay.history import remember

    if given["into"] == "-":
        raise UsageError("a history is a file, which is added to; name one with --into")
    told = remember(given["files"], given["into"], token_key=given["token_key"])
    if given["as_json"]:
        sys.stdout.write(json.dumps(told._asdict()) + "\n")
    else:
        sys.stdout.write(f"{told.claims:,} claims read; {given['into']} knows {told.known:,}\n")
    return 0


COMMAND = Call(
    name="history",
    help="""\
Remember the claims of 837 FILES that were sent, so that scrub --history finds them again.

The history has keyed digests, and days and procedures that are masked by the same key: 56 bytes a
claim and up to 56 a line. It finds nothing without the key that it was made with. Name what was
sent, such as the accepted files of a run, not what came in.
""",
    argument=Argument(name="files", metavar="FILES...", kind=FILE, many=True),
    options=(
        Option(
            name="--into",
            kind=FILE,
            required=True,
            help="The history; claims are added to those that it has.",
        ),
        options.TOKEN_KEY,
        options.AS_JSON,
    ),
    examples=(
        "scrubjay history out/*.accepted.837 --into sent.codes",
        "scrubjay scrub claims.837 --out out/ --history sent.codes",
    ),
    run=run,
)
