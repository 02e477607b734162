"""Bytes that are only in memory, as a file that the engine can open: one end of a pipe."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING

from scrubjay.errors import InternalError, ScrubjayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Feed = Callable[[], Iterable[bytes]]

__all__ = ["fed"]

PIPE = 1 << 20
"""Bytes that may be on their way to the engine, so that the two take turns less often."""
NAME = "claims.837"
"""What the input is called in everything that the engine writes."""


@contextlib.contextmanager
def fed(feed: Feed, folder: str) -> Iterator[tuple[str, int]]:
    """The name, in `folder`, of what reads as a file with the bytes of `feed`; and its handle."""
    reading, writing = os.pipe()
    with contextlib.suppress(OSError):  # a limit of the user's: then it goes in smaller steps
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
    feeder = _Feeder(feed, writing)
    link = os.path.join(folder, NAME)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(link)
    os.symlink(f"/dev/fd/{reading}", link)
    feeder.start()
    try:
        yield link, reading
    finally:
        # whoever still feeds it finds nobody reading
        os.close(reading)
        feeder.join()
        os.unlink(link)
        # a feed that ended early is why, whatever was said of what came
        feeder.check()


class _Feeder(threading.Thread):
    """Writes what a feed gives into a pipe, and remembers why it could not."""

    def __init__(self, feed: Feed, writing: int) -> None:
        super().__init__(name="feeder", daemon=True)
        self._feed = feed
        self._writing = writing
        self._failed: BaseException | None = None
        self._context = copy_context()

    def run(self) -> None:
        self._context.run(self._pump)

    def _pump(self) -> None:
        try:
            with os.fdopen(self._writing, "wb", buffering=0) as pipe:
                for piece in self._feed():
                    view = memoryview(piece)
                    while view:
                        view = view[pipe.write(view) or 0 :]
        except BrokenPipeError:
            return  # the engine has ended, and says why
        except BaseException as error:  # noqa: BLE001 - raised where the engine was asked
            self._failed = error

    def check(self) -> None:
        """Raises what made the feed end early: the engine took that for the end of the file."""
        if self._failed is None:
            return
        if isinstance(self._failed, ScrubjayError | MemoryError):
            raise self._failed
        raise InternalError("the file could not be read to its end; try it again") from self._failed
