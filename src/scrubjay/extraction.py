"""Claims taken out of a file by number, whatever is wrong with them, as interchanges of their own.

The engine writes one file an interchange of what is taken and one of what is left, valid by
themselves: levels and sets without claims are gone, HL01 and HL02 are numbered and trailers counted
anew, and where something is missing control numbers are new.
"""

from __future__ import annotations

import json
import os

from scrubjay import _native
from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.job import Command, Job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Ranges = tuple[tuple[int, int], ...]

__all__ = ["Extracted", "contents", "extract", "ranges"]

_TAKEN, _LEFT = ".accepted.837", ".rejected.837"


class Extracted(Frozen):
    """How many claims were taken and left, and the files of each, in the order of the input."""

    taken: int
    left: int
    unreadable: int
    """Claims that could not be placed: they are in neither."""
    files: tuple[str, ...]
    rest: tuple[str, ...]


def extract(
    name: str,
    folder: str,
    select: Iterable[tuple[int, int]],
    *,
    control_start: int | None = None,
    most_claims: int = 5_000,
    threads: int = 0,
    guide_aliases: bool = False,
) -> Extracted:
    """Writes the claims of `name` whose indexes are in `select` into `folder`, new or empty.

    A range is its first and its last index; the first claim of the file is 0. `most_claims` is how
    many a set may hold.
    """
    job = Job(
        command=Command.EXTRACT,
        inputs=(name,),
        out=folder,
        select=tuple(select),
        control_start=control_start,
        max_claims_per_set=most_claims,
        threads=threads,
        guide_aliases=guide_aliases,
        worklist=False,
    )
    summary: dict[str, Any] = json.loads(_native.run(job.to_json(), None, None, None))["summary"]
    written = sorted(os.listdir(folder), key=_ordinal)
    paths = [os.path.join(folder, each) for each in written]
    return Extracted(
        taken=summary["accepted"],
        left=summary["rejected"],
        unreadable=summary["unreadable"],
        files=tuple(path for path in paths if path.endswith(_TAKEN)),
        rest=tuple(path for path in paths if path.endswith(_LEFT)),
    )


def _ordinal(name: str) -> tuple[int, str]:
    """Outputs are called ``<stem>.<n>-<ISA13>.accepted.837``."""
    part = name.removesuffix(_TAKEN).removesuffix(_LEFT).rsplit(".", 1)[-1].partition("-")[0]
    return (int(part) if part.isdecimal() else 0), name


def ranges(text: str) -> Ranges:
    """Claim indexes as people write them, ``5,17-20``; UsageError where it is none."""
    return tuple(_range(part.strip()) for part in text.split(","))


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not dash:
        last = first
    if not all(one.isascii() and one.isdecimal() and len(one) <= 15 for one in (first, last)):  # noqa: PLR2004
        raise UsageError(f"{text!r} is no claim index; write 5,17-20, the first claim being 0")
    if int(first) > int(last):
        raise UsageError(f"{text!r} ends before it begins; write the smaller index first")
    return int(first), int(last)


def contents(files: Iterable[str]) -> Iterator[bytes]:
    """The bytes of files one after the other, 64 KiB at a time."""
    for name in files:
        with open(name, "rb") as file:
            while block := file.read(1 << 16):
                yield block
