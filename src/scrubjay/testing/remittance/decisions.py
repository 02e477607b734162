"""What is decided about a charge: in cents, with a reason for every cent that is not paid."""

from typing import NamedTuple

from scrubjay.testing.amounts import amount

__all__ = ["Decision", "reasons"]


class Decision(NamedTuple):
    """What becomes of a charge: paid + adjusted = charged, in cents; all negative in a reversal."""

    charged: int
    paid: int
    adjusted: tuple[tuple[str, str, int], ...]
    """Group (CO, OA, PI, PR), reason and cents, those of a group in a row."""
    remark: str = ""

    @property
    def allowed(self) -> int:
        """What the payer takes for the price: all but what the provider writes off."""
        return self.charged - sum(cents for group, _, cents in self.adjusted if group != "PR")

    @property
    def left(self) -> int:
        """What is left to the patient."""
        return sum(cents for group, _, cents in self.adjusted if group == "PR")

    def reversed(self) -> "Decision":
        """The same, taken back."""
        taken = tuple((group, reason, -cents) for group, reason, cents in self.adjusted)
        return Decision(-self.charged, -self.paid, taken, self.remark)


def reasons(decision: Decision) -> str:
    """The CAS segments, one a group."""
    parts, last = [], ""
    for group, reason, cents in decision.adjusted:
        if group == last:
            parts.append(f"**{reason}*{amount(cents)}")
        else:
            ended = "~\n" if last else ""
            parts.append(f"{ended}CAS*{group}*{reason}*{amount(cents)}")
            last = group
    if last:
        parts.append("~\n")
    return "".join(parts)
