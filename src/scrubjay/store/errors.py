"""What can go wrong with the store, by what to do next.

::

    StoreError
    ├── LockedError       retryable   LOCKED: another process has been writing for too long
    ├── DiskFullError     retryable   DISK_FULL: no room; nothing of the unit of work is there
    ├── OverrunError      retryable   OVERRUN: more units of work wait than may
    ├── StoreFailedError  ambiguous   STORE_FAILED: the disk failed; the process must end
    ├── StaleLeaseError   final       STALE_LEASE: somebody else holds the message by now
    └── ConflictError     final       CONFLICT: what must be alone of its kind is there already
"""

from __future__ import annotations

from typing import ClassVar

from scrubjay.errors import Fate, ScrubjayError

__all__ = [
    "ConflictError",
    "DiskFullError",
    "LockedError",
    "OverrunError",
    "StaleLeaseError",
    "StoreError",
    "StoreFailedError",
]


class StoreError(ScrubjayError):
    """The root of what the store raises."""

    code: ClassVar[str] = "STORE"


class LockedError(StoreError):
    """Another process held the write lock for longer than was waited."""

    code = "LOCKED"
    fate = Fate.RETRYABLE


class DiskFullError(StoreError):
    """No room on the disk. Nothing of the unit of work is kept; it may be tried again later."""

    code = "DISK_FULL"
    fate = Fate.RETRYABLE


class OverrunError(StoreError):
    """More units of work wait for the writer than may: whoever adds them is not held back."""

    code = "OVERRUN"
    fate = Fate.RETRYABLE


class StoreFailedError(StoreError):
    """A read, a write or an fsync failed, or the file is damaged.

    The store is closed for good and what was not confirmed is in doubt: an fsync that is tried
    again may succeed without having written. The process ends with exit code 3 and is started anew.
    """

    code = "STORE_FAILED"
    fate = Fate.AMBIGUOUS


class StaleLeaseError(StoreError):
    """The lease ran out and somebody else has the message: this unit of work must not happen."""

    code = "STALE_LEASE"
    fate = Fate.FINAL


class ConflictError(StoreError):
    """A row that must be alone of its kind is there already, and says something else."""

    code = "CONFLICT"
    fate = Fate.FINAL
