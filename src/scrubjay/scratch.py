"""Folders beside an output for what is not whole yet: gone in the end, or when the next run starts.

They hold claims and members in clear, so whoever is killed must not leave one for good: the name
has the process, and a folder whose process is gone is removed by the next that makes one there.
"""

from __future__ import annotations

import contextlib
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lives", "scratch"]


@contextlib.contextmanager
def scratch(name: str, beside: str | None) -> Iterator[str]:
    """A new folder `.<name>-<process>-...` (mode 0700) in `beside`; what is left there goes first.

    Without `beside` it is where temporary files are, and nothing is looked for.
    """
    import tempfile

    if beside is not None:
        _sweep(name, beside)
    prefix = f".{name}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=beside) as folder:
        yield folder


def _sweep(name: str, beside: str) -> None:
    """Removes the folders of processes that are no more."""
    import shutil

    ours = re.compile(rf"\.{re.escape(name)}-([0-9]+)-[a-z0-9_]+")
    with contextlib.suppress(OSError):
        for each in os.listdir(beside):
            match = ours.fullmatch(each)
            if match is not None and not lives(int(match[1])):
                shutil.rmtree(os.path.join(beside, each), ignore_errors=True)


def lives(process: int) -> bool:
    """Whether there is another process of that number."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
