"""A file whose every name, number and day of birth is a canary: none sings where it should not."""

import asyncio
import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

import scrubjay
from properties.files import generated
from properties.kinds import interchange
from scrubjay.errors import ScrubjayError
from scrubjay.models import KINDS, Claim
from stage import Command

SECRET = {"NM1": (3, 4, 5, 9), "N3": (1, 2), "N4": (1,), "REF": (2,), "CLM": (1,), "NTE": (2,)}
PEOPLE = (b"IL", b"QC", b"82", b"85", b"DN", b"77", b"DQ", b"DK", b"71", b"72", b"ZZ", b"DD")
SILENT = ("findings.jsonl", "report.html", "summary.json", "run.json", "control-map.jsonl")
IN_CLEAR = ("worklist.csv", ".accepted.837", ".rejected.837", ".999", ".277ca", "unreadable.x12")


def sung(document: bytes) -> tuple[bytes, list[str]]:
    """The document with canaries in it, and all of them."""
    canaries: list[str] = []
    numbers = count(1)

    def canary(pattern: str) -> bytes:
        canaries.append(pattern.format(next(numbers)))
        return canaries[-1].encode()

    def segments() -> Iterator[bytes]:
        for segment in document.split(b"~\n"):
            parts = segment.split(b"*")
            name = parts[0].decode()
            if name == "DMG" and len(parts) > 2:
                parts[2] = canary("1907{:04d}")
            elif name != "NM1" or parts[1] in PEOPLE:
                for at in SECRET.get(name, ()):
                    if at < len(parts) and parts[at]:
                        parts[at] = canary("KANARI{:05d}")
            yield b"*".join(parts)

    return b"~\n".join(segments()), canaries


DOCUMENT, CANARIES = sung(
    generated(40, faults=0.6, seed=8)
    + interchange("837I", 30, faults=0.6, seed=8)
    + interchange("837D", 30, faults=0.6, seed=9)
)
SONG = re.compile(
    "|".join(["KANARI", *(name for name in CANARIES if name.isdigit())]), re.IGNORECASE
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "claims.837"
    file.write_bytes(DOCUMENT)
    return file


def test_there_are_canaries_of_every_kind_in_every_kind_of_claim() -> None:
    read = {claim.kind for batch in scrubjay.read(DOCUMENT) for claim in batch.claims}
    assert read == set(KINDS)
    assert len(CANARIES) > 400
    assert len([name for name in CANARIES if name.isdigit()]) > 20


def test_none_is_in_what_may_be_shown_around(
    scrubjay: Command, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = scrubjay("scrub", source, "--out", out, "--as-of", "2026-06-30")
    assert ended.code == 1
    assert not SONG.findall(ended.out + ended.err)
    for name in SILENT:
        if (out / name).exists():
            assert not SONG.findall((out / name).read_text()), name
    assert {file.name for file in out.iterdir() if SONG.search(file.name)} == set()
    lines = (out / "findings.jsonl").read_text().splitlines()
    assert any(json.loads(line)["evidence"] for line in lines)


def test_everything_that_holds_them_is_for_its_owner_only(
    scrubjay: Command, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    scrubjay("scrub", source, "--out", out, "--as-of", "2026-06-30")
    singing = [file for file in out.iterdir() if SONG.search(file.read_text("latin-1"))]
    assert singing
    assert all(file.name.endswith(IN_CLEAR) for file in singing)
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}


@pytest.mark.parametrize("command", ["validate", "inspect"])
def test_none_is_on_the_screen(scrubjay: Command, command: str, source: Path) -> None:
    ended = scrubjay(command, source)
    assert not SONG.findall(ended.out + ended.err)
    ended = scrubjay(command, source, "--json")
    assert not SONG.findall(ended.out + ended.err)


def test_they_are_shown_to_whoever_asks(scrubjay: Command, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scrubjay("scrub", source, "--out", out, "--as-of", "2026-06-30", "--show-phi")
    assert SONG.search((out / "findings.jsonl").read_text())
    assert SONG.search(scrubjay("inspect", source, "--show-phi").out)


def test_a_value_has_one_token_a_field_and_no_bare_hash(
    scrubjay: Command, source: Path, tmp_path: Path
) -> None:
    import hashlib

    out = tmp_path / "out"
    scrubjay("scrub", source, "--out", out, "--as-of", "2026-06-30")
    everything = "".join((out / name).read_text() for name in SILENT if (out / name).exists())
    for name in CANARIES:
        for algorithm in ("md5", "sha1", "sha256"):
            digest = hashlib.new(algorithm, name.encode()).hexdigest()
            assert digest[:24] not in everything


def test_no_repr_shows_them(source: Path) -> None:
    shown = ""
    for batch in scrubjay.read(source, 7):
        shown += repr(batch) + str(batch)
        for claim, findings in batch:
            shown += repr(claim) + str(claim) + repr(findings)
            shown += repr(claim.subscriber) + repr(claim.provider) + repr(claim.lines)
    assert not SONG.findall(shown)


def test_no_error_shows_them(source: Path) -> None:
    (batch, *_) = scrubjay.read(source, 5)
    row = batch.claims[0].model_dump()
    for wrong in (
        {"charge": "KANARI1"},
        {"id": {"KANARI2": 1}},
        {"KANARI": 3},
        {"lines": "KANARI4"},
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - whichever it is
            Claim.model_validate(row | wrong)
        assert "KANARI1" not in str(raised.value)
        assert not re.search(r"KANARI[0-9]", str(raised.value) + repr(raised.value))
    with pytest.raises(ScrubjayError) as refused:
        scrubjay.write([batch.claims[0].model_copy(update={"id": "KANARI*5~"})])
    assert "KANARI" not in str(refused.value) + repr(refused.value)


def test_a_stream_that_is_left_early_says_nothing(
    source: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def first() -> None:
        async for _ in scrubjay.stream(source, 3):
            break

    asyncio.run(first())
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""
