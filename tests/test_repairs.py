"""Repairs change what cannot be meant otherwise, say so, and touch nothing else."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from scrubjay import scrub
from scrubjay.errors import InputError, UsageError
from scrubjay.repairs import repair
from scrubjay.testing import generate
from stage import Command


@pytest.fixture
def clean() -> bytes:
    """Some claims with nothing to repair."""
    return b"".join(generate("837P", claims=20, seed=4))


def test_a_clean_file_stays_as_it_is(clean: bytes, tmp_path: Path) -> None:
    (tmp_path / "in.837").write_bytes(clean)
    counts = repair(str(tmp_path / "in.837"), str(tmp_path / "out.837"))
    assert set(counts.values()) == {0}
    assert (tmp_path / "out.837").read_bytes() == clean
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.837", "out.837"]


def test_each_repair_is_made_once_and_recorded(clean: bytes, tmp_path: Path) -> None:
    lines = clean.split(b"~")
    at = next(number for number, line in enumerate(lines) if b"HI*ABK:" in line)
    code = lines[at].split(b"*")[1].split(b":")[1]
    dotted = code[:3].lower() + b"." + code[3:] if len(code) > 3 else code.lower()
    lines[at] = lines[at].replace(b"ABK:" + code, b"ABK:" + dotted)
    name = next(number for number, line in enumerate(lines) if b"NM1*IL*1*" in line)
    last = lines[name].split(b"*")[3]
    lines[name] = lines[name].replace(b"*" + last + b"*", b"*" + last + b"  *", 1)
    claim = next(number for number, line in enumerate(lines) if b"CLM*" in line)
    lines[claim] = lines[claim].replace(b"CLM*S", b"CLM*s", 1)
    (tmp_path / "in.837").write_bytes(b"~".join(lines))
    record = tmp_path / "repairs.jsonl"
    counts = repair(str(tmp_path / "in.837"), str(tmp_path / "out.837"), str(record))
    rows = [json.loads(line) for line in record.read_text().splitlines()]
    assert counts == {"diagnosis_point": len(code) > 3, "code_case": 1, "name_blanks": 1}
    assert len(rows) == sum(counts.values())
    lines[at] = lines[at].replace(b"ABK:" + dotted, b"ABK:" + code)
    lines[name] = lines[name].replace(last + b"  *", last + b"*", 1)
    assert (tmp_path / "out.837").read_bytes() == b"~".join(lines), "the claim number stays"
    cased = next(row for row in rows if row["kind"] == "code_case")
    assert (cased["loop"], cased["segment"], cased["element"], cased["component"]) == (
        *("2300", "HI", 1, 2),
    )
    assert cased["after"] == cased["before"].upper()
    named = next(row for row in rows if row["kind"] == "name_blanks")
    assert (named["before"], named["after"]) == (None, None)
    assert (tmp_path / "out.837").stat().st_mode & 0o777 == 0o600


def test_what_was_repaired_is_accepted(scrubjay: Command, tmp_path: Path) -> None:
    document = b"".join(generate("837P", claims=5, seed=4)).replace(b"SV1*HC:9", b"SV1*HC:9")
    document = document.replace(b"HI*ABK:J", b"HI*ABK:j")
    (tmp_path / "in.837").write_bytes(document)
    call = ("repair", tmp_path / "in.837", "-o", tmp_path / "out.837")
    assert scrubjay(*call).code == 0
    again, whole = scrubjay(*call), (tmp_path / "out.837").read_bytes()
    assert (again.code, "--force" in again.err) == (2, True)
    assert scrubjay(*call, "--force").code == 0
    assert (tmp_path / "out.837").read_bytes() == whole
    assert scrubjay(*call[:3], "-").code == 2
    run = scrub(tmp_path / "out.837", tmp_path / "out")
    assert "INVALID_ICD10_FORMAT" not in run.summary["findings"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        repair(str(tmp_path / "nowhere.837"), str(tmp_path / "out.837"))


def test_a_scrub_with_fix_judges_what_was_repaired(scrubjay: Command, tmp_path: Path) -> None:
    document = b"".join(generate("837P", claims=5, seed=4))
    code = document.split(b"HI*ABK:")[1][:3]
    (tmp_path / "in.837").write_bytes(
        document.replace(b"HI*ABK:" + code, b"HI*ABK:" + code.lower(), 1)
    )
    fixed, out = tmp_path / "fixed", tmp_path / "out"
    plain = scrubjay("scrub", tmp_path / "in.837", "--out", out)
    assert plain.code == 1
    ended = scrubjay("scrub", tmp_path / "in.837", "--fix", fixed, "--out", out, "--force")
    assert ended.code == 0, ended.err
    assert "repaired: 1 code_case" in ended.err
    assert (fixed / "in.837").read_bytes() == document
    (row,) = map(json.loads, (fixed / "in.837.repairs.jsonl").read_text().splitlines())
    assert row["before"] != row["after"] == row["before"].upper()
    facts = json.loads((out / "run.json").read_text())
    assert str(facts["inputs"][0]["sha256"]) == hashlib.sha256(document).hexdigest()


def test_a_file_without_an_interchange_stops_no_other_that_is_repaired(
    scrubjay: Command, clean: bytes, tmp_path: Path
) -> None:
    """It is judged as it is, as without repairs; alone it is no input."""
    stray = b"a stray page\n" * 200_000
    (tmp_path / "in.837").write_bytes(clean)
    (tmp_path / "page.txt").write_bytes(stray)
    words = ("--fix", tmp_path / "fixed", "--out", tmp_path / "out")
    assert scrubjay("scrub", tmp_path / "page.txt", *words).code == 2
    ended = scrubjay("scrub", tmp_path / "page.txt", tmp_path / "in.837", *words, "--force")
    assert ended.code == 1, ended.err
    assert (tmp_path / "fixed" / "page.txt").read_bytes() == stray
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["rejected"] == 0
    assert (tmp_path / "out" / "unreadable.x12").read_bytes() == stray


def test_a_fix_that_cannot_be_meant_is_refused(scrubjay: Command, tmp_path: Path) -> None:
    document = b"".join(generate("837P", claims=2))
    (tmp_path / "in.837").write_bytes(document)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "in.837").write_bytes(document)
    out, fixed = tmp_path / "out", tmp_path / "fixed"
    one = tmp_path / "in.837"
    calls = [
        (one, "--fix", out, "--out", out),
        ("-", "--fix", fixed, "--out", out),
        (one, tmp_path / "other" / "in.837", "--fix", fixed, "--out", out),
        (one, "--fix", tmp_path, "--out", out),
        (one, "--fix", tmp_path, "--out", out, "--force"),
    ]
    for call in calls:
        assert scrubjay("scrub", *call).code == 2, call
    assert one.read_bytes() == document
    assert not out.exists()


def test_a_link_is_followed_and_what_is_no_file_refused(clean: bytes, tmp_path: Path) -> None:
    (tmp_path / "in.837").write_bytes(clean)
    (tmp_path / "link").symlink_to(tmp_path / "out.837")
    repair(str(tmp_path / "in.837"), str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out.837").read_bytes() == clean
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="a pipe; name a file"):
        repair(str(tmp_path / "in.837"), str(tmp_path / "pipe"))
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("wide", range(60, 133, 3))
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_file_of_even_lines_is_repaired_as_the_same_file_without_them(
    clean: bytes, tmp_path: Path, wide: int, end: bytes
) -> None:
    lines = clean.replace(b"\n", b"").split(b"~")
    for at, line in enumerate(lines):
        if line.startswith(b"HI*ABK:"):
            lines[at] = line[:10] + b"." + line[10:] if line[10:11].isalnum() else line.lower()
            lines[at] = lines[at].replace(b"hi*abk", b"HI*ABK")
        if line.startswith(b"NM1*IL*1*"):
            lines[at] = b"*".join(
                part + b"   " * (number == 3) for number, part in enumerate(line.split(b"*"))
            )
    plain = b"~".join(lines)
    torn = end.join(plain[at : at + wide] for at in range(0, len(plain), wide)) + end
    (tmp_path / "plain").write_bytes(plain)
    (tmp_path / "torn").write_bytes(torn)
    counts = repair(str(tmp_path / "plain"), str(tmp_path / "plain.out"))
    assert sum(counts.values()) > 20
    assert repair(str(tmp_path / "torn"), str(tmp_path / "torn.out")) == counts
    assert (tmp_path / "torn.out").read_bytes() == (tmp_path / "plain.out").read_bytes()
    again = repair(str(tmp_path / "torn.out"), str(tmp_path / "again"))
    assert set(again.values()) == {0}


@pytest.mark.parametrize(
    ("before", "after"),
    [("j1885", "J1885"), ("99213:lt", "99213:LT"), ("99213x2", "99213x2"), ("99213:l", "99213:l")],
)
def test_only_what_is_a_code_but_for_its_case_is_put_into_capitals(
    clean: bytes, tmp_path: Path, before: str, after: str
) -> None:
    """`99213x2` may mean two units: no repair has one answer for it."""
    lines = clean.split(b"~")
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(b"SV1*HC:"))
    first, _, *rest = lines[at].split(b"*")
    lines[at] = b"*".join([first, b"HC:" + before.encode(), *rest])
    (tmp_path / "in.837").write_bytes(b"~".join(lines))
    repair(str(tmp_path / "in.837"), str(tmp_path / "out.837"))
    written = (tmp_path / "out.837").read_bytes().split(b"~")[at].split(b"*")[1]
    assert written == b"HC:" + after.encode()
