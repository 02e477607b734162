"""What stands around a group of units of work; all of it runs in the writer's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store.errors import DiskFullError
from scrubjay.store.sqlite.ballast import Ballast
from scrubjay.store.sqlite.unit import Unit
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from scrubjay.store.errors import StoreError
    from scrubjay.store.sqlite.notary import Notary
    from scrubjay.store.sqlite.trail import Chain

__all__ = ["Desk"]


class Desk:
    """Opens and closes groups, and knows whether there is room to write."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: str,
        chain: Chain,
        notary: Notary,
        clock: Callable[[], int],
    ) -> None:
        self._connection = connection
        self._chain = chain
        self._notary = notary
        self._clock = clock
        self._ballast = Ballast(path)
        self._ballast.take()
        self._full: StoreError | None = None
        self._unsaid = False
        self.owner = 0
        """The number under which this process holds leases."""
        self.told: list[Callable[[frozenset[str]], None]] = []
        """Called with the topics that got messages."""

    @property
    def parked(self) -> StoreError | None:
        """Why nothing can be written for the moment; None as soon as there is room again."""
        if self._full is not None and self._ballast.take():
            self._full = None
        return self._full

    def open(self) -> None:
        """A transaction has begun."""
        self._chain.found(self._connection)
        if self._unsaid:
            self.unit("store").note("store.full", Kind.STORE, 0)

    def unit(self, actor: str) -> Unit:
        """A unit of work in it."""
        return Unit(self._connection, self._chain, actor, self._clock, self.owner)

    def close(self) -> None:
        """It is about to be committed."""
        self._notary.close()

    def committed(self, topics: frozenset[str]) -> None:
        """It is durable; these topics got messages."""
        self._unsaid = False
        self._notary.tell()
        if topics:
            for told in self.told:
                told(topics)

    def lost(self, error: StoreError) -> None:
        """Nothing of it is there. A full disk is told by the next group, in the ballast's room."""
        if isinstance(error, DiskFullError) and self._full is None:
            self._full = error
            self._unsaid = True
            self._ballast.drop()
