"""Files as they should not be: each ends with its exit code, and at most one line of error."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from properties.files import generated
from stage import Command, Ended

CLAIMS = 12
CLEAN = generated(CLAIMS, faults=0.0, seed=3, sets=2)
TIGHT = CLEAN.replace(b"~\n", b"~")
NAMES = {
    value.decode()
    for segment in CLEAN.split(b"~\n")
    if segment.startswith((b"NM1*IL", b"NM1*QC"))
    for value in segment.split(b"*")[3:10]
    if len(value) > 3
}


def scrub(scrubjay: Command, document: bytes, folder: Path) -> tuple[Ended, dict[str, Any]]:
    """How the command ended, and summary.json if there is one."""
    source, out = folder / "claims.837", folder / "out"
    source.write_bytes(document)
    ended = scrubjay("scrub", source, "--out", out, "--as-of", "2026-06-30")
    assert "Traceback" not in ended.err
    assert not [name for name in NAMES if name in ended.err + ended.out]
    if ended.code in {0, 1}:
        return ended, json.loads((out / "summary.json").read_text())
    assert ended.err.startswith("scrubjay: ")
    assert ended.err.count("\n") == 1
    assert ended.out == ""
    assert not out.exists()
    return ended, {}


def delimiter(at: int, byte: bytes) -> bytes:
    """The clean file with another byte at a place of the header."""
    return CLEAN[:at] + byte + CLEAN[at + 1 :]


def once(old: bytes, new: bytes) -> bytes:
    """The clean file with the first `old` changed."""
    assert old in CLEAN
    return CLEAN.replace(old, new, 1)


UNUSABLE = {
    "nothing": (b"", "is empty"),
    "blanks": (b" \r\n\n ", "is not X12"),
    "text": (b"Dear Sir, please find attached\n" * 200, "is not X12"),
    "nulls": (bytes(5_000), "is not X12"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "is not X12"),
    "a page": (b"<html><body>ISAIAH</body></html>", "is not X12"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_not_x12_at_all_is_unusable(scrubjay: Command, name: str, tmp_path: Path) -> None:
    document, words = UNUSABLE[name]
    ended, _ = scrub(scrubjay, document, tmp_path)
    assert ended.code == 2
    assert words in ended.err


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_not_x12_stops_no_other_file(scrubjay: Command, name: str, tmp_path: Path) -> None:
    document, _ = UNUSABLE[name]
    names = ("a.837", "b.pdf", "c.837")
    for file, content in zip(names, (CLEAN, document, CLEAN), strict=True):
        (tmp_path / file).write_bytes(content)
    files = [tmp_path / file for file in names]
    out = tmp_path / "out"
    ended = scrubjay("scrub", *files, "--out", out, "--as-of", "2026-06-30")
    assert ended.code == 1
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["files"], summary["claims"]) == (list(names), 2 * CLAIMS)
    assert summary["accepted"] == 2 * CLAIMS
    found = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    told = [finding for finding in found if finding["severity"] == "error"]
    assert [(each["code"], each["file"]) for each in told] == [("NO_INTERCHANGE", "b.pdf")]
    if document.strip(b"\0 \r\n"):
        assert (out / "unreadable.x12").read_bytes() == document
    assert "NO_INTERCHANGE" in (out / "worklist.csv").read_text()
    (tmp_path / "d.pdf").write_bytes(document)
    alone = scrubjay("validate", tmp_path / "b.pdf", tmp_path / "d.pdf")
    assert (alone.code, "none of the 2 files is X12" in alone.err) == (2, True)
    tables = scrubjay("export", *files, "--out", tmp_path / "tables", "--table", "claims")
    assert f"{2 * CLAIMS} rows" in tables.out
    words = ("--out", tmp_path / "told", "--table", "findings", "--to", "csv")
    assert scrubjay("export", *files, *words).code == 1
    assert (tmp_path / "told" / "findings.csv").read_text().count("NO_INTERCHANGE") == 1


@pytest.mark.parametrize("cut", range(10, 106, 10))
def test_a_header_cut_short_is_told(scrubjay: Command, cut: int, tmp_path: Path) -> None:
    ended, summary = scrub(scrubjay, CLEAN[:cut], tmp_path)
    assert ended.code == 1
    assert summary["findings"] == {"INTERCHANGE_TRUNCATED": 1}


FOUND: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "component separator used twice": (lambda: delimiter(104, b"*"), {"DELIMITER_INVALID"}),
    "repetition separator used twice": (
        lambda: delimiter(82, b":"),
        {"INTERCHANGE_ELEMENT_INVALID"},
    ),
    "a letter ends segments": (lambda: delimiter(105, b"A"), {"DELIMITER_INVALID"}),
    "a digit separates components": (lambda: delimiter(104, b"7"), {"DELIMITER_INVALID"}),
    "a letter separates elements": (
        lambda: CLEAN[:106].replace(b"*", b"Z") + CLEAN[106:],
        {"DELIMITER_INVALID"},
    ),
    "no IEA": (lambda: CLEAN[: CLEAN.index(b"IEA*")], {"INTERCHANGE_TRAILER_MISSING"}),
    "no GE": (lambda: re.sub(rb"GE\*[^~]*~\n", b"", CLEAN), {"GROUP_TRAILER_MISSING"}),
    "no SE": (lambda: re.sub(rb"\nSE\*[^~]*~", b"", CLEAN, count=1), {"SET_TRAILER_MISSING"}),
    "a wrong SE01": (
        lambda: re.sub(rb"\nSE\*\d+", b"\nSE*3", CLEAN, count=1),
        {"SET_SEGMENT_COUNT"},
    ),
    "a wrong GE01": (lambda: once(b"GE*2", b"GE*1"), {"GROUP_SET_COUNT"}),
    "a wrong IEA01": (lambda: once(b"IEA*1", b"IEA*9"), {"INTERCHANGE_GROUP_COUNT"}),
    "ST inside ST": (
        lambda: once(b"CLM*", b"ST*837*0077*005010X222A1~\nCLM*"),
        {"SET_TRAILER_MISSING"},
    ),
    "an unknown guide": (
        lambda: CLEAN.replace(b"005010X222A1", b"005010X299"),
        {"SET_GUIDE_UNSUPPORTED"},
    ),
    "4010": (
        lambda: CLEAN.replace(b"*^*00501*", b"*U*00401*").replace(b"005010X222A1", b"004010X098A1"),
        {"INTERCHANGE_VERSION_UNSUPPORTED", "SET_GUIDE_UNSUPPORTED"},
    ),
    "unknown segments": (
        lambda: CLEAN.replace(b"CLM*", b"ZZZ*1~\nCLM*"),
        {"SEGMENT_UNRECOGNISED"},
    ),
    "nulls in values": (lambda: CLEAN.replace(b"N3*", b"N3*\x00"), {"INVALID_CHARACTER"}),
    "an IEA alone": (lambda: CLEAN + b"IEA*1*000000003~\n", {"STRAY_BYTES"}),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_is_found(scrubjay: Command, name: str, tmp_path: Path) -> None:
    make, codes = FOUND[name]
    document = make()
    ended, summary = scrub(scrubjay, document, tmp_path)
    assert ended.code == (0 if codes == {"STRAY_BYTES"} else 1)
    assert codes <= summary["findings"].keys()
    counted = summary["accepted"] + summary["rejected"] + summary["unreadable"]
    assert summary["claims"] == counted
    if codes != {"DELIMITER_INVALID"}:
        assert counted == CLAIMS


HARMLESS: dict[str, Callable[[], bytes]] = {
    "as it is": lambda: CLEAN,
    "no line breaks": lambda: TIGHT,
    "CRLF": lambda: CLEAN.replace(b"\n", b"\r\n"),
    "a line break ends segments": lambda: CLEAN.replace(b"~\n", b"\n"),
    "a carriage return ends segments": lambda: CLEAN.replace(b"~\n", b"\r"),
    "wrapped at 80 columns": lambda: b"\n".join(
        TIGHT[at : at + 80] for at in range(0, len(TIGHT), 80)
    ),
    "wrapped at 80 columns with CRLF": lambda: b"\r\n".join(
        TIGHT[at : at + 80] for at in range(0, len(TIGHT), 80)
    ),
    "wrapped at 132 columns": lambda: b"\n".join(
        TIGHT[at : at + 132] for at in range(0, len(TIGHT), 132)
    ),
    "one segment a record of 256 bytes": lambda: b"".join(
        line.ljust(256) + b"\r\n" for line in CLEAN.splitlines()
    ),
    "blanks ahead": lambda: b"  \r\n \t\n" + CLEAN,
    "a byte order mark": lambda: b"\xef\xbb\xbf" + CLEAN,
    "an end-of-file mark": lambda: CLEAN + b"\x1a",
    "nulls behind": lambda: CLEAN + bytes(512),
    "no line break at the end": lambda: CLEAN.rstrip(b"\n"),
    "letters that are not ASCII": lambda: CLEAN.replace(b"N3*", b"N3*\xe9\xff "),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_other_systems_do_to_files_is_no_fault(
    scrubjay: Command, name: str, tmp_path: Path
) -> None:
    ended, summary = scrub(scrubjay, HARMLESS[name](), tmp_path)
    assert (ended.code, summary["accepted"]) == (0, CLAIMS)


def test_stray_bytes_between_interchanges_are_kept(scrubjay: Command, tmp_path: Path) -> None:
    other = generated(3, faults=0.0, seed=4)
    ended, summary = scrub(scrubjay, CLEAN + b"* * * page 2 * * *" + other, tmp_path)
    assert (ended.code, summary["accepted"], summary["interchanges"]) == (0, CLAIMS + 3, 2)
    assert summary["findings"]["STRAY_BYTES"] == 1
    assert b"page 2" in (tmp_path / "out" / "unreadable.x12").read_bytes()


@pytest.mark.parametrize("cut", range(107, len(CLEAN) - 2, len(CLEAN) // 60))
def test_a_file_cut_anywhere_is_told(scrubjay: Command, cut: int, tmp_path: Path) -> None:
    document = CLEAN[:cut]
    ended, summary = scrub(scrubjay, document, tmp_path)
    assert ended.code == 1
    assert "INTERCHANGE_TRAILER_MISSING" in summary["findings"]
    assert summary["accepted"] == 0
    whole = len(re.findall(rb"\nCLM\*[^~]*~", document))
    assert summary["claims"] in {whole, whole + 1}


def test_every_byte_alone_is_survived(scrubjay: Command, tmp_path: Path) -> None:
    for byte in range(0, 256, 5):
        folder = tmp_path / str(byte)
        folder.mkdir()
        at = 300 + byte * 7
        scrub(scrubjay, CLEAN[:at] + bytes([byte]) + CLEAN[at + 1 :], folder)
