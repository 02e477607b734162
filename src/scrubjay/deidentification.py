"""Files with other identities in them, so that a failing one can be shown to a vendor.

The same value becomes the same other one under the same token key, in one file and across files;
what is no identity stays as it is, faults and all (docs/deidentify.md). The result is
pseudonymised: treat it as patient data still.
"""

from __future__ import annotations

import sys

from scrubjay import _native, places
from scrubjay.errors import InputError, UsageError
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import BinaryIO

    AnyPath = str | os.PathLike[str]

__all__ = ["DATES", "Deidentified", "deidentify"]

DATES = ("shift", "year", "keep")
"""Days of a person: moved by as many weeks each, cut down to their year, or as they are."""

_BLOCK = 1 << 20


class Deidentified:
    """The bytes of a file with other identities, block by block; counts when it is through."""

    def __init__(
        self, source: AnyPath, *, dates: str = "shift", token_key: AnyPath | None = None
    ) -> None:
        if dates not in DATES:
            raise UsageError(f"dates are one of {', '.join(DATES)}, not {dates!r}")
        (self._path,) = places.inputs([source])
        key = TokenKey.find(token_key)
        job = Job(command=Command.READ, inputs=(), token_key=key.secret, token_key_id=key.id)
        self._disguiser = _native.Disguiser(job.to_json(), dates)
        self.key_id = key.id

    @property
    def changed(self) -> int:
        """How many values were replaced so far."""
        return self._disguiser.changed

    def __iter__(self) -> Iterator[bytes]:
        """The blocks, once; `InputError` where there is no interchange, when all was read."""
        try:
            if self._path == "-":
                yield from self._blocks(sys.stdin.buffer)
            else:
                with open(self._path, "rb") as file:
                    steady = places.Steady(self._path, file)
                    yield from self._blocks(file)
                    steady.check(file.tell())
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"{self._path}: {reason}; check the path") from None
        if not self._disguiser.interchanges:
            raise InputError(f"{self._path}: no interchange was found; name an X12 file")

    def _blocks(self, file: BinaryIO) -> Iterator[bytes]:
        block = file.read(_BLOCK)
        while block:
            following = file.read(_BLOCK)
            yield self._disguiser.feed(block, not following)
            block = following


def deidentify(
    source: AnyPath, *, dates: str = "shift", token_key: AnyPath | None = None
) -> Deidentified:
    """The file `source` with other identities, to be iterated over: see docs/deidentify.md."""
    return Deidentified(source, dates=dates, token_key=token_key)
