"""What was asked for."""

from dataclasses import dataclass

__all__ = ["Order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How much of a kind is made, in what shape, and with how many faults."""

    claims: int = 100
    """Records: claims, the claims that are paid or answered, the members of an enrollment."""
    faults: float = 0.0
    """The share of records that get a fault."""
    seed: int = 1
    sets: int | None = None
    """Transaction sets; None is what is usual for the kind."""
    of: str = "837P"
    """What an acknowledgment is of."""
    lines: tuple[int, int] = (1, 6)
    """The least and most service lines of a claim."""

    @property
    def control(self) -> int:
        """The interchange control number."""
        return self.seed % 1_000_000_000
