"""How a vault fails. None of these holds a byte of a payload or of a key."""

from __future__ import annotations

from scrubjay.errors import Fate, VaultError
from scrubjay.failures import FAILURES, SHORTAGES

__all__ = [
    "KeyUnavailableError",
    "PayloadExistsError",
    "PayloadGoneError",
    "PayloadRefusedError",
    "StorageError",
]


class PayloadRefusedError(VaultError):
    """It is not what was sealed under this id: cut, flipped, swapped, or with another key.

    One error with one text for all of them, since the difference would help only a forger.
    """

    code = "PAYLOAD_REFUSED"

    def __init__(self, payload_id: str) -> None:
        super().__init__(
            f"payload {payload_id} is not what was sealed; restore it and its key from a backup"
        )


class PayloadGoneError(VaultError):
    """There is no such payload: it was shredded, or never committed."""

    code = "PAYLOAD_GONE"

    def __init__(self, payload_id: str) -> None:
        super().__init__(
            f"payload {payload_id} is not in the vault: purged, or never there; look in the audit"
        )


class PayloadExistsError(VaultError):
    """The id is taken; a payload never changes."""

    code = "PAYLOAD_EXISTS"

    def __init__(self, payload_id: str) -> None:
        super().__init__(f"payload {payload_id} is in the vault already; seal it under a new id")


class KeyUnavailableError(VaultError):
    """The keeper of keys cannot be reached now; the payload is as it was."""

    code = "KEY_UNAVAILABLE"
    fate = Fate.RETRYABLE


class StorageError(VaultError):
    """The disk did not do what was asked. What was being sealed is not there, or not durably."""

    def __init__(self, error: OSError) -> None:
        self.code = SHORTAGES.get(error.errno or 0, "DISK_FAILED")
        failure = FAILURES[self.code]
        self.fate = failure.fate
        reason = (error.strerror or "cannot be used").lower()
        # all names there are ours, or come from the settings
        place = f"{error.filename}: " if isinstance(error.filename, str) else ""
        super().__init__(f"the vault's disk: {place}{reason}; {failure.step}")
