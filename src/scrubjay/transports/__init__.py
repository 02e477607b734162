"""The way to a partner and back: send an interchange, ask whether it arrived, collect what came.

A transport carries bytes. It retries nothing, decides nothing and remembers nothing that matters:
whoever calls it holds the intent (`docs/contract.md`), and learns from a `TransportError` what a
failure means: its code, and whether the partner may have the bytes.
"""

from __future__ import annotations

from scrubjay.transports.contract import Inbound, Receipt, Transmission, Transport
from scrubjay.transports.errors import TransportError

__all__ = ["Inbound", "Receipt", "Transmission", "Transport", "TransportError"]
