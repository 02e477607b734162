"""What is told: a piece of work that waits for a person, by ids, codes and counts."""

from __future__ import annotations

import json
import re

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen

__all__ = ["KINDS", "Alert"]

KINDS = ("overdue", "held", "quarantined", "dead_lettered")
"""Why somebody should look."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Alert(Frozen):
    """One piece of work."""

    id: str
    """Of this alert: the same at every delivery, so that a receiver knows it again."""
    kind: str
    at: str
    """When it came to be so, in UTC, as 2026-06-30T12:00:00Z."""
    subject: str
    """What waits: file, interchange, set, batch, claim, transmission, acknowledgment."""
    subject_id: str
    """Its id in the store; of a claim never CLM01."""
    partner: str = ""
    code: str = ""
    """Of the failure, as in `scrubjay.failures`; of what is overdue the document, such as 277CA."""
    claims: int | None = None
    """How many claims wait with it."""

    def check(self) -> None:
        """Words only: what looks like anything else does not leave."""
        if self.kind not in KINDS:
            raise UsageError(f"an alert is one of {', '.join(KINDS)}, not {self.kind!r}")
        for name in ("id", "at", "subject", "subject_id", "partner", "code"):
            value = getattr(self, name)
            if value and not _WORD.fullmatch(value):
                raise UsageError(f"the {name} of an alert is a word of at most 64 letters")

    def body(self) -> bytes:
        """As JSON, always the same bytes."""
        data = {
            "subject": self.subject,
            "subject_id": self.subject_id,
            "partner": self.partner or None,
            "code": self.code or None,
            "claims": self.claims,
        }
        told = {"type": f"work.{self.kind}", "timestamp": self.at, "data": data}
        return json.dumps(told, separators=(",", ":")).encode()
