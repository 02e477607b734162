"""Folders in memory for what the engine writes: claims in clear never lie on a disk.

Each process has a folder of its own there and a lock on it for as long as it lives. What processes
left that were killed is removed by the next one that starts.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from scrubjay.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WorkFolder"]

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_LOCK = "lock"


class WorkFolder:
    """A process's own folder below `root`, which is made and must lie in memory."""

    def __init__(self, root: str) -> None:
        self.root = root
        try:
            os.makedirs(root, mode=0o700, exist_ok=True)
            if os.stat(root).st_uid != os.getuid():
                raise UsageError(f"{root} belongs to somebody else; name another work folder")
            os.chmod(root, 0o700)
            kind = _file_system(os.path.realpath(root))
            if kind not in _IN_MEMORY:
                raise UsageError(
                    f"{root} lies on a disk ({kind}) and claims may not; name a folder on a tmpfs, "
                    "such as below /dev/shm (folders.work in scrubjay.toml)"
                )
            self.swept = self._sweep()
            self.path = tempfile.mkdtemp(prefix="p", dir=root)
            self._lock = os.open(os.path.join(self.path, _LOCK), os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            reason = (error.strerror or "cannot be used").lower()
            raise OutputError(f"{root}: {reason}; name another work folder") from None

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """An empty folder for one piece of work; gone with all that is in it at the end."""
        with tempfile.TemporaryDirectory(prefix="w", dir=self.path) as folder:
            yield folder

    def room(self) -> int:
        """Bytes that can still be written."""
        facts = os.statvfs(self.path)
        return facts.f_bavail * facts.f_frsize

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def _sweep(self) -> int:
        """Removes the folders of processes that are gone; how many."""
        count = 0
        for name in os.listdir(self.root):
            path = os.path.join(self.root, name)
            try:
                lock = os.open(os.path.join(path, _LOCK), os.O_RDWR)
            except OSError:
                continue  # another process is just making it
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            else:
                shutil.rmtree(path, ignore_errors=True)
                count += 1
            finally:
                os.close(lock)
        return count


def _file_system(path: str) -> str:
    """The kind of file system that a path lies on, as /proc/self/mountinfo has it."""
    best, kind = "", "unknown"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                before, _, after = line.partition(" - ")
                point = before.split()[4].encode().decode("unicode_escape")
                inside = path == point or path.startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(best):
                    best, kind = point, after.split()[0]
    except OSError:
        return "unknown"
    return kind
