"""Folders for what is not whole: whatever ends a run, the next one leaves nothing in clear."""

import os
import subprocess
import sys
from pathlib import Path

from scrubjay.scratch import scratch


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
