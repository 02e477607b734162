"""`scrubjay validate`: files against their guides, without rules."""

from typing import Any

import click

from scrubjay.cli import options

__all__ = ["command"]


@click.command(
    "validate",
    epilog=options.examples(
        "scrubjay validate claims.837",
        "scrubjay validate claims.837 --out out/",
        "scrubjay validate 'inbox/*.837' --json --fail-on warning",
    ),
)
@options.inputs
@click.option(
    "--out", type=options.FOLDER, metavar="FOLDER", help="Also write findings, TA1 and 999 there."
)
@options.received_date
@options.reject_unit
@options.token_key
@options.fail_on
@options.as_json
@options.threads
@options.show_phi
@click.option("--guide-aliases", is_flag=True, help="Take versions that are known as aliases.")
@options.force
@options.limits
def command(**given: Any) -> int:
    """Hold FILES against their implementation guide, SNIP 1 to 3 ('-' is standard input)."""
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
        run = execute(job, token_key=given["token_key"], progress=progress)
    return deliver(run, as_json=given["as_json"], fail_on=given["fail_on"])


_AS_THEY_ARE = ("force", "guide_aliases", "received_date", "show_phi", "threads")
