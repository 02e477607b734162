"""A file that is there to be deleted: on a full disk it makes room for the last words."""

from __future__ import annotations

import contextlib
import os

__all__ = ["Ballast"]

SIZE = 1 << 20


class Ballast:
    """A megabyte beside the store."""

    def __init__(self, path: str) -> None:
        self._path = f"{path}.ballast"

    def drop(self) -> None:
        """Makes its room free."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def take(self) -> bool:
        """Takes the room; False where there is not twice as much, so that some is left."""
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(file, 0, 2 * SIZE)
            os.ftruncate(file, SIZE)
        except OSError:
            self.drop()
            return False
        finally:
            os.close(file)
        return True
