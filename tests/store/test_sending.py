"""Intents, receipts, and what partners say."""

import pytest

from scrubjay.store import rows
from scrubjay.store.errors import ConflictError
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State
from store.made import file, transmitted


def test_an_intent_takes_its_batches_and_no_other_gets_them(store: SqliteStore) -> None:
    filed = store.do(file)
    assert [one.id for one in store.ask(lambda view: view.ready(filed.partner, 10))] == [1, 2]
    transmission = store.do(lambda tx: transmitted(tx, filed))
    assert store.ask(lambda view: view.ready(filed.partner, 10)) == []
    found = store.ask(lambda view: view.one(rows.Transmission, transmission))
    assert found is not None
    assert (found.state, found.batches, found.claims, found.charges, found.tries) == (
        *(State.INTENDED, 2, 6, 615, 0),
    )
    with pytest.raises(ConflictError, match="batch 1"):
        store.do(lambda tx: transmitted(tx, filed, "key-2"))
    assert store.ask(lambda view: view.counts())[Kind.TRANSMISSION] == {State.INTENDED: 1}


def test_an_intent_of_the_same_key_is_the_same_one(store: SqliteStore) -> None:
    filed = store.do(file)
    first = store.do(lambda tx: transmitted(tx, filed))
    assert store.do(lambda tx: transmitted(tx, filed)) == first
    new = rows.NewTransmission(filed.partner, "key-1", "p", "other bytes", 1, "1")
    with pytest.raises(ConflictError, match="same key"):
        store.do(lambda tx: tx.add_transmission(new, []))


def test_nothing_is_sent_that_is_not_intended_or_to_a_partner_who_is_paused(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    assert store.do(lambda tx: tx.begin_send(transmission)) == 1
    assert store.do(lambda tx: tx.begin_send(transmission)) == 2
    assert store.do(lambda tx: tx.pause(filed.partner, reason="they asked"))
    assert not store.do(lambda tx: tx.pause(filed.partner, reason="they asked"))
    with pytest.raises(ConflictError):
        store.do(lambda tx: tx.begin_send(transmission))
    assert store.do(lambda tx: tx.resume(filed.partner, reason="they are back"))
    store.do(lambda tx: tx.advance(Kind.TRANSMISSION, transmission, State.SUBMITTED))
    with pytest.raises(ConflictError):
        store.do(lambda tx: tx.begin_send(transmission))


def test_a_number_is_given_once_and_begins_again_after_the_last(store: SqliteStore) -> None:
    def number(count: int) -> int:
        return store.do(lambda tx: tx.number("partner:1", "ISA13", count, first=10, last=19))

    assert [number(1), number(3), number(1)] == [10, 11, 14]
    assert number(6) == 10
    assert store.do(lambda tx: tx.number("partner:2", "ISA13")) == 1


def test_what_went_out_is_found_by_the_numbers_that_partners_name(store: SqliteStore) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    store.do(lambda tx: tx.record_receipt(transmission, "accepted as 8812"))
    (found,) = store.ask(lambda view: view.transmission_by_control(filed.partner, "000000501"))
    assert (found.id, found.receipt) == (transmission, "accepted as 8812")
    group = store.ask(lambda view: view.batches_by_group(filed.partner, "77"))
    assert [(one.id, one.set_control) for one in group] == [(1, "0001"), (2, "0002")]
    assert store.ask(lambda view: view.batches_in(transmission)) == group
    assert store.ask(lambda view: view.open_transmissions(filed.partner, State.INTENDED, 10)) == [
        found
    ]


def test_the_same_answer_twice_is_one_and_another_one_is_a_contradiction(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    new = rows.NewAcknowledgment(filed.partner, "p", "digest", 10)
    answer = store.do(lambda tx: tx.add_acknowledgment(new))
    assert not store.do(lambda tx: tx.add_acknowledgment(new)).fresh
    said = rows.Outcome(Kind.CLAIM, 1, "acme", "277CA", "accepted", "A1:19", answer.id)
    assert store.do(lambda tx: tx.add_outcomes([said, said])) == []
    assert store.do(lambda tx: tx.add_outcomes([said])) == []
    other = rows.Outcome(Kind.CLAIM, 1, "acme", "277CA", "rejected", "A7:21")
    (contradicted,) = store.do(lambda tx: tx.add_outcomes([other]))
    assert contradicted.verdict == "accepted"
    next_hop = rows.Outcome(Kind.CLAIM, 1, "payer", "277CA", "rejected", "A7:21")
    assert store.do(lambda tx: tx.add_outcomes([next_hop])) == []
    assert len(store.ask(lambda view: view.outcomes_of(Kind.CLAIM, 1))) == 3
    both = [
        rows.Outcome(Kind.CLAIM, 2, "acme", "277CA", verdict) for verdict in ("accepted", "pending")
    ]
    assert store.do(lambda tx: tx.add_outcomes(both)) == [both[0]]


def test_what_is_owed_is_overdue_until_it_comes(store: SqliteStore) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    store.do(lambda tx: tx.expect(transmission, "999", 5_000))
    store.do(lambda tx: tx.expect(transmission, "TA1", 1_000))
    store.do(lambda tx: tx.expect(transmission, "TA1", 9_000))
    assert store.ask(lambda view: view.overdue(999)) == []
    overdue = store.ask(lambda view: view.overdue(5_000))
    assert [(one.document, one.due) for one in overdue] == [("TA1", 1_000), ("999", 5_000)]
    store.do(lambda tx: tx.met(transmission, "TA1"))
    assert [one.document for one in store.ask(lambda view: view.overdue(5_000))] == ["999"]


def test_a_reply_is_written_once(store: SqliteStore) -> None:
    filed = store.do(file)
    new = rows.NewReply(filed.file, "999", "own", "p", "one.999")
    first = store.do(lambda tx: tx.add_reply(new))
    assert not store.do(lambda tx: tx.add_reply(new)).fresh
    assert store.do(lambda tx: tx.advance(Kind.REPLY, first.id, State.SUBMITTED)) == [first.id]
    (reply,) = store.ask(lambda view: view.replies_of(filed.file))
    assert (reply.name, reply.state) == ("one.999", State.SUBMITTED)
