"""Batches: their size, their order, what stops the reading, and errors where they belong."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubjay import _native, streams
from scrubjay.errors import InputError, UsageError
from scrubjay.findings import Severity
from stage import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW = json.loads((SAMPLES / "findings.jsonl").read_text().splitlines()[0])


class Claim:
    """Stands in for the model: remembers its number."""

    def __init__(self, number: int) -> None:
        self.number = number


class Reader:
    """Stands in for the native reader: ten claims, every third with an error."""

    opened: "list[Reader]"
    breaks_at: int | None = None

    def __init__(self, source: str | bytes, job: str) -> None:
        self.source, self.job = source, json.loads(job)
        self.left: Iterator[int] = iter(range(10))
        self.given = 0
        type(self).opened.append(self)

    def next(
        self, limit: int, forms: dict[str, Any]
    ) -> list[tuple[Claim, list[dict[str, Any]]]] | None:
        """At most `limit` more."""
        assert set(forms) == {"837P", "837I", "837D"}
        numbers = [number for _, number in zip(range(limit), self.left, strict=False)]
        if self.breaks_at in numbers:
            raise InputError("claims.837: cut short")
        self.given += len(numbers)
        rows = [(Claim(number), [] if number % 3 else [ROW]) for number in numbers]
        return rows or None


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> type[Reader]:
    """A fresh stand-in at the border."""
    fresh = type("Fresh", (Reader,), {"opened": []})
    monkeypatch.setattr(_native, "Reader", fresh, raising=False)
    return fresh


def numbers(batch: streams.Batch) -> list[int]:
    return [vars(claim)["number"] for claim in batch.claims]


def test_read_gives_batches_in_the_order_of_the_file(claims: Path) -> None:
    batches = list(streams.read(claims, batch_size=4))
    assert [numbers(batch) for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [len(batch) for batch in batches] == [4, 4, 2]


def test_a_batch_pairs_claims_with_their_findings(claims: Path) -> None:
    batch = next(streams.read(claims, batch_size=4))
    worst = [[finding.severity for finding in found] for _, found in batch]
    assert worst == [[Severity.ERROR], [], [], [Severity.ERROR]]
    assert repr(batch) == "Batch(4 claims, 2 rejected)"


def test_bytes_are_read_as_they_are(reader: type[Reader]) -> None:
    list(streams.read(b"ISA*"))
    assert reader.opened[0].source == b"ISA*"
    assert reader.opened[0].job["command"] == "read"


async def test_stream_gives_the_same_batches(claims: Path) -> None:
    batches = [batch async for batch in streams.stream(claims, batch_size=4)]
    assert [numbers(batch) for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_a_slow_consumer_stops_the_reading(claims: Path, reader: type[Reader]) -> None:
    flow = streams.stream(claims, batch_size=1, max_concurrency=2)
    await anext(flow)
    for _ in range(50):
        await asyncio.to_thread(int)  # a turn for everybody who waits for one
    # One taken, two waiting, one in the hand that cannot put it down.
    assert reader.opened[0].given == 4
    assert [numbers(batch) async for batch in flow] == [[n] for n in range(1, 10)]


async def test_leaving_early_ends_the_reading(claims: Path, reader: type[Reader]) -> None:
    flow = streams.stream(claims, batch_size=1, max_concurrency=1)
    await anext(flow)
    await flow.aclose()
    assert reader.opened[0].given < 10
    assert len(asyncio.all_tasks()) == 1


async def test_an_error_comes_after_the_batches_before_it(
    claims: Path, reader: type[Reader]
) -> None:
    reader.breaks_at = 4
    flow = streams.stream(claims, batch_size=2)
    assert [numbers(await anext(flow)), numbers(await anext(flow))] == [[0, 1], [2, 3]]
    with pytest.raises(InputError, match="cut short"):
        await anext(flow)


@pytest.mark.parametrize(("batch_size", "ahead"), [(0, 1), (1, 0)])
async def test_sizes_are_at_least_one(claims: Path, batch_size: int, ahead: int) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        await anext(streams.stream(claims, batch_size, ahead))


def test_a_missing_file_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no such file"):
        next(streams.read("nowhere.837"))
