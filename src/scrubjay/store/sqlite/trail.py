"""The audit as it is written: in the transaction of what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store.audit.chain import Head, code, written
from scrubjay.store.sqlite.questions import Questions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from scrubjay.store.audit.keys import Keyring
    from scrubjay.store.states import Kind

__all__ = ["Chain", "Trail"]


class Chain:
    """The end of the chain, as the transaction that is under way sees it."""

    def __init__(self, keys: Keyring) -> None:
        self.keys = keys
        self.head = Head()

    def found(self, connection: sqlite3.Connection) -> None:
        """Looks where the chain ends: another process may have gone on with it."""
        row = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        self.head = Head() if row is None else Head(*row)


class Trail(Questions):
    """Appends events; the ground of every unit of work."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        chain: Chain,
        actor: str,
        clock: Callable[[], int],
        owner: int,
    ) -> None:
        super().__init__(connection, clock)
        self._chain = chain
        self._start = chain.head
        self.actor = actor
        self.now = clock()
        self.owner = owner
        self.published: set[str] = set()
        """Topics that got messages in this unit."""

    def take_back(self) -> None:
        """The chain ends where it did before this unit."""
        self._chain.head = self._start

    def note(
        self, event: str, kind: Kind, subject: int, detail: dict[str, Any] | None = None
    ) -> int:
        """An event; its sequence number."""
        chain = self._chain
        seq = chain.head.seq + 1
        text = written(detail)
        name = chain.keys.current
        values = (seq, self.now, self.actor, event, kind.value, subject, text, name)
        mac = code(chain.keys.secret, chain.head.mac, values)
        self._connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?)", (*values, mac))
        chain.head = Head(seq, mac)
        return seq
