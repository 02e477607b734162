"""The form of a file of codes: sorted keys with the days on which they hold, and a value.

A line ``scrubjay codes 1``; a line of JSON, the *header*: ``{"table", "release", "source", "made",
"from", "until", "lists": [{"name", "width", "rows"}]}``, in some files with a ``digest`` of all of
it; then the rows of each list. A row is its key, padded with zeros to the width of the list, its
first day, its last day and its value, each a signed number of four bytes, the greatest byte first;
days count from 1970-01-01. Rows ascend. Of days before ``from`` and after ``until`` the file says
nothing. A key of two parts has half of the width for each. The native half reads the same form
(crates/x12/src/scrub/tables.rs).
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
from struct import Struct
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from scrubjay.errors import UsageError
from scrubjay.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["EARLIEST", "LATEST", "CodeFile", "Entry", "Interval", "assembled", "write"]

MAGIC = b"scrubjay codes 1\n"
EARLIEST, LATEST = -(2**31), 2**31 - 1
"""Stand for no first and no last day."""

_DIGEST = "digest"
_TAIL = Struct(">iii")
_MOST_AT_ONCE = 400_000
"""Rows that are sorted in memory at a time."""
_LONGEST_HEADER = 1 << 16


class Entry(NamedTuple):
    """A row: the code or the codes of a pair, its list, the days, and a value."""

    codes: tuple[str, ...]
    of: str = ""
    first: int = EARLIEST
    last: int = LATEST
    value: int = 0


class Interval(NamedTuple):
    """When a code holds, as days since 1970-01-01, and what stands beside it."""

    first: int
    last: int
    value: int


class CodeFile:
    """A file of codes, opened; nothing of its rows is read before it is asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        with open(self.path, "rb") as file:
            begin = file.read(_LONGEST_HEADER)
        line, _, rest = begin.removeprefix(MAGIC).partition(b"\n")
        try:
            self.header: dict[str, Any] = json.loads(line)
            at = len(begin) - len(rest)
            self._lists: dict[str, tuple[int, int, int]] = {}
            for row in self.header["lists"]:
                self._lists[row["name"]] = (at, row["rows"], row["width"])
                at += row["rows"] * (row["width"] + _TAIL.size)
            whole = (
                begin.startswith(MAGIC)
                and "table" in self.header
                and at == os.stat(self.path).st_size
            )
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise UsageError(f"{self.path}: this is no file of codes; make it with codes add")

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.header["table"])

    def is_damaged(self) -> bool:
        """Whether it has a digest (`write`) and is not what that speaks of. Reads all of it."""
        start = min((at for at, _, _ in self._lists.values()), default=0)
        said = self.header.get(_DIGEST)
        return said is not None and said != _digest(self.header, _pieces(self.path, start))

    @property
    def lists(self) -> dict[str, int]:
        """The rows of each list; the main one is called by no name."""
        return {name: rows for name, (_, rows, _) in self._lists.items()}

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Of each list, where its first row is, in bytes, and how many there are."""
        return {name: (at, rows) for name, (at, rows, _) in self._lists.items()}

    def intervals(self, *codes: str, of: str = "") -> list[Interval]:
        """When a code, or a pair of codes, stands in a list; nothing where it never does."""
        if of not in self._lists:
            return []
        at, count, width = self._lists[of]
        share = width // len(codes)
        parts = [code.encode() for code in codes]
        if any(len(part) > share for part in parts):
            return []
        key = b"".join(part.ljust(share, b"\0") for part in parts)
        size = width + _TAIL.size
        with open(self.path, "rb") as file:

            def row(number: int) -> bytes:
                return os.pread(file.fileno(), size, at + number * size)

            low, high = 0, count
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if row(middle)[:width] < key else (low, middle)
            found = []
            while low < count and (own := row(low))[:width] == key:
                found.append(Interval(*_TAIL.unpack(own[width:])))
                low += 1
        return found

    def rows(self, of: str = "", parts: int = 1) -> Iterator[tuple[tuple[str, ...], Interval]]:
        """All rows of a list, in order; a pair of codes has two parts."""
        at, count, width = self._lists[of]
        share = width // parts
        with open(self.path, "rb") as file:
            file.seek(at)
            for _ in range(count):
                row = file.read(width + _TAIL.size)
                codes = (row[n : n + share].rstrip(b"\0").decode() for n in range(0, width, share))
                yield tuple(codes), Interval(*_TAIL.unpack(row[width:]))


def write(
    path: str | os.PathLike[str],
    header: dict[str, Any],
    widths: dict[str, int],
    entries: Iterable[Entry],
    *,
    digest: bool = False,
) -> dict[str, int]:
    """Writes a file of codes, under another name until it is whole; the rows of each list.

    With `digest` its header has one of all of it, by which damage is told (`CodeFile.is_damaged`).

    Entries come in any order. They are sorted some at a time, and the sorted parts are merged, so
    that millions of them need no more memory than some. The same row twice counts once; intervals
    of a code that follow each other without a day between are made one.
    """
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    with scratch("codes", folder) as stage:
        parts = _sorted_parts(entries, widths, stage)
        counts: dict[str, int] = {}
        bodies: list[str] = []
        for name, width in sorted(widths.items()):
            body = os.path.join(stage, f"list-{len(bodies)}")
            with open(body, "wb") as out:
                counts[name] = _merged(parts[name], width, out)
            bodies.append(body)
        pairs = zip(counts, bodies, strict=True)
        lists = [(name, widths[name], counts[name], body) for name, body in pairs]
        assembled(path, header, lists, os.path.join(stage, "whole"), digest=digest)
    return counts


def assembled(
    path: str | os.PathLike[str],
    header: dict[str, Any],
    lists: Sequence[tuple[str, int, int, str]],
    draft: str,
    *,
    digest: bool = False,
) -> None:
    """Makes a file of codes of lists that are written: name, width, rows, and where they lie.

    It is whole and on the disk as `draft` before it has its name.
    """
    told = [{"name": name, "width": width, "rows": rows} for name, width, rows, _ in lists]
    whole = {**header, "lists": told}
    if digest:
        pieces = (piece for *_, body in lists for piece in _pieces(body))
        whole[_DIGEST] = _digest(whole, pieces)
    with open(draft, "wb") as out:
        out.write(MAGIC + _line(whole))
        for *_, body in lists:
            out.writelines(_pieces(body))
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)


def _line(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True).encode() + b"\n"


def _digest(header: dict[str, Any], pieces: Iterable[bytes]) -> str:
    """Of a header, but for the digest in it, and all rows."""
    reckoned = hashlib.sha256(_line({key: header[key] for key in header if key != _DIGEST}))
    for piece in pieces:
        reckoned.update(piece)
    return reckoned.hexdigest()


def _pieces(path: str, at: int = 0) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(at)
        while piece := file.read(1 << 20):
            yield piece


def _sorted_parts(
    entries: Iterable[Entry], widths: dict[str, int], stage: str
) -> dict[str, list[str]]:
    """The rows of each list in files, each of which is sorted."""
    parts: dict[str, list[str]] = {name: [] for name in widths}
    open_rows: dict[str, list[bytes]] = {name: [] for name in widths}
    held = 0

    def spill(name: str) -> None:
        rows = open_rows[name]
        if not rows:
            return
        part = os.path.join(stage, f"part-{sum(map(len, parts.values()))}")
        with open(part, "wb") as out:
            out.writelines(sorted(rows))
        parts[name].append(part)
        rows.clear()

    for entry in entries:
        width = widths[entry.of]
        share = width // len(entry.codes)
        key = b"".join(code.encode().ljust(share, b"\0") for code in entry.codes)
        if len(key) != width:
            raise UsageError(f"a code of {entry.of or 'the table'} is longer than {share}")
        open_rows[entry.of].append(key + _TAIL.pack(entry.first, entry.last, entry.value))
        held += 1
        if held >= _MOST_AT_ONCE:
            for name in widths:
                spill(name)
            held = 0
    for name in widths:
        spill(name)
    return parts


def _rows(part: str, size: int) -> Iterator[bytes]:
    with open(part, "rb") as file:
        while chunk := file.read(size * 4096):
            yield from (chunk[at : at + size] for at in range(0, len(chunk), size))


def _merged(parts: list[str], width: int, out: IO[bytes]) -> int:
    """Merges sorted rows of one list; how many there are in the end."""
    count = 0
    key, spans = b"", list[Interval]()

    def close() -> int:
        joined = _joined(spans)
        out.writelines(key + _TAIL.pack(span.first, span.last, span.value) for span in joined)
        return len(joined)

    for row in heapq.merge(*(_rows(part, width + _TAIL.size) for part in parts)):
        if row[:width] != key:
            count += close()
            key, spans = row[:width], []
        spans.append(Interval(*_TAIL.unpack(row[width:])))
    return count + close()


def _joined(spans: list[Interval]) -> list[Interval]:
    """The intervals of a code, one after another, those that touch or overlap made one."""
    joined: list[Interval] = []
    for span in sorted(spans, key=lambda span: (span.first, span.last)):
        before = joined[-1] if joined else None
        if before and before.value == span.value and span.first <= before.last + 1:
            joined[-1] = Interval(before.first, max(before.last, span.last), span.value)
        else:
            joined.append(span)
    return joined
