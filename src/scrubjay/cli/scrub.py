"""`scrubjay scrub`: the main job."""

from __future__ import annotations

import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.judge import OPTIONS, judge
from scrubjay.cli.kinds import FILE, FOLDER, Count
from scrubjay.errors import UsageError
from scrubjay.job import LAST_CONTROL_NUMBER, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Judges every claim, of repaired files where that is asked for."""
    if given["fix"] is not None:
        given = given | {"files": _repaired(given)}
    own = {name: given[name] for name in ("control_start", "exact", "verdicts")}
    return judge(Command.SCRUB, given, worklist=not given["no_worklist"], **own)


def _repaired(given: dict[str, Any]) -> list[str]:
    """The files with what cannot be meant otherwise put right."""
    import os

    from scrubjay.places import output
    from scrubjay.repairs import repair_all

    out, fix = output(given["out"], force=given["force"]), given["fix"]
    if os.path.realpath(out) == os.path.realpath(fix):
        raise UsageError(f"{fix} is what --out names; name another folder for repaired files")
    files, counts = repair_all(given["files"], fix, force=given["force"])
    told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    sys.stderr.write(f"scrubjay: repaired: {told or 'nothing'}; judged is what is in {fix}\n")
    return files


HELP = """\
Judge every claim of 837 FILES ('-' is standard input).

Writes to the folder: accepted and rejected claims as 837, the acknowledgments TA1, 999 and
277CA, findings.jsonl, worklist.csv for the person who fixes claims, report.html, and
summary.json last.

Leaves with 0 if nothing was found, 1 if something was, 2 if the input cannot be used, 3 if the
output cannot be written, 130 if interrupted.
"""

COMMAND = Call(
    name="scrub",
    help=HELP,
    argument=options.INPUTS,
    options=(
        Option(
            name="--out",
            kind=FOLDER,
            required=True,
            help="Where to write: new or empty.",
        ),
        options.RULES,
        Option(
            name="--control-start",
            kind=Count(1, LAST_CONTROL_NUMBER),
            help="The first control number of what is written anew.",
        ),
        Option(name="--no-worklist", help="Leave out worklist.csv, which names patients."),
        Option(
            name="--exact",
            help="Look for duplicates in all of the file, at 16 bytes of memory a claim.",
        ),
        Option(
            name="--history",
            kind=FILE,
            help="Find claims that were sent before, too; scrubjay history makes the file.",
        ),
        Option(
            name="--fix",
            kind=FOLDER,
            metavar="FOLDER",
            help="Judge the files as scrubjay repair writes them: here, each with its record.",
        ),
        Option(
            name="--verdicts",
            help="Write verdicts.jsonl too: what became of each claim, identifiers as tokens.",
        ),
        *OPTIONS,
    ),
    examples=(
        "scrubjay scrub claims.837 --out out/",
        "scrubjay scrub 'inbox/*.837' --out out/ --fail-on warning",
        "zcat claims.837.gz | scrubjay scrub - --out out/ --json",
        "scrubjay scrub claims.837 --out out/ --rules my_rules.py --as-of 2026-01-31",
        "scrubjay scrub claims.837 --fix repaired/ --out out/",
    ),
    run=run,
)
