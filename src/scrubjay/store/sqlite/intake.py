"""What arrives and what is made of it: files, interchanges, sets, batches, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store.audit.chain import rows_digest, text_digest
from scrubjay.store.errors import ConflictError
from scrubjay.store.rows import Added, ClaimRows
from scrubjay.store.sqlite.moving import Moving
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.store import rows

__all__ = ["Intake"]

_CLAIM = """
INSERT INTO claims (file, set_id, batch, ordinal, token, trace, charge, state, code, corrects,
  added, seq)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
"""
# All claims of a batch by one statement: SQLite reads the rows, and Python can do something else.
_CLAIMS = """
INSERT INTO claims (file, set_id, batch, ordinal, token, trace, charge, state, code, corrects,
  added, seq)
SELECT ?1, ?2, ?3, json_extract(value, '$[0]'), json_extract(value, '$[1]'),
  json_extract(value, '$[2]'), json_extract(value, '$[3]'), NULL, '', json_extract(value, '$[4]'),
  ?4, ?4
FROM json_each(?5)
"""


class Intake(Moving):
    """Rows that a unit of work adds, each at most once."""

    def _insert(self, table: str, values: dict[str, Any]) -> int:
        """A new row; its id."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        made = self._connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())
        )
        return int(made.lastrowid or 0)

    def _next(self, table: str) -> int:
        """The id that the next row gets: an event names its subject before the row is there."""
        row = self._row(f"SELECT max(id) FROM {table}")
        return (row[0] or 0) + 1 if row else 1

    def add_payload(self, payload: rows.Payload) -> None:
        """Tells what lies in the vault."""
        known = self._row("SELECT digest, size FROM payloads WHERE id = ?", payload.id)
        if known is not None:
            if known != (payload.digest, payload.size):
                raise ConflictError(f"payload {payload.id} is there with other bytes")
            return
        sealed = payload.sealed_at or self.now
        self._connection.execute(
            "INSERT INTO payloads (id, role, size, digest, file, sealed_at, legal_hold) "
            "VALUES (?,?,?,?,?,?,?)",
            (
                *(payload.id, payload.role, payload.size, payload.digest, payload.file, sealed),
                self._is_held(payload.file),
            ),
        )
        told = {"payload": payload.id, "role": payload.role, "digest": payload.digest}
        self.note("payload.sealed", Kind.PAYLOAD, payload.file or 0, told)

    def _is_held(self, file: int | None) -> bool:
        """Whether a file is on legal hold: what is made of it later is, too."""
        row = self._row("SELECT max(legal_hold) FROM payloads WHERE file = ?", file)
        return row is not None and bool(row[0])

    def add_file(self, file: rows.NewFile) -> Added:
        """A file that arrived."""
        known = self._row(
            "SELECT id FROM files WHERE tenant = ? AND practice = ? AND digest = ?",
            *(file.tenant, file.practice, file.digest),
        )
        if known is not None:
            self.note("file.repeated", Kind.FILE, known[0], {"door": file.door})
            return Added(known[0], fresh=False)
        row = self._next("files")
        told = {
            "tenant": file.tenant,
            "practice": file.practice,
            "door": file.door,
            "payload": file.payload,
            "digest": file.digest,
            "size": file.size,
        }
        seq = self.note(f"file.{file.state}", Kind.FILE, row, told)
        self._insert(
            "files",
            {
                "id": row,
                **told,
                "state": file.state,
                "received_at": self.now,
                "changed_at": self.now,
                "seq": seq,
            },
        )
        self._connection.execute(
            "UPDATE payloads SET file = ? WHERE id = ? AND file IS NULL", (row, file.payload)
        )
        return Added(row, fresh=True)

    def add_interchange(self, interchange: rows.NewInterchange) -> Added:
        """An interchange of a file."""
        new = interchange
        there = self._row(
            "SELECT id FROM interchanges WHERE file = ? AND ordinal = ?", new.file, new.ordinal
        )
        same = "SELECT id FROM interchanges WHERE tenant = ? AND identity = ? AND digest "
        known = there or self._row(f"{same} = ?", new.tenant, new.identity, new.digest)
        others = tuple(self._ids(f"{same} <> ? ORDER BY id", new.tenant, new.identity, new.digest))
        if known is not None:
            return Added(known[0], fresh=False, conflicts=others)
        row = self._next("interchanges")
        told = {
            "file": new.file,
            "ordinal": new.ordinal,
            "tenant": new.tenant,
            "identity": new.identity,
            "digest": new.digest,
            "control": new.control,
            "sender": new.sender,
            "receiver": new.receiver,
            "usage": new.usage,
        }
        seq = self.note(f"interchange.{new.state}", Kind.INTERCHANGE, row, told)
        self._insert(
            "interchanges",
            {"id": row, **told, "state": new.state, "changed_at": self.now, "seq": seq},
        )
        return Added(row, fresh=True, conflicts=others)

    def add_set(self, transaction_set: rows.NewSet) -> Added:
        """A transaction set of a file."""
        new = transaction_set
        others, same = (
            tuple(
                self._ids(
                    f"SELECT id FROM sets WHERE suspect_key = ? AND digest {how} ? AND file <> ? "
                    "ORDER BY id",
                    *(new.suspect_key, new.digest, new.file),
                )
            )
            for how in ("<>", "=")
        )
        known = self._row(
            "SELECT id FROM sets WHERE file = ? AND ordinal = ?", new.file, new.ordinal
        )
        if known is not None:
            return Added(known[0], fresh=False, conflicts=others, same=same)
        row = self._next("sets")
        told = {
            "file": new.file,
            "interchange": new.interchange,
            "ordinal": new.ordinal,
            "code": new.code,
            "control": new.control,
            "group_control": new.group_control,
            "claims": new.claims,
            "digest": new.digest,
            "suspect_key": new.suspect_key,
        }
        seq = self.note(f"set.{new.state}", Kind.SET, row, told)
        self._insert(
            "sets", {"id": row, **told, "state": new.state, "changed_at": self.now, "seq": seq}
        )
        return Added(row, fresh=True, conflicts=others, same=same)

    def count_claims(self, file: int, claims: int) -> None:
        """How many claims parse found in a file."""
        self.note("file.counted", Kind.FILE, file, {"claims": claims})
        self._connection.execute("UPDATE files SET claims = ? WHERE id = ?", (claims, file))

    def add_batch(
        self, batch: rows.NewBatch, claims: Sequence[rows.NewClaim] | rows.ClaimRows
    ) -> Added:
        """A batch with its claims."""
        known = self._row(
            "SELECT id FROM batches WHERE file = ? AND ordinal = ?", batch.file, batch.ordinal
        )
        if known is not None:
            return Added(known[0], fresh=False)
        row = self._next("batches")
        count, charges, own = _sums(claims)
        new, again = self._parted(batch.file, claims)
        told = {
            "file": batch.file,
            "ordinal": batch.ordinal,
            "partner": batch.partner,
            "claims": count,
            "charges": charges,
            "ruleset": batch.ruleset,
            "set_id": batch.set,
            "payload": batch.payload,
            "start": batch.start,
            "length": batch.length,
        }
        seq = self.note(f"batch.{batch.state}", Kind.BATCH, row, {**told, **_proof(new)})
        self._insert(
            "batches",
            {
                "id": row,
                **told,
                "state": batch.state,
                "own": own,
                "seq": seq,
                "created_at": self.now,
                "changed_at": self.now,
            },
        )
        self._add_claims(batch.file, batch.set, row, new, seq)
        for claim in again:
            self._connection.execute(
                "UPDATE claims SET batch = ?, state = ?, code = ?, seq = ? "
                "WHERE file = ? AND ordinal = ?",
                (row, claim.state, claim.code, seq, batch.file, claim.ordinal),
            )
        return Added(row, fresh=True)

    def _parted(
        self, file: int, claims: Sequence[rows.NewClaim] | rows.ClaimRows
    ) -> tuple[Sequence[rows.NewClaim] | rows.ClaimRows, list[rows.NewClaim]]:
        """Those that are new, and those that are scrubbed once more."""
        known = set(
            self._ids(
                "SELECT ordinal FROM claims WHERE state = ? AND batch IS NULL AND +file = ?",
                *(State.VALIDATED, file),
            )
        )
        if not known:
            return claims, []
        each = claims.claims() if isinstance(claims, ClaimRows) else claims
        again = [claim for claim in each if claim.ordinal in known]
        return [claim for claim in each if claim.ordinal not in known], again

    def add_claims(self, file: int, set_id: int, claims: Sequence[rows.NewClaim]) -> int:
        """Claims that are in no batch."""
        known = "SELECT 1 FROM claims WHERE file = ? AND ordinal = ?"
        new = [claim for claim in claims if self._row(known, file, claim.ordinal) is None]
        if new:
            seq = self.note("claims.added", Kind.SET, set_id, {"file": file, **_proof(new)})
            self._add_claims(file, set_id, None, new, seq)
        return len(new)

    def _add_claims(
        self,
        file: int,
        set_id: int,
        batch: int | None,
        claims: Sequence[rows.NewClaim] | rows.ClaimRows,
        seq: int,
    ) -> None:
        if isinstance(claims, ClaimRows):
            self._connection.execute(_CLAIMS, (file, set_id, batch, seq, claims.text))
            return
        self._connection.executemany(
            _CLAIM,
            [
                (
                    *(file, set_id, batch, claim.ordinal, claim.token, claim.trace, claim.charge),
                    *(claim.state, claim.code, claim.corrects, seq, seq),
                )
                for claim in claims
            ],
        )


def _sums(claims: Sequence[rows.NewClaim] | rows.ClaimRows) -> tuple[int, int, int]:
    """How many, their charges, and how many have a state of their own."""
    if isinstance(claims, ClaimRows):
        return claims.count, claims.charges, 0
    own = sum(claim.state is not None for claim in claims)
    return len(claims), sum(claim.charge for claim in claims), own


def _proof(claims: Sequence[rows.NewClaim] | rows.ClaimRows) -> dict[str, Any]:
    """What an event keeps of the claims that it adds."""
    if isinstance(claims, ClaimRows):
        return {"digest": text_digest(claims.text), "states": {}}
    states: dict[str, list[int]] = {}
    for claim in claims:
        if claim.state is not None:
            states.setdefault(claim.state, []).append(claim.ordinal)
    values = (
        (claim.ordinal, claim.token, claim.trace, claim.charge, claim.corrects) for claim in claims
    )
    return {"digest": rows_digest(values), "states": states}
