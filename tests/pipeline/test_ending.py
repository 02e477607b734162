"""A polite kill is heard whenever it comes: also while the process starts."""

import subprocess
import sys
from pathlib import Path

import pytest

WHILE_IT_OPENS = """
import os, signal, sys
import scrubjay.app as app
from scrubjay.cli import main

read = app.read_partners

def killed(folder):
    os.kill(os.getpid(), signal.SIGTERM)
    return read(folder)

app.read_partners = killed
sys.argv[0] = "scrubjay"
main(["serve", "--home", sys.argv[1]])
"""
LOST_IN_AN_IMPORT = """
import os, signal, sys
import scrubjay.cli.serve as serve
from scrubjay.cli import main

imported = serve.settings

def killed(given):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        pass
    return imported(given)

serve.settings = killed
main(["serve", "--home", sys.argv[1]])
"""


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [(WHILE_IT_OPENS, 0, '"runner.ended"'), (LOST_IN_AN_IMPORT, 130, "interrupted")],
)
def test_a_polite_kill_while_it_starts_ends_it(
    tmp_path: Path, program: str, code: int, says: str
) -> None:
    (tmp_path / "home" / "partners").mkdir(parents=True)
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "home")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
    assert says in ended.stderr
