"""Tables made of files are those of the records that a run leaves of them, byte for byte."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scrubjay.columns import Phi, export, tables
from scrubjay.enrollment.recording import enroll
from scrubjay.errors import InputError
from scrubjay.remittance.running import remit
from scrubjay.testing import generate

ALL = {
    "834": [
        "enrollments",
        "coverages",
        "member_ids",
        "member_contacts",
        "member_employment_classes",
        "member_languages",
        "member_reporting",
        "coverage_amounts",
        "coverage_providers",
        "coverage_cob",
        "enrollment_sources",
    ],
    "835": [
        "payments",
        "payment_claims",
        "payment_lines",
        "payment_adjustments",
        "payment_claim_references",
        "payment_line_remarks",
        "provider_adjustments",
        "provider_summaries",
        "payment_sources",
    ],
}
SSN = b"219091234"


def good(kind: str) -> bytes:
    return b"".join(generate(kind, claims=300, faults=0.1, seed=11)).replace(b"~\n", b"~")


def truncated(kind: str) -> bytes:
    """It ends within a set, which goes back."""
    return good(kind)[: 4 * len(good(kind)) // 5]


def miscounted(kind: str) -> bytes:
    """A set that is told before its end says that it is bad, between two that are not."""
    whole = good(kind)
    return whole + whole.replace(b"~SE*", b"~SE*9") + whole


def odd(kind: str) -> bytes:
    """Values of another form than is asked for, and bytes that are no text."""
    segments = good(kind).split(b"~")
    values = (b"", b"Q", b"99999999999999999.99", b"-5", b"1.2345", b"123-45-6789", b"\xc3(", b"Y")
    for number in range(40, len(segments) - 5, 7):
        name, *elements = segments[number].split(b"*")
        if elements and name not in {b"ST", b"SE", b"GS", b"GE", b"ISA", b"IEA"}:
            elements[number % len(elements)] = values[number % len(values)]
        segments[number] = b"*".join((name, *elements))
    return b"~".join(segments)


def related(kind: str) -> bytes:
    """Families whose identifier one of them shows to be a social security number."""
    segments = []
    for number, segment in enumerate(good(kind).split(b"~")):
        family = b"2190912%02d" % (number // 40 % 100)
        if segment.startswith(b"REF*0F"):
            segments += [b"REF*0F*" + family, b"REF*1L*" + (family if number % 3 else SSN)]
        elif segment.startswith(b"NM1*IL") and number % 2:
            elements = (segment.split(b"*") + [b""] * 9)[:8]
            segments.append(b"*".join((*elements, b"34", family)))
        else:
            segments.append(segment)
    return b"~".join(segments)


@pytest.mark.parametrize("phi", [Phi.TOKEN, Phi.KEEP])
@pytest.mark.parametrize("shape", [good, truncated, miscounted, odd, related])
@pytest.mark.parametrize("kind", ALL)
def test_a_file_has_the_tables_of_its_records(
    kind: str, shape: Callable[[str], bytes], phi: Phi, tmp_path: Path
) -> None:
    file = tmp_path / f"file.{kind}"
    file.write_bytes(shape(kind))
    (enroll if kind == "834" else remit)(file, tmp_path / "records")
    assert set(ALL[kind]) <= set(tables())
    of_lines = export(tmp_path / "records", tmp_path / "lines", ALL[kind], phi=phi)
    straight = export(file, tmp_path / "straight", ALL[kind], phi=phi)
    assert straight.rows == of_lines.rows
    assert straight.summary == of_lines.summary
    for name in ALL[kind]:
        made, wanted = (tmp_path / way / f"{name}.parquet" for way in ("straight", "lines"))
        assert made.read_bytes() == wanted.read_bytes(), name


@pytest.mark.parametrize("kind", ALL)
def test_one_table_alone_has_the_rows_that_it_has_among_all(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"file.{kind}"
    file.write_bytes(odd(kind))
    export(file, tmp_path / "all", ALL[kind], form="csv", phi=Phi.KEEP)
    for name in ALL[kind]:
        export(file, tmp_path / name, name, form="csv", phi=Phi.KEEP)
        alone, among = (tmp_path / folder / f"{name}.csv" for folder in (name, "all"))
        assert alone.read_bytes() == among.read_bytes(), name


def test_a_file_without_records_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file.835"
    file.write_bytes(good("835"))
    with pytest.raises(InputError, match="no record of an 834 was found"):
        export(file, tmp_path / "out", "enrollments")
    assert not (tmp_path / "out").exists()
