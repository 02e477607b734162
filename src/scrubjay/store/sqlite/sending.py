"""What goes to partners and what they say of it: intents, receipts, outcomes, replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store.audit.chain import rows_digest
from scrubjay.store.errors import ConflictError
from scrubjay.store.rows import Added
from scrubjay.store.sqlite.intake import Intake
from scrubjay.store.sqlite.tables import select
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.store import rows

__all__ = ["Sending"]

_PLACE = """
UPDATE batches SET transmission = ?, group_control = ?, set_control = ?
WHERE id = ? AND partner = ? AND state = 'SCRUBBED' AND transmission IS NULL
"""
_KNOWN_OUTCOME = """
SELECT 1 FROM outcomes WHERE kind = ? AND subject = ? AND hop = ? AND document = ? AND verdict = ?
AND codes = ?
"""


class Sending(Intake):
    """The partners' side of a unit of work."""

    def partner(self, name: str) -> int:
        """The id of a partner, made where there is none."""
        known = self._row("SELECT id FROM partners WHERE name = ?", name)
        if known is not None:
            return int(known[0])
        row = self._next("partners")
        seq = self.note("partner.added", Kind.PARTNER, row, {"name": name})
        return self._insert(
            "partners", {"id": row, "name": name, "changed_at": self.now, "seq": seq}
        )

    def pause(self, partner: int, *, reason: str) -> bool:
        """Nothing more is sent to a partner."""
        return self._paused(partner, "paused", reason)

    def resume(self, partner: int, *, reason: str) -> bool:
        """It goes on."""
        return self._paused(partner, "resumed", reason)

    def _paused(self, partner: int, event: str, reason: str) -> bool:
        pausing = event == "paused"
        row = self._row("SELECT paused FROM partners WHERE id = ?", partner)
        if row is None or bool(row[0]) is pausing:
            return False
        seq = self.note(f"partner.{event}", Kind.PARTNER, partner, {"reason": reason})
        self._connection.execute(
            "UPDATE partners SET paused = ?, reason = ?, changed_at = ?, seq = ? WHERE id = ?",
            (pausing, reason, self.now, seq, partner),
        )
        return True

    def number(
        self, scope: str, name: str, count: int = 1, *, first: int = 1, last: int = 999_999_999
    ) -> int:
        """The first of `count` control numbers in a row."""
        row = self._row("SELECT next FROM counters WHERE scope = ? AND name = ?", scope, name)
        number = first if row is None else max(row[0], first)
        if number + count - 1 > last:
            number = first
        self._connection.execute(
            "INSERT INTO counters VALUES (?1, ?2, ?3) "
            "ON CONFLICT (scope, name) DO UPDATE SET next = ?3",
            (scope, name, number + count),
        )
        return number

    def add_transmission(
        self, transmission: rows.NewTransmission, placed: Sequence[rows.Placed]
    ) -> Added:
        """The intent to send these bytes."""
        new = transmission
        known = self._row("SELECT id, digest FROM transmissions WHERE key = ?", new.key)
        if known is not None:
            if known[1] != new.digest:
                raise ConflictError(f"transmission {known[0]} has the same key and other bytes")
            return Added(known[0], fresh=False)
        row = self._next("transmissions")
        told: dict[str, int | str] = {
            "partner": new.partner,
            "key": new.key,
            "payload": new.payload,
            "digest": new.digest,
            "size": new.size,
            "control": new.control,
            "usage": new.usage,
        }
        claims, charges = self._sums(placed)
        told |= {"batches": len(placed), "claims": claims, "charges": charges}
        places = [[one.batch, one.group_control, one.set_control] for one in placed]
        seq = self.note("transmission.INTENDED", Kind.TRANSMISSION, row, {**told, "placed": places})
        self._insert(
            "transmissions",
            {
                "id": row,
                **told,
                "state": State.INTENDED,
                "created_at": self.now,
                "changed_at": self.now,
                "seq": seq,
            },
        )
        for place in placed:
            self._place(row, new.partner, place)
        return Added(row, fresh=True)

    def _sums(self, placed: Sequence[rows.Placed]) -> tuple[int, int]:
        sums = [
            self._row("SELECT claims, charges FROM batches WHERE id = ?", place.batch) or (0, 0)
            for place in placed
        ]
        return sum(claims for claims, _ in sums), sum(charges for _, charges in sums)

    def _place(self, transmission: int, partner: int, place: rows.Placed) -> None:
        values = (transmission, place.group_control, place.set_control, place.batch, partner)
        if self._connection.execute(_PLACE, values).rowcount != 1:
            raise ConflictError(f"batch {place.batch} is not free to be sent to partner {partner}")

    def begin_send(self, transmission: int) -> int:
        """Tells that bytes are about to leave."""
        row = self._row(
            "SELECT t.state, t.tries, p.paused FROM transmissions AS t "
            "JOIN partners AS p ON p.id = t.partner WHERE t.id = ?",
            transmission,
        )
        if row is None or row[0] != State.INTENDED or row[2]:
            raise ConflictError(f"transmission {transmission} is not to be sent now")
        tries = int(row[1]) + 1
        self.note("transmission.begun", Kind.TRANSMISSION, transmission, {"try": tries})
        self._connection.execute(
            "UPDATE transmissions SET tries = ?, begun_at = ? WHERE id = ?",
            (tries, self.now, transmission),
        )
        return tries

    def not_received(self, transmission: int, *, code: str, counts: bool = True) -> None:
        """The try that was begun last brought nothing there."""
        self.note("transmission.not_received", Kind.TRANSMISSION, transmission, {"code": code})
        self._connection.execute(
            "UPDATE transmissions SET begun_at = NULL, tries = max(tries - ?, 0) WHERE id = ?",
            (not counts, transmission),
        )

    def record_receipt(self, transmission: int, receipt: str) -> None:
        """What the partner said when it took the bytes."""
        self.note("transmission.receipt", Kind.TRANSMISSION, transmission, {"receipt": receipt})
        self._connection.execute(
            "UPDATE transmissions SET receipt = ? WHERE id = ?", (receipt, transmission)
        )

    def add_acknowledgment(self, acknowledgment: rows.NewAcknowledgment) -> Added:
        """A file from a partner."""
        new = acknowledgment
        known = self._row(
            "SELECT id FROM acknowledgments WHERE partner = ? AND digest = ?",
            *(new.partner, new.digest),
        )
        if known is not None:
            return Added(known[0], fresh=False)
        row = self._next("acknowledgments")
        told = {
            "partner": new.partner,
            "payload": new.payload,
            "digest": new.digest,
            "size": new.size,
            "control": new.control,
        }
        seq = self.note("acknowledgment.INGESTED", Kind.ACKNOWLEDGMENT, row, told)
        self._insert(
            "acknowledgments",
            {
                "id": row,
                **told,
                "state": State.INGESTED,
                "received_at": self.now,
                "changed_at": self.now,
                "seq": seq,
            },
        )
        return Added(row, fresh=True)

    def add_outcomes(self, outcomes: Iterable[rows.Outcome]) -> list[rows.Outcome]:
        """What documents said; gives what is contradicted by it."""
        from scrubjay.store import rows

        told: dict[int, list[tuple[int | str | None, ...]]] = {}
        said: dict[tuple[str, int, str, str], rows.Outcome] = {}
        contradicted = []
        for one in outcomes:
            before = said.setdefault((one.kind, one.subject, one.hop, one.document), one)
            if before.verdict != one.verdict:
                contradicted.append(before)
            contradicted += select(
                self._connection,
                rows.Outcome,
                "WHERE kind = ? AND subject = ? AND hop = ? AND document = ? AND verdict <> ?",
                (one.kind, one.subject, one.hop, one.document, one.verdict),
            )
            values = (one.kind.value, one.subject, one.hop, one.document, one.verdict, one.codes)
            if self._row(_KNOWN_OUTCOME, *values) is None:
                row = (*values, one.acknowledgment, one.at or self.now)
                told.setdefault(one.acknowledgment or 0, []).append(row)
        for acknowledgment, found in told.items():
            self._tell(acknowledgment, found)
        return contradicted

    def _tell(self, acknowledgment: int, told: list[tuple[int | str | None, ...]]) -> None:
        """Outcomes of one document, with the event that proves them."""
        fresh = sorted(set(told))
        detail = {"outcomes": len(fresh), "digest": rows_digest(fresh)}
        seq = self.note("outcomes.told", Kind.ACKNOWLEDGMENT, acknowledgment, detail)
        self._connection.executemany(
            "INSERT INTO outcomes VALUES (?,?,?,?,?,?,?,?,?)", [(*row, seq) for row in fresh]
        )

    def expect(self, transmission: int, document: str, due: int) -> None:
        """A document that is owed by a time."""
        self._connection.execute(
            "INSERT OR IGNORE INTO deadlines VALUES (?, ?, ?, NULL)", (transmission, document, due)
        )

    def met(self, transmission: int, document: str) -> None:
        """It has come."""
        self._connection.execute(
            "UPDATE deadlines SET met_at = ? "
            "WHERE transmission = ? AND document = ? AND met_at IS NULL",
            (self.now, transmission, document),
        )

    def add_reply(self, reply: rows.NewReply) -> Added:
        """A file for a submitter."""
        told = {"file": reply.file, "role": reply.role, "origin": reply.origin, "name": reply.name}
        known = self._row(
            "SELECT id FROM replies WHERE file = ? AND role = ? AND origin = ? AND name = ?",
            *told.values(),
        )
        if known is not None:
            return Added(known[0], fresh=False)
        row = self._next("replies")
        told["payload"] = reply.payload
        seq = self.note("reply.INTENDED", Kind.REPLY, row, told)
        self._insert(
            "replies",
            {
                "id": row,
                **told,
                "state": State.INTENDED,
                "created_at": self.now,
                "changed_at": self.now,
                "seq": seq,
            },
        )
        return Added(row, fresh=True)
