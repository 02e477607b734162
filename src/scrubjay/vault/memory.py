"""A vault in memory, for tests, ours and yours: the same contract, nothing on any disk.

What it holds is in clear, and gone with the process.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import TYPE_CHECKING

from scrubjay.frozen import Frozen
from scrubjay.vault.contract import FRAME, Access, Rewrapped, Sealed, WrappedKey, unwitnessed
from scrubjay.vault.errors import (
    KeyUnavailableError,
    PayloadExistsError,
    PayloadGoneError,
    PayloadRefusedError,
)
from scrubjay.vault.naming import checked_payload_id
from scrubjay.vault.purpose import purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from scrubjay.vault.contract import KeyProvider, Witness

__all__ = ["MemoryKeys", "MemoryPayload", "MemoryVault", "MemoryWriter"]

_DATA_KEY_BYTES = 32


class MemoryKeys:
    """A keeper of keys that keeps them in a table and hides nothing; it can be made unreachable."""

    def __init__(self) -> None:
        self._ids = ["memory-1"]
        self.reachable = True

    def current(self) -> str:
        """The id of the newest key."""
        self._reach()
        return self._ids[-1]

    def rotate(self) -> str:
        """A newer key."""
        self._ids.append(f"memory-{len(self._ids) + 1}")
        return self._ids[-1]

    def wrap(self, data_key: bytes, context: str) -> WrappedKey:
        """Not hidden, but bound."""
        return WrappedKey(key_id=self.current(), blob=data_key + context.encode())

    def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        """By any key that there ever was."""
        self._reach()
        bound = context.encode()
        if wrapped.key_id not in self._ids or wrapped.blob[_DATA_KEY_BYTES:] != bound:
            raise PayloadRefusedError(context)
        return wrapped.blob[:_DATA_KEY_BYTES]

    def _reach(self) -> None:
        if not self.reachable:
            raise KeyUnavailableError("the keys in memory were made unreachable; go on later")


class _Kept(Frozen):
    text: bytes
    key: WrappedKey
    placed: float


class MemoryVault:
    """Payloads in a dict."""

    def __init__(self, keys: KeyProvider | None = None, *, witness: Witness = unwitnessed) -> None:
        self._keys = keys or MemoryKeys()
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._witness = witness

    def close(self) -> None:
        """Nothing is held open."""

    def writer(self, payload_id: str) -> MemoryWriter:
        """Begin a payload."""
        if checked_payload_id(payload_id) in self._kept:
            raise PayloadExistsError(payload_id)
        key = self._keys.wrap(os.urandom(_DATA_KEY_BYTES), payload_id)
        return MemoryWriter(payload_id, key, self._place)

    def seal(self, payload_id: str, pieces: Iterable[bytes]) -> Sealed:
        """A whole payload."""
        with self.writer(payload_id) as payload:
            for piece in pieces:
                payload.write(piece)
            return payload.commit()

    def open(self, payload_id: str) -> MemoryPayload:
        """Its key must be there, though nothing is locked with it."""
        kept = self._found(payload_id)
        self._told("opened", payload_id, kept.key.key_id)
        return MemoryPayload(kept.text)

    def read(self, payload_id: str, start: int, length: int) -> bytes:
        """One range of a payload."""
        with self.open(payload_id) as payload:
            return payload.read(start, length)

    def verify(self, payload_id: str) -> Sealed:
        """What was sealed."""
        kept = self._found(payload_id)
        self._told("verified", payload_id, kept.key.key_id)
        return _sealed(payload_id, kept)

    def shred(self, payload_id: str) -> bool:
        """Forget it."""
        with self._lock:
            there = self._kept.pop(checked_payload_id(payload_id), None) is not None
        if there:
            self._told("shredded", payload_id, None)
        return there

    def __contains__(self, payload_id: object) -> bool:
        return payload_id in self._kept

    def payload_ids(self) -> Iterator[str]:
        """As they are now."""
        yield from list(self._kept)

    def placed_at(self, payload_id: str) -> float:
        """As it was noted then."""
        kept = self._kept.get(checked_payload_id(payload_id))
        return time.time() if kept is None else kept.placed

    def rewrap(self) -> Rewrapped:
        """Each by itself."""
        current = self._keys.current()
        moved: list[str] = []
        refused: list[str] = []
        with self._lock:
            behind = {id_: kept for id_, kept in self._kept.items() if kept.key.key_id != current}
            for payload_id, kept in behind.items():
                try:
                    data_key = self._keys.unwrap(kept.key, payload_id)
                except PayloadRefusedError:
                    refused.append(payload_id)
                    continue
                anew = self._keys.wrap(data_key, payload_id)
                self._kept[payload_id] = kept.but(key=anew)
                moved.append(payload_id)
            already = len(self._kept) - len(behind)
        for payload_id in moved:
            self._told("rewrapped", payload_id, current)
        return Rewrapped(moved=len(moved), current=already, refused=tuple(refused))

    def sweep(self) -> int:
        """Nothing of a dead process is here."""
        return 0

    def _found(self, payload_id: str) -> _Kept:
        kept = self._kept.get(checked_payload_id(payload_id))
        if kept is None:
            raise PayloadGoneError(payload_id)
        self._keys.unwrap(kept.key, payload_id)
        return kept

    def _place(self, payload_id: str, text: bytes, key: WrappedKey) -> Sealed:
        kept = _Kept(text=text, key=key, placed=time.time())
        with self._lock:
            if payload_id in self._kept:
                raise PayloadExistsError(payload_id)
            self._kept[payload_id] = kept
        self._told("sealed", payload_id, key.key_id)
        return _sealed(payload_id, kept)

    def _told(self, action: str, payload_id: str, key_id: str | None) -> None:
        self._witness(
            Access(action=action, payload_id=payload_id, key_id=key_id, purpose=purpose())
        )


def _sealed(payload_id: str, kept: _Kept) -> Sealed:
    digest = hashlib.sha256(kept.text).hexdigest()
    return Sealed(payload_id=payload_id, size=len(kept.text), digest=digest, key_id=kept.key.key_id)


class MemoryWriter:
    """A payload that is not in the vault yet."""

    def __init__(self, payload_id: str, key: WrappedKey, place: Place) -> None:
        self._payload_id, self._key, self._place = payload_id, key, place
        self._text = bytearray()
        self._ended = False

    def write(self, piece: bytes) -> None:
        """Some more of it."""
        self._live()
        self._text += piece

    def commit(self) -> Sealed:
        """Into the vault, or not at all."""
        self._live()
        self._ended = True
        return self._place(self._payload_id, bytes(self._text), self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = True

    def _live(self) -> None:
        if self._ended:
            raise ValueError("this payload has ended; begin a new one")


class MemoryPayload:
    """A payload to be read."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._open = True

    @property
    def size(self) -> int:
        """Bytes in clear."""
        return len(self._text)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._text), FRAME):
            yield self.read(start, FRAME)

    def read(self, start: int, length: int) -> bytes:
        """A range of it."""
        if start < 0 or length < 0:
            raise ValueError("start and length are 0 or more")
        if not self._open:
            raise ValueError("this payload is closed; open it again")
        return self._text[start : start + length]

    def close(self) -> None:
        """Once or more often."""
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


if TYPE_CHECKING:
    from collections.abc import Callable

    Place = Callable[[str, bytes, WrappedKey], Sealed]
