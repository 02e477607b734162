"""Guides are listed by set and version."""

import json

import pytest

from scrubjay import _native
from scrubjay.guides import Guide
from stage import Command

ROWS = [
    {
        "name": "999",
        "transaction_set": "999",
        "version": "005010X231A1",
        "title": "Implementation Acknowledgment",
        "aliases": [],
        "fingerprint": "b2",
    },
    {
        "name": "837P",
        "transaction_set": "837",
        "version": "005010X222A1",
        "title": "Health Care Claim: Professional",
        "aliases": ["005010X222A2"],
        "fingerprint": "a1",
    },
]


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two guides at the border."""
    monkeypatch.setattr(_native, "guides", lambda: json.dumps(ROWS), raising=False)


def test_known_guides_are_values_in_order() -> None:
    assert [guide.name for guide in Guide.known()] == ["837P", "999"]
    assert Guide.known()[0].aliases == ("005010X222A2",)


def test_the_command_lists_them(scrubjay: Command) -> None:
    assert scrubjay("guide", "list").out.splitlines() == [
        "837P  005010X222A1    Health Care Claim: Professional  (also 005010X222A2)",
        "999   005010X231A1    Implementation Acknowledgment",
    ]
    assert len(json.loads(scrubjay("guide", "list", "--json").out)["guides"]) == 2
