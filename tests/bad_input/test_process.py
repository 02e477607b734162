"""Whole processes: Ctrl-C, full disks, closed pipes, files that never end."""

import contextlib
import itertools
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from properties.files import generated
from scrubjay.testing import generate

COMMAND = [sys.executable, "-m", "scrubjay"]
ONE = generated(2_000, faults=0.05, seed=5)
SOME = 4
"""So many times ONE is enough for a run to be at work."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 60 MB of claims, one interchange behind the other."""
    file = tmp_path_factory.mktemp("large") / "large.837"
    with file.open("wb") as whole:
        for _ in range(60_000_000 // len(ONE)):
            whole.write(ONE)
    return file


def ended(
    *arguments: object, before: Callable[[], None] | None = None, stdin: int | None = None
) -> subprocess.CompletedProcess[str]:
    """How the command ended, as a process of its own."""
    process = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=before,
        stdin=stdin,
    )
    assert "Traceback" not in process.stderr
    return process


def one_line(text: str) -> bool:
    return text.startswith("scrubjay: ") and text.count("\n") == 1


def looks_whole(out: Path) -> bool:
    """True when anything in the folder could be taken for a result."""
    return out.exists() and any(out.iterdir())


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Feeder(threading.Thread):
    """Feeds a process claims without end; `begun` is set when it has read some megabytes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self.begun = threading.Event()
        assert process.stdin
        self._pipe = process.stdin.fileno()

    def run(self) -> None:
        """Until nobody reads any more. A write returns when all but a pipe's worth was read."""
        with contextlib.suppress(BrokenPipeError):
            for turn in itertools.count(1):
                feed(self._pipe, ONE)
                if turn == SOME:
                    self.begun.set()


def feed(pipe: int, document: bytes) -> None:
    left = memoryview(document)
    while left:
        left = left[os.write(pipe, left) :]


def left_nothing(process: subprocess.Popen[str], out: Path) -> bool:
    """True when it has ended as an interrupted run ends, though its input has not."""
    code = process.wait(timeout=60)
    assert process.stderr
    return code == 130 and one_line(process.stderr.read()) and not looks_whole(out)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_run_leaves_nothing(
    sent: signal.Signals, threads: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with started("scrub", "-", "--out", out, "--threads", threads) as process:
        feeder = Feeder(process)
        feeder.start()
        assert feeder.begun.wait(60)
        assert any(out.glob(".staging-*/findings.jsonl"))
        process.send_signal(sent)
        assert left_nothing(process, out)
        feeder.join(60)


@pytest.mark.parametrize("call", ["scrub - --out {}", "validate -", "inspect - --json"])
def test_a_run_that_waits_for_its_input_can_be_interrupted(call: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with started(*call.format(out).split()) as process:
        assert process.stdin
        feed(process.stdin.fileno(), ONE)
        process.send_signal(signal.SIGINT)
        assert left_nothing(process, out)


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    """Sixty files of claims, payments and members."""
    contents = {
        kind: b"".join(generate(kind, claims=400, faults=0.2)) for kind in ("837P", "835", "834")
    }
    files = []
    for number in range(60):
        kind = tuple(contents)[number % 3]
        files.append(tmp_path / f"{number}.{kind}")
        files[-1].write_bytes(contents[kind])
    return files


def test_a_run_over_many_files_that_is_killed_leaves_nothing_that_looks_whole(
    many: list[Path], tmp_path: Path
) -> None:
    """What it leaves is its staging folder, which the next run with --force replaces."""
    out = tmp_path / "out"
    with started("validate", *many, "-", "--out", out) as process:
        feeder = Feeder(process)
        feeder.start()
        assert feeder.begun.wait(60)
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        feeder.join(60)
    assert {path.name.partition("-")[0] for path in out.iterdir()} == {".staging"}
    again = ended("validate", *many, "--out", out, "--force")
    assert again.returncode == 1
    names = {path.name for path in out.iterdir()}
    assert "summary.json" in names
    assert not any(name.startswith(".staging") for name in names)
    assert len([name for name in names if name.endswith(".999")]) == len(many)


def test_a_disk_that_fills_up_while_many_files_are_validated(
    many: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    process = ended("validate", *many, "--out", out, before=limit)
    assert (process.returncode, process.stdout) == (3, "")
    assert one_line(process.stderr)
    assert not looks_whole(out)


def test_a_file_that_may_not_grow_is_a_failure_of_output(large: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    process = ended("scrub", large, "--out", out, before=limit)
    assert process.returncode == 3
    assert one_line(process.stderr)
    assert process.stdout == ""
    assert not looks_whole(out)


def test_a_full_disk_is_a_failure_of_output(large: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    as_root = ["sudo", "-n"] if os.geteuid() and shutil.which("sudo") else []
    mounted = subprocess.run(
        [*as_root, "mount", "-t", "tmpfs", "-o", "size=256k,mode=1777", "tmpfs", disk],
        capture_output=True,
        check=False,
    )
    if mounted.returncode and not os.environ.get("CI"):
        pytest.skip("mounting needs more rights than this machine gives")
    assert mounted.returncode == 0, "CI mounts a small disk: it needs the right to"
    try:
        process = ended("scrub", large, "--out", disk / "out")
        assert process.returncode == 3
        assert one_line(process.stderr)
        assert "disk is full" in process.stderr
        assert not looks_whole(disk / "out")
    finally:
        subprocess.run([*as_root, "umount", disk], check=True)


def test_a_folder_that_cannot_be_written_is_a_failure_of_output(tmp_path: Path) -> None:
    source = tmp_path / "claims.837"
    source.write_bytes(ONE)
    process = ended("scrub", source, "--out", "/proc/scrubjay")
    assert process.returncode == 3
    assert one_line(process.stderr)


@pytest.mark.parametrize("byte", [b"A", b"*", b"~"])
def test_a_file_that_never_ends_a_segment_takes_no_memory(byte: bytes, tmp_path: Path) -> None:
    source = tmp_path / "claims.837"
    source.write_bytes(ONE[: ONE.index(b"CLM*") + 6] + byte * 20_000_000)
    process = ended("validate", source, "--out", tmp_path / "out")
    assert process.returncode == 1
    # by itself: the system counts in a child's peak what its parent held when it began
    used = json.loads((tmp_path / "out/run.json").read_text())["peak_rss_bytes"]
    assert used < 200_000_000


def test_who_reads_only_the_first_lines_is_not_told_off(large: Path) -> None:
    with started("inspect", large) as process:
        assert process.stdout
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_a_full_standard_output_is_a_failure_of_output(tmp_path: Path) -> None:
    source = tmp_path / "claims.837"
    source.write_bytes(ONE)
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [*COMMAND, "validate", source, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 3
    assert one_line(process.stderr)


def test_a_closed_standard_input_is_an_unusable_input(tmp_path: Path) -> None:
    process = ended("scrub", "-", "--out", tmp_path / "out", stdin=subprocess.DEVNULL)
    assert process.returncode == 2
    assert one_line(process.stderr)
    assert not (tmp_path / "out").exists()


EARLY = """
import sys
class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "scrubjay.cli.guard":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
from scrubjay.cli import main
main(["validate", "-"])
"""


def test_an_interrupt_before_anything_has_begun_is_one_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", EARLY], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert one_line(ended.stderr)
