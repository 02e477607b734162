"""How a transport fails: by a code of the one table, and with what it means for the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import DeliveryError
from scrubjay.failures import FAILURES

if TYPE_CHECKING:
    from scrubjay.errors import Fate

__all__ = ["TransportError"]


class TransportError(DeliveryError):
    """A code of `scrubjay.failures`; its fate is the table's unless the transport knows better.

    `retry_after` is how many seconds the partner asked to be left alone, where it did.
    """

    def __init__(
        self, code: str, *, fate: Fate | None = None, retry_after: float | None = None
    ) -> None:
        failure = FAILURES[code]
        self.code = code
        self.fate = failure.fate if fate is None else fate
        self.retry_after = retry_after
        super().__init__(f"{code}: {failure.meaning}; {failure.step}")
