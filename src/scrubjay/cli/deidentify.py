"""`scrubjay deidentify`: a file with other identities in it."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE, Choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]

LABEL = "pseudonymised, not de-identified: it is still to be treated as patient data"


def run(given: dict[str, Any]) -> int:
    """Writes the file."""
    from scrubjay.cli.target import target
    from scrubjay.deidentification import deidentify

    made = deidentify(given["file"], dates=given["dates"], token_key=given["token_key"])
    with target(given["output"], force=given["force"]) as file:
        file.writelines(made)
    summary = {
        "values": made.changed,
        "dates": given["dates"],
        "token_key_id": made.key_id,
        "label": LABEL,
    }
    to = sys.stderr if given["output"] == "-" else sys.stdout
    if given["as_json"]:
        to.write(json.dumps(summary) + "\n")
    else:
        to.write(f"{made.changed:,} values replaced under the key {made.key_id}\n{LABEL}\n")
    return 0


COMMAND = Call(
    name="deidentify",
    help="""\
Write FILE, of any kind of X12, with other identities in it: names, numbers, addresses, telephones,
dates of persons; free text is blanked. The same person becomes the same other person, under one
key across files too. Structure, lengths and faults stay, so that a file that fails can be shown.

The result is pseudonymised: what happened to whom can still be known again by who knows it. Treat
it as patient data; docs/deidentify.md says which values stay in clear wherever a fault put them.
""",
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(
        options.OUTPUT,
        Option(
            name="--dates",
            kind=Choice("shift", "year", "keep"),
            default="shift",
            shows_default=True,
            help="Days of persons: all of one person moved by as many weeks, the year, or kept.",
        ),
        options.TOKEN_KEY,
        options.AS_JSON,
        options.FORCE,
    ),
    examples=(
        "scrubjay deidentify failing.837 -o to-the-vendor.837",
        "scrubjay deidentify members.834 -o shown.834 --dates year --token-key vendor.key",
    ),
    run=run,
)
