"""What `generate` and `build` ask of the rooms behind them, and what they leave on disk."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from scrubjay import testing
from scrubjay.cli.generate import KINDS, SENT
from stage import Command


class Claim(BaseModel):
    """A model as small as a model can be."""

    number: int


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand-ins for the generator, the models and the writer; what the generator was asked."""
    asked: dict[str, Any] = {}

    def generate(kind: str, **options: object) -> Iterator[bytes]:
        asked.update(options, kind=kind)
        yield b"ISA*"
        yield b"IEA*"

    rooms: dict[str, dict[str, object]] = {
        "testing": {"generate": generate},
        "models": {"Claim": Claim},
        "writing": {"stream_out": lambda claims: (b"%d~" % claim.number for claim in claims)},
    }
    for name, contents in rooms.items():
        room = ModuleType(f"scrubjay.{name}")
        vars(room).update(contents)
        monkeypatch.setitem(sys.modules, room.__name__, room)
    return asked


def test_generate_passes_its_options_on(
    scrubjay: Command, asked: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "claims.837"
    options = ["--claims", "7", "--faults", "0.5", "--seed", "3", "--sets", "one", "--lines", "2:9"]
    ended = scrubjay("generate", "837p", *options, "-o", file)
    assert ended.out == f"7 claims, 8 bytes: {file}\n"
    assert file.read_bytes() == b"ISA*IEA*"
    expected = {"claims": 7, "faults": 0.5, "seed": 3, "sets": 1, "lines": (2, 9), "kind": "837P"}
    assert asked == expected | {"of": None}


def test_the_records_of_an_enrollment_are_members(
    scrubjay: Command, asked: dict[str, Any], tmp_path: Path
) -> None:
    del asked
    file = tmp_path / "members.834"
    ended = scrubjay("generate", "834", "--claims", "7", "-o", file, "--json")
    assert json.loads(ended.out) == {"file": str(file), "members": 7, "bytes": 8}


def test_it_offers_what_can_be_made() -> None:
    assert tuple(testing.KINDS) == KINDS
    assert tuple(testing.KINDS["999"].answers) == SENT
    assert set(testing.KINDS["277CA"].answers) == set(SENT[:3])


def test_generate_to_standard_output_is_only_the_claims(
    scrubjay: Command, asked: dict[str, Any]
) -> None:
    ended = scrubjay("generate", "837P", "-o", "-")
    assert (ended.out, ended.err, asked["sets"]) == ("ISA*IEA*", "", None)


def test_generate_keeps_a_file_that_is_there(
    scrubjay: Command, asked: dict[str, Any], claims: Path
) -> None:
    ended = scrubjay("generate", "837P", "-o", claims)
    assert (ended.code, asked) == (2, {})
    assert "--force" in ended.err


def test_build_writes_each_line(scrubjay: Command, asked: dict[str, Any], tmp_path: Path) -> None:
    del asked
    source, file = tmp_path / "claims.jsonl", tmp_path / "claims.837"
    source.write_text('{"number": 1}\n\n{"number": 2}\n')
    ended = scrubjay("build", source, "-o", file, "--json")
    assert json.loads(ended.out) == {"file": str(file), "claims": 2}
    assert file.read_bytes() == b"1~2~"


def test_a_file_without_a_claim_is_no_input(
    scrubjay: Command, asked: dict[str, Any], tmp_path: Path
) -> None:
    del asked
    source, file = tmp_path / "claims.jsonl", tmp_path / "claims.837"
    source.write_text("\n")
    assert scrubjay("build", source, "-o", file).code == 2
    assert not file.exists()


@pytest.mark.parametrize("line", ['{"number": "JANE"}', "JANE", '{"name": "JANE"}', "{"])
def test_a_bad_line_is_named_and_never_quoted(
    scrubjay: Command, asked: dict[str, Any], tmp_path: Path, line: str
) -> None:
    del asked
    source, file = tmp_path / "claims.jsonl", tmp_path / "claims.837"
    source.write_text('{"number": 1}\n' + line + "\n")
    ended = scrubjay("build", source, "-o", file)
    assert ended.code == 2
    assert "claims.jsonl line 2" in ended.err
    assert "JANE" not in ended.err
    assert not file.exists()


KINDS_OFFERED = "'837P', '837I', '837D'"
WRONG_LINES = {
    '{"kind": []}': KINDS_OFFERED,
    '{"kind": {}}': KINDS_OFFERED,
    '{"kind": "zz"}': KINDS_OFFERED,
    '{"id": "A", "id": "B"}': "comes twice",
    '{"id": "A", "lines": [{"note": "x", "note": "y"}]}': "comes twice",
    "[" * 100_000: "line 2",
}


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_line_that_is_no_claim_is_told_by_number(
    scrubjay: Command, tmp_path: Path, line: str
) -> None:
    source, file = tmp_path / "claims.jsonl", tmp_path / "claims.837"
    source.write_text("\n" + line + "\n")
    ended = scrubjay("build", source, "-o", file)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "claims.jsonl line 2" in ended.err
    assert WRONG_LINES[line] in ended.err
    assert not file.exists()


@pytest.mark.parametrize("value", ["A\\nB", "A\\u0000B", "A\\u001bB"])
def test_values_are_on_one_line(scrubjay: Command, tmp_path: Path, value: str) -> None:
    source, file = tmp_path / "claims.jsonl", tmp_path / "claims.837"
    source.write_text(f'{{"id": "{value}"}}\n')
    ended = scrubjay("build", source, "-o", file)
    assert (ended.code, file.exists()) == (2, False)
    assert "claim 1: a value holds a line break" in ended.err
