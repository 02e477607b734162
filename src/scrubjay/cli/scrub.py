"""`scrubjay scrub`: the main job."""

from typing import Any

import click

from scrubjay.cli import options

__all__ = ["command"]


@click.command(
    "scrub",
    epilog=options.examples(
        "scrubjay scrub claims.837 --out out/",
        "scrubjay scrub 'inbox/*.837' --out out/ --fail-on warning",
        "zcat claims.837.gz | scrubjay scrub - --out out/ --json",
        "scrubjay scrub claims.837 --out out/ --rules my_rules.py --as-of 2026-01-31",
    ),
)
@options.inputs
@click.option(
    "--out",
    required=True,
    type=options.FOLDER,
    metavar="FOLDER",
    help="Where to write: new or empty.",
)
@click.option(
    "--rules",
    multiple=True,
    type=options.FILE,
    metavar="FILE",
    help="Rules beside the shipped ones.",
)
@click.option("--as-of", type=options.DAY, help="The day that rules take for today.")
@options.received_date
@options.reject_unit
@click.option(
    "--control-start",
    type=click.IntRange(min=1),
    metavar="N",
    help="The first control number of what is written anew.",
)
@options.token_key
@options.fail_on
@options.as_json
@options.threads
@click.option("--no-worklist", is_flag=True, help="Leave out worklist.csv, which names patients.")
@options.show_phi
@click.option("--exact", is_flag=True, help="Look for duplicates in all of the file, at 16 bytes of memory a claim.")
@click.option("--guide-aliases", is_flag=True, help="Take versions that are known as aliases.")
@options.force
@options.limits
def command(**given: Any) -> int:
    """Judge every claim of 837 FILES ('-' is standard input).

    Writes to the folder: accepted and rejected claims as 837, the acknowledgments TA1, 999 and
    277CA, findings.jsonl, worklist.csv for the person who fixes claims, report.html, and
    summary.json last.

    Leaves with 0 if nothing was found, 1 if something was, 2 if the input cannot be used, 3 if the
    output cannot be written, 130 if interrupted.
    """
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
        run = execute(job, rules=given["rules"], token_key=given["token_key"], progress=progress)
    return deliver(run, as_json=given["as_json"], fail_on=given["fail_on"])


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
