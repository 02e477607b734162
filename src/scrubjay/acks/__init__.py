"""Acknowledgments read (`read`), and applied to the claims that were sent (`apply`).

>>> with apply(["sent.837"], ["acks/1.999", "acks/1.277ca"]) as applied:    # doctest: +SKIP
...     for place, outcome in applied.outcomes(): ...
"""

from scrubjay.acks.applied import Applied
from scrubjay.acks.applying import apply
from scrubjay.acks.ledger import SentPlace
from scrubjay.acks.notices import Notice, Problem
from scrubjay.acks.outcomes import Hop, Outcome, Step
from scrubjay.acks.reading import Acknowledgment, read
from scrubjay.acks.sent import SentClaim

__all__ = [
    "Acknowledgment",
    "Applied",
    "Hop",
    "Notice",
    "Outcome",
    "Problem",
    "SentClaim",
    "SentPlace",
    "Step",
    "apply",
    "read",
]
