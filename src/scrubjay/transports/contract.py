"""What every transport does, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

__all__ = ["Inbound", "Receipt", "Transmission", "Transport"]


class Transmission(Frozen):
    """An interchange on its way out. Sent again, it is the same bytes under the same key."""

    key: str
    """Its idempotency key, the same at every attempt: 1 to 128 of A-Z, a-z, 0-9 and ``._~-``."""
    size: int
    """Bytes; a body that has more or fewer is not sent to its end."""
    digest: str
    """SHA-256 of the body, as hex; checked while sending, before the last byte leaves."""
    body: Callable[[], Iterable[bytes]]
    """Opens the bytes from the start, at each attempt; read in a thread. An iterable with a `close`
    is closed."""

    def __repr__(self) -> str:
        return f"Transmission({self.key}, {self.size} bytes)"


class Receipt(Frozen):
    """A partner's word that the bytes are there. It says nothing of what becomes of them."""

    key: str
    reference: str = ""
    """What the partner calls it, escaped and at most 128 long; for people."""
    duplicate: bool = False
    """The partner had it already: an earlier attempt arrived."""


class Inbound(Frozen):
    """A file that waits at the partner's; it is offered again until it is confirmed."""

    id: str
    """To read and to confirm it by; the partner's word, never a path of ours."""
    size: int | None = None
    """Bytes, where the partner says."""


class Transport(Protocol):
    """Every call ends by a deadline of its own, and raises only `TransportError`.

    An error's fate says what happened to the bytes: `retryable`, they did not arrive; `ambiguous`,
    nobody knows; `final`, they did not, and will not. Cancelling a `send` leaves it ambiguous.
    """

    @property
    def offers_look_up(self) -> bool:
        """Whether `look_up` can be asked; else only an acknowledgment ends an ambiguity."""
        ...

    async def send(self, transmission: Transmission) -> Receipt:
        """Hand it over; the receipt is the partner's, after it has taken all bytes."""
        ...

    async def look_up(self, key: str) -> Receipt | None:
        """The receipt of what was sent under the key; None where the partner says it has none.

        None is an answer only once the attempt is over everywhere: bytes may still be on the way.
        """
        ...

    async def collect(self, limit: int = 100) -> list[Inbound]:
        """What waits, oldest first; the same again until it is confirmed, also after a restart."""
        ...

    def read(self, inbound_id: str) -> AsyncIterator[bytes]:
        """The bytes of a file that `collect` named."""
        ...

    async def confirm(self, inbound_id: str) -> None:
        """It is durable here; the partner may forget it. Confirming twice is no error."""
        ...

    async def close(self) -> None:
        """Give back connections; calls after it fail."""
        ...
