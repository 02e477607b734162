"""Synthetic files of every kind that can be made, as large as one likes, in pieces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scrubjay.errors import UsageError
from scrubjay.testing import acknowledgments
from scrubjay.testing.claims import dental_faults, faults, institutional_faults
from scrubjay.testing.claims.files import dental, institutional, professional
from scrubjay.testing.enrollment.faults import FAULTS as ENROLLMENT_FAULTS
from scrubjay.testing.enrollment.files import members
from scrubjay.testing.faults import Fault
from scrubjay.testing.order import Order
from scrubjay.testing.remittance.faults import FAULTS as REMITTANCE_FAULTS
from scrubjay.testing.remittance.files import payments

__all__ = ["KINDS", "Kind", "generate"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what makes it, and the faults that its records can have."""

    make: Callable[[Order], Iterator[bytes]]
    faults: tuple[Fault, ...]
    """Of an acknowledgment of 837Ps; one of another kind tells the faults of that kind."""
    answers: tuple[str, ...] = ()
    """The kinds that it can be an acknowledgment of."""
    most_lines: int = 999
    """Service lines that its guide has room for in a claim."""


KINDS = {
    "837P": Kind(professional, faults.FAULTS, most_lines=50),
    "837I": Kind(institutional, institutional_faults.FAULTS),
    "837D": Kind(dental, dental_faults.FAULTS, most_lines=50),
    "835": Kind(payments, REMITTANCE_FAULTS),
    "834": Kind(members, ENROLLMENT_FAULTS),
    "999": Kind(acknowledgments.implementation, faults.FAULTS, acknowledgments.ACKNOWLEDGED),
    "277CA": Kind(acknowledgments.claim_status, faults.FAULTS, acknowledgments.CLAIMS),
    "TA1": Kind(
        acknowledgments.interchange_receipt,
        acknowledgments.ENVELOPE_FAULTS,
        acknowledgments.ACKNOWLEDGED,
    ),
}
"""What can be made, by what people call it."""


def generate(
    kind: str = "837P",
    *,
    claims: int = 100,
    faults: float = 0.0,
    seed: int = 1,
    sets: int | None = None,
    lines: tuple[int, int] = (1, 6),
    of: str | None = None,
) -> Iterator[bytes]:
    """One interchange of synthetic records, piece by piece; memory does not grow with `claims`.

    `claims` counts claims: those that are sent, paid (835) or answered (999, 277CA, TA1); of an 834
    it counts members. Where sets are asked for there are so many, each with a record at least.
    `faults` is the share of them with a fault (`KINDS` has those of each kind),
    `sets` the number of transaction sets (None: what is usual), `lines` the least and most service
    lines a claim, `of` what an acknowledgment is of (None: 837P).
    """
    if kind not in KINDS:
        raise UsageError(f"no synthetic {kind} yet; there are {', '.join(KINDS)}")
    if of is not None and of not in KINDS[kind].answers:
        answers = " or ".join(KINDS[kind].answers)
        if not answers:
            raise UsageError(f"--of {of} says what an acknowledgment is of; {kind} is none")
        raise UsageError(f"a {kind} is of {answers}, not of {of}")
    if sets is not None and sets > claims:
        raise UsageError(f"{claims} records do not fill {sets} sets; ask for fewer sets")
    claim = KINDS[of or "837P"] if KINDS[kind].answers else KINDS[kind]
    if lines[1] > claim.most_lines:
        raise UsageError(f"a claim has at most {claim.most_lines} lines; ask for fewer")
    order = Order(claims=claims, faults=faults, seed=seed, sets=sets, lines=lines, of=of or "837P")
    return KINDS[kind].make(order)
