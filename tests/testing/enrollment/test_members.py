"""Synthetic enrollments are clean, count their members, and lead every dependant home."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import scrubjay
from scrubjay.testing import generate

SHAPES = [{"claims": 1}, {"claims": 500}, {"claims": 400, "sets": 1}, {"claims": 90, "sets": 8}]


def whole(**options: object) -> bytes:
    return b"".join(generate("834", **options))  # type: ignore[arg-type]


def segments(data: bytes) -> list[list[str]]:
    return [part.split("*") for part in data.decode().split("~\n")]


def sets(data: bytes) -> Iterator[list[list[str]]]:
    for part in data.decode().split("ST*834*")[1:]:
        yield [segment.split("*") for segment in part.split("~\n")]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_is_found_in_them(seed: int, shape: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(whole(seed=seed, **shape))
    assert scrubjay.validate(file).reasons == ()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_totals_are_what_follows(shape: dict[str, int]) -> None:
    everybody = 0
    for one in sets(whole(seed=3, **shape)):
        told = {part[1]: int(part[2]) for part in one if part[0] == "QTY"}
        kinds = Counter(part[1] for part in one if part[0] == "INS")
        assert told["TO"] == kinds.total()
        assert told["ET"] == kinds["Y"]
        assert told.get("DT", 0) == kinds["N"]
        everybody += kinds.total()
    assert everybody == shape["claims"]


def test_a_dependant_has_the_number_of_the_subscriber_before() -> None:
    subscriber, whose, seen = "", "", set()
    for part in segments(whole(claims=800, seed=5, sets=3)):
        if part[0] == "INS":
            whose = part[1]
        elif part[:2] == ["REF", "0F"]:
            if whose == "Y":
                subscriber = part[2]
                assert subscriber not in seen
                seen.add(subscriber)
            assert part[2] == subscriber


def test_nobody_has_a_number_that_was_ever_issued() -> None:
    people = [part for part in segments(whole(claims=2000, sets=4)) if part[:1] == ["NM1"]]
    numbers = [part[9] for part in people if part[8:9] == ["34"]]
    assert len(set(numbers)) == len(numbers) == 2000
    assert all(number[0] == "9" and "01" <= number[3:5] <= "49" for number in numbers)


def test_the_usual_things_happen() -> None:
    found = segments(whole(claims=6000, seed=2, sets=60))
    assert {part[8] for part in found if part[0] == "BGN"} == {"2", "4", "RX"}
    assert {part[3] for part in found if part[0] == "INS"} == {"001", "021", "024", "025", "030"}
    assert {part[2] for part in found if part[0] == "INS"} == {"18", "01", "53", "19"}
    ids = {part[0] for part in found}
    assert ids >= {"ACT", "COB", "DSB", "HLH", "ICM", "LUI", "LS", "LE", "LX", "PER", "AMT"}


def test_lists_of_all_members_say_so_in_every_member() -> None:
    for one in sets(whole(claims=400, sets=40)):
        action = next(part[8] for part in one if part[0] == "BGN")
        told = {part[3] for part in one if part[0] == "INS"}
        assert (told == {"030"}) == (action != "2")


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert whole(claims=300, seed=4, faults=0.3) == whole(claims=300, seed=4, faults=0.3)
    assert whole(claims=300, seed=4) != whole(claims=300, seed=5)


def test_the_members_without_a_fault_are_the_same_whatever_the_share() -> None:
    clean = set(whole(claims=300, seed=4).split(b"INS*"))
    mixed = whole(claims=300, seed=4, faults=0.1).split(b"INS*")
    assert 10 < sum(member not in clean for member in mixed) < 60
