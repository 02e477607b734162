"""How far a run is: a bar on a terminal, a plain line now and then in a pipe, on standard error."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from rich.progress import Progress, TaskID

__all__ = ["shown"]

EVERY_SECONDS = 10.0
QUIET_SECONDS = 0.5
# Below so many columns there is room for the bar alone.
WIDE = 70
MEGA = 1_000_000


def shown(inputs: Sequence[str]) -> Bar | Lines:
    """What the engine calls as it reads; left when it has read all."""
    return Bar(inputs, time.monotonic) if sys.stderr.isatty() else Lines(time.monotonic)


class Lines:
    """A line every ten seconds: enough for a log, nothing at all for a short run."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = self._said = clock()

    def __enter__(self) -> Callable[[int, int | None], None]:
        return self.report

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """A log keeps what was said."""

    def report(self, done: int, total: int | None) -> None:
        """`done` bytes are read, of `total` where that is known."""
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


class Bar:
    """A bar that is gone when the run is over; a short run is over before there is one."""

    def __init__(self, inputs: Sequence[str], clock: Callable[[], float]) -> None:
        name = inputs[0] if len(inputs) == 1 else f"{len(inputs)} files"
        self._name = "standard input" if name == "-" else name
        self._clock = clock
        self._begun = clock()
        self._drawn: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Callable[[int, int | None], None]:
        return self.report

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._drawn is not None:
            self._drawn[0].stop()

    def report(self, done: int, total: int | None) -> None:
        """`done` bytes are read, of `total` where that is known."""
        if self._drawn is None:
            if self._clock() - self._begun < QUIET_SECONDS:
                return
            self._drawn = _begin(self._name)
        progress, task = self._drawn
        progress.update(task, completed=done, total=total, refresh=True)


def _begin(name: str) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        ProgressColumn,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    columns: tuple[ProgressColumn, ...] = (BarColumn(bar_width=None), TaskProgressColumn())
    if console.width >= WIDE:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
    # The engine reports from our own thread, so no refresh thread is needed beside it.
    progress = Progress(*columns, console=console, transient=True, auto_refresh=False)
    progress.start()
    return progress, progress.add_task(name, total=None)
