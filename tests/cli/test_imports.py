"""The streaming path stays small: these modules would cost more than the engine itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic.837"
FORBIDDEN = {"asyncio", "cryptography", "hashlib", "numpy", "pyarrow", "pydantic", "structlog"}
ON_TERMINALS_ONLY = {"rich"}

PROBE = """
import json, sys
from scrubjay.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    names = sorted({name.split(".")[0] for name in sys.modules})
    print(json.dumps([end.code, names]), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["scrub", "validate"])
def test_the_streaming_commands_load_nothing_heavy(command: str, tmp_path: Path) -> None:
    """The real engine, rules and report over a real file: nothing stands in for anything."""
    arguments = [command, str(EXAMPLE), "--out", str(tmp_path / "out")]
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    code, names = json.loads(ended.stderr.splitlines()[-1])
    assert code == 1
    assert (tmp_path / "out" / "report.html").exists()
    loaded = set(names)
    assert "click" in loaded
    assert not loaded & (FORBIDDEN | ON_TERMINALS_ONLY)
