"""How states change: forward only, each change with its event."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scrubjay.store.sqlite.tables import STATED
from scrubjay.store.sqlite.trail import Trail
from scrubjay.store.states import PARKED, Kind, State, moves_to

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Moving"]

_OWN_STATES = """
SELECT c.id, c.batch, c.set_id, c.state, COALESCE(c.state, b.state)
FROM claims AS c LEFT JOIN batches AS b ON b.id = c.batch WHERE c.id = ?
"""
_COUNTED = {
    Kind.BATCH: "SELECT claims, transmission FROM batches WHERE id = ?",
    Kind.TRANSMISSION: "SELECT claims, id FROM transmissions WHERE id = ?",
}


class Moving(Trail):
    """The moves of a unit of work."""

    def advance(
        self,
        kind: Kind,
        subjects: int | Iterable[int],
        to: State,
        *,
        reason: str = "",
        detail: dict[str, Any] | None = None,
    ) -> list[int]:
        """Moves what may move."""
        ids = [subjects] if isinstance(subjects, int) else subjects
        if kind is Kind.CLAIM:
            return self.set_claims(ids, to, code=reason)
        starts = moves_to(kind, to)
        moved = []
        for subject in ids:
            start = self.state(kind, subject)
            if start in starts:
                told = self._told(kind, subject, start, reason)
                self._move(kind, subject, to, reason, told | (detail or {}))
                moved.append(subject)
        return moved

    def _move(self, kind: Kind, subject: int, to: State, reason: str, told: dict[str, Any]) -> None:
        seq = self.note(f"{kind}.{to}", kind, subject, told)
        self._connection.execute(
            f"UPDATE {STATED[kind]} SET state = ?, reason = ?, changed_at = ?, seq = ? "
            "WHERE id = ?",
            (to, reason, self.now, seq, subject),
        )
        if told["from"] == State.DEAD_LETTERED:
            self._overtaken(kind, subject)

    def _told(self, kind: Kind, subject: int, start: State, reason: str) -> dict[str, Any]:
        """What the event of a move says."""
        told: dict[str, Any] = {"from": start.value, **self._size(kind, subject)}
        return told | {"reason": reason} if reason else told

    def _size(self, kind: Kind, subject: int) -> dict[str, int]:
        """How many claims it is about."""
        if kind not in _COUNTED:
            return {}
        claims, transmission = self._connection.execute(_COUNTED[kind], (subject,)).fetchone()
        told = {"claims": claims}
        if kind is Kind.BATCH and transmission is not None:
            told["transmission"] = transmission
        return told

    def _overtaken(self, kind: Kind, subject: int) -> None:
        self._connection.execute(
            "UPDATE dead_letters SET closed_at = ?, closed = 'overtaken', actor = ? "
            "WHERE kind = ? AND subject = ? AND closed_at IS NULL",
            (self.now, self.actor, kind, subject),
        )

    def advance_batches(self, transmission: int, to: State, *, reason: str = "") -> list[int]:
        """Moves every batch of a transmission."""
        ids = self._ids("SELECT id FROM batches WHERE transmission = ? ORDER BY id", transmission)
        return self.advance(Kind.BATCH, ids, to, reason=reason)

    def set_claims(self, claims: Iterable[int], to: State, *, code: str = "") -> list[int]:
        """Gives single claims a state of their own, with one event for each batch of them."""
        starts = moves_to(Kind.CLAIM, to)
        moving: dict[tuple[Kind, int], list[tuple[int, bool, State]]] = {}
        for claim in claims:
            row = self._row(_OWN_STATES, claim)
            if row is not None and row[4] in starts:
                place = (Kind.SET, row[2]) if row[1] is None else (Kind.BATCH, row[1])
                moving.setdefault(place, []).append((claim, row[3] is None, State(row[4])))
        for (kind, subject), moved in moving.items():
            self._set(kind, subject, moved, to, code)
        return [claim for moved in moving.values() for claim, _, _ in moved]

    def _set(
        self,
        kind: Kind,
        subject: int,
        moved: list[tuple[int, bool, State]],
        to: State,
        code: str,
    ) -> None:
        starts = Counter(start.value for _, _, start in moved)
        told = {"claims": [claim for claim, _, _ in moved], "from": dict(starts), "code": code}
        seq = self.note(f"claims.{to}", kind, subject, told)
        self._connection.executemany(
            "UPDATE claims SET state = ?, code = ?, seq = ? WHERE id = ?",
            [(to, code, seq, claim) for claim, _, _ in moved],
        )
        fresh = sum(inherited for _, inherited, _ in moved)
        if kind is Kind.BATCH and fresh:
            self._connection.execute(
                "UPDATE batches SET own = own + ? WHERE id = ?", (fresh, subject)
            )
        for claim, _, start in moved:
            if start is State.DEAD_LETTERED:
                self._overtaken(Kind.CLAIM, claim)

    def reopen(self, kind: Kind, subject: int, to: State, *, reason: str) -> bool:
        """Out of a parked state, on an operator's word."""
        start = self.state(kind, subject)
        if start not in PARKED or (kind is Kind.CLAIM and not self._parked_alone(subject)):
            return False
        seq = self.note(
            f"{kind}.reopened", kind, subject, {"from": start.value, "to": to, "reason": reason}
        )
        if kind is Kind.CLAIM:
            self._rejoin(subject, to, seq)
        else:
            self._connection.execute(
                f"UPDATE {STATED[kind]} SET state = ?, reason = '', changed_at = ?, seq = ?, "
                "reopened = reopened + 1 WHERE id = ?",
                (to, self.now, seq, subject),
            )
        if start is State.DEAD_LETTERED:
            self._overtaken(kind, subject)
        return True

    def _parked_alone(self, claim: int) -> bool:
        """Whether the state is the claim's own: else its batch is to be reopened."""
        return (
            self._row("SELECT 1 FROM claims WHERE id = ? AND state IS NOT NULL", claim) is not None
        )

    def _rejoin(self, claim: int, to: State, seq: int) -> None:
        """A claim of a batch goes along with it again; one without gets the state."""
        self._connection.execute(
            "UPDATE batches SET own = own - 1 WHERE id = (SELECT batch FROM claims WHERE id = ?)",
            (claim,),
        )
        self._connection.execute(
            "UPDATE claims SET state = iif(batch IS NULL, ?, NULL), code = '', seq = ?, "
            "reopened = reopened + 1 WHERE id = ?",
            (to, seq, claim),
        )
