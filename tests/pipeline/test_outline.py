"""The outline of a file is the same in whatever pieces it comes, and says what stands there."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from properties.files import generated, variety
from scrubjay.errors import InputError
from scrubjay.pipeline.outline import Delimiters, Interchange, Stray, TransactionSet, outline

DOCUMENT = variety()
WHOLE = list(outline([DOCUMENT]))


def cut(document: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(document) + 1) for place in places), len(document)]
    return [document[a:b] for a, b in pairwise(edges)]


@settings(deadline=None)
@given(st.lists(st.integers(0, len(DOCUMENT)), max_size=40))
def test_pieces_of_any_size_give_the_same(places: list[int]) -> None:
    assert list(outline(cut(DOCUMENT, places))) == WHOLE


def strayed() -> bytes:
    """Claims ahead of all interchanges, behind a header that is none, and behind an early end."""
    one, two, three = (generated(8, seed=seed, sets=1, faults=0.0) for seed in (1, 2, 3))
    early = three.index(b"CLM*", len(three) // 2)
    end = b"IEA*1*000000001~\n"
    lost = two.replace(b"ISA*", b"XSA*", 1)
    return lost + one + lost + three[:early] + end + three[early:]


@settings(deadline=None)
@given(st.lists(st.integers(0, 20_000), max_size=40))
def test_claims_of_no_interchange_are_counted_in_pieces_of_any_size(places: list[int]) -> None:
    document = strayed()
    found = list(outline(cut(document, places)))
    assert found == list(outline([document]))
    strays = [each.claims for each in found if isinstance(each, Stray)]
    inside = sum(each.claims for each in found if isinstance(each, Interchange))
    assert strays[:2] == [8, 8]
    assert len(strays) == 3
    assert sum(strays) + inside == document.count(b"\nCLM*") == 32


def test_byte_by_byte_gives_the_same() -> None:
    document = generated(6, sets=2)
    whole = list(outline([document]))
    assert list(outline(document[at : at + 1] for at in range(len(document)))) == whole


def test_it_counts_and_digests_what_stands_there() -> None:
    document = generated(30, sets=3, faults=0.0)
    *sets, interchange = outline([document])
    assert isinstance(interchange, Interchange)
    assert (interchange.sets, interchange.claims, interchange.groups) == (3, 30, 1)
    assert interchange.complete
    assert interchange.digest == hashlib.sha256(document[: interchange.end]).hexdigest()
    assert document[interchange.start : interchange.start + 3] == b"ISA"
    for each in sets:
        assert isinstance(each, TransactionSet)
        text = document[each.start : each.end]
        assert text.startswith(b"ST*837*")
        assert text.endswith(b"~")
        assert b"\nSE*" in text
        assert each.digest == hashlib.sha256(text).hexdigest()
        assert each.claims == text.count(b"\nCLM*")
    assert interchange.identity("p").endswith(f"*{interchange.control}*p")


def test_every_interchange_of_a_file_is_found_with_its_own_delimiters() -> None:
    found = [each for each in WHOLE if isinstance(each, Interchange)]
    assert [each.ordinal for each in found] == list(range(5))
    assert sum(each.claims for each in found) == 40 + 60 + 30 + 30 + 20
    sets = [each for each in WHOLE if isinstance(each, TransactionSet)]
    assert [each.ordinal for each in sets] == list(range(len(sets)))


@pytest.mark.parametrize("lines_lost", [1, 3, 6])
def test_what_is_cut_short_is_not_complete(lines_lost: int) -> None:
    lines = generated(10, sets=1).splitlines(keepends=True)
    *_, interchange = outline([b"".join(lines[:-lines_lost])])
    assert isinstance(interchange, Interchange)
    assert not interchange.complete


def test_a_trailer_that_counts_wrong_is_not_complete() -> None:
    document = generated(10, sets=1).replace(b"IEA*1*", b"IEA*2*")
    *_, interchange = outline([document])
    assert isinstance(interchange, Interchange)
    assert not interchange.complete


@pytest.mark.parametrize("content", [b"", b"nothing", b"ISA", b"ISA*1*2~", b"\x00" * 5000])
def test_what_is_no_interchange_is_none(content: bytes) -> None:
    assert list(outline([content])) == []


def test_a_segment_without_an_end_does_not_grow_in_memory() -> None:
    header = generated(1)[:106]
    pieces = [header, *[b"X" * 65536] * 200]
    *_, interchange = outline(pieces)
    assert isinstance(interchange, Interchange)
    assert interchange.end == 106 + 200 * 65536


@pytest.mark.parametrize("at", [3, 103, 104, 105])
def test_delimiters_that_are_none_are_refused(at: int) -> None:
    isa = bytearray(generated(1)[:106])
    isa[at] = isa[104] if at != 104 else isa[3]
    with pytest.raises(InputError):
        Delimiters.of(bytes(isa))
