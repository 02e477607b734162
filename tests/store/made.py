"""Stores with something in them: a file of claims, partners, and claims on their way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.clock import Clock
from scrubjay.store import rows
from scrubjay.store.audit.checkpoints import CheckpointFolder
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.contract import Tx
from scrubjay.store.sqlite.notary import Pace
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.sqlite.writer import Limits
from scrubjay.store.states import State

__all__ = ["Filed", "Place", "claims", "file", "transmitted"]


@dataclass
class Place:
    """A folder with the key, the data, and where checkpoints go."""

    path: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def key(self) -> Path:
        return self.path / "keys" / "audit.key"

    @property
    def keys(self) -> Keyring:
        return Keyring.load(self.key) if self.key.exists() else Keyring.make(self.key)

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def database(self) -> Path:
        return self.data / "scrubjay.db"

    @property
    def checkpoints(self) -> CheckpointFolder:
        return CheckpointFolder(self.path / "checkpoints")

    @contextmanager
    def opened(
        self, actor: str = "test", pace: Pace | None = None, limits: Limits | None = None
    ) -> Iterator[SqliteStore]:
        with SqliteStore(
            self.data,
            self.keys,
            actor=actor,
            checkpoints=self.checkpoints,
            pace=pace,
            limits=limits,
            clock=self.clock.milliseconds,
        ) as store:
            yield store


def claims(first: int, count: int, **given: Any) -> list[rows.NewClaim]:
    """Claims of a file, numbered from `first`."""
    return [
        rows.NewClaim(ordinal, f"k1:{ordinal:032x}", 100 + ordinal, **given)
        for ordinal in range(first, first + count)
    ]


@dataclass(frozen=True)
class Filed:
    """The ids of a file that was parsed and scrubbed."""

    file: int
    interchange: int
    set: int
    partner: int
    batches: list[int]


def file(tx: Tx, name: str = "one", batches: int = 2, size: int = 3, rejected: int = 0) -> Filed:
    """A file with batches of claims for one partner, and claims that were rejected."""
    tx.add_payload(rows.Payload(f"payload-{name}", "source", 1000, f"digest-{name}"))
    made = tx.add_file(
        rows.NewFile("tenant", "practice", "command", f"payload-{name}", f"digest-{name}", 1000)
    ).id
    interchange = tx.add_interchange(
        rows.NewInterchange(made, 0, "tenant", f"id-{name}", f"digest-{name}", "000000001")
    ).id
    total = batches * size + rejected
    set_id = tx.add_set(
        rows.NewSet(made, interchange, 0, "837", "0001", "1", total, f"digest-{name}", f"s-{name}")
    ).id
    tx.count_claims(made, total)
    partner = tx.partner("acme")
    ids = [
        tx.add_batch(
            rows.NewBatch(made, set_id, at, partner, f"accepted-{name}", at * 500, 500, "r1"),
            claims(at * size, size),
        ).id
        for at in range(batches)
    ]
    tx.add_claims(
        made,
        set_id,
        claims(batches * size, rejected, state=State.REJECTED_BY_SCRUB, code="MISSING"),
    )
    return Filed(made, interchange, set_id, partner, ids)


def transmitted(tx: Tx, filed: Filed, key: str = "key-1") -> int:
    """An intent with all batches of a file."""
    placed = [
        rows.Placed(batch, "77", f"{number:04}") for number, batch in enumerate(filed.batches, 1)
    ]
    new = rows.NewTransmission(filed.partner, key, f"out-{key}", f"digest-{key}", 900, "000000501")
    return tx.add_transmission(new, placed).id
