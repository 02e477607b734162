"""A file that a command writes is whole under its name, or not there."""

import contextlib
import stat
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
