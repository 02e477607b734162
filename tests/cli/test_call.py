"""The quick reader takes plain calls, and takes them as click does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scrubjay.cli.call import Call, Group, read
from scrubjay.cli.clicked import root
from scrubjay.cli.commands import COMMANDS, called, command

CALLS: dict[tuple[str, ...], Call] = {}
for name in COMMANDS:
    made = command(name)
    if isinstance(made, Group):
        CALLS |= {(name, call.name): call for call in made.calls}
    else:
        CALLS[name,] = made

VALUES = some.sampled_from(
    ["x", "-", "", "0", "7", "-1", "1:6", "one", "claim", "error", "0.5", "2026-01-31", "--", "a=b"]
)


def clicked(way: tuple[str, ...], words: list[str]) -> dict[str, Any]:
    """What click makes of a call; raises where it takes it for wrong."""
    context = root.make_context("scrubjay", [*way, *words])
    group: Any = root
    for name in way:
        group = group.get_command(context, name)
    made: dict[str, Any] = group.make_context(way[-1], list(words), parent=context).params
    return made


@given(some.data())
def test_what_is_read_quickly_is_what_click_reads(data: some.DataObject) -> None:
    way = data.draw(some.sampled_from(sorted(CALLS)))
    call = CALLS[way]
    names = [word for option in call.options for word in (option.name, option.short) if word]
    behind = some.tuples(some.sampled_from([*names, "--none"]), VALUES).map("=".join)
    word = some.one_of(VALUES, some.sampled_from([*names, "--none"]), behind)
    words = data.draw(some.lists(word, max_size=6))
    quick = read(call, words)
    if quick is not None:
        assert clicked(way, words) == quick


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (("scrub",), "a.837 b.837 --out o --rules r.py --rules s.py --as-of 20260131 --exact"),
        (("scrub",), "- --out=o --threads 2 --fail-on warning --limit-segment 99"),
        (("validate",), "a.837 --json --received-date 2026-01-31"),
        (("inspect",), "a.837 --loops"),
        (("generate",), "837p -o - --lines 2:9 --sets one --faults 0.5 --seed 3"),
        (("build",), "a.jsonl --output b.837 --force"),
        (("rules", "list"), "--markdown --rules r.py"),
        (("guide", "list"), "--json"),
        (("completion",), "bash"),
    ],
)
def test_plain_calls_are_read_without_click(way: tuple[str, ...], words: str) -> None:
    call, rest = called([*way, *words.split()])
    assert call is CALLS[way]
    quick = read(call, rest)
    assert quick is not None
    assert clicked(way, list(rest)) == quick


@pytest.mark.parametrize(
    "words",
    [
        "",
        "a.837",
        "a.837 --out",
        "a.837 --out --force",
        "a.837 --out o --help",
        "a.837 --out o --threads many",
        "a.837 --out o --threads -1",
        "a.837 --out o --force=yes",
        "a.837 --out o -- -b.837",
        "a.837 --outt o",
    ],
)
def test_what_is_not_plain_is_left_to_click(words: str) -> None:
    assert read(CALLS["scrub",], words.split()) is None


@pytest.mark.parametrize("words", [[], ["--help"], ["scrubb"], ["rules"], ["rules", "lst"]])
def test_what_names_no_command_is_left_to_click(words: list[str]) -> None:
    assert called(words)[0] is None
