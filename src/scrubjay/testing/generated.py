"""Files of synthetic claims, as large as one likes, in pieces."""

from collections.abc import Iterator
from itertools import islice

from scrubjay import _native
from scrubjay.errors import UsageError
from scrubjay.testing.faults import Edit, inject
from scrubjay.testing.synthetic import REFERENCE_DATE, synthetic_claims
from scrubjay.writing import Envelope

__all__ = ["generate"]

_BATCH = 500


def generate(
    kind: str = "837P",
    *,
    claims: int = 100,
    faults: float = 0.0,
    seed: int = 1,
    sets: int | None = None,
    lines: tuple[int, int] = (1, 6),
) -> Iterator[bytes]:
    """One interchange of synthetic claims, piece by piece; memory does not grow with `claims`.

    `faults` is the share of claims with one of `scrubjay.testing.FAULTS`; `sets` the number of
    transaction sets (None: 5,000 claims a set), `lines` the least and most service lines a claim.
    """
    if kind != "837P":
        raise UsageError(f"no synthetic {kind} yet; 837P is there")
    envelope = Envelope(
        sender="SYNTHETIC",
        receiver="SCRUBJAY",
        date=f"{REFERENCE_DATE:%Y%m%d}",
        control=seed % 1_000_000_000,
        claims_per_set=5000 if sets is None else 0 if sets == 1 else -(-claims // sets),
        set={
            "submitter_name": "SYNTHETIC BILLING SERVICE",
            "submitter_contact": "TEST DESK",
            "submitter_phone": "2125550100",
            "receiver_name": "EXAMPLE CLEARINGHOUSE",
        },
    )
    writer = _native.ClaimWriter(envelope.to_text())
    source = inject(synthetic_claims(claims, seed=seed, lines=lines), faults, seed=seed)
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
