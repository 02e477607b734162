"""How a clearinghouse behaves: which faults, how often, how late; drawn from a seed.

A draw depends on the seed, on what is drawn, and on the interchange and attempt that it is drawn
for, never on the clock or on the order in which things arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from scrubjay.errors import UsageError

__all__ = ["FAULTS", "Behaviour", "Span"]

FAULTS: Mapping[str, str] = {
    # Nothing is taken.
    "unavailable": "503 before anything is taken",
    "throttled": "429 with Retry-After",
    "queue_full": "503 with the code CLEARINGHOUSE_QUEUE_FULL",
    "reset_early": "the connection is reset while the body arrives",
    "bit_flipped": "a bit of the body is another when it arrives",
    "deaf": "the body is read, then nothing: neither taken nor answered",
    # It is taken.
    "reply_lost": "taken, and the connection closed without a reply",
    "reply_reset": "taken, and the connection reset",
    "reply_never": "taken, and the reply does not come while anybody waits",
    "reply_garbled": "taken, and the reply is no HTTP",
    "reply_cut": "taken, and the reply ends in the middle",
    "reply_trickled": "taken, and the reply comes byte by byte",
    "unavailable_late": "taken, and 503 all the same",
    "taken_late": "the connection is closed, and the body taken after that",
    # Questions.
    "look_up_failed": "503 to the question whether it was taken",
    "collect_failed": "503 to the question what waits",
    "read_cut": "an acknowledgment that ends in the middle",
    "read_flipped": "a bit of an acknowledgment is another when it arrives",
    # Acknowledgments.
    "ack_twice": "an acknowledgment comes again under another id",
    "ack_lost": "an acknowledgment never comes",
    "ack_contradicted": "a second 277CA rejects what the first accepted",
    "ack_unknown": "an acknowledgment of an interchange that nobody sent",
    "claim_rejected": "a claim is rejected in the 277CA (a share of claims)",
    "set_rejected": "a transaction set is rejected in the 999 (a share of interchanges)",
    "interchange_rejected": "an interchange is rejected in the TA1 (a share of interchanges)",
}
"""Every fault and what it is."""


@dataclass(frozen=True, slots=True)
class Span:
    """From so many seconds to so many."""

    least: float = 0.0
    most: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise UsageError(f"{self.least} to {self.most} are no seconds; the least comes first")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one may expect of it. Without anything said it is prompt and without fault."""

    seed: int = 1
    faults: Mapping[str, float] = field(default_factory=dict)
    """By name, the share of occasions on which it happens."""
    latency: Span = Span()
    """Before a reply."""
    answers_after: Span = Span()
    """Between taking an interchange and each of its acknowledgments."""
    answers: bool = True
    """Whether there are acknowledgments at all."""
    kinds: tuple[str, ...] = ("ta1", "999", "277ca")
    retry_after: int = 1
    per_second: float = 0.0
    """Interchanges that it takes in a second; what is more gets 429. 0 is no limit."""

    def __post_init__(self) -> None:
        for name, share in self.faults.items():
            if name not in FAULTS:
                raise UsageError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
            if not 0 <= share <= 1:
                raise UsageError(f"{name}: a share is 0 to 1, not {share}")

    def happens(self, fault: str, *occasion: object) -> bool:
        """Whether it does, this time."""
        share = self.faults.get(fault, 0.0)
        return share > 0 and self._draw(fault, *occasion) < share

    def first_of(self, faults: tuple[str, ...], *occasion: object) -> str | None:
        """The first of some that happens, since only one of them can."""
        return next((each for each in faults if self.happens(each, *occasion)), None)

    def within(self, span: Span, *occasion: object) -> float:
        """Some seconds of the span."""
        if span.most <= span.least:
            return span.least
        return span.least + (span.most - span.least) * self._draw("span", *occasion)

    def _draw(self, *occasion: object) -> float:
        words = " ".join(str(each) for each in (self.seed, *occasion))
        return Random(words).random()  # noqa: S311 - made-up faults are no secret
