"""`scrubjay scrub`: the main job."""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.kinds import DAY, FOLDER, Count
from scrubjay.job import LAST_CONTROL_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Judges every claim."""
    from scrubjay.cli.progress import shown
    from scrubjay.cli.result import deliver
    from scrubjay.job import Command, Job, RejectUnit
    from scrubjay.places import inputs, output
    from scrubjay.runs import execute

    job = Job(
        command=Command.SCRUB,
        inputs=inputs(given["files"]),
        out=output(given["out"], force=given["force"]),
        limits=options.limits_of(given),
        reject_unit=RejectUnit(given["reject_unit"]),
        worklist=not given["no_worklist"],
        **{name: given[name] for name in _AS_THEY_ARE},
    )
    with shown(job.inputs) as progress:
        made = execute(
            job,
            rules=given["rules"],
            partners=given["partner"],
            token_key=given["token_key"],
            progress=progress,
        )
    return deliver(made, as_json=given["as_json"], fail_on=given["fail_on"])


_AS_THEY_ARE = (
    "as_of",
    "control_start",
    "exact",
    "force",
    "guide_aliases",
    "received_date",
    "show_phi",
    "threads",
)

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
            metavar="FOLDER",
            required=True,
            help="Where to write: new or empty.",
        ),
        options.RULES,
        options.PARTNER,
        Option(name="--as-of", kind=DAY, metavar="DATE", help="The day that rules take for today."),
        options.RECEIVED_DATE,
        options.REJECT_UNIT,
        Option(
            name="--control-start",
            kind=Count(1, LAST_CONTROL_NUMBER),
            metavar="N",
            help="The first control number of what is written anew.",
        ),
        options.TOKEN_KEY,
        options.FAIL_ON,
        options.AS_JSON,
        options.THREADS,
        Option(name="--no-worklist", help="Leave out worklist.csv, which names patients."),
        options.SHOW_PHI,
        Option(
            name="--exact",
            help="Look for duplicates in all of the file, at 16 bytes of memory a claim.",
        ),
        options.GUIDE_ALIASES,
        options.FORCE,
        *options.LIMITS,
    ),
    examples=(
        "scrubjay scrub claims.837 --out out/",
        "scrubjay scrub 'inbox/*.837' --out out/ --fail-on warning",
        "zcat claims.837.gz | scrubjay scrub - --out out/ --json",
        "scrubjay scrub claims.837 --out out/ --rules my_rules.py --as-of 2026-01-31",
    ),
    run=run,
)
