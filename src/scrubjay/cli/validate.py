"""`scrubjay validate`: files against their guides, without rules."""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.kinds import FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Holds files against their guides."""
    from scrubjay.cli.progress import shown
    from scrubjay.cli.result import deliver
    from scrubjay.job import Command, Job, RejectUnit
    from scrubjay.places import inputs, output
    from scrubjay.runs import execute

    out = given["out"]
    job = Job(
        command=Command.VALIDATE,
        inputs=inputs(given["files"]),
        out=None if out is None else output(out, force=given["force"]),
        limits=options.limits_of(given),
        reject_unit=RejectUnit(given["reject_unit"]),
        worklist=False,
        **{name: given[name] for name in _AS_THEY_ARE},
    )
    with shown(job.inputs) as progress:
        made = execute(
            job, partners=given["partner"], token_key=given["token_key"], progress=progress
        )
    return deliver(made, as_json=given["as_json"], fail_on=given["fail_on"])


_AS_THEY_ARE = ("force", "guide_aliases", "received_date", "show_phi", "threads")

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
            metavar="FOLDER",
            help="Also write findings, TA1 and 999 there.",
        ),
        options.PARTNER,
        options.RECEIVED_DATE,
        options.REJECT_UNIT,
        options.TOKEN_KEY,
        options.FAIL_ON,
        options.AS_JSON,
        options.THREADS,
        options.SHOW_PHI,
        options.GUIDE_ALIASES,
        options.FORCE,
        *options.LIMITS,
    ),
    examples=(
        "scrubjay validate claims.837",
        "scrubjay validate claims.837 --out out/",
        "scrubjay validate 'inbox/*.837' --json --fail-on warning",
        "scrubjay validate claims.837 --partner partners/example-health-plan/",
    ),
    run=run,
)
