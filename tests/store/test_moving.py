"""States advance, never go back, and every change has its event."""

import itertools
import random

import pytest

from scrubjay.store import rows
from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.states import Kind, State
from store.made import Place, file, transmitted


def told(store: SqliteStore, kind: Kind, subjects: list[int], to: State) -> list[int]:
    return store.do(lambda tx: tx.advance(kind, subjects, to))


def test_what_may_move_moves_and_the_others_stay(store: SqliteStore) -> None:
    filed = store.do(file)
    first, second = filed.batches
    assert store.do(lambda tx: tx.advance(Kind.BATCH, first, State.ACKNOWLEDGED)) == [first]
    moved = store.do(lambda tx: tx.advance(Kind.BATCH, filed.batches, State.SUBMITTED))
    assert moved == [second]
    states = store.ask(lambda view: [view.state(Kind.BATCH, batch) for batch in filed.batches])
    assert states == [State.ACKNOWLEDGED, State.SUBMITTED]


def test_an_event_tells_of_each_move_who_made_it_and_how_many_claims_it_took(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    transmission = store.do(lambda tx: transmitted(tx, filed))
    store.do(lambda tx: tx.advance_batches(transmission, State.SUBMITTED, reason="R"), actor="ann")
    events = store.ask(lambda view: view.events_of(Kind.BATCH, filed.batches[0]))
    assert [event.event for event in events] == ["batch.SCRUBBED", "batch.SUBMITTED"]
    assert events[1].actor == "ann"
    assert events[1].detail == {
        "from": "SCRUBBED",
        "claims": 3,
        "transmission": transmission,
        "reason": "R",
    }


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 2])))
def test_late_and_repeated_news_come_to_the_same_end_in_any_order(
    store: SqliteStore, order: tuple[int, ...]
) -> None:
    filed = store.do(file)
    news = (State.SUBMITTED, State.ACKNOWLEDGED, State.REJECTED_BY_PARTNER)
    for at in (*order, *order):
        told(store, Kind.BATCH, filed.batches, news[at])
    assert store.ask(lambda view: view.counts())[Kind.BATCH] == {State.REJECTED_BY_PARTNER: 2}


def test_a_claim_goes_along_with_its_batch_until_it_has_a_state_of_its_own(
    store: SqliteStore,
) -> None:
    filed = store.do(file)
    claims = store.ask(lambda view: view.claims_of(filed.batches[0]))
    store.do(lambda tx: tx.advance(Kind.BATCH, filed.batches, State.SUBMITTED))
    moved = store.do(
        lambda tx: tx.set_claims([claims[1].id], State.REJECTED_BY_PARTNER, code="A7:21")
    )
    assert moved == [claims[1].id]
    store.do(lambda tx: tx.advance(Kind.BATCH, filed.batches, State.ACKNOWLEDGED))
    found = store.ask(lambda view: view.claims_of(filed.batches[0]))
    assert [claim.state for claim in found] == [
        State.ACKNOWLEDGED,
        State.REJECTED_BY_PARTNER,
        State.ACKNOWLEDGED,
    ]
    assert store.ask(lambda view: view.counts())[Kind.CLAIM] == {
        State.ACKNOWLEDGED: 5,
        State.REJECTED_BY_PARTNER: 1,
    }
    assert store.do(lambda tx: tx.set_claims([claims[1].id], State.SUBMITTED)) == []


def test_only_what_is_parked_is_reopened(store: SqliteStore) -> None:
    filed = store.do(file)
    batch = filed.batches[0]
    reopen = lambda tx: tx.reopen(Kind.BATCH, batch, State.SCRUBBED, reason="asked them")  # noqa: E731
    assert not store.do(reopen)
    store.do(lambda tx: tx.advance(Kind.BATCH, batch, State.HELD_UNKNOWN))
    assert store.do(reopen)
    assert store.ask(lambda view: view.state(Kind.BATCH, batch)) is State.SCRUBBED
    event = store.ask(lambda view: view.events_of(Kind.BATCH, batch))[-1]
    assert event.event == "batch.reopened"
    assert event.detail == {"from": "HELD_UNKNOWN", "to": "SCRUBBED", "reason": "asked them"}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_asked_for_no_state_goes_back(place: Place, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same walk each time
    with place.opened() as store:
        filed = store.do(lambda tx: file(tx, batches=4))
        rank: dict[tuple[Kind, int], list[State]] = {}
        for _ in range(60):
            kind = chance.choice([Kind.BATCH, Kind.FILE, Kind.CLAIM])
            ids = filed.batches if kind is Kind.BATCH else list(range(1, 13))
            subjects = [filed.file] if kind is Kind.FILE else chance.sample(ids, 2)
            to = chance.choice(list(State))
            if not any(to in goals for goals in _moves(kind)):
                continue
            for subject in told(store, kind, subjects, to):
                rank.setdefault((kind, subject), []).append(to)
        assert all(len(set(states)) == len(states) for states in rank.values())


def _moves(kind: Kind) -> list[set[State]]:
    from scrubjay.store.states import MOVES

    return list(MOVES[kind].values())


def test_a_token_leads_to_its_claims_newest_first(store: SqliteStore) -> None:
    store.do(lambda tx: file(tx, "one"))
    store.do(lambda tx: file(tx, "two"))
    claims = store.ask(lambda view: view.claims_with(f"k1:{2:032x}"))
    assert [(claim.file, claim.ordinal) for claim in claims] == [(2, 2), (1, 2)]
    assert store.ask(lambda view: view.claims_with("k1:unknown")) == []
    assert store.ask(lambda view: view.one(rows.Claim, claims[0].id)) == claims[0]
