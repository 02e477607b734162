"""Claims as typed values, a batch at a time, from files of any size: `read` and `stream`.

The whole file is never in memory. Both give the claims in the order of the file, each beside its
findings: its own, and those above it, from the interchange down, that are known when it is given. A
trailer comes behind its claims: what is found there of claims that were given before comes *late*,
and is raised when all batches were given, as `LateFindings`, or told in `Batch.late`. So every
error is told once for every claim that it reaches, beside it or late.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from scrubjay import _native, places
from scrubjay.codes import folder
from scrubjay.errors import LateFindings, UsageError
from scrubjay.findings import Finding, LateFinding, Severity
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.partners import overlays
from scrubjay.rulebook import lowered

if TYPE_CHECKING:
    from scrubjay.models import Claim

AnyPath = str | os.PathLike[str]

__all__ = ["Batch", "Late", "read", "stream"]

_MOST_LATE = 1_000
"""Late errors that are kept to be raised; of more the claims are known."""


class Late(StrEnum):
    """How it is told that errors reach claims which were given before."""

    RAISE = "raise"
    """As `LateFindings`, when all batches were given."""
    YIELD = "yield"
    """In `Batch.late`, of the next batch; the last one may hold nothing else."""


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Some claims in a row, and what was found on each and above it."""

    claims: tuple["Claim", ...]
    findings: tuple[tuple[Finding, ...], ...]
    first: int = 0
    """The number of the first claim in the file (`claim_index`), from 0."""
    late: tuple[LateFinding, ...] = ()
    """What was found meanwhile of claims that were given before, where `late` is ``yield``."""

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
    source: places.Source,
    batch_size: int = 100,
    *,
    rules: bool = True,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    late: Late | str = Late.RAISE,
) -> Iterator[Batch]:
    """The claims of a file, or of the bytes of one, in batches of at most `batch_size`.

    Each is a `ProfessionalClaim`, an `InstitutionalClaim` or a `DentalClaim`. It is judged by its
    guide, under the overlays of `partner` (as `scrubjay.scrub` takes them), and, unless `rules` is
    false, by the shipped native rules.

    Where a trailer is false or missing, or anything else is found that reaches claims of earlier
    batches, `LateFindings` is raised when all batches were given: what a claim came with is the
    last word on it only when the loop ended without. With ``late="yield"`` it is told in
    `Batch.late` instead, and nothing is raised.
    """
    late = _late(late)
    reader = _open(source, batch_size, rules=rules, partner=partner, as_of=as_of)
    yield from _batches(reader, batch_size, late)


async def stream(
    source: places.Source,
    batch_size: int = 100,
    max_concurrency: int = 25,
    *,
    rules: bool = True,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    late: Late | str = Late.RAISE,
) -> AsyncGenerator[Batch, None]:
    """The same for asyncio: reading runs in a thread, at most `max_concurrency` batches ahead.

    A consumer that falls behind stops the reading; one that leaves early ends it.
    """
    _count("max_concurrency is the number of batches read ahead", max_concurrency)
    late = _late(late)
    reader = await asyncio.to_thread(
        _open, source, batch_size, rules=rules, partner=partner, as_of=as_of
    )
    batches = _batches(reader, batch_size, late)
    ahead: asyncio.Queue[Batch | BaseException | None] = asyncio.Queue(max_concurrency)

    async def fill() -> None:
        try:
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                await ahead.put(batch)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - raised where the batches are asked for
            await ahead.put(error)
        else:
            await ahead.put(None)

    filling = asyncio.create_task(fill())
    try:
        while (item := await ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)


def _open(
    source: places.Source,
    batch_size: int,
    *,
    rules: bool,
    partner: AnyPath | Sequence[AnyPath],
    as_of: date | None,
) -> "_native.Reader":
    _count("batch_size is the number of claims in a batch", batch_size)
    opened = places.source(source)
    partners = [places.named(each, "a partner") for each in places.listed(partner)]
    key = TokenKey.find()
    job = Job(
        command=Command.READ,
        as_of=as_of,
        program=lowered() if rules else None,
        tables=tuple(folder.files()),
        overlays=tuple(overlays(partners)),
        token_key=key.secret,
        token_key_id=key.id,
    )
    return _native.Reader(opened, job.to_json())


def _batches(reader: "_native.Reader", limit: int, late: Late) -> Iterator[Batch]:
    first, held = 0, _Held()
    while True:
        rows = reader.next(min(limit, sys.maxsize), _forms())
        found = tuple(
            LateFinding(Finding.from_dict(row), range(start, end))
            for row, start, end in reader.late()
        )
        if late is Late.RAISE:
            held.take(found)
            found = ()
        if rows is None:
            break
        yield _batch(rows, first, found)
        first += len(rows)
    if found:
        yield Batch((), (), first, found)
    held.tell()


def _batch(
    rows: list[tuple[Any, list[dict[str, Any]]]], first: int, late: tuple[LateFinding, ...]
) -> Batch:
    made: dict[int, Finding] = {}  # what stands above claims is one dict for all of them

    def finding(row: dict[str, Any]) -> Finding:
        known = made.get(id(row))
        if known is None:
            known = made[id(row)] = Finding.from_dict(row)
        return known

    claims = tuple(claim for claim, _ in rows)
    return Batch(claims, tuple(tuple(map(finding, found)) for _, found in rows), first, late)


class _Held:
    """Late errors until all batches were given; so many are kept, and the claims of all."""

    def __init__(self) -> None:
        self._found: list[LateFinding] = []
        self._count = 0
        self._claims: list[range] = []

    def take(self, found: Sequence[LateFinding]) -> None:
        for late in found:
            if late.finding.severity is not Severity.ERROR:
                continue
            self._count += 1
            if len(self._found) < _MOST_LATE:
                self._found.append(late)
            self._reach(late.claims)

    def _reach(self, claims: range) -> None:
        """Ranges in their order; those that touch are one, and from a number on all are."""
        if not claims:
            return
        first, last = claims.start, claims.stop
        full = len(self._claims) >= _MOST_LATE
        while self._claims and (full or self._claims[-1].stop >= first):
            before = self._claims.pop()
            first, last = min(first, before.start), max(last, before.stop)
            full = False
        self._claims.append(range(first, last))

    def tell(self) -> None:
        if self._count:
            raise LateFindings(tuple(self._found), tuple(self._claims), self._count)


def _count(what: str, number: object) -> None:
    if not isinstance(number, int) or number < 1:
        raise UsageError(f"{what}: a whole number of at least 1")


def _late(way: Late | str) -> Late:
    try:
        return Late(way)
    except ValueError:
        raise UsageError(f"late is 'raise' or 'yield', not {way!r}") from None


@cache
def _forms() -> "dict[str, _native.Forms]":
    """What claims are made of, by kind: the engine's values are of the models' types already."""
    from scrubjay.models import kinds

    return {
        kind: _native.Forms(kind, kinds.form(model)) for kind, model in kinds.KINDS.items() if kind
    }
