"""The Python of the pages that teach it runs as it is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from acks.made import Claim, ca
from stage import Command

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic.837"
PAGES = ("README.md", "docs/writing-rules.md", "docs/acknowledgments.md")
BLOCKS = {
    f"{page} {number}": text
    for page in PAGES
    for number, text in enumerate(
        re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL), 1
    )
}
RULES = {name: text for name, text in BLOCKS.items() if "@rule(" in text}
PROGRAMS = {name: text for name, text in BLOCKS.items() if name not in RULES}


def test_there_is_something_to_run() -> None:
    assert len(RULES) >= 3
    assert len(PROGRAMS) >= 3


@pytest.mark.parametrize("name", RULES)
def test_rules_load_and_judge(scrubjay: Command, name: str, tmp_path: Path) -> None:
    rules = tmp_path / "my_rules.py"
    rules.write_text(RULES[name])
    ended = scrubjay("scrub", EXAMPLE, "--out", tmp_path / "out", "--rules", rules)
    assert (ended.code, ended.err) == (1, "")
    assert "RULE_FAILED" not in (tmp_path / "out" / "findings.jsonl").read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run(name: str, tmp_path: Path) -> None:
    (tmp_path / "claims.837").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "acks").mkdir()
    (tmp_path / "acks" / "1.277ca").write_bytes(ca((Claim("A1"), "A7:562:85**U")))
    (tmp_path / "program.py").write_text(PROGRAMS[name])
    ended = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "program.py"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_overlay_of_the_page_is_one(scrubjay: Command, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "guide-format.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```\n(overlay .*?)```", page, re.DOTALL)
    overlay = tmp_path / "page.overlay"
    overlay.write_text(text)
    assert scrubjay("guide", "check", overlay).code == 0


def test_a_plain_rule_finds_its_line_from_the_command_line(
    scrubjay: Command, tmp_path: Path
) -> None:
    rules = tmp_path / "my_rules.py"
    rules.write_text(
        "from scrubjay.rules import Flag, rule\n"
        "@rule('EVERY_LINE', severity='warning', snip=7, native=False, state='shadow')\n"
        "def every_line(claim):\n"
        "    '''A line is a line.'''\n"
        "    return [Flag(line=line.number) for line in claim.lines]\n"
    )
    ended = scrubjay("scrub", EXAMPLE, "--out", tmp_path / "out", "--rules", rules)
    assert ended.code == 1
    assert "A line is a line  [EVERY_LINE]" in ended.out
    assert '"line":2' in (tmp_path / "out" / "findings.jsonl").read_text()
