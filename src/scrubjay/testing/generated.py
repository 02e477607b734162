"""Synthetic files of every kind that can be made, as large as one likes, in pieces."""

from collections.abc import Callable, Iterator

from scrubjay.errors import UsageError
from scrubjay.testing.acknowledgments import claim_status, implementation, interchange_receipt
from scrubjay.testing.claims.files import dental, institutional, professional
from scrubjay.testing.enrollment.files import members
from scrubjay.testing.order import Order
from scrubjay.testing.remittance.files import payments

__all__ = ["KINDS", "generate"]

KINDS: dict[str, Callable[[Order], Iterator[bytes]]] = {
    "837P": professional,
    "837I": institutional,
    "837D": dental,
    "835": payments,
    "834": members,
    "999": implementation,
    "277CA": claim_status,
    "TA1": interchange_receipt,
}
"""What makes a file of each kind."""


def generate(
    kind: str = "837P",
    *,
    claims: int = 100,
    faults: float = 0.0,
    seed: int = 1,
    sets: int | None = None,
    lines: tuple[int, int] = (1, 6),
) -> Iterator[bytes]:
    """One interchange of synthetic records, piece by piece; memory does not grow with `claims`.

    `claims` counts claims: those that are sent, paid (835) or answered (999, 277CA, TA1); of an 834
    it counts members. `faults` is the share of them with a fault of their kind; `sets` the number
    of transaction sets (None: what is usual), `lines` the least and most service lines a claim.
    """
    if kind not in KINDS:
        raise UsageError(f"no synthetic {kind} yet; there are {', '.join(KINDS)}")
    return KINDS[kind](Order(claims=claims, faults=faults, seed=seed, sets=sets, lines=lines))
