"""The members of a file, whatever it is: by its mapping a table, else lines of records."""

import os
from collections.abc import Callable, Iterator
from itertools import chain, groupby

from pydantic import ValidationError

from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.tables import read_table
from scrubjay.errors import InputError, UsageError
from scrubjay.models.enrollment import Quarantined
from scrubjay.places import holds_x12
from scrubjay.sources import Origins, SourceError

__all__ = ["Read834", "held", "lines", "members"]

Read834 = Callable[[str, Maker], Iterator[Made]]
"""What reads an 834; the engine does."""

_LINES = (".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def members(
    path: str, maker: Maker, *, mapping: str | None = None, read_834: Read834 | None = None
) -> Iterator[Made]:
    """The members of a file, each a record or held."""
    if mapping is not None:
        return read_table(path, read_mapping(mapping, "csv"), maker)
    suffix = os.path.splitext(path)[1].lower()
    if suffix in _LINES:
        return chain(lines(path, maker), held(path))
    if suffix in _TABLES and not holds_x12(path):
        raise UsageError(f"{path}: a table needs a mapping; name one with --csv-map FILE")
    if read_834 is None:
        raise UsageError(f"{path}: not a table and no lines of records; name one of these")
    return read_834(path, maker)


def held(path: str) -> Iterator[Made]:
    """The members in quarantine beside the records of an earlier run: they are not left out."""
    beside = os.path.join(os.path.dirname(path), "quarantine.jsonl")
    if not os.path.exists(beside):
        return
    with open(beside, "rb") as file:
        errors = (each for each in map(_reason, file) if each.severity == "error")
        for _, reasons in groupby(errors, lambda each: (each.file, each.index, each.path)):
            yield Made(None, tuple(reasons))


def _reason(line: bytes) -> Quarantined:
    try:
        return Quarantined.model_validate_json(line)
    except ValidationError:
        raise InputError("quarantine.jsonl: a line that is no reason; run enroll again") from None


def _whole(origins: Origins, line: str) -> str:
    """What is no record is left for whoever reads it, who knows its number."""
    try:
        return origins.text(line)
    except ValueError:
        return line


def lines(path: str, maker: Maker) -> Iterator[Made]:
    """The records of a file with one a line, as `enroll` writes them; a bad line is told by number.

    Under a profile each is put into its shape and judged again.
    """
    try:
        with open(path, encoding="utf-8") as file, Origins(path) as origins:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield maker.again(_whole(origins, line), f"{path} line {number}")
    except (UnicodeDecodeError, SourceError) as error:
        told = str(error) if isinstance(error, SourceError) else f"{path}: is not UTF-8 text"
        raise InputError(told) from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; check the path") from None
