"""The tables beside this file: what is known of why two witnesses differ."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Argument", "Class", "Reason", "arguments", "classes", "reasons"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason that a manifest states is called here.

    `codes` is empty where it is not judged by `validate`.
    """

    stated: re.Pattern[str]
    codes: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands against a manifest, and why that is right.

    `found` is a finding, `CODE loop/segment/element`, or a reason that is stated and not found;
    `file` is a pattern of the documents that the row is about, or empty.
    """

    found: re.Pattern[str]
    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Class:
    """A kind of difference from pyx12: who rejects, what is told, and why that is so."""

    name: str
    rejects: str
    told: re.Pattern[str]
    why: str


def reasons() -> list[Reason]:
    """The rows of reasons.tsv; the first that matches counts."""
    return [
        Reason(
            re.compile(row["stated"]),
            frozenset(row["found"].split("|")) - {"-"},
            row["why"],
        )
        for row in _rows("reasons.tsv")
    ]


def arguments() -> list[Argument]:
    """The rows of arguments.tsv."""
    rows = _rows("arguments.tsv")
    return [Argument(re.compile(row["found"]), row["file"], row["why"]) for row in rows]


def classes() -> list[Class]:
    """The rows of classes.tsv."""
    return [
        Class(row["class"], row["rejects"], re.compile(row["told"]), row["why"])
        for row in _rows("classes.tsv")
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
