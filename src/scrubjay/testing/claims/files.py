"""837 files of synthetic claims, written by the writer of the product."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from scrubjay import _native
from scrubjay.testing.claims import dental_faults, faults, institutional_faults
from scrubjay.testing.claims.dental import synthetic_treatments
from scrubjay.testing.claims.institutional import synthetic_stays
from scrubjay.testing.claims.professional import synthetic_claims
from scrubjay.testing.days import TODAY
from scrubjay.testing.faults import Edit, Fault, inject
from scrubjay.testing.interchange import shares
from scrubjay.testing.order import Order
from scrubjay.writing import Envelope

__all__ = ["dental", "institutional", "professional"]

Row = dict[str, Any]
Claims = Callable[..., Iterator[Row]]

_BATCH = 500
_CLAIMS_A_SET = 5000


def professional(order: Order) -> Iterator[bytes]:
    """An 837P."""
    return _written("837P", synthetic_claims, faults.FAULTS, order)


def institutional(order: Order) -> Iterator[bytes]:
    """An 837I."""
    return _written("837I", synthetic_stays, institutional_faults.FAULTS, order)


def dental(order: Order) -> Iterator[bytes]:
    """An 837D."""
    return _written("837D", synthetic_treatments, dental_faults.FAULTS, order)


def _written(kind: str, claims: Claims, known: Sequence[Fault], order: Order) -> Iterator[bytes]:
    set_fields = {
        "submitter_name": "SYNTHETIC BILLING SERVICE",
        "submitter_contact": "TEST DESK",
        "submitter_phone": "2125550100",
        "receiver_name": "EXAMPLE CLEARINGHOUSE",
    }
    envelope = Envelope(
        sender="SYNTHETIC",
        receiver="SCRUBJAY",
        date=TODAY,
        control=order.control,
        claims_per_set=_CLAIMS_A_SET if order.sets is None else 0,
        set=set_fields,
    )
    writer = _native.ClaimWriter(envelope.to_text())
    made = claims(order.claims, seed=order.seed, lines=order.lines)
    if order.sets is not None and order.sets > 1:
        made = _in_sets(made, order, set_fields)
    source = inject(made, order.faults, known, seed=order.seed)
    edits = _Edits()
    while batch := list(islice(source, _BATCH)):
        edits.wait(batch)
        yield edits.applied(writer.add([claim for claim, _ in batch], kind))
    yield edits.applied(writer.finish())


def _in_sets(claims: Iterator[Row], order: Order, fields: Row) -> Iterator[Row]:
    """Each claim with its set: as many as asked for, as even as they can be."""
    for number, size in enumerate(shares(order.claims, order, _CLAIMS_A_SET), start=1):
        own = fields | {
            "reference": f"{order.control:09d}" + (f"-{number}" if number > 1 else ""),
            "date": TODAY,
            "time": "1200",
            "submitter_id": "SYNTHETIC",
            "receiver_id": "SCRUBJAY",
        }
        for claim in islice(claims, size):
            yield claim | {"set": own}


class _Edits:
    """Edits wait until the claim's bytes come out: the writer holds back what may still change."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, Edit] = {}
        self._more = 0
        """So many segments more has the set that is being written than its writer knows."""

    def wait(self, batch: Iterable[tuple[Row, Fault | None]]) -> None:
        """Claims that are about to be written, and what is to be done to them."""
        for claim, fault in batch:
            if fault is not None and fault.edit is not None:
                self._waiting[claim["id"].encode()] = fault.edit

    def applied(self, written: bytes) -> bytes:
        """`written` with the edits of the claims in it, and segments counted again."""
        pieces, done = [], 0
        for name in list(self._waiting):
            start = written.find(b"CLM*" + name + b"*", done)
            if start < 0:
                break  # claims come in their order: the rest is still to come
            end = min(
                (at + 1 for at in (written.find(mark, start) for mark in _ENDS) if at >= 0),
                default=len(written),
            )
            edited = self._waiting.pop(name)(written[start:end])
            pieces += [self._counted(written[done:start]), edited]
            self._more += edited.count(b"~") - written.count(b"~", start, end)
            done = end
        return b"".join((*pieces, self._counted(written[done:])))

    def _counted(self, written: bytes) -> bytes:
        more, trailer = self._more, _TRAILER.search(written)
        if trailer is None or not more:
            return written
        self._more = 0
        count = int(trailer[1]) + more
        return b"%b%d%b" % (written[: trailer.start(1)], count, written[trailer.end(1) :])


_ENDS = (b"\nCLM*", b"\nHL*", b"\nSE*")
_TRAILER = re.compile(rb"(?:^|\n)SE\*(\d+)")
