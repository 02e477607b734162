"""What the engine wrote, made ready to go on: claims in batches by partner, and a plan of them.

The plan is JSON lines, and all that is needed to write the batches down, now or after a restart::

    {"batch": ordinal, "partner": name, "set": [...], "start": n, "length": n, "claims": [...]}
    {"state": "REJECTED_BY_SCRUB", "set": [...], "claims": [...]}

``set`` is the interchange's ordinal, GS06, ST02 and how many like it came before; a claim is its
ordinal, token, trace token, cents and code. Ordinals are those of the interchange in its file,
shifted, and of the claim or batch in its interchange: they stay the same whatever else of the file
is judged with it.
"""

from __future__ import annotations

import json
import mmap
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.errors import InternalError
from scrubjay.pipeline.outline import ISA_LENGTH, Delimiters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Row = dict[str, Any]
    Ranges = list[tuple[int, int]]
    Route = Callable[[str | None], str | None]
    Extract = Callable[[str, Ranges], str]

__all__ = ["BESIDE", "NO_PARTNER", "Packing", "ordinal", "unreadable"]

_SHIFT = 32
BESIDE = 500
"""Claims of one line of the plan that are in no batch."""
_NOWHERE = 1 << 20
"""Stands for the interchange of claims that could not be placed."""
NO_PARTNER = "NO_PARTNER"
_ACCEPTED = b'{"accepted": true'
_STRING = rb'("(?:[^"\\]|\\.)*"|null)'
_GLANCE = re.compile(
    rb'"interchange_index":(\d+),.*?"interchange":' + _STRING + rb',.*"payer":' + _STRING
)
_DEAD, _REJECTED = "DEAD_LETTERED", "REJECTED_BY_SCRUB"


def ordinal(interchange: int, number: int) -> int:
    """Of a claim or a batch in its file."""
    return interchange << _SHIFT | number


def unreadable(number: int) -> int:
    """Of a claim that the engine could not place."""
    return ordinal(_NOWHERE, number)


@dataclass(slots=True)
class _Section:
    """The verdicts of one interchange."""

    engine_index: int
    control: str
    start: int
    end: int = 0
    """Where they stand in verdicts.jsonl."""
    accepted: int = 0
    targets: dict[str, Ranges] = field(default_factory=dict)
    """Which of its accepted claims go to whom, counted among the accepted ones."""


@dataclass(slots=True)
class Packing:
    """Of one run of the engine over some interchanges of a file."""

    folder: str
    """Where it wrote."""
    fed: Sequence[tuple[int, str]]
    """Ordinal and ISA13 of the interchanges that it was given, in order."""
    route: Route
    """A partner's name for a payer; None where nobody takes it."""
    extract: Extract
    """Claims of a file by index as a file of their own; its path."""
    write: Callable[[bytes], object]
    """Takes the bytes of batches: four delimiters, then ST to SE, each."""
    removed: Sequence[int] = ()
    """Claims of the file, by index among those that were to be fed, that were not."""
    written: int = 0
    batches: int = 0

    def plan(self) -> Iterator[Row]:
        """Everything, in the order of the file."""
        files = self._accepted_files()
        passed = 0
        for section in self._sections():
            known = self.fed[passed:]
            met = [no for no, (_, control) in enumerate(known) if control == section.control]
            if not met:
                raise InternalError(
                    "the engine tells of an interchange it was not given; report it"
                )
            at = known[met[0]][0]
            passed += met[0] + 1
            yield from self._section(at, section, files.get(section.engine_index))

    def _section(self, at: int, section: _Section, path: str | None) -> Iterator[Row]:
        self.batches = 0
        names: list[str | None] = [*sorted(section.targets)] or [None]
        for no, partner in enumerate(names):
            rows = self._rows(at, section, partner, beside=no == 0)
            if partner is None or path is None:
                yield from _beside(rows)
                continue
            own = section.targets[partner]
            alone = own == [(0, section.accepted - 1)]
            yield from self._batches(at, partner, path if alone else self.extract(path, own), rows)

    def _accepted_files(self) -> dict[int, str]:
        """The files of accepted claims, by the engine's ordinal of the interchange."""
        found = {}
        for name in os.listdir(self.folder):
            stem, ends, _ = name.partition(".accepted.837")
            if ends:
                # outputs are numbered from 1, verdicts from 0
                number = int(stem.rsplit(".", 1)[1].partition("-")[0]) - 1
                found[number] = os.path.join(self.folder, name)
        return found

    def _sections(self) -> Iterator[_Section]:
        """The interchanges that have claims, looked through without reading much of a line."""
        section: _Section | None = None
        at = 0
        with open(os.path.join(self.folder, "verdicts.jsonl"), "rb") as file:
            for line in file:
                glance = _GLANCE.search(line)
                if glance is None:
                    raise InternalError("a line of verdicts.jsonl cannot be read; report it")
                index = int(glance[1])
                if section is None or section.engine_index != index:
                    if section is not None:
                        section.end = at
                        yield section
                    section = _Section(index, (json.loads(glance[2]) or "").strip(), at)
                if line.startswith(_ACCEPTED):
                    partner = self.route(json.loads(glance[3]))
                    if partner is not None:
                        _extend(section.targets.setdefault(partner, []), section.accepted)
                    section.accepted += 1
                at += len(line)
        if section is not None:
            section.end = at
            yield section

    def _rows(
        self, at: int, section: _Section, partner: str | None, *, beside: bool
    ) -> Iterator[Row]:
        """The rows that go to a partner, and `beside` them those that go nowhere."""
        occurrences: dict[tuple[str, str], list[tuple[int, int]]] = {}
        first: int | None = None
        with open(os.path.join(self.folder, "verdicts.jsonl"), "rb") as file:
            file.seek(section.start)
            left = section.end - section.start
            for line in file:
                if left <= 0:
                    return
                left -= len(line)
                row = json.loads(line)
                if first is None:
                    first = row["claim_index"]
                target = self.route(row["payer"]) if row["accepted"] else None
                if not ((beside and target is None) or (partner is not None and target == partner)):
                    continue
                group, control = (row["group"] or "").strip(), (row["set"] or "").strip()
                like = occurrences.setdefault((group, control), [])
                place = (row["group_index"], row["set_index"])
                if place not in like[-1:]:
                    like.append(place)
                index = self._index(row["claim_index"]) - self._index(first)
                yield {
                    "target": target,
                    "accepted": row["accepted"],
                    "set": [at, group, control, len(like) - 1],
                    "claim": [
                        ordinal(at, index),
                        row["claim"] or "",
                        row["clearinghouse"] or "",
                        _cents(row["charge"]),
                        _code(row, target),
                    ],
                }

    def _index(self, index: int) -> int:
        """The index that a claim had before others were left out."""
        for one in self.removed:
            if one > index:
                break
            index += 1
        return index

    def _batches(self, at: int, partner: str, path: str, rows: Iterator[Row]) -> Iterator[Row]:
        """The sets of a file of accepted claims, each with its rows; those beside in between."""
        apart: list[Row] = []
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            delimiters = Delimiters.of(text[:ISA_LENGTH])
            mark = delimiters.together()
            for start, end, count in _sets(text, delimiters):
                own: list[Row] = []
                while len(own) < count:
                    row = next(rows, None)
                    if row is None:
                        raise InternalError(
                            "the engine wrote more claims than it accepted; report it"
                        )
                    (own if row["target"] == partner else apart).append(row)
                self.write(mark + text[start:end])
                length = len(mark) + end - start
                yield {
                    "batch": ordinal(at, self.batches),
                    "partner": partner,
                    "set": own[0]["set"],
                    "start": self.written,
                    "length": length,
                    "claims": [row["claim"] for row in own],
                }
                self.batches += 1
                self.written += length
                if len(apart) >= BESIDE:
                    yield from _beside(apart)
                    apart = []
        for row in rows:
            if row["target"] == partner:
                raise InternalError("the engine accepted more claims than it wrote; report it")
            apart.append(row)
        yield from _beside(apart)


def _beside(rows: Iterator[Row] | list[Row]) -> Iterator[Row]:
    """Rows that go nowhere, those of one set and state together."""
    held: Row | None = None
    for row in rows:
        state = _DEAD if row["accepted"] else _REJECTED
        full = held is not None and len(held["claims"]) >= BESIDE
        if held is None or full or (held["state"], held["set"]) != (state, row["set"]):
            if held is not None:
                yield held
            held = {"state": state, "set": row["set"], "claims": []}
        held["claims"].append(row["claim"])
    if held is not None:
        yield held


def _sets(text: mmap.mmap, delimiters: Delimiters) -> Iterator[tuple[int, int, int]]:
    """Start, end and claims of each set, ST to SE with its terminator."""
    terminator = re.escape(delimiters.terminator)
    pattern = re.compile(terminator + rb"\s*(ST|SE|CLM)(?=" + re.escape(delimiters.element) + rb")")
    start = count = 0
    for found in pattern.finditer(text):
        match found[1]:
            case b"ST":
                start, count = found.start(1), 0
            case b"CLM":
                count += 1
            case b"SE":
                yield start, text.find(delimiters.terminator, found.start(1)) + 1, count


def _extend(ranges: Ranges, index: int) -> None:
    if ranges and ranges[-1][1] == index - 1:
        ranges[-1] = (ranges[-1][0], index)
    else:
        ranges.append((index, index))


def _cents(charge: str | None) -> int:
    return int(charge.replace(".", "")) if charge else 0


def _code(row: Row, target: str | None) -> str:
    """The first error; of what is accepted and goes nowhere, that nobody takes it."""
    if row["accepted"]:
        return NO_PARTNER if target is None else ""
    return row["codes"][0] if row["codes"] else "ABOVE"
