"""A file that a command writes is whole under its name, or not there."""

import contextlib
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scrubjay.cli.target import target
from scrubjay.errors import OutputError, UsageError
from scrubjay.scratch import forget_killed


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    with target(str(path), force=False) as file:
        file.write(b"ISA")
        assert not path.exists()
    assert path.read_bytes() == b"ISA"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_is_held_until_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run in the folder takes away what nobody holds, at any moment."""
    replace, taken = Path.replace, []

    def meanwhile(draft: Path, path: Path) -> Path:
        taken.extend(forget_killed(str(tmp_path)))
        return replace(draft, path)

    monkeypatch.setattr(Path, "replace", meanwhile)
    path = tmp_path / "claims.837"
    with target(str(path), force=False) as file:
        file.write(b"ISA")
    assert path.read_bytes() == b"ISA"
    assert taken == []


def test_a_failure_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    path.write_bytes(b"old")
    cut_short = contextlib.ExitStack()
    cut_short.enter_context(target(str(path), force=True)).write(b"ISA")
    assert cut_short.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None) is False
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    path.touch()
    with pytest.raises(UsageError, match="--force"), target(str(path), force=False):
        pass
    with target(str(path), force=True) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_is_no_file_and_a_missing_one_no_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"), target(str(tmp_path), force=True):
        pass
    nowhere = str(tmp_path / "no" / "where")
    with pytest.raises(OutputError, match="no such file"), target(nowhere, force=True):
        pass


def test_a_file_has_nothing_below(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for below in ("file/claims.837", "file/further/claims.837"):
        with (
            pytest.raises(UsageError, match="no folder"),
            target(str(tmp_path / below), force=False),
        ):
            pass


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with target("-", force=False) as file:
        file.write(b"ISA")
    assert capfdbinary.readouterr().out == b"ISA"


def test_a_link_is_followed_to_its_file(tmp_path: Path) -> None:
    real, link = tmp_path / "there" / "claims.837", tmp_path / "link"
    real.parent.mkdir()
    link.symlink_to(real)
    for text, force in ((b"new", False), (b"newer", True)):
        with target(str(link), force=force) as file:
            file.write(text)
        assert link.is_symlink()
        assert real.read_bytes() == text
    assert list(real.parent.iterdir()) == [real]


def test_a_named_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with target(str(pipe), force=True) as file:
        file.write(b"ISA")
    reader.join()
    assert read == [b"ISA"]
    assert list(tmp_path.iterdir()) == [pipe]
    assert pipe.is_fifo()


def test_a_socket_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
        with pytest.raises(UsageError, match="a device, a socket"), target(str(path), force=True):
            pass
    assert path.is_socket()


@pytest.mark.parametrize(
    "words",
    [
        *("generate 837P -o -", "guide list --json", "generate 837P -o {0} --json"),
        "generate -o {0} --json -- 837P",  # read by click
    ],
)
def test_what_only_a_closed_standard_output_would_hear_fails(words: str, tmp_path: Path) -> None:
    command = words.format(tmp_path / "made.837")
    shell = f"{sys.executable} -m scrubjay {command} >&-"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stderr.startswith("scrubjay: standard output is closed")
    assert not list(tmp_path.iterdir())
