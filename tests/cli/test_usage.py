"""What a newcomer types: help, slips of the finger, wrong values, all in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scrubjay._version import __version__
from scrubjay.cli.commands import COMMANDS
from stage import Command

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic.837"


def test_the_version_is_quick_and_plain(scrubjay: Command) -> None:
    assert scrubjay("--version").out == f"scrubjay {__version__}\n"
    assert scrubjay("scrub", "--help").out.startswith("Usage: scrubjay scrub")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(scrubjay: Command, name: str) -> None:
    ended = scrubjay(name, "--help")
    assert ended.code == 0
    assert f"Usage: scrubjay {name}" in ended.out


@pytest.mark.parametrize("name", ["scrub", "validate", "inspect", "generate", "build", "extract"])
def test_every_command_that_works_on_files_has_examples(scrubjay: Command, name: str) -> None:
    assert f"Examples:\n    scrubjay {name}" in scrubjay(name, "--help").out


@pytest.mark.parametrize("arguments", [[], ["guide"], ["rules"]])
def test_nothing_to_do_shows_the_help_on_standard_error(
    scrubjay: Command, arguments: list[str]
) -> None:
    ended = scrubjay(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: scrubjay")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("scrubb x", "did you mean 'scrub'?"),
        ("zzz", "no command 'zzz'; see: scrubjay --help"),
        ("scrub --out o", "Missing argument 'FILES...'"),
        ("scrub x", "Missing option '--out'"),
        ("scrub x --out o --outt", "No such option"),
        ("scrub x --out", "'--out' requires an argument; see: scrubjay scrub --help"),
        ("rules list --rules", "see: scrubjay rules list --help"),
        ("scrub x --out o --force=1", "see: scrubjay scrub --help"),
        ("scrub x --out o --as-of 2026-02-30", "no day of the calendar"),
        ("scrub x --out o --as-of tomorrow", "write it as 2026-01-31"),
        ("scrub x --out o --threads -1", "--threads"),
        ("scrub x --out o --threads 99999", "--threads"),
        ("scrub x --out o --control-start 1000000000", "--control-start"),
        ("validate x --limit-segment 4294967296", "--limit-segment"),
        ("scrub x --out o --limit-element 0", "--limit-element"),
        ("generate 837P --lines 1:51 -o x", "a claim has at most 50 lines; ask for fewer"),
        ("generate 277CA --of 837D --lines 1:51 -o x", "a claim has at most 50 lines"),
        ("guide show 837P --overlay x.837", "no overlay; name a file that ends with .overlay"),
        ("scrub x --out o --fail-on never", "'never' is not one of"),
        ("scrub nowhere.837 --out o", "nowhere.837: no such file or directory; check the path"),
        ("inspect nowhere.837", "no such file"),
        ("inspect a b", "unexpected extra argument"),
        ("generate 900 -o x", "'900' is not a kind that can be made; give 837P"),
        ("generate 837P -o x --lines 6:1", "the least comes first"),
        ("generate 837P -o x --lines many", "such as 1:6"),
        ("generate 837P -o x --sets none", "a number of sets, or 'one'"),
        ("generate 837P -o x --faults 2", "--faults"),
        ("completion cmd", "Invalid value for 'SHELL': 'cmd' is not one of bash, zsh, fish"),
        ("rules list --rules x.py", "x.py: there is no such file; check the path"),
        ("rules list --rules /dev/null", "there is no such file"),
        ("rules list --rules /dev", "/dev: there is no file of rules in it"),
    ],
)
def test_a_wrong_call_is_one_line_and_code_2(scrubjay: Command, arguments: str, words: str) -> None:
    ended = scrubjay(*arguments.split())
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.startswith("scrubjay: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(scrubjay: Command, shell: str) -> None:
    assert "_SCRUBJAY_COMPLETE" in scrubjay("completion", shell).out


def test_the_module_is_the_command() -> None:
    arguments = [sys.executable, "-m", "scrubjay", "--version"]
    assert subprocess.run(arguments, check=True, capture_output=True).stdout.startswith(
        b"scrubjay "
    )


def test_a_reader_that_leaves_early_is_no_failure(tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(
        "import sys\nfrom scrubjay.cli.guard import guarded\n"
        "def many():\n    [print('x' * 99) for _ in range(10000)]\n    return 0\n"
        "sys.exit(guarded(many))\n"
    )
    shell = f"set -o pipefail; {sys.executable} {script} | head -n 1"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("library", ["cryptography", "h11"])
def test_a_library_of_an_extra_that_is_missing_is_named(tmp_path: Path, library: str) -> None:
    program = (
        f"import sys; sys.modules['{library}'] = None; from scrubjay.cli import main; "
        "main(sys.argv[1:])"
    )
    words = {"cryptography": ["keys", "list"], "h11": ["clearinghouse"]}[library]
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    said = f"scrubjay: {library} is missing; run: pip install 'scrubjay[service]'\n"
    assert ended.stderr == said


def test_a_full_standard_output_is_our_failure() -> None:
    arguments = [sys.executable, "-m", "scrubjay", "completion", "zsh"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 3
    assert ended.stderr.startswith("scrubjay: no space left")
    assert ended.stderr.count("\n") == 1


def test_a_terminal_without_unicode_ends_no_run(tmp_path: Path) -> None:
    (tmp_path / "\u00fc.837").write_bytes(b"ISA*00*")
    arguments = [sys.executable, "-m", "scrubjay", "inspect", str(tmp_path / "\u00fc*.12")]
    ended = subprocess.run(
        arguments,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "?*.12: no file matches" in ended.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_nobody_listening(closed: str, tmp_path: Path) -> None:
    """A closed stream must not become the number of a file that is written."""
    shell = f'{sys.executable} -m scrubjay scrub "$0" --out "$1" {closed}'
    arguments = ["bash", "-c", shell, str(EXAMPLE), str(tmp_path / "out")]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert (tmp_path / "out" / "summary.json").exists()


@pytest.mark.parametrize("words", ["--version", "guide list"])
def test_a_closed_standard_output_is_no_failure(words: str) -> None:
    shell = f"{sys.executable} -m scrubjay {words} >&-"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_tree_has_no_colours_where_none_are_wanted(
    scrubjay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in scrubjay("inspect", EXAMPLE).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in scrubjay("inspect", EXAMPLE).out


@pytest.mark.parametrize(
    "words",
    [
        ("held", "release", "1"),
        ("partner", "pause", "clearing"),
        ("db", "adopt"),
        ("dlq", "discard", "1"),
    ],
)
@pytest.mark.parametrize("reason", ["", "  "])
def test_blanks_are_no_reason(scrubjay: Command, words: tuple[str, ...], reason: str) -> None:
    ended = scrubjay(*words, "--reason", reason)
    assert (ended.code, "nothing is said" in ended.err) == (2, True)
