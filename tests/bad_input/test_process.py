"""Whole processes: Ctrl-C, full disks, closed pipes, files that never end."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from properties.files import generated

COMMAND = [sys.executable, "-m", "scrubjay"]
ONE = generated(2_000, faults=0.05, seed=5)


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


def wait_for(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(
    sent: signal.Signals, large: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with started("scrub", large, "--out", out, "--threads", 1) as process:
        wait_for(lambda: any(out.glob(".staging-*/findings.jsonl")))
        process.send_signal(sent)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert one_line(errors)
    assert not looks_whole(out)


def test_a_run_that_waits_for_its_input_can_be_interrupted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with started("scrub", "-", "--out", out) as process:
        wait_for(out.exists)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert one_line(errors)
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
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting needs more rights than this machine gives")
    try:
        process = ended("scrub", large, "--out", disk / "out")
        assert process.returncode == 3
        assert one_line(process.stderr)
        assert "disk is full" in process.stderr
        assert not looks_whole(disk / "out")
    finally:
        subprocess.run(["umount", disk], check=True)


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
    process = ended("validate", source, "--json")
    assert process.returncode == 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert used < 200_000, f"{used} KB"


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
