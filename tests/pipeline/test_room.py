"""Disks without room, small and real: it is told, nothing is half there, and it goes on."""

import contextlib
import errno
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, rests, states, until, works
from scrubjay.app import App, kept
from scrubjay.brokers.embedded import EmbeddedBroker
from scrubjay.errors import OutputError, ScrubjayError
from scrubjay.holdings import held_against
from scrubjay.keys import TokenKey
from scrubjay.pipeline import runner, send
from scrubjay.pipeline.engine import Engine, Manner
from scrubjay.pipeline.packing import Line, Packing
from scrubjay.pipeline.parse import Parse
from scrubjay.pipeline.pulse import heard
from scrubjay.pipeline.work import day_of
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.contract import View
from scrubjay.store.errors import DiskFullError
from scrubjay.store.leases import Lease
from scrubjay.store.sqlite.upkeep import checked, looked_into, proven
from scrubjay.store.states import Kind, State
from scrubjay.testing.clearinghouse import Behaviour
from scrubjay.testing.clearinghouse import opened as clearinghouse
from scrubjay.vault import KeyUnavailableError
from scrubjay.vault.keyring import FILE as WRAPPING
from scrubjay.vault.keyring import KeyringFile
from stage import Command
from store.test_processes import small_disk


def grow(disk: Path, size: str) -> None:
    """From here on there is that much room."""
    as_root = ["sudo", "-n"] if os.geteuid() and shutil.which("sudo") else []
    subprocess.run([*as_root, "mount", "-o", f"remount,size={size}", disk], check=True)


def is_clean(made: Works) -> bool:
    """The store is whole, its audit holds, and the vault has what it says and nothing half."""
    keys = Keyring.load(made.home.parent / f"{made.home.name}.keys" / "audit.key")
    with looked_into(made.home / "scrubjay.db") as connection:
        good = not checked(connection) and proven(connection, keys, None).good
    with kept(made.tree, "test") as both:
        both.vault.sweep()
        held = both.store.ask(lambda view: held_against(view, both.vault, deep=True))
        drafts = [path for path in (made.home / "vault").rglob("incoming/*") if path.is_file()]
    return good and held.good and not drafts


def test_a_full_disk_at_intake_is_one_line_and_leaves_a_clean_store(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Again with room the same file is taken, once."""
    with small_disk(tmp_path / "home", "6m") as disk:
        made = Works(tmp_path / "else")
        made.home = disk / "pipeline"
        made.home.mkdir()
        (made.home / "partners").mkdir()
        claims, large = tmp_path / "claims.837", tmp_path / "large.837"
        claims.write_bytes(document(20))
        large.write_bytes(document(12_000, seed=2))
        home = ("--home", str(made.home))
        assert scrubjay("ingest", claims, *home).code == 0
        told = scrubjay("ingest", large, *home)
        assert (told.code, told.err.count("\n")) == (3, 1)
        assert "no space left on device" in told.err
        assert is_clean(made)
        assert made.ask(lambda view: len(view.interchanges_of(2))) == 0
        grow(disk, "64m")
        assert scrubjay("ingest", large, *home).code == 0
        assert "here before" in scrubjay("ingest", large, *home).out
        assert is_clean(made)


async def test_a_work_folder_without_room_makes_a_file_wait(tmp_path: Path) -> None:
    """It is no failed try, no dead letter and no claim's fault; with room it goes on by itself."""
    with small_disk(tmp_path / "work", "2m") as disk:
        made = Works(tmp_path, f'[folders]\nwork = "{tmp_path / "work" / "w"}"\n')
        made.partner("clearing", "ch")
        # room by its size, and not by what it says of wrong claims
        arrived = made.take(document(1_000, faults=1.0))
        assert arrived.size * 2.5 < 2 << 20 < arrived.size * 3.2
        made.take(document(5_000, seed=2))
        async with made.running() as app:
            log = made.log.getvalue
            await until(app, lambda _: log().count('"DISK_FULL"') >= 8)
            assert await app.work.store.read(lambda view: view.dead_letters()) == []
            assert await app.work.store.read(states) == {}
            grow(disk, "64m")
            await until(app, lambda view: sum(states(view).values()) == 6_000, 60)
            found = await app.work.store.read(states)
            assert set(found) <= {"REJECTED_BY_SCRUB", "SUBMITTED", "SCRUBBED"}
        assert is_clean(made)


async def test_a_file_waits_for_keys_that_are_away(tmp_path: Path) -> None:
    """However long that is: it is no failed try, and no file is refused for it."""
    async with works(tmp_path) as (made, _):
        made.take(document(10))
        ring = Path(made.tree.folders.keys) / WRAPPING
        async with made.running() as app:
            ring.rename(ring.with_name("away"))
            log = made.log.getvalue
            await until(app, lambda _: log().count('"KEY_UNAVAILABLE"') >= 8)
            assert await app.work.store.read(lambda view: view.dead_letters()) == []
            ring.with_name("away").rename(ring)
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 10})
        assert is_clean(made)


@pytest.mark.parametrize("apart", [False, True])
def test_an_engine_without_room_is_told_from_one_that_died(tmp_path: Path, apart: bool) -> None:  # noqa: FBT001
    """So the file is not divided, and none of its claims is taken for poison."""
    content = document(2_000)
    engine = Engine(TokenKey(id="k1", secret="0" * 64), Manner())
    with small_disk(tmp_path / "work", "1m"), pytest.raises(ScrubjayError) as failure:
        engine.scrub(lambda: [content], str(tmp_path / "work" / "out"), day_of(0), apart=apart)
    assert type(failure.value) is OutputError
    assert failure.value.retryable


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("heard", [0, 500])
def test_a_feed_that_fails_is_told_from_a_file_that_is_none(
    tmp_path: Path, heard: int, *, apart: bool
) -> None:
    """Before its first byte, or in the middle: what the engine says of the rest says nothing."""
    content = document(5)

    def feed() -> Iterator[bytes]:
        yield from [content[:heard]] * bool(heard)
        raise KeyUnavailableError("the keyring is away")

    engine = Engine(TokenKey(id="k1", secret="0" * 64), Manner())
    with pytest.raises(KeyUnavailableError):
        engine.scrub(feed, str(tmp_path / "out"), day_of(0), apart=apart)


async def test_what_is_to_be_sent_waits_for_keys_that_are_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a partner's tries and its breaker last: none of them is counted."""
    sending = {"attempts": 2, "breaker_failures": 2, "breaker_rest_seconds": 600.0}

    def away(ring: KeyringFile, wrapped: object, context: str) -> bytes:
        raise KeyUnavailableError(f"keyring {ring.path} is away")

    def refused(view: View) -> int:
        events = view.events_of(Kind.TRANSMISSION, 1)
        return sum(each.event == "transmission.not_received" for each in events)

    async with works(tmp_path, sending=sending) as (made, house):
        with kept(made.tree, "test") as both:
            both.store.do(lambda tx: tx.pause(tx.partner("clearing"), reason="their night"))
        made.take(document(10))
        async with made.running() as app:
            store = app.work.store
            await until(app, lambda view: bool(view.counts().get(Kind.TRANSMISSION)))
            with monkeypatch.context() as now:
                now.setattr(KeyringFile, "unwrap", away)
                await store.write(lambda tx: tx.resume(tx.partner("clearing"), reason="day"))
                await until(app, lambda view: refused(view) >= 5)
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 10})
        assert [entry.event for entry in house.ledger] == ["taken"]


ONE_TRY = "attempts = 1\nlease_seconds = 0.5\n"
"""Whatever was counted as a failed try would be a dead letter at once."""


def one_try(made: Works, more: str = "") -> None:
    """Settings by which a single failure is the last."""
    path = made.home / "scrubjay.toml"
    path.write_text(path.read_text().replace("[queue]\n", f"[queue]\n{ONE_TRY}") + more)


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """No byte is left there for as long as this lasts."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))
    try:
        yield
    finally:
        filler.unlink()


async def heard_of(app: App, made: Works, code: str, scrubjay: Command) -> None:
    """It is in the status, the metrics and an alert; nothing is dead."""
    home = str(made.home)
    await until(app, lambda _: code in heard(home)["lacking"], 30)
    assert f"({code})" in scrubjay("status", "--home", home).out
    assert f'scrubjay_lacking{{code="{code}"}} 1.0' in app.work.seeing.exposition().decode()
    await until(app, lambda _: f'"alert.parked.{code}.' in made.log.getvalue(), 30)
    assert await app.work.store.read(lambda view: view.dead_letters()) == []


async def test_an_outbox_without_room_makes_replies_wait(tmp_path: Path, scrubjay: Command) -> None:
    """Nothing else does; with room they are delivered, each whole."""
    with small_disk(tmp_path / "outbox", "64k") as disk:
        async with works(tmp_path) as (made, _):
            one_try(made, f'[folders]\noutbox = "{disk}"\n')
            made.take(document(20))
            with filled(disk):
                async with made.running() as app:
                    await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 20})
                    await heard_of(app, made, "DISK_FULL", scrubjay)
                    assert await app.work.store.read(lambda view: len(replies(view))) > 0
            async with made.running() as app:
                await until(app, lambda view: not replies(view))
            assert [path for path in disk.rglob("*.277ca") if path.stat().st_size]
            assert not list(disk.rglob("*.part"))
        assert is_clean(made)


def replies(view: View) -> list[int]:
    """Those that wait."""
    return view.in_state(Kind.REPLY, State.INTENDED)


async def test_an_outbox_that_may_not_be_written_makes_replies_wait(
    tmp_path: Path, scrubjay: Command
) -> None:
    """That is said as what it is, not as a full disk."""
    async with works(tmp_path) as (made, _):
        one_try(made)
        (made.home / "outbox").write_text("no folder")
        made.take(document(5))
        async with made.running() as app:
            await heard_of(app, made, "OUTBOX_FAILED", scrubjay)
            (made.home / "outbox").unlink()
            await until(app, rests)
            assert list((made.home / "outbox").rglob("*.277ca"))


async def test_a_vault_without_room_makes_everything_wait(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Files stay in the watched folder, what is judged waits, what a partner has stays there."""
    with small_disk(tmp_path / "vault", "2m") as disk:
        async with works(tmp_path) as (made, house):
            more = f'[folders]\nvault = "{disk / "vault"}"\ninbox = "inbox"\n'
            one_try(made, f"{more}[intake]\nquiet_seconds = 0.01\n")
            (made.home / "inbox").mkdir()
            made.take(document(20))
            async with made.running() as app:
                with filled(disk):
                    (made.home / "inbox" / "late.837").write_bytes(document(20, seed=2))
                    await heard_of(app, made, "DISK_FULL", scrubjay)
                    await until(app, lambda _: '"inbox.waits"' in made.log.getvalue(), 30)
                    assert (made.home / "inbox" / "late.837").exists()
                await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 40})
                await until(app, rests)
                assert not (made.home / "inbox" / "late.837").exists()
            assert [entry.event for entry in house.ledger].count("taken") >= 1
        assert is_clean(made)


async def test_a_store_without_room_counts_no_try_however_long_that_is(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Leases run out meanwhile; with room everything goes on, and nothing was sent twice."""
    with small_disk(tmp_path / "small", "6m") as disk:
        made = Works(disk)
        async with clearinghouse(Behaviour()) as house:
            made.partner("clearing", house.address)
            one_try(made, f'[folders]\nvault = "{tmp_path / "vault"}"\n')
            made.take(document(20))
            async with made.running() as app:
                with filled(disk):
                    await until(app, lambda _: '"DISK_FULL"' in made.log.getvalue(), 30)
                    assert app.work.store.parked is not None
                    # longer than a lease
                    await until(app, Aged(1.0).old)
                await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 20})
                assert await app.work.store.read(lambda view: view.dead_letters()) == []
            taken = [claim for entry in house.ledger for claim in entry.claims]
            assert len(taken) == len(set(taken)) == 20
        assert is_clean(made)


async def test_a_plan_without_room_in_the_work_folder_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the engine had room, and what is made of its files has none."""
    full = [OSError(errno.ENOSPC, "no room")] * 2

    def plan(self: Packing) -> Iterator[Line]:
        if full:
            raise full.pop()
        yield from whole(self)

    whole = Packing.plan
    monkeypatch.setattr(Packing, "plan", plan)
    async with works(tmp_path) as (made, _):
        one_try(made)
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        assert made.ask(lambda view: view.dead_letters(everything=True)) == []


async def test_a_message_that_a_full_store_cannot_take_back_is_given_back_as_no_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it next has it for the first time."""
    tried: list[int] = []
    full = [DiskFullError("the store is full; make room")] * 3
    release, handle = EmbeddedBroker.release, Parse.handle

    async def handled(self: Parse, lease: Lease) -> None:
        tried.append(lease.attempts)
        if full:
            raise OSError(errno.ENOSPC, "no room")
        await handle(self, lease)

    async def released(self: EmbeddedBroker, lease: Lease, **how: Any) -> None:
        if full:
            raise full.pop()
        await release(self, lease, **how)

    monkeypatch.setattr(runner, "ROOM", 0.01)
    monkeypatch.setattr(Parse, "handle", handled)
    monkeypatch.setattr(EmbeddedBroker, "release", released)
    async with works(tmp_path) as (made, _):
        one_try(made)
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
    assert (tried, full) == ([1, 1], [])


async def test_what_a_partner_replied_waits_for_room_to_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who cannot be asked would have left it in doubt."""
    full = [DiskFullError("the store is full; make room")] * 3
    submitted = send._submitted

    def unit(*given: Any) -> None:
        if full:
            raise full.pop()
        submitted(*given)

    monkeypatch.setattr(send, "ROOM", 0.01)
    monkeypatch.setattr(send, "_submitted", unit)
    async with works(tmp_path, sending={"read_back": False}) as (made, house):
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        assert [entry.event for entry in house.ledger].count("taken") == 1
    assert full == []


class Aged:
    """Whether so long has passed since it was made."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def old(self, _: View) -> bool:
        return time.monotonic() > self._until
