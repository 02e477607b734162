"""A vault in a folder, and the files that it is made of, to be changed behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import FRAME, Sealed, new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.frames import HEADER_BYTES, TAG
from scrubjay.vault.memory import MemoryKeys

SEALED_FRAME = FRAME + TAG


@contextmanager
def opened(folder: Path, keys: MemoryKeys | None = None) -> Iterator[FolderVault]:
    """The vault of that folder."""
    vault = FolderVault(folder, keys or MemoryKeys())
    try:
        yield vault
    finally:
        vault.close()


def seal(vault: FolderVault, size: int) -> Sealed:
    """A payload of that size."""
    return vault.seal(new_payload_id(), [text_of(size)])


def payload_file(folder: Path, payload_id: str) -> Path:
    """Where its header and frames lie."""
    return folder / "payloads" / payload_id[:5] / payload_id


def key_file(folder: Path, payload_id: str) -> Path:
    """Where its wrapped data key lies."""
    return folder / "keys" / payload_id[:5] / payload_id


def frames_of(text: bytes) -> list[bytes]:
    """The header, and the frames behind it."""
    rest = range(HEADER_BYTES, len(text), SEALED_FRAME)
    return [text[:HEADER_BYTES], *(text[start : start + SEALED_FRAME] for start in rest)]
