"""Claims that the engine makes are what pydantic makes of the same values."""

import pickle
from copy import deepcopy
from pathlib import Path

import pytest

import scrubjay
from scrubjay import _native
from scrubjay.job import Command, Job
from scrubjay.models import KINDS, Claim
from scrubjay.models.kinds import form
from scrubjay.models.row import Row
from scrubjay.testing import generate

EXAMPLES = Path(__file__).parents[2] / "examples"
KIND_NAMES = sorted(filter(None, KINDS))


def document(kind: str) -> bytes:
    return b"".join(generate(kind, claims=150, faults=0.2, seed=5))


def validated(text: bytes) -> list[Claim]:
    """The claims as pydantic makes them, from dicts."""
    reader = _native.Reader(text, Job(command=Command.READ).to_json())
    rows = [row for batch in iter(lambda: reader.next(100), None) for row in batch]
    return [KINDS[claim["kind"]].model_validate(claim) for claim, _ in rows]


def made(text: bytes) -> list[Claim]:
    return [claim for batch in scrubjay.read(text, rules=False) for claim, _ in batch]


def told(row: Row) -> object:
    """The names of the fields that are told, row by row: equality of models leaves them out."""
    within = (value for value in vars(row).values() if isinstance(value, Row | tuple))
    rows = [[inner] if isinstance(inner, Row) else inner for inner in within]
    return row.model_fields_set, [told(inner) for inners in rows for inner in inners]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_they_equal_what_is_validated(kind: str) -> None:
    text = document(kind)
    ours, theirs = made(text), validated(text)
    assert len(ours) == 150
    assert ours == theirs
    assert [type(claim) for claim in ours] == [type(claim) for claim in theirs]
    assert list(map(told, ours)) == list(map(told, theirs))
    assert [list(vars(claim)) for claim in ours] == [list(vars(claim)) for claim in theirs]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_they_are_what_is_validated_of_their_own_values(kind: str, seed: int) -> None:
    for claim in made(b"".join(generate(kind, claims=60, faults=0.3, seed=seed))):
        again = type(claim).model_validate(claim.model_dump())
        assert again == claim
        assert list(vars(again)) == list(vars(claim))
        assert claim.__pydantic_extra__ is claim.__pydantic_private__ is None


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.837")), ids=lambda file: file.name)
def test_claims_of_the_examples_are_what_is_validated(file: Path) -> None:
    text = file.read_bytes()
    assert made(text) == validated(text)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_they_are_written_as_those_that_are_validated(kind: str) -> None:
    text = b"".join(generate(kind, claims=80, seed=9))
    assert scrubjay.write(made(text)) == scrubjay.write(validated(text))


def test_kinds_are_told_apart_in_one_file() -> None:
    text = b"".join(map(document, KIND_NAMES))
    assert made(text) == validated(text)


def test_they_are_copied_changed_pickled_and_dumped_like_others() -> None:
    claim = made(document("837P"))[0]
    assert pickle.loads(pickle.dumps(claim)) == deepcopy(claim) == claim  # noqa: S301
    changed = claim.model_copy(update={"referral": "R1"})
    assert "referral" in changed.model_fields_set
    assert "referral" not in claim.model_fields_set
    assert type(claim).model_validate_json(claim.model_dump_json(exclude_unset=True)) == claim


def test_claims_in_a_row_share_what_stands_above_them() -> None:
    first, second, *_ = made(document("837P"))
    assert first.provider is second.provider


def test_rows_that_no_map_has_are_refused() -> None:
    model, blank, _ = form(KINDS["837P"])
    with pytest.raises(ValueError, match="has no rows wheels"):
        _native.Forms("837P", (model, blank, {"wheels": form(KINDS["837D"])}))
