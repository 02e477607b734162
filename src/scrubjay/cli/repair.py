"""`scrubjay repair`: what cannot be meant otherwise is put right, and recorded."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Repairs a file."""
    import os

    from scrubjay.repairs import repair

    for name in (given["output"], given["record"]):
        if name == "-":
            raise UsageError("what is repaired goes into a file; name one")
        if name is not None and os.path.exists(name) and not given["force"]:
            raise UsageError(f"{name} is already there; name another file, or say --force")
    counts = repair(given["file"], given["output"], given["record"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"repairs": counts}) + "\n")
    else:
        told = {
            "diagnosis_point": "points taken out of diagnoses",
            "code_case": "codes put into capitals",
            "name_blanks": "names rid of blanks behind them",
        }
        sys.stdout.writelines(f"{count:,} {told[kind]}\n" for kind, count in counts.items())
    return 0


COMMAND = Call(
    name="repair",
    help="""\
Write claims with what cannot be meant otherwise put right: points in ICD-10 codes, small letters in
codes, blanks behind names. All other bytes stay, but the breaks of a file whose lines are all of
one length: it comes without them.

Never claim numbers, references or identifiers, and nothing clinical. --record says each repair.
""",
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(
        Option(
            name="--output",
            short="-o",
            kind=FILE,
            required=True,
            help="The file to write.",
        ),
        Option(
            name="--record",
            kind=FILE,
            help="Write each repair as a line of JSON, before and after; names without values.",
        ),
        options.AS_JSON,
        options.FORCE,
    ),
    examples=(
        "scrubjay repair claims.837 -o repaired.837 --record repairs.jsonl",
        "scrubjay repair claims.837 -o repaired.837 && scrubjay scrub repaired.837 --out out/",
    ),
    run=run,
)
