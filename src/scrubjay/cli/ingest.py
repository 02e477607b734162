"""`scrubjay ingest`: a file into the pipeline, durable when the command ends."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.homes import HOME, settings
from scrubjay.cli.kinds import Kind
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Takes files in, one by one; each is durable before the next is opened."""
    from scrubjay.app import kept
    from scrubjay.cli.homes import actor
    from scrubjay.pipeline.intake import Sender, arrive
    from scrubjay.places import inputs

    tree = settings(given)
    sender = Sender(
        tenant=tree.door.tenant, practice=given["practice"] or "", practices=tree.door.practices
    )
    names = inputs(given["files"])
    taken: list[dict[str, Any]] = []
    try:
        with kept(tree, actor()) as both:
            for name in names:
                try:
                    arrived = arrive(both.store, both.vault, _pieces(name), sender, "command")
                except InputError as error:
                    raise InputError(f"{name}: {error}") from None
                taken.append({"input": name} | vars(arrived))
                if not given["as_json"]:
                    seen = "taken" if arrived.fresh else f"here before, {arrived.state}"
                    sys.stdout.write(f"{name}: file {arrived.file}, {seen}\n")
    finally:
        # what was taken before one that could not be is durable, and told
        if given["as_json"]:
            sys.stdout.write(json.dumps({"files": taken}) + "\n")
    return 0


def _pieces(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from iter(lambda: sys.stdin.buffer.read(1 << 16), b"")
        return
    with open(name, "rb") as file:
        yield from iter(lambda: file.read(1 << 16), b"")


COMMAND = Call(
    name="ingest",
    help="Take FILES ('-' is standard input) into the pipeline; durable when the command ends.\n\n"
    "The same file again, by whatever way, is the same file.",
    argument=options.INPUTS,
    options=(
        HOME,
        Option(
            name="--practice",
            kind=Kind("name"),
            metavar="NAME",
            help="Whose claims they are; else what the settings have for ISA06, or ISA06 itself.",
        ),
        options.AS_JSON,
    ),
    examples=(
        "scrubjay ingest claims.837 --home /var/lib/scrubjay",
        "zcat claims.837.gz | scrubjay ingest - --practice synthburg",
    ),
    run=run,
)
