"""What goes wrong and what is let go: dead letters, alerts, legal holds, purges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store import rows
from scrubjay.store.audit.chain import written
from scrubjay.store.rows import Added
from scrubjay.store.sqlite.queue import Queue
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Trouble"]


class Trouble(Queue):
    """The dark side of a unit of work."""

    def bury(self, letter: rows.NewDeadLetter) -> int | None:
        """Moves a subject to DEAD_LETTERED and keeps its letter."""
        kind, subject = letter.kind, letter.subject
        was = self.state(kind, subject)
        if was is None or not self._died(letter, was):
            return None
        return self._insert(
            "dead_letters",
            {
                "kind": kind,
                "subject": subject,
                "topic": letter.topic,
                "code": letter.code,
                "attempts": letter.attempts,
                "file": letter.file,
                "ruleset": letter.ruleset,
                "place": written(letter.place),
                "history": _listed(letter.history),
                "was": _alive(kind, was),
                "created_at": self.now,
            },
        )

    def _died(self, letter: rows.NewDeadLetter, was: State) -> bool:
        """Whether it is dead now and has no letter: a claim may be dead from the start."""
        kind, subject = letter.kind, letter.subject
        if was is State.DEAD_LETTERED:
            known = "SELECT 1 FROM dead_letters WHERE kind = ? AND subject = ?"
            return self._row(known, kind, subject) is None
        detail = {"topic": letter.topic, "attempts": letter.attempts}
        return bool(
            self.advance(kind, subject, State.DEAD_LETTERED, reason=letter.code, detail=detail)
        )

    def retry(self, letter: int, *, reason: str = "") -> bool:
        """Puts the subject back where it stood and its message on its queue."""
        found = self.one(rows.DeadLetter, letter)
        if found is None or found.closed_at is not None:
            return False
        told: dict[str, Any] = {"letter": letter, "reason": reason}
        self.note("dead_letter.retried", found.kind, found.subject, told)
        self._close(letter, "retried", reason)
        if self.reopen(found.kind, found.subject, found.was, reason=reason):
            if found.kind is Kind.FILE:
                self._with_it(found.subject, found.was, reason)
            self.publish(found.topic, found.subject)
        return True

    def _with_it(self, file: int, to: State, reason: str) -> None:
        """What died with a file comes back with it."""
        for row in self.interchanges_of(file):
            if row.state is State.DEAD_LETTERED:
                self.reopen(Kind.INTERCHANGE, row.id, to, reason=reason)
        for each in self.sets_of(file):
            if each.state is State.DEAD_LETTERED:
                self.reopen(Kind.SET, each.id, State.PARSED, reason=reason)

    def discard(self, letter: int, *, reason: str) -> bool:
        """Closes the letter; the subject stays where it is."""
        found = self.one(rows.DeadLetter, letter)
        if found is None or found.closed_at is not None:
            return False
        told: dict[str, Any] = {"letter": letter, "reason": reason}
        self.note("dead_letter.discarded", found.kind, found.subject, told)
        self._close(letter, "discarded", reason)
        return True

    def _close(self, letter: int, how: str, reason: str) -> None:
        self._connection.execute(
            "UPDATE dead_letters SET closed_at = ?, closed = ?, reason = ?, actor = ? WHERE id = ?",
            (self.now, how, reason, self.actor, letter),
        )

    def add_alert(self, name: str, kind: Kind, subject: int) -> Added:
        """Something that somebody outside should know."""
        known = self._row(
            "SELECT id FROM alerts WHERE name = ? AND kind = ? AND subject = ?",
            *(name, kind, subject),
        )
        if known is not None:
            return Added(known[0], fresh=False)
        self.note(f"alert.{name}", kind, subject)
        values = {"name": name, "kind": kind, "subject": subject, "at": self.now}
        return Added(self._insert("alerts", values), fresh=True)

    def hold(self, file: int, *, on: bool, reason: str) -> bool:
        """Legal hold on the payloads of a file."""
        found = self._row("SELECT max(legal_hold) FROM payloads WHERE file = ?", file)
        if found is None or bool(found[0]) == on:
            return False
        event = "legal_hold.placed" if on else "legal_hold.released"
        self.note(event, Kind.FILE, file, {"reason": reason})
        self._connection.execute("UPDATE payloads SET legal_hold = ? WHERE file = ?", (on, file))
        return True

    def shredded(self, payload: str) -> None:
        """It is let go: its key is destroyed by whoever said so, or by the next who looks."""
        row = self._row("SELECT file, shredded_at FROM payloads WHERE id = ?", payload)
        if row is None or row[1] is not None:
            return
        self.note("payload.shredded", Kind.PAYLOAD, row[0] or 0, {"payload": payload})
        self._connection.execute(
            "UPDATE payloads SET shredded_at = ? WHERE id = ?", (self.now, payload)
        )


def _alive(kind: Kind, was: State) -> State:
    """Where a subject goes when it is tried again; a claim born dead is scrubbed anew."""
    if was is not State.DEAD_LETTERED:
        return was
    return State.VALIDATED if kind is Kind.CLAIM else State.INGESTED


def _listed(history: tuple[dict[str, Any], ...]) -> str:
    return f"[{','.join(map(written, history))}]"
