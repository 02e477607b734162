"""`scrubjay serve`: the whole pipeline in one process, with no server beside it."""

from __future__ import annotations

from scrubjay.cli.call import Call
from scrubjay.cli.homes import HOME, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from scrubjay.settings import Settings

__all__ = ["COMMAND", "work"]


def run(given: dict[str, Any]) -> int:
    """All stages."""
    from scrubjay.app import STAGES

    return work(settings(given), STAGES)


def work(tree: Settings, stages: Sequence[str]) -> int:
    """Runs some stages until a signal says that it is enough; 3 where the store has failed."""
    import asyncio

    from scrubjay.app import opened

    async def serve() -> int:
        async with opened(tree, stages=stages) as app:
            app.work.seeing.tell("serving", stages=",".join(stages))
            await app.run()
            return 0 if app.runner.failed is None else 3

    return asyncio.run(serve())


COMMAND = Call(
    name="serve",
    help="Run the whole pipeline in this process: from a file's arrival to its acknowledgment.\n\n"
    "Ends when it is told to (SIGTERM, Ctrl-C), after what is being done is done. Log lines go to "
    "standard error, one JSON object each.",
    options=(HOME,),
    examples=("scrubjay serve --home /var/lib/scrubjay",),
    run=run,
)
