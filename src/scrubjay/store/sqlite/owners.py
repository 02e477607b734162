"""Who holds leases, and whether they still live.

Each process that has the store open holds a lock on a file of its own. The system lets go of it
when the process ends, however it ends; no clock is asked. Whoever can lock another's file knows
that its owner is no more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid

__all__ = ["Owner", "is_dead"]


class Owner:
    """This process, as the others see it."""

    def __init__(self, folder: str) -> None:
        self.name = uuid.uuid4().hex
        self._path = _path(folder, self.name)
        self._lock = _open(self._path)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def gone(self) -> None:
        """Lets go; what it still holds is given back by whoever looks next."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        os.close(self._lock)


def is_dead(folder: str, name: str) -> bool:
    """Whether the owner of that name is no more."""
    path = _path(folder, name)
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _path(folder: str, name: str) -> str:
    return os.path.join(folder, f"{name}.lock")


def _open(path: str) -> int:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
