"""Members of an 834 by way of the enrollment room: its words, its reasons, its profiles."""

import json
from pathlib import Path

from records.made import enveloped
from scrubjay.enrollment.profile import shipped, versions
from scrubjay.enrollment.recording import enroll, order
from scrubjay.models.enrollment import Enrollment
from scrubjay.sources import Origins, records
from scrubjay.testing import generate


def test_every_line_is_the_canonical_record(tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(b"".join(generate("834", claims=200, faults=0.1, seed=2)))
    run = enroll(file, tmp_path / "out")
    path = tmp_path / "out" / "enrollments.jsonl"
    lines = path.read_text().splitlines()
    for line, whole in zip(lines, records(str(path)), strict=True):
        with Origins(str(path)) as origins:
            text = origins.text(line)
        assert json.loads(text) == whole
        record = Enrollment.model_validate_json(text)
        assert json.loads(record.to_json()) == whole
        assert Enrollment.model_validate_json(record.to_json()) == record
        assert record.event.action
    counts: dict[str, int] = run.summary  # type: ignore[assignment]
    assert counts["members"] == 200
    assert counts["enrolled"] == len(lines)


def test_every_shipped_profile_is_understood_by_the_engine(tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(b"".join(generate("834", claims=20)))
    for name in shipped():
        for number, profile in enumerate(versions(name)):
            assert order(profile)["profile"]["name"] == name
            enroll(file, tmp_path / f"{name}{number}", profile=profile)


def test_the_reasons_are_those_of_the_room(tmp_path: Path) -> None:
    body = (
        "BGN*00*REF1*20260930*1200****2~N1*P5*EMPLOYER*FI*12~N1*IN*PAYER*FI*34~"
        "INS*Y*19*021*28*A***FT~REF*0F*FAM1~NM1*IL*1*SAMPLE*ANN~HD*021**HLT~DTP*348*D8*20260101~"
    )
    file = tmp_path / "members.834"
    file.write_bytes(enveloped("834", body))
    enroll(file, tmp_path / "out")
    (line,) = (tmp_path / "out" / "quarantine.jsonl").read_text().splitlines()
    reason = json.loads(line)
    assert reason["code"] == "RELATIONSHIP_MISMATCH"
    assert reason["message"].startswith("The relationship")


def test_a_stretch_without_sets_has_no_members_whatever_was_read_before(tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    members = b"".join(generate("834", claims=600, seed=2))
    # far more than is read at once, of segments that begin a member where there is a set
    stray = (
        b"GS*BE*S*R*20260930*1200*2*X*005010X220A1~" + b"INS*Y*18*030*XN*A~" * 30_000 + b"GE*0*2~"
    )
    assert members.count(b"IEA*1*") == 1
    file.write_bytes(members.replace(b"IEA*1*", stray + b"IEA*2*"))
    for threads in (1, 2):
        run = enroll(file, tmp_path / f"out{threads}", threads=threads)
        counts: dict[str, int] = run.summary  # type: ignore[assignment]
        assert counts["members"] == 600
