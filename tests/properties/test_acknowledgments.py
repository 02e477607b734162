"""Our acknowledgments keep to their own guides and agree with the summary."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import scrubjay
from properties.files import damaged, generated, run, summary, variety


def segments(out: Path, kind: str) -> list[list[str]]:
    """The segments of all acknowledgments of one kind, split into elements."""
    found = []
    for file in sorted(out.glob(f"*.{kind}")):
        data = file.read_text("latin-1")
        found += [part.strip().split(data[3]) for part in data.split(data[105])]
    return found


def acknowledgments(out: Path) -> list[Path]:
    return [file for kind in ("ta1", "999", "277ca") for file in out.glob(f"*.{kind}")]


def clean_by_their_own_guides(out: Path) -> None:
    run = scrubjay.validate(acknowledgments(out))
    assert run.reasons == ()


@pytest.mark.parametrize(("sets", "faults"), [(1, 0.0), (1, 0.5), (9, 0.5), (9, 1.0)])
def test_acknowledgments_are_clean_by_their_own_guides(
    sets: int, faults: float, tmp_path: Path
) -> None:
    document = generated(90, sets=sets, faults=faults, seed=31).replace(b"*0*T*:~", b"*1*T*:~", 1)
    out = run(document, tmp_path)
    assert {file.suffix for file in acknowledgments(out)} == {".ta1", ".999", ".277ca"}
    clean_by_their_own_guides(out)


def test_they_are_clean_whatever_the_delimiters(tmp_path: Path) -> None:
    clean_by_their_own_guides(run(variety(), tmp_path))


@pytest.mark.parametrize("seed", range(24))
def test_they_are_clean_for_damaged_files(seed: int, tmp_path: Path) -> None:
    document = damaged(generated(40, seed=seed, sets=(1, 5)[seed % 2]), seed + 500)
    out = run(document, tmp_path)
    if acknowledgments(out):
        clean_by_their_own_guides(out)


@pytest.mark.parametrize("unit", ["claim", "set"])
def test_999_and_277ca_agree_with_the_summary(unit: str, tmp_path: Path) -> None:
    out = run(generated(160, sets=8, faults=0.15, seed=41), tmp_path, reject_unit=unit)
    numbers = summary(out)
    sets = Counter(part[1] for part in segments(out, "999") if part[0] == "IK5")
    (group,) = [part for part in segments(out, "999") if part[0] == "AK9"]
    assert sum(sets.values()) == numbers["sets"] == int(group[2]) == int(group[3])
    assert numbers["sets_accepted"] == int(group[4])
    assert numbers["sets_rejected"] == numbers["sets"] - int(group[4])
    assert int(group[4]) == sets["A"] + sets["E"]
    claims, inside = Counter[str](), ""
    for part in segments(out, "277ca"):
        match part[0]:
            case "HL":
                inside = part[3]
            case "SVC":
                inside = "line"
            case "STC" if inside == "PT":
                claims[part[3]] += 1
                inside = "claim"
    assert claims["WQ"] == numbers["accepted"]
    if unit == "claim":
        assert claims["U"] == numbers["rejected"]
    else:
        assert sets["E"] == 0


def test_the_277ca_adds_up_to_the_money_of_the_summary(tmp_path: Path) -> None:
    out = run(generated(100, sets=4, faults=0.2, seed=42), tmp_path)
    numbers, level, money = summary(out), "", Counter[str]()
    for part in segments(out, "277ca"):
        if part[0] == "HL":
            level = part[3]
        elif part[0] == "AMT" and level == "21":
            money[part[1]] += Decimal(part[2])  # type: ignore[assignment]
    assert money["YU"] == Decimal(numbers["charges_accepted"])
    assert money["YY"] == Decimal(numbers["charges_rejected"])


def test_the_999_of_validate_has_the_day_that_is_given(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(generated(3))
    scrubjay.validate(file, tmp_path / "out", as_of=date(2031, 2, 3))
    isa, gs, *_ = segments(tmp_path / "out", "999")
    assert (isa[9], gs[4]) == ("310203", "20310203")
