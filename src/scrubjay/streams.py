"""Claims as typed values, a batch at a time, from files of any size: `read` and `stream`.

The whole file is never in memory. Both give the claims in the order of the file, each beside its
findings; what no claim can be blamed for (a wrong envelope) reaches the claims below it.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from scrubjay import _native, places
from scrubjay.codes import folder
from scrubjay.errors import UsageError
from scrubjay.findings import Finding, Severity
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.partners import overlays
from scrubjay.rulebook import lowered

if TYPE_CHECKING:
    from scrubjay.models import Claim

AnyPath = str | os.PathLike[str]

__all__ = ["Batch", "read", "stream"]


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Some claims in a row, and what was found on each."""

    claims: tuple["Claim", ...]
    findings: tuple[tuple[Finding, ...], ...]

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[tuple["Claim", tuple[Finding, ...]]]:
        return zip(self.claims, self.findings, strict=True)

    @property
    def rejected(self) -> int:
        """How many of the claims carry an error."""
        return sum(
            any(finding.severity is Severity.ERROR for finding in found) for found in self.findings
        )

    def __repr__(self) -> str:
        return f"Batch({len(self.claims)} claims, {self.rejected} rejected)"


def read(
    source: str | os.PathLike[str] | bytes,
    batch_size: int = 100,
    *,
    rules: bool = True,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
) -> Iterator[Batch]:
    """The claims of a file, or of the bytes of one, in batches of at most `batch_size`.

    Each is a `ProfessionalClaim`, an `InstitutionalClaim` or a `DentalClaim`. It is judged by its
    guide, under the overlays of `partner` (as `scrubjay.scrub` takes them), and, unless `rules` is
    false, by the shipped native rules.
    """
    reader = _open(source, batch_size, rules=rules, partner=partner, as_of=as_of)
    while (batch := _next(reader, batch_size)) is not None:
        yield batch


async def stream(
    source: str | os.PathLike[str] | bytes,
    batch_size: int = 100,
    max_concurrency: int = 25,
    *,
    rules: bool = True,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
) -> AsyncGenerator[Batch, None]:
    """The same for asyncio: reading runs in a thread, at most `max_concurrency` batches ahead.

    A consumer that falls behind stops the reading; one that leaves early ends it.
    """
    if max_concurrency < 1:
        raise UsageError("max_concurrency is the number of batches read ahead: at least 1")
    reader = await asyncio.to_thread(
        _open, source, batch_size, rules=rules, partner=partner, as_of=as_of
    )
    ahead: asyncio.Queue[Batch | Exception | None] = asyncio.Queue(max_concurrency)

    async def fill() -> None:
        try:
            while (batch := await asyncio.to_thread(_next, reader, batch_size)) is not None:
                await ahead.put(batch)
        except Exception as error:  # noqa: BLE001 - raised where the batches are asked for
            await ahead.put(error)
        else:
            await ahead.put(None)

    filling = asyncio.create_task(fill())
    try:
        while (item := await ahead.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)


def _open(
    source: str | os.PathLike[str] | bytes,
    batch_size: int,
    *,
    rules: bool,
    partner: AnyPath | Sequence[AnyPath],
    as_of: date | None,
) -> "_native.Reader":
    if batch_size < 1:
        raise UsageError("batch_size is the number of claims in a batch: at least 1")
    if not isinstance(source, bytes):
        (source,) = places.inputs([source])
    key = TokenKey.find()
    job = Job(
        command=Command.READ,
        as_of=as_of,
        program=lowered() if rules else None,
        tables=tuple(folder.files()),
        overlays=tuple(overlays([partner] if isinstance(partner, str | os.PathLike) else partner)),
        token_key=key.secret,
        token_key_id=key.id,
    )
    return _native.Reader(source, job.to_json())


def _next(reader: "_native.Reader", limit: int) -> Batch | None:
    rows = reader.next(limit, _forms())
    if rows is None:
        return None
    claims = tuple(claim for claim, _ in rows)
    findings = tuple(tuple(map(Finding.from_dict, found)) for _, found in rows)
    return Batch(claims, findings)


@cache
def _forms() -> "dict[str, _native.Forms]":
    """What claims are made of, by kind: the engine's values are of the models' types already."""
    from scrubjay.models import kinds

    return {
        kind: _native.Forms(kind, kinds.form(model)) for kind, model in kinds.KINDS.items() if kind
    }
