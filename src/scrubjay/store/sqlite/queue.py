"""The queue's table: messages that are published, leased, settled, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store.errors import StaleLeaseError
from scrubjay.store.leases import Lease, Message
from scrubjay.store.sqlite.sending import Sending
from scrubjay.store.sqlite.tables import STATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.store import rows

__all__ = ["Queue"]

_PUBLISH = """
INSERT OR IGNORE INTO messages (topic, subject, due, since, published_at) VALUES (?, ?, ?, ?, ?)
"""
# One that is worked on comes again; one that waits untried comes as early as the new one would.
_AGAIN = """
UPDATE messages SET
  again = owner IS NOT NULL,
  due = iif(owner IS NULL AND attempts = 0, min(due, ?), due)
WHERE topic = ? AND subject = ?
"""
_OLDEST = """
SELECT id, subject, attempts FROM messages WHERE topic = ? AND due <= ? ORDER BY due, id LIMIT ?
"""
# `since` lies in the future only where a clock was put back: nobody waits for it to come again.
_SET_BACK = """
SELECT id, subject, attempts FROM messages WHERE topic = ? AND since > ? ORDER BY since, id LIMIT ?
"""
_HOLD = """
UPDATE messages SET owner = ?, fence = ?, attempts = ?, since = ?, due = ? WHERE id = ?
"""
_HELD = "WHERE topic = ? AND subject = ? AND fence = ? AND owner IS NOT NULL"


class Queue(Sending):
    """The messages of a unit of work."""

    def publish(self, topic: str, subjects: int | Iterable[int], *, delay: float = 0) -> int:
        """Messages for `topic`, one a subject."""
        due = self.now + round(delay * 1000)
        new = 0
        for subject in [subjects] if isinstance(subjects, int) else subjects:
            values = (topic, subject, due, self.now, self.now)
            if self._connection.execute(_PUBLISH, values).rowcount:
                new += 1
            else:
                self._connection.execute(_AGAIN, (due, topic, subject))
        if not delay:
            self.published.add(topic)
        return new

    def lease(self, topic: str, most: int, seconds: float) -> list[Lease]:
        """Up to `most` messages that are due, oldest first."""
        found = self._connection.execute(_OLDEST, (topic, self.now, most)).fetchall()
        if len(found) < most:
            known = {row[0] for row in found}
            rest = self._connection.execute(_SET_BACK, (topic, self.now, most)).fetchall()
            found += [row for row in rest if row[0] not in known][: most - len(found)]
        return [self._hold(topic, row, seconds) for row in found]

    def take(self, topic: str, subject: int, seconds: float) -> Lease | None:
        """One message by name."""
        row = self._row(
            "SELECT id, subject, attempts FROM messages "
            "WHERE topic = ? AND subject = ? AND (due <= ? OR since > ?)",
            *(topic, subject, self.now, self.now),
        )
        return None if row is None else self._hold(topic, row, seconds)

    def _hold(self, topic: str, row: tuple[Any, ...], seconds: float) -> Lease:
        message, subject, attempts = row
        fence = self.number("queue", "fence", last=2**62)
        until = self.now + round(seconds * 1000)
        self._connection.execute(_HOLD, (self.owner, fence, attempts + 1, self.now, until, message))
        return Lease(Message(topic, subject), fence, attempts + 1)

    def _held(self, statement: str, lease: Lease, *values: Any) -> bool:
        where = (lease.topic, lease.subject, lease.fence)
        return self._connection.execute(f"{statement} {_HELD}", (*values, *where)).rowcount == 1

    def _mine(self, done: bool, lease: Lease) -> None:  # noqa: FBT001 - what a statement said
        if not done:
            raise StaleLeaseError(
                f"{lease.topic} {lease.subject} is somebody else's by now: its lease ran out"
            )

    def renew(self, lease: Lease, seconds: float) -> None:
        """It is ours for `seconds` from now."""
        until = self.now + round(seconds * 1000)
        self._mine(
            self._held("UPDATE messages SET since = ?, due = ?", lease, self.now, until), lease
        )

    def holds(self, lease: Lease) -> None:
        """Raises where it is somebody else's by now."""
        where = (lease.topic, lease.subject, lease.fence)
        self._mine(self._row(f"SELECT 1 FROM messages {_HELD}", *where) is not None, lease)

    def settle(self, lease: Lease) -> None:
        """The message is done with."""
        once_more = (
            "UPDATE messages SET owner = NULL, due = ?, since = ?, again = 0, attempts = 0 "
            f"{_HELD} AND again"
        )
        where = (lease.topic, lease.subject, lease.fence)
        if self._connection.execute(once_more, (self.now, self.now, *where)).rowcount:
            self.published.add(lease.topic)
            return
        self._mine(self._held("DELETE FROM messages", lease), lease)

    def release(self, lease: Lease, *, delay: float = 0, counts: bool = True) -> None:
        """Gives the message back."""
        due = self.now + round(delay * 1000)
        change = (
            "UPDATE messages SET owner = NULL, again = 0, due = ?, since = ?, "
            "attempts = attempts - ?"
        )
        self._mine(self._held(change, lease, due, self.now, 0 if counts else 1), lease)
        self.published.add(lease.topic)

    def enrol(self, name: str) -> int:
        """This process among those that hold leases; its number."""
        return self._insert("owners", {"name": name, "actor": self.actor, "since": self.now})

    def free(self, owner: int) -> int:
        """Gives back what a process held that is no more; how many."""
        held = "SELECT DISTINCT topic FROM messages WHERE owner = ?"
        topics = {row[0] for row in self._connection.execute(held, (owner,))}
        freed = self._connection.execute(
            "UPDATE messages SET owner = NULL, due = ?, since = ? WHERE owner = ?",
            (self.now, self.now, owner),
        ).rowcount
        self._connection.execute("DELETE FROM owners WHERE id = ?", (owner,))
        self.published |= topics
        return freed

    def sweep(self, waiting: rows.Waiting, subjects: Iterable[int]) -> int:
        """Messages for what was found waiting, as far as it still does."""
        return self.publish(
            waiting.topic, [subject for subject in subjects if self._waits(waiting, subject)]
        )

    def _waits(self, waiting: rows.Waiting, subject: int) -> bool:
        column = "partner" if waiting.by_partner else "id"
        alone = " AND transmission IS NULL" * waiting.untransmitted
        row = self._row(
            f"SELECT 1 FROM {STATED[waiting.kind]} WHERE {column} = ? AND state = ?{alone}",
            *(subject, waiting.state),
        )
        return row is not None
