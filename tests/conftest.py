"""What every test finds: a state folder of its own, the sample of a run, and the command line."""

import json
from pathlib import Path

import pytest

from scrubjay import _native
from scrubjay.cli import main
from scrubjay.summary import Result
from stage import SAMPLES, Command, Ended, Engine, Rules


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own, so that no test touches the user's key."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.delenv("SCRUBJAY_TOKEN_KEY_FILE", raising=False)
    monkeypatch.delenv("SCRUBJAY_DEBUG", raising=False)
    return folder


@pytest.fixture
def result() -> Result:
    """A run over 104,212 claims, as the engine answers."""
    answer: Result = json.loads((SAMPLES / "result.json").read_text())
    return answer


@pytest.fixture
def engine(result: Result, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The border with a stand-in behind it, and no rules."""
    stand_in = Engine(result)
    monkeypatch.setattr(_native, "run", stand_in.run, raising=False)
    monkeypatch.setattr("scrubjay.runs.ruleset", Rules)
    return stand_in


@pytest.fixture
def scrubjay(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, in this process."""

    def run(*arguments: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file that is there and readable; the stand-in never looks into it."""
    file = tmp_path / "claims.837"
    file.write_bytes(b"ISA*00*")
    return file
