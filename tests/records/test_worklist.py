"""worklist.csv of enroll and remit, and the fields that quarantine.jsonl names."""

import csv
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from records.made import enveloped
from scrubjay.enrollment.profile import found
from scrubjay.enrollment.recording import enroll
from scrubjay.models.enrollment import Quarantined
from scrubjay.models.remittance import HeldBack
from scrubjay.remittance import remit
from scrubjay.testing import generate

HEAD = "BGN*00*REF1*20260930*1200****2~N1*P5*EMPLOYER*FI*12~N1*IN*PAYER*FI*34~"


def member(body: str, *, number: str = "FAM1", name: str = "NM1*IL*1*SAMPLE*ANN") -> str:
    """A subscriber with what else is told of them."""
    return f"INS*Y*18*021*28*A***FT~REF*0F*{number}~REF*1L*POL7~{name}~{body}"


def work(folder: Path) -> list[dict[str, str]]:
    """The rows of the worklist."""
    with (folder / "worklist.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def held(folder: Path) -> list[dict[str, Any]]:
    """The lines of quarantine.jsonl."""
    return [json.loads(line) for line in (folder / "quarantine.jsonl").read_text().splitlines()]


def enrolled(tmp_path: Path, body: str, **more: Any) -> Path:
    """The folder of a run over one set."""
    file = tmp_path / "members.834"
    file.write_bytes(enveloped("834", HEAD + body))
    enroll(file, tmp_path / "out", **more)
    return tmp_path / "out"


BEGUN = "HD*021**HLT~DTP*348*D8*20260201~"
CASES = [
    ("HD*021**HLT~DTP*348*D8*20260201~DTP*349*D8*20260101~", "coverages.end", "20260101"),
    ("HD*021**HLT~DTP*303*D8*20260101~", "coverages.action", "021"),
    (f"DMG*D8*19990231~{BEGUN}", "member.birth_date", "19990231"),
    (f"DMG*D8*19990101*Q~{BEGUN}", "member.sex", "Q"),
    (f"{BEGUN}REF*1L*~", "coverages.ids.value", ""),
    (f"PER*IP**TE*5551234567*EM*~{BEGUN}", "member.contacts.value", ""),
    (f"{BEGUN}LX*1~NM1*P3*1*DOC*A****SV*~", "coverages.providers.id", ""),
]


@pytest.mark.parametrize(("body", "field", "value"), CASES)
def test_the_field_and_the_value_are_those_of_the_place(
    body: str, field: str, value: str, tmp_path: Path
) -> None:
    out = enrolled(tmp_path, member(body))
    rows = work(out)
    assert (field, value) in {(row["field"], row["value"]) for row in rows}
    assert field in {each["field"] for each in held(out)}
    for row in rows:
        assert (row["file"], row["subscriber"], row["name"]) == (
            *("members.834", "FAM1", "SAMPLE, ANN"),
        )
        assert row["policy"] == "POL7"
        assert row["place"] == f"set 0001 segment {row['segment_index']}"


def test_a_row_points_at_the_date_that_its_qualifier_means(tmp_path: Path) -> None:
    out = enrolled(tmp_path, member(CASES[0][0]))
    (line,) = held(out)
    # behind ST, BGN, two N1, INS, two REF, NM1, HD and DTP*348
    assert (line["code"], line["segment_index"]) == ("END_BEFORE_BEGIN", 11)


def test_every_field_that_a_profile_wants_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'name = "p"\nversion = "1"\ntitle = "p"\n'
        'required = ["member.employment.begin", "member.ids.23"]\n'
    )
    from datetime import date

    profile = found(str(tmp_path / "p.toml"), date(2026, 9, 30))
    out = enrolled(tmp_path, member(BEGUN), profile=profile)
    fields = {each["field"] for each in held(out) if each["code"] == "FIELD_REQUIRED"}
    assert fields == {"member.employment.begin", "member.ids.value"}


def test_no_social_security_number_is_in_a_worklist(tmp_path: Path) -> None:
    first = member(
        BEGUN.replace("021", "001"),
        number="123456789",
        name="NM1*IL*1*SAMPLE*ANN****34*123456789",
    ).replace("*18*", "*19*")
    second = member(BEGUN, name="NM1*IL*1*OTHER*ANN****34*666121234")
    third = member(BEGUN, name="NM1*IL*1*THIRD*ANN****34*12345678")
    out = enrolled(tmp_path, first + second + third)
    text = (out / "worklist.csv").read_text()
    assert not re.search(r"123456789|666121234|12345678", text)
    rows = {row["name"]: row for row in work(out)}
    assert rows["SAMPLE, ANN"]["subscriber"] == "***-**-6789"
    assert rows["OTHER, ANN"]["value"] == "***-**-1234"
    assert rows["THIRD, ANN"]["value"] == "99999999"


def test_what_goes_back_with_its_set_stands_there_without_a_member(tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(enveloped("834", HEAD + member(BEGUN) + "SE*99*0001~"))
    enroll(file, tmp_path / "out")
    (row,) = work(tmp_path / "out")
    assert (row["name"], row["code"]) == ("", "SET_SEGMENT_COUNT")
    assert row["place"].startswith("set 0001")


def test_a_name_that_could_be_a_formula_is_quoted(tmp_path: Path) -> None:
    body = member(CASES[0][0], name="NM1*IL*1*=SUM(A1)*ANN")
    assert work(enrolled(tmp_path, body))[0]["name"] == "'=SUM(A1), ANN"


def test_it_is_for_its_owner_alone_and_left_out_where_it_is_not_wanted(tmp_path: Path) -> None:
    out = enrolled(tmp_path, member(BEGUN))
    assert stat.S_IMODE((out / "worklist.csv").stat().st_mode) == 0o600
    assert work(out) == []
    enroll(tmp_path / "members.834", out, worklist=False, force=True)
    assert not (out / "worklist.csv").exists()


@pytest.mark.parametrize("kind", ["834", "835"])
def test_any_number_of_threads_gives_the_same_rows_as_quarantine(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"file.{kind}"
    file.write_bytes(b"".join(generate(kind, claims=3000, faults=0.2, seed=5, sets=7)))
    run = {"834": enroll, "835": remit}[kind]
    model: Any = Quarantined if kind == "834" else HeldBack
    texts = []
    for threads in (1, 2, 8):
        out = tmp_path / f"out{threads}"
        run(file, out, threads=threads)
        texts.append((out / "worklist.csv").read_bytes())
    assert texts[0] == texts[1] == texts[2]
    rows = work(out)
    lines = (out / "quarantine.jsonl").read_text().splitlines()
    reasons = [model.model_validate_json(line) for line in lines]
    told = [each for each in reasons if each.severity != "info"]
    assert [row["code"] for row in rows] == [each.code for each in told]
    assert rows
    named = [each.field for each in told if each.element]
    assert sum(map(bool, named)) > len(named) / 2
    if kind == "835":
        assert sum(bool(row["claim"]) for row in rows) > len(rows) / 2
