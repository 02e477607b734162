"""Each thing is in the store once, however often and by however many ways it comes."""

import json
import sqlite3
from contextlib import closing

import pytest

from scrubjay.store import rows
from scrubjay.store.errors import ConflictError
from scrubjay.store.sqlite.evidence import SqliteEvidence
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State
from store.made import claims, file, transmitted


def test_the_same_bytes_of_the_same_practice_are_one_file(store: SqliteStore) -> None:
    new = rows.NewFile("tenant", "practice", "http", "p", "digest", 1)
    first = store.do(lambda tx: tx.add_file(new))
    again = store.do(lambda tx: tx.add_file(new))
    other = store.do(lambda tx: tx.add_file(rows.NewFile("tenant", "o", "http", "p", "digest", 1)))
    assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
    assert again.id == first.id != other.id
    events = store.ask(lambda view: view.events_of(Kind.FILE, first.id))
    assert [event.event for event in events] == ["file.INGESTED", "file.repeated"]


def test_an_interchange_of_the_same_identity_and_other_bytes_is_a_conflict(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    again = rows.NewInterchange(filed.file, 1, "tenant", "id-one", "digest-one", "000000001")
    assert store.do(lambda tx: tx.add_interchange(again)) == rows.Added(1, fresh=False)
    other = rows.NewInterchange(filed.file, 1, "tenant", "id-one", "other", "000000001")
    added = store.do(lambda tx: tx.add_interchange(other))
    assert added.fresh
    assert added.conflicts == (1,)
    elsewhere = rows.NewInterchange(filed.file, 2, "tenant 2", "id-one", "digest-one", "1")
    assert store.do(lambda tx: tx.add_interchange(elsewhere)).conflicts == ()


def test_a_set_with_a_suspect_key_and_other_bytes_names_its_like(store: SqliteStore) -> None:
    filed = store.do(file)
    two = store.do(lambda tx: file(tx, "two"))
    new = rows.NewSet(two.file, two.interchange, 1, "837", "1", "1", 1, "other", "s-one")
    added = store.do(lambda tx: tx.add_set(new))
    assert (added.conflicts, added.same) == ((filed.set,), ())
    assert not store.do(lambda tx: tx.add_set(new)).fresh


def test_scrubbing_again_adds_no_batch_and_no_claim(store: SqliteStore) -> None:
    filed = store.do(lambda tx: file(tx, rejected=2))
    before = store.ask(lambda view: view.counts())
    new = rows.NewBatch(filed.file, filed.set, 1, filed.partner, "accepted-one", 500, 500)
    added = store.do(lambda tx: tx.add_batch(new, claims(3, 3)))
    assert added == rows.Added(filed.batches[1], fresh=False)
    rejected = claims(6, 2, state=State.REJECTED_BY_SCRUB)
    assert store.do(lambda tx: tx.add_claims(filed.file, filed.set, rejected)) == 0
    assert store.ask(lambda view: view.counts()) == before


def test_a_payload_has_one_content(store: SqliteStore) -> None:
    store.do(lambda tx: tx.add_payload(rows.Payload("p", "source", 1, "digest")))
    store.do(lambda tx: tx.add_payload(rows.Payload("p", "source", 1, "digest")))
    with pytest.raises(ConflictError):
        store.do(lambda tx: tx.add_payload(rows.Payload("p", "source", 1, "other")))


def test_the_payload_of_a_file_knows_its_file(store: SqliteStore) -> None:
    filed = store.do(file)
    (payload,) = store.ask(lambda view: view.payloads_of(filed.file))
    assert (payload.id, payload.role) == ("payload-one", "source")
    found = store.ask(lambda view: view.one(rows.File, filed.file))
    assert found is not None
    assert (found.claims, found.state) == (6, State.INGESTED)


def test_what_belongs_to_a_file_comes_in_its_order(store: SqliteStore) -> None:
    filed = store.do(lambda tx: file(tx, rejected=2))
    assert [one.id for one in store.ask(lambda view: view.interchanges_of(filed.file))] == [1]
    assert [one.claims for one in store.ask(lambda view: view.sets_of(filed.file))] == [8]
    batches = store.ask(lambda view: view.batches_of(filed.file))
    assert [(one.id, one.claims, one.charges) for one in batches] == [(1, 3, 303), (2, 3, 312)]
    beside = store.ask(lambda view: view.claims_beside(filed.file))
    assert [(one.ordinal, one.state, one.code) for one in beside] == [
        (6, State.REJECTED_BY_SCRUB, "MISSING"),
        (7, State.REJECTED_BY_SCRUB, "MISSING"),
    ]
    ids = store.ask(lambda view: view.in_state(Kind.CLAIM, State.SCRUBBED, after=2, most=3))
    assert ids == [3, 4, 5]
    assert store.ask(lambda view: view.in_state(Kind.BATCH, State.SCRUBBED)) == filed.batches


def packed(first: int, count: int, corrects: int | None = None) -> rows.ClaimRows:
    """The claims of `made.claims`, as one text."""
    values = [[c.ordinal, c.token, c.trace, c.charge, corrects] for c in claims(first, count)]
    text = json.dumps(values, separators=(",", ":"))
    return rows.ClaimRows(text, count, sum(c.charge for c in claims(first, count)))


def test_claims_as_one_text_are_the_same_rows_and_the_same_proof(store: SqliteStore) -> None:
    filed = store.do(file)
    new = rows.NewBatch(filed.file, filed.set, 7, filed.partner, "accepted-one", 0, 500)
    batch = store.do(lambda tx: tx.add_batch(new, packed(20, 3, corrects=1))).id
    added = store.ask(lambda view: view.claims_of(batch))
    assert [(c.ordinal, c.token, c.charge, c.corrects, c.state) for c in added] == [
        (c.ordinal, c.token, c.charge, 1, State.SCRUBBED) for c in claims(20, 3)
    ]
    row = store.ask(lambda view: view.one(rows.Batch, batch))
    assert row is not None
    assert (row.claims, row.charges) == (3, sum(c.charge for c in claims(20, 3)))
    with closing(sqlite3.connect(store.path)) as connection:
        assert list(SqliteEvidence(connection).contradictions()) == []
        connection.execute("UPDATE claims SET charge = charge + 1 WHERE id = ?", (added[1].id,))
        assert list(SqliteEvidence(connection).contradictions())


def test_the_newest_of_a_number_is_of_another_file_and_the_same_practice(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    two = store.do(lambda tx: file(tx, "two"))
    three = store.do(lambda tx: file(tx, "three"))
    token = claims(4, 1)[0].token
    assert store.ask(lambda view: view.newest_with(three.file, [token, "nobody's"])) == {
        token: store.ask(lambda view: view.claims_of(two.batches[1]))[1].id
    }
    assert store.ask(lambda view: view.newest_with(three.file, [])) == {}
    transmission = store.do(lambda tx: transmitted(tx, filed))
    (sent,) = store.ask(lambda view: view.sent_with(filed.partner, [token]))
    assert (sent.transmission, sent.charge) == (transmission, claims(4, 1)[0].charge)
    assert store.ask(lambda view: view.sent_with(filed.partner + 1, [token])) == []


def test_a_document_is_awaited_until_every_claim_has_one(store: SqliteStore) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    store.do(lambda tx: tx.advance_batches(transmission, State.SUBMITTED))
    for batch in filed.batches:
        for claim in store.ask(lambda view, batch=batch: view.claims_of(batch)):  # type: ignore[misc]
            assert store.ask(lambda view: view.awaits(transmission, "835"))
            said = rows.Outcome(Kind.CLAIM, claim.id, "acme", "835", "accepted")
            store.do(lambda tx, said=said: tx.add_outcomes([said]))  # type: ignore[misc]
    assert not store.ask(lambda view: view.awaits(transmission, "835"))
