"""What holds for professional claims holds for the other kinds, and for files of all three."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from properties.files import DAY, claim_ids, damaged, run, summary
from properties.kinds import KINDS, claims, interchange, mixed, one_group
from properties.test_acknowledgments import acknowledgments, clean_by_their_own_guides, segments
from properties.test_counts import conserved
from properties.test_same_bytes import same_in_all_ways
from scrubjay import models
from scrubjay.findings import Severity
from scrubjay.writing import write
from stage import Command

FILES = {
    "837I": lambda seed: interchange("837I", 60, seed=seed),
    "837D": lambda seed: interchange("837D", 60, seed=seed),
    "all three": lambda seed: mixed(40, seed=seed),
    "all three in one group": lambda seed: one_group(mixed(40, seed=seed, turn=10)),
    "one after another": lambda seed: b"".join(
        interchange(kind, 20, seed=10 * seed + at) for at, kind in enumerate(KINDS)
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(3))
def test_claims_and_money_are_conserved_and_answers_are_clean(
    name: str, seed: int, tmp_path: Path
) -> None:
    document = FILES[name](seed)
    out = run(document, tmp_path, window=8_192)
    conserved(document, out)
    clean_by_their_own_guides(out)
    assert {file.suffix for file in acknowledgments(out)} == {".ta1", ".999", ".277ca"}
    numbers = summary(out)
    charges = [part.split(b"*")[2] for part in document.split(b"\n") if part.startswith(b"CLM*")]
    total = Decimal(numbers["charges_accepted"]) + Decimal(numbers["charges_rejected"])
    assert total == sum(Decimal(charge.decode()) for charge in charges)
    assert numbers["accepted"] > numbers["rejected"] > 0


@pytest.mark.parametrize("name", FILES)
def test_what_was_accepted_is_accepted_again(name: str, tmp_path: Path) -> None:
    out = run(FILES[name](5), tmp_path)
    accepted = 0
    for number, file in enumerate(sorted(out.glob("*.accepted.837"))):
        again = scrubjay.scrub(file, tmp_path / f"again{number}", as_of=DAY)
        assert not again.found(Severity.ERROR), again.reasons
        accepted += again.accepted
    assert accepted == summary(out)["accepted"]


@pytest.mark.parametrize("name", FILES)
def test_threads_and_windows_change_nothing(name: str, tmp_path: Path) -> None:
    same_in_all_ways(FILES[name](2), tmp_path)


@pytest.mark.parametrize("seed", range(8))
def test_they_change_nothing_in_damaged_files_of_all_kinds(seed: int, tmp_path: Path) -> None:
    document = damaged(mixed(30, seed=seed, turn=11), seed, bytewise=bool(seed % 2))
    same_in_all_ways(document, tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_no_claim_is_lost_in_a_damaged_file(seed: int, tmp_path: Path) -> None:
    document = damaged(mixed(20, seed=seed, faults=0.1), seed, bytewise=False)
    out = run(document, tmp_path, window=8_192)
    conserved(document, out)
    if acknowledgments(out):
        clean_by_their_own_guides(out)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("faults", [0.0, 0.5])
def test_claims_that_are_written_read_as_the_same(kind: str, faults: float) -> None:
    document = interchange(kind, 50, faults=faults, seed=7)
    first = [claim for batch in scrubjay.read(document, rules=False) for claim in batch.claims]
    assert {type(claim) for claim in first} == {models.KINDS[kind]}
    text = scrubjay.write(first)
    again = [claim for batch in scrubjay.read(text, rules=False) for claim in batch.claims]
    assert [_plain(claim) for claim in again] == [_plain(claim) for claim in first]


def _plain(claim: models.Claim) -> dict[str, Any]:
    plain = claim.to_dict()
    del plain["set"]["control"]  # the writer's to give
    return plain


def test_claims_of_all_kinds_are_read_in_the_order_of_the_file() -> None:
    document = mixed(30)
    read = [claim for batch in scrubjay.read(document, 7) for claim in batch.claims]
    assert Counter(type(claim) for claim in read) == dict.fromkeys(models.KINDS.values(), 30)
    assert [str(claim.id).encode() for claim in read] == list(claim_ids(document))


@pytest.mark.parametrize("name", ["837I", "837D"])
def test_every_claim_is_answered_with_its_type_of_bill_if_it_has_one(
    name: str, tmp_path: Path
) -> None:
    out = run(interchange(name, 30, seed=2, faults=0.5), tmp_path)
    told = [part for part in segments(out, "277ca") if part[:2] == ["REF", "BLT"]]
    assert all(part[2][:1] == "1" and part[2][-1] in "17" for part in told)
    assert len(told) == (summary(out)["claims"] if name == "837I" else 0)


def test_rules_are_asked_of_the_claims_that_they_are_for(tmp_path: Path) -> None:
    out = run(mixed(60, faults=1.0), tmp_path)
    found = summary(out)["findings"]
    assert {"INVALID_TYPE_OF_BILL", "INVALID_CDT", "INVALID_LINE_POS", "INVALID_NPI"} <= set(found)
    assert "MISSING_DX_POINTER" not in found


RULES = '''\
from scrubjay import models
from scrubjay.rules import rule

def told(claim):
    return f"{type(claim).__name__} {type(claim.lines[0]).__name__}"

@rule("OF_ALL", severity="info", snip=7, transactions="PID", native=False, state="shadow")
def of_all(claim):
    """Every claim."""
    return told(claim)

@rule("OF_SOME", severity="info", snip=7, transactions="ID", native=False, state="shadow")
def of_some(claim):
    """Those of a hospital or a dentist."""
    assert not isinstance(claim, models.ProfessionalClaim)
    return told(claim)

@rule("OF_PROFESSIONAL", severity="info", snip=7, native=False, state="shadow")
def of_professional(claim):
    """The rest."""
    return told(claim)
'''


def test_plain_functions_get_the_model_of_the_claims_that_they_are_for(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text(RULES)
    (tmp_path / "mixed.837").write_bytes(mixed(14))
    out = tmp_path / "out"
    scrubjay.scrub(tmp_path / "mixed.837", out, rules=[tmp_path / "rules.py"], as_of=DAY)
    rows = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    told = Counter((row["code"], row["message"]) for row in rows if row["code"].startswith("OF_"))
    names = [
        f"{model.__name__} {model.__name__.replace('Claim', 'Line')}"
        for model in models.KINDS.values()
    ]
    assert told == {
        **{("OF_ALL", name): 14 for name in names},
        **{("OF_SOME", name): 14 for name in names[1:]},
        ("OF_PROFESSIONAL", names[0]): 14,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_json_lines_are_built_to_the_file_that_the_claims_are_written_to(
    kind: str, tmp_path: Path, scrubjay: Command
) -> None:
    made = [models.KINDS[kind].model_validate(claim) for claim in claims(kind, 20, seed=3)]
    lines = (claim.model_dump_json(exclude_none=True) + "\n" for claim in made)
    (tmp_path / "claims.jsonl").write_text("".join(lines))
    ended = scrubjay("build", tmp_path / "claims.jsonl", "-o", tmp_path / "built.837")
    assert ended.code == 0
    assert (tmp_path / "built.837").read_bytes() == write(made)
