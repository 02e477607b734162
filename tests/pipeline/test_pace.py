"""Breakers, budgets, backoff and pace, on clocks of their own."""

import asyncio
import errno

import pytest

from scrubjay.errors import Fate, InputError, InternalError, OutputError
from scrubjay.failures import FAILURES
from scrubjay.pipeline.breaker import Breaker, Position
from scrubjay.pipeline.pace import Pace
from scrubjay.pipeline.retry import Backoff, Budget, code_of, is_hopeless
from scrubjay.transports import TransportError


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock, **given: float) -> Breaker:
    return Breaker(failures=3, rest=10.0, longest=60.0, clock=clock, chance=lambda: 0.0, **given)


def test_a_breaker_opens_after_failures_in_a_row_and_rests() -> None:
    clock = Clock()
    one = breaker(clock)
    for _ in range(2):
        one.failed()
    one.succeeded()
    for _ in range(2):
        one.failed()
    assert one.position == Position.CLOSED.value
    one.failed()
    assert one.position == Position.OPEN.value
    assert one.wait() == 10.0
    clock.now += 10
    assert one.position == Position.HALF_OPEN.value


def test_one_probe_alone_is_let_through() -> None:
    clock = Clock()
    one = breaker(clock)
    for _ in range(3):
        one.failed()
    clock.now += 10
    assert [one.wait() for _ in range(10)] == [0.0] + [10.0] * 9
    one.untried()
    assert one.wait() == 0.0
    one.succeeded()
    assert one.position is Position.CLOSED
    assert one.wait() == 0.0


def test_a_probe_that_fails_rests_twice_as_long_up_to_a_limit() -> None:
    clock = Clock()
    one = breaker(clock)
    for _ in range(3):
        one.failed()
    rests = []
    for _ in range(5):
        rests.append(one.wait())
        clock.now += rests[-1]
        assert one.wait() == 0.0
        one.failed()
    assert rests == [10.0, 20.0, 40.0, 60.0, 60.0]


def test_what_fails_while_it_rests_does_not_prolong_it() -> None:
    clock = Clock()
    one = breaker(clock)
    for _ in range(6):
        one.failed()
    assert one.wait() == 10.0


def test_waiting_grows_and_any_share_of_it_may_be_waited() -> None:
    backoff = Backoff(first=1.0, longest=10.0, attempts=4)
    assert [backoff.delay(at, lambda: 1.0) for at in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert backoff.delay(3, lambda: 0.25) == 1.0
    assert [backoff.ends(at) for at in (1, 3, 4, 5)] == [False, False, True, True]
    assert backoff.delay(10_000, lambda: 1.0) == 10.0


def test_a_budget_is_a_share_of_first_tries_and_comes_back_slowly() -> None:
    clock = Clock()
    budget = Budget(share=0.5, reserve=2.0, clock=clock)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    budget.tried()
    assert not budget.spend()
    budget.tried()
    assert budget.spend()
    clock.now += 10
    assert budget.spend()
    assert not budget.spend()


async def test_turns_are_even_after_a_burst_of_a_second() -> None:
    clock, waited = Clock(), []

    async def wait(seconds: float) -> None:
        waited.append(round(seconds, 3))

    pace = Pace(4.0, clock=clock, sleep=wait)
    await asyncio.gather(*(pace.turn() for _ in range(7)))
    assert waited == [0.25, 0.5, 0.75]
    clock.now += 60
    waited.clear()
    for _ in range(5):
        await pace.turn()
    assert waited == [0.25]
    pace.pause(30.0)
    await pace.turn()
    assert waited[-1] >= 30.0


@pytest.mark.parametrize("code", FAILURES)
def test_every_code_has_a_fate_that_says_what_to_do(code: str) -> None:
    error = TransportError(code)
    assert code_of(error) == code
    assert is_hopeless(error) is (FAILURES[code].fate is Fate.FINAL)


def test_errors_without_a_code_have_one_of_the_table_or_are_ours() -> None:
    assert code_of(MemoryError()) == "OUT_OF_MEMORY"
    assert code_of(TimeoutError()) == "DEADLINE"
    assert code_of(OutputError("no room; make some")) == "DISK_FULL"
    assert code_of(OSError(errno.ENOSPC, "no room")) == "DISK_FULL"
    assert code_of(OSError(errno.EMFILE, "too many")) == "OUT_OF_HANDLES"
    assert code_of(OSError(errno.EIO, "broken")) == "INTERNAL"
    assert code_of(ZeroDivisionError()) == "INTERNAL"
    assert is_hopeless(InputError("no X12; send it again"))
    assert not is_hopeless(InternalError("ours; report it"))
