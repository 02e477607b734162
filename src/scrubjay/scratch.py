"""Folders beside an output for what is not whole yet: gone in the end, or when the next run starts.

They hold claims and members in clear, so whoever is killed must not leave one for good. Who makes
one holds a lock on it (flock), which the system lets go of when the process ends, however it ends:
what nobody holds is removed by the next that makes one there. Numbers of processes would not tell:
of another container on the same disk they say nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["alone", "begin_draft", "forget", "forget_killed", "scratch"]

_LEFT = r"\.staging-[0-9]+|\.[a-z]+-[0-9]+-[a-z0-9_]+|\..+\.[0-9]+\.part"
_TRIES = 100
_ASKED = (20, 0.005)
"""How often, and how many seconds apart, a folder is asked for: who only looks holds it too."""


@contextlib.contextmanager
def scratch(name: str, beside: str | None) -> Iterator[str]:
    """A new folder `.<name>-<process>-...` (mode 0700) in `beside`; what is left there goes first.

    Without `beside` it is where temporary files are, and nothing is looked for.
    """
    import tempfile

    if beside is not None:
        _sweep(rf"\.{re.escape(name)}-[0-9]+-[a-z0-9_]+", beside)
    for _ in range(_TRIES):
        made = tempfile.TemporaryDirectory(prefix=f".{name}-{os.getpid()}-", dir=beside)
        with made as folder:
            lock = _held(folder)
            if lock is not None:
                try:
                    yield folder
                finally:
                    os.close(lock)
                return
    raise FileNotFoundError(2, "what is made there is taken away again", beside)


@contextlib.contextmanager
def alone(folder: str) -> Iterator[None]:
    """Writes to an output folder that is there, as the only run that does.

    The lock is on the folder itself: it leaves no file, and goes with the process. The engine
    takes the same for what it writes, so that nobody who calls it holds it.

    Raises:
        UsageError: another run is writing there.
        OSError: it cannot be opened.
    """
    lock = _asked(folder)
    if lock is None:
        from scrubjay.errors import UsageError

        raise UsageError(
            f"{folder}: another run is writing there; wait for it, or name another one"
        )
    try:
        yield
    finally:
        os.close(lock)


def _asked(folder: str) -> int | None:
    """The lock on a folder; None while another run holds it."""
    import time

    times, pause = _ASKED
    for _ in range(times):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_there(lock, folder):
                return lock
        except BlockingIOError:
            time.sleep(pause)
        except OSError:
            os.close(lock)
            raise
        os.close(lock)
    return None


def begin_draft(path: str | os.PathLike[str], flags: int = os.O_EXCL) -> int:
    """A draft (mode 0600) to write to, held for as long as it is open: `.<name>.<process>.part`."""
    for _ in range(_TRIES):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_there(handle, path):
            return handle
        os.close(handle)
    raise FileNotFoundError(2, "what is made there is taken away again", os.fspath(path))


def forget_killed(out: str) -> list[str]:
    """Removes what runs that were killed left in an output folder; the names of it.

    `.staging-<number>` of the engine, `.<name>-<process>-...` of `scratch`, and drafts of files,
    `.<name>.<process>.part`.
    """
    return _sweep(_LEFT, out)


def _sweep(pattern: str, folder: str) -> list[str]:
    """Removes what has such a name and nobody holds; the names of it."""
    ours = re.compile(pattern)
    try:
        found = sorted(name for name in os.listdir(folder) if ours.fullmatch(name))
    except OSError:
        return []
    return [name for name in found if forget(os.path.join(folder, name))]


def forget(path: str) -> bool:
    """Removes a folder or file that nobody holds; False where somebody does, or it cannot be."""
    import shutil

    try:
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _held(folder: str) -> int | None:
    """A lock on a folder; None where another took it for one that was left, and removed it."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    fcntl.flock(lock, fcntl.LOCK_EX)
    if _is_there(lock, folder):
        return lock
    os.close(lock)
    return None


def _is_there(handle: int, path: str | os.PathLike[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
