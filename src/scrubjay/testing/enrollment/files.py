"""834 files: which sponsor tells which payer, why, and about how many."""

from collections.abc import Iterator

from scrubjay.testing import catalogue
from scrubjay.testing.chance import Chance
from scrubjay.testing.days import TODAY
from scrubjay.testing.enrollment.faults import FAULTS
from scrubjay.testing.enrollment.members import Roll, families
from scrubjay.testing.interchange import Contents, Standard, interchange, shares
from scrubjay.testing.order import Order
from scrubjay.testing.segments import planted

__all__ = ["members"]

_STANDARD = Standard("834", "BE", "005010X220A1")
_MEMBERS_A_SET = 5000
# BGN08: changes, all members for comparison, all members instead of those before.
_ACTIONS = ("2", "2", "2", "4", "RX")


def members(order: Order) -> Iterator[bytes]:
    """An 834."""
    return interchange(_STANDARD, _sets(order), order)


def _sets(order: Order) -> Iterator[Contents]:
    before = 0
    for number, size in enumerate(shares(order.claims, order, _MEMBERS_A_SET), start=1):
        yield _set(order, number, size, before)
        before += size


def _set(order: Order, number: int, size: int, before: int) -> Contents:
    seed = order.seed * 104_729 + number
    chance = Chance(seed)
    action = chance.pick(_ACTIONS)
    group = f"GRP{chance.below(900_000) + 100_000}"
    subscribers = sum(1 for _ in families(size, seed))
    roll = Roll(seed + 1, file=order.seed, first=before, group=group, full=action != "2")
    records = roll.members(families(size, seed))
    return Contents(
        head=(
            f"BGN*00*S{order.seed % 10_000:04d}-{number:06d}*{TODAY}*1200*ET***{action}~\n"
            f"REF*38*{group}~\nDTP*007*D8*{TODAY}~\n{_totals(size, subscribers)}{_parties(chance)}"
        ),
        records=planted(records, order.faults, FAULTS, seed=seed),
    )


def _totals(size: int, subscribers: int) -> str:
    text = f"QTY*TO*{size}~\nQTY*ET*{subscribers}~\n"
    return text + (f"QTY*DT*{size - subscribers}~\n" if size > subscribers else "")


def _parties(chance: Chance) -> str:
    """Sponsor, payer, and at times who stands between them; tax numbers with 97 are nobody's."""
    sponsor, tax = chance.pick(catalogue.EMPLOYERS), chance.below(10_000_000)
    payer, ident, _ = chance.pick(catalogue.PAYERS)
    text = f"N1*P5*{sponsor}*FI*97{tax:07d}~\nN1*IN*{payer}*FI*9700{ident}~\n"
    if chance.happens(0.3):
        text += "N1*TV*TEST BENEFIT ADMINISTRATORS*FI*970099990~\nACT*TESTACCOUNT~\n"
    return text
