"""What lies on the disk: by whom it can be read, what a death leaves of it, what is destroyed."""

import contextlib
import errno
import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import (
    FRAME,
    Access,
    PayloadExistsError,
    PayloadGoneError,
    PayloadRefusedError,
    Sealed,
    StorageError,
    new_payload_id,
)
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.memory import MemoryKeys
from vault.sealed import key_file, opened, payload_file, seal

DIED = 9
CALLS = ("fsync", "link", "mkdir", "open", "pwrite", "rename", "unlink", "write")
"""By these the vault changes what is on the disk; a death comes before any of them."""


def files(folder: Path) -> list[Path]:
    """All of them but locks."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def dies_before(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that ends, without a word, before that call; whether it did."""
    with warnings.catch_warnings():
        # Newer Pythons warn of threads that other tests left; the child touches none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in {0, DIED}
        return code == DIED
    left = iter(range(step))

    def mortal(call: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **named: object) -> object:
            if next(left, None) is None:
                os._exit(DIED)
            return call(*given, **named)

        return called

    for name in CALLS:
        setattr(os, name, mortal(getattr(os, name)))
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def every_death(work: Callable[[], object], then: Callable[[], None]) -> int:
    """Die before each call in turn, look at what is left each time; how many deaths there were."""
    step = 0
    while dies_before(step, work):
        then()
        step += 1
    then()
    return step


def test_everything_is_the_owners_alone(tmp_path: Path) -> None:
    """Files 0600, folders 0700, whatever the umask."""
    before = os.umask(0)
    try:
        with opened(tmp_path / "vault") as vault:
            seal(vault, 10)
    finally:
        os.umask(before)
    for path in [tmp_path / "vault", *(tmp_path / "vault").rglob("*")]:
        expected = 0o600 if path.is_file() else 0o700
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "payloads").mkdir()
    (tmp_path / "payloads").chmod(0o770)
    with pytest.raises(UsageError, match="chmod 700"):
        FolderVault(tmp_path, MemoryKeys())


def test_nothing_in_clear_is_ever_on_the_disk(tmp_path: Path) -> None:
    """Neither of what is committed, nor of what is being sealed."""
    canary = b"CANARY-" * 40_000
    with opened(tmp_path) as vault:
        sealed = vault.seal(new_payload_id(), [canary])
        with vault.writer(new_payload_id()) as payload:
            payload.write(canary)
            texts = [path.read_bytes() for path in files(tmp_path)]
            assert sum(map(len, texts)) > 2 * len(canary) - FRAME
            assert not any(b"CANARY" in text for text in texts)
        data_key = MemoryKeys().unwrap(vault._wrapped_key(sealed.payload_id), sealed.payload_id)
        assert not any(data_key in path.read_bytes() for path in files(tmp_path / "payloads"))


@pytest.mark.parametrize("place", [payload_file, key_file])
def test_a_link_is_not_followed(tmp_path: Path, place: Callable[[Path, str], Path]) -> None:
    """A file of the vault that became a link to the same bytes elsewhere."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        file = place(tmp_path, sealed.payload_id)
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(StorageError):
            vault.open(sealed.payload_id)


def test_a_shelf_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    with opened(tmp_path / "vault") as vault:
        sealed = seal(vault, 10)
        shelf = payload_file(tmp_path / "vault", sealed.payload_id).parent
        shelf.rename(tmp_path / "elsewhere")
        shelf.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(StorageError):
            vault.open(sealed.payload_id)


def test_shredding_destroys_the_key_before_it_removes_it(tmp_path: Path) -> None:
    """Who has the folder of keys open, or finds its blocks, finds zeros."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        key = key_file(tmp_path, sealed.payload_id)
        with key.open("rb") as kept:
            assert vault.shred(sealed.payload_id)
            assert set(kept.read()) == set(b"0")
    assert files(tmp_path) == []


def test_a_payload_without_its_key_is_not_taken_for_purged(tmp_path: Path) -> None:
    """A lost key is a loss, and says so."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        key_file(tmp_path, sealed.payload_id).unlink()
        with pytest.raises(PayloadRefusedError):
            vault.open(sealed.payload_id)
        assert vault.sweep() == 0
        assert sealed.payload_id in vault
        assert list(vault.payload_ids()) == [sealed.payload_id]


def test_a_payload_whose_file_is_lost_is_gone(tmp_path: Path) -> None:
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        payload_file(tmp_path, sealed.payload_id).unlink()
        with pytest.raises(PayloadGoneError):
            vault.open(sealed.payload_id)
        assert sealed.payload_id not in vault


def test_a_commit_over_an_orphan_leaves_no_key_behind(tmp_path: Path) -> None:
    """The payload of that id lost its key; a new one may not take its place, nor lend it one."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        key_file(tmp_path, sealed.payload_id).unlink()
        with pytest.raises(PayloadExistsError):
            vault.seal(sealed.payload_id, [b"another"])
        assert len(files(tmp_path)) == 1


def test_a_death_at_any_moment_of_sealing_leaves_all_or_nothing(tmp_path: Path) -> None:
    """And what is left is swept at the next start."""
    folder, text = tmp_path / "vault", text_of(2 * FRAME + 5)
    payload_id = new_payload_id()

    def work() -> None:
        with opened(folder) as vault:
            vault.seal(payload_id, [text])

    def then() -> None:
        with opened(folder) as vault:
            vault.sweep()
            if payload_id in vault:
                assert vault.read(payload_id, 0, len(text)) == text
                assert vault.shred(payload_id)
            assert files(folder) == []

    assert every_death(work, then) > 20


def test_a_death_at_any_moment_of_shredding_leaves_nothing_to_read(tmp_path: Path) -> None:
    """It is readable, or it is gone, and the sweep of the next start ends what was begun."""
    folder = tmp_path / "vault"
    with opened(folder) as vault:
        sealed = seal(vault, FRAME)

    def work() -> None:
        with opened(folder) as vault:
            vault.shred(sealed.payload_id)

    def then() -> None:
        with opened(folder) as vault:
            if vault.sweep():
                assert files(folder) == []
            if sealed.payload_id in vault:
                assert vault.verify(sealed.payload_id) == sealed
            else:
                assert files(folder) == []
                vault.seal(sealed.payload_id, [text_of(FRAME)])

    assert every_death(work, then) > 8


def test_a_rewrap_that_died_is_ended_by_the_next(tmp_path: Path) -> None:
    """At every moment every payload can be read, whoever of them has the new key already."""
    folder, keys = tmp_path / "vault", MemoryKeys()
    with opened(folder, keys) as vault:
        sealed = [seal(vault, size) for size in (0, 10, FRAME + 1)]
    keys.rotate()

    def work() -> None:
        with opened(folder, keys) as vault:
            vault.rewrap()

    def readable() -> None:
        with opened(folder, keys) as vault:
            vault.sweep()
            found = [vault.verify(each.payload_id).digest for each in sealed]
            assert found == [each.digest for each in sealed]
            assert not [path for path in files(folder) if path.parent.name == "incoming"]
            assert {each for each, _ in vault.wrapped_with()} == {
                each.payload_id for each in sealed
            }

    assert every_death(work, readable) > 10
    with opened(folder, keys) as vault:
        assert vault.rewrap().moved == 0


def test_a_death_between_packs_and_files_loses_no_key(tmp_path: Path) -> None:
    """Twice rotated: keys of some come from packs, of others from files of their own."""
    folder, keys = tmp_path / "vault", MemoryKeys()
    with opened(folder, keys) as vault:
        sealed = [seal(vault, size) for size in range(4)]
        keys.rotate()
        vault.rewrap()
        vault.shred(sealed.pop(0).payload_id)
        sealed += [seal(vault, size) for size in range(3)]
    keys.rotate()

    def work() -> None:
        with opened(folder, keys) as vault:
            vault.rewrap()

    def readable() -> None:
        with opened(folder, keys) as vault:
            vault.sweep()
            found = [vault.verify(each.payload_id).digest for each in sealed]
            assert found == [each.digest for each in sealed]
            assert sorted(each for each, _ in vault.wrapped_with()) == sorted(vault.payload_ids())

    assert every_death(work, readable) > 15
    with opened(folder, keys) as vault:
        assert vault.rewrap().moved == 0
        assert {key for _, key in vault.wrapped_with()} == {keys.current()}


def test_a_death_while_a_packed_key_is_destroyed_leaves_nothing_to_read(tmp_path: Path) -> None:
    """It is readable, or it is gone, and the sweep of the next start ends what was begun."""
    folder, keys = tmp_path / "vault", MemoryKeys()

    def packed() -> Sealed:
        with opened(folder, keys) as vault:
            made = [seal(vault, size) for size in (1, FRAME, 2)]
            keys.rotate()
            vault.rewrap()
        return made[1]

    sealed = packed()

    def work() -> None:
        with opened(folder, keys) as vault:
            vault.shred(sealed.payload_id)

    def then() -> None:
        nonlocal sealed
        with opened(folder, keys) as vault:
            there = sealed.payload_id in vault
            if there:
                assert vault.verify(sealed.payload_id) == sealed.but(key_id=keys.current())
            vault.sweep()
            if not there or sealed.payload_id not in vault:
                with pytest.raises(PayloadGoneError):
                    vault.open(sealed.payload_id)
                assert sealed.payload_id not in set(vault.payload_ids())
                there = False
        if not there:
            sealed = packed()

    assert every_death(work, then) > 8


def test_a_vault_with_many_packs_is_read_and_wrapped_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packs of three keys: whose begin overlaps, whose end is in another, which are empty."""
    monkeypatch.setattr("scrubjay.vault.folder._AT_ONCE", 3)
    keys = MemoryKeys()
    with opened(tmp_path, keys) as vault:
        sealed: list[Sealed] = []
        for _ in range(4):
            sealed += [seal(vault, 1) for _ in range(5)]
            keys.rotate()
            assert vault.rewrap().moved == len(sealed)
            for each in sealed:
                assert vault.verify(each.payload_id).digest == each.digest
            vault.shred(sealed.pop(0).payload_id)
        for each in sealed:
            assert vault.shred(each.payload_id)
        keys.rotate()
        assert vault.rewrap().moved == 0
        assert files(tmp_path) == []


def test_a_shred_during_a_rewrap_wins(tmp_path: Path) -> None:
    """A key that is destroyed does not come back by being wrapped anew."""
    keys = MemoryKeys()
    with opened(tmp_path, keys) as vault:
        sealed = [seal(vault, 10) for _ in range(3)]
        keys.rotate()

        def shred_next(access: Access) -> None:
            if access.action == "rewrapped":
                vault.shred(sealed[-1].payload_id)

        vault._witness = shred_next
        walk = vault.rewrap()
        assert sealed[-1].payload_id not in vault
        assert walk.refused == ()
        (pack,) = (tmp_path / "keys" / ".packs").glob("?????/*")
        line = next(
            line
            for line in pack.read_bytes().splitlines()
            if line.startswith(sealed[-1].payload_id.encode())
        )
        assert set(line[64:].strip()) == {ord("0")}, "its key is overwritten where it lay"
        assert {each for each, _ in vault.wrapped_with()} == set(vault.payload_ids())
        keys.rotate()
        assert vault.rewrap().moved == 2
        assert len(pack.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    ("number", "code", "fate"),
    [
        (errno.ENOSPC, "DISK_FULL", Fate.RETRYABLE),
        (errno.EMFILE, "OUT_OF_HANDLES", Fate.RETRYABLE),
        (errno.EIO, "DISK_FAILED", Fate.AMBIGUOUS),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_a_disk_that_fails_leaves_nothing_half(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    code: str,
    fate: Fate,
) -> None:
    """Whichever call meets it, at whichever time; the code says whether to wait or to stop."""
    with opened(tmp_path) as vault:
        for at in range(6):
            payload_id = new_payload_id()
            with monkeypatch.context() as patched:
                patched.setattr(os, call, failing_after(at, getattr(os, call), number))
                with contextlib.suppress(StorageError):
                    vault.seal(payload_id, [text_of(FRAME + 1)])
            assert (payload_id in vault) == (files(tmp_path) != [])
            vault.shred(payload_id)
            assert files(tmp_path) == []
        with monkeypatch.context() as patched:
            patched.setattr(os, call, failing_after(0, getattr(os, call), number))
            with pytest.raises(StorageError) as failure:
                vault.seal(new_payload_id(), [text_of(10)])
    assert (failure.value.code, failure.value.fate) == (code, fate)


def failing_after(times: int, call: Callable[..., object], number: int) -> Callable[..., object]:
    """The call, which fails once it has worked that often, and from then on works again."""
    left = iter([*[True] * times, False])

    def failing(*given: object, **named: object) -> object:
        if next(left, True):
            return call(*given, **named)
        raise OSError(number, os.strerror(number))

    return failing


def test_each_access_is_told_once(tmp_path: Path) -> None:
    """For the audit: what, of which payload, with which key."""
    told: list[Access] = []
    keys = MemoryKeys()
    vault = FolderVault(tmp_path, keys, witness=told.append)
    sealed = seal(vault, 10)
    vault.read(sealed.payload_id, 0, 1)
    vault.verify(sealed.payload_id)
    keys.rotate()
    vault.rewrap()
    vault.shred(sealed.payload_id)
    vault.shred(sealed.payload_id)
    vault.close()
    assert [(each.action, each.key_id) for each in told] == [
        ("sealed", "memory-1"),
        ("opened", "memory-1"),
        ("verified", "memory-1"),
        ("rewrapped", "memory-2"),
        ("shredded", None),
    ]
    assert {each.payload_id for each in told} == {sealed.payload_id}
