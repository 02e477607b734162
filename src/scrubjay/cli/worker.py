"""`scrubjay worker`: one stage of the pipeline as a process of its own."""

from __future__ import annotations

from scrubjay.cli.call import Call, Option
from scrubjay.cli.homes import HOME, settings
from scrubjay.cli.kinds import Choice, Count
from scrubjay.cli.serve import work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]

_STAGES = ("parse", "scrub", "submit", "acknowledge")
MOST = 1_024


def run(given: dict[str, Any]) -> int:
    """The stages that were named, with so many workers each."""
    tree = settings(given)
    if given["concurrency"] is not None:
        tree = tree.but(workers=tuple((topic, given["concurrency"]) for topic, _ in tree.workers))
    return work(tree, given["stage"] or _STAGES)


COMMAND = Call(
    name="worker",
    help="Run some stages of the pipeline in this process; others may run beside it.\n\n"
    "Stages are parse, scrub, submit and acknowledge; all of them are what serve runs.",
    options=(
        HOME,
        Option(
            name="--stage",
            kind=Choice(*_STAGES),
            many=True,
            metavar="STAGE",
            help="A stage; repeatable. Without it: all.",
        ),
        Option(
            name="--concurrency",
            kind=Count(1, MOST),
            help="How many messages of a kind it works on at once; else as the settings say.",
        ),
    ),
    examples=("scrubjay worker --stage scrub --concurrency 8 --home /var/lib/scrubjay",),
    run=run,
)
