"""Signatures of webhooks: HMAC-SHA-256 over id, time and body, as Standard Webhooks has them.

::

    webhook-id: <id of the alert>
    webhook-timestamp: <seconds since 1970>
    webhook-signature: v1,<base64> v1,<base64 of a second secret, while secrets change>
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

__all__ = ["Secret", "headers", "verified"]

_PREFIX = "whsec_"
_LEAST, _MOST = 24, 64
TOLERANCE = 300
"""Seconds by which the clocks of both sides may differ."""


class Secret(Frozen):
    """What both sides know; in no `repr`."""

    key: bytes

    def __repr__(self) -> str:
        return "Secret()"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Of ``whsec_<base64>``, 24 to 64 bytes."""
        try:
            key = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not text.strip().startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
            raise UsageError("a webhook's secret is whsec_ and 24 to 64 bytes in base64")
        return cls(key=key)

    @classmethod
    def new(cls) -> Self:
        """One that nobody knows yet."""
        return cls(key=os.urandom(32))

    def text(self) -> str:
        """As it is told to the other side."""
        return _PREFIX + base64.b64encode(self.key).decode()

    def sign(self, message_id: str, timestamp: int, body: bytes) -> str:
        """One signature."""
        signed = f"{message_id}.{timestamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(self.key, signed, "sha256")).decode()


def headers(
    secrets: Sequence[Secret], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """What goes with a body; a signature of each secret, since the other side may have either."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            secret.sign(message_id, timestamp, body) for secret in secrets
        ),
    }


def verified(secret: Secret, given: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a webhook is ours, and of now: for receivers written in Python, and for tests."""
    said = given.get("webhook-timestamp", "")
    if not said.isdecimal() or abs(now - int(said)) > TOLERANCE:
        return False
    expected = secret.sign(given.get("webhook-id", ""), int(said), body)
    signatures = given.get("webhook-signature", "").split()
    # Every one is compared, so that the time says nothing.
    same = [hmac.compare_digest(each.encode(), expected.encode()) for each in signatures]
    return any(same)
