"""How far a run is: a bar on a terminal, a plain line now and then in a pipe, on standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

__all__ = ["shown"]

EVERY_SECONDS = 10.0
MEGA = 1_000_000

Report = Callable[[int, int | None], None]


@contextmanager
def shown(inputs: Sequence[str]) -> Iterator[Report]:
    """What the engine calls as it reads."""
    if sys.stderr.isatty():
        with _bar(inputs) as report:
            yield report
    else:
        yield Lines(time.monotonic)


class Lines:
    """A line every ten seconds: enough for a log, nothing at all for a short run."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = self._said = clock()

    def __call__(self, done: int, total: int | None) -> None:
        now = self._clock()
        if now - self._said < EVERY_SECONDS:
            return
        self._said = now
        speed = done / MEGA / (now - self._begun)
        read = f"{done / MEGA:,.0f} MB"
        if total:
            read += f" of {total / MEGA:,.0f} MB ({done / total:.0%})"
        sys.stderr.write(f"scrubjay: {read}, {speed:,.0f} MB/s\n")
        sys.stderr.flush()


@contextmanager
def _bar(inputs: Sequence[str]) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    name = inputs[0] if len(inputs) == 1 else f"{len(inputs)} files"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # The engine reports from our own thread, so no refresh thread is needed beside it.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        task = progress.add_task("standard input" if name == "-" else name, total=None)

        def report(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total, refresh=True)

        yield report
