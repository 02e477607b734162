"""Files that somebody broke on purpose: nothing is lost, and pieces and threads change nothing."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from scrubjay.job import Command, Job
from scrubjay.runs import execute
from scrubjay.testing.generated import generate

DAY = date(2026, 7, 1)
CLAIMS = b"".join(generate(claims=30, seed=5, sets=1)).decode()


def outputs(
    source: Path, out: Path, *, threads: int = 1, window: int = 1 << 18
) -> dict[str, bytes]:
    """Every file of a run but run.json."""
    job = Job(
        command=Command.SCRUB,
        inputs=(str(source),),
        out=str(out),
        threads=threads,
        window=window,
        as_of=DAY,
        received_date=DAY,
    )
    execute(job)
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name != "run.json"}


def twin_levels(text: str) -> str:
    """Every subscriber's HL twice: the second is taken for a repeat and opens nothing."""
    segments = text.split("~\n") if "~\n" in text else text.split("~")
    end = "~\n" if "~\n" in text else "~"
    return end.join(end.join([part, part]) if part.startswith("HL*") else part for part in segments)


def cut_in_a_segment(text: str) -> str:
    """Broken off in the middle of the last claim."""
    return text[: text.rindex("DTP*472") + 9]


@pytest.mark.parametrize("broken", [twin_levels, cut_in_a_segment])
def test_every_segment_of_a_claim_comes_out_once(
    broken: Callable[[str], str], tmp_path: Path
) -> None:
    text = broken(CLAIMS)
    source = tmp_path / "claims.837"
    source.write_text(text)
    whole = outputs(source, tmp_path / "whole")
    pieces = outputs(source, tmp_path / "pieces", threads=2, window=4096)
    assert whole == pieces
    written = b"".join(whole[name] for name in whole if name.endswith(".837")).decode()
    for segment in ("CLM*", "SV1*", "HI*"):
        assert written.count(segment) == text.count(segment)
    assert written.count("~SE*") + written.count("~\nSE*") == written.count("ST*837*")


def rejected(text: str, folder: Path) -> tuple[dict[str, bytes], str]:
    """What a scrub of a file left, and its rejected file."""
    source = folder / "claims.837"
    source.write_text(text)
    left = outputs(source, folder / "out")
    (name,) = (name for name in left if name.endswith(".rejected.837"))
    return left, left[name].decode()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"ST\*837\*\d+", "ST*837*1"),
        (r"\*\^\*00501\*\d{9}", "*^*00401*000000001"),
        (r"\*\^\*00501\*\d{9}", "*^*00501*ABCDEFGHI"),
        (r"(GS\*HC\*[^*]+\*[^*]+\*\d{8}\*\d+\*)\d+", r"\1NONE"),
    ],
)
def test_a_rejected_file_has_no_number_that_is_none(right: str, wrong: str, tmp_path: Path) -> None:
    broken = re.sub(right, wrong, CLAIMS, count=1)
    assert broken != CLAIMS
    _, text = rejected(broken, tmp_path)
    assert text.count("CLM*") == CLAIMS.count("CLM*")
    again = tmp_path / "again.837"
    again.write_text(text)
    job = Job(command=Command.VALIDATE, inputs=(str(again),), as_of=DAY, received_date=DAY)
    assert not execute(job).summary["findings"]


def test_a_claim_in_the_head_of_a_set_is_unreadable_and_lies_with_its_set(tmp_path: Path) -> None:
    head, level, rest = CLAIMS.partition("HL*1*")
    claim = re.search(r"CLM\*.*?~\n?", CLAIMS)
    assert claim is not None
    left, text = rejected(head + claim[0] + level + rest, tmp_path)
    counts = json.loads(left["summary.json"])
    assert (counts["accepted"], counts["rejected"], counts["unreadable"]) == (0, 30, 1)
    assert text.count("CLM*") == counts["claims"] == 31
    assert "unreadable.x12" not in left
