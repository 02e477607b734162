"""Records and the sources that they name: lines of records beside `sources.jsonl`.

What is the same for all records of a set stands once, as a line of ``sources.jsonl``: ``{"id": 0,
"source": {...}, ...}``. A record names it by that number, ``{"source": 0, "index": 5, ...}``; put
together they are the record whole. A line that has its source in it is whole already.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Self

__all__ = ["HEAD", "NAME", "OWN", "SHARED", "Origins", "Parting", "SourceError", "records"]

NAME = "sources.jsonl"
"""Beside the records that name its lines."""

OWN = ("index", "segment_index", "row", "path")
"""What a record itself says of where it stood."""
SHARED = ("sponsor", "payer", "administrators", "payment")
"""What a source says beside where it is, and a record has as its own."""
_PAYMENTS = "payments.jsonl"
"""Its records are the payments themselves, which no other payment is told of."""
HEAD = re.compile(r'\{"source":(\d+)((?:,"(?:index|segment_index|row)":\d+)*)(?!,"path")')
"""How a record begins; what follows is a record's own as it stands."""


class SourceError(Exception):
    """A record names a source that is not there, or is none."""


def records(path: str) -> Iterator[dict[str, Any]]:
    """The records of a file, each whole. `OSError` and `SourceError` where something is missing."""
    number = 0
    with open(path, encoding="utf-8") as lines, Origins(path) as origins:
        try:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - told where it ends
                yield origins.whole(json.loads(line))
        except ValueError:
            raise SourceError(f"{path}: no record after line {number - 1}; run it again") from None


class Parting:
    """Writes whole records as lines that name their source: one is compared with the one before."""

    def __init__(self, line: Callable[[str, str], None], name: str) -> None:
        """`line` writes a line of a file; `name` is the file of the records."""
        self._line = line
        self._name = name
        self._said: dict[str, Any] = {}
        self._number = -1

    def put(self, said: Mapping[str, Any]) -> None:
        """One record, whole, as JSON has it."""
        source, own = dict(said["source"]), dict(said)
        place = {name: source.pop(name) for name in OWN if name in source}
        shared = {name: own.pop(name) for name in SHARED if name in own}
        shared = {"schema_version": own.pop("schema_version"), "source": source, **shared}
        del own["source"]
        if shared != self._said:
            self._said = shared
            self._number += 1
            version = {"schema_version": shared["schema_version"], "id": self._number}
            self._line(NAME, _compact({**version, **shared}))
        self._line(self._name, _compact({"source": self._number, **place, **own}))


def _compact(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


class Origins:
    """The sources beside a file of records: one is in memory at a time."""

    def __init__(self, records: str) -> None:
        """`records` is the path of the file."""
        folder, name = os.path.split(records)
        self._path = os.path.join(folder, NAME)
        self._without = frozenset(("id", "source", *(("payment",) if name == _PAYMENTS else ())))
        self._lines: Any = None
        self._number = -1
        self._said: dict[str, Any] = {}
        self._begin = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lines is not None:
            self._lines.close()

    def whole(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with what its source says; `ValueError` for what is no record."""
        if not isinstance(record, dict):
            raise ValueError  # noqa: TRY004 - as of a line that is no JSON
        number = record.get("source")
        if not isinstance(number, int):
            return record
        said = self._find(number)
        source = dict(said["source"])
        own = {name: each for name, each in record.items() if name != "source"}
        source.update((name, own.pop(name)) for name in OWN if name in own)
        return {**self._shared(said), "source": source, **own}

    def text(self, line: str) -> str:
        """The line of a record as that of a whole one; values of the record are not looked at."""
        head = HEAD.match(line)
        if head is None:
            return line if '"source":{' in line else _compact(self.whole(json.loads(line)))
        number = int(head[1])
        if number != self._number or not self._begin:
            said = self._find(number)
            begin = _compact({**self._shared(said), "source": said["source"]})
            self._begin = begin.removesuffix("}}")
        return f"{self._begin}{head[2]}}}{line[head.end() :]}"

    def _shared(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {name: each for name, each in said.items() if name not in self._without}

    def _find(self, number: int) -> dict[str, Any]:
        if number < self._number and self._lines is not None:
            self._lines.seek(0)
            self._number = -1
        try:
            if self._lines is None:
                self._lines = open(self._path, encoding="utf-8")  # noqa: SIM115 - closed at the end
            while self._number < number:
                self._begin = ""
                self._said = json.loads(self._lines.readline())
                self._number = self._said["id"]
            is_there = self._number == number >= 0 and isinstance(self._said["source"], dict)
        except (OSError, ValueError, KeyError, TypeError):
            is_there = False
        if not is_there:
            raise SourceError(f"{self._path}: no source {number}; keep a run's files together")
        return self._said
