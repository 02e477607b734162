"""What is done with payloads and keys, as events of the audit (docs/audit.md).

The vault tells of each access before it gives anything out; here it becomes an event. A stage's
reading goes along with the commit of what comes of it; whoever reads for a person waits until the
event is durable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store.rows import Payload
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.store.contract import Store, Tx, View
    from scrubjay.vault import Access

__all__ = ["Auditor", "account_for"]

_EVENTS = {
    "opened": "payload.read",
    "verified": "payload.verified",
    "shredded": "payload.destroyed",
}
"""What is written down of an access; that it was sealed stands in its row's own event."""
_TOLD = ("key", "to")
"""Where the events of keys have the id of the key that they are about."""


class Auditor:
    """A vault's witness. `waits`: nothing is given out before its event is durable."""

    def __init__(self, store: Store, *, waits: bool) -> None:
        self._store = store
        self._waits = waits

    def __call__(self, access: Access) -> None:
        """Writes an access down; where that cannot be, it must not happen."""
        event = _EVENTS.get(access.action)
        if event is None or access.payload_id is None:
            return
        told = {"payload": access.payload_id, "purpose": access.purpose or "unsaid"}

        def note(tx: Tx) -> None:
            known = tx.one(Payload, told["payload"])
            tx.note(event, Kind.PAYLOAD, (known and known.file) or 0, told)

        if self._waits:
            self._store.do(note)
        else:
            self._store.later(note)


def account_for(store: Store, keys: Iterable[tuple[str, str]], *, fresh: bool) -> None:
    """Events of the keys that are there and that no event tells of, and of those that are gone.

    `keys` are what each is for, and its id. In a store that was just made they were made with it;
    later a key without an event was put there by hand, or by whoever was killed before the word.
    """
    there = {name: what for what, name in keys}
    if not any(_unaccounted(store.ask(_told_of), there)):
        return

    def note(tx: Tx) -> None:
        new, gone = _unaccounted(_told_of(tx), there)
        for name in new:
            event = "key.made" if fresh else "key.found"
            tx.note(event, Kind.KEY, 0, {"key": name, "of": there[name]})
        for name in gone:
            tx.note("key.missing", Kind.KEY, 0, {"key": name})

    store.do(note)


def _told_of(view: View) -> dict[str, str]:
    """The last event of each key."""
    last: dict[str, str] = {}
    for event in view.events_of(Kind.KEY, 0):
        if event.event.startswith("key."):
            last |= {event.detail[name]: event.event for name in _TOLD if name in event.detail}
    return last


def _unaccounted(told: dict[str, str], there: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Keys without an event, or that an event says are gone; and keys that are gone without one."""
    over = {"key.missing", "key.retired"}
    new = [name for name in there if told.get(name, "key.missing") == "key.missing"]
    gone = [name for name, event in told.items() if name not in there and event not in over]
    return new, gone
