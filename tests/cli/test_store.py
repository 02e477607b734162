"""`scrubjay db`, `audit` and `dlq` over a store that claims went through."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scrubjay.acks.applied import token_of
from scrubjay.keys import TokenKey
from scrubjay.store import rows
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile
from stage import Command
from store.made import Place, claims, file, transmitted


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setenv("SCRUBJAY_DATA", str(made.data))
    monkeypatch.setenv("SCRUBJAY__FOLDERS__KEYS", str(made.key.parent))
    monkeypatch.setenv("SCRUBJAY__FOLDERS__CHECKPOINTS", str(made.path / "checkpoints"))
    return made


@pytest.fixture
def lived(place: Place) -> Place:
    """Two files: one was sent, one has a batch and a claim that are dead."""
    with place.opened() as store:
        filed = store.do(lambda tx: file(tx, rejected=2))
        transmission = store.do(lambda tx: transmitted(tx, filed))
        store.do(lambda tx: tx.advance(Kind.SET, filed.set, State.SCRUBBED))
        store.do(lambda tx: tx.advance(Kind.FILE, filed.file, State.SCRUBBED))
        store.do(lambda tx: tx.advance_batches(transmission, State.ACKNOWLEDGED))
        two = store.do(lambda tx: file(tx, "two"))
        store.do(lambda tx: tx.advance(Kind.SET, two.set, State.SCRUBBED))
        store.do(lambda tx: tx.bury(dead(two.batches[0], "ENGINE_DIED")))
        place.clock.pass_by(86_400)
        store.do(lambda tx: tx.bury(dead(two.batches[1], "DISK_FULL")))
    ring = KeyringFile.find_or_make(place.key.parent / "wrapping.keys")
    with closing(FolderVault(place.data / "vault", ring)) as vault:
        for name in ("one", "two", "three"):
            vault.seal(f"payload-{name}", [b"x" * 1000])
    return place


def dead(batch: int, code: str) -> rows.NewDeadLetter:
    history = ({"at": 1, "code": code}, {"at": 2, "code": code})
    return rows.NewDeadLetter(
        Kind.BATCH, batch, "submit", code, 2, 2, "r1", {"ordinal": 0}, history
    )


def tampered(place: Place, statement: str) -> None:
    connection = sqlite3.connect(place.database, isolation_level=None)
    connection.execute("DROP TRIGGER audit_keeps_values")
    connection.execute(statement)
    connection.close()


def test_a_store_that_nobody_touched_checks_out(lived: Place, scrubjay: Command) -> None:
    for command in (("db", "check"), ("audit", "verify")):
        ended = scrubjay(*command)
        assert ended.code == 0
        assert "every event, checkpoint and row is what was written" in ended.out
    found = json.loads(scrubjay("db", "check", "--json").out)
    assert found["file"] == []
    assert found["audit"]["good"]
    assert found["audit"]["checkpoints"] >= 1


def test_what_was_changed_is_told_with_its_place(lived: Place, scrubjay: Command) -> None:
    tampered(lived, "UPDATE audit SET actor = 'ann' WHERE seq = 4")
    ended = scrubjay("audit", "verify")
    assert ended.code == 1
    assert "CHANGED at event 4" in ended.out
    found = json.loads(scrubjay("audit", "verify", "--json").out)
    assert found["problems"] == 1
    assert found["first_problems"][0]["event"] == 4


def test_a_damaged_file_is_one_clear_line(lived: Place, scrubjay: Command) -> None:
    with lived.database.open("r+b") as database:
        database.write(b"no database any more")
    for command in (("db", "check"), ("audit", "verify"), ("dlq", "list")):
        ended = scrubjay(*command)
        assert ended.code == 3
        assert ended.err.startswith("scrubjay: store ")
        assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("db", "migrate"),
        ("db", "check"),
        ("db", "backup", "x.db"),
        ("audit", "verify"),
        ("audit", "show", "x"),
        ("audit", "export"),
        ("audit", "reconcile"),
        ("dlq", "list"),
        ("dlq", "show", "1"),
        ("dlq", "retry", "1"),
        ("dlq", "export"),
    ],
)
def test_without_a_store_every_command_says_where_it_looked(
    place: Place, scrubjay: Command, command: tuple[str, ...]
) -> None:
    ended = scrubjay(*command)
    assert ended.code == 2
    assert str(place.data) in ended.err
    assert "--home" in ended.err
    assert not place.data.exists()


def test_a_store_that_others_can_read_is_refused(lived: Place, scrubjay: Command) -> None:
    lived.database.chmod(0o644)
    ended = scrubjay("audit", "verify")
    assert (ended.code, "chmod 600" in ended.err) == (2, True)


def test_there_is_nothing_to_migrate_in_a_store_of_this_version(
    lived: Place, scrubjay: Command
) -> None:
    assert "nothing to do" in scrubjay("db", "migrate").out


def test_a_backup_is_restored_quietly(lived: Place, scrubjay: Command) -> None:
    """What was about to leave is held, and nobody is sent anything before somebody says so."""
    with lived.opened() as store:
        store.do(lambda tx: transmitted(tx, file(tx, "three"), "key-3"))
        backup = lived.path / "monday.db"
        made = json.loads(scrubjay("db", "backup", backup, "--json").out)
        store.do(lambda tx: file(tx, "after"))
        assert scrubjay("db", "restore", backup, "--force").code == 2
    assert made["backup"] == str(backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert scrubjay("db", "backup", backup).code == 3
    drill = scrubjay("db", "restore", backup, "--verify")
    assert (drill.code, "can be restored" in drill.out) == (0, True)
    assert scrubjay("db", "restore", backup).code == 3
    ended = scrubjay("db", "restore", backup, "--force")
    assert ended.code == 0
    assert "every partner is paused" in ended.out
    assert scrubjay("db", "check").code == 0
    with lived.opened() as store:
        counts = store.ask(lambda view: view.counts())
        assert sum(counts[Kind.FILE].values()) == 3
        assert counts[Kind.TRANSMISSION] == {State.HELD_UNKNOWN: 2}
        assert [one.paused for one in store.ask(lambda view: view.partners())] == [True]
    assert scrubjay("db", "check").code == 0
    assert any(".before-" in path.name for path in lived.data.iterdir())


def test_a_restored_store_tells_no_checkpoint_of_its_former_name(
    lived: Place, scrubjay: Command
) -> None:
    """That a checkpoint was told is marked by the next unit of work; a backup may lack it."""
    with sqlite3.connect(lived.database) as connection:
        connection.execute("UPDATE checkpoints SET exported = 0")
    connection.close()
    backup = lived.path / "monday.db"
    scrubjay("db", "backup", backup)
    assert scrubjay("db", "restore", backup, "--force").code == 0
    ended = scrubjay("audit", "verify")
    assert (ended.code, "FORGED" in ended.out) == (0, False)


def test_a_backup_that_was_changed_is_not_restored(lived: Place, scrubjay: Command) -> None:
    backup = lived.path / "monday.db"
    scrubjay("db", "backup", backup)
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    ended = scrubjay("db", "restore", backup, "--verify")
    assert (ended.code, "not what was written" in ended.err) == (2, True)
    (lived.path / "monday.db.json").unlink()
    assert scrubjay("db", "restore", backup, "--verify").code == 2


def test_a_backup_of_a_store_that_was_tampered_with_is_not_good(
    lived: Place, scrubjay: Command
) -> None:
    tampered(lived, "UPDATE batches SET partner = 9 WHERE id = 1")
    backup = lived.path / "monday.db"
    scrubjay("db", "backup", backup)
    ended = scrubjay("db", "restore", backup, "--force")
    assert (ended.code, "nothing was restored" in ended.out) == (1, True)
    assert not any(".before-" in path.name for path in lived.data.iterdir())


def test_the_story_of_a_claim_is_told_by_number_or_token(lived: Place, scrubjay: Command) -> None:
    key = TokenKey.make(lived.key.parent / "token.key")
    token = token_of(key, "claim", "CLM-77")
    with lived.opened() as store:
        filed = store.do(lambda tx: file(tx, "three"))
        new = rows.NewClaim(50, token, 100)
        place = rows.NewBatch(filed.file, filed.set, 7, filed.partner, "p", 0, 1)
        batch = store.do(lambda tx: tx.add_batch(place, [new, *claims(51, 2)])).id
        store.do(lambda tx: tx.set_claims([tx.claims_of(batch)[1].id], State.REJECTED_BY_PARTNER))
        store.do(lambda tx: tx.advance(Kind.BATCH, batch, State.SUBMITTED))
    by_number, by_token = scrubjay("audit", "show", "CLM-77"), scrubjay("audit", "show", token)
    assert by_number.code == by_token.code == 0
    for words in ("batch.SUBMITTED", "file.INGESTED", "set.PARSED"):
        assert words in by_number.out
    assert "claims.REJECTED_BY_PARTNER" not in by_number.out
    shown = json.loads(scrubjay("audit", "show", token, "--json").out)
    assert shown["claims"][0]["state"] == "SUBMITTED"
    looked = [one["event"] for one in shown["claims"][0]["events"]]
    assert looked.count("claim.shown") == 2
    unknown = scrubjay("audit", "show", "CLM-78")
    assert (unknown.code, "CLM-78" in unknown.err) == (2, False)


def test_the_audit_goes_out_as_lines(lived: Place, scrubjay: Command) -> None:
    out = lived.path / "audit.jsonl"
    assert scrubjay("audit", "export", "-o", out).code == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {"at", "actor", "event", "kind", "subject", "detail", "key", "mac"} <= lines[0].keys()
    assert scrubjay("audit", "export").out == out.read_text()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert scrubjay("audit", "export", "-o", out).code == 3


def test_who_reads_only_the_beginning_of_the_audit_is_not_told_off(lived: Place) -> None:
    with lived.opened() as store:
        store.do(lambda tx: [tx.note("file.repeated", Kind.FILE, 1) for _ in range(2_000)])
    words = ["-m", "scrubjay", "audit", "export"]
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *words], stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"seq": 1,')
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_a_new_key_is_taken_into_use_and_the_old_one_judges_its_time(
    lived: Place, scrubjay: Command
) -> None:
    old = lived.keys.current
    told = json.loads(scrubjay("audit", "rotate", "--json").out)
    assert (told["from"], told["to"]) == (old, lived.keys.current)
    assert told["from"] != told["to"]
    assert scrubjay("audit", "verify").code == 0
    events = [json.loads(line) for line in scrubjay("audit", "export").out.splitlines()]
    assert {event["key"] for event in events} == {old, lived.keys.current}
    assert [one["event"] for one in events if one["event"].startswith("key.")] == [
        "key.retired",
        "key.rotated",
    ]


def test_the_claims_of_a_day_add_up(lived: Place, scrubjay: Command) -> None:
    ended = scrubjay("audit", "reconcile", "--day", "2026-05-28", "--json")
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found == {
        "day": "2026-05-28",
        "files": 2,
        "uncounted": [],
        "received": 14,
        "accepted": 6,
        "rejected": 2,
        "unreadable": 0,
        "held": 0,
        "dead": 6,
        "under_way": 0,
        "unaccounted": {},
        "balanced": True,
    }
    assert "received               14" in scrubjay("audit", "reconcile", "--day", "2026-05-28").out
    assert "0 files" in scrubjay("audit", "reconcile").out


def test_a_claim_that_is_nowhere_is_told(lived: Place, scrubjay: Command) -> None:
    tampered(lived, "DELETE FROM claims WHERE id = 2")
    ended = scrubjay("audit", "reconcile", "--day", "2026-05-28")
    assert (ended.code, "file 1: 1 claim is nowhere" in ended.out) == (1, True)


def test_dead_letters_are_listed_shown_and_exported(lived: Place, scrubjay: Command) -> None:
    assert scrubjay("dlq", "list").out.count("batch ") == 2
    found = json.loads(scrubjay("dlq", "list", "--code", "DISK_FULL", "--json").out)
    assert [one["code"] for one in found["dead_letters"]] == ["DISK_FULL"]
    assert "batch 4" in scrubjay("dlq", "list", "--since", "2026-05-29").out
    assert scrubjay("dlq", "list", "--since", "2026-05-30").out == "no dead letters\n"
    card = scrubjay("dlq", "show", "1").out
    for words in ("ENGINE_DIED", "try 2", '"ordinal": 0', "SCRUBBED", "r1"):
        assert words in card
    shown = json.loads(scrubjay("dlq", "show", "1", "--json").out)
    assert (shown["attempts"], len(shown["history"])) == (2, 2)
    lines = scrubjay("dlq", "export").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert scrubjay("dlq", "show", "3").code == 2


def test_dead_letters_are_retried_by_number_or_by_what_they_have_in_common(
    lived: Place, scrubjay: Command
) -> None:
    told = scrubjay("dlq", "retry", "1", "7")
    assert (told.code, told.out) == (0, "retried 1 of 2 letters\n")
    assert told.err == "scrubjay: letter 7 is not open; see: scrubjay dlq list --closed\n"
    told = scrubjay("dlq", "retry", "1")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert "retried 0 of 0" in scrubjay("dlq", "retry", "all", "--code", "NONE").out
    assert "retried 1 of 1" in scrubjay("dlq", "retry", "all", "--code", "DISK_FULL").out
    with lived.opened() as store:
        leases = store.do(lambda tx: tx.lease("submit", 10, 30))
        assert sorted(lease.subject for lease in leases) == [3, 4]
    assert scrubjay("dlq", "list", "--closed").out.count("retried") == 2
    assert scrubjay("dlq", "retry", "1", "--code", "X").code == 2
    assert scrubjay("dlq", "retry", "one").code == 2


def test_a_letter_is_discarded_for_a_reason(lived: Place, scrubjay: Command) -> None:
    assert scrubjay("dlq", "discard", "1").code == 2
    assert scrubjay("dlq", "discard", "1", "--reason", "a test file").code == 0
    shown = json.loads(scrubjay("dlq", "show", "1", "--json").out)
    assert (shown["closed"], shown["reason"]) == ("discarded", "a test file")
    assert shown["actor"].startswith(("user:", "uid:"))


def test_who_asks_needs_no_name_on_the_machine(
    lived: Place, scrubjay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    scrubjay("dlq", "discard", "1", "--reason", "a test file")
    shown = json.loads(scrubjay("dlq", "show", "1", "--json").out)
    assert shown["actor"] == f"uid:{os.getuid()}"


def test_the_store_is_open_to_several_at_once(lived: Place, scrubjay: Command) -> None:
    with lived.opened() as store:
        assert isinstance(store, SqliteStore)
        assert "retried 1 of 1" in scrubjay("dlq", "retry", "1").out
        assert store.ask(lambda view: view.state(Kind.BATCH, 3)) is State.SCRUBBED
