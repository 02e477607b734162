"""What was handed over, line by line, never changed: by it a run is held to account.

A line is there before its sender has a reply. `event` is ``taken``; or ``repeated``, the same bytes
under the same key; ``duplicate``, an interchange that was taken under another key; ``conflict``,
other bytes under the same key. Only what was taken counts.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from scrubjay.testing.clearinghouse.reading import Interchange

__all__ = ["Entry", "Ledger", "read"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line."""

    event: str
    key: str
    digest: str
    sender: str
    receiver: str
    control: str
    sets: int
    claims: tuple[str, ...]
    """CLM01 of each claim, as handed over."""


class Ledger:
    """Append-only; in memory where it has no file."""

    def __init__(self, path: str | None = None) -> None:
        self.entries: list[Entry] = []
        self._fd: int | None = None
        if path is not None:
            if os.path.exists(path):
                self.entries.extend(read(path))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._fd = os.open(path, flags, 0o600)

    def add(self, event: str, key: str, interchange: Interchange) -> None:
        """One line, in one write."""
        entry = Entry(
            event=event,
            key=key,
            digest=interchange.digest,
            sender=interchange.sender,
            receiver=interchange.receiver,
            control=interchange.control,
            sets=interchange.sets,
            claims=tuple(interchange.claims),
        )
        self.entries.append(entry)
        if self._fd is not None:
            line = {name: getattr(entry, name) for name in Entry.__slots__}
            os.write(self._fd, json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """Give the file back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def read(path: str | os.PathLike[str]) -> Iterator[Entry]:
    """The lines of a ledger; one that was cut by a death is left out."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                given = json.loads(line)
                yield Entry(**given | {"claims": tuple(given["claims"])})
