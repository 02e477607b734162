"""Inputs and outputs are settled before the first byte, each refusal with its next step."""

import os
from pathlib import Path

import pytest

from scrubjay import places
from scrubjay.errors import InputError, OutputError, UsageError


def test_files_keep_their_order_and_patterns_are_sorted(tmp_path: Path) -> None:
    for name in ("b.837", "a.837", "c.txt"):
        (tmp_path / name).touch()
    found = places.inputs([tmp_path / "c.txt", f"{tmp_path}/*.837"])
    assert [Path(name).name for name in found] == ["c.txt", "a.837", "b.837"]


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path: Path) -> None:
    odd = tmp_path / "claims[1].837"
    odd.touch()
    assert places.inputs([odd]) == (str(odd),)


def test_standard_input_is_taken_as_it_is() -> None:
    assert places.inputs(["-"]) == ("-",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere.837", "no such file"),
        ("*.none", "no file matches"),
        (".", "is a folder"),
        ("file/below", "not a directory"),
        ("x" * 300, "file name too long"),
    ],
)
def test_an_input_that_cannot_be_used(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=words):
        places.inputs([name])


def test_the_same_file_twice_is_refused_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(UsageError, match="twice"):
        places.inputs([tmp_path / "a", tmp_path / "b"])


@pytest.mark.parametrize("names", [[], [""], ["a\0b"], ["-", "-"]])
def test_names_that_make_no_sense(names: list[str]) -> None:
    with pytest.raises(UsageError):
        places.inputs(names)


def test_a_new_and_an_empty_folder_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert places.output(tmp_path / "empty") == str(tmp_path / "empty")
    assert places.output(tmp_path / "new" / "deep") == str(tmp_path / "new" / "deep")
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_needs_force(tmp_path: Path) -> None:
    (tmp_path / "thing").touch()
    with pytest.raises(UsageError, match="--force"):
        places.output(tmp_path)
    assert places.output(tmp_path, force=True) == str(tmp_path)


def test_a_file_is_no_folder_and_has_nothing_below(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        places.output(tmp_path / "file")
    with pytest.raises(UsageError, match="is a file"):
        places.output(tmp_path / "file" / "below")


def test_a_folder_without_the_right_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write anywhere, so the right itself is taken away here.
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(OutputError, match="no right to write"):
        places.output(tmp_path)
    with pytest.raises(OutputError, match="no right to make it"):
        places.output(tmp_path / "new")


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.837")
    Path(name).touch()
    with pytest.raises(UsageError, match="not a name in UTF-8; rename it"):
        places.inputs([name])
    with pytest.raises(UsageError, match="not a name in UTF-8"):
        places.output(name)
