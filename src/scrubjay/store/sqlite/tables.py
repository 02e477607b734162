"""How rows lie in tables: for each value of `store.rows`, its columns and how to read them."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from scrubjay.store import rows
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

__all__ = ["STATED", "TABLES", "Table", "made", "select"]

R = TypeVar("R")

STATED: dict[Kind, str] = {
    Kind.FILE: "files",
    Kind.INTERCHANGE: "interchanges",
    Kind.SET: "sets",
    Kind.BATCH: "batches",
    Kind.CLAIM: "claims",
    Kind.TRANSMISSION: "transmissions",
    Kind.ACKNOWLEDGMENT: "acknowledgments",
    Kind.REPLY: "replies",
}
"""The tables of what has a state."""

_READ: dict[str, Callable[[Any], Any]] = {
    "state": State,
    "was": State,
    "kind": Kind,
    "paused": bool,
    "legal_hold": bool,
    "place": json.loads,
    "history": lambda text: tuple(json.loads(text)),
    "detail": json.loads,
}


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """Where the values of a class are, and how one is made of a row."""

    of: type[R]
    source: str
    columns: tuple[str, ...]
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]


def _table(of: type[R], source: str, **columns: str) -> Table[R]:
    names = [each.name for each in fields(of)]  # type: ignore[arg-type]
    return Table(
        of,
        source,
        tuple(columns.get(name, name) for name in names),
        tuple((at, _READ[name]) for at, name in enumerate(names) if name in _READ),
    )


_CLAIMS = "claims AS c LEFT JOIN batches AS b ON b.id = c.batch"
TABLES: dict[type[Any], Table[Any]] = {
    table.of: table
    for table in (
        _table(rows.Payload, "payloads"),
        _table(rows.File, "files"),
        _table(rows.Interchange, "interchanges"),
        _table(rows.TransactionSet, "sets"),
        _table(rows.Batch, "batches", set="set_id"),
        _table(
            rows.Claim,
            _CLAIMS,
            id="c.id",
            file="c.file",
            set="c.set_id",
            batch="c.batch",
            ordinal="c.ordinal",
            token="c.token",  # noqa: S106 - a column
            trace="c.trace",
            charge="c.charge",
            state="COALESCE(c.state, b.state)",
            code="c.code",
            corrects="c.corrects",
        ),
        _table(rows.Transmission, "transmissions"),
        _table(rows.Acknowledgment, "acknowledgments"),
        _table(rows.Reply, "replies"),
        _table(rows.Alert, "alerts"),
        _table(rows.Outcome, "outcomes"),
        _table(rows.Deadline, "deadlines"),
        _table(rows.DeadLetter, "dead_letters"),
        _table(rows.Partner, "partners"),
        _table(rows.Event, "audit"),
    )
}


def made(table: Table[R], row: tuple[Any, ...]) -> R:
    """The value of a row."""
    values = list(row)
    for at, reader in table.readers:
        values[at] = reader(values[at])
    return table.of(*values)


def select(
    connection: sqlite3.Connection, of: type[R], rest: str, values: tuple[Any, ...] = ()
) -> list[R]:
    """The values of a class, found by `rest`: what stands behind FROM."""
    table: Table[R] = TABLES[of]
    statement = f"SELECT {', '.join(table.columns)} FROM {table.source} {rest}"
    return [made(table, row) for row in connection.execute(statement, values)]
