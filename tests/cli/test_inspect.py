"""The tree of a file: indented, with offsets, without segments if asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrubjay import _native
from scrubjay.cli.inspect import tree
from stage import Command

EVENTS = [
    {"depth": 0, "kind": "interchange", "id": "000000905", "title": None, "offset": 0},
    {"depth": 3, "kind": "loop", "loop": "2010AA", "title": "Billing provider", "offset": 311},
    {
        "depth": 4,
        "kind": "segment",
        "segment": "NM1",
        "elements": ["85", "2", "B•••"],
        "title": "Name",
        "offset": 311,
    },
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)
TREE = [
    "         0  interchange 000000905\n",
    "       311        2010AA  Billing provider\n",
    "       311          NM1*85*2*B•••  Name\n",
]


def test_each_event_is_a_line() -> None:
    assert list(tree(LINES, loops=False, colour=False)) == TREE


def test_loops_leaves_the_segments_out() -> None:
    assert list(tree(LINES, loops=True, colour=False)) == TREE[:2]


def test_json_is_the_summary_alone(
    scrubjay: Command, claims: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inspect(path: str, job: str, emit: Callable[[str], None]) -> str:
        assert (path, json.loads(job)["command"]) == (str(claims), "inspect")
        emit(LINES)
        return '{"segments": 1}'

    monkeypatch.setattr(_native, "inspect", inspect, raising=False)
    assert scrubjay("inspect", claims).out == "".join(TREE)
    assert scrubjay("inspect", claims, "--json").out == '{"segments": 1}\n'
