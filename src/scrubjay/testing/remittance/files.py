"""835 files: who pays whom, how much in all, and for what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount
from scrubjay.testing.chance import Chance
from scrubjay.testing.claims.professional import synthetic_claims
from scrubjay.testing.days import TODAY
from scrubjay.testing.interchange import Contents, Standard, interchange, shares
from scrubjay.testing.order import Order
from scrubjay.testing.remittance.faults import FAULTS
from scrubjay.testing.remittance.payments import Payer, Payment
from scrubjay.testing.segments import planted

__all__ = ["payments"]

Row = dict[str, Any]

_STANDARD = Standard("835", "HP", "005010X221A1", names_guide=False)
_WINDOW = 5000
"""So many claims are sorted by payer and payee at a time."""
_YEAR_END = f"{TODAY[:4]}1231"
_MOST = 9_999_999_999
"""Cents that an amount of ten digits can hold."""


def payments(order: Order) -> Iterator[bytes]:
    """An 835."""
    sets = _by_party(order) if order.sets is None else _in_shares(order)
    return interchange(_STANDARD, sets, order)


def _by_party(order: Order) -> Iterator[Contents]:
    """A set for each payer and payee, in every window of claims."""
    claims, payer, number = _claims(order), Payer(order.seed), 0
    while window := list(islice(claims, _WINDOW)):
        parties: dict[tuple[str, str], list[Row]] = {}
        for claim in window:
            parties.setdefault((claim["payer"]["id"], claim["provider"]["npi"]), []).append(claim)
        for between in parties.values():
            number += 1
            made = list(payer.decide(iter(between)))
            yield _Remittance(order, number, between[0]).told(made, sum(one.paid for one in made))


def _in_shares(order: Order) -> Iterator[Contents]:
    """As many sets as asked for; gone through twice, since the total comes before the claims."""
    sizes = list(shares(order.claims, order, _WINDOW))
    payer, claims = Payer(order.seed), _claims(order)
    totals = [sum(one.paid for one in payer.decide(islice(claims, size))) for size in sizes]
    payer, claims = Payer(order.seed), _claims(order)
    for number, (size, total) in enumerate(zip(sizes, totals, strict=True), start=1):
        first = next(claims)
        between = _first_of(first, islice(claims, size - 1))
        yield _Remittance(order, number, first).told(payer.decide(between), total)


def _first_of(first: Row, rest: Iterable[Row]) -> Iterator[Row]:
    yield first
    yield from rest


def _claims(order: Order) -> Iterator[Row]:
    return synthetic_claims(order.claims, seed=order.seed, lines=order.lines)


@dataclass(frozen=True, slots=True)
class _Remittance:
    """One set: the payer of a claim pays its provider."""

    order: Order
    number: int
    claim: Row

    def told(self, made: Iterable[Payment], total: int) -> Contents:
        """All of it; `total` is what the payments come to, in cents."""
        chance = Chance(self.order.seed * 31 + self.number)
        adjustments = list(_adjustments(total, chance))
        paid = total - sum(cents for _, cents in adjustments)
        records = (payment.text for payment in made)
        seed = self.order.seed * 104_729 + self.number
        return Contents(
            head=f"{self._money(paid, chance)}{self._payer()}{self._payee()}LX*1~\n",
            records=planted(records, self.order.faults, FAULTS, seed=seed),
            tail=self._balance(adjustments),
        )

    def _money(self, paid: int, chance: Chance) -> str:
        """How the money goes, and the number that finds it at the bank."""
        # 1 and a tax number; those with 97 are nobody's.
        source = f"197{self.claim['payer']['id']:0>7}"
        trace = f"{self.order.seed % 10_000:04d}{self.number:08d}"
        if not paid:
            text = f"BPR*H*0*C*NON************{TODAY}~\n"
        elif chance.happens(0.3):
            text = f"BPR*I*{amount(paid)}*C*CHK************{TODAY}~\n"
        else:
            # Routing numbers that begin with 99 are nobody's.
            text = (
                f"BPR*I*{amount(paid)}*C*ACH*CCP*01*990000011*DA*1000{self.claim['payer']['id']}"
                f"*{source}**01*990000024*DA*2000{self.claim['provider']['npi']}*{TODAY}~\n"
            )
        return f"{text}TRN*1*{trace}*{source}~\nDTM*405*{TODAY}~\n"

    def _payer(self) -> str:
        payer = self.claim["payer"]
        city, state, code, _, area = catalogue.CITIES[int(payer["id"]) % len(catalogue.CITIES)]
        return (
            f"N1*PR*{payer['name']}~\nN3*1 EXAMPLE PLAZA~\nN4*{city}*{state}*{code}~\n"
            f"REF*2U*{payer['id']}~\nPER*CX*TEST PROVIDER DESK*TE*{area}5550112~\n"
            f"PER*BL*TEST EDI DESK*TE*{area}5550113*EM*EDI@EXAMPLE.ORG~\n"
        )

    def _payee(self) -> str:
        payee = self.claim["provider"]
        name = payee["name"] if payee["entity"] == "2" else f"{payee['first']} {payee['name']}"
        return (
            f"N1*PE*{name}*XX*{payee['npi']}~\nN3*{payee['address']}~\n"
            f"N4*{payee['city']}*{payee['state']}*{payee['zip']}~\nREF*TJ*{payee['tax_id']}~\n"
        )

    def _balance(self, adjustments: list[tuple[str, int]]) -> str:
        """PLB: up to six adjustments of the provider in each."""
        payee, text = self.claim["provider"]["npi"], ""
        for start in range(0, len(adjustments), 6):
            pairs = (f"*{why}*{amount(cents)}" for why, cents in adjustments[start : start + 6])
            text += f"PLB*{payee}*{_YEAR_END}{''.join(pairs)}~\n"
        return text


def _adjustments(total: int, chance: Chance) -> Iterator[tuple[str, int]]:
    """What is set off against all claims, as reason and cents: positive is kept back."""
    if total < 0:
        yield "FB:FORWARD", total
        return
    rest = total
    if chance.happens(0.25):
        kept = total * (1 + chance.below(20)) // 100
        yield f"WO:OVERPAID{chance.below(900_000) + 100_000}", min(kept, _MOST)
        rest -= min(kept, _MOST)
    if chance.happens(0.1):
        interest = 1 + chance.below(500)
        yield "L6", -interest
        rest += interest
    # BPR02 has ten digits as well.
    while rest > _MOST:
        yield "FB:FORWARD", _MOST
        rest -= _MOST
