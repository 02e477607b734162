"""837 files of synthetic claims, written by the writer of the product."""

from collections.abc import Iterator
from itertools import islice

from scrubjay import _native
from scrubjay.testing.claims.faults import FAULTS
from scrubjay.testing.claims.professional import synthetic_claims
from scrubjay.testing.days import TODAY
from scrubjay.testing.faults import Edit, inject
from scrubjay.testing.order import Order
from scrubjay.writing import Envelope

__all__ = ["professional"]

_BATCH = 500
_CLAIMS_A_SET = 5000


def professional(order: Order) -> Iterator[bytes]:
    """An 837P."""
    per_set = order.claims_per_set or _CLAIMS_A_SET
    envelope = Envelope(
        sender="SYNTHETIC",
        receiver="SCRUBJAY",
        date=TODAY,
        control=order.control,
        claims_per_set=0 if order.sets == 1 else per_set,
        set={
            "submitter_name": "SYNTHETIC BILLING SERVICE",
            "submitter_contact": "TEST DESK",
            "submitter_phone": "2125550100",
            "receiver_name": "EXAMPLE CLEARINGHOUSE",
        },
    )
    writer = _native.ClaimWriter(envelope.to_text())
    claims = synthetic_claims(order.claims, seed=order.seed, lines=order.lines)
    source = inject(claims, order.faults, FAULTS, seed=order.seed)
    # Edits wait until the claim's bytes come out: the writer holds back what may still change.
    waiting: dict[str, Edit] = {}
    while batch := list(islice(source, _BATCH)):
        for claim, fault in batch:
            if fault is not None and fault.edit is not None:
                waiting[claim["id"]] = fault.edit
        written = writer.add([claim for claim, _ in batch])
        yield _edited(written, waiting)
    yield _edited(writer.finish(), waiting)


def _edited(written: bytes, waiting: dict[str, Edit]) -> bytes:
    """`written` with the edits of the claims in it applied."""
    pieces, done = [], 0
    for name in list(waiting):
        start = written.find(b"CLM*" + name.encode() + b"*", done)
        if start < 0:
            break  # claims come in their order: the rest is still to come
        end = min(
            (at for at in (written.find(mark, start + 1) for mark in _ENDS) if at > 0),
            default=len(written),
        )
        pieces += [written[done:start], waiting.pop(name)(written[start:end])]
        done = end
    return b"".join((*pieces, written[done:]))


_ENDS = (b"\nCLM*", b"\nHL*", b"\nSE*")
