"""What a door asks of what is behind it: take these bytes, and say what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from scrubjay.errors import Fate, InputError
from scrubjay.failures import FAILURES
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Ready = Callable[[], Awaitable[Mapping[str, str]]]
    """What is not ready, and why; nothing where all is."""
    Metrics = Callable[[], bytes]
    """The text of Prometheus' exposition format; called in a thread."""

__all__ = ["Accept", "Accepted", "Behind", "Identity", "Status", "UploadError"]


class Identity(Frozen):
    """Who knocks. All of it is from our own record of the key, nothing from the request."""

    key_id: str
    """For the audit; says nothing of the key."""
    tenant: str
    practice: str
    """The originating practice: part of every file's idempotency key."""
    partner: str = ""
    """The trading partner that hands files over for it, where that is another."""


class Accepted(Frozen):
    """A file that is durable here: its bytes in the vault, its row and audit in the store."""

    file: str
    """Its id, to ask for it later."""
    size: int
    digest: str
    """SHA-256 of the bytes, as hex."""
    duplicate: bool = False
    """It was here before, by whichever way; `file` is the first one's id."""


class UploadError(InputError):
    """The sender did not bring the file to its end: too slow, too large, gone, or other bytes.

    Raised by the pieces that `Accept` reads. Nothing of the file is to be kept.
    """

    exit_code = 2
    fate = Fate.RETRYABLE

    def __init__(self, code: str) -> None:
        failure = FAILURES[code]
        self.code = code
        self.fate = failure.fate
        super().__init__(f"{code}: {failure.meaning}; {failure.step}")


class Accept(Protocol):
    """Takes a file in; what the pipeline gives to a door.

    It returns after the commit, never before: the sender is told then, and may forget the file.
    It reads the pieces as they arrive, and does not read ahead of what it has written. An error
    with a code of `scrubjay.failures` becomes the answer that the sender gets.
    """

    async def __call__(self, pieces: AsyncIterator[bytes], identity: Identity) -> Accepted:
        """All of the pieces, or an error and nothing."""
        ...


class Status(Protocol):
    """What became of a file; what the pipeline gives to a door."""

    async def __call__(self, file: str, identity: Identity) -> dict[str, Any] | None:
        """States, counts and codes as JSON; None where this tenant has no such file."""
        ...


class Behind(Frozen):
    """All that the pipeline gives to a door."""

    accept: Accept
    status: Status
    ready: Ready | None = None
    metrics: Metrics | None = None
