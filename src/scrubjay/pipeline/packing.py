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
from typing import TYPE_CHECKING, Any, NamedTuple

from scrubjay.errors import InternalError
from scrubjay.pipeline.outline import ISA_LENGTH, Delimiters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
_STRING = rb'("[^"\\]*"|null)'
_LINE = re.compile(
    rb'\{"accepted":( true|false),"file":"[^"\\]*","interchange_index":(\d+),"group_index":(\d+),'
    rb'"set_index":(\d+),"interchange":'
    + _STRING
    + rb',"group":'
    + _STRING
    + rb',"set":'
    + _STRING
    + rb',"claim_index":(\d+),"kind":'
    + _STRING
    + rb',"claim":'
    + _STRING
    + rb',"clearinghouse":'
    + _STRING
    + rb',"provider":'
    + _STRING
    + rb',"payer":'
    + _STRING
    + rb',"charge":'
    + _STRING
    + rb',"codes":\[(?:"([A-Z0-9_]+)")?'
)
"""A line as the engine writes it; one with an escape in it is read as JSON."""
_DEAD, _REJECTED = "DEAD_LETTERED", "REJECTED_BY_SCRUB"


def ordinal(interchange: int, number: int) -> int:
    """Of a claim or a batch in its file."""
    return interchange << _SHIFT | number


def unreadable(interchange: int, number: int) -> int:
    """Of a claim that the engine could not place when it judged from that interchange on."""
    return ordinal(_NOWHERE + interchange, number)


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
    """Claims, by index among those that were to be fed, that were left out; ascending."""
    bases: Mapping[int, int] = field(default_factory=dict)
    """By ordinal of the interchange, the index of its first claim, where some were left out."""
    first_batch: int = 0
    _takers: dict[bytes, str | None] = field(default_factory=dict)
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
        self.batches = self.first_batch
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
        """The interchanges that have claims."""
        section: _Section | None = None
        at = 0
        with open(os.path.join(self.folder, "verdicts.jsonl"), "rb") as file:
            for line in file:
                verdict = _read(line)
                if section is None or section.engine_index != verdict.interchange:
                    if section is not None:
                        section.end = at
                        yield section
                    section = _Section(verdict.interchange, _text(verdict.control), at)
                if verdict.accepted:
                    partner = self._taking(verdict.payer)
                    if partner is not None:
                        _extend(section.targets.setdefault(partner, []), section.accepted)
                    section.accepted += 1
                at += len(line)
        if section is not None:
            section.end = at
            yield section

    def _taking(self, payer: bytes) -> str | None:
        """Who takes the claims of a payer, as it is written; there are few of them."""
        if payer not in self._takers:
            self._takers[payer] = self.route(json.loads(payer))
        return self._takers[payer]

    def _rows(
        self, at: int, section: _Section, partner: str | None, *, beside: bool
    ) -> Iterator[Row]:
        """The rows that go to a partner, and `beside` them those that go nowhere."""
        occurrences: dict[tuple[bytes, bytes], list[tuple[int, int]]] = {}
        first: int | None = None
        named: list[Any] = []
        known: tuple[int, int] | None = None
        with open(os.path.join(self.folder, "verdicts.jsonl"), "rb") as file:
            file.seek(section.start)
            left = section.end - section.start
            for line in file:
                if left <= 0:
                    return
                left -= len(line)
                verdict = _read(line)
                if first is None:
                    first = self.bases.get(at, self._index(verdict.claim_index))
                target = self._taking(verdict.payer) if verdict.accepted else None
                if not ((beside and target is None) or (partner is not None and target == partner)):
                    continue
                if verdict.place != known:
                    known = verdict.place
                    like = occurrences.setdefault((verdict.group, verdict.set), [])
                    if known not in like[-1:]:
                        like.append(known)
                    named = [at, _text(verdict.group), _text(verdict.set), len(like) - 1]
                index = self._index(verdict.claim_index) - first
                yield {
                    "target": target,
                    "accepted": verdict.accepted,
                    "set": named,
                    "claim": [
                        ordinal(at, index),
                        _text(verdict.claim),
                        _text(verdict.trace),
                        _cents(verdict.charge),
                        _code(verdict, target),
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


class _Verdict(NamedTuple):
    """A line of verdicts.jsonl; texts as they are written, quotes and all."""

    accepted: bool
    interchange: int
    place: tuple[int, int]
    """Of group and set."""
    control: bytes
    group: bytes
    set: bytes
    claim_index: int
    claim: bytes
    trace: bytes
    payer: bytes
    charge: bytes
    code: str


def _read(line: bytes) -> _Verdict:
    found = _LINE.match(line)
    if found is None:
        return _parsed(json.loads(line))
    part = found.groups()
    return _Verdict(
        part[0] == b" true",
        int(part[1]),
        (int(part[2]), int(part[3])),
        part[4],
        part[5],
        part[6],
        int(part[7]),
        part[9],
        part[10],
        part[12],
        part[13],
        part[14].decode("ascii") if part[14] else "",
    )


def _parsed(row: Row) -> _Verdict:
    def raw(name: str) -> bytes:
        return json.dumps(row[name]).encode()

    return _Verdict(
        row["accepted"],
        row["interchange_index"],
        (row["group_index"], row["set_index"]),
        raw("interchange"),
        raw("group"),
        raw("set"),
        row["claim_index"],
        raw("claim"),
        raw("clearinghouse"),
        raw("payer"),
        raw("charge"),
        row["codes"][0] if row["codes"] else "",
    )


def _text(written: bytes) -> str:
    """What is written, without the quotes; "" for null."""
    if written == b"null":
        return ""
    if b"\\" in written:
        text: str = json.loads(written)
        return text.strip()
    return written[1:-1].decode("utf-8").strip()


def _cents(charge: bytes) -> int:
    return 0 if charge == b"null" else int(charge[1:-1].replace(b".", b""))


def _code(verdict: _Verdict, target: str | None) -> str:
    """The first error; of what is accepted and goes nowhere, that nobody takes it."""
    if verdict.accepted:
        return NO_PARTNER if target is None else ""
    return verdict.code or "ABOVE"
