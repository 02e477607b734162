"""One claim's whole story: every claim of a number, where it came from, and what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store.rows import Batch, File, Transmission
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.store.contract import View
    from scrubjay.store.rows import Claim, Event

__all__ = ["story"]

_SHIFT = 32


def story(view: View, token: str) -> list[dict[str, Any]]:
    """The claims of a token, newest first, each with its steps in order.

    A step is a time (milliseconds of UTC), an event, what it is about, and its detail: states,
    codes and counts, no patient.
    """
    return [_told(view, claim) for claim in view.claims_with(token)]


def _told(view: View, claim: Claim) -> dict[str, Any]:
    batch = None if claim.batch is None else view.one(Batch, claim.batch)
    sent = None
    if batch is not None and batch.transmission is not None:
        sent = view.one(Transmission, batch.transmission)
    steps = sorted(_steps(view, claim, batch, sent), key=lambda event: event.seq)
    outcomes = [
        {"hop": each.hop, "document": each.document, "verdict": each.verdict, "codes": each.codes}
        for kind, subject in _subjects(claim, batch, sent)
        for each in view.outcomes_of(kind, subject)
    ]
    file = view.one(File, claim.file)
    return {
        "claim": claim.id,
        "purged": view.state(Kind.FILE, claim.file) is State.PURGED,
        "token": claim.token,
        "state": claim.state.value,
        "code": claim.code or None,
        "charge": f"{claim.charge / 100:.2f}",
        "file": claim.file,
        "practice": None if file is None else file.practice,
        "interchange": claim.ordinal >> _SHIFT,
        "claim_index": claim.ordinal & (1 << _SHIFT) - 1,
        "batch": claim.batch,
        "transmission": None if sent is None else sent.id,
        "sent_as": None
        if sent is None or batch is None
        else {"isa13": sent.control, "gs06": batch.group_control, "st02": batch.set_control},
        "receipt": None if sent is None else sent.receipt or None,
        "corrects": claim.corrects,
        "outcomes": outcomes,
        "steps": [
            {
                "at": event.at,
                "event": event.event,
                "kind": event.kind.value,
                "subject": event.subject,
                "actor": event.actor,
                "detail": _short(event.detail),
            }
            for event in steps
        ],
    }


def _subjects(
    claim: Claim, batch: Batch | None, sent: Transmission | None
) -> Iterator[tuple[Kind, int]]:
    yield Kind.CLAIM, claim.id
    if batch is not None:
        yield Kind.BATCH, batch.id
    if sent is not None:
        yield Kind.TRANSMISSION, sent.id


def _steps(
    view: View, claim: Claim, batch: Batch | None, sent: Transmission | None
) -> Iterator[Event]:
    yield from view.events_of(Kind.FILE, claim.file)
    for kind, subject in _subjects(claim, batch, sent):
        for event in view.events_of(kind, subject):
            own = event.detail.get("claims")
            # of moves of single claims only those that it is among
            if not (isinstance(own, list) and claim.id not in own):
                yield event
    if claim.set is not None:
        for event in view.events_of(Kind.SET, claim.set):
            states = event.detail.get("states")
            if states is None or any(claim.ordinal in each for each in states.values()):
                yield event


def _short(detail: dict[str, Any]) -> dict[str, Any]:
    """Without the lists of everybody else's ids."""
    return {name: each for name, each in detail.items() if not isinstance(each, list | dict)}
