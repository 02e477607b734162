"""The streaming path stays small: these modules would cost more than the engine itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stage import SAMPLES

FORBIDDEN = {"asyncio", "cryptography", "hashlib", "numpy", "pyarrow", "pydantic", "structlog"}
ON_TERMINALS_ONLY = {"rich"}

PROBE = """
import json, sys
from scrubjay import _native
import scrubjay.runs
answer = open(sys.argv[1]).read()
def run(job, progress=None, judge=None, report=None):
    progress(1, 2)
    if report: report(answer)
    return answer
_native.run = run
from types import SimpleNamespace
scrubjay.runs.ruleset = lambda files: SimpleNamespace(program=None, judge=lambda: None)
from scrubjay.cli import main
try:
    main(sys.argv[2:])
except SystemExit:
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["scrub", "validate"])
def test_the_streaming_commands_load_nothing_heavy(
    command: str, claims: Path, tmp_path: Path
) -> None:
    arguments = [command, str(claims), "--out", str(tmp_path / "out")]
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, str(SAMPLES / "result.json"), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(ended.stderr.splitlines()[-1]))
    assert "click" in loaded
    assert not loaded & (FORBIDDEN | ON_TERMINALS_ONLY)
