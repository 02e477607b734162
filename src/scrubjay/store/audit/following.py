"""One claim's events: its own, its batch's, its set's, its file's, its transmission's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store import rows
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from scrubjay.store.contract import View
    from scrubjay.store.rows import Claim, Event

__all__ = ["story"]


def story(view: View, claim: Claim) -> list[Event]:
    """What happened to a claim, in order; of its batch and set only what took the claim along."""
    subjects = [(Kind.FILE, claim.file), (Kind.CLAIM, claim.id)]
    if claim.set is not None:
        subjects.append((Kind.SET, claim.set))
        made = view.one(rows.TransactionSet, claim.set)
        if made is not None:
            subjects.append((Kind.INTERCHANGE, made.interchange))
    batch = None if claim.batch is None else view.one(rows.Batch, claim.batch)
    if batch is not None:
        subjects.append((Kind.BATCH, batch.id))
        if batch.transmission is not None:
            subjects.append((Kind.TRANSMISSION, batch.transmission))
    events = [event for subject in subjects for event in view.events_of(*subject)]
    # who read the file that it came in, or what was made of it
    events += [
        event for event in view.events_of(Kind.PAYLOAD, claim.file) if event.event == "payload.read"
    ]
    return sorted((event for event in events if _takes(event, claim)), key=lambda event: event.seq)


def _takes(event: Event, claim: Claim) -> bool:
    """Whether an event is about this claim: those of single claims name them."""
    detail = event.detail
    if event.event == "claims.added":
        return any(claim.ordinal in ordinals for ordinals in detail["states"].values())
    if event.event.startswith("claims."):
        return claim.id in detail["claims"]
    return True
