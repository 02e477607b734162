"""A unit of work on SQLite (`contract.Tx`)."""

from __future__ import annotations

from scrubjay.store.sqlite.trouble import Trouble

__all__ = ["Unit"]


class Unit(Trouble):
    """All of it: each room of statements stands on the one below.

    `trail` (events) ◄ `moving` (states) ◄ `intake` (rows) ◄ `sending` (partners) ◄ `queue`
    (messages) ◄ `trouble` (dead letters).
    """
