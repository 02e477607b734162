"""What can be asked of the file (`contract.View`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from scrubjay.store import rows
from scrubjay.store.leases import Depth
from scrubjay.store.sqlite.tables import STATED, select
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

__all__ = ["Questions"]

R = TypeVar("R")

_OWN_ID: dict[type[Any], str] = {rows.Claim: "c.id", rows.Event: "seq"}

# The index is cut into blocks and has the ends of tokens (migrations/0002.sql); the newest block is
# looked into first. The + keeps SQLite from putting the token into the expression beside it.
_IN_BLOCKS = """
JOIN (
  WITH RECURSIVE block (number) AS (
    SELECT (SELECT max(id) FROM claims) >> 12
    UNION ALL SELECT number - 1 FROM block WHERE number > 0
  ) SELECT number FROM block
) AS block ON c.id >> 12 = block.number
WHERE substr(c.token, -8) = substr(?1, -8) AND +c.token = ?1 ORDER BY c.id DESC LIMIT ?2
"""
# The newest blocks, all tokens at once.
_NEWEST = """
WITH RECURSIVE block (number) AS (
  SELECT (SELECT max(id) FROM claims) >> 12
  UNION ALL SELECT number - 1 FROM block WHERE number > 0 LIMIT 128
), asked (token) AS MATERIALIZED (SELECT DISTINCT value FROM json_each(?1))
SELECT c.token, max(c.id) FROM block CROSS JOIN asked
CROSS JOIN claims AS c ON c.id >> 12 = block.number
  AND substr(c.token, -8) = substr(asked.token, -8) AND c.token = asked.token
JOIN files AS f ON f.id = c.file JOIN files AS own ON own.id = ?2
WHERE f.tenant = own.tenant AND f.practice = own.practice AND f.id <> own.id
GROUP BY c.token
"""
# All blocks: a claim may be paid months after it was sent.
_SENT = """
WITH RECURSIVE block (number) AS (
  SELECT (SELECT max(id) FROM claims) >> 12 UNION ALL SELECT number - 1 FROM block WHERE number > 0
), asked (token) AS MATERIALIZED (SELECT DISTINCT value FROM json_each(?1))
SELECT c.token, c.id, c.charge, b.transmission FROM block CROSS JOIN asked
CROSS JOIN claims AS c ON c.id >> 12 = block.number
  AND substr(c.token, -8) = substr(asked.token, -8) AND c.token = asked.token
JOIN batches AS b ON b.id = c.batch WHERE b.partner = ?2 AND b.transmission IS NOT NULL
"""
_AWAITED = {
    "999": """
SELECT EXISTS (
  SELECT 1 FROM batches AS b WHERE b.transmission = ?1 AND b.state <> 'REJECTED_BY_PARTNER'
    AND NOT EXISTS (
      SELECT 1 FROM outcomes AS o WHERE o.kind = 'batch' AND o.subject = b.id AND o.document = ?2))
""",
    "277CA": """
SELECT ?2 <> '' AND EXISTS (
  SELECT 1 FROM batches AS b JOIN claims AS c ON c.batch = b.id
  WHERE b.transmission = ?1 AND COALESCE(c.state, b.state) = 'SUBMITTED')
""",
    "835": """
SELECT EXISTS (
  SELECT 1 FROM batches AS b JOIN claims AS c ON c.batch = b.id
  WHERE b.transmission = ?1 AND COALESCE(c.state, b.state) IN ('SUBMITTED', 'ACKNOWLEDGED')
    AND NOT EXISTS (
      SELECT 1 FROM outcomes AS o WHERE o.kind = 'claim' AND o.subject = c.id AND o.document = ?2))
""",
}
# Whose claims a document has said nothing of: where they stand in their file.
_REFUSED = """
SELECT c.batch, (SELECT count(*) FROM claims AS d WHERE d.batch = c.batch AND d.id < c.id)
FROM batches AS b JOIN claims AS c ON c.batch = b.id
WHERE b.transmission = ? AND c.state = 'REJECTED_BY_PARTNER'
"""
_SILENT = """
SELECT c.file, c.ordinal FROM batches AS b JOIN claims AS c ON c.batch = b.id
WHERE b.transmission = ? AND COALESCE(c.state, b.state) = 'SUBMITTED' ORDER BY c.id LIMIT ?
"""
_DEPTH = """
SELECT
  count(*) FILTER (WHERE due <= :now OR since > :now),
  count(*) FILTER (WHERE owner IS NOT NULL AND due > :now AND since <= :now),
  count(*) FILTER (WHERE owner IS NULL AND due > :now AND since <= :now),
  min(due) FILTER (WHERE due <= :now)
FROM messages WHERE topic = :topic
"""
# With who placed it last, and why.
_LEGAL_HOLDS = """
SELECT p.file, e.at, e.actor, coalesce(e.detail ->> 'reason', ''), p.there
FROM (
  SELECT file, count(*) FILTER (WHERE shredded_at IS NULL) AS there
  FROM payloads WHERE legal_hold AND file IS NOT NULL GROUP BY file
) AS p
JOIN audit AS e ON e.seq = (
  SELECT max(seq) FROM audit
  WHERE kind = 'file' AND subject = p.file AND event = 'legal_hold.placed')
ORDER BY p.file
"""
_LET_GO = """
SELECT count(*) FROM payloads WHERE shredded_at IS NOT NULL AND (file = ?1 OR id IN (
  SELECT t.payload FROM batches AS b JOIN transmissions AS t ON t.id = b.transmission
  WHERE b.file = ?1))
"""
# Of a file: nothing of it is on its way, held, dead or owed, and what ended did so long enough ago.
# What is dead is over when somebody has discarded its letter.
_PURGEABLE = """
WHERE shredded_at IS NULL AND legal_hold = 0 AND sealed_at < :before
  AND role <> 'retained' AND (
    file IS NOT NULL AND EXISTS (
      SELECT 1 FROM files AS f WHERE f.id = payloads.file
        AND (f.state IN ('SCRUBBED', 'DEAD_LETTERED') AND f.changed_at < :before
          OR f.state = 'PURGED'))
    AND NOT EXISTS (
      SELECT 1 FROM dead_letters AS d WHERE d.file = payloads.file
        AND (d.closed_at IS NULL OR d.closed = 'discarded' AND d.closed_at >= :before))
    AND NOT EXISTS (
      SELECT 1 FROM batches AS b WHERE b.file = payloads.file
        AND (b.changed_at >= :before
          OR b.state NOT IN ('ACKNOWLEDGED', 'REJECTED_BY_PARTNER', 'DEAD_LETTERED', 'PURGED')
          OR b.state = 'DEAD_LETTERED' AND EXISTS (
            SELECT 1 FROM dead_letters AS d WHERE d.kind = 'transmission'
              AND d.subject = b.transmission AND d.closed_at IS NULL)))
    AND NOT EXISTS (
      SELECT 1 FROM sets AS s
      WHERE s.file = payloads.file AND s.state NOT IN ('SCRUBBED', 'DEAD_LETTERED', 'PURGED'))
    AND NOT EXISTS (
      SELECT 1 FROM interchanges AS i
      WHERE i.file = payloads.file AND i.state NOT IN ('SCRUBBED', 'DEAD_LETTERED', 'PURGED'))
    AND NOT EXISTS (
      SELECT 1 FROM claims AS c WHERE c.file = payloads.file AND (
        c.state IN ('VALIDATED', 'SCRUBBED', 'SUBMITTED', 'HELD_UNKNOWN', 'QUARANTINED')
        OR c.state = 'DEAD_LETTERED' AND NOT EXISTS (
          SELECT 1 FROM dead_letters AS d
          WHERE d.file = c.file AND d.kind = 'claim' AND d.subject = c.id)))
    AND NOT EXISTS (
      SELECT 1 FROM replies AS r WHERE r.file = payloads.file
        AND (r.state NOT IN ('SUBMITTED', 'DEAD_LETTERED')
          OR r.state = 'DEAD_LETTERED' AND EXISTS (
            SELECT 1 FROM dead_letters AS d WHERE d.kind = 'reply'
              AND d.subject = r.id AND d.closed_at IS NULL)))
    OR file IS NULL AND NOT EXISTS (
      -- of whom it speaks would have to be looked for: while any file has to stay, it does
      SELECT 1 FROM acknowledgments AS a, payloads AS h
      WHERE a.payload = payloads.id AND h.legal_hold)
    AND NOT EXISTS (
      SELECT 1 FROM transmissions AS t JOIN batches AS b ON b.transmission = t.id
      JOIN payloads AS h ON h.file = b.file
      WHERE t.payload = payloads.id AND h.legal_hold)
    AND NOT EXISTS (
      SELECT 1 FROM transmissions AS t JOIN batches AS b ON b.transmission = t.id
      WHERE t.payload = payloads.id
        AND (b.changed_at >= :before
          OR b.state NOT IN ('ACKNOWLEDGED', 'REJECTED_BY_PARTNER', 'DEAD_LETTERED', 'PURGED')
          OR b.state = 'DEAD_LETTERED' AND EXISTS (
            SELECT 1 FROM dead_letters AS d WHERE d.closed_at IS NULL
              AND (d.kind = 'transmission' AND d.subject = t.id
                OR d.kind = 'batch' AND d.subject = b.id))))
    AND NOT EXISTS (
      SELECT 1 FROM acknowledgments AS a WHERE a.payload = payloads.id
        AND (a.state <> 'ACKNOWLEDGED' OR a.changed_at >= :before))
  )
ORDER BY sealed_at LIMIT :most
"""


class Questions:
    """Asked on one connection, within whatever transaction it is in."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], int]) -> None:
        self._connection = connection
        self._clock = clock

    def _all(self, of: type[R], rest: str, *values: Any) -> list[R]:
        return select(self._connection, of, rest, values)

    def _row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        return found

    def _ids(self, statement: str, *values: Any) -> list[int]:
        return [row[0] for row in self._connection.execute(statement, values)]

    def one(self, of: type[R], row: int | str) -> R | None:
        """The row of that id."""
        found = self._all(of, f"WHERE {_OWN_ID.get(of, 'id')} = ?", row)
        return found[0] if found else None

    def partner_named(self, name: str) -> rows.Partner | None:
        """The partner of that name."""
        found = self._all(rows.Partner, "WHERE name = ?", name)
        return found[0] if found else None

    def state(self, kind: Kind, subject: int) -> State | None:
        """How far it has come."""
        if kind is Kind.CLAIM:
            claim = self.one(rows.Claim, subject)
            return None if claim is None else claim.state
        row = self._row(f"SELECT state FROM {STATED[kind]} WHERE id = ?", subject)
        return None if row is None else State(row[0])

    def interchanges_of(self, file: int) -> list[rows.Interchange]:
        """Those of a file."""
        return self._all(rows.Interchange, "WHERE file = ? ORDER BY ordinal", file)

    def sets_of(self, file: int) -> list[rows.TransactionSet]:
        """Those of a file."""
        return self._all(rows.TransactionSet, "WHERE file = ? ORDER BY ordinal", file)

    def batches_of(self, file: int) -> list[rows.Batch]:
        """Those of a file."""
        return self._all(rows.Batch, "WHERE file = ? ORDER BY ordinal", file)

    def batches_in(self, transmission: int) -> list[rows.Batch]:
        """Those of a transmission."""
        return self._all(rows.Batch, "WHERE transmission = ? ORDER BY id", transmission)

    def refused(self, transmission: int) -> list[tuple[int, int]]:
        """Claims of it that are REJECTED_BY_PARTNER by themselves."""
        return self._connection.execute(_REFUSED, (transmission,)).fetchall()

    def claims_of(self, batch: int) -> list[rows.Claim]:
        """Those of a batch."""
        return self._all(rows.Claim, "WHERE c.batch = ? ORDER BY c.id", batch)

    def claims_beside(self, file: int) -> list[rows.Claim]:
        """The claims of a file that are in no batch."""
        return self._all(rows.Claim, "WHERE c.file = ? AND c.batch IS NULL ORDER BY c.id", file)

    def payloads_of(self, file: int) -> list[rows.Payload]:
        """What lies in the vault of a file."""
        return self._all(rows.Payload, "WHERE file = ? ORDER BY sealed_at, id", file)

    def replies_of(self, file: int) -> list[rows.Reply]:
        """What goes back to the submitter of a file."""
        return self._all(rows.Reply, "WHERE file = ? ORDER BY id", file)

    def outcomes_of(self, kind: Kind, subject: int) -> list[rows.Outcome]:
        """What documents said of it."""
        return self._all(rows.Outcome, "WHERE kind = ? AND subject = ? ORDER BY at", kind, subject)

    def partners(self) -> list[rows.Partner]:
        """All of them."""
        return self._all(rows.Partner, "ORDER BY id")

    def claims_with(self, token: str, most: int = 100) -> list[rows.Claim]:
        """The claims of a token, newest first."""
        return self._all(rows.Claim, _IN_BLOCKS, token, most)

    def newest_with(self, file: int, tokens: Sequence[str]) -> dict[str, int]:
        """Of each token, the newest claim of another file of the same practice."""
        if not tokens:
            return {}
        return dict(self._connection.execute(_NEWEST, (json.dumps(tokens), file)).fetchall())

    def sent_with(self, partner: int, tokens: Sequence[str]) -> list[rows.SentClaim]:
        """The claims of these tokens that went to a partner."""
        found = self._connection.execute(_SENT, (json.dumps(tokens), partner))
        return [rows.SentClaim(*row) for row in found]

    def awaits(self, transmission: int, document: str) -> bool:
        """Whether something of it has no word of the document yet."""
        row = self._row(_AWAITED[document], transmission, document)
        return row is not None and bool(row[0])

    def silent(self, transmission: int, most: int) -> list[tuple[int, int]]:
        """File and ordinal of its claims that are SUBMITTED."""
        return self._connection.execute(_SILENT, (transmission, most)).fetchall()

    def in_state(self, kind: Kind, state: State, *, after: int = 0, most: int = 100) -> list[int]:
        """Ids of what is in a state, in order."""
        if kind is Kind.CLAIM:
            return self._ids(
                "SELECT c.id FROM claims AS c LEFT JOIN batches AS b ON b.id = c.batch "
                "WHERE c.id > ? AND COALESCE(c.state, b.state) = ? ORDER BY c.id LIMIT ?",
                *(after, state, most),
            )
        return self._ids(
            f"SELECT id FROM {STATED[kind]} WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
            *(state, after, most),
        )

    def ready(self, partner: int, most: int) -> list[rows.Batch]:
        """SCRUBBED batches of a partner that are in no transmission, oldest first."""
        return self._all(
            rows.Batch,
            "WHERE partner = ? AND state = 'SCRUBBED' AND transmission IS NULL ORDER BY id LIMIT ?",
            *(partner, most),
        )

    def open_transmissions(self, partner: int, state: State, most: int) -> list[rows.Transmission]:
        """Transmissions of a partner in a state, oldest first."""
        return self._all(
            rows.Transmission,
            "WHERE partner = ? AND state = ? ORDER BY id LIMIT ?",
            *(partner, state, most),
        )

    def transmission_by_control(self, partner: int, control: str) -> list[rows.Transmission]:
        """Those that went out with this ISA13, newest first."""
        return self._all(
            rows.Transmission,
            "WHERE partner = ? AND control = ? ORDER BY id DESC",
            partner,
            control,
        )

    def batches_by_group(self, partner: int, group_control: str) -> list[rows.Batch]:
        """Those that went out in a group of this GS06, newest transmission first."""
        return self._all(
            rows.Batch,
            "WHERE partner = ? AND group_control = ? AND transmission IS NOT NULL "
            "ORDER BY transmission DESC, id",
            *(partner, group_control),
        )

    def payloads(self, *, after: str = "", most: int = 500) -> list[rows.Payload]:
        """What lies in the vault, or did, in the order of the ids."""
        return self._all(rows.Payload, "WHERE id > ? ORDER BY id LIMIT ?", after, most)

    def begun(self) -> int:
        """When this store was made or restored."""
        row = self._row("SELECT created_at FROM identity")
        return 0 if row is None else int(row[0])

    def counts(self) -> dict[Kind, dict[State, int]]:
        """Rows by kind and state; claims by the state that they are in."""
        found: dict[Kind, dict[State, int]] = {
            kind: self._counted(f"SELECT state, count(*) FROM {table} GROUP BY state")
            for kind, table in STATED.items()
            if kind is not Kind.CLAIM
        }
        claims = self._counted("SELECT state, sum(claims - own) FROM batches GROUP BY state")
        own = self._counted(
            "SELECT state, count(*) FROM claims WHERE state IS NOT NULL GROUP BY state"
        )
        for state, count in own.items():
            claims[state] = claims.get(state, 0) + count
        found[Kind.CLAIM] = {state: count for state, count in claims.items() if count}
        return found

    def _counted(self, statement: str) -> dict[State, int]:
        return {State(state): count for state, count in self._connection.execute(statement)}

    def oldest(self, kind: Kind, state: State) -> int | None:
        """When the one that has been in the state for the longest came into it."""
        table = STATED[Kind.BATCH if kind is Kind.CLAIM else kind]
        row = self._row(f"SELECT min(changed_at) FROM {table} WHERE state = ?", state)
        return None if row is None else row[0]

    def overdue(self, now: int, most: int = 1000) -> list[rows.Deadline]:
        """Documents that should have come by `now` and have not."""
        return self._all(
            rows.Deadline, "WHERE met_at IS NULL AND due <= ? ORDER BY due LIMIT ?", now, most
        )

    def dead_letters(
        self,
        *,
        code: str | None = None,
        since: int | None = None,
        everything: bool = False,
        after: int = 0,
        most: int = 100,
    ) -> list[rows.DeadLetter]:
        """Open dead letters, oldest first."""
        conditions = ["id > ?"] + ["closed_at IS NULL"] * (not everything)
        values: list[Any] = [after]
        for condition, value in (("code = ?", code), ("created_at >= ?", since)):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        return self._all(
            rows.DeadLetter, f"WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?", *values, most
        )

    def is_due(self, topic: str) -> bool:
        """Whether there is a message to lease."""
        now = self._clock()
        row = self._row(
            "SELECT EXISTS (SELECT 1 FROM messages WHERE topic = ? AND due <= ?) "
            "OR EXISTS (SELECT 1 FROM messages WHERE topic = ? AND since > ?)",
            *(topic, now, topic, now),
        )
        return row is not None and bool(row[0])

    def depth(self, topic: str) -> Depth:
        """How much is on a topic."""
        now = self._clock()
        ready, leased, delayed, oldest = self._connection.execute(
            _DEPTH, {"now": now, "topic": topic}
        ).fetchone()
        return Depth(ready, leased, delayed, None if oldest is None else (now - oldest) / 1000)

    def owners(self) -> list[tuple[int, str]]:
        """The processes that hold leases, by number and name."""
        return self._connection.execute("SELECT id, name FROM owners").fetchall()

    def unspoken(self, waiting: rows.Waiting, most: int = 1000) -> list[int]:
        """What waits and no message speaks of."""
        table = STATED[waiting.kind]
        state = "state = ?" + " AND transmission IS NULL" * waiting.untransmitted
        silent = "NOT EXISTS (SELECT 1 FROM messages WHERE topic = ? AND subject = {0}.id) LIMIT ?"
        if waiting.by_partner:
            return self._ids(
                f"SELECT id FROM partners WHERE EXISTS (SELECT 1 FROM {table} "
                f"WHERE partner = partners.id AND {state}) AND {silent.format('partners')}",
                *(waiting.state, waiting.topic, most),
            )
        return self._ids(
            f"SELECT id FROM {table} WHERE {state} AND {silent.format(table)}",
            *(waiting.state, waiting.topic, most),
        )

    def events_of(self, kind: Kind, subject: int) -> list[rows.Event]:
        """The audit of one subject."""
        return self._all(rows.Event, "WHERE kind = ? AND subject = ? ORDER BY seq", kind, subject)

    def legal_holds(self) -> list[rows.LegalHold]:
        """The files on legal hold."""
        found = self._connection.execute(_LEGAL_HOLDS).fetchall()
        return [rows.LegalHold(*row) for row in found]

    def let_go(self, file: int) -> int:
        """How many payloads of a file, or sent with claims of it, are purged."""
        row = self._row(_LET_GO, file)
        return int(row[0]) if row else 0

    def purgeable(self, before: int, most: int = 100) -> list[rows.Payload]:
        """Payloads that may go."""
        return select(
            self._connection,
            rows.Payload,
            _PURGEABLE.replace(":before", "?1").replace(":most", "?2"),
            (before, most),
        )

    def outlived(self, before: int, most: int = 100) -> list[rows.Payload]:
        """What was kept of purged files, and for long enough."""
        where = (
            "WHERE role = 'retained' AND shredded_at IS NULL AND legal_hold = 0"
            " AND sealed_at < ? ORDER BY sealed_at LIMIT ?"
        )
        return select(self._connection, rows.Payload, where, (before, most))
