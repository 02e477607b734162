"""What became of each claim is told line by line, and any claims can be taken out by number."""

import hashlib
import hmac
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import scrubjay
from properties.files import claim_ids, damaged, generated, run, summary, variety
from scrubjay.extraction import Extracted, contents, extract
from scrubjay.testing import generate

SCHEMA = Path(scrubjay.__file__).parent / "schemas" / "verdict.schema.json"
KEY = bytes.fromhex("5c" * 32)
SEEDS = range(24)


def verdicts(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "verdicts.jsonl").read_text().splitlines()]


def token(claim: bytes) -> str:
    mac = hmac.new(KEY, b"claim\0" + claim, hashlib.sha256).hexdigest()
    return f"cases.{mac[:32]}"


def claims_in_order(document: bytes) -> list[bytes]:
    """CLM01 of each claim, whatever the delimiters."""
    element, terminator = document[3:4], document[105:106]
    segments = (part.strip().split(element) for part in document.split(terminator))
    return [part[1] for part in segments if part[0] == b"CLM"]


def document_of(seed: int) -> bytes:
    if seed % 5 == 0:
        return variety()
    kind = ("837P", "837I", "837D")[seed % 3]
    whole = b"".join(generate(kind, claims=60, faults=0.3, seed=seed, sets=(1, 7)[seed % 2]))
    return damaged(whole, seed, bytewise=bool(seed % 2)) if seed % 3 else whole


@pytest.mark.parametrize("seed", SEEDS)
def test_each_claim_has_one_line_that_says_where_it_went(seed: int, tmp_path: Path) -> None:
    out = run(document_of(seed), tmp_path)
    numbers, rows = summary(out), verdicts(out)
    accepted = [row for row in rows if row["accepted"]]
    assert len(accepted) == numbers["accepted"]
    assert len(rows) - len(accepted) == numbers["rejected"]
    assert [row["claim_index"] for row in rows] == list(range(len(rows)))
    by_interchange: dict[int, list[str]] = {}
    for row in accepted:
        by_interchange.setdefault(row["interchange_index"], []).append(row["claim"])
    written = {
        int(path.name.split(".")[1].split("-")[0]): claims_in_order(path.read_bytes())
        for path in out.glob("*.accepted.837")
    }
    assert {at - min(written): [*map(token, ids)] for at, ids in written.items()} == {
        at - min(by_interchange): ids for at, ids in by_interchange.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_line_has_the_codes_that_findings_have(seed: int, tmp_path: Path) -> None:
    out = run(document_of(seed), tmp_path)
    check = Draft202012Validator(json.loads(SCHEMA.read_text()))
    told: dict[int, set[str]] = {}
    for line in (out / "findings.jsonl").read_text().splitlines():
        found = json.loads(line)
        if found["severity"] == "error" and found["claim_index"] is not None:
            told.setdefault(found["claim_index"], set()).add(found["code"])
    for row in verdicts(out):
        check.validate(row)
        assert set(row["codes"]) == told.get(row["claim_index"], set())
        assert not (row["accepted"] and row["codes"])


def taken(
    document: bytes, folder: Path, select: list[tuple[int, int]], **options: Any
) -> Extracted:
    folder.mkdir(parents=True)
    (folder / "claims.837").write_bytes(document)
    return extract(str(folder / "claims.837"), str(folder / "out"), select, **options)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_taken_out_by_number_is_what_stood_there(seed: int, tmp_path: Path) -> None:
    document = document_of(seed)
    whole = run(document, tmp_path / "whole")
    rows = verdicts(whole)
    chance = Random(seed)  # noqa: S311 - a choice is no secret
    wanted = sorted(chance.sample(range(len(rows)), min(len(rows), chance.randint(1, 12))))
    made = taken(document, tmp_path / "some", [(at, at) for at in wanted])
    found = [token(one) for name in made.files for one in claims_in_order(Path(name).read_bytes())]
    rest = [token(one) for name in made.rest for one in claims_in_order(Path(name).read_bytes())]
    # a claim that lost its CLM has no number, and none to be found again by
    assert found == [rows[at]["claim"] for at in wanted if rows[at]["claim"]]
    others = [row["claim"] for at, row in enumerate(rows) if at not in wanted]
    assert sorted(rest) == sorted(filter(None, others))
    assert (made.taken, made.left) == (len(wanted), len(others))


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_threads_change_nothing(threads: int, tmp_path: Path) -> None:
    document = variety() + generated(200, seed=5, sets=9)
    select = [(3, 40), (77, 77), (90, 300)]
    first = taken(document, tmp_path / "first", select, threads=1)
    other = taken(document, tmp_path / "other", select, threads=threads)
    assert b"".join(contents(first.files)) == b"".join(contents(other.files))
    assert b"".join(contents(first.rest)) == b"".join(contents(other.rest))


def test_what_is_taken_out_of_a_good_file_is_good(tmp_path: Path) -> None:
    document = generated(120, faults=0.0, sets=6)
    made = taken(document, tmp_path / "some", [(5, 5), (17, 20), (88, 119)], most_claims=10)
    assert len(made.files) == 1
    some = Path(made.files[0]).read_bytes()
    assert sum(claim_ids(some).values()) == made.taken == 37
    numbers = summary(run(some, tmp_path / "again"))
    assert numbers["rejected"] == numbers["unreadable"] == 0
    assert numbers["accepted"] == 37


def test_claims_of_a_set_that_is_rejected_can_be_taken_out(tmp_path: Path) -> None:
    document = generated(40, faults=0.0, sets=4).replace(b"BHT*0019", b"BHT*XXXX")
    assert summary(run(document, tmp_path / "whole"))["accepted"] == 0
    assert taken(document, tmp_path / "some", [(0, 39)]).taken == 40
