"""The moves make a lattice, and the file holds every writer to it."""

import itertools
import sqlite3
from collections.abc import Iterator

import pytest

from scrubjay.store.sqlite.store import SqliteStore
from scrubjay.store.sqlite.tables import STATED
from scrubjay.store.states import FINAL, MOVES, PARKED, Kind, State, moves_to
from store.made import Place, file, transmitted


def chains(kind: Kind, start: State, gone: tuple[State, ...] = ()) -> Iterator[tuple[State, ...]]:
    """Every way that leads on from a state."""
    yield (*gone, start)
    for goal in MOVES[kind].get(start, ()):
        assert goal not in gone, f"{kind} comes back to {goal}"
        yield from chains(kind, goal, (*gone, start))


@pytest.mark.parametrize("kind", MOVES)
def test_no_chain_of_moves_comes_back(kind: Kind) -> None:
    for start in MOVES[kind]:
        assert list(chains(kind, start))


@pytest.mark.parametrize("kind", MOVES)
def test_a_move_over_two_states_may_be_made_at_once(kind: Kind) -> None:
    """What is missed in between does not matter, but to come out of what somebody must look at."""
    for start, ends in MOVES[kind].items():
        for middle in ends - PARKED - {State.SUBMITTED}:
            for end in MOVES[kind].get(middle, set()) - {State.PURGED} - PARKED:
                assert end in ends, f"{kind}: {start} to {end}"


@pytest.mark.parametrize("kind", MOVES)
def test_the_table_of_moves_in_the_file_is_the_one_in_the_code(
    kind: Kind, place: Place, store: SqliteStore
) -> None:
    with sqlite3.connect(place.database) as connection:
        found = set(connection.execute("SELECT start, goal FROM moves WHERE kind = ?", (kind,)))
    connection.close()
    assert found == {(start, goal) for start, goals in MOVES[kind].items() for goal in goals}


def test_every_move_is_made_by_the_store_or_refused_by_it(place: Place, store: SqliteStore) -> None:
    """Through the store and past it: what the lattice forbids changes nothing."""
    filed = store.do(file)
    store.do(lambda tx: transmitted(tx, filed))
    store.close()
    connection = sqlite3.connect(place.database, isolation_level=None)
    connection.execute("PRAGMA recursive_triggers = ON")
    for kind in (Kind.FILE, Kind.BATCH, Kind.TRANSMISSION):
        table = STATED[kind]
        for start, goal in itertools.permutations(State, 2):
            connection.execute("BEGIN")
            trigger = f"{table}_forward"
            (text,) = connection.execute(
                "SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,)
            ).fetchone()
            connection.execute(f"DROP TRIGGER {trigger}")
            move = f"UPDATE {table} SET state = ? WHERE id = 1"  # noqa: S608 - our own table
            connection.execute(move, (start,))
            connection.execute(text)
            if start in moves_to(kind, goal):
                connection.execute(move, (goal,))
            else:
                with pytest.raises(sqlite3.IntegrityError, match="backward"):
                    connection.execute(move, (goal,))
            connection.execute("ROLLBACK")
    connection.close()


def test_what_is_final_for_a_claim_leads_only_to_what_a_later_hop_says_or_out() -> None:
    for state in FINAL:
        assert MOVES[Kind.CLAIM][state] <= {State.REJECTED_BY_PARTNER, State.PURGED}
