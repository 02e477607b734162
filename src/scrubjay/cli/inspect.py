"""`scrubjay inspect`: the tree of a file, streamed, so that the first line comes at once."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from scrubjay.cli import options

__all__ = ["command"]


@click.command(
    "inspect",
    epilog=options.examples(
        "scrubjay inspect claims.837",
        "scrubjay inspect claims.837 --loops | less",
        "scrubjay inspect claims.837 --json",
    ),
)
@click.argument("file")
@click.option("--loops", is_flag=True, help="Only envelopes and loops, no segments.")
@options.show_phi
@options.as_json
@click.option("--guide-aliases", is_flag=True, help="Take versions that are known as aliases.")
@options.limits
def command(**given: Any) -> int:
    """Show the envelope and the loops of FILE ('-' is standard input), values masked."""
    from scrubjay import _native
    from scrubjay.job import Command, Job
    from scrubjay.places import inputs

    (name,) = inputs([given["file"]])
    job = Job(
        command=Command.INSPECT,
        inputs=(name,),
        show_phi=given["show_phi"],
        guide_aliases=given["guide_aliases"],
        limits=options.limits_of(given),
    )
    colour = sys.stdout.isatty()

    def emit(lines: str) -> None:
        if not given["as_json"]:
            sys.stdout.writelines(tree(lines, loops=given["loops"], colour=colour))

    summary = _native.inspect(name, job.to_json(), emit)
    if given["as_json"]:
        sys.stdout.write(summary.rstrip("\n") + "\n")
    return 0


def tree(lines: str, *, loops: bool, colour: bool) -> Iterator[str]:
    """Events of the engine as indented lines, each behind its byte offset."""
    for line in lines.splitlines():
        event = json.loads(line)
        if not (loops and event["kind"] == "segment"):
            yield _branch(event, colour=colour)


def _branch(event: dict[str, Any], *, colour: bool) -> str:
    kind, title = event["kind"], event["title"] or ""
    offset = f"{event['offset']:>10}"
    if kind == "segment":
        head = "*".join([event["segment"], *event["elements"]])
    elif kind == "loop":
        head = event["loop"]
    else:
        head = f"{kind} {event['id'] or ''}".rstrip()
    if colour:
        offset = click.style(offset, dim=True)
        if kind == "segment":
            title = click.style(title, dim=True)
        else:
            head = click.style(head, fg="cyan" if kind == "loop" else None, bold=kind != "loop")
    indent = "  " * event["depth"]
    return f"{offset}  {indent}{head}  {title}".rstrip() + "\n"
