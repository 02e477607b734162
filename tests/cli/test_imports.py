"""The streaming path stays small: what it loads is counted, at every start and in memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic.837"
# Each costs more than the work on a small file: in time, in memory, or by what it imports itself.
FORBIDDEN = {
    *("argparse", "ast", "asyncio", "click", "copy", "cryptography", "dataclasses", "decimal"),
    *("difflib", "dis", "glob", "hashlib", "html", "inspect", "locale", "logging", "numpy"),
    *("pathlib", "pyarrow", "pydantic", "random", "rich", "shutil", "socket", "structlog"),
    *("subprocess", "tempfile", "textwrap", "threading", "tokenize", "traceback", "typing"),
    *("urllib", "uuid"),
}
ROOMS = {
    "scrub": {"cli", "codes", "rulebook", "runs", "report"},
    "validate": {"cli", "runs", "report"},
}
GROUND = {"errors", "frozen", "job", "keys", "money", "places", "severity", "_native", "_version"}

BARE = "import json, sys; print(json.dumps(sorted(sys.modules)))"
PROBE = """
import json, sys
from scrubjay.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)
"""


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """What the interpreter loads by itself, here: .pth files and debuggers are not ours."""
    return set(json.loads(python(BARE).stdout))


@pytest.mark.parametrize("command", ROOMS)
def test_the_streaming_commands_load_nothing_heavy(
    command: str, bare: set[str], tmp_path: Path
) -> None:
    """The real engine, rules and report over a real file: nothing stands in for anything."""
    ended = python(PROBE, command, str(EXAMPLE), "--out", str(tmp_path / "out"))
    code, names = json.loads(ended.stderr.splitlines()[-1])
    assert code == 1
    assert (tmp_path / "out" / "report.html").exists()
    assert FORBIDDEN & (set(names) - bare) == set()
    rooms = {name.split(".")[1] for name in names if name.startswith("scrubjay.")}
    assert rooms == ROOMS[command] | GROUND


def test_the_version_loads_nothing_at_all(bare: set[str]) -> None:
    ended = python(PROBE, "--version")
    _, names = json.loads(ended.stderr)
    assert FORBIDDEN & (set(names) - bare) == set()
    assert {name for name in names if name.startswith("scrubjay.")} == {
        "scrubjay._version",
        "scrubjay.cli",
    }
