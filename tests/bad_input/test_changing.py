"""Files that change while they are read: an error, and nothing that looks whole.

Real processes: the first input is a pipe, which is read while the second, a file that is open by
then, is changed behind the reader's back.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import scrubjay
from scrubjay import documents
from scrubjay.errors import InputError
from scrubjay.testing import generate

SAID = "it changed while it was read"
PIPE = 1 << 18
"""More than a pipe takes before somebody reads: what was written has a reader."""


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n" * 3)


def write_over(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-9, os.SEEK_END)
        file.write(b"000000009")
    os.utime(path, (0, 0))


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


RULES = """
import a_hook
from scrubjay.rules import rule

@rule("OWN_PLAIN", severity="warning", snip=7, state="shadow", native=False)
def plain(claim):
    \"\"\"Somebody else is at the file.\"\"\"
    a_hook.call()
"""
CHANGES = (shrink, empty, grow, write_over, replace)
KINDS = {"validate": "837P", "export": "837P", "scrub": "837I", "enroll": "834", "remit": "835"}


def ended(command: str, folder: Path, change: Callable[[Path], None]) -> tuple[int, str]:
    """How a command ended, and what it said, the second of whose inputs was changed."""
    pipe, file, out = folder / "pipe", folder / "file", folder / "out"
    os.mkfifo(pipe)
    file.write_bytes(b"".join(generate(KINDS[command], claims=200)))
    words = [sys.executable, "-c", "from scrubjay.cli import main; main()", command]
    words += [str(pipe), str(file), "--out", str(out)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        with pipe.open("wb") as given:
            given.write(b"".join(generate(KINDS[command], claims=2)) + b"\n" * PIPE)
            given.flush()
            change(file)
        _, said = process.communicate()
    assert not out.exists() or not list(out.iterdir())
    return process.returncode, said.decode()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("command", KINDS)
def test_a_command_says_that_its_input_changed(
    tmp_path: Path, command: str, change: Callable[[Path], None]
) -> None:
    code, said = ended(command, tmp_path, change)
    assert code == 2, said
    assert SAID in said
    assert f"{tmp_path}/file: " in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("threads", [1, 4])
def test_pieces_that_threads_read_themselves_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, change: Callable[[Path], None]
) -> None:
    """A rule that is a plain function changes the file once the first claims are judged."""
    file, out, rules = tmp_path / "claims.837", tmp_path / "out", tmp_path / "rules.py"
    file.write_bytes(b"".join(generate("837P", claims=8_000)))
    rules.write_text(RULES)
    changes = iter([partial(change, file)])
    hook = SimpleNamespace(call=lambda: [each() for each in changes])
    monkeypatch.setitem(sys.modules, "a_hook", hook)
    with pytest.raises(InputError, match=SAID):
        scrubjay.scrub(file, out, rules=[rules], threads=threads)
    assert next(changes, None) is None
    assert not out.exists() or not list(out.iterdir())


def in_batches(file: Path) -> Iterator[object]:
    return iter(scrubjay.read(file, batch_size=10))


def in_segments(file: Path) -> Iterator[object]:
    return iter(documents.segments(str(file)))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reading", [in_batches, in_segments])
def test_who_reads_bit_by_bit_is_told_at_the_end(
    tmp_path: Path, reading: Callable[[Path], Iterator[object]], change: Callable[[Path], None]
) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(b"".join(generate("837P", claims=3_000)))
    parts = reading(file)
    next(parts)
    change(file)
    with pytest.raises(InputError, match=SAID):
        list(parts)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("command", ["inspect", "deidentify"])
def test_what_is_written_as_it_is_read_ends_with_an_error(
    tmp_path: Path, command: str, change: Callable[[Path], None]
) -> None:
    """Standard output is a pipe that nobody reads until the file was changed."""
    file = tmp_path / "claims.837"
    file.write_bytes(b"".join(generate("837P", claims=6_000)))
    words = [sys.executable, "-c", "from scrubjay.cli import main; main()", command, str(file)]
    words += ["-o", "-"] if command == "deidentify" else []
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        change(file)
        _, said = process.communicate()
    assert process.returncode == 2, said
    assert SAID in said.decode()


def test_a_file_that_is_taken_away_was_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(b"".join(generate("837P", claims=2_000)))
    batches = scrubjay.read(file, batch_size=10)
    count = len(next(batches))
    file.unlink()
    assert count + sum(len(batch) for batch in batches) >= 2_000
