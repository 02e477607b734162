"""The totals of a 277CA (QTY, AMT), held against the claims below them."""

from dataclasses import dataclass, field
from decimal import Decimal

from scrubjay._native import Segment
from scrubjay.models.acknowledgments import AcknowledgedClaim, Verdict

__all__ = ["Totals"]

_SIDES = {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected"}


@dataclass(slots=True)
class Totals:
    """What a level says of its claims, and what they come to."""

    segment: Segment | None = None
    """The first that states one."""
    stated: dict[str, int | Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Decimal | None] = field(default_factory=dict)
    """None where a claim does not say its own."""

    def state(self, segment: Segment, name: str, value: int | Decimal | None) -> None:
        """A total stands in a segment."""
        if value is not None:
            self.segment = self.segment or segment
            self.stated[name] = value

    def add(self, claim: AcknowledgedClaim) -> None:
        """A claim stands below."""
        side = _SIDES.get(claim.verdict)
        if side is None:
            return
        self.counts[side] = self.counts.get(side, 0) + 1
        before = self.amounts.get(side, Decimal())
        own = next((one.amount for one in claim.statuses if one.amount is not None), None)
        self.amounts[side] = None if before is None or own is None else before + own

    def wrong(self) -> Segment | None:
        """The segment to blame where they do not agree.

        Who answers rejected claims only has none of those that it counts as accepted; and a level
        that is rejected as a whole may have none at all.
        """
        if self.segment is None or not self.counts:
            return None
        for side, count in (("accepted", self.counts.get("accepted", 0)), ("rejected", None)):
            if count == 0:
                continue
            many, much = self.counts.get(side, 0), self.amounts.get(side, Decimal())
            if self.stated.get(f"{side}_count", many) != many:
                return self.segment
            if much is not None and self.stated.get(f"{side}_amount", much) != much:
                return self.segment
        return None
