"""`scrubjay repair`: what cannot be meant otherwise is put right, and recorded."""

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
    """Repairs a file."""
    from scrubjay.repairs import repair

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
codes, blanks behind names. All other bytes stay.

Never claim numbers, references or identifiers, and nothing clinical. --record says each repair.
""",
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(
        options.OUTPUT,
        Option(
            name="--record",
            kind=FILE,
            metavar="FILE",
            help="Write each repair as a line of JSON, before and after; names without values.",
        ),
        options.AS_JSON,
    ),
    examples=(
        "scrubjay repair claims.837 -o repaired.837 --record repairs.jsonl",
        "scrubjay repair claims.837 -o repaired.837 && scrubjay scrub repaired.837 --out out/",
    ),
    run=run,
)
