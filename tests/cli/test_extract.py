"""`scrubjay extract`: claims by number into a file, the rest into another, or one line why not."""

import json
from pathlib import Path

import pytest

from scrubjay.testing import generate
from stage import Command


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.837"
    path.write_bytes(b"".join(generate("837P", claims=12, seed=1, sets=3)))
    return path


def test_it_takes_claims_and_leaves_the_rest(
    scrubjay: Command, claims: Path, tmp_path: Path
) -> None:
    some, others = tmp_path / "some.837", tmp_path / "others.837"
    ended = scrubjay("extract", claims, "--claims", "0,3-4", "-o", some, "--rest", others, "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == {
        "file": str(some),
        "claims": 3,
        "rest": 9,
        "unreadable": 0,
    }
    assert some.read_bytes().count(b"\nCLM*") == 3
    assert others.read_bytes().count(b"\nCLM*") == 9
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["claims.837", "some.837", "others.837"]
    )
    assert scrubjay("validate", some).code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("5-3", "write the smaller index first"),
        ("x", "write 5,17-20"),
        ("1,,2", "write 5,17-20"),
        ("99", "none of its 12 claims is chosen"),
    ],
)
def test_what_cannot_be_taken_is_told_in_a_line(
    scrubjay: Command, claims: Path, tmp_path: Path, given: str, words: str
) -> None:
    ended = scrubjay("extract", claims, "--claims", given, "-o", tmp_path / "some.837")
    assert ended.code == 2
    assert words in ended.err
    assert not (tmp_path / "some.837").exists()


@pytest.mark.parametrize(
    ("keep", "words"),
    [("ISA*00*", "there are no claims in it"), ("lost", "none of its 12 claims can be read")],
)
def test_a_file_without_claims_says_so(
    scrubjay: Command, claims: Path, tmp_path: Path, keep: str, words: str
) -> None:
    text = claims.read_text()
    broken = tmp_path / "broken.837"
    broken.write_text(
        keep if keep.startswith("ISA") else text.replace("005010X222A1", "005010X999")
    )
    ended = scrubjay("extract", broken, "--claims", "1", "-o", tmp_path / "some.837")
    assert (ended.code, words in ended.err) == (2, True), ended.err


def test_two_outputs_are_not_one(scrubjay: Command, claims: Path, tmp_path: Path) -> None:
    same = tmp_path / "some.837"
    ended = scrubjay("extract", claims, "--claims", "1", "-o", same, "--rest", same)
    assert ended.code == 2
    assert "name two files" in ended.err


@pytest.mark.parametrize("where", ["-o", "--rest"])
def test_the_file_that_is_read_is_not_written_to(
    scrubjay: Command, claims: Path, tmp_path: Path, where: str
) -> None:
    before = claims.read_bytes()
    other = {"-o": "--rest", "--rest": "-o"}[where]
    words = ("--claims", "1", where, claims, other, tmp_path / "other.837", "--force")
    ended = scrubjay("extract", claims, *words)
    assert (ended.code, "is the file that is read" in ended.err) == (2, True)
    assert claims.read_bytes() == before
