"""Whatever is changed behind the audit's back is found: 10,000 mutations, and by kind."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scrubjay.errors import InputError, UsageError
from scrubjay.store import rows
from scrubjay.store.audit.chain import Head, Row, code
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.audit.verifying import Verdict, verify
from scrubjay.store.contract import Tx
from scrubjay.store.sqlite.evidence import SqliteEvidence
from scrubjay.store.sqlite.notary import Pace
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.sqlite.upkeep import checked
from scrubjay.store.states import Kind, State
from store.made import Place, file, transmitted

MUTATIONS = 10_000
PACE = Pace(events=8, seconds=3600)


def sent(store: SqliteStore, name: str) -> None:
    """A file that went out."""
    filed = store.do(lambda tx: file(tx, name, rejected=1))
    transmission = store.do(lambda tx: transmitted(tx, filed, f"k-{name}"))
    store.do(lambda tx: tx.begin_send(transmission))
    store.do(lambda tx: tx.advance(Kind.TRANSMISSION, transmission, State.SUBMITTED))
    store.do(lambda tx: tx.advance_batches(transmission, State.SUBMITTED))


@pytest.fixture
def lived(place: Place) -> Place:
    """A store that some claims went through, with a checkpoint every eight events."""
    with place.opened(pace=PACE) as store:
        for name in ("one", "two", "three"):
            sent(store, name)
            place.clock.pass_by(10)
        told = rows.Outcome(Kind.CLAIM, 1, "acme", "277CA", "rejected", "A7", 1)
        store.do(lambda tx: tx.add_outcomes([told]))
        store.do(lambda tx: tx.set_claims([1], State.REJECTED_BY_PARTNER, code="A7"))
        store.do(
            lambda tx: tx.bury(rows.NewDeadLetter(Kind.FILE, 3, "scrub", "ENGINE", 3)), actor="ann"
        )
        store.do(lambda tx: tx.note("payload.read", Kind.PAYLOAD, 1, {"payload": "payload-one"}))
    return place


def lines(place: Place) -> list[str]:
    (told,) = (place.path / "checkpoints").iterdir()
    return told.read_text().splitlines()


def database(place: Place) -> sqlite3.Connection:
    """The file in memory, as somebody sees it who may write to it, without what guards it."""
    kept = sqlite3.connect(place.database)
    copy = sqlite3.connect(":memory:", isolation_level=None)
    kept.backup(copy)
    kept.close()
    for name, kind in copy.execute("SELECT name, type FROM sqlite_schema").fetchall():
        if kind == "trigger":
            copy.execute(f"DROP TRIGGER {name}")
    return copy


def judged(place: Place, connection: sqlite3.Connection) -> Verdict:
    return verify(SqliteEvidence(connection), place.keys, lines(place))


def test_what_nobody_touched_is_good(lived: Place) -> None:
    connection = database(lived)
    verdict = judged(lived, connection)
    assert verdict.problems == []
    assert verdict.good
    assert verdict.events == verdict.last > 40
    assert verdict.checkpoints >= 5
    assert verdict.unsealed == 0
    connection.close()


class Events:
    """A chain as evidence, without a store around it."""

    def __init__(self, rows: list[Row], store: str) -> None:
        self.rows = rows
        self.id = store

    def store(self) -> str:
        return self.id

    def events(self) -> Iterator[Row]:
        return iter(sorted(self.rows, key=lambda row: row.seq))

    def sealed(self) -> Iterator[str]:
        return iter(())

    def counts(self) -> dict[str, int]:
        return Counter(dict.fromkeys(("files", "claims", "batches", "sets"), 1_000_000)) | Counter(
            dict.fromkeys(
                (
                    *("interchanges", "transmissions", "acknowledgments", "replies"),
                    *("partners", "dead_letters"),
                ),
                1_000_000,
            )
        )

    def contradictions(self) -> Iterator[tuple[int | None, str]]:
        return iter(())


def flipped(chance: random.Random, value: object) -> object:
    """The same with one bit, or one letter, that is another."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(20))
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    text = str(value)
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice("abcxyz019 {}") + text[at:]


def edit(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    at = chance.randrange(len(chain))
    name = chance.choice(list(Row.__dataclass_fields__))
    return [*chain[:at], _edited(chance, chain[at], name), *chain[at + 1 :]]


def _edited(chance: random.Random, row: Row, name: str) -> Row:
    return replace(row, **{name: flipped(chance, getattr(row, name))})  # type: ignore[arg-type]


def drop(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    at = chance.randrange(len(chain) - 1)
    return chain[:at] + chain[at + 1 :]


def drop_and_renumber(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    at = chance.randrange(len(chain) - 1)
    return chain[:at] + [replace(row, seq=row.seq - 1) for row in chain[at + 1 :]]


def swap(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    one, other = sorted(chance.sample(range(len(chain)), 2))
    made = list(chain)
    made[one] = replace(chain[other], seq=chain[one].seq)
    made[other] = replace(chain[one], seq=chain[other].seq)
    return made


def insert(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    at = chance.randrange(1, len(chain))
    copied = replace(chain[chance.randrange(len(chain))], seq=chain[at].seq)
    return [*chain[:at], copied, *(replace(row, seq=row.seq + 1) for row in chain[at:])]


def cut(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    return chain[: chance.randrange(len(chain))]


def rewrite(chance: random.Random, chain: list[Row], key: bytes) -> list[Row]:
    """From some row on everything anew, with a key that is not ours."""
    at = chance.randrange(len(chain))
    made = chain[:at]
    head = Head() if not made else Head(made[-1].seq, made[-1].mac)
    for row in chain[at:]:
        actor = "nobody" if row is chain[at] else row.actor
        values = (row.seq, row.at, actor, row.event, row.kind, row.subject, row.detail, row.key)
        mac = code(key, head.mac, values)
        made.append(replace(row, actor=actor, mac=mac))
        head = Head(row.seq, mac)
    return made


MUTANTS = (edit, drop, drop_and_renumber, swap, insert, cut, rewrite)


def test_ten_thousand_mutations_are_all_found(lived: Place) -> None:
    connection = database(lived)
    evidence = SqliteEvidence(connection)
    chain, store = list(evidence.events()), evidence.store()
    connection.close()
    keys, told = lived.keys, lines(lived)
    assert verify(Events(chain, store), keys, told).good
    chance = random.Random(20_261_126)  # noqa: S311 - the same mutations each time
    tried: Counter[str] = Counter()
    missed = []
    for number in range(MUTATIONS):
        mutant = MUTANTS[number % len(MUTANTS)]
        changed = mutant(chance, chain, chance.randbytes(32))
        if changed == chain:
            continue
        tried[mutant.__name__] += 1
        if verify(Events(changed, store), keys, told).good:
            missed.append((mutant.__name__, number))
    assert missed == []
    assert min(tried.values()) > MUTATIONS // len(MUTANTS) * 0.9


BEHIND_ITS_BACK = {
    "a state that went on": "UPDATE batches SET state = 'ACKNOWLEDGED' WHERE id = 1",
    "a state that went back": "UPDATE transmissions SET state = 'INTENDED' WHERE id = 1",
    "another partner": "UPDATE batches SET partner = 2 WHERE id = 1",
    "another digest": "UPDATE files SET digest = 'x' WHERE id = 1",
    "another tenant": "UPDATE files SET tenant = 'x' WHERE id = 1",
    "another count of claims": "UPDATE files SET claims = claims + 1 WHERE id = 1",
    "no count of claims": "UPDATE files SET claims = NULL WHERE id = 1",
    "another control number": "UPDATE transmissions SET control = '2' WHERE id = 1",
    "another charge": "UPDATE claims SET charge = 1 WHERE id = 5",
    "another token": "UPDATE claims SET token = 'k1:x' WHERE id = 5",
    "a claim that is gone": "DELETE FROM claims WHERE id = 5",
    "a claim of a batch alone": "UPDATE claims SET state = 'ACKNOWLEDGED' WHERE id = 5",
    "a rejected claim": "UPDATE claims SET state = 'PURGED' WHERE id = 1",
    "a batch that is gone": "DELETE FROM batches WHERE id = 6",
    "a file that was never added": "INSERT INTO files SELECT 99, tenant, practice, door, payload, "
    "'other', size, state, reason, claims, received_at, changed_at, reopened, seq FROM files "
    "WHERE id = 1",
    "another reason": "UPDATE batches SET reason = 'x' WHERE id = 1",
    "another time": "UPDATE batches SET changed_at = 1 WHERE id = 1",
    "other bytes of a payload": "UPDATE batches SET start = 1 WHERE id = 1",
    "another transmission": "UPDATE batches SET transmission = 2 WHERE id = 1",
    "another set number": "UPDATE batches SET set_control = '9' WHERE id = 1",
    "another lineage": "UPDATE claims SET corrects = 1 WHERE id = 5",
    "another payload": "UPDATE payloads SET digest = 'x'",
    "a payload that is said to be shredded": "UPDATE payloads SET shredded_at = 1",
    "a payload of another file": "UPDATE payloads SET file = 77 WHERE file IS NOT NULL",
    "a payload that nobody sealed": "INSERT INTO payloads (id, role, size, digest, sealed_at) "
    "VALUES ('payload-x', 'source', 1, 'x', 1)",
    "a legal hold that nobody said": "UPDATE payloads SET legal_hold = 1",
    "a detail that is none": "UPDATE audit SET detail = 'x' WHERE seq = 12",
    "a checkpoint of the store": "UPDATE checkpoints SET line = '{}'",
    "an outcome": "UPDATE outcomes SET verdict = 'accepted'",
    "an outcome that is gone": "DELETE FROM outcomes",
    "claims of a batch that are gone": "DELETE FROM claims WHERE batch = 2",
    "an event's actor": "UPDATE audit SET actor = 'ann' WHERE seq = 3",
    "an event that is gone": "DELETE FROM audit WHERE seq = 3",
    "a cut end": "DELETE FROM audit WHERE seq > 40",
    "no audit at all": "DELETE FROM audit",
}


@pytest.mark.parametrize("what", BEHIND_ITS_BACK)
def test_a_change_behind_the_stores_back_is_found(lived: Place, what: str) -> None:
    connection = database(lived)
    connection.execute("PRAGMA foreign_keys = OFF")
    assert connection.execute(BEHIND_ITS_BACK[what]).rowcount > 0
    assert not judged(lived, connection).good
    connection.close()


FLIPS = 200
LOOSE = {
    "messages": {"*"},
    "owners": {"*"},
    "counters": {"*"},
    "deadlines": {"*"},
    "dead_letters": {"*"},
    "alerts": {"*"},
    "partners": {"*"},
    "identity": {"created_at"},
    "schema_version": {"applied_at"},
    "checkpoints": {"at", "exported"},
    "payloads": {"size", "file", "sealed_at"},
    "files": {"received_at", "reopened"},
    "interchanges": {"reopened"},
    "sets": {"reopened"},
    "claims": {"code", "reopened", "seq"},
    "batches": {"own", "created_at", "reopened"},
    "transmissions": {"receipt", "tries", "begun_at", "created_at", "reopened"},
    "acknowledgments": {"received_at", "reopened"},
    "replies": {"created_at", "reopened"},
}
"""What no event tells the value of: it can be made again, or decides nothing."""


def held(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything that events tell the value of."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    found = {}
    for (table,) in tables:
        loose = LOOSE.get(table, set())
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        kept = [name for name in columns if name not in loose]
        if "*" not in loose:
            statement = f"SELECT {', '.join(kept)} FROM {table}"  # noqa: S608 - our own names
            found[table] = connection.execute(statement).fetchall()
    return found


def memory(content: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    connection.deserialize(content)
    return connection


def test_a_bit_that_flips_on_the_disk_is_found_where_it_says_anything(lived: Place) -> None:
    content = bytearray(lived.database.read_bytes())
    content[18] = content[19] = 1  # in memory there is no log beside it
    before, keys, told = held(memory(bytes(content))), lived.keys, lines(lived)
    chance = random.Random(15)  # noqa: S311 - the same flips each time
    found = 0
    for _ in range(FLIPS):
        at, bit = chance.randrange(100, len(content)), 1 << chance.randrange(8)
        content[at] ^= bit
        connection = memory(bytes(content))
        try:
            good = verify(SqliteEvidence(connection), keys, told).good and not checked(connection)
            assert not good or held(connection) == before, f"byte {at}, bit {bit}"
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            good = False
        found += not good
        connection.close()
        content[at] ^= bit
    assert found > FLIPS // 20


def test_a_cut_behind_the_last_checkpoint_is_told_by_the_rows(lived: Place) -> None:
    """Checkpoints know nothing of the newest events; the rows that they changed do."""
    connection = database(lived)
    told = lines(lived)[:1]
    connection.execute("DELETE FROM audit WHERE seq > 30")
    connection.execute("DELETE FROM checkpoints WHERE seq > 30")
    verdict = verify(SqliteEvidence(connection), lived.keys, told)
    assert {problem.code for problem in verdict.problems} == {"STATE"}
    assert 0 < verdict.unsealed < 30
    connection.close()


def test_a_checkpoint_that_is_not_ours_is_told(lived: Place) -> None:
    connection = database(lived)
    told = lines(lived)
    changed = [told[0].replace('"seq": ', '"seq": 1'), *told[1:]]
    for forged in (changed, [*told, "{}"], [*told, "no json"], [*told, "[]"]):
        verdict = verify(SqliteEvidence(connection), lived.keys, forged)
        assert [problem.code for problem in verdict.problems] == ["FORGED"]
    empty = verify(SqliteEvidence(connection), lived.keys, [])
    assert [problem.code for problem in empty.problems] == ["UNTOLD"]
    assert verify(SqliteEvidence(connection), lived.keys, None).good
    connection.close()


def test_another_key_finds_nothing_good(lived: Place, tmp_path: Path) -> None:
    connection = database(lived)
    other = Keyring.make(tmp_path / "other.key")
    verdict = verify(SqliteEvidence(connection), other, lines(lived))
    assert verdict.found > verdict.events
    connection.close()


def test_the_audit_takes_no_change_and_no_deletion(lived: Place) -> None:
    connection = sqlite3.connect(lived.database, isolation_level=None)
    for statement in ("UPDATE audit SET actor = 'x' WHERE seq = 1", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_key_that_was_changed_judges_what_was_written_before(place: Place) -> None:
    with place.opened() as store:
        store.do(file)
    old = place.keys.current
    assert Keyring.rotate(place.key).current != old
    with place.opened() as store:
        store.do(lambda tx: tx.note("key.rotated", Kind.KEY, 0))
        store.do(lambda tx: file(tx, "two"))
    connection = database(place)
    used = {row.key for row in SqliteEvidence(connection).events()}
    assert used == {old, place.keys.current}
    assert judged(place, connection).good
    connection.close()


def test_a_key_that_others_can_read_or_that_is_none_is_refused(place: Place) -> None:
    assert place.keys.secret.hex() not in repr(place.keys)
    place.key.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        Keyring.load(place.key)
    place.key.write_text("secret")
    place.key.chmod(0o600)
    with pytest.raises(UsageError, match="64 hex"):
        Keyring.load(place.key)
    place.key.unlink()
    with pytest.raises(InputError, match="--audit-key"):
        Keyring.load(place.key)


def test_two_first_uses_agree_on_one_key(place: Place) -> None:
    first = Keyring.make(place.key)
    assert Keyring.make(place.key) == first
    assert list(place.key.parent.iterdir()) == [place.key]


def told_by_now(_: Tx) -> None:
    """The unit after: what the one before has to tell is told when this one is done."""


def test_checkpoints_that_reach_no_place_are_told_later(place: Place) -> None:
    blocked = place.path / "checkpoints"
    blocked.write_text("a file where the folder should be")
    with place.opened(pace=Pace(events=2)) as store:
        store.do(file)
        store.do(told_by_now)
        assert store.untold is not None
        blocked.unlink()
        store.do(lambda tx: file(tx, "three"))
        store.do(told_by_now)
        assert store.untold is None
    connection = database(place)
    assert judged(place, connection).good
    (waiting,) = connection.execute(
        "SELECT count(*) FROM checkpoints WHERE exported = 0"
    ).fetchone()
    assert waiting <= 1
    connection.close()


def test_a_reading_of_patient_data_is_an_event_like_any_other(store: SqliteStore) -> None:
    store.do(lambda tx: tx.note("payload.read", Kind.PAYLOAD, 4, {"why": "a call"}), actor="ann")
    (event,) = store.ask(lambda view: view.events_of(Kind.PAYLOAD, 4))
    assert (event.actor, event.event, event.detail) == ("ann", "payload.read", {"why": "a call"})
