"""One output file of a command: whole under its name, or not there at all."""

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scrubjay.errors import OutputError, UsageError
from scrubjay.scratch import begin_draft

__all__ = ["target"]


@contextmanager
def target(name: str, *, force: bool) -> Iterator[BinaryIO]:
    """A binary file to write to, renamed to `name` when all is written; '-' is standard output."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file to write to")
    if path.exists() and not force:
        raise UsageError(f"{path} is already there; name another file, or replace it with --force")
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # 0600: claims are read by whoever made them, until that person says otherwise.
        opened = begin_draft(draft)
        with os.fdopen(opened, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.replace(path)  # while it is held: nobody takes it for one that was left
    except NotADirectoryError:
        raise UsageError(f"{path}: what it is to be in is no folder; name another file") from None
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        step = "make its folder" if isinstance(error, FileNotFoundError) else "make room"
        raise OutputError(f"{path}: {reason}; {step}, or name another file") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
