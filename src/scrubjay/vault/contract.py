"""What a vault does and what a keeper of keys does, whatever they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self

__all__ = [
    "FRAME",
    "Access",
    "KeyProvider",
    "Payload",
    "PayloadWriter",
    "Rewrapped",
    "Sealed",
    "Vault",
    "WrappedKey",
    "unwitnessed",
]

FRAME = 1 << 16
"""Bytes in clear of a frame, the unit that is authenticated; the last one may be shorter."""


class Sealed(Frozen):
    """A payload that is durable: what to write down about it."""

    payload_id: str
    size: int
    """Bytes in clear."""
    digest: str
    """SHA-256 of the bytes in clear, as hex."""
    key_id: str
    """Of the key that wraps its data key, at the time of sealing."""


class WrappedKey(Frozen):
    """A data key as it may lie on a disk."""

    key_id: str
    """Of the key that it is wrapped with."""
    blob: bytes

    def __repr__(self) -> str:
        return f"WrappedKey({self.key_id})"


class Rewrapped(Frozen):
    """What a walk over all data keys came to."""

    moved: int
    """Wrapped anew with the current key."""
    current: int
    """Wrapped with it already."""
    refused: tuple[str, ...]
    """Ids of payloads whose data key could not be opened, left as they are."""


class KeyProvider(Protocol):
    """Wraps and unwraps data keys; the keys that it does so with never leave it.

    Where it cannot be reached it raises `KeyUnavailableError`, which is retryable; where a wrapped
    key is not one of its own, or was made for another payload, `PayloadRefusedError`.
    """

    def current(self) -> str:
        """The id of the key that new data keys are wrapped with."""
        ...

    def wrap(self, data_key: bytes, context: str) -> WrappedKey:
        """The data key, wrapped with the current key and bound to `context`, a payload id."""
        ...

    def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        """The data key again, with whichever key it was wrapped, current or not."""
        ...


class PayloadWriter(Protocol):
    """A payload being sealed. Leaving it without `commit` leaves nothing behind."""

    def write(self, piece: bytes) -> None:
        """Some more of it, of any size."""
        ...

    def commit(self) -> Sealed:
        """Make it durable: the payload, its key and their folders are on the disk on return."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Payload(Protocol):
    """A payload opened for reading: its header, key and end have been authenticated.

    Any byte that it gives was authenticated before. What is not as it was sealed raises
    `PayloadRefusedError`, the same error for whatever was done to it.
    """

    @property
    def size(self) -> int:
        """Bytes in clear."""
        ...

    def __iter__(self) -> Iterator[bytes]:
        """All of it from the start, at most `FRAME` bytes a piece."""
        ...

    def read(self, start: int, length: int) -> bytes:
        """The bytes from `start`; fewer where the payload ends, ValueError for less than 0."""
        ...

    def close(self) -> None:
        """Give back what it holds open; leaving the `with` does the same."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Vault(Protocol):
    """Where payloads lie. A payload never changes: it is sealed once, read, and shredded."""

    def writer(self, payload_id: str) -> PayloadWriter:
        """Begin a payload; `PayloadExistsError` here or at commit where the id is taken."""
        ...

    def seal(self, payload_id: str, pieces: Iterable[bytes]) -> Sealed:
        """A whole payload: durable on return."""
        ...

    def open(self, payload_id: str) -> Payload:
        """`PayloadGoneError` where there is none, or none any more."""
        ...

    def read(self, payload_id: str, start: int, length: int) -> bytes:
        """One range of a payload; open it for many."""
        ...

    def verify(self, payload_id: str) -> Sealed:
        """Read all of it; what was sealed, or `PayloadRefusedError`."""
        ...

    def shred(self, payload_id: str) -> bool:
        """Destroy the data key, then the payload, durably; False where neither was there."""
        ...

    def __contains__(self, payload_id: object) -> bool:
        """Whether it was committed and not shredded; says nothing of its state."""
        ...

    def payload_ids(self) -> Iterator[str]:
        """Every committed payload, in no order; what comes or goes meanwhile may be among them."""
        ...

    def placed_at(self, payload_id: str) -> float:
        """When it was committed here, in seconds since 1970; now where it is not there.

        Its id may be much older: it is made before the first byte comes.
        """
        ...

    def rewrap(self) -> Rewrapped:
        """Wrap every data key with the current key; no payload is touched, no reader disturbed.

        Each data key moves by itself, so that a walk that was killed is ended by another.
        """
        ...

    def sweep(self) -> int:
        """Remove what writers that died left behind; how many. To be called at a start."""
        ...


class Access(Frozen):
    """Something that was done with a payload or a key, for whoever keeps the audit."""

    action: str
    """sealed, opened, verified, shredded, rewrapped; key_made, key_rotated, key_retired."""
    payload_id: str | None
    key_id: str | None
    purpose: str = ""
    """The stage or the command that it was done for (`reading_for`)."""


def unwitnessed(_: Access) -> None:
    """Where nobody keeps an audit."""


if TYPE_CHECKING:
    Witness = Callable[[Access], None]
    """Told of every access, in the thread that makes it, before anything is given out.

    Where it raises, nothing is: what cannot be written down is not read.
    """
