"""Results depend on the input, the options and the day: not on threads, not on the pieces."""

import io
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from properties.files import damaged, generated, outputs, run, summary, variety
from scrubjay.job import Limits
from scrubjay.testing import generate

WAYS = [
    (threads, window)
    for threads in (1, 2, 8)
    for window in (4_096, 65_536, 1_048_576)
    if (threads, window) != (1, 1_048_576)
]
FILES: dict[str, Callable[[], bytes]] = {
    "one set": lambda: generated(250, seed=1, sets=1),
    "many sets": lambda: generated(250, seed=2, sets=40),
    "many faults": lambda: generated(150, seed=3, faults=1.0),
    "many interchanges": variety,
}
SHARP = (5002, 5035, 5036, 5039, 5044, 5068, 5090, 5092)  # once told results apart


def same_in_all_ways(document: bytes, folder: Path, **options: Any) -> Path:
    whole = run(document, folder / "first", threads=1, window=1_048_576, **options)
    first = outputs(whole)
    for threads, window in WAYS:
        to = folder / f"{threads}-{window}"
        out = outputs(run(document, to, threads=threads, window=window, **options))
        assert out.keys() == first.keys()
        differ = [name for name in first if out[name] != first[name]]
        assert not differ, f"{differ} with {threads} threads and a window of {window}"
    return whole


@pytest.mark.parametrize("name", FILES)
def test_threads_and_windows_change_nothing(name: str, tmp_path: Path) -> None:
    same_in_all_ways(FILES[name](), tmp_path)


@pytest.mark.parametrize("seed", [*range(16), *SHARP])
def test_they_change_nothing_in_damaged_files(seed: int, tmp_path: Path) -> None:
    several = generated(50, seed=seed % 97 + 1, faults=0.1, sets=(1, 2, 9, 25)[seed % 4])
    document = several if seed % 5 else variety()
    same_in_all_ways(damaged(document, seed, bytewise=bool(seed % 3)), tmp_path)


def test_a_header_that_is_none_ends_the_interchange(tmp_path: Path) -> None:
    document = generated(60, sets=3, faults=0.0)
    middle = document.index(b"\nCLM*", len(document) // 2) + 1
    before = document[:middle].count(b"\nCLM*")
    document = document[:middle] + b"ISA*1*2*3~\n" + document[middle:]
    numbers = summary(same_in_all_ways(document, tmp_path))
    assert (numbers["claims"], numbers["unreadable"]) == (60, 60 - before)
    assert numbers["findings"]["INTERCHANGE_TRAILER_MISSING"] == 1


@pytest.mark.parametrize("header", [b"ISA*1*2*3~\n", b"ISA|1|2~\n", b"ISA"])
def test_a_header_without_an_end_is_read_to_the_end(header: bytes, tmp_path: Path) -> None:
    document = generated(30, sets=1, faults=0.0)
    at = len(document)
    for number in range(4):
        at = document.rindex((b"\nSV1*", b"\nHL*")[number % 2], 0, at - 900 * number) + 1
        same_in_all_ways(document[:at] + header + document[at:], tmp_path / str(number))


def test_a_set_without_its_trailer_ends_where_the_next_begins(tmp_path: Path) -> None:
    lines = generated(120, sets=40).split(b"\n")
    # a last level without the child that it promises is told where the set ends
    document = b"\n".join(b"HL*900**20*1~" if line[:3] == b"SE*" else line for line in lines)
    same_in_all_ways(document, tmp_path)


@pytest.mark.parametrize("kind", ["837P", "835"])
def test_what_is_over_the_limit_begins_nothing(kind: str, tmp_path: Path) -> None:
    document = b"".join(generate(kind, claims=60, faults=0.2, seed=1, sets=20))
    for longest in (1, 12):
        same_in_all_ways(document, tmp_path / str(longest), limits=Limits(element=longest))


def test_rules_number_segments_as_the_walk_does(tmp_path: Path) -> None:
    document = generated(120, sets=2, faults=0.5)
    for at in (b"\nCLM*", b"\nSBR*", b"\nDMG*"):
        document = document.replace(at, b"\n~\nREF*G1*" + b"X" * 400 + b"~" + at, 40)
    out = same_in_all_ways(document, tmp_path, limits=Limits(segment=300))
    rows = map(json.loads, (out / "findings.jsonl").read_text().splitlines())
    told = [row for row in rows if row["rule_version"] and row["segment"]]
    assert told
    for row in told:
        ahead = document[: row["byte_offset"]]
        segments = ahead[ahead.rindex(b"\nST*") :].split(b"~")
        assert row["segment_index"] == 1 + sum(bool(part.strip()) for part in segments[:-1]), row


def test_the_same_run_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    document = generated(100)
    assert outputs(run(document, tmp_path / "a")) == outputs(run(document, tmp_path / "b"))


def test_standard_input_is_read_like_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = generated(120)
    from_file = outputs(run(document, tmp_path / "file"))
    reading, writing = os.pipe()
    saved = os.dup(0)
    os.dup2(reading, 0)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    feeder = threading.Thread(target=_feed, args=(writing, document))
    feeder.start()
    try:
        from_pipe = outputs(run(document, tmp_path / "pipe", inputs=("-",)))
    finally:
        os.dup2(saved, 0)
        for end in (saved, reading):
            os.close(end)
        feeder.join()
    renamed = {name.replace("stdin", "claims"): data for name, data in from_pipe.items()}
    assert renamed.keys() == from_file.keys()
    for name in from_file:
        if not name.endswith((".html", ".jsonl", ".json")):  # these tell the file's name
            assert renamed[name].replace(b"\nstdin,", b"\nclaims.837,") == from_file[name], name


def _feed(pipe: int, document: bytes) -> None:
    with os.fdopen(pipe, "wb") as end:
        end.write(document)
