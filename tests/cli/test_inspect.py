"""The tree of a file: indented, with offsets, without segments if asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrubjay import _native
from scrubjay.cli.inspect import tree
from stage import Command

HEADER = ["00", "", "00", "", "ZZ", "JB9001   ", "ZZ", "NWCLR  ", "250310", "0815", "^", "00501"]
EVENTS: list[dict[str, Any]] = [
    {
        "depth": 0,
        "kind": "interchange",
        "id": "ISA",
        "elements": [*HEADER, "000000905"],
        "title": "Interchange",
        "offset": 0,
    },
    {
        "depth": 1,
        "kind": "group",
        "id": "GS",
        "elements": ["HC", "JB9001"],
        "title": "Functional group",
        "offset": 107,
    },
    {
        "depth": 2,
        "kind": "set",
        "id": "ST",
        "elements": ["837", "0001"],
        "title": "Health Care Claim",
        "offset": 160,
    },
    {
        "depth": 3,
        "kind": "loop",
        "id": "NM1",
        "loop": "2010AA",
        "elements": ["85", "2", "AAAA"],
        "title": "Billing provider",
        "offset": 311,
    },
    {
        "depth": 4,
        "kind": "segment",
        "id": "NM1",
        "loop": "2010AA",
        "elements": ["85", "2", "AAAA"],
        "title": "",
        "offset": 311,
    },
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)
TREE = [
    "         0  interchange 000000905  JB9001 to NWCLR, 00501\n",
    "       107    group ?  HC ?\n",
    "       160      set 0001  Health Care Claim\n",
    "       311        2010AA  Billing provider\n",
    "       311          NM1*85*2*AAAA\n",
]


def test_each_event_is_a_line() -> None:
    assert list(tree(LINES, loops=False, colour=False)) == TREE


def test_loops_leaves_the_segments_out() -> None:
    assert list(tree(LINES, loops=True, colour=False)) == TREE[:-1]


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
