"""Batches: their size, their order, what stops the reading, and errors where they belong."""

import asyncio
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubjay import _native, streams
from scrubjay.errors import InputError, LateFindings, UsageError
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
    panics_at: int | None = None
    behind: "dict[int, list[tuple[dict[str, Any], int, int]]]"

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
        if self.panics_at in numbers:
            raise Panic("a fault of the native half")
        self.given += len(numbers)
        rows = [(Claim(number), [] if number % 3 else [ROW]) for number in numbers]
        return rows or None

    def late(self) -> list[tuple[dict[str, Any], int, int]]:
        """What was found behind the claims given so far."""
        return self.behind.pop(self.given, [])


class Panic(BaseException):
    """As the native half may raise it: no `Exception`."""


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> type[Reader]:
    """A fresh stand-in at the border."""
    fresh = type("Fresh", (Reader,), {"opened": [], "behind": {}})
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


async def test_what_is_no_exception_reaches_the_consumer_too(
    claims: Path, reader: type[Reader]
) -> None:
    reader.panics_at = 2
    flow = streams.stream(claims, batch_size=2)
    await anext(flow)
    with pytest.raises(Panic):
        await asyncio.wait_for(anext(flow), 60)


def test_a_batch_knows_where_in_the_file_it_begins(claims: Path) -> None:
    assert [batch.first for batch in streams.read(claims, batch_size=4)] == [0, 4, 8]


async def test_late_errors_are_raised_when_all_batches_were_given(
    claims: Path, reader: type[Reader]
) -> None:
    reader.behind = {8: [(ROW, 0, 4), (ROW, 2, 6)], 10: [(ROW, 8, 9)]}
    flow = streams.stream(claims, batch_size=4)
    seen = [numbers(await anext(flow)) for _ in range(3)]
    assert sum(map(len, seen)) == 10
    with pytest.raises(LateFindings, match="take back the 7 claims") as raised:
        await anext(flow)
    assert raised.value.claims == (range(6), range(8, 9))
    assert [late.claims for late in raised.value.findings] == [range(4), range(2, 6), range(8, 9)]
    assert pickle.loads(pickle.dumps(raised.value)).claims == raised.value.claims  # noqa: S301


def test_late_findings_are_told_in_the_batches_where_that_is_asked_for(
    claims: Path, reader: type[Reader]
) -> None:
    reader.behind = {8: [(ROW, 0, 4)]}
    batches = list(streams.read(claims, batch_size=4, late="yield"))
    assert [[late.claims for late in batch.late] for batch in batches] == [[], [range(4)], []]
    reader.behind = {10: [(ROW, 0, 10)]}
    batches = list(streams.read(claims, batch_size=10, late="yield"))
    reader.behind = {}
    assert [[late.claims for late in batch.late] for batch in batches] == [[range(10)]]


def test_late_warnings_raise_nothing(claims: Path, reader: type[Reader]) -> None:
    reader.behind = {10: [(ROW | {"severity": "warning"}, 0, 10)]}
    assert len(list(streams.read(claims, batch_size=4))) == 3


def test_so_many_late_errors_are_kept_and_the_claims_of_all(
    claims: Path, reader: type[Reader]
) -> None:
    reader.behind = {10: [(ROW, 2 * at, 2 * at + 1) for at in range(1_200)]}
    with pytest.raises(LateFindings) as raised:
        list(streams.read(claims, batch_size=4))
    assert (len(raised.value.findings), raised.value.count) == (1_000, 1_200)
    assert len(raised.value.claims) == 1_000
    assert raised.value.claims[-1] == range(1_998, 2_399)


WRONG: list[dict[str, Any]] = [
    {"batch_size": "10"},
    {"batch_size": 0},
    {"as_of": "2026-01-01"},
    {"late": "never"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_options_of_a_wrong_kind_are_a_usage_error(claims: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        next(streams.read(claims, **wrong))


def test_sources_of_a_wrong_kind_are_a_usage_error(reader: type[Reader]) -> None:
    with pytest.raises(UsageError, match="not by int"):
        next(streams.read(5))  # type: ignore[arg-type]
    for given in (bytearray(b"ISA*"), memoryview(b"ISA*")):
        list(streams.read(given, 10**30))
    assert [opened.source for opened in reader.opened] == [b"ISA*"] * 2
