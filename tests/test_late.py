"""Every error reaches every claim below its place: beside it, or late where it was given before."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

import scrubjay
from properties.files import generated
from scrubjay.errors import LateFindings

CLEAN = generated(60, faults=0.0)
"""Small enough for one piece."""

MANY = generated(1_500, faults=0.0)
"""So long that claims are given before the trailers are read."""

SE, GE, IEA = rb"\nSE\*(\d+)", rb"\nGE\*(\d+)", rb"\nIEA\*(\d+)"
CHANGES = {
    "a false SE01": (SE, b"\nSE*9"),
    "a false GE01": (GE, b"\nGE*9"),
    "a false IEA01": (IEA, b"\nIEA*9"),
    "no SE": (rb"\nSE\*[^~]*~", b""),
    "no GE": (rb"\nGE\*[^~]*~", b""),
    "no IEA": (rb"\nIEA\*[^~]*~", b""),
    "a group of another kind": (rb"\nGS\*HC", b"\nGS*HP"),
    "a purpose that is none": (rb"\nBHT\*0019", b"\nBHT*0018"),
    "a set cut off": (rb"(?s)\nHL\*9\*.*", b""),
}


def changed(document: bytes, how: str) -> bytes:
    pattern, put = CHANGES[how]
    made, count = re.subn(pattern, put, document, count=1)
    assert count == 1
    return made


def scrubbed(file: Path, out: Path) -> tuple[int, int]:
    run = scrubjay.scrub(file, out)
    return run.accepted, run.rejected


def given(file: Path | bytes, size: int, **options: Any) -> tuple[list[bool], list[range]]:
    """Of each claim whether it came without an error, and the claims of late ones."""
    clean: list[bool] = []
    late: list[range] = []
    for batch in scrubjay.read(file, size, late="yield", **options):
        assert batch.first == len(clean)
        late += [each.claims for each in batch.late if each.finding.severity == "error"]
        clean += [all(found.severity != "error" for found in findings) for _, findings in batch]
    return clean, late


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("document", [CLEAN, MANY], ids=["short", "long"])
def test_read_rejects_what_scrub_rejects(document: bytes, how: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(changed(document, how))
    accepted, rejected = scrubbed(file, tmp_path / "out")
    assert rejected
    clean, late = given(file, 100)
    for claims in late:
        for number in claims:
            assert clean[number], "told twice"
        clean[claims.start : claims.stop] = [False] * len(claims)
    assert (sum(clean), len(clean) - sum(clean)) == (accepted, rejected)


@pytest.mark.parametrize("how", ["a false SE01", "no IEA"])
async def test_a_simple_loop_cannot_overlook_it(how: str) -> None:
    document = changed(MANY, how)
    clean, late = given(document, 100)
    with pytest.raises(LateFindings) as raised:
        for _ in scrubjay.read(document):
            pass
    assert raised.value.claims
    assert sum(map(len, raised.value.claims)) == len(set().union(*late)) < len(clean)
    with pytest.raises(LateFindings, match="take back"):
        async for _ in scrubjay.stream(document):
            pass


def test_leaving_early_raises_nothing() -> None:
    for batch in scrubjay.read(changed(MANY, "no IEA"), 10):
        assert len(batch) == 10
        break


def test_a_clean_file_has_nothing_late() -> None:
    clean, late = given(MANY, 1_000)
    assert all(clean)
    assert not late


def test_an_error_above_no_claim_is_told_all_the_same() -> None:
    document = CLEAN + b"ISA*00*~\n"
    clean, late = given(document, 100)
    assert all(clean)
    assert late == [range(0)]
    with pytest.raises(LateFindings, match="above no claim"):
        list(scrubjay.read(document))


def test_findings_of_the_bytes_say_that_they_are_of_bytes() -> None:
    (batch,) = scrubjay.read(changed(CLEAN, "a false SE01"))
    assert {finding.file for found in batch.findings for finding in found} == {"bytes"}


@pytest.mark.parametrize("how", CHANGES)
def test_tables_say_accepted_of_what_scrub_accepts(how: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(changed(MANY, how))
    accepted, rejected = scrubbed(file, tmp_path / "out")
    told = pa.table(scrubjay.table(file, "claims")).column("accepted").to_pylist()
    assert (told.count(True), told.count(False)) == (accepted, rejected)
    scrubjay.export(file, tmp_path / "tables")
    assert pq.read_table(tmp_path / "tables" / "claims.parquet")["accepted"].to_pylist() == told
