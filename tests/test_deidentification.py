"""A file with other identities: nobody of it is left, and it fails as it did."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import scrubjay
from cases.reading import Case, cases
from scrubjay import documents
from scrubjay.deidentification import deidentify
from scrubjay.errors import InputError, UsageError
from scrubjay.testing import generate
from stage import Command

KINDS = ("837P", "837I", "837D", "834", "835")
EXAMPLES = Path(__file__).parents[1] / "examples"
BASE = Path(__file__).parents[1] / "crates" / "x12" / "guides" / "base" / "005010.base"
KNOWN = set(re.findall(r"(?m)^segment (\w+)", BASE.read_text()))
NAMED = {"NM1": (3, 4, 9), "N1": (2, 4), "N3": (1, 2), "PER": (4, 6), "CLM": (1,), "CLP": (1, 7)}
OPEN = {"PR", "IN", "TT", "75"}
"""Payers, and what is reported by name."""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key of tokens."""
    path = tmp_path / "key"
    path.write_text(f"k:{'07' * 32}\n")
    path.chmod(0o600)
    return path


def rewritten(path: Path, key: Path, dates: str = "shift") -> Path:
    """The file beside `path`."""
    made = path.with_suffix(f".{dates}{path.suffix}")
    with made.open("wb") as file:
        file.writelines(deidentify(path, dates=dates, token_key=key))
    return made


def found(path: Path, out: Path) -> Counter[str]:
    """How often each code is found."""
    scrubjay.validate(path, out)
    lines = (out / "findings.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["code"] for line in lines)


def identities(path: Path) -> set[str]:
    """What names somebody in a file."""
    values = set()
    for segment in documents.segments(path):
        if segment.id in NAMED and not (segment.id in {"NM1", "N1"} and segment[1] in OPEN):
            values |= {segment[at] for at in NAMED[segment.id]}
    return {each for each in values if len(each) > 4}


def shape(path: Path) -> list[tuple[str, int]]:
    """The segments that the standard has, in all of them how many elements there are."""
    segments = documents.segments(path)
    return [(each.id if each.id in KNOWN else "", len(each.raw.split(b"*"))) for each in segments]


@pytest.mark.parametrize("dates", ["shift", "year", "keep"])
@pytest.mark.parametrize("kind", [*KINDS, "999", "277CA", "TA1"])
def test_a_faulty_file_fails_as_it_did(kind: str, dates: str, tmp_path: Path, key: Path) -> None:
    path = tmp_path / f"file.{kind}"
    path.write_bytes(b"".join(generate(kind, claims=300, faults=0.3, seed=5)))
    made = rewritten(path, key, dates)
    before, after = found(path, tmp_path / "before"), found(made, tmp_path / "after")
    assert after == before
    assert before or kind not in KINDS
    assert shape(made) == shape(path)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_of_the_file_is_left(kind: str, tmp_path: Path, key: Path) -> None:
    path = tmp_path / f"file.{kind}"
    path.write_bytes(b"".join(generate(kind, claims=200, faults=0.2, seed=8)))
    hidden = identities(path)
    assert len(hidden) > 100
    made = rewritten(path, key)
    left = {value for each in documents.segments(made) for value in each.raw.decode().split("*")}
    assert not hidden & left


def test_the_same_person_is_the_same_across_files(tmp_path: Path, key: Path) -> None:
    made = {}
    for kind in ("837P", "835"):
        path = tmp_path / f"file.{kind}"
        path.write_bytes(b"".join(generate(kind, claims=40, seed=4)))
        made[kind] = rewritten(path, key)
    claims = {each[1] for each in documents.segments(made["837P"]) if each.id == "CLM"}
    paid = {each[1] for each in documents.segments(made["835"]) if each.id == "CLP"}
    assert paid
    assert paid <= claims
    assert len(claims) == 40
    other = tmp_path / "other"
    other.write_text(f"o:{'08' * 32}\n")
    other.chmod(0o600)
    second = rewritten(tmp_path / "file.837P", other)
    assert not claims & {each[1] for each in documents.segments(second) if each.id == "CLM"}


def test_claims_stay_claims_and_providers_stay_providers(tmp_path: Path, key: Path) -> None:
    for name in ("clinic.837", "hospital.837", "dentist.837"):
        path = tmp_path / name
        path.write_bytes((EXAMPLES / name).read_bytes())
        made = rewritten(path, key)
        before = [claim for batch in scrubjay.read(path) for claim, _ in batch]
        after = [claim for batch in scrubjay.read(made) for claim, _ in batch]
        assert [claim.charge for claim in after] == [claim.charge for claim in before]
        assert not {claim.id for claim in after} & {claim.id for claim in before}


def test_what_was_a_note_says_nothing(tmp_path: Path, key: Path) -> None:
    text = (EXAMPLES / "clinic.837").read_text()
    path = tmp_path / "notes.837"
    clm = re.search(r"(CLM\*[^~]*~)", text)
    assert clm
    path.write_text(text.replace(clm[1], clm[1] + "NTE*ADD*FELL AT 5 KANARI STREET~", 1))
    made = rewritten(path, key).read_text()
    assert "NTE*ADD*XXXX XX 9 XXXXXX XXXXXX~" in made


def test_broken_files_stay_as_broken(tmp_path: Path, key: Path) -> None:
    text = b"".join(generate("837P", claims=5, seed=3))
    broken = {
        "cut": text[: len(text) // 2],
        "stray": b"JOHN KANARI 123\n" + text + b"\nKANARI*AGAIN",
        "counts": re.sub(rb"SE\*\d+", b"SE*3", text),
        "wide": text.replace(b"~", b"~\r\n"),
        "own": text.replace(b"*", b"|").replace(b":", b">"),
    }
    for name, content in broken.items():
        path = tmp_path / f"{name}.837"
        path.write_bytes(content)
        made = rewritten(path, key)
        before, after = found(path, tmp_path / f"{name}1"), found(made, tmp_path / f"{name}2")
        assert after == before, name
        assert b"KANARI" not in made.read_bytes()


@pytest.mark.parametrize("case", list(cases())[::4], ids=str)
def test_a_case_provokes_what_it_did(case: Case, tmp_path: Path, key: Path) -> None:
    path = tmp_path / "case.837"
    path.write_bytes(case.document)
    try:
        before = found(path, tmp_path / "before")
    except InputError:
        with pytest.raises(InputError):
            rewritten(path, key)
        return
    assert found(rewritten(path, key), tmp_path / "after") == before


def test_the_command_labels_what_it_writes(scrubjay: Command, tmp_path: Path, key: Path) -> None:
    out = tmp_path / "out.837"
    given = ("deidentify", EXAMPLES / "clinic.837", "-o", out, "--token-key", key)
    ended = scrubjay(*given)
    assert ended.code == 0
    assert "values replaced under the key k" in ended.out
    assert "still to be treated as patient data" in ended.out
    assert out.stat().st_mode & 0o777 == 0o600
    assert "--force" in scrubjay(*given).err
    told = json.loads(scrubjay(*given, "--force", "--json", "--dates", "year").out)
    assert (told["dates"], told["token_key_id"]) == ("year", "k")
    assert told["values"] > 100


def test_what_is_no_x12_is_told_and_leaves_nothing(
    scrubjay: Command, tmp_path: Path, key: Path
) -> None:
    (tmp_path / "a.837").write_text("hello KANARI")
    out = tmp_path / "out.837"
    ended = scrubjay("deidentify", tmp_path / "a.837", "-o", out, "--token-key", key)
    assert ended.code == 2
    assert "no interchange" in ended.err
    assert not out.exists()
    with pytest.raises(UsageError, match="shift, year, keep"):
        deidentify(tmp_path / "a.837", dates="none", token_key=key)
    with pytest.raises(InputError, match="no interchange"):
        list(deidentify(tmp_path / "a.837", token_key=key))
