"""Folders for what is not whole: whatever ends a run, the next one leaves nothing in clear."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrubjay.scratch import alone, forget_killed, scratch
from scrubjay.testing import generate
from stage import Command


@contextlib.contextmanager
def held(*paths: Path) -> Iterator[None]:
    """Somebody who lives holds them."""
    locks = [os.open(path, os.O_RDONLY) for path in paths]
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    yield
    for lock in locks:
        os.close(lock)


def test_what_a_killed_process_left_is_gone_with_the_next(tmp_path: Path) -> None:
    """Whatever its number: in another container it means another process, or none."""
    left = [tmp_path / f".repair-{number}-a1b2" for number in (1, os.getpid(), 4194305)]
    theirs = [tmp_path / f".repair-{number}-c3d4" for number in (1, os.getpid(), 4194305)]
    other = tmp_path / ".extract-4194305-a1b2"
    for folder in (*left, *theirs, other):
        folder.mkdir()
        (folder / "whole").write_text("in clear")
    with held(*theirs), scratch("repair", str(tmp_path)) as made:
        assert Path(made).stat().st_mode & 0o777 == 0o700
        assert not any(each.exists() for each in left)
    assert sorted(tmp_path.iterdir()) == sorted([*theirs, other])


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    """Real processes: while one lives its folder and draft stay, and go when it was killed."""
    text = (
        "import sys\n"
        "from scrubjay.scratch import begin_draft, scratch\n"
        f"with scratch('repair', {str(tmp_path)!r}):\n"
        f"    begin_draft({str(tmp_path / '.out.7.part')!r})\n"
        "    print('made', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", text]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"made\n"
        assert forget_killed(str(tmp_path)) == []
        process.kill()
    assert len(forget_killed(str(tmp_path))) == 2
    assert not list(tmp_path.iterdir())


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
    (other / ".staging-4194305").mkdir(parents=True)
    with held(other / ".staging-4194305"):
        told = scrubjay("scrub", claims, "--out", other)
    assert (told.code, "another run is writing there" in told.err) == (2, True)
    assert (other / ".staging-4194305").is_dir()


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


def test_a_folder_that_a_run_is_writing_to_is_in_the_way(tmp_path: Path, scrubjay: Command) -> None:
    """Of every command, with --force too; nothing in it is touched, and nothing stays of it."""
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=3)))
    paid, members = tmp_path / "paid.835", tmp_path / "members.834"
    paid.write_bytes(b"".join(generate("835", claims=3)))
    members.write_bytes(b"".join(generate("834", claims=3)))
    out = tmp_path / "out"
    (out / ".staging-4194305").mkdir(parents=True)
    calls = (
        ("scrub", claims),
        ("validate", claims),
        ("export", claims),
        ("export", members, "--table", "enrollments"),
        ("enroll", members),
        ("enroll", members, "--to", "csv"),
        ("remit", paid),
        ("acks", "apply", "--claims", claims, claims),
    )
    with alone(str(out)):
        for call in calls:
            for force in ((), ("--force",)):
                told = scrubjay(*call, "--out", out, *force)
                assert (told.code, "another run is writing there" in told.err) == (2, True), call
    assert list(out.iterdir()) == [out / ".staging-4194305"]
    for call in calls[:-1]:
        assert scrubjay(*call, "--out", out, "--force").code in {0, 1}
        assert not list(out.glob(".*"))


@pytest.mark.parametrize("force", [True, False])
def test_two_runs_at_once_leave_what_one_of_them_made(tmp_path: Path, force: bool) -> None:  # noqa: FBT001
    """Real processes that begin together."""
    out = tmp_path / "out"
    for index in range(2):
        text = b"".join(generate("837P", claims=400, seed=index))
        (tmp_path / f"claims{index}.837").write_bytes(text)
    program = (
        "import sys, scrubjay\n"
        "from scrubjay.errors import UsageError\n"
        "print(end='r', flush=True)\n"
        "sys.stdin.readline()\n"
        "try:\n"
        f"    scrubjay.scrub(sys.argv[1], {str(out)!r}, force={force})\n"
        "    print('whole')\n"
        "except UsageError:\n"
        "    print('refused')\n"
    )
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / f"claims{index}.837")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for index in range(2)
    ]
    for process in begun:
        assert process.stdout is not None
        assert process.stdout.read(1) == "r"
    for process in begun:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate()[0].strip() for process in begun]
    assert "whole" in told
    assert set(told) <= {"whole", "refused"}
    facts = json.loads((out / "run.json").read_text())
    summary = json.loads((out / "summary.json").read_text())
    names = {each["file"] for each in facts["outputs"]} | {"run.json", "summary.json"}
    assert {path.name for path in out.iterdir()} == names
    assert summary["files"] == [each["file"] for each in facts["inputs"]]
    for each in facts["outputs"]:
        assert hashlib.sha256((out / each["file"]).read_bytes()).hexdigest() == each["sha256"]
