"""Lines of enrollments.jsonl as models; what a source says of all its members is read once."""

from collections.abc import Iterator

from scrubjay.models.enrollment import Enrollment
from scrubjay.models.row import Row
from scrubjay.sources import HEAD, OWN, SHARED, Origins

__all__ = ["Typed", "enrollments"]

_BARE = '{"schema_version":2,"source":{"kind":"834"'
"""How a record begins whose source is put in its place afterwards."""


def enrollments(path: str) -> Iterator[Enrollment]:
    """The members of a file, each whole.

    `OSError` and `SourceError` where something is missing, pydantic's `ValidationError` for a line
    that is no record.
    """
    with open(path, encoding="utf-8") as file, Origins(path) as origins:
        yield from map(Typed(origins).read, file)


class Typed:
    """Reads lines that name their sources."""

    def __init__(self, origins: Origins) -> None:
        """`origins` are the sources beside the lines."""
        self._origins = origins
        self._number = ""
        self._source: _Told = ({}, frozenset())
        self._shared: _Told = ({}, frozenset())

    def read(self, line: str) -> Enrollment:
        """The line of a record as a model, equal to what pydantic makes of the whole record."""
        head = HEAD.match(line)
        if head is None or head[1] != self._number:
            return self._first(line)
        bare = f"{_BARE}{head[2]}}}{line[head.end() :]}"
        made = Enrollment.__pydantic_validator__.validate_json(bare)
        record: Enrollment = made
        if not record.__pydantic_fields_set__.isdisjoint(SHARED):
            return self._first(line)  # it says otherwise than its source
        _tell(record.source, self._source)
        _tell(record, self._shared)
        return record

    def _first(self, line: str) -> Enrollment:
        """The first of its source, or one that is no usual line, is read whole."""
        record = Enrollment.model_validate_json(self._origins.text(line))
        head = HEAD.match(line)
        # what a record says of its own goes before what its source says
        if head is not None and not any(f',"{name}":' in line for name in SHARED):
            self._number = head[1]
            self._source = _told(record.source, record.source.model_fields_set - {*OWN})
            self._shared = _told(record, {*SHARED} & record.model_fields_set)
        else:
            self._number = ""
        return record


_Told = tuple[dict[str, object], frozenset[str]]
"""Fields with their values, and which of them are told."""


def _told(row: Row, names: set[str]) -> _Told:
    return {name: value for name, value in vars(row).items() if name in names}, frozenset(names)


def _tell(row: Row, told: _Told) -> None:
    """A row that nobody has yet is given more fields: one that somebody has never changes."""
    fields, names = told
    vars(row).update(fields)
    row.__pydantic_fields_set__.update(names)
