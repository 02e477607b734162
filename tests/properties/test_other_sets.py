"""Large sets other than claims: what is found in them depends on neither threads nor pieces."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from properties.files import damaged, outputs, run, summary
from scrubjay.job import Command
from scrubjay.testing import generate

WAYS = [(threads, window) for threads in (1, 2) for window in (4_096, 65_536, 1_048_576)]

GENERATED = ("834", "835", "837I", "837D")
BALANCES = {
    "enrollment": ["MEMBER_COUNT_MISMATCH"],
    "payment": ["PAYMENT_LINE_UNBALANCED", "PAYMENT_CLAIM_UNBALANCED", "PAYMENT_TOTAL_MISMATCH"],
}
NAMES = [*GENERATED, *BALANCES, "271", "277CA"]


def whole(group: str, version: str, segments: list[str]) -> bytes:
    """`segments` of one set, in an interchange of its own."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}"
    return "".join(
        segment + "~\n"
        for segment in [
            f"{isa}*260302*0900*^*00501*000000001*0*T*:",
            f"GS*{group}*SENDER*RECEIVER*20260302*0900*1*X*{version}",
            *segments,
            f"SE*{len(segments) + 1}*0001",
            "GE*1*1",
            "IEA*1*000000001",
        ]
    ).encode()


def _enrollment(members: int, *, faults: bool) -> Iterator[str]:
    yield from ("ST*834*0001*005010X220A1", "BGN*00*LARGE*20260302*0900****2")
    yield from (f"QTY*TO*{members + faults}", f"QTY*ET*{members}", "QTY*DT*0")
    yield from ("N1*P5*SYNTHETIC WORKS*FI*123456789", "N1*IN*EXAMPLE HEALTH*FI*987654321")
    for number in range(members):
        wrong = faults and number % 37 == 0
        yield "INS*Y*18*021*20*A***FT"
        yield from () if wrong else (f"REF*0F*MEMBER{number}",)
        yield f"NM1*IL*1*TESTER*T{number}****34*123456789"
        yield "DMG*D8*19800101*F*M"
        yield "HD*021**HLT*PLAN A*FAM"
        yield "DTP*348*D8*2026" + ("1301" if wrong else "0301")
        if number % 3 == 0:
            yield from ("LS*2700", "LX*1", "N1*75*LOCATION", "REF*LU*NORTH", "LE*2700")


def _payment(claims: int, *, faults: bool) -> Iterator[str]:
    paid = claims * 120 + 30 + (7 if faults else 0)
    yield from ("ST*835*0001", f"BPR*I*{paid}*C*CHK************20260302", "TRN*1*CHECK3*1999999999")
    yield from ("DTM*405*20260302", "N1*PR*EXAMPLE HEALTH", "N3*1 EXAMPLE ROAD")
    yield from ("N4*CHICAGO*IL*60601", "PER*BL*TEST DESK*TE*2125550103")
    yield "N1*PE*SYNTHETIC BILLING*XX*1234567893"
    for number in range(claims):
        wrong = faults and number % 41 == 0
        if number % 50 == 0:
            yield f"LX*{number // 50 + 1}"
        yield f"CLP*CASE-{number}*1*150*120*30*12*PAYER{number}*11*1"
        yield from () if wrong else (f"NM1*QC*1*TESTER*TESSA****MI*MEMBER{number}",)
        adjusted = 31 if faults and number % 53 == 0 else 30
        yield from ("SVC*HC:99213*150*120**1", "DTM*472*20260205", f"CAS*PR*3*{adjusted}")
        yield "AMT*B6*150"
    yield "PLB*1234567893*20261231*WO:CASE-0*-30"


def _statuses(patients: int, *, faults: bool) -> Iterator[str]:
    yield from ("ST*277*0001*005010X214", "BHT*0085*08*LARGE*20260302*0900*TH")
    yield from ("HL*1**20*1", "NM1*PR*2*EXAMPLE HEALTH*****PI*99999", "TRN*1*RECEIPT1")
    yield from ("DTP*050*D8*20260302", "DTP*009*D8*20260302")
    yield from ("HL*2*1*21*1", "NM1*41*2*SENDER*****46*S1", "TRN*2*BATCH1")
    yield "STC*A1:19:PR*20260302*WQ*365.5"
    level, provider = 2, 2
    for number in range(patients):
        wrong = faults and number % 43 == 0
        level += 1
        if number % 60 == 0:
            yield from (f"HL*{level}*2*19*1", "NM1*85*2*SYNTHETIC CLINIC*****XX*1234567893")
            level, provider = level + 1, level
        yield f"HL*{level}*{provider}*PT"
        yield f"NM1*QC*1*TESTER*TESSA****MI*MEMBER{number}"
        yield f"TRN*2*CASE-{number}"
        yield from () if wrong else ("STC*A2:20:PR*20260302*WQ*365.5",)
        yield from (f"REF*1K*PAYER{number}", "DTP*472*D8*20260201")


def _benefits(people: int, *, faults: bool) -> Iterator[str]:
    yield from ("ST*271*0001*005010X279A1", "BHT*0022*11*LARGE*20260302*0901")
    yield from ("HL*1**20*1", "NM1*PR*2*EXAMPLE HEALTH*****PI*99999")
    yield from ("HL*2*1*21*1", "NM1*1P*2*SYNTHETIC CLINIC*****XX*1234567893")
    level = 2
    for number in range(people):
        wrong = faults and number % 47 == 0
        parent = level = level + 1
        yield f"HL*{level}*2*22*{number % 2}"
        yield f"NM1*IL*1*SAMPLE*SAM****MI*MEMBER{number}"
        yield from ("EB*1**30**PLAN A", "DTP*292*D8*" + ("X" if wrong else "20260302"))
        if number % 2:
            level += 1
            yield from (f"HL*{level}*{parent}*23*0", "TRN*2*TRACE1*9SYNTHETIC")
            yield from () if wrong else ("NM1*03*1*SAMPLE*SUE",)
            yield from ("DMG*D8*20150601*F", "INS*N*19", "EB*1**30^98**PLAN A")


def _document(name: str, *, faults: bool) -> bytes:
    if name in GENERATED:
        return b"".join(generate(name, claims=400, sets=1, faults=0.06 if faults else 0.0, seed=3))
    build: Callable[..., Iterator[str]]
    group, version, build = {
        "enrollment": ("BE", "005010X220A1", _enrollment),
        "payment": ("HP", "005010X221A1", _payment),
        "271": ("HB", "005010X279A1", _benefits),
        "277CA": ("HN", "005010X214", _statuses),
    }[name]
    return whole(group, version, list(build(700, faults=faults)))


def validated(document: bytes, folder: Path, threads: int, window: int) -> Path:
    return run(document, folder, command=Command.VALIDATE, threads=threads, window=window)


def same_in_all_ways(document: bytes, folder: Path) -> None:
    first = outputs(validated(document, folder / "first", *WAYS[-1]))
    for threads, window in WAYS[:-1]:
        out = outputs(validated(document, folder / f"{threads}-{window}", threads, window))
        assert out.keys() == first.keys()
        differ = [name for name in first if out[name] != first[name]]
        assert not differ, f"{differ} with {threads} threads and a window of {window}"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_a_large_set_without_a_fault(name: str, tmp_path: Path) -> None:
    out = validated(_document(name, faults=False), tmp_path / "in", 2, 4_096)
    assert (out / "findings.jsonl").read_bytes() == b""
    assert summary(out)["sets"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_threads_and_windows_change_nothing(name: str, tmp_path: Path) -> None:
    document = _document(name, faults=True)
    same_in_all_ways(document, tmp_path)
    findings = (tmp_path / "first/out/findings.jsonl").read_text()
    assert findings.count("\n") > 10
    assert "SET_SEGMENT_COUNT" not in findings
    for code in BALANCES.get(name, ()):
        assert code in findings


def test_every_set_of_a_file_has_its_own_sums(tmp_path: Path) -> None:
    """Sets that begin in one piece and end in another; every third has a wrong total."""
    one = list(_payment(40, faults=False))
    sets = []
    for number in range(24):
        paid = 40 * 120 + 30 + (number % 3 == 0)
        body = [f"ST*835*{number:04}", f"BPR*I*{paid}*C*CHK************20260302", *one[2:]]
        sets.append([*body, f"SE*{len(body) + 1}*{number:04}"])
    parts = [segment for each in sets for segment in each]
    document = whole("HP", "005010X221A1", parts).replace(b"GE*1*", b"GE*24*")
    document = document.replace(f"SE*{len(parts) + 1}*0001~\n".encode(), b"")
    same_in_all_ways(document, tmp_path)
    findings = (tmp_path / "first/out/findings.jsonl").read_text()
    assert findings.count("PAYMENT_TOTAL_MISMATCH") == findings.count("\n") == 8


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", NAMES)
def test_they_change_nothing_in_a_damaged_file(name: str, seed: int, tmp_path: Path) -> None:
    document = _document(name, faults=True)
    same_in_all_ways(damaged(document, seed, bytewise=bool(seed % 2)), tmp_path)
