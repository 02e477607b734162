"""Messages and what it is to hold one: the values that brokers and stores have in common."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Depth", "Lease", "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be done (`topic`) with which row (`subject`)."""

    topic: str
    subject: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A message that is ours for a while."""

    message: Message
    fence: int
    """Rises with each lease of the message, and is never given twice."""
    attempts: int
    """How often it was leased, this time included; releases that do not count left out."""
    handle: object = None
    """What the technology needs to settle it; opaque."""

    @property
    def topic(self) -> str:
        """The topic of the message."""
        return self.message.topic

    @property
    def subject(self) -> int:
        """The row that the message is about."""
        return self.message.subject


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is on a topic."""

    ready: int
    leased: int
    delayed: int
    oldest: float | None
    """Seconds that the one that is ready for the longest has waited."""
