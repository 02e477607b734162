"""The keys that wrap data keys: in a file of the owner's, rotated, retired, never shown."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scrubjay.errors import InputError, UsageError
from scrubjay.vault import Access, KeyUnavailableError, PayloadRefusedError, WrappedKey
from scrubjay.vault.keyring import KeyringFile

DATA_KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "vault.keys"


def test_a_ring_is_made_once(path: Path) -> None:
    """Of many that find none, one makes it; only its owner can read it."""
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyringFile.find_or_make(path), range(16)))
    assert len({ring.current() for ring in rings}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [name.name for name in path.parent.iterdir()] == [path.name]


def test_a_ring_that_should_be_there_is_not_made(path: Path) -> None:
    """A ring that got lost must not be replaced by one that opens nothing."""
    with pytest.raises(InputError, match="not there"):
        KeyringFile(path)


def test_what_it_wraps_it_unwraps_for_the_same_payload_only(path: Path) -> None:
    ring = KeyringFile.find_or_make(path)
    wrapped = ring.wrap(DATA_KEY, "payload-1")
    assert DATA_KEY not in wrapped.blob
    assert ring.unwrap(wrapped, "payload-1") == DATA_KEY
    with pytest.raises(PayloadRefusedError):
        ring.unwrap(wrapped, "payload-2")


def test_every_bit_of_a_wrapped_key_counts(path: Path) -> None:
    ring = KeyringFile.find_or_make(path)
    wrapped = ring.wrap(DATA_KEY, "payload-1")
    for bit in range(8 * len(wrapped.blob)):
        changed = bytearray(wrapped.blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PayloadRefusedError):
            ring.unwrap(wrapped.but(blob=bytes(changed)), "payload-1")
    for length in range(len(wrapped.blob)):
        with pytest.raises(PayloadRefusedError):
            ring.unwrap(wrapped.but(blob=wrapped.blob[:length]), "payload-1")


def test_a_key_goes_by_its_own_name_only(path: Path) -> None:
    """Two keys of a ring do not open what the other wrapped."""
    ring = KeyringFile.find_or_make(path)
    old = ring.wrap(DATA_KEY, "payload-1")
    new = ring.rotate()
    for key_id in (new, "w00000000"):
        with pytest.raises(PayloadRefusedError):
            ring.unwrap(WrappedKey(key_id=key_id, blob=old.blob), "payload-1")


def test_a_rotation_elsewhere_is_seen_at_the_next_use(path: Path) -> None:
    """A process that runs wraps with the new key, and opens what another wrapped with it."""
    running, other = KeyringFile.find_or_make(path), KeyringFile(path)
    old = running.wrap(DATA_KEY, "payload-1")
    new = other.rotate()
    assert running.current() == new
    assert running.unwrap(other.wrap(DATA_KEY, "payload-2"), "payload-2") == DATA_KEY
    assert running.unwrap(old, "payload-1") == DATA_KEY
    assert [key.id for key in running.listed()] == [old.key_id, new]


def test_rotations_at_once_are_all_kept(path: Path) -> None:
    first = KeyringFile.find_or_make(path).current()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: KeyringFile(path).rotate(), range(16)))
    kept = [key.id for key in KeyringFile(path).listed()]
    assert kept[0] == first
    assert sorted(kept[1:]) == sorted(made)


def test_a_retired_key_opens_nothing_any_more(path: Path) -> None:
    ring = KeyringFile.find_or_make(path)
    old = ring.wrap(DATA_KEY, "payload-1")
    with pytest.raises(UsageError, match="keys rotate"):
        ring.retire(old.key_id)
    ring.rotate()
    ring.retire(old.key_id)
    with pytest.raises(PayloadRefusedError):
        ring.unwrap(old, "payload-1")
    with pytest.raises(UsageError, match="there is no key"):
        ring.retire(old.key_id)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_ring_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    KeyringFile.find_or_make(path)
    path.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        KeyringFile(path)


def test_a_link_is_not_followed(path: Path) -> None:
    KeyringFile.find_or_make(path)
    link = path.with_name("link")
    link.symlink_to(path)
    with pytest.raises(KeyUnavailableError):
        KeyringFile(link)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "w1:00:2026-01-01\n", "no key at all\n", f"w1:{'0' * 64}:2026-01-01\n" * 2],
)
def test_a_damaged_ring_is_refused_without_being_shown(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="backup") as failure:
        KeyringFile(path)
    assert "0" * 64 not in str(failure.value)


def test_a_ring_that_vanishes_meanwhile_is_a_reason_to_wait(path: Path) -> None:
    ring = KeyringFile.find_or_make(path)
    path.rename(path.with_name("away"))
    with pytest.raises(KeyUnavailableError) as failure:
        ring.wrap(DATA_KEY, "payload-1")
    assert failure.value.retryable
    path.with_name("away").rename(path)
    assert ring.wrap(DATA_KEY, "payload-1").key_id == ring.current()


@pytest.mark.parametrize("text", ["", "no key at all\n", None])
def test_a_ring_that_is_damaged_meanwhile_is_a_reason_to_wait(path: Path, text: str | None) -> None:
    """Else every file that is read by then would be taken for damaged itself."""
    ring = KeyringFile.find_or_make(path)
    good = path.read_text()
    if text is None:
        path.write_text(good + "\n")
        path.chmod(0o644)
    else:
        path.write_text(text)
    with pytest.raises(KeyUnavailableError):
        ring.wrap(DATA_KEY, "payload-1")
    path.write_text(good)
    path.chmod(0o600)
    assert ring.wrap(DATA_KEY, "payload-1").key_id == ring.current()


def test_a_ring_that_vanishes_while_it_is_looked_at_is_a_reason_to_wait(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyringFile.find_or_make(path)
    path.write_text(path.read_text())
    opened = os.open

    def gone(name: str, *words: int, **more: int) -> int:
        path.rename(path.with_name("away"))
        return opened(name, *words, **more)

    monkeypatch.setattr(os, "open", gone)
    with pytest.raises(KeyUnavailableError):
        ring.current()


def test_no_secret_is_in_a_repr(path: Path) -> None:
    ring = KeyringFile.find_or_make(path)
    secret = ring.listed()[0].secret
    shown = repr(ring) + repr(ring.listed()) + repr(ring.wrap(DATA_KEY, "payload-1"))
    assert secret.hex() not in shown
    assert repr(secret) not in shown


def test_key_events_are_told(path: Path) -> None:
    """For the audit; the id of the key, never the key."""
    told: list[Access] = []
    ring = KeyringFile.find_or_make(path, witness=told.append)
    first = ring.current()
    second = ring.rotate()
    ring.retire(first)
    assert [(each.action, each.key_id) for each in told] == [
        ("key_made", first),
        ("key_rotated", second),
        ("key_retired", first),
    ]
