"""`scrubjay guide list`: the implementation guides that are built in."""

import json
import sys

import click

from scrubjay.cli import options

__all__ = ["command"]


@click.group("guide")
def command() -> None:
    """The implementation guides that are built in."""


@command.command(
    "list", epilog=options.examples("scrubjay guide list", "scrubjay guide list --json")
)
@options.as_json
def listing(*, as_json: bool) -> int:
    """List the guides, each with the version that GS08 names it by."""
    from dataclasses import asdict

    from scrubjay.guides import Guide

    guides = Guide.known()
    if as_json:
        sys.stdout.write(json.dumps({"guides": [asdict(guide) for guide in guides]}) + "\n")
        return 0
    for guide in guides:
        also = f"  (also {', '.join(guide.aliases)})" if guide.aliases else ""
        sys.stdout.write(f"{guide.transaction_set:<4}  {guide.version:<14}  {guide.title}{also}\n")
    return 0
