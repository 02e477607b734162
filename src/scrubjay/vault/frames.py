"""The format of a sealed payload: a header, then frames of 64 KiB, each authenticated in its place.

No file is touched here: bytes in, bytes out. docs/vault.md has the layout byte by byte, and why.
"""

from __future__ import annotations

import hmac
import os
import struct
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scrubjay.frozen import Frozen
from scrubjay.vault.contract import FRAME
from scrubjay.vault.errors import PayloadRefusedError

if TYPE_CHECKING:
    from typing import Self

__all__ = ["DATA_KEY_BYTES", "HEADER_BYTES", "TAG", "Cipher", "Extent", "new_data_key"]

MAGIC = b"SJVAULT1"
TAG = 16
"""Bytes that a frame is longer when it is sealed."""
DATA_KEY_BYTES = 32
_SALT_BYTES = 16
_PREFIX_BYTES = 7
_COMMITMENT_BYTES = 32
_LAYOUT = struct.Struct(f">8sI64s{_SALT_BYTES}s{_PREFIX_BYTES}s{_COMMITMENT_BYTES}s")
HEADER_BYTES = _LAYOUT.size
_PURPOSE = b"scrubjay vault payload 1:"
_NONCE = struct.Struct(f">{_PREFIX_BYTES}sIB")
MOST_FRAMES = 2**32


def new_data_key() -> bytes:
    """A key for one payload."""
    return os.urandom(DATA_KEY_BYTES)


class Cipher:
    """Seals and opens the frames of one payload; safe in any number of threads."""

    def __init__(self, payload_id: str, header: bytes, key: bytes, prefix: bytes) -> None:
        self._payload_id = payload_id
        self.header = header
        self._gcm = AESGCM(key)
        self._prefix = prefix

    @classmethod
    def new(cls, payload_id: str, data_key: bytes) -> Self:
        """For a payload that is to be sealed: with a header of its own."""
        salt, prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
        key, commitment = _derived(data_key, salt, payload_id)
        header = _LAYOUT.pack(MAGIC, FRAME, payload_id.encode(), salt, prefix, commitment)
        return cls(payload_id, header, key, prefix)

    @classmethod
    def of(cls, payload_id: str, header: bytes, data_key: bytes) -> Self:
        """For a sealed payload: its header is of this id, and made with this key and no other."""
        if len(header) != HEADER_BYTES:
            raise PayloadRefusedError(payload_id)
        magic, frame, named, salt, prefix, commitment = _LAYOUT.unpack(header)
        key, expected = _derived(data_key, salt, payload_id)
        known = (magic, frame, named) == (MAGIC, FRAME, payload_id.encode().ljust(64, b"\0"))
        if not hmac.compare_digest(expected, commitment) or not known:
            raise PayloadRefusedError(payload_id)
        return cls(payload_id, header, key, prefix)

    def seal(self, number: int, clear: bytes | memoryview, *, last: bool) -> bytes:
        """The frame of that number, counted from 0."""
        if number >= MOST_FRAMES:
            raise ValueError("a payload has at most 2^32 frames")
        return self._gcm.encrypt(self._nonce(number, last), clear, self.header)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """The frame in clear, where it is this one and at this place."""
        try:
            return self._gcm.decrypt(self._nonce(number, last), sealed, self.header)
        except InvalidTag:
            raise PayloadRefusedError(self._payload_id) from None

    def _nonce(self, number: int, last: bool) -> bytes:  # noqa: FBT001 - a field of the nonce
        return _NONCE.pack(self._prefix, number, last)


def _derived(data_key: bytes, salt: bytes, payload_id: str) -> tuple[bytes, bytes]:
    """The key of the frames, and the commitment: nobody finds two data keys with one commitment."""
    length = DATA_KEY_BYTES + _COMMITMENT_BYTES
    made = HKDF(SHA256(), length, salt, _PURPOSE + payload_id.encode()).derive(data_key)
    return made[:DATA_KEY_BYTES], made[DATA_KEY_BYTES:]


class Extent(Frozen):
    """Which frames a file of some size has, told by its size alone."""

    frames: int
    size: int
    """Bytes in clear."""

    @classmethod
    def of(cls, payload_id: str, file_size: int) -> Self:
        """Of a sealed file; refused where no payload seals to that size."""
        sealed = file_size - HEADER_BYTES
        frames = -(-sealed // (FRAME + TAG))
        size = sealed - frames * TAG
        empty_last = frames > 1 and size <= (frames - 1) * FRAME
        if sealed < TAG or empty_last or size < 0:
            raise PayloadRefusedError(payload_id)
        return cls(frames=frames, size=size)

    def place(self, number: int) -> tuple[int, int]:
        """Where a frame stands in the file, and how long it is there."""
        start = HEADER_BYTES + number * (FRAME + TAG)
        return start, min(FRAME, self.size - number * FRAME) + TAG

    def is_last(self, number: int) -> bool:
        """Whether no frame follows it."""
        return number == self.frames - 1
