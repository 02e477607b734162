"""Dead letters, alerts, sweeps and purges."""

import pytest

from scrubjay.store import rows
from scrubjay.store.contract import Tx
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State
from store.made import Filed, Place, claims, file, transmitted

SETTLED = State.ACKNOWLEDGED


def letter(
    kind: Kind, subject: int, topic: str = "scrub", code: str = "ENGINE"
) -> rows.NewDeadLetter:
    return rows.NewDeadLetter(
        kind, subject, topic, code, 3, place={"ordinal": 4}, history=({"code": "ENGINE"},)
    )


def test_a_dead_letter_keeps_what_somebody_needs_to_judge_it(store: SqliteStore) -> None:
    filed = store.do(file)
    number = store.do(lambda tx: tx.bury(letter(Kind.FILE, filed.file)))
    assert number is not None
    found = store.ask(lambda view: view.one(rows.DeadLetter, number))
    assert found is not None
    assert (found.was, found.code, found.attempts) == (State.INGESTED, "ENGINE", 3)
    assert (found.place, found.history) == ({"ordinal": 4}, ({"code": "ENGINE"},))
    assert store.ask(lambda view: view.state(Kind.FILE, filed.file)) is State.DEAD_LETTERED
    assert store.do(lambda tx: tx.bury(letter(Kind.FILE, filed.file))) is None


def test_a_retry_puts_subject_and_message_back_and_a_discard_closes(store: SqliteStore) -> None:
    filed = store.do(file)
    number = store.do(lambda tx: tx.bury(letter(Kind.BATCH, filed.batches[0], "submit")))
    other = store.do(lambda tx: tx.bury(letter(Kind.BATCH, filed.batches[1], "submit")))
    assert number is not None
    assert other is not None
    assert store.do(lambda tx: tx.retry(number, reason="mended"))
    assert not store.do(lambda tx: tx.retry(number, reason="mended"))
    assert store.ask(lambda view: view.state(Kind.BATCH, filed.batches[0])) is State.SCRUBBED
    (lease,) = store.do(lambda tx: tx.lease("submit", 10, 30))
    assert lease.subject == filed.batches[0]
    assert store.do(lambda tx: tx.discard(other, reason="a test"))
    assert not store.do(lambda tx: tx.discard(other, reason="a test"))
    assert not store.do(lambda tx: tx.retry(other))
    assert store.ask(lambda view: view.state(Kind.BATCH, filed.batches[1])) is State.DEAD_LETTERED
    assert store.ask(lambda view: view.dead_letters()) == []
    closed = store.ask(lambda view: view.dead_letters(everything=True))
    assert [(one.closed, one.reason) for one in closed] == [
        ("retried", "mended"),
        ("discarded", "a test"),
    ]


def test_evidence_from_the_partner_overtakes_a_dead_letter(store: SqliteStore) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    number = store.do(lambda tx: tx.bury(letter(Kind.TRANSMISSION, transmission)))
    store.do(lambda tx: tx.advance(Kind.TRANSMISSION, transmission, State.ACKNOWLEDGED))
    (found,) = store.ask(lambda view: view.dead_letters(everything=True))
    assert (found.id, found.closed) == (number, "overtaken")


def test_dead_letters_are_found_by_code_and_day(store: SqliteStore, place: Place) -> None:
    filed = store.do(file)
    store.do(lambda tx: tx.bury(letter(Kind.BATCH, filed.batches[0], code="A")))
    place.clock.pass_by(10)
    store.do(lambda tx: tx.bury(letter(Kind.BATCH, filed.batches[1], code="B")))
    assert [one.code for one in store.ask(lambda view: view.dead_letters(code="B"))] == ["B"]
    since = place.clock.milliseconds()
    assert [one.code for one in store.ask(lambda view: view.dead_letters(since=since))] == ["B"]
    assert [one.code for one in store.ask(lambda view: view.dead_letters(after=1))] == ["B"]


def test_a_claim_that_died_alone_is_scrubbed_again_into_a_batch(store: SqliteStore) -> None:
    filed = store.do(file)
    dead = claims(6, 1, state=State.DEAD_LETTERED, code="ENGINE")
    store.do(lambda tx: tx.add_claims(filed.file, filed.set, dead))
    (claim,) = store.ask(lambda view: view.claims_beside(filed.file))
    number = store.do(lambda tx: tx.bury(letter(Kind.CLAIM, claim.id)))
    assert number is not None
    assert store.do(lambda tx: tx.bury(letter(Kind.CLAIM, claim.id))) is None
    store.do(lambda tx: tx.retry(number))
    assert store.ask(lambda view: view.state(Kind.CLAIM, claim.id)) is State.VALIDATED
    new = rows.NewBatch(filed.file, filed.set, 2, filed.partner, "again", 0, 10)
    batch = store.do(lambda tx: tx.add_batch(new, claims(6, 1))).id
    assert [one.id for one in store.ask(lambda view: view.claims_of(batch))] == [claim.id]
    assert store.ask(lambda view: view.state(Kind.CLAIM, claim.id)) is State.SCRUBBED
    assert store.ask(lambda view: view.counts())[Kind.CLAIM] == {State.SCRUBBED: 7}


def test_a_claim_of_a_batch_that_died_goes_along_with_it_again(store: SqliteStore) -> None:
    filed = store.do(file)
    number = store.do(lambda tx: tx.bury(letter(Kind.CLAIM, 1)))
    assert number is not None
    assert store.ask(lambda view: view.state(Kind.CLAIM, 1)) is State.DEAD_LETTERED
    store.do(lambda tx: tx.retry(number))
    store.do(lambda tx: tx.advance(Kind.BATCH, filed.batches, State.SUBMITTED))
    assert store.ask(lambda view: view.counts())[Kind.CLAIM] == {State.SUBMITTED: 6}


def test_an_alert_is_raised_once(store: SqliteStore) -> None:
    filed = store.do(file)
    assert store.do(lambda tx: tx.add_alert("held", Kind.FILE, filed.file)).fresh
    assert not store.do(lambda tx: tx.add_alert("held", Kind.FILE, filed.file)).fresh


PARSING = rows.Waiting(Kind.FILE, State.INGESTED, "parse")
SUBMITTING = rows.Waiting(Kind.BATCH, State.SCRUBBED, "submit", by_partner=True, untransmitted=True)


@pytest.mark.parametrize(("waiting", "subject"), [(PARSING, 1), (SUBMITTING, 1)])
def test_the_sweeper_finds_what_waits_and_no_message_speaks_of(
    store: SqliteStore, waiting: rows.Waiting, subject: int
) -> None:
    store.do(file)
    assert store.ask(lambda view: view.unspoken(waiting)) == [subject]
    assert store.do(lambda tx: tx.sweep(waiting, [subject])) == 1
    assert store.ask(lambda view: view.unspoken(waiting)) == []
    assert store.do(lambda tx: tx.sweep(waiting, [subject])) == 0


def test_the_sweeper_publishes_nothing_for_what_waits_no_longer(store: SqliteStore) -> None:
    filed = store.do(file)
    store.do(lambda tx: tx.advance(Kind.FILE, filed.file, State.PARSED))
    store.do(lambda tx: transmitted(tx, filed))
    assert store.do(lambda tx: tx.sweep(PARSING, [filed.file])) == 0
    assert store.do(lambda tx: tx.sweep(SUBMITTING, [filed.partner])) == 0
    assert store.ask(lambda view: view.unspoken(SUBMITTING)) == []


def settled(store: SqliteStore) -> Filed:
    """A file whose claims are all at their end."""
    filed = store.do(lambda tx: file(tx, rejected=1))
    transmission = store.do(lambda tx: transmitted(tx, filed))
    store.do(lambda tx: tx.advance_batches(transmission, SETTLED))
    store.do(lambda tx: tx.advance(Kind.SET, filed.set, State.SCRUBBED))
    store.do(lambda tx: tx.advance(Kind.INTERCHANGE, filed.interchange, State.SCRUBBED))
    store.do(lambda tx: tx.advance(Kind.FILE, filed.file, State.SCRUBBED))
    store.do(lambda tx: tx.add_payload(rows.Payload("out-key-1", "transmission", 9, "d")))
    return filed


def purgeable(store: SqliteStore, place: Place) -> list[str]:
    """What may go once an hour has passed."""
    before = place.clock.milliseconds() + 3_600_000
    return [one.id for one in store.ask(lambda view: view.purgeable(before))]


def test_a_payload_goes_when_all_of_its_claims_are_at_their_end(
    store: SqliteStore, place: Place
) -> None:
    settled(store)
    assert sorted(purgeable(store, place)) == ["out-key-1", "payload-one"]
    now = place.clock.milliseconds()
    assert store.ask(lambda view: view.purgeable(now)) == []
    store.do(lambda tx: tx.shredded("payload-one"))
    store.do(lambda tx: tx.shredded("payload-one"))
    assert purgeable(store, place) == ["out-key-1"]


def test_of_a_file_that_is_purged_nothing_stays_behind(store: SqliteStore, place: Place) -> None:
    """Its source went with one page of payloads, what was made of it goes with the next."""
    filed = settled(store)
    made = rows.Payload("made-of-it", "batches", 10, "d", file=filed.file)
    store.do(lambda tx: tx.add_payload(made))
    store.do(lambda tx: tx.shredded("payload-one"))

    def purged(tx: Tx) -> None:
        tx.advance(Kind.SET, filed.set, State.PURGED)
        tx.advance(Kind.INTERCHANGE, filed.interchange, State.PURGED)
        tx.advance(Kind.FILE, filed.file, State.PURGED)

    store.do(purged)
    assert "made-of-it" in purgeable(store, place)


@pytest.mark.parametrize(
    "held",
    [
        lambda tx, filed: tx.hold(filed.file, on=True, reason="a court"),
        lambda tx, filed: tx.add_reply(rows.NewReply(filed.file, "999", "own", "p", "n")),
        lambda tx, filed: tx.add_claims(
            filed.file, filed.set, claims(50, 1, state=State.DEAD_LETTERED)
        ),
        lambda tx, filed: tx.add_set(
            rows.NewSet(filed.file, filed.interchange, 1, "837", "2", "1", 1, "d", "s")
        ),
        lambda tx, filed: tx.add_batch(
            rows.NewBatch(filed.file, filed.set, 9, filed.partner, "p", 0, 1), claims(60, 1)
        ),
    ],
)
def test_a_payload_stays_while_anything_of_its_file_is_open(
    store: SqliteStore, place: Place, held: object
) -> None:
    filed = settled(store)
    assert callable(held)
    store.do(lambda tx: held(tx, filed))
    assert "payload-one" not in purgeable(store, place)


def test_what_is_made_of_a_file_on_legal_hold_is_on_hold_too(store: SqliteStore) -> None:
    filed = settled(store)
    store.do(lambda tx: tx.hold(filed.file, on=True, reason="a court"))
    later = rows.Payload("made-later", "batches", 10, "d", file=filed.file)
    store.do(lambda tx: tx.add_payload(later))
    found = store.ask(lambda view: view.one(rows.Payload, "made-later"))
    assert found is not None
    assert found.legal_hold
