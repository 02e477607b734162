"""What a bad day may not cost: keys that are away, a store that is not the one of yesterday."""

import json
import shutil
import time
from pathlib import Path

import pytest

from pipeline.works import Works, document, states, until
from scrubjay.app import KEYS, kept
from scrubjay.errors import InputError
from scrubjay.pipeline.relay import folder_of
from scrubjay.pipeline.tidying import shred_orphans
from scrubjay.store.rows import File
from scrubjay.store.states import Kind
from scrubjay.vault import new_payload_id
from stage import Command


@pytest.mark.parametrize("name", KEYS)
def test_a_store_whose_keys_are_away_gets_no_others(tmp_path: Path, name: str) -> None:
    """Until the folder of keys is mounted again, nothing is written."""
    made = Works(tmp_path)
    made.take(document(3))
    key = tmp_path / "home.keys" / name
    key.rename(tmp_path / "away")
    with pytest.raises(InputError, match="restore the folder of keys"):
        made.take(document(4, seed=2))
    assert not key.exists()
    (tmp_path / "away").rename(key)
    assert made.take(document(4, seed=2)).fresh


def test_a_lost_store_is_not_begun_anew_by_itself(tmp_path: Path, scrubjay: Command) -> None:
    """Somebody says so; then the payloads of the one before are left alone."""
    made = Works(tmp_path)
    made.take(document(3))
    for path in made.home.glob("scrubjay.db*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(InputError, match="db adopt"):
        made.take(document(3))
    assert not (made.home / "scrubjay.db").exists()
    told = scrubjay("db", "adopt", "--reason", "the disk is gone", "--home", str(made.home))
    assert told.code == 0, told.err
    with kept(made.tree, "test") as both:
        before = list(both.vault.payload_ids())
        assert shred_orphans(both.store, both.vault, older=0.0) == 0
        assert list(both.vault.payload_ids()) == before
        both.vault.seal(new_payload_id(), [b"whoever sealed it died"])
        assert shred_orphans(both.store, both.vault, older=-1.0) == 1


def test_what_came_slowly_is_not_shredded_before_it_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its id is as old as its first byte; what counts is when it was whole."""
    made = Works(tmp_path)
    made.take(document(3))
    with kept(made.tree, "test") as both:
        now = time.time_ns()
        with monkeypatch.context() as patched:
            patched.setattr("scrubjay.vault.naming.time.time_ns", lambda: now - 7_200 * 10**9)
            slow = new_payload_id()
        both.vault.seal(slow, [b"it took two hours to come"])
        monkeypatch.setattr("scrubjay.store.sqlite.questions.Questions.begun", lambda _: 0)
        assert shred_orphans(both.store, both.vault) == 0
        assert slow in both.vault
        assert shred_orphans(both.store, both.vault, older=-1.0) == 1


async def test_an_older_copy_put_in_place_by_hand_is_refused(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Nothing is shredded that it does not know of; adopted, it sends nothing by itself."""
    made = Works(tmp_path)
    made.partner("clearing", "ch")
    made.take(document(3))
    async with made.running() as app:
        await until(app, lambda view: states(view) == {"SUBMITTED": 3})
    store = made.home / "scrubjay.db"
    shutil.copy(store, tmp_path / "copy.db")
    made.take(document(4, seed=2))
    with kept(made.tree, "test") as both:
        payloads = set(both.vault.payload_ids())
    shutil.copy(tmp_path / "copy.db", store)
    with pytest.raises(InputError, match="older than its vault"):
        made.take(document(5, seed=3))
    home = ("--home", str(made.home))
    checked = json.loads(scrubjay("db", "check", *home, "--json").out)["payloads"]
    assert (checked["good"], checked["unlisted"]) == (True, [])  # not an hour old yet
    assert scrubjay("db", "adopt", "--reason", "by mistake", *home).code == 0
    with kept(made.tree, "test") as both:
        assert shred_orphans(both.store, both.vault, older=-1.0) == 0
        assert set(both.vault.payload_ids()) == payloads
        (partner,) = both.store.ask(lambda view: view.partners())
        assert partner.paused
        (event,) = [
            one
            for one in both.store.ask(lambda view: view.events_of(Kind.STORE, 0))
            if one.event == "store.adopted"
        ]
        assert event.detail["reason"] == "by mistake"
    assert scrubjay("audit", "verify", *home).code == 0


def test_another_store_is_refused(tmp_path: Path) -> None:
    """Of another home, or of nobody: its vault would be emptied."""
    one, two = Works(tmp_path / "one"), Works(tmp_path / "two")
    one.take(document(3))
    two.take(document(4, seed=2))
    shutil.copy(two.home / "scrubjay.db", one.home / "scrubjay.db")
    with pytest.raises(InputError, match="not that of its vault"):
        one.take(document(3))


@pytest.mark.parametrize("left", [0, 50, 5000, 60_000])
def test_a_store_without_its_content_is_no_fresh_one(
    tmp_path: Path, scrubjay: Command, left: int
) -> None:
    """Cut anywhere: refused with the next step, and left as it is."""
    made = Works(tmp_path)
    made.take(document(3))
    store = made.home / "scrubjay.db"
    content = store.read_bytes()
    assert len(content) > left
    store.write_bytes(content[:left])
    claims = tmp_path / "claims.837"
    claims.write_bytes(document(4, seed=2))
    home = ("--home", str(made.home))
    for words in (("ingest", str(claims)), ("serve",), ("db", "check"), ("dlq", "list")):
        told = scrubjay(*words, *home)
        assert told.code in {2, 3}
        assert "scrubjay db restore BACKUP --force" in told.err
        assert told.err.count("\n") == 1
    assert store.read_bytes() == content[:left]


def test_a_store_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed while it makes one leaves none."""

    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if name == "store.drafted":
            raise Killed

    made = Works(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("scrubjay.store.sqlite.migrating.failpoint", kill)
        with pytest.raises(Killed):
            made.take(document(3))
    assert not list(made.home.glob("scrubjay.db*"))
    assert made.take(document(3)).fresh


def test_the_payloads_are_looked_over_with_the_store(tmp_path: Path, scrubjay: Command) -> None:
    """Missing, damaged, another's, back again, nobody's: each is told by its id."""
    made = Works(tmp_path)
    home = ("--home", str(made.home))
    files = [made.take(document(3, seed=seed)).file for seed in range(1, 6)]
    assert scrubjay("db", "check", "--deep", *home).code == 0
    with kept(made.tree, "test") as both:
        found = both.store.ask(lambda view: [view.one(File, each) for each in files])
        ids = [each.payload for each in found if each is not None]
        copies = {
            name: (tmp_path / "home" / "vault").joinpath(*at(name)).read_bytes()
            for name in (f"payloads/{ids[4]}", f"keys/{ids[4]}")
        }
        both.vault.shred(ids[0])
        both.vault.shred(ids[4])
        both.store.do(lambda tx: tx.shredded(ids[4]))
    vault = made.home / "vault"
    for name, content in copies.items():
        vault.joinpath(*at(name)).write_bytes(content)
    damaged = vault.joinpath(*at(f"payloads/{ids[1]}"))
    damaged.write_bytes(flipped(damaged.read_bytes(), -1))
    vault.joinpath(*at(f"keys/{ids[2]}")).unlink()
    shelf = damaged.parent
    (shelf / f"{shelf.name}.tmp.of-somebody").write_bytes(b"?")
    told = scrubjay("db", "check", *home, "--json")
    looked = json.loads(told.out)["payloads"]
    assert told.code == 1
    assert looked["missing"] == [ids[0]]
    assert looked["damaged"] == sorted([ids[1], ids[2]])
    assert looked["lingering"] == [ids[4]]
    assert looked["foreign"] == [f"{shelf.name}.tmp.of-somebody"]
    assert f"1 payload missing, the first is {ids[0]}" in scrubjay("db", "check", *home).out


def test_a_stray_file_in_the_vault_is_told_wherever_it_lies(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Beside, on and below the shelves, a link, one in the wrong place; and nothing of our own."""
    made = Works(tmp_path)
    home = ("--home", str(made.home))
    payloads: list[str] = []
    for seed in range(1, 4):
        made.take(document(3, seed=seed))
    with kept(made.tree, "test") as both:
        payloads += sorted(both.vault.payload_ids())
        both.vault.rewrap()
        both.vault.shred(payloads[0])
    assert scrubjay("db", "check", *home).code in {0, 1}
    vault = made.home / "vault"
    own = vault.joinpath(*at(f"payloads/{payloads[1]}"))
    strays = [
        vault / "claims.837",
        vault / "notes",
        vault / "payloads" / "copy.837",
        vault / "payloads" / "incoming" / "upload.837",
        own.with_name("old.837"),
        own.parent / "below",
        vault / "payloads" / "zzzzz" / own.name,
        vault / "keys" / "link",
        vault / "keys" / own.parent.name / f"{own.name}.bak",
    ]
    looked = json.loads(scrubjay("db", "check", *home, "--json").out)["payloads"]
    assert looked["strays"] == []
    strays[6].parent.mkdir()
    for path in strays:
        if path.name in {"notes", "below"}:
            path.mkdir()
        elif path.name == "link":
            path.symlink_to(own)
        else:
            path.write_bytes(b"in clear")
    told = scrubjay("db", "check", *home, "--json")
    assert told.code == 1
    assert sorted(json.loads(told.out)["payloads"]["strays"]) == sorted(map(str, strays))
    assert "files astray, the first is" in scrubjay("db", "check", *home).out


def test_a_stray_file_cannot_write_on_a_terminal(tmp_path: Path, scrubjay: Command) -> None:
    made = Works(tmp_path)
    made.take(document(1))
    (made.home / "vault" / "evil\x1b[31m\nname").touch()
    told = scrubjay("db", "check", "--home", str(made.home))
    assert (told.code, "evil\\x1b[31m\\nname" in told.out) == (1, True)


def test_whatever_lies_in_the_place_of_a_lock_is_told_by_name(
    tmp_path: Path, scrubjay: Command
) -> None:
    """A folder, a link to another file: never followed, and it harms nothing."""
    made = Works(tmp_path)
    made.take(document(1))
    claims = tmp_path / "more.837"
    claims.write_bytes(document(2, seed=2))
    lock, other = made.home / "vault" / "payloads" / "lock", tmp_path / "other"
    other.write_bytes(b"somebody's")
    for folder in (True, False):
        lock.unlink()
        if folder:
            lock.mkdir()
        else:
            lock.symlink_to(other)
        told = scrubjay("ingest", str(claims), "--home", str(made.home))
        assert (told.code, told.err.startswith("scrubjay: the vault's disk: lock: ")) == (3, True)
        if folder:
            lock.rmdir()
            lock.touch()
    lock.unlink()
    assert other.read_bytes() == b"somebody's"
    assert scrubjay("ingest", str(claims), "--home", str(made.home)).code == 0


def flipped(content: bytes, place: int) -> bytes:
    """The same with another bit there."""
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


def at(name: str) -> tuple[str, str, str]:
    """Where the vault has a payload, or its key."""
    room, _, payload = name.partition("/")
    return room, payload[:5], payload


def test_a_frame_in_the_middle_is_looked_at_when_asked_for(
    tmp_path: Path, scrubjay: Command
) -> None:
    """What header, key and end do not tell."""
    made = Works(tmp_path)
    home = ("--home", str(made.home))
    arrived = made.take(document(200))
    payload = made.ask(lambda view: view.one(File, arrived.file)).payload
    path = made.home.joinpath("vault", *at(f"payloads/{payload}"))
    path.write_bytes(flipped(path.read_bytes(), 1000))
    assert scrubjay("db", "check", *home).code == 0
    told = scrubjay("db", "check", "--deep", *home, "--json")
    assert (told.code, json.loads(told.out)["payloads"]["damaged"]) == (1, [payload])


def test_what_came_after_the_backup_is_not_shredded(tmp_path: Path, scrubjay: Command) -> None:
    """A restored store does not know of it, and the store that was put aside does."""
    made = Works(tmp_path)
    home = ("--home", str(made.home))
    made.take(document(3))
    assert scrubjay("db", "backup", str(tmp_path / "backup.db"), *home).code == 0
    made.take(document(4, seed=2))
    assert scrubjay("db", "restore", str(tmp_path / "backup.db"), "--force", *home).code == 0
    with kept(made.tree, "test") as both:
        assert len(list(both.vault.payload_ids())) == 2
        assert shred_orphans(both.store, both.vault, older=0.0) == 0


async def test_a_partners_folder_is_below_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the process was started, what was sent is looked for in one place."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    made = Works(tmp_path)
    made.partner("clearing", "ch")
    async with made.running():
        pass
    assert (made.home / "ch" / "out").is_dir()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_no_two_practices_have_one_folder() -> None:
    """Whatever a file calls itself: what goes back names patients."""
    names = ["a.b", "a_b", "a/b", "a b", "", "_", "..", "x" * 64, "x" * 65, "CLINIC-12"]
    folders = [folder_of(name) for name in names]
    assert len(set(folders)) == len(names)
    assert not any(set("/.") & set(each) for each in folders)
    assert folders[-1] == "CLINIC-12"
