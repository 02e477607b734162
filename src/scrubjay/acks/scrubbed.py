"""The output of a scrub as what was sent: its accepted claims, and the numbers they had before."""

import json
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubjay.errors import InputError

__all__ = ["Renumbered", "accepted", "is_scrubbed", "original", "renumbered"]

_ACCEPTED = re.compile(r"(.+)\.([0-9]+)-[0-9A-Za-z]*\.accepted\.837")


class Renumbered(NamedTuple):
    """A control number that the scrub changed, and where it stands."""

    file: str
    interchange: int
    kind: str
    """ISA13, GS06, ST02 or BHT03."""
    new: str
    old: str


def is_scrubbed(folder: str) -> bool:
    """Whether this is the folder of a whole run: its summary is written last."""
    return os.path.isfile(os.path.join(folder, "summary.json"))


def accepted(folder: str) -> list[str]:
    """The files of accepted claims in the output of a scrub."""
    if not is_scrubbed(folder):
        raise InputError(f"{folder} is no output of a scrub; name the 837 that was sent")
    names = sorted(name for name in os.listdir(folder) if _ACCEPTED.fullmatch(name))
    if not names:
        raise InputError(f"{folder}: no claim was accepted there; name the 837 that was sent")
    return [os.path.join(folder, name) for name in names]


def original(name: str) -> tuple[str, int] | None:
    """Of a file of accepted claims: the stem of its input, and the interchange, from 0."""
    match = _ACCEPTED.fullmatch(name)
    return None if match is None else (match[1], int(match[2]) - 1)


def renumbered(folder: str) -> Iterator[Renumbered]:
    """The rows of control-map.jsonl; none where no number was changed."""
    path = os.path.join(folder, "control-map.jsonl")
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                made = (row["kind"], row["new"], row["old"])
                yield Renumbered(str(row["file"]), int(row["interchange_index"]), *map(str, made))
            except (ValueError, KeyError, TypeError):
                raise InputError(
                    f"{path} line {number}: is no row of a control map; scrub the file again"
                ) from None
