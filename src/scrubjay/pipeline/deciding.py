"""What a person decides: holds that are lifted, one way or the other, each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.pipeline.send import expect
from scrubjay.pipeline.work import SCRUB, SEND
from scrubjay.store.rows import Acknowledgment, Interchange, Partner, Transmission
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.pipeline.partners import Partners
    from scrubjay.store.contract import Tx, View

__all__ = ["confirm", "held", "release", "resend"]

MOST = 1_000


def held(view: View) -> Iterator[dict[str, Any]]:
    """What is held: transmissions of which nobody knows, interchanges and acknowledgments."""
    for number in view.in_state(Kind.TRANSMISSION, State.HELD_UNKNOWN, most=MOST):
        sent = view.one(Transmission, number)
        if sent is not None:
            yield _row(Kind.TRANSMISSION, number, sent.reason, sent.control, sent.claims)
    for number in view.in_state(Kind.INTERCHANGE, State.QUARANTINED, most=MOST):
        row = view.one(Interchange, number)
        if row is not None:
            claims = sum(one.claims for one in view.sets_of(row.file) if one.interchange == number)
            yield _row(Kind.INTERCHANGE, number, row.reason, row.control, claims)
    for number in view.in_state(Kind.ACKNOWLEDGMENT, State.QUARANTINED, most=MOST):
        answer = view.one(Acknowledgment, number)
        if answer is not None:
            yield _row(Kind.ACKNOWLEDGMENT, number, answer.reason, answer.control, None)


def _row(kind: Kind, number: int, reason: str, control: str, claims: int | None) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "id": number,
        "reason": reason,
        "control": control or None,
        "claims": claims,
    }


def confirm(tx: Tx, transmission: int, reason: str, records: Partners | None = None) -> bool:
    """The partner has it: somebody asked them. What it owes then stands in its record."""
    moved = tx.advance(Kind.TRANSMISSION, transmission, State.SUBMITTED, reason="CONFIRMED")
    if not moved:
        return False
    tx.advance_batches(transmission, State.SUBMITTED, reason="CONFIRMED")
    row = tx.one(Transmission, transmission)
    partner = None if row is None else tx.one(Partner, row.partner)
    if records is not None and partner is not None and partner.name in records:
        expect(tx, transmission, records[partner.name])
    tx.note("transmission.confirmed", Kind.TRANSMISSION, transmission, {"reason": reason})
    return True


def resend(tx: Tx, transmission: int, reason: str) -> bool:
    """The partner has it not: the same bytes go once more."""
    row = tx.one(Transmission, transmission)
    if row is None or row.state is not State.HELD_UNKNOWN:
        return False
    tx.reopen(Kind.TRANSMISSION, transmission, State.INTENDED, reason=reason)
    for batch in tx.batches_in(transmission):
        tx.reopen(Kind.BATCH, batch.id, State.SCRUBBED, reason=reason)
    tx.not_received(transmission, code="SAID_BY_OPERATOR")
    tx.publish(SEND, row.partner)
    return True


def release(tx: Tx, interchange: int, reason: str) -> bool:
    """It is another than the one of before, in spite of its numbers: it goes on."""
    row = tx.one(Interchange, interchange)
    if row is None or not tx.reopen(Kind.INTERCHANGE, interchange, State.PARSED, reason=reason):
        return False
    if tx.state(Kind.FILE, row.file) is State.QUARANTINED:
        tx.reopen(Kind.FILE, row.file, State.PARSED, reason=reason)
    tx.publish(SCRUB, row.file)
    return True
