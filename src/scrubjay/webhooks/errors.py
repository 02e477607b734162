"""How a delivery fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import DeliveryError
from scrubjay.failures import FAILURES

if TYPE_CHECKING:
    from scrubjay.errors import Fate

__all__ = ["WebhookError"]


class WebhookError(DeliveryError):
    """A code of `scrubjay.failures`. Delivering twice does no harm, so nothing is ambiguous."""

    def __init__(
        self, code: str, *, fate: Fate | None = None, retry_after: float | None = None
    ) -> None:
        failure = FAILURES[code]
        self.code = code
        self.fate = failure.fate if fate is None else fate
        self.retry_after = retry_after
        super().__init__(f"webhook: {code}: {failure.meaning}")
