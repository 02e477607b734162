"""What a partner's 835 says of claims: paid, denied or reversed, each matched with what was sent.

A payment names a claim by CLM01 (CLP01). Of several claims of one number that went to the partner,
the one of the same charge is meant, else the newest. An 835 ends no doubt of a claim's
acceptance, and its word may change (a reversal, a corrected payment): nothing in it contradicts.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from scrubjay.acks.applied import token_of
from scrubjay.documents import segments
from scrubjay.models.acknowledgments import Verdict
from scrubjay.store.rows import Outcome
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.keys import TokenKey
    from scrubjay.store.contract import Tx, View
    from scrubjay.store.rows import SentClaim

__all__ = ["DOCUMENT", "Paid", "Payment", "matched", "payments", "told"]

DOCUMENT = "835"
_AT_ONCE = 500
"""Numbers that are looked for together."""
_DENIED, _REVERSED = "4", "22"
_STATUS, _CHARGE = 2, 3
_DIGITS = 16
"""Dollars of a charge: more is none, and as a whole number it could take minutes to write out."""


class Payment(NamedTuple):
    """A CLP of an 835."""

    token: str
    """Of CLM01."""
    status: str
    """CLP02: how the claim was processed."""
    charge: int
    """Cents."""


class Paid(NamedTuple):
    """A payment, and the claim that it is for; None where nobody here sent it to the partner."""

    payment: Payment
    claim: SentClaim | None


def payments(text: bytes, key: TokenKey) -> tuple[list[Payment], int]:
    """The payments of a file, and how many of its sets are 835s."""
    found: list[Payment] = []
    sets, inside = 0, False
    for segment in segments(text, only=("CLP",)):
        if segment.id == "ST":
            inside = segment[1] == DOCUMENT
            sets += inside
        elif segment.id == "CLP" and inside:
            token = token_of(key, "claim", segment[1].strip())
            status = segment[_STATUS].strip()
            found.append(Payment(token, status, _cents(segment[_CHARGE])))
    return found, sets


def _cents(text: str) -> int:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return 0
    return int(amount * 100) if amount.is_finite() and amount.adjusted() < _DIGITS else 0


def matched(view: View, partner: int, found: Sequence[Payment]) -> list[Paid]:
    """Each payment with its claim."""
    tokens = sorted({each.token for each in found})
    sent: dict[str, list[SentClaim]] = {}
    for at in range(0, len(tokens), _AT_ONCE):
        for claim in view.sent_with(partner, tokens[at : at + _AT_ONCE]):
            sent.setdefault(claim.token, []).append(claim)
    return [Paid(each, _meant(sent.get(each.token, ()), each.charge)) for each in found]


def _meant(sent: Sequence[SentClaim], charge: int) -> SentClaim | None:
    """The newest of the same charge, else the newest."""
    newest = sorted(sent, key=lambda claim: claim.id, reverse=True)
    same = [claim for claim in newest if claim.charge == charge]
    return next(iter(same or newest), None)


def told(tx: Tx, hop: str, acknowledgment: int, paid: Sequence[Paid]) -> set[int]:
    """Writes what was said of each claim down; the transmissions that it is about."""
    tx.add_outcomes(_outcomes(hop, acknowledgment, paid))
    return {each.claim.transmission for each in paid if each.claim is not None}


def _outcomes(hop: str, acknowledgment: int, paid: Sequence[Paid]) -> Iterator[Outcome]:
    verdicts = {_DENIED: Verdict.REJECTED, _REVERSED: Verdict.PENDING}
    for payment, claim in paid:
        if claim is not None:
            verdict = verdicts.get(payment.status, Verdict.ACCEPTED).value
            code = f"CLP02:{payment.status}"
            yield Outcome(
                *(Kind.CLAIM, claim.id, hop, DOCUMENT, verdict, code), acknowledgment=acknowledgment
            )
