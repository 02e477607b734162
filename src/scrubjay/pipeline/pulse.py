"""What processes say of themselves: what their stages did, what failed, how breakers stand.

The store tells what became of work; this is what only the processes know. Each has a file in the
home folder, and a lock on it for as long as it lives, so that who looks knows the living ones.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

from scrubjay.pipeline.sweeper import every

if TYPE_CHECKING:
    import asyncio

    from scrubjay.pipeline.work import Work

__all__ = ["FOLDER", "Pulse", "heard"]

FOLDER = "processes"
EVERY = 1.0
"""Seconds."""
_WORST = ("open", "half_open", "closed")


class Pulse:
    """Of this process."""

    def __init__(self, work: Work, home: str) -> None:
        self._work = work
        folder = os.path.join(home, FOLDER)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _forget_dead(folder)
        self._path = os.path.join(folder, f"{uuid.uuid4().hex}.json")
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    async def __call__(self, ending: asyncio.Event) -> None:
        """Until the event is set."""
        await every(EVERY, ending, self.once)

    async def once(self) -> None:
        """Says how it is now."""
        seeing = self._work.seeing
        stages: dict[str, dict[str, int]] = {}
        for (stage, result), count in seeing.counts.items():
            stages.setdefault(stage, {"done": 0, "failed": 0})[result] = count
        lines = self._work.lines.values()
        told = {
            "stages": stages,
            "partners": {line.record.name: line.breaker.position for line in lines},
            "lacking": seeing.lacking,
        }
        text = json.dumps(told).encode()
        # whoever reads between the two reads no JSON, and looks again; in this order a full disk
        # has room for what is no longer than before
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def close(self) -> None:
        """It is not there any more."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        os.close(self._file)


def heard(home: str) -> dict[str, Any]:
    """What all living processes say: stages with ``done`` and ``failed``, breakers by partner.

    A partner's breaker is the worst of those of the processes; ``processes`` is how many there are,
    ``lacking`` the codes of what any of them lacks.
    """
    lacking: set[str] = set()
    stages: dict[str, dict[str, int]] = {}
    partners: dict[str, str] = {}
    count = 0
    for told in _living(os.path.join(home, FOLDER)):
        count += 1
        for stage, numbers in told.get("stages", {}).items():
            sums = stages.setdefault(stage, {"done": 0, "failed": 0})
            for name in sums:
                sums[name] += int(numbers.get(name, 0))
        lacking.update(map(str, told.get("lacking", ())))
        for name, position in told.get("partners", {}).items():
            partners[name] = min(partners.get(name, position), position, key=_badness)
    return {
        "processes": count,
        "stages": stages,
        "breakers": partners,
        "lacking": sorted(lacking),
    }


def _badness(position: str) -> int:
    return _WORST.index(position) if position in _WORST else len(_WORST)


def _living(folder: str) -> list[dict[str, Any]]:
    found = []
    for path in _files(folder):
        with contextlib.suppress(OSError, ValueError):
            if not _is_dead(path):
                with open(path, encoding="utf-8") as file:
                    told = json.load(file)
                found += [told] if isinstance(told, dict) else []
    return found


def _files(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith(".json")]


def _is_dead(path: str) -> bool:
    with open(path, "rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _forget_dead(folder: str) -> None:
    for path in _files(folder):
        with contextlib.suppress(OSError):
            # one that is being made is not locked yet, and empty
            if os.path.getsize(path) and _is_dead(path):
                os.unlink(path)
