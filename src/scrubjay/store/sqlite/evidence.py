"""A store as evidence: what its rows say, beside what the audit says of them."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from scrubjay.store.audit.chain import Row, rows_digest
from scrubjay.store.sqlite.notary import row_counts
from scrubjay.store.sqlite.tables import STATED
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

__all__ = ["SqliteEvidence"]

_EVENTS = "SELECT seq, at, actor, event, kind, subject, detail, key, mac FROM audit ORDER BY seq"
_OWN = """
SELECT c.id, c.ordinal, c.state, c.seq, a.event, a.kind, a.subject, a.detail, c.batch, c.set_id
FROM claims AS c LEFT JOIN audit AS a ON a.seq = c.seq WHERE c.state IS NOT NULL
"""
_OUTCOMES = """
SELECT kind, subject, hop, document, verdict, codes, acknowledgment, at FROM outcomes
WHERE seq = ? ORDER BY kind, subject, hop, document, verdict, codes
"""
_COUNTED = """
SELECT a.seq, f.id FROM audit AS a JOIN files AS f ON f.id = a.subject
WHERE a.kind = 'file' AND a.event = 'file.counted'
  AND json_extract(a.detail, '$.claims') IS NOT f.claims
AND a.seq = (SELECT max(seq) FROM audit WHERE kind = 'file' AND subject = f.id AND event = a.event)
"""
_UNTOLD = """
SELECT id FROM payloads WHERE {which} IS NOT NULL
EXCEPT SELECT json_extract(detail, '$.payload') FROM audit WHERE kind = ? AND event = ?
"""
_SOURCES = """
SELECT f.seq, f.id FROM files AS f JOIN payloads AS p ON p.id = f.payload WHERE p.file IS NOT f.id
"""
_HOLDS = """
SELECT seq, file FROM (
  SELECT p.file, p.legal_hold, (
    SELECT a.seq FROM audit AS a WHERE a.kind = 'file' AND a.subject = p.file
      AND a.event IN ('legal_hold.placed', 'legal_hold.released') ORDER BY a.seq DESC LIMIT 1
  ) AS said FROM payloads AS p
) LEFT JOIN audit ON seq = said WHERE legal_hold <> COALESCE(event = 'legal_hold.placed', 0)
"""
_PROVEN = "SELECT added, ordinal, token, trace, charge, corrects FROM claims ORDER BY id"
_Found = tuple[int | None, str]


class SqliteEvidence:
    """`verifying.Evidence` on a connection, best within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _all(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self._connection.execute(statement, values)

    def store(self) -> str:
        """The id of the store."""
        return str(self._connection.execute("SELECT id FROM identity").fetchone()[0])

    def events(self) -> Iterator[Row]:
        """The audit, in the order of the numbers."""
        for row in self._all(_EVENTS):
            # In a damaged file a code may be no bytes any more: then it is none.
            mac = row[-1] if isinstance(row[-1], bytes) else b""
            yield Row(*(*row[:-1], mac))

    def sealed(self) -> Iterator[str]:
        """The checkpoints that the store itself keeps."""
        for (line,) in self._all("SELECT line FROM checkpoints ORDER BY seq"):
            yield line

    def counts(self) -> dict[str, int]:
        """How many rows each table has: counted, not asked of the largest id."""
        return {
            table: self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in row_counts(self._connection)
        }

    def contradictions(self) -> Iterator[_Found]:
        """Rows that say something else than the event that they name."""
        for kind, table in STATED.items():
            if kind is not Kind.CLAIM:
                yield from self._states(kind, table)
                yield from self._values(kind, table)
        yield from self._own_states()
        yield from self._claims()
        yield from self._counted()
        yield from self._placed()
        yield from self._payloads()
        yield from self._outcomes()

    def _states(self, kind: Kind, table: str) -> Iterator[_Found]:
        """The state of a row, why and since when it is in it, is that of the event it names."""
        for row, state, reason, changed, seq, event, at, of, subject, detail in self._all(
            "SELECT t.id, t.state, t.reason, t.changed_at, t.seq, "
            "a.event, a.at, a.kind, a.subject, a.detail "
            f"FROM {table} AS t LEFT JOIN audit AS a ON a.seq = t.seq"
        ):
            if event is None:
                yield seq, f"{kind} {row} names an event that is not there"
            elif (of, subject, at) != (kind, row, changed):
                yield seq, f"{kind} {row} names an event of something else"
            elif (state, reason) != _state_of(kind, event, json.loads(detail)):
                yield seq, f"{kind} {row} is {state}, its event says {event}"

    def _values(self, kind: Kind, table: str) -> Iterator[_Found]:
        """What a row was made of is still there."""
        names = {row[1] for row in self._all(f"PRAGMA table_info({table})")}
        made: set[int] = set()
        for seq, subject, detail in self._born(kind):
            told = {name: value for name, value in detail.items() if name in names}
            made.add(subject)
            columns = ", ".join(told)
            found = self._connection.execute(
                f"SELECT {columns} FROM {table} WHERE id = ?", (subject,)
            ).fetchone()
            if found is None:
                yield seq, f"{kind} {subject} is gone"
            elif found != tuple(told.values()):
                yield seq, f"{kind} {subject} has other values than it was made with"
        for (row,) in self._all(f"SELECT id FROM {table}"):
            if row not in made:
                yield None, f"{kind} {row} was never added"

    def _born(self, kind: Kind) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """The events that added the rows of a kind."""
        for seq, event, subject, detail in self._all(
            "SELECT seq, event, subject, detail FROM audit WHERE kind = ? ORDER BY seq", kind
        ):
            told = json.loads(detail)
            state = event.removeprefix(f"{kind}.")
            if state.isupper() and "from" not in told:
                yield seq, subject, told

    def _own_states(self) -> Iterator[_Found]:
        """A claim with a state of its own is named by its event."""
        for claim, ordinal, state, seq, event, of, subject, detail, batch, made_in in self._all(
            _OWN
        ):
            if event is None:
                yield seq, f"claim {claim} names an event that is not there"
                continue
            told = json.loads(detail)
            named = (
                (event == f"claims.{state}" and claim in told["claims"])
                or ordinal in told.get("states", {}).get(state, ())
                or (event == "claim.reopened" and subject == claim and told["to"] == state)
            )
            place = ((Kind.SET, made_in), (Kind.BATCH, batch), (Kind.CLAIM, claim))
            if not named or (of, subject) not in place:
                yield seq, f"claim {claim} is {state}, its event says {event}"

    def _claims(self) -> Iterator[_Found]:
        """The claims that an event added are still there, with their values."""
        added = {
            seq: told["digest"]
            for seq, told in (
                (seq, json.loads(detail))
                for seq, detail in self._all(
                    "SELECT seq, detail FROM audit WHERE kind IN (?, ?)", Kind.BATCH, Kind.SET
                )
            )
            if "states" in told
        }
        claims = self._all(_PROVEN)
        for seq, found in itertools.groupby(claims, key=lambda row: row[0]):
            if rows_digest(row[1:] for row in found) != added.pop(seq, None):
                yield seq, "its claims are not those that were added"
        for seq, digest in added.items():
            if digest != rows_digest(()):
                yield seq, "its claims are gone"

    def _counted(self) -> Iterator[_Found]:
        """A file has as many claims as parse counted."""
        for seq, file in self._all(_COUNTED):
            yield seq, f"file {file} has another count of claims"

    def _placed(self) -> Iterator[_Found]:
        """A batch is where the intent has it, and in no transmission where none does."""
        told = {
            batch: (seq, transmission, group, number)
            for seq, transmission, detail in self._all(
                "SELECT seq, subject, detail FROM audit WHERE event = 'transmission.INTENDED'"
            )
            for batch, group, number in json.loads(detail)["placed"]
        }
        for batch, *place in self._all(
            "SELECT id, transmission, group_control, set_control FROM batches"
        ):
            seq, *expected = told.get(batch, (None, None, "", ""))
            if place != expected:
                yield seq, f"batch {batch} is in another transmission than it was put in"

    def _payloads(self) -> Iterator[_Found]:
        """Payloads have the digests that they were sealed with, and are gone where it says so."""
        for seq, event, file, detail in self._all(
            "SELECT seq, event, subject, detail FROM audit WHERE kind = ? AND event IN (?, ?)",
            *(Kind.PAYLOAD, "payload.sealed", "payload.shredded"),
        ):
            told = json.loads(detail)
            found = self._connection.execute(
                "SELECT role, digest, file, shredded_at IS NOT NULL FROM payloads WHERE id = ?",
                (told["payload"],),
            ).fetchone()
            shredded = event == "payload.shredded"
            if found is None or (not shredded and found[:2] != (told["role"], told["digest"])):
                yield seq, "a payload is not what was sealed"
            elif file and found[2] != file:
                yield seq, "a payload is of another file than it was sealed for"
            elif shredded and not found[3]:
                yield seq, "a payload that was shredded is said to be there"
        for event, which in (("payload.sealed", "1"), ("payload.shredded", "shredded_at")):
            for _ in self._all(_UNTOLD.format(which=which), Kind.PAYLOAD, event):
                yield None, f"a payload is in the store without its event {event}"
        for seq, file in self._all(_SOURCES):
            yield seq, f"the payload that file {file} came as is of another file"
        for seq, file in self._all(_HOLDS):
            yield seq, f"a payload of file {file} has another legal hold than was said"

    def _outcomes(self) -> Iterator[_Found]:
        """What documents said is what was told."""
        for seq, detail in self._all(
            "SELECT seq, detail FROM audit WHERE event = 'outcomes.told' ORDER BY seq"
        ):
            if rows_digest(self._all(_OUTCOMES, seq)) != json.loads(detail)["digest"]:
                yield seq, "outcomes are not those that were told"


def _state_of(kind: Kind, event: str, told: dict[str, Any]) -> tuple[str | None, str]:
    """The state that an event brings its subject into, and why."""
    if event == f"{kind}.reopened":
        return str(told["to"]), ""
    name, _, state = event.partition(".")
    return (state if name == kind else None), told.get("reason", "")
