"""One output file of a command: whole under its name, or not there at all."""

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scrubjay.errors import OutputError, UsageError
from scrubjay.places import replaceable
from scrubjay.scratch import begin_draft

__all__ = ["target"]


@contextmanager
def target(name: str, *, force: bool) -> Iterator[BinaryIO]:
    """A binary file to write to, renamed to `name` when all is written; '-' is standard output.

    Of a link it is the file that it leads to; a named pipe is written to as it is.
    """
    if name == "-":
        if getattr(sys.stdout, "name", None) == os.devnull:
            raise OutputError("standard output is closed; name a file, or let it lead somewhere")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    try:
        with _pipe(path) if path.is_fifo() else _draft(path, force=force) as file:
            yield file
    except NotADirectoryError:
        raise UsageError(f"{path}: what it is to be in is no folder; name another file") from None
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        step = "make its folder" if isinstance(error, FileNotFoundError) else "make room"
        raise OutputError(f"{path}: {reason}; {step}, or name another file") from None


def _pipe(path: Path) -> BinaryIO:
    """A named pipe, as soon as somebody reads it; what is there is never made anew."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CLOEXEC), "wb")


@contextmanager
def _draft(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A draft beside the file, which takes its place when all is written."""
    real = Path(replaceable(str(path)))
    if real.exists() and not force:
        raise UsageError(f"{path} is already there; name another file, or replace it with --force")
    draft = real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        # 0600: claims are read by whoever made them, until that person says otherwise.
        opened = begin_draft(draft)
        with os.fdopen(opened, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.replace(real)  # while it is held: nobody takes it for one that was left
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
