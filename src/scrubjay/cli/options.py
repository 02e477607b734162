"""Options that several commands share, written once so that they mean the same everywhere."""

import os
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from scrubjay.findings import Severity
from scrubjay.job import Limits, RejectUnit

__all__ = [
    "DAY",
    "FILE",
    "FOLDER",
    "as_json",
    "examples",
    "fail_on",
    "force",
    "inputs",
    "limits",
    "limits_of",
    "received_date",
    "reject_unit",
    "show_phi",
    "threads",
    "token_key",
]

F = TypeVar("F", bound=Callable[..., Any])
_LIMITS = {
    "element": "bytes in an element",
    "segment": "bytes in a segment",
    "repetitions": "repetitions of an element",
    "elements": "elements in a segment",
}


class Day(click.ParamType[date]):
    """A date as people and files write it: YYYY-MM-DD, or YYYYMMDD as X12 does."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The date, or one line that says how to write one."""
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", text, re.ASCII):
                return date.fromisoformat(text)
        except ValueError:
            pass
        return self.fail(f"{text!r} is no day of the calendar; write it as 2026-01-31", param, ctx)


DAY = Day()


class Named(click.ParamType[str]):
    """A path as it was given. Rooms below say what is wrong with one; shells complete it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The path itself."""
        del param, ctx
        return os.fspath(value) if isinstance(value, os.PathLike) else str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The shell knows its own files and folders."""
        del ctx, param
        return [CompletionItem(incomplete, type=self.name)]


FILE = Named("file")
FOLDER = Named("dir")


def examples(*lines: str) -> str:
    """The examples at the end of a command's help, kept line by line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


inputs = click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILES...")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
force = click.option("--force", is_flag=True, help="Replace what an earlier run left there.")
show_phi = click.option("--show-phi", is_flag=True, help="Show patient data instead of masks.")
threads = click.option(
    "--threads",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Threads; 0, the default, is all cores.",
)
received_date = click.option(
    "--received-date", type=DAY, help="The day of receipt in acknowledgments instead of today."
)
token_key = click.option(
    "--token-key",
    type=FILE,
    metavar="FILE",
    help="The key behind the tokens; by default your own, made once.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
reject_unit = click.option(
    "--reject-unit",
    type=click.Choice([unit.value for unit in RejectUnit]),
    default=RejectUnit.CLAIM.value,
    show_default=True,
    help="What a fault of syntax in one claim rejects: that claim, or its whole set.",
)


def limits(function: F) -> F:
    """The four --limit-* options, as `limit_<name>` arguments."""
    for name, meaning in reversed(_LIMITS.items()):
        option = click.option(
            f"--limit-{name}", type=click.IntRange(min=1), metavar="N", help=f"The most {meaning}."
        )
        function = option(function)
    return function


def limits_of(given: dict[str, Any]) -> Limits:
    """Those options as a value; takes them out of `given`."""
    return Limits(**{name: given.pop(f"limit_{name}") for name in _LIMITS})
