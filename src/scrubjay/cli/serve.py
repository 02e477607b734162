"""`scrubjay serve`: the whole pipeline in one process, with no server beside it."""

from __future__ import annotations

from scrubjay.cli.call import Call
from scrubjay.cli.homes import HOME, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
    import gc
    import signal

    from scrubjay.app import opened
    from scrubjay.cli.guard import is_asked_to_end
    from scrubjay.pipeline.seeing import others

    ends: list[Callable[[], None]] = []
    asked = False

    def ask(_number: int, _frame: Any) -> None:
        """While it starts: it ends as soon as it has, in order."""
        nonlocal asked
        asked = True
        for end in ends:
            end()

    async def serve() -> int:
        async with opened(tree, stages=stages) as app:
            ends.append(app.runner.end)
            if asked:
                app.runner.end()
            # what is there now stays: the collector need not look at it again and again
            gc.freeze()
            app.work.seeing.tell("serving", stages=",".join(stages))
            await app.run()
            return 0 if app.runner.failed is None else 3

    others()
    signal.signal(signal.SIGTERM, ask)
    if is_asked_to_end():
        raise KeyboardInterrupt
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
