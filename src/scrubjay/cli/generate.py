"""`scrubjay generate`: synthetic claims, for trying, testing and measuring."""

import json
import re
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from scrubjay.cli import options

__all__ = ["command"]

KINDS = ("837P",)


class Kind(click.ParamType[str]):
    """A transaction as people say it, in any case."""

    name = "kind"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The kind as the standard writes it."""
        kind = str(value).upper()
        if kind not in KINDS:
            self.fail(
                f"{value!r} is not a kind that can be made; give {', '.join(KINDS)}", param, ctx
            )
        return kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The kinds there are."""
        del ctx, param
        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete.upper())]


@click.command(
    "generate",
    epilog=options.examples(
        "scrubjay generate 837P --claims 1000 -o claims.837",
        "scrubjay generate 837P --claims 100000 --faults 0.05 -o big.837",
        "scrubjay generate 837P --claims 5000 --sets one --lines 1:50 --seed 7 -o one-set.837",
        "scrubjay generate 837P --claims 10 -o - | scrubjay inspect -",
    ),
)
@click.argument("kind", metavar="KIND", type=Kind())
@click.option(
    "--claims",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="How many claims.",
)
@click.option(
    "--faults",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="The share of claims that get a fault.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="The same seed, the same bytes.",
)
@click.option(
    "--sets", metavar="N|one", default=None, help="Transaction sets: a number, or one for all."
)
@click.option("--lines", metavar="A:B", default="1:6", show_default=True, help="Lines a claim.")
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
    """Write synthetic claims of KIND (837P); nobody in them exists."""
    sets, lines = _sets(given["sets"]), _lines(given["lines"])
    from scrubjay.cli.target import target
    from scrubjay.testing import generate

    size = 0
    with target(given["output"], force=given["force"]) as file:
        for chunk in generate(
            given["kind"],
            claims=given["claims"],
            faults=given["faults"],
            seed=given["seed"],
            sets=sets,
            lines=lines,
        ):
            file.write(chunk)
            size += len(chunk)
    made = {"file": given["output"], "claims": given["claims"], "bytes": size}
    if given["as_json"]:
        (sys.stderr if given["output"] == "-" else sys.stdout).write(json.dumps(made) + "\n")
    elif given["output"] != "-":
        sys.stdout.write(f"{given['claims']:,} claims, {size:,} bytes: {given['output']}\n")
    return 0


def _sets(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "one":
        return 1
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise click.BadParameter("give a number of sets, or 'one'", param_hint="--sets")
    return int(text)


def _lines(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{0,2})(?::([1-9]\d{0,2}))?", text, re.ASCII)
    if match is None:
        raise click.BadParameter("give least and most, such as 1:6", param_hint="--lines")
    least, most = int(match[1]), int(match[2] or match[1])
    if least > most:
        raise click.BadParameter("the least comes first, such as 1:6", param_hint="--lines")
    return least, most
