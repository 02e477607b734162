"""What was sent before: keyed digests of claims, by which later ones are found to be the same.

A history is a file of codes (`codes.file`): table ``history``, whose release is the id of the key;
its main list has a digest of each claim but replacements and voids, ``parties`` one of whom each
claim is between, and each list of `rules.past` what is remembered there, its days shifted and its
values masked by the same key. Without the key nobody and no day can be read from it and nothing is
found; of rows under one digest it shows how far apart they are, and which are alike. A history
without some of the lists has them from when something is added to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from datetime import date
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from scrubjay import places
from scrubjay.codes.file import CodeFile, Entry, write
from scrubjay.errors import InputError, UsageError
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.rules.past import LISTS
from scrubjay.runs import HISTORY, execute, known
from scrubjay.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Remembered", "remember"]

_DIGEST = 8
_WIDTH = 2 * _DIGEST
_ROW = Struct(">B8siii")
PARTIES = "parties"


class Remembered(NamedTuple):
    """What a history came to: claims of these files, and digests of claims in it now."""

    claims: int
    known: int


def remember(
    files: Sequence[str | os.PathLike[str]],
    into: str | os.PathLike[str],
    *,
    token_key: str | os.PathLike[str] | None = None,
    made: date | None = None,
) -> Remembered:
    """Adds all claims of files that were sent to a history, which is made where there is none.

    Count what was accepted by you and sent: the ``….accepted.837`` of a run, not its inputs.
    """
    key = TokenKey.find(token_key)
    into = os.path.realpath(into)
    if os.path.exists(into):
        known(into, key.id)
    folder = os.path.dirname(os.path.abspath(into))
    with scratch("history", folder) as stage:
        digests = os.path.join(stage, "digests")
        job = Job(command=Command.SCRUB, inputs=places.inputs(files), digests=digests)
        run = execute(job, token_key=token_key)
        if not run.claims:
            raise InputError("there is no claim in these files; name the 837 that was sent")
        header = {
            "table": HISTORY,
            "release": key.id,
            "source": "claims that were sent",
            "made": (made or date.today()).isoformat(),  # noqa: DTZ011 - a day as people have it
            "from": None,
            "until": None,
        }
        widths = dict.fromkeys(("", PARTIES, *LISTS), _WIDTH)
        with _alone(folder):
            entries = chain(_held(into, key.id), _read(digests), _listed(f"{digests}.lists"))
            rows = write(into, header, widths, entries, digest=True)
            os.chmod(into, 0o600)
    return Remembered(run.claims, rows[""])


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """One history of a folder grows at a time: what another adds meanwhile is not lost."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _held(path: str, key: str) -> Iterator[Entry]:
    """What a history has, if there is one."""
    if not os.path.exists(path):
        return
    file = CodeFile(known(path, key))
    try:
        for of in file.lists:
            for codes, days in file.rows(of):
                yield Entry(codes, of, *days)
    except (UnicodeDecodeError, KeyError):
        raise UsageError(
            f"{path}: a row is damaged; restore the history, or make it anew"
        ) from None


def _read(path: str) -> Iterator[Entry]:
    """The digests that the engine wrote, two a claim; zeros stand for none."""
    with open(path, "rb") as file:
        while pair := file.read(2 * _DIGEST):
            own, parties = pair[:_DIGEST], pair[_DIGEST:]
            if any(own):
                yield Entry((own.hex(),))
            yield Entry((parties.hex(),), PARTIES)


def _listed(path: str) -> Iterator[Entry]:
    """The rows of lists that the engine wrote beside: list, digest, days and value."""
    names = tuple(LISTS)
    with open(path, "rb") as file:
        while row := file.read(_ROW.size):
            number, digest, first, last, value = _ROW.unpack(row)
            yield Entry((digest.hex(),), names[number], first, last, value)
