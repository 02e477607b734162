"""The token key is made once, kept private, and refused when it is not."""

import stat
from pathlib import Path

import pytest

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.keys import TokenKey, key_path

LINE = "k1:" + "ab" * 32


def written(path: Path, text: str = LINE, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_use_makes_a_key_and_the_second_finds_it(state: Path) -> None:
    first = TokenKey.find()
    assert TokenKey.find() == first
    file = state / "scrubjay" / "token.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_two_keys_differ(tmp_path: Path) -> None:
    assert TokenKey.make(tmp_path / "a") != TokenKey.make(tmp_path / "b")


def test_a_key_made_meanwhile_by_another_process_is_taken(tmp_path: Path) -> None:
    file = written(tmp_path / "token.key")
    assert TokenKey.make(file).id == "k1"


def test_a_named_key_goes_before_the_environment(tmp_path: Path) -> None:
    named, other = written(tmp_path / "a"), written(tmp_path / "b", LINE.replace("k1", "k2"))
    environ = {"SCRUBJAY_TOKEN_KEY_FILE": str(other)}
    assert TokenKey.find(named, environ).id == "k1"
    assert TokenKey.find(None, environ).id == "k2"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="chmod 600"):
        TokenKey.load(written(tmp_path / "k", mode=mode))


@pytest.mark.parametrize("text", ["", "k1", "k1:abc", "k1:" + "g" * 64, LINE + "\n" + LINE])
def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        TokenKey.load(written(tmp_path / "k", text))
    assert "g" * 8 not in str(refused.value)


def test_a_key_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        TokenKey.load(tmp_path / "nowhere")


def test_a_state_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--token-key"):
        TokenKey.make(written(tmp_path / "file") / "below" / "token.key")


def test_a_relative_state_folder_is_ignored_as_the_convention_asks() -> None:
    assert key_path({"XDG_STATE_HOME": "here"}) == key_path({})


def test_the_secret_is_not_in_the_repr() -> None:
    assert "abab" not in repr(TokenKey(id="k1", secret="ab" * 32))
