"""Payloads at rest: encrypted before the first write, read by frame, destroyed by their key.

::

    with vault.writer(payload_id) as payload:      # or: vault.seal(payload_id, pieces)
        for piece in arriving:
            payload.write(piece)
        sealed = payload.commit()                  # durable from here on; without it, nothing stays

    with vault.open(payload_id) as payload:
        for piece in payload: ...                  # all of it, frame by frame
        payload.read(start, length)                # or any range of it

Every call is synchronous and may come from any thread; hand it to a thread where there is an event
loop. Ids are ours (`new_payload_id`): a name that a partner chose is data, and never a path.
"""

from __future__ import annotations

from scrubjay.vault.contract import (
    FRAME,
    Access,
    KeyProvider,
    Payload,
    PayloadWriter,
    Rewrapped,
    Sealed,
    Vault,
    WrappedKey,
)
from scrubjay.vault.errors import (
    KeyUnavailableError,
    PayloadExistsError,
    PayloadGoneError,
    PayloadRefusedError,
    StorageError,
)
from scrubjay.vault.naming import checked_payload_id, new_payload_id, sealed_at
from scrubjay.vault.purpose import reading_for

__all__ = [
    "FRAME",
    "Access",
    "KeyProvider",
    "KeyUnavailableError",
    "Payload",
    "PayloadExistsError",
    "PayloadGoneError",
    "PayloadRefusedError",
    "PayloadWriter",
    "Rewrapped",
    "Sealed",
    "StorageError",
    "Vault",
    "WrappedKey",
    "checked_payload_id",
    "new_payload_id",
    "reading_for",
    "sealed_at",
]
