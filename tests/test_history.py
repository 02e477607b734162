"""Claims that were sent are found again, whatever run reads them, and by their own key alone."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.codes.file import CodeFile, Entry, write
from scrubjay.errors import InputError, UsageError
from scrubjay.history import Remembered, remember
from scrubjay.runs import execute, known
from scrubjay.testing import generate
from stage import Command

ONE = "testkey:" + "5a" * 32
OTHER = "other:" + "5b" * 32


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Three claims that were sent."""
    path = tmp_path / "sent.837"
    path.write_bytes(b"".join(generate("837P", claims=3)))
    return path


def key(tmp_path: Path, text: str = ONE) -> Path:
    path = tmp_path / text.partition(":")[0]
    path.write_text(text)
    path.chmod(0o600)
    return path


def told(tmp_path: Path, file: Path, **options: Any) -> list[tuple[int, str]]:
    """Which claims were sent before, and which replace nothing."""
    out = tmp_path / "out"
    scrubjay.scrub(file, out, force=True, token_key=key(tmp_path), **options)
    rows = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    wanted = {"DUPLICATE_CLAIM", "ORIGINAL_NEVER_SENT"}
    return [(row["claim_index"], row["code"]) for row in rows if row["code"] in wanted]


def replacing(tmp_path: Path, file: Path, member: str = "", code: str = "7") -> Path:
    """The same claims as replacements, of another member if one is named."""
    text = re.sub(r"(CLM\*[^~]*):1\*", rf"\g<1>:{code}*", file.read_text())
    text = re.sub(r"HI\*(ABK|BK)", r"REF*F8*PAYER1~HI*\1", text)
    if member:
        text = re.sub(r"(NM1\*IL\*[^~]*\*MI\*)[^*~]*", rf"\g<1>{member}", text)
    more = text.count("REF*F8")
    text = re.sub(r"\bSE\*(\d+)", lambda found: f"SE*{int(found[1]) + more}", text)
    path = tmp_path / "replacing.837"
    path.write_text(text)
    return path


def test_what_was_sent_is_told_and_what_was_not_is_not(tmp_path: Path, sent: Path) -> None:
    assert told(tmp_path, sent) == []
    history = tmp_path / "sent.codes"
    first = remember([sent], history, token_key=key(tmp_path))
    assert first == Remembered(first.claims, first.claims)
    assert told(tmp_path, sent, history=history) == [
        (number, "DUPLICATE_CLAIM") for number in range(first.claims)
    ]
    assert history.stat().st_mode & 0o777 == 0o600
    assert remember([sent], history, token_key=key(tmp_path)).known == first.known


def test_a_replacement_is_no_duplicate_and_wants_its_patient(tmp_path: Path, sent: Path) -> None:
    history = tmp_path / "sent.codes"
    claims = remember([sent], history, token_key=key(tmp_path)).claims
    own, strange = replacing(tmp_path, sent), "ORIGINAL_NEVER_SENT"
    assert told(tmp_path, own) == []
    assert told(tmp_path, own, history=history) == []
    other = replacing(tmp_path, sent, member="ZZ999")
    assert told(tmp_path, other, history=history) == [(at, strange) for at in range(claims)]


@pytest.mark.parametrize(("kind", "code"), [("837P", "6"), ("837I", "Q"), ("837D", "6")])
def test_a_correction_is_neither_a_duplicate_nor_new_work(
    tmp_path: Path, kind: str, code: str
) -> None:
    first, history = tmp_path / "first.837", tmp_path / "sent.codes"
    first.write_bytes(b"".join(generate(kind, claims=3)))
    remember([first], history, token_key=key(tmp_path))
    services = CodeFile(history).lists["services"]
    again = replacing(tmp_path, first, code=code)
    assert told(tmp_path, again, history=history) == []
    twice = tmp_path / "twice.837"
    twice.write_text(first.read_text() + again.read_text())
    assert told(tmp_path, twice) == []
    remember([again], history, token_key=key(tmp_path))
    assert CodeFile(history).lists["services"] == services


def test_a_history_behind_a_link_grows_where_it_lies(tmp_path: Path, sent: Path) -> None:
    real, link = tmp_path / "kept/sent.codes", tmp_path / "sent.codes"
    real.parent.mkdir()
    link.symlink_to(real)
    for _ in range(2):
        remember([sent], link, token_key=key(tmp_path))
        assert link.is_symlink()
        assert CodeFile(real).lists[""] > 0


def test_a_history_says_nothing_of_patients(tmp_path: Path, sent: Path) -> None:
    remember([sent], tmp_path / "sent.codes", token_key=key(tmp_path))
    file = CodeFile(tmp_path / "sent.codes")
    assert all(re.fullmatch("[0-9a-f]{16}", code) for (code,), _ in file.rows())
    members = re.findall(r"NM1\*IL\*1\*([^*]+)", sent.read_text())
    assert members
    assert not any(name.encode() in Path(file.path).read_bytes() for name in members)


def test_another_key_no_history_and_no_claims_are_told(
    tmp_path: Path, sent: Path, scrubjay: Command
) -> None:
    history, payment = tmp_path / "sent.codes", tmp_path / "payment.835"
    payment.write_bytes(b"".join(generate("835", claims=2)))
    remember([sent], history, token_key=key(tmp_path))
    with pytest.raises(UsageError, match="made with the key testkey"):
        remember([sent], history, token_key=key(tmp_path, OTHER))
    with pytest.raises(UsageError, match="no such history"):
        told(tmp_path, sent, history=tmp_path / "none.codes")
    with pytest.raises(UsageError, match="this is no file"):
        told(tmp_path, sent, history=tmp_path)
    with pytest.raises(InputError, match="no claim in these files"):
        remember([payment], tmp_path / "new.codes", token_key=key(tmp_path))
    assert not (tmp_path / "new.codes").exists()
    ended = scrubjay("history", sent, "--into", history, "--token-key", key(tmp_path), "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["claims"] > 0


def test_two_that_remember_at_once_lose_nothing(
    tmp_path: Path, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, history = tmp_path / "other.837", tmp_path / "sent.codes"
    other.write_bytes(b"".join(generate("837P", claims=3, seed=2)))
    secret = key(tmp_path)

    def meanwhile(*given: Any, **options: Any) -> Any:
        run = execute(*given, **options)
        monkeypatch.setattr("scrubjay.history.execute", execute)
        remember([other], history, token_key=secret)
        return run

    monkeypatch.setattr("scrubjay.history.execute", meanwhile)
    remember([sent], history, token_key=secret)
    rows = CodeFile(history).lists[""]
    assert remember([sent, other], history, token_key=secret).known == rows


def test_a_damaged_history_is_told(tmp_path: Path, sent: Path, scrubjay: Command) -> None:
    """Any bit of it, in the header or a row, and what is next is no table of codes."""
    history, secret = tmp_path / "sent.codes", key(tmp_path)
    remember([sent], history, token_key=secret)
    good = history.read_bytes()
    for at in range(0, len(good), 3):
        damaged = bytearray(good)
        damaged[at] ^= 1 << at % 8
        history.write_bytes(damaged)
        with pytest.raises(UsageError) as failure:
            known(history, "testkey")
        assert "codes add" not in str(failure.value)
        assert re.search("history|--token-key", str(failure.value))
    damaged = bytearray(good)
    damaged[-20] ^= 1
    history.write_bytes(damaged)
    with pytest.raises(UsageError, match="damaged; restore the history"):
        remember([sent], history, token_key=secret)
    assert history.read_bytes() == damaged
    told = scrubjay("scrub", sent, "--out", tmp_path / "new", "--history", history)
    assert (told.code, (tmp_path / "new").exists()) == (2, False)


def test_a_history_of_before_is_read_and_grows(tmp_path: Path, sent: Path) -> None:
    """One without a digest: a row that cannot be one is told, and the next that is made has one."""
    history, secret = tmp_path / "sent.codes", key(tmp_path)
    claims = remember([sent], history, token_key=secret).claims
    digest = b'"digest": "%s", ' % CodeFile(history).header["digest"].encode()
    old = history.read_bytes().replace(digest, b"")
    history.write_bytes(old)
    assert len(told(tmp_path, sent, history=history)) == claims
    damaged = bytearray(old)
    damaged[old.index(b"\n", 20) + 3] = 0xFF
    history.write_bytes(damaged)
    with pytest.raises(UsageError, match="a row is damaged"):
        remember([sent], history, token_key=secret)
    history.write_bytes(old)
    assert remember([sent], history, token_key=secret).known == claims
    assert CodeFile(history).header["digest"]


def visit(tmp_path: Path, name: str, **changes: str) -> Path:
    """A claim of one visit, changed here and there."""
    claim = {
        "number": "V1",
        "day": "20260210",
        "procedure": "99203",
        "original": "",
        "frequency": "1",
        "set": "0001",
        "units": "1",
    } | changes
    original = f"REF*F8*{claim['original']}~" if claim["original"] else ""
    body = (
        f"ST*837*{claim['set']}*005010X222A1~BHT*0019*00*B1*20260301*0930*CH~"
        "NM1*41*2*CLINIC*****46*S1~PER*IC*DESK*TE*5552345678~NM1*40*2*PAYER*****46*R1~HL*1**20*1~"
        "PRV*BI*PXC*207Q00000X~NM1*85*2*MEADOW CLINIC*****XX*1234567893~N3*12 ORCHARD LANE~"
        "N4*SPRINGFIELD*IL*627010000~REF*EI*371234567~HL*2*1*22*0~SBR*P*18*******CI~"
        "NM1*IL*1*SAMPLE*ROBIN****MI*W000123456~N3*7 RIVER ROAD~N4*SPRINGFIELD*IL*62702~"
        f"DMG*D8*19800506*F~NM1*PR*2*EXAMPLE HEALTH*****PI*99999~CLM*{claim['number']}*150***11:B:"
        f"{claim['frequency']}*Y*A*Y*Y~{original}HI*ABK:E119~NM1*82*1*HEALER*KIM****XX*1457382905~"
        f"LX*1~SV1*HC:{claim['procedure']}*150*UN*{claim['units']}***1~DTP*472*D8*{claim['day']}~"
    )
    count = body.count("~") + 1
    path = tmp_path / name
    path.write_text(
        "ISA*00*          *00*          *ZZ*S1             *ZZ*R1             *260301*0930*^*00501*"
        "000000001*0*P*:~GS*HC*S1*R1*20260301*0930*1*X*005010X222A1~"
        f"{body}SE*{count}*{claim['set']}~GE*1*1~IEA*1*000000001~"
    )
    return path


def found(tmp_path: Path, file: Path, **options: Any) -> tuple[set[str], dict[str, int]]:
    """What is found in a file, and how often a table was not there."""
    out = tmp_path / "out"
    scrubjay.scrub(file, out, force=True, token_key=key(tmp_path), **options)
    rows = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    summary = json.loads((out / "summary.json").read_text())
    return {row["code"] for row in rows}, summary["no_data"]


def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **lists: dict[Any, int]) -> None:
    """Tables of the user's own."""
    monkeypatch.setenv("SCRUBJAY_CODES", str(tmp_path / "codes"))
    by_table: dict[str, dict[str, dict[Any, int]]] = {}
    for name, rows in lists.items():
        of, _, part = name.partition("__")
        by_table.setdefault(of, {})[part] = rows
    for of, parts in by_table.items():
        entries, widths = [], {}
        for part, rows in parts.items():
            keys = [code if isinstance(code, tuple) else (code,) for code in rows]
            widths[part] = 8 * len(keys[0])
            entries += [
                Entry(codes, part, value=value)
                for codes, value in zip(keys, rows.values(), strict=True)
            ]
        header = {"table": of, "release": "1", "source": "a test", "made": "2026-01-01"}
        write(tmp_path / "codes" / f"{of}.codes", header, widths, entries)


def test_who_was_seen_within_three_years_is_no_new_patient(tmp_path: Path) -> None:
    history = tmp_path / "sent.codes"
    again = visit(tmp_path, "again.837", number="V2", set="2")
    assert "NEW_PATIENT_WITHIN_3Y" not in found(tmp_path, again)[0]
    assert found(tmp_path, again)[1]["history"] > 0
    remember([visit(tmp_path, "first.837", day="20230214")], history, token_key=key(tmp_path))
    codes, no_data = found(tmp_path, again, history=history)
    assert "NEW_PATIENT_WITHIN_3Y" in codes
    assert "history" not in no_data
    old = visit(tmp_path, "old.837", number="V3", day="20260301", set="3")
    assert "NEW_PATIENT_WITHIN_3Y" not in found(tmp_path, old, history=history)[0]


def test_a_visit_after_surgery_falls_within_its_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "sent.codes"
    surgery = visit(tmp_path, "surgery.837", day="20251201", procedure="27447")
    remember([surgery], history, token_key=key(tmp_path))
    after = visit(tmp_path, "after.837", number="V2", procedure="99213", set="2")
    codes, no_data = found(tmp_path, after, history=history)
    assert "GLOBAL_PERIOD_EM" not in codes
    assert no_data["pfs"] > 0
    table(tmp_path, monkeypatch, pfs__global_090={"27447": 0}, pfs__global_010={"11402": 0})
    assert "GLOBAL_PERIOD_EM" in found(tmp_path, after, history=history)[0]
    later = visit(tmp_path, "later.837", number="V2", procedure="99213", set="2", day="20260302")
    assert "GLOBAL_PERIOD_EM" not in found(tmp_path, later, history=history)[0]
    second = visit(tmp_path, "second.837", number="V4", procedure="27447", set="4")
    assert "GLOBAL_PERIOD_SURGERY" in found(tmp_path, second, history=history)[0]


def test_what_a_payer_pays_for_so_often_is_counted_with_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "sent.codes"
    limits = {("99999", "99203"): 3}
    table(tmp_path, monkeypatch, frequency__year=limits, frequency__month={("99999", "1"): 1})
    now = visit(tmp_path, "now.837", number="V2", units="2", set="2")
    assert "FREQUENCY_EXCEEDED" not in found(tmp_path, now)[0]
    remember([visit(tmp_path, "a.837", day="20250301")], history, token_key=key(tmp_path))
    assert "FREQUENCY_EXCEEDED" not in found(tmp_path, now, history=history)[0]
    remember([visit(tmp_path, "b.837", day="20260101")], history, token_key=key(tmp_path))
    assert "FREQUENCY_EXCEEDED" in found(tmp_path, now, history=history)[0]


def test_a_set_and_a_replaced_number_are_known_again(tmp_path: Path) -> None:
    history = tmp_path / "sent.codes"
    one = visit(tmp_path, "one.837", frequency="7", original="ICN1")
    assert not {"DUPLICATE_FILE", "REF_F8_REUSED"} & found(tmp_path, one)[0]
    remember([one], history, token_key=key(tmp_path))
    assert {"DUPLICATE_FILE", "REF_F8_REUSED"} <= found(tmp_path, one, history=history)[0]
    other = visit(tmp_path, "other.837", frequency="8", original="ICN2", set="2")
    assert not {"DUPLICATE_FILE", "REF_F8_REUSED"} & found(tmp_path, other, history=history)[0]


def test_a_history_of_before_the_lists_is_read_and_grows(tmp_path: Path) -> None:
    history, secret = tmp_path / "sent.codes", key(tmp_path)
    first = visit(tmp_path, "first.837", day="20240101")
    remember([first], history, token_key=secret)
    file = CodeFile(history)
    kept = {"", "parties"}
    rows = [Entry(codes, of, *days) for of in kept for codes, days in file.rows(of)]
    header = {name: file.header[name] for name in file.header.keys() - {"lists", "digest"}}
    write(history, header, dict.fromkeys(kept, 16), rows)
    again = visit(tmp_path, "again.837", number="V2", set="2")
    assert found(tmp_path, again, history=history)[1]["history"] > 0
    remember([visit(tmp_path, "b.837", day="20250101", number="V9")], history, token_key=secret)
    assert "NEW_PATIENT_WITHIN_3Y" in found(tmp_path, again, history=history)[0]
    assert "DUPLICATE_CLAIM" in found(tmp_path, first, history=history)[0]


def test_days_and_codes_of_a_history_are_hidden(tmp_path: Path) -> None:
    history = tmp_path / "sent.codes"
    claims = [visit(tmp_path, f"{day}.837", day=day) for day in ("20260101", "20260201")]
    remember(claims, history, token_key=key(tmp_path))
    days = [(date(2026, month, 1) - date(1970, 1, 1)).days for month in (1, 2)]
    rows = [span for _, span in CodeFile(history).rows("physicians")]
    assert len(rows) == len(days)
    assert not any(span.first in days for span in rows)
    assert rows[1].first - rows[0].first in {31, -31}


def test_numbers_that_two_claims_have_are_told_within_the_file(tmp_path: Path) -> None:
    file = tmp_path / "numbers.837"
    one = visit(tmp_path, "one.837").read_text()
    claim = re.search(r"CLM\*.*?(?=SE\*)", one)
    assert claim
    other = claim[0].replace("20260210", "20260211")
    text = one.replace(claim[0], claim[0] + other)
    count = text[text.index("ST*") : text.index("SE*")].count("~") + 1
    file.write_text(re.sub(r"SE\*\d+", f"SE*{count}", text))
    for exact in (False, True):
        codes, _ = found(tmp_path, file, exact=exact)
        assert "DUPLICATE_PCN_IN_BATCH" in codes
        assert "DUPLICATE_CLAIM" not in codes
