"""Folders for what is not whole: whatever ends a run, the next one leaves nothing in clear."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scrubjay.scratch import scratch
from scrubjay.testing import generate
from stage import Command


def test_what_a_killed_process_left_is_gone_with_the_next(tmp_path: Path) -> None:
    """Its folder goes; those of processes that live, and of other names, stay."""
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True
    )
    left = tmp_path / f".repair-{int(gone.stdout)}-a1b2"
    mine = tmp_path / f".repair-{os.getppid()}-a1b2"
    other = tmp_path / f".extract-{int(gone.stdout)}-a1b2"
    for folder in (left, mine, other):
        folder.mkdir()
        (folder / "whole").write_text("in clear")
    with scratch("repair", str(tmp_path)) as made:
        assert Path(made).stat().st_mode & 0o777 == 0o700
        assert not left.exists()
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


def test_what_another_thread_of_this_process_makes_stays(tmp_path: Path) -> None:
    """What was left under the number of this process goes, as in a container that started anew."""
    left = tmp_path / f".codes-{os.getpid()}-a1b2"
    left.mkdir()
    with scratch("codes", str(tmp_path)) as first, scratch("codes", str(tmp_path)) as second:
        assert sorted(map(str, tmp_path.iterdir())) == sorted([first, second])
    assert not list(tmp_path.iterdir())


def test_what_killed_runs_left_in_an_output_folder_goes_and_is_told(
    tmp_path: Path, scrubjay: Command, caplog: pytest.LogCaptureFixture
) -> None:
    """Staging folders and drafts; what a run that lives is making stays, and is in the way."""
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=3)))
    out = tmp_path / "out"
    left = (".staging-4194305", ".enroll-4194305-abc", ".members.jsonl.4194305.part")
    for name in left[:2]:
        (out / name).mkdir(parents=True)
        (out / name / "accepted").write_text("claims")
    (out / left[2]).write_text("members")
    assert scrubjay("scrub", claims, "--out", out).code in {0, 1}
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert all(name in caplog.text for name in left)
    other = tmp_path / "other"
    (other / f".staging-{os.getppid()}").mkdir(parents=True)
    told = scrubjay("scrub", claims, "--out", other)
    assert (told.code, "another run is writing there" in told.err) == (2, True)
    assert (other / f".staging-{os.getppid()}").is_dir()


@pytest.mark.parametrize("command", ["scrub", "export"])
def test_the_run_after_a_kill_needs_no_force(tmp_path: Path, command: str) -> None:
    """A real run, killed as soon as its staging is there."""
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=20_000)))
    out = tmp_path / "out"
    words = [sys.executable, "-m", "scrubjay", command, str(claims), "--out", str(out)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        patience = time.monotonic() + 60
        while not list(out.glob(".staging-*")) and killed.poll() is None:
            assert time.monotonic() < patience
        killed.kill()
    assert list(out.iterdir())
    assert all(path.name.startswith(".") for path in out.iterdir())
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert again.returncode in {0, 1}, again.stderr
    assert "removed what a run that was killed left there: .staging-" in again.stderr
    assert not list(out.glob(".*"))
