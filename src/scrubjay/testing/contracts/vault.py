"""What a vault does, whatever it is made of."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import UsageError
from scrubjay.vault import (
    FRAME,
    KeyUnavailableError,
    PayloadExistsError,
    PayloadGoneError,
    Sealed,
    Vault,
    new_payload_id,
)
from scrubjay.vault.memory import MemoryKeys

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AROUND_FRAMES", "VaultContract", "text_of"]

AROUND_FRAMES = (0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME - 1, 2 * FRAME, 2 * FRAME + 1)
"""Sizes at which a vault in frames could be wrong by one."""


def text_of(size: int) -> bytes:
    """Bytes that are nowhere the same, always the same."""
    return b"".join(number.to_bytes(8) for number in range(size // 8 + 1))[:size]


class VaultContract:
    """Give the vault as the fixture `vault`, with `keys` as its keeper of keys."""

    @pytest.fixture
    def keys(self) -> MemoryKeys:
        """A keeper of keys that can be rotated, and made unreachable."""
        return MemoryKeys()

    @pytest.mark.parametrize("size", AROUND_FRAMES)
    def test_what_was_sealed_is_read(self, vault: Vault, size: int) -> None:
        """All of it, piece by piece, and what is written down about it is true."""
        payload_id, text = new_payload_id(), text_of(size)
        sealed = vault.seal(payload_id, [text])
        assert sealed == Sealed(
            payload_id=payload_id,
            size=size,
            digest=hashlib.sha256(text).hexdigest(),
            key_id=sealed.key_id,
        )
        with vault.open(payload_id) as payload:
            pieces = list(payload)
            assert payload.size == size
        assert b"".join(pieces) == text
        assert all(0 < len(piece) <= FRAME for piece in pieces)
        assert vault.verify(payload_id) == sealed

    @pytest.mark.parametrize("length", [1, 7, 1000, FRAME, FRAME + 1])
    def test_pieces_of_any_size_make_the_same_payload(self, vault: Vault, length: int) -> None:
        """What arrives in crumbs is the same as what arrives at once."""
        text = text_of(2 * FRAME + 11) if length > 1 else text_of(5000)
        pieces = [text[start : start + length] for start in range(0, len(text), length)]
        sealed = vault.seal(new_payload_id(), [*pieces, b""])
        assert sealed.digest == hashlib.sha256(text).hexdigest()
        assert vault.read(sealed.payload_id, 0, len(text)) == text

    def test_any_range_is_read(self, vault: Vault) -> None:
        """Within a frame, over its borders, to the end and beyond."""
        payload_id, text = new_payload_id(), text_of(3 * FRAME + 5)
        vault.seal(payload_id, [text])
        borders = [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME, 3 * FRAME + 4]
        with vault.open(payload_id) as payload:
            for start in borders:
                for length in (0, 1, 2, FRAME - 1, FRAME, FRAME + 1, 4 * FRAME):
                    assert payload.read(start, length) == text[start : start + length]
            assert payload.read(4 * FRAME, 10) == b""
            with pytest.raises(ValueError, match="0 or more"):
                payload.read(-1, 10)

    def test_a_payload_that_was_not_committed_is_not_there(self, vault: Vault) -> None:
        """A death, an error, or a sender that gave up: nothing of it is kept."""
        payload_id = new_payload_id()
        with vault.writer(payload_id) as payload:
            payload.write(text_of(3 * FRAME))
        assert payload_id not in vault
        with pytest.raises(PayloadGoneError):
            vault.open(payload_id)
        assert vault.seal(payload_id, [b"another"]).size == len(b"another")

    def test_a_writer_that_has_ended_takes_nothing(self, vault: Vault) -> None:
        """Neither after its commit nor after it was left."""
        with vault.writer(new_payload_id()) as payload:
            payload.commit()
            with pytest.raises(ValueError, match="ended"):
                payload.write(text_of(2 * FRAME))
        with pytest.raises(ValueError, match="ended"):
            payload.commit()

    def test_a_payload_never_changes(self, vault: Vault) -> None:
        """Its id is taken from the commit on, also for who began before."""
        payload_id = new_payload_id()
        with vault.writer(payload_id) as slow:
            slow.write(b"second")
            vault.seal(payload_id, [b"first"])
            with pytest.raises(PayloadExistsError):
                slow.commit()
        with pytest.raises(PayloadExistsError):
            vault.writer(payload_id)
        assert vault.read(payload_id, 0, 100) == b"first"

    @pytest.mark.parametrize("name", ["", "short", "../../etc/passwd", "UPPERCASE1", "a/b/c/d/e"])
    def test_a_name_that_is_not_ours_is_refused(self, vault: Vault, name: str) -> None:
        """An id is never a path, and never a partner's word."""
        with pytest.raises(UsageError, match="new_payload_id"):
            vault.seal(name, [b"text"])
        with pytest.raises(UsageError, match="new_payload_id"):
            vault.open(name)

    def test_a_shredded_payload_is_gone_for_good(self, vault: Vault) -> None:
        """Shredding what is gone already is no error: it may be asked for again after a crash."""
        payload_id = new_payload_id()
        vault.seal(payload_id, [b"text"])
        assert payload_id in vault
        assert vault.shred(payload_id)
        assert not vault.shred(payload_id)
        assert payload_id not in vault
        assert list(vault.payload_ids()) == []
        with pytest.raises(PayloadGoneError):
            vault.read(payload_id, 0, 1)
        with pytest.raises(PayloadGoneError):
            vault.verify(payload_id)

    def test_it_knows_what_it_has(self, vault: Vault) -> None:
        """Committed payloads, and no others."""
        made = {vault.seal(new_payload_id(), [b"text"]).payload_id for _ in range(5)}
        with vault.writer(new_payload_id()) as payload:
            payload.write(b"text")
            assert set(vault.payload_ids()) == made
        assert all(payload_id in vault for payload_id in made)
        assert new_payload_id() not in vault
        assert object() not in vault

    def test_keys_are_rotated_while_payloads_are_read(self, vault: Vault, keys: MemoryKeys) -> None:
        """A reader that began before, payloads of both keys, and a walk that ends the old one."""
        old = vault.seal(new_payload_id(), [text_of(2 * FRAME)])
        with vault.open(old.payload_id) as reader:
            assert keys.rotate() != old.key_id
            new = vault.seal(new_payload_id(), [b"new"])
            assert new.key_id == keys.current()
            assert (walk := vault.rewrap()).moved == 1
            assert (walk.current, walk.refused) == (1, ())
            assert b"".join(reader) == text_of(2 * FRAME)
        assert vault.verify(old.payload_id) == old.but(key_id=keys.current())
        assert vault.verify(new.payload_id) == new
        assert vault.rewrap().moved == 0

    def test_without_its_keys_nothing_is_read_and_nothing_lost(
        self, vault: Vault, keys: MemoryKeys
    ) -> None:
        """A keeper of keys that is down is a reason to wait."""
        sealed = vault.seal(new_payload_id(), [b"text"])
        keys.rotate()
        keys.reachable = False
        calls: tuple[Callable[[], object], ...] = (
            lambda: vault.read(sealed.payload_id, 0, 1),
            lambda: vault.seal(new_payload_id(), [b"text"]),
            vault.rewrap,
        )
        for call in calls:
            with pytest.raises(KeyUnavailableError) as failure:
                call()
            assert failure.value.retryable
        keys.reachable = True
        assert vault.rewrap().moved == 1
        assert vault.read(sealed.payload_id, 0, 4) == b"text"

    def test_many_threads_at_once(self, vault: Vault) -> None:
        """Sealing, reading and shredding beside each other."""

        def once(number: int) -> bool:
            payload_id, text = new_payload_id(), text_of(number * 997)
            vault.seal(payload_id, [text])
            same = vault.read(payload_id, 0, len(text)) == text
            return same and vault.shred(payload_id)

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(once, range(64)))
        assert list(vault.payload_ids()) == []

    def test_of_many_that_seal_one_id_one_does(self, vault: Vault) -> None:
        """The others are told."""
        payload_id = new_payload_id()

        def once(number: int) -> bytes | None:
            text = b"%d" % number
            try:
                vault.seal(payload_id, [text])
            except PayloadExistsError:
                return None
            return text

        with ThreadPoolExecutor(8) as pool:
            (sealed,) = [text for text in pool.map(once, range(32)) if text is not None]
        assert vault.read(payload_id, 0, 10) == sealed

    def test_a_start_sweeps_and_harms_nothing(self, vault: Vault) -> None:
        """What is committed stays, what is being sealed may go on."""
        sealed = vault.seal(new_payload_id(), [b"text"])
        with vault.writer(new_payload_id()) as payload:
            payload.write(b"half")
            vault.sweep()
            assert vault.verify(sealed.payload_id) == sealed
            assert payload.commit().size == len(b"half")
        assert vault.sweep() == 0

    def test_nothing_of_a_payload_is_in_its_errors_and_reprs(self, vault: Vault) -> None:
        """An error ends up in a log."""
        sealed = vault.seal(new_payload_id(), [b"CANARY"])
        with vault.open(sealed.payload_id) as payload:
            shown = [repr(payload), repr(sealed), repr(vault)]
        vault.shred(sealed.payload_id)
        with pytest.raises(PayloadGoneError) as failure:
            vault.open(sealed.payload_id)
        assert "CANARY" not in "".join([*shown, repr(failure.value), str(failure.value)])
