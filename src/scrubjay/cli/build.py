"""`scrubjay build`: claims as JSON lines, written as an 837."""

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from scrubjay.cli import options
from scrubjay.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.models import Claim

__all__ = ["command"]


@click.command(
    "build",
    epilog=options.examples(
        "scrubjay build claims.jsonl -o claims.837",
        "jq -c 'select(.charge != null)' claims.jsonl | scrubjay build - -o claims.837",
    ),
)
@click.argument("file", type=options.FILE)
@click.option(
    "-o",
    "--output",
    required=True,
    type=options.FILE,
    metavar="FILE",
    help="The file to write, or '-'.",
)
@options.as_json
@options.force
def command(**given: Any) -> int:
    """Write the claims of FILE, one JSON object a line, as an 837."""
    from scrubjay.cli.target import target
    from scrubjay.places import inputs
    from scrubjay.writing import stream_out

    (name,) = inputs([given["file"]])
    counted = Counted(claims(name))
    with target(given["output"], force=given["force"]) as file:
        file.writelines(stream_out(counted))
        if not counted.count:
            raise InputError(f"{_called(name)}: no claim in it; give one JSON object a line")
    made = {"file": given["output"], "claims": counted.count}
    if given["as_json"]:
        (sys.stderr if given["output"] == "-" else sys.stdout).write(json.dumps(made) + "\n")
    elif given["output"] != "-":
        sys.stdout.write(f"{counted.count:,} claims: {given['output']}\n")
    return 0


class Counted:
    """An iterator that knows how many it gave."""

    def __init__(self, claims: "Iterator[Claim]") -> None:
        self._claims = claims
        self.count = 0

    def __iter__(self) -> "Iterator[Claim]":
        for claim in self._claims:
            self.count += 1
            yield claim


def claims(name: str) -> "Iterator[Claim]":
    """The claims of a file of JSON lines; a bad line is named by number, never quoted."""
    from pydantic import ValidationError

    from scrubjay.models import Claim

    with click.open_file(name, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield Claim.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_input=False, include_context=False)[0]
                place = ".".join(str(step) for step in first["loc"]) or "the whole line"
                # pydantic's own sentences, which say what was wanted and not what was there
                raise InputError(
                    f"{_called(name)} line {number}: {place}: {first['msg']}; mend the line and "
                    "try again"
                ) from None


def _called(name: str) -> str:
    return "standard input" if name == "-" else name
