"""The tree of a file: indented, with offsets, without segments if asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrubjay import _native
from scrubjay.cli.inspect import tree
from stage import Command

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic.837"
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


def test_a_trailer_is_told_by_its_number(scrubjay: Command) -> None:
    lines = [line.split(None, 1)[1] for line in scrubjay("inspect", EXAMPLE).out.splitlines()]
    assert lines[-3:] == [
        "set 0001  End of transaction set",
        "group 117  End of group",
        "interchange 000000117  End of interchange",
    ]


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


def test_no_value_is_short_enough_to_be_shown(scrubjay: Command, tmp_path: Path) -> None:
    """Codes that the guide lists are shown, and nothing else: a name may have two letters."""
    text = EXAMPLE.read_text()
    for name, other in (("ELENA", "AL"), ("NM1*IL*1*", "NM1*IL*1*XU")):
        assert name in text
        text = text.replace(name, other)
    file = tmp_path / "claims.837"
    file.write_text(text)
    shown = scrubjay("inspect", file).out
    names = [line.split()[1].split("*") for line in shown.splitlines() if " NM1*" in line]
    assert names
    for _, qualifier, entity, *values in names:
        assert qualifier in {"41", "40", "85", "82", "IL", "PR", "QC", "77", "DN"}
        assert entity in {"1", "2"}
        known = {"46", "XX", "MI", "PI", ""}
        assert all(value in known or set(value) <= set("A9-") for value in values)
    assert "AL" in scrubjay("inspect", file, "--show-phi").out


def test_what_is_no_segment_is_named_in_words(scrubjay: Command, tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(b"lost\n" + EXAMPLE.read_bytes())
    assert "bytes outside any interchange" in scrubjay("inspect", file).out.splitlines()[0]


def test_what_stands_in_no_set_is_shown_where_it_stands(scrubjay: Command, tmp_path: Path) -> None:
    """The TA1 by its guide, whose values are no patient's; anything else masked."""
    file = tmp_path / "answer.ta1"
    isa, _, rest = EXAMPLE.read_text().partition("~")
    iea = rest[rest.index("IEA") :]
    file.write_text(f"{isa}~TA1*000000905*260302*0900*A*000~REF*EI*12345~{iea}")
    lines = [line.split(None, 1)[1] for line in scrubjay("inspect", file).out.splitlines()]
    assert lines[1:3] == [
        "TA1*000000905*260302*0900*A*000  Interchange Acknowledgment",
        "REF*AA*99999  A segment outside any transaction set",
    ]
