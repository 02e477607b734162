"""Nothing is written down before what it speaks of is on the disk: bytes, keys, and their names."""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import document, works
from scrubjay.store.rows import NewBatch, Payload
from scrubjay.store.sqlite.unit import Unit


class Syncs:
    """When each file and folder was last given to the disk, and each file named, by inode."""

    def __init__(self) -> None:
        self._sync, self._link = os.fsync, os.link
        self._begun: dict[int, int] = {}
        self._named: dict[int, int] = {}

    def link(self, source: str, name: str, *, dst_dir_fd: int | None = None, **more: Any) -> None:
        """A file gets its name."""
        self._link(source, name, dst_dir_fd=dst_dir_fd, **more)
        self._named[os.stat(name, dir_fd=dst_dir_fd).st_ino] = time.time_ns()

    def __call__(self, fd: int) -> None:
        begun = time.time_ns()
        self._sync(fd)
        self._begun[os.fstat(fd).st_ino] = begun

    def holds(self, path: Path) -> bool:
        """Whether its bytes were synced after they were written, its folder after its naming."""
        facts, folder = path.stat(), path.parent.stat()
        written = self._begun.get(facts.st_ino, 0) >= facts.st_mtime_ns
        return written and self._begun.get(folder.st_ino, 0) >= self._named[facts.st_ino]


async def test_a_row_speaks_of_nothing_that_a_power_cut_could_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrived, what the engine made of it, what is sent, and what partners say."""
    syncs = Syncs()
    seen: Counter[str] = Counter()
    unheld: list[str] = []
    add_payload, add_batch = Unit.add_payload, Unit.add_batch

    def payload_added(unit: Unit, payload: Payload) -> None:
        vault = tmp_path / "home" / "vault"
        for place in ("payloads", "keys"):
            (path,) = (vault / place).rglob(payload.id)
            if not syncs.holds(path):
                unheld.append(f"{payload.role} in {place}")
        seen[payload.role.partition(":")[0]] += 1
        add_payload(unit, payload)

    def batch_added(unit: Unit, batch: NewBatch, claims: Any) -> Any:
        if unit.one(Payload, batch.payload) is None:
            unheld.append("a batch without its payload")
        seen["a batch"] += 1
        return add_batch(unit, batch, claims)

    monkeypatch.setattr(os, "fsync", syncs)
    monkeypatch.setattr(os, "link", syncs.link)
    monkeypatch.setattr(Unit, "add_payload", payload_added)
    monkeypatch.setattr(Unit, "add_batch", batch_added)
    async with works(tmp_path) as (made, _):
        made.take(document(40, sets=2))
        assert await made.settle() == {"ACKNOWLEDGED": 40}
    assert unheld == []
    roles = {"source", "batches", "results", "plan", "999", "277ca", "transmission"}
    assert {*roles, "acknowledgment", "a batch"} <= set(seen)
