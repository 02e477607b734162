"""A short run of the crash harness; `make crashes` is a longer one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from plant import FAILPOINTS

from scrubjay import failpoints

ROOT = Path(__file__).parents[2]


def crashes(*arguments: str) -> str:
    environ = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'scripts' / 'pipeline'}"}
    ended = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "pipeline" / "crashes.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_few_kills_lose_nothing_and_send_nothing_twice() -> None:
    told = crashes("random", "--kills", "5", "--each", "5", "--claims", "20", "--files", "2")
    assert "homes with any fault in the books    0" in told


@pytest.mark.parametrize("name", ["scrub.kept", "assemble.sealed", "send.begun", "vault.keyed"])
def test_a_kill_at_a_failpoint_loses_nothing_and_sends_nothing_twice(name: str) -> None:
    told = crashes("failpoints", "--only", name)
    assert f"{name}:1 hit" in told


def test_failpoints_are_named_for_their_room() -> None:
    rooms = {name.partition(".")[0] for name in FAILPOINTS}
    assert rooms == {
        *("acknowledge", "assemble", "collect", "intake", "parse", "purge", "relay", "scrub"),
        *("remember", "send", "store", "vault", "watch"),
    }


def test_a_failpoint_kills_at_the_passing_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: killed.append((process, number)))
    failpoints.arm("parse.read:3")
    try:
        for _ in range(2):
            failpoints.failpoint("parse.read")
            failpoints.failpoint("parse.done")
        assert not killed
        failpoints.failpoint("parse.read")
        assert killed == [(os.getpid(), signal.SIGKILL)]
    finally:
        failpoints.arm("")
    failpoints.failpoint("parse.read")
    assert len(killed) == 1
