"""Members in a table: CSV in any delimiter and encoding, or a sheet of an XLSX workbook.

Rows are read one after the other; a member is one row, or several that stand together. A CSV file
of any size takes the memory of one member; a workbook that of its distinct texts.
"""

import codecs
import csv
import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from scrubjay import workbook
from scrubjay.enrollment.fields import Problem, as_text
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapped import Mapped
from scrubjay.enrollment.mapping import Mapping
from scrubjay.errors import InputError, UsageError

__all__ = ["Table", "read_table"]

STDIN = "-"
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 20
_ROWS_A_MEMBER = 1000

Row = tuple[int, list[Any]]


class Table(NamedTuple):
    """How the file is written; what is empty is found out."""

    delimiter: str = ""
    encoding: str = ""
    header: int = 1
    sheet: str = ""
    member: tuple[str, ...] = ()
    """Columns by which rows that stand together are one member; none: each row is one."""


def read_table(
    path: str, mapping: Mapping, maker: Maker, progress: Callable[[int], None] | None = None
) -> Iterator[Made]:
    """The members of a table, in its order."""
    told = _told(mapping)
    source = {"kind": "csv", "file": os.path.basename(path) if path != STDIN else "stdin"}
    if path.lower().endswith(workbook.SUFFIXES):
        source["kind"] = "xlsx"
    if path != STDIN:
        source["sha256"] = _digest(path)
    with _rows(path, told, mapping, progress) as rows:
        columns = _header(rows, path, told, mapping)
        yield from _members(rows, columns, told, Mapped(mapping, maker), source)


def _told(mapping: Mapping) -> Table:
    said = mapping.rest
    made = Table(
        delimiter=said.text("delimiter", ""),
        encoding=said.text("encoding", ""),
        header=said.number("header", 1, least=1),
        sheet=said.text("sheet", ""),
        member=said.texts("member"),
    )
    if len(made.delimiter) > 1:
        raise said.fault("delimiter is one character", at="delimiter")
    if made.encoding:
        try:
            "".encode(made.encoding)  # of text: base64 and the like are codecs too
        except LookupError:
            raise said.fault(f"{made.encoding} is no encoding", at="encoding") from None
    said.end("delimiter", "encoding", "header", "sheet", "member")
    return made


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while piece := file.read(_SAMPLE):
                digest.update(piece)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; check the path") from None
    return digest.hexdigest()


# ---- rows to members


def _members(
    rows: Iterator[Row],
    columns: dict[str, int],
    told: Table,
    mapped: Mapped,
    source: dict[str, Any],
) -> Iterator[Made]:
    index, first, count, before = 0, 0, 0, None
    for number, cells in rows:
        if not any(as_text(cell) for cell in cells):
            continue
        look = _look(columns, cells)
        key = tuple(as_text(look(name)) for name in told.member)
        if not told.member or key != before or count >= _ROWS_A_MEMBER:
            if count:
                yield mapped.made({**source, "index": index, "row": first})
                index += 1
            mapped.member(look)
            first, count, before = number, 0, key
        count += 1
        if len(cells) > len(columns) and any(as_text(cell) for cell in cells[len(columns) :]):
            mapped.fault(Problem("VALUE_INVALID", f"more cells than the header has, line {number}"))
        if any(look(name) in workbook.ERRORS for name in mapped.sources):
            said = f"a formula that failed or was never worked out, line {number}"
            mapped.fault(Problem("VALUE_INVALID", said))
        mapped.coverages(look)
    if count:
        yield mapped.made({**source, "index": index, "row": first})


def _look(columns: dict[str, int], cells: list[Any]) -> Callable[[str], Any]:
    def look(name: str) -> Any:
        at = columns[name]
        return cells[at] if at < len(cells) else None

    return look


def _header(rows: Iterator[Row], path: str, told: Table, mapping: Mapping) -> dict[str, int]:
    """The columns by name; every name that the mapping looks for is there, and once."""
    cells: list[Any] = next((cells for number, cells in rows if number >= told.header), [])
    names = [as_text(cell) for cell in cells]
    columns = {name: at for at, name in reversed(list(enumerate(names)))}
    for name in (*sorted(mapping.sources()), *told.member):
        if name not in columns:
            from difflib import get_close_matches

            near = get_close_matches(name, [each for each in names if each], n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"{path}: there is no column {name!r} in line {told.header}, which "
                f"{mapping.page.name} looks for{meant}"
            )
        if names.count(name) > 1:
            raise UsageError(f"{path}: two columns are called {name!r}; rename one of them")
    return columns


# ---- files to rows


@contextmanager
def _rows(
    path: str, told: Table, mapping: Mapping, progress: Callable[[int], None] | None
) -> Iterator[Iterator[Row]]:
    if path.lower().endswith(workbook.SUFFIXES):
        rows = workbook.rows(path, told.sheet)
        yield ((number, list(cells)) for number, cells in enumerate(rows, start=1))
        return
    with _opened(path) as file:
        yield _lines(file, path, told, mapping, progress)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    with open(path, "rb") as file:
        yield file


def _lines(
    file: BinaryIO,
    path: str,
    told: Table,
    mapping: Mapping,
    progress: Callable[[int], None] | None,
) -> Iterator[Row]:
    sample = file.read(_SAMPLE)
    encoding = told.encoding or _encoding(sample)
    whole = _Joined(sample, file, progress)
    text = io.TextIOWrapper(io.BufferedReader(whole, _SAMPLE), encoding=encoding, newline="")
    delimiter = told.delimiter or _delimiter(sample.decode(encoding, "replace"), told, mapping)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path} line {line}: {error}; mend the quotes there") from None
    except UnicodeError:
        raise InputError(
            f"{path} line {line} or later: not {encoding}; name the encoding in "
            f"{mapping.page.name}, [csv] encoding"
        ) from None


class _Joined(io.RawIOBase):
    """What was read to look at, and then the rest."""

    def __init__(
        self, sample: bytes, file: BinaryIO, progress: Callable[[int], None] | None
    ) -> None:
        self._sample = memoryview(sample)
        self._file = file
        self._progress = progress
        self._done = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        piece = self._sample[: len(buffer)] or self._file.read(len(buffer))
        self._sample = self._sample[len(piece) :]
        buffer[: len(piece)] = piece
        self._done += len(piece)
        if self._progress is not None:
            self._progress(self._done)
        return len(piece)


def _encoding(sample: bytes) -> str:
    """By its mark, else UTF-8 where it is that, else what Windows writes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < _SAMPLE)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(sample: str, told: Table, mapping: Mapping) -> str:
    """The one under which the header has most of the names that the mapping looks for."""
    wanted = mapping.sources() | set(told.member)
    lines = sample.splitlines()[told.header - 1 : told.header]

    def names(delimiter: str) -> int:
        cells: Iterable[str] = next(csv.reader(lines, delimiter=delimiter), ())
        return len(wanted & {cell.strip() for cell in cells})

    return max(_DELIMITERS, key=names)
