"""A small share of what `make witnesses` does, the same each time: one fault at a time."""

from collections import Counter

import pytest
from differences import MOST_ERRORS, Outcome, compared
from losses import lost
from mutations import KINDS, mutations
from run import bases

COUNT = 500


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """The mutations of the good cases, through us and pyx12."""
    return compared(bases(), COUNT, seed=7)


def test_every_difference_from_pyx12_has_its_class(outcome: Outcome) -> None:
    assert outcome.unclassified == []


def test_one_fault_gives_one_error(outcome: Outcome) -> None:
    assert outcome.median == 1
    assert outcome.high <= MOST_ERRORS


def test_two_lost_neighbours_are_no_flood_of_errors() -> None:
    found = lost(bases(), 2)
    assert found.at(50) <= 2
    assert found.at(95) <= 2 * MOST_ERRORS


def test_most_mutations_are_refused_by_both(outcome: Outcome) -> None:
    who = Counter[str]()
    for (_, rejects), number in outcome.verdicts.items():
        who[rejects] += number
    assert who["both"] > 10 * (who["we"] + who["pyx12"])


def test_a_seed_gives_the_same_mutations_and_all_kinds_of_them() -> None:
    made = list(mutations(bases(), 200, seed=3))
    assert made == list(mutations(bases(), 200, seed=3))
    assert {mutation.kind for mutation in made} == set(KINDS)
