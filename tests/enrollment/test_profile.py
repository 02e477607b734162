"""Profiles: the shipped ones do what their samples say, and what is wrong in one has its line."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enrollment.made import coverage, event, maker, record
from enrollment.reader834 import read
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.pages import PageError
from scrubjay.enrollment.profile import PLAIN, found, known, read_profile, shipped, versions
from scrubjay.enrollment.samples import check
from scrubjay.errors import InputError, UsageError

HEAD = 'name = "mine"\nversion = "1"\n'


def read_834(path: str, made_by: Maker) -> Iterator[Made]:
    return read(Path(path), made_by)


def profile(folder: Path, text: str) -> Any:
    (folder / "mine.toml").write_text(HEAD + text)
    return read_profile(str(folder / "mine.toml"))


@pytest.mark.parametrize("version", list(known()), ids=lambda each: f"{each.name} {each.version}")
def test_a_shipped_profile_does_what_its_samples_say(version: Any) -> None:
    assert version.samples
    assert list(check(version, read_834)) == []


def test_a_difference_from_a_sample_has_its_place(tmp_path: Path) -> None:
    shutil.copytree(Path(versions("medicaid")[0].path).parent, tmp_path / "m")
    (file,) = (tmp_path / "m").glob("*.toml")
    file.write_text(file.read_text().replace('"coverage.ids.XX1"', '"coverage.ids.XX2"'))
    first, *_ = check(read_profile(str(file)), read_834)
    assert (first.sample, first.member) == ("samples/month.834", 0)
    assert first.field == "coverages.0.ids.0.qualifier"
    assert (first.wanted, first.made) == ('"XX1"', '"XX2"')
    assert file.read_text().splitlines()[first.line - 1] == "[[samples]]"
    (tmp_path / "m/samples/month.jsonl").unlink()
    with pytest.raises(InputError, match="samples stand beside"):
        list(check(read_profile(str(file)), read_834))


def test_the_version_of_the_day_counts() -> None:
    assert shipped() == ["exchange", "medicaid"]
    assert found("exchange", dt.date(2025, 6, 30)).version == "2025.1"
    assert found("exchange", dt.date(2026, 1, 1)).version == "2026.1"
    assert found("exchange").version == "2026.1"
    with pytest.raises(UsageError, match="no version is in force on 2024-12-31"):
        found("exchange", dt.date(2024, 12, 31))
    for name in ("nobody", "../profiles/exchange", "no/such/folder"):
        with pytest.raises(UsageError, match="there is no profile"):
            found(name)


FAULTS = {
    "mode = 'all'\n": (3, "mode is one of file, change, verify, replace"),
    "since = '2026-01-01'\n": (3, "since is a date, as 2026-01-31 without quotes"),
    "since = 2026-01-01\nuntil = 2025-01-01\n": (4, "until is after since"),
    "retro_days = -3\n": (3, "retro_days is a number of 0 or more"),
    "[omissions]\npolicy = 'drop'\n": (4, "policy is one of continue, reject, terminate"),
    "[omissions]\nshare = 'all'\n": (4, "share is a number"),
    "[aliases.line]\nMED = 'HLTH'\n": (4, "'HLTH' is no code of line"),
    "[aliases.shoe]\nA = 'B'\n": (3, "shoe has no aliases"),
    "[severity]\nNAME_MISING = 'error'\n": (4, "NAME_MISING is no reason"),
    "[severity]\nNAME_MISSING = 'bad'\n": (4, "error, warning or info"),
    "required = ['member.brith_date']\n": (3, "did you mean 'birth_date'?"),
    "[dates]\nend = ['member.last']\n": (4, "'member.last' is no date"),
    "[dates]\nend = ['event.effective soon']\n": (4, "field end_of_month"),
    "[identity]\nscope = 3\n": (4, "scope is a list of texts"),
    "[[split]]\nfield = 'member.ids.23'\n": (3, "where to (into)"),
    "[[split]]\nfield = 'member.ids.23'\ninto = ['coverage.plan']\n": (
        5,
        "does not go to a coverage",
    ),
    "[[samples]]\ngiven = 'x'\n": (3, "what is wanted"),
    "omission = 3\n": (3, "did you mean omissions?"),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    line, said = FAULTS[text]
    with pytest.raises(PageError) as caught:
        profile(tmp_path, text)
    assert str(caught.value).startswith(f"mine.toml:{line}: ")
    assert said in str(caught.value)


def test_a_profile_has_a_name_and_a_version(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("mode = 'change'\n")
    with pytest.raises(PageError, match=r"x\.toml:1: a profile has a name and a version"):
        read_profile(str(tmp_path / "x.toml"))
    with pytest.raises(InputError, match="no such file"):
        read_profile(str(tmp_path / "none.toml"))


def again(told: dict[str, Any], made_by: Maker) -> Made:
    told["source"]["index"] = 0
    return made_by.again(json.dumps(told), "x.jsonl line 1")


def test_a_record_that_was_made_before_is_put_into_shape(tmp_path: Path) -> None:
    text = (
        "required = ['member.ids.23']\n"
        "[identity]\nsubscriber = ['member.ids.23']\nsubscriber_is_ssn = false\n"
        "[aliases.tier]\nEE = 'EMP'\n"
        "[dates]\nend = ['coverage.end', 'member.employment.end end_of_month']\n"
    )
    ids = [{"qualifier": "23", "name": "client_number", "value": "M1"}]
    told = record(
        event=event("024", eligibility_end="2026-03-10"),
        member={"ids": ids, "employment": {"end": "2026-02-10"}},
        coverages=[coverage(tier_code="EE")],
    )
    made = again(told, maker(profile(tmp_path, text)))
    assert made.record is not None
    (covered,) = made.record.coverages
    assert (covered.tier, covered.end) == ("employee_only", dt.date(2026, 2, 28))
    assert made.record.member.subscriber_id == "M1"
    assert (made.record.source.profile, made.record.source.profile_version) == ("mine", "1")
    bare = again(record(), maker(profile(tmp_path, text)))
    assert [each.code for each in bare.reasons] == ["FIELD_REQUIRED"]
    assert bare.record is None


def test_each_coverage_has_what_a_profile_wants(tmp_path: Path) -> None:
    mine = profile(tmp_path, "required = ['coverage.plan']\nforbidden = ['coverage.tier']\n")
    told = record(coverages=[coverage(plan="GOLD"), coverage("HLT", plan=None, tier="family")])
    made = again(told, maker(mine))
    assert {(each.code, each.field) for each in made.reasons if each.severity == "error"} == {
        ("FIELD_REQUIRED", "coverages.1.plan"),
        ("FIELD_FORBIDDEN", "coverages.1.tier"),
    }


def test_a_subscriber_number_that_is_a_social_security_number_does_not_stay(tmp_path: Path) -> None:
    mine = profile(tmp_path, "[identity]\nsubscriber_is_ssn = true\n")
    made = again(record("900-01-0001"), maker(mine))
    assert made.record is not None
    assert "900" not in made.record.to_json().replace("970000001", "")
    assert made.record.member.subscriber_ssn_last4 == "0001"


def test_without_a_profile_a_record_stays_as_it_was() -> None:
    told = record()
    made = again(told, maker(PLAIN))
    assert made.record is not None
    assert json.loads(made.record.to_json()) == told


@pytest.mark.parametrize(
    "line", ['{"schema_version": 2}', "[1]", "no", "[" * 99_999, '{"schema_version": 3, "x": 1}']
)
def test_a_line_that_is_no_record_is_told_by_its_place(line: str, tmp_path: Path) -> None:
    for made_by in (maker(), maker(profile(tmp_path, ""))):
        with pytest.raises(InputError, match=r"x\.jsonl line 1: "):
            made_by.again(line, "x.jsonl line 1")
