"""What `--help` shows as an example can be typed as it stands, where its files are."""

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import scrubjay as library
from scrubjay.cli.call import Call, Group, read
from scrubjay.cli.commands import COMMANDS, command
from scrubjay.history import remember
from scrubjay.keys import TokenKey
from scrubjay.testing import generate

PARTNERS = Path(__file__).parents[2] / "crates" / "x12" / "guides" / "partners"
ANSWERED = {
    *("scrub", "validate", "inspect", "generate", "build", "extract", "deidentify"),
    *("acks", "guide", "history", "repair"),
}
"""Commands whose examples are run; those of others are read."""

RULES = '''
from scrubjay import rule

@rule("TELEHEALTH_PLACE", severity="warning", snip=6, status="A8:249", fix="Send place 02 or 10")
def telehealth_place(line, claim):
    """A telehealth line is not at a telehealth place."""
    return line.modifier_1.is_in("95", "93") & ~claim.place_of_service.is_in("02", "10")
'''


def _calls() -> Iterator[tuple[tuple[str, ...], Call]]:
    for name in COMMANDS:
        made = command(name)
        if isinstance(made, Group):
            yield from (((name, call.name), call) for call in made.calls)
        else:
            yield (name,), made


def _steps(example: str) -> list[list[str]]:
    """The calls of this program in a line for a shell: between pipes and behind `&&`."""
    parts = example.replace("&&", "|").split(" | ")
    return [words[1:] for words in map(shlex.split, parts) if words[:1] == ["scrubjay"]]


EXAMPLES = [(path, call, example) for path, call in _calls() for example in call.examples]


@pytest.mark.parametrize(("path", "call", "example"), EXAMPLES, ids=lambda value: str(value)[:60])
def test_every_example_is_a_call_of_its_command(
    path: tuple[str, ...], call: Call, example: str
) -> None:
    if path[0] == "completion":  # its examples are what a shell evaluates
        return
    own = [words[len(path) :] for words in _steps(example) if tuple(words[: len(path)]) == path]
    others = [words for words in _steps(example) if tuple(words[: len(path)]) != path]
    assert own or others
    for words in own:
        assert read(call, words) is not None
    for words in others:
        other = command(words[0])
        assert isinstance(other, Call)
        assert read(other, words[1:]) is not None


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that the examples name."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "bin").mkdir()
    tools = {"scrubjay": f'{sys.executable} -m scrubjay "$@"', "less": "cat", "jq": 'cat "$3"'}
    for name, line in tools.items():  # the last two are not on every machine
        (folder / "bin" / name).write_text(f"#!/bin/sh\nexec {line}\n")
        (folder / "bin" / name).chmod(0o755)
    claims = folder / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=300, faults=0.05, seed=5)))
    for name in ("sent.837", "monday.837", "tuesday.837", "failing.837"):
        shutil.copy(claims, folder / name)
    (folder / "claims.837.gz").write_bytes(gzip.compress(claims.read_bytes()))
    (folder / "inbox").mkdir()
    shutil.copy(claims, folder / "inbox" / "1.837")
    (folder / "my_rules.py").write_text(RULES)
    with (folder / "claims.jsonl").open("w") as file:
        for batch in library.read(claims, batch_size=100, late="yield"):
            file.writelines(f"{claim.model_dump_json(exclude_none=True)}\n" for claim, _ in batch)
    shutil.copytree(PARTNERS, folder / "partners")
    shutil.copytree(PARTNERS / "example-health-plan", folder / "partners" / "mine")
    shutil.copytree(PARTNERS / "example-health-plan", folder / "mine")
    (folder / "members.834").write_bytes(b"".join(generate("834", claims=10)))
    key = folder / "vendor.key"
    TokenKey.make(key)
    for name in ("scrubbed", "out", "answers"):
        library.scrub(folder / "sent.837", folder / name, token_key=key)
    remember([claims], folder / "sent.codes", token_key=key)
    (folder / "acks").mkdir()
    for kind in ("999", "277ca"):
        (answer,) = (folder / "answers").glob(f"*.{kind}")
        shutil.copy(answer, folder / "acks" / f"1.{kind}")
    return folder


@pytest.mark.parametrize(
    "example", [example for path, _, example in EXAMPLES if path[0] in ANSWERED]
)
def test_examples_work_in_a_folder_that_has_their_files(
    example: str, prepared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    shutil.copytree(prepared, folder)
    for made in re.findall(r"(?:--out|--rest|-o|--into|--record) ([^\s*]+)", example):
        there = folder / made
        if there.is_file():
            there.unlink()
        elif "out/*" not in example and made != "-":
            shutil.rmtree(there, ignore_errors=True)
    less = example.replace("100000", "100").replace("5000", "50")  # as many as show it
    path = f"{prepared / 'bin'}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", less],
        cwd=folder,
        env={**os.environ, "PATH": path, "SCRUBJAY_TOKEN_KEY_FILE": str(prepared / "vendor.key")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode in (0, 1), ended.stderr
