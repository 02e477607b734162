"""What the engine wrote, made ready to go on: claims in batches by partner, and a plan of them.

The plan is all that is needed to write the batches down, now or after a restart: lines of a head
and rows of claims, both JSON, with a tab between::

    {"batch": ordinal, "partner": name, "set": [...], "start", "length", "count", "charges"}  [...]
    {"state": "REJECTED_BY_SCRUB", "set": [...]}  [...]

``set`` is the interchange's ordinal, GS06, ST02 and how many like it came before. A row is a
claim's ordinal, token, trace token, cents, and null or, of what is in no batch, its code; of a
batch they are the very text that the store proves and writes, and are not read here. ``corrects``
is there where claims replace or void earlier ones: each one's place, the token of the original's
number, and its own.
Ordinals are those of the interchange in its file, shifted, and of the claim or batch in its
interchange: they stay the same whatever else of the file is judged with it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from scrubjay import _native
from scrubjay.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Ranges = list[tuple[int, int]]
    Route = Callable[[str | None], str | None]
    Extract = Callable[[str, Ranges], str]

__all__ = ["NO_PARTNER", "Line", "Packing", "ordinal", "parsed", "unreadable"]

_SHIFT = 32
_NOWHERE = 1 << 20
"""Stands for the interchange of claims that could not be placed."""
NO_PARTNER = "NO_PARTNER"
_DEAD, _REJECTED = "DEAD_LETTERED", "REJECTED_BY_SCRUB"


class Line(NamedTuple):
    """Of the plan."""

    head: dict[str, Any]
    rows: str
    """The claims, as JSON."""

    def written(self) -> str:
        """As it lies in the plan."""
        return f"{json.dumps(self.head)}\t{self.rows}\n"


def parsed(pieces: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a plan, out of pieces of any size."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            head, _, rows = line.partition(b"\t")
            yield Line(json.loads(head), rows.decode("ascii"))


def ordinal(interchange: int, number: int) -> int:
    """Of a claim or a batch in its file."""
    return interchange << _SHIFT | number


def unreadable(interchange: int, number: int) -> int:
    """Of a claim that the engine could not place when it judged from that interchange on."""
    return ordinal(_NOWHERE + interchange, number)


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
    token: Callable[[str], str]
    """Of the number of a claim."""
    removed: Sequence[int] = ()
    """Claims, by index among those that were to be fed, that were left out; ascending."""
    bases: Mapping[int, int] = field(default_factory=dict)
    """By ordinal of the interchange, the index of its first claim, where some were left out."""
    first_batch: int = 0
    written: int = 0
    batches: int = 0

    def plan(self) -> Iterator[Line]:
        """Everything, in the order of the file."""
        files = self._accepted_files()
        verdicts = _native.Verdicts(os.path.join(self.folder, "verdicts.jsonl"), self.route)
        passed = 0
        for number, (index, control, accepted, targets) in enumerate(verdicts.sections()):
            known = self.fed[passed:]
            met = [no for no, (_, own) in enumerate(known) if own == control]
            if not met:
                raise InternalError(
                    "the engine tells of an interchange it was not given; report it"
                )
            at = known[met[0]][0]
            passed += met[0] + 1
            self.batches = self.first_batch
            for no, (partner, ranges) in enumerate(targets or [("", [])]):
                path = files.get(index) if ranges else None
                if path is not None and ranges != [(0, accepted - 1)]:
                    path = self.extract(path, ranges)
                lines = verdicts.plan(
                    *(number, at, partner or None, path),
                    beside=no == 0,
                    removed=list(self.removed),
                    base=self.bases.get(at),
                )
                yield from self._lines(at, partner, lines)

    def _lines(self, at: int, partner: str, lines: Iterable[tuple[Any, ...]]) -> Iterator[Line]:
        for named, rows, *more in lines:
            own = json.loads(named)
            if len(more) == 1:
                yield Line({"state": _DEAD if more[0] else _REJECTED, "set": own}, rows)
                continue
            text, count, charges, corrects = more
            self.write(text)
            head = {
                "batch": ordinal(at, self.batches),
                "partner": partner,
                "set": own,
                "start": self.written,
                "length": len(text),
                "count": count,
                "charges": charges,
            }
            if corrects:
                head["corrects"] = [
                    (place, self.token(original) if original else "", own)
                    for place, original, own in corrects
                ]
            yield Line(head, rows)
            self.batches += 1
            self.written += len(text)

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
