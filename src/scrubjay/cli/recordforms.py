"""What `enroll` and `remit` write records as: JSON lines, or tables."""

from __future__ import annotations

from scrubjay.cli import options
from scrubjay.cli.call import Option
from scrubjay.cli.kinds import Choice
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Made = TypeVar("Made")

__all__ = ["FORM_OPTIONS", "LINES", "written"]

LINES = "jsonl"
_USUAL = "token"
FORM_OPTIONS = (
    Option(
        name="--to",
        kind=Choice(LINES, "parquet", "csv"),
        default=LINES,
        shows_default=True,
        help="The form of the records.",
    ),
    Option(
        name="--phi",
        kind=options.PHI,
        help="What becomes of patient data in tables; token if it is not said.",
    ),
)


def written(
    given: dict[str, Any], kind: str, work: Callable[[str], Made]
) -> tuple[Made, dict[str, Any]]:
    """Runs `work` on the folder to write; what it gave, and what is told of tables."""
    out, form = given["out"], given["to"]
    if form == LINES:
        if given["phi"]:
            raise UsageError(
                "JSON lines have members and payments in clear; --phi is for tables: --to parquet"
            )
        made = work(out)
        if given["force"]:
            from scrubjay.recorded import forget_tables

            forget_tables(out)
        return made, {}
    from scrubjay.places import output
    from scrubjay.recorded import tabled

    return tabled(
        kind,
        work,
        output(out, force=given["force"]),
        (given["phi"] or _USUAL, form),
        token_key=given["token_key"],
        force=given["force"],
    )
