"""Folders beside an output for what is not whole yet: gone in the end, or when the next run starts.

They hold claims and members in clear, so whoever is killed must not leave one for good: the name
has the process, and a folder whose process is gone is removed by the next that makes one there.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["forget_killed", "lives", "scratch"]

_LEFT = r"\.staging-([0-9]+)|\.[a-z]+-([0-9]+)-[a-z0-9_]+|\..+\.([0-9]+)\.part"
_CHANGING = threading.Lock()
_IN_USE: set[str] = set()
"""Folders of this process, by name: another thread's is not what a killed process left."""


@contextlib.contextmanager
def scratch(name: str, beside: str | None) -> Iterator[str]:
    """A new folder `.<name>-<process>-...` (mode 0700) in `beside`; what is left there goes first.

    Without `beside` it is where temporary files are, and nothing is looked for.
    """
    import tempfile

    prefix = f".{name}-{os.getpid()}-"
    with _CHANGING:
        if beside is not None:
            _sweep(name, beside)
        made = tempfile.TemporaryDirectory(prefix=prefix, dir=beside)
        own = os.path.basename(made.name)
        _IN_USE.add(own)
    try:
        with made as folder:
            yield folder
    finally:
        _IN_USE.discard(own)


def _sweep(name: str, beside: str) -> None:
    """Removes the folders of processes that are no more."""
    import shutil

    for each in _dead(rf"\.{re.escape(name)}-([0-9]+)-[a-z0-9_]+", beside):
        shutil.rmtree(os.path.join(beside, each), ignore_errors=True)


def forget_killed(out: str) -> list[str]:
    """Removes what runs that were killed left in an output folder; the names of it.

    `.staging-<process>` of the engine, `.<name>-<process>-...` of `scratch`, and drafts of files,
    `.<name>.<process>.part`.
    """
    import shutil

    gone = []
    for each in _dead(_LEFT, out):
        path = os.path.join(out, each)
        with contextlib.suppress(OSError):
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
            gone.append(each)
    return gone


def _dead(pattern: str, folder: str) -> list[str]:
    """The names of that form whose process, a group of it, is no more."""
    ours = re.compile(pattern)
    try:
        found = [ours.fullmatch(each) for each in sorted(os.listdir(folder))]
    except OSError:
        return []
    theirs = (each for each in found if each is not None and each[0] not in _IN_USE)
    return [each[0] for each in theirs if not lives(int(each[each.lastindex or 1]))]


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
