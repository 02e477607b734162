"""Counts in are counts out, and no claim is lost on the way."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import scrubjay
from properties.files import DAY, claim_ids, damaged, generated, run, summary
from scrubjay.findings import Severity
from scrubjay.job import Command, Job, Limits
from scrubjay.runs import execute
from scrubjay.testing import generate

SHAPES = [(1, 1, 0.0), (80, 1, 0.3), (80, 9, 0.3), (200, None, 1.0)]


def written(out: Path, kind: str) -> Counter[bytes]:
    """The claims in all files of one kind."""
    return sum((claim_ids(file.read_bytes()) for file in out.glob(f"*{kind}")), Counter())


def conserved(document: bytes, out: Path) -> None:
    numbers = summary(out)
    accepted, rejected = written(out, ".accepted.837"), written(out, ".rejected.837")
    unreadable = written(out, "unreadable.x12")
    assert accepted + rejected + unreadable == claim_ids(document)
    assert accepted.total() == numbers["accepted"]
    found = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    # A claim that lost its CLM is one all the same; the CLM may still come, a segment later.
    lost = sum(row["segment"] == "CLM" and row["code"] == "SEGMENT_REQUIRED" for row in found)
    # A CLM that cannot be placed, such as one sent twice in a row, stays in its claim's bytes.
    assert rejected.total() + lost >= numbers["rejected"]
    told = numbers["rejected"] + numbers["unreadable"]
    assert 0 <= told - rejected.total() - unreadable.total() <= lost
    assert 0 <= numbers["claims"] - claim_ids(document).total() <= lost


@pytest.mark.parametrize(("claims", "sets", "faults"), SHAPES)
def test_accepted_and_rejected_claims_are_those_that_came(
    claims: int, sets: int | None, faults: float, tmp_path: Path
) -> None:
    document = generated(claims, sets=sets, faults=faults, seed=21)
    out = run(document, tmp_path, window=16_384)
    conserved(document, out)
    assert summary(out)["claims"] == claims


@pytest.mark.parametrize("seed", range(30))
def test_no_claim_is_lost_in_a_damaged_file(seed: int, tmp_path: Path) -> None:
    document = damaged(generated(40, seed=seed, faults=0.1, sets=3), seed, bytewise=False)
    conserved(document, run(document, tmp_path, window=8_192))


@pytest.mark.parametrize("guide", [b"005010X291", b"004010X098A1", b""])
def test_claims_of_a_guide_that_is_not_known_are_unreadable_and_kept(
    guide: bytes, tmp_path: Path
) -> None:
    document = generated(30, sets=3, faults=0.0).replace(b"005010X222A1", guide)
    out = run(document, tmp_path)
    conserved(document, out)
    numbers = summary(out)
    assert (numbers["unreadable"], numbers["unreadable_sets"]) == (30, 3)
    start, end = document.index(b"ST*837"), document.index(b"GE*")
    assert document[start:end] in (out / "unreadable.x12").read_bytes()


@pytest.mark.parametrize("window", [2_048, 65_536])
def test_no_reason_has_more_claims_than_there_are(window: int, tmp_path: Path) -> None:
    document = generated(60, sets=3).replace(b"*ZZ*SCRUBJAY ", b"*ZZ*EXHEALTH ")
    source = tmp_path / "claims.837"
    source.write_bytes(document)
    job = Job(
        command=Command.VALIDATE, inputs=(str(source),), as_of=DAY, received_date=DAY, window=window
    )
    made = execute(job, partners=("example-health-plan",))
    reasons = {reason["code"]: reason for reason in made.reasons}
    # every subscriber lacks what the partner requires, some of them more than once
    assert reasons["PARTNER_SEGMENT_REQUIRED"]["count"] > 60
    assert all(reason["claims"] <= 60 for reason in made.reasons)


@pytest.mark.parametrize("kind", ["835", "834", "277CA"])
def test_sets_without_claims_are_kept_and_counted_whole(kind: str, tmp_path: Path) -> None:
    document = b"".join(generate(kind, claims=30))
    out = run(document, tmp_path, window=2_048)
    start, end = document.index(b"ST*"), document.index(b"GE*")
    kept = (out / "unreadable.x12").read_bytes()
    assert kept.rstrip() == document[start:end].rstrip()
    numbers = summary(out)
    assert numbers["unreadable_sets"] == numbers["sets"] == kept.count(b"~\nST*") + 1
    assert numbers["unreadable_segments"] == kept.count(b"~")


@pytest.mark.parametrize("longest", [5, 30, 45, 60, 75])
def test_claims_are_counted_also_where_segments_are_over_the_limit(
    longest: int, tmp_path: Path
) -> None:
    document = generated(40, sets=3, faults=0.0, seed=4)
    out = run(document, tmp_path, limits=Limits(segment=longest))
    numbers = summary(out)
    assert numbers["claims"] == 40
    assert numbers["accepted"] + numbers["rejected"] + numbers["unreadable"] == 40


def test_claims_outside_of_any_set_are_unreadable(tmp_path: Path) -> None:
    document = generated(12, sets=3, faults=0.0)
    begun = document.index(b"ST*837*0002*")
    end = document.index(b"\nSE*", begun)
    lost = document[begun:end].count(b"\nCLM*")
    out = run(document[:begun] + document[document.index(b"BHT*", begun) :], tmp_path)
    numbers = summary(out)
    assert numbers["claims"] == 12
    assert numbers["unreadable"] == lost > 0


def test_money_is_conserved(tmp_path: Path) -> None:
    document = generated(120, faults=0.3)
    charges = [part.split(b"*")[2] for part in document.split(b"\n") if part.startswith(b"CLM*")]
    numbers = summary(run(document, tmp_path))
    total = Decimal(numbers["charges_accepted"]) + Decimal(numbers["charges_rejected"])
    assert total == sum(Decimal(charge.decode()) for charge in charges if charge)


@pytest.mark.parametrize(("claims", "sets", "faults"), SHAPES)
def test_what_was_accepted_is_accepted_again_whole(
    claims: int, sets: int | None, faults: float, tmp_path: Path
) -> None:
    out = run(generated(claims, sets=sets, faults=faults, seed=22), tmp_path)
    for file in out.glob("*.accepted.837"):
        again = scrubjay.scrub(file, tmp_path / "again", as_of=DAY)
        assert not again.found(Severity.ERROR), again.reasons
        assert again.accepted == again.claims == summary(out)["accepted"]


@pytest.mark.parametrize("seed", range(12))
def test_what_was_accepted_of_a_damaged_file_is_accepted_again(seed: int, tmp_path: Path) -> None:
    out = run(damaged(generated(50, seed=seed, sets=6), seed + 100), tmp_path)
    accepted = 0
    for number, file in enumerate(out.glob("*.accepted.837")):
        again = scrubjay.scrub(file, tmp_path / f"again{number}", as_of=DAY)
        assert not again.found(Severity.ERROR), again.reasons
        accepted += again.accepted
    assert accepted == summary(out)["accepted"]


def test_the_rejected_file_has_a_right_envelope(tmp_path: Path) -> None:
    out = run(generated(60, sets=4, faults=0.5), tmp_path)
    for file in out.glob("*.rejected.837"):
        again = run(file.read_bytes(), tmp_path / "again")
        codes = set(summary(again)["findings"])
        assert not {code for code in codes if code.startswith(("INTERCHANGE", "GROUP", "SET_"))}
        assert summary(again)["rejected"] == summary(out)["rejected"]


def test_the_summary_counts_the_lines_of_findings(tmp_path: Path) -> None:
    out = run(generated(150, faults=0.5), tmp_path)
    lines = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    assert Counter(line["code"] for line in lines) == summary(out)["findings"]
