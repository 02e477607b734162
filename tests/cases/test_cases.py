"""Every case of cases/*.md, through the engine; and every built-in code in one of them."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from cases.reading import Case, cases, codes_not_provoked, unreachable
from scrubjay.errors import ScrubjayError
from scrubjay.findings import Severity
from scrubjay.job import Command, Job, Limits, RejectUnit
from scrubjay.runs import execute

ALL = list(cases())
TODAY = date(2026, 3, 2)
_FINDING = Path(__file__).parents[2] / "crates/x12/src/finding.rs"
_GUIDE = Path(__file__).parents[2] / "crates/x12/guides/999-005010X231A1.guide"
_SAME = {"index": "segment_index", "reaches": "claims_affected"}


def scrubbed(case: Case, folder: Path) -> Path:
    """The output folder of a case, made with a key that never changes."""
    source, key = folder / "case.837", folder / "key"
    source.write_bytes(case.document)
    key.write_text("cases:" + "5c" * 32)
    key.chmod(0o600)
    limit = case.options.get("limit_segment")
    job = Job(
        command=Command(case.options.get("command", "scrub")),
        inputs=(str(source),),
        out=str(folder / "out"),
        as_of=TODAY,
        received_date=TODAY,
        reject_unit=RejectUnit(case.options.get("reject_unit", "claim")),
        guide_aliases=case.options.get("guide_aliases") == "yes",
        limits=Limits(segment=int(limit) if limit else None),
    )
    partner = case.options.get("partner")
    execute(job, partners=[partner] if partner else (), token_key=key)
    return folder / "out"


def clean_by_their_own_guides(out: Path) -> bool:
    """True when nothing is wrong with any acknowledgment.

    A TA1 repeats the day and the hour that it is about, though they be none.
    """
    files = [file for kind in ("ta1", "999", "277ca") for file in out.glob(f"*.{kind}")]
    if not files:
        return True
    repeated = {"014": "INVALID_DATE", "015": "INVALID_TIME"}
    notes = [segment.split("*")[-1] for segment in answers(out, "TA1") if segment[:3] == "TA1"]
    found = {reason["code"] for reason in scrubjay.validate(files).reasons}
    return found == {repeated[note] for note in notes if note in repeated}


def told(finding: dict[str, Any], column: str) -> str:
    """A finding's value as a cell of a table."""
    if column == "ack":
        acks = finding["ack"]
        return " ".join(f"{ack['kind']} {ack['segment']} {','.join(ack['codes'])}" for ack in acks)
    value = finding[_SAME.get(column, column)]
    if column == "element" and finding["component"]:
        return f"{value}-{finding['component']}"
    return "" if value is None else str(value)


def answers(out: Path, kind: str) -> list[str]:
    """The segments of all acknowledgments of one kind."""
    suffix = {"TA1": "ta1", "999": "999", "277CA": "277ca"}[kind]
    files = sorted(out.glob(f"*.{suffix}"))
    return [part.strip() for file in files for part in file.read_text("latin-1").split("~")]


def has(segments: list[str], wanted: str) -> bool:
    """True when `wanted` is one of the segments; ``...`` at its end stands for anything."""
    if wanted.endswith("..."):
        return any(segment.startswith(wanted[:-3]) for segment in segments)
    return wanted in segments


@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case, tmp_path: Path) -> None:
    expected = case.expected
    if expected.error:
        with pytest.raises(ScrubjayError) as raised:
            scrubbed(case, tmp_path)
        assert raised.value.exit_code == expected.error[0]
        assert expected.error[1] in str(raised.value)
        assert not (tmp_path / "out").exists()
        return
    out = scrubbed(case, tmp_path)
    findings = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    columns = list(case.findings[0]) if case.findings else ["code"]
    assert [{column: told(row, column) for column in columns} for row in findings] == case.findings
    summary = json.loads((out / "summary.json").read_text())
    assert {name: summary[name] for name in expected.counts} == expected.counts
    assert clean_by_their_own_guides(out)
    for kind, segment in expected.answers:
        assert has(answers(out, kind), segment), (kind, segment, answers(out, kind))
    for kind, segment in expected.absent:
        assert not (has(answers(out, kind), segment) if segment else answers(out, kind)), kind


@pytest.mark.parametrize("case", ALL, ids=str)
def test_what_was_accepted_is_accepted_again(case: Case, tmp_path: Path) -> None:
    if case.expected.error or {"command", "guide_aliases"} & case.options.keys():
        return
    out = scrubbed(case, tmp_path)
    summary = json.loads((out / "summary.json").read_text())
    for number, file in enumerate(sorted(out.glob("*.accepted.837"))):
        partner = case.options.get("partner", ())
        again = scrubjay.scrub(file, tmp_path / f"again{number}", partner=partner, as_of=TODAY)
        assert not again.found(Severity.ERROR), again.reasons
        summary["accepted"] -= again.accepted
    assert summary["accepted"] == 0


def test_every_built_in_code_is_provoked_or_has_its_reason() -> None:
    built_in = set(re.findall(r"^    ([A-Z_]+): Home::", _FINDING.read_text(), re.MULTILINE))
    provoked = {row["code"] for case in ALL for row in case.findings}
    reasons = codes_not_provoked()
    assert all(reasons.values())
    assert built_in - provoked == set(reasons)


def codes_of_the_standard() -> set[tuple[str, str]]:
    """Every code that an acknowledgment can carry: TA105 of 00501, the others of our 999 guide."""
    guide = _GUIDE.read_text()
    lists = dict(re.findall(r"^codes (\S+) (.+)$", guide, re.MULTILINE))

    places = {"IK304": "IK3", "IK403": "IK4", "IK501": "IK5", "AK901": "AK9"}
    codes = set()
    for name, segment in places.items():
        listed = re.search(rf"^ +{segment} .*R=(\S+\|\S+)", guide, re.MULTILINE)
        assert listed, name
        codes |= {(name, code) for code in listed[1].split("|")}
    codes |= {("IK502", code) for code in lists["set-error"].split()}
    codes |= {("AK905", code) for code in lists["group-error"].split()}
    return codes | {("TA105", f"{number:03}") for number in range(32)}


def codes_told() -> set[tuple[str, str]]:
    """The codes of all acknowledgments that the cases expect."""
    told = set()
    for case in ALL:
        for _, segment in case.expected.answers:
            name, *rest = segment.removesuffix("...").split("*")
            values = dict(enumerate(rest, 1))
            match name:
                case "TA1":
                    told.add(("TA105", values.get(5, "")))
                case "IK3":
                    told.add(("IK304", values.get(4, "")))
                case "IK4":
                    told.add(("IK403", values.get(3, "")))
                case "IK5":
                    told.add(("IK501", values[1]))
                    told |= {("IK502", code) for code in rest[1:]}
                case "AK9":
                    told.add(("AK901", values[1]))
                    told |= {("AK905", code) for code in rest[4:]}
    return told


def test_every_code_of_an_acknowledgment_is_told_in_a_case_or_has_its_reason() -> None:
    reasons = unreachable()
    assert all(reasons.values())
    codes = codes_of_the_standard()
    assert len(codes) > 100
    assert codes - codes_told() == set(reasons)
