"""Results depend on the input, the options and the day: not on threads, not on the pieces."""

import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from properties.files import damaged, generated, outputs, run, variety

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


def same_in_all_ways(document: bytes, folder: Path) -> None:
    first = outputs(run(document, folder / "first", threads=1, window=1_048_576))
    for threads, window in WAYS:
        out = outputs(run(document, folder / f"{threads}-{window}", threads=threads, window=window))
        assert out.keys() == first.keys()
        differ = [name for name in first if out[name] != first[name]]
        assert not differ, f"{differ} with {threads} threads and a window of {window}"


@pytest.mark.parametrize("name", FILES)
def test_threads_and_windows_change_nothing(name: str, tmp_path: Path) -> None:
    same_in_all_ways(FILES[name](), tmp_path)


@pytest.mark.parametrize("seed", [*range(16), *SHARP])
def test_they_change_nothing_in_damaged_files(seed: int, tmp_path: Path) -> None:
    several = generated(50, seed=seed % 97 + 1, faults=0.1, sets=(1, 2, 9, 25)[seed % 4])
    document = several if seed % 5 else variety()
    same_in_all_ways(damaged(document, seed, bytewise=bool(seed % 3)), tmp_path)


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
