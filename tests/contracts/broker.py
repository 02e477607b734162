"""What any broker must do: one suite for all of them.

A technology's tests subclass `BrokerContract` and give it the fixtures `broker` and `clock`: a
broker without messages, and the clock that its leases are judged by.
"""

import asyncio
import random
from collections import Counter

import pytest

from contracts.clock import Clock
from scrubjay.brokers.contract import Broker, Lease

__all__ = ["BrokerContract"]

TOPIC = "scrub"


async def one(broker: Broker, seconds: float = 30) -> Lease:
    """The message that is there."""
    (lease,) = await broker.lease(TOPIC, 10, seconds)
    return lease


class BrokerContract:
    """The promises of `scrubjay.brokers.contract`, one a test."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    async def test_it_is_a_broker(self, broker: Broker) -> None:
        assert isinstance(broker, Broker)

    async def test_a_message_is_leased_once_and_settled_for_good(
        self, broker: Broker, clock: Clock
    ) -> None:
        assert await broker.publish(TOPIC, [7]) == 1
        lease = await one(broker)
        assert (lease.topic, lease.subject, lease.attempts) == (TOPIC, 7, 1)
        assert await broker.lease(TOPIC, 10, 30) == []
        assert await broker.settle(lease)
        clock.pass_by(3600)
        assert await broker.lease(TOPIC, 10, 30) == []

    async def test_a_message_that_waits_is_there_once(self, broker: Broker) -> None:
        assert await broker.publish(TOPIC, [1, 2, 2]) == 2
        assert await broker.publish(TOPIC, [2, 3]) == 1
        assert {lease.subject for lease in await broker.lease(TOPIC, 10, 30)} == {1, 2, 3}

    async def test_topics_do_not_see_each_other(self, broker: Broker) -> None:
        await broker.publish("parse", [1])
        assert await broker.lease(TOPIC, 10, 30) == []
        assert len(await broker.lease("parse", 10, 30)) == 1

    async def test_the_oldest_come_first_and_no_more_than_asked_for(
        self, broker: Broker, clock: Clock
    ) -> None:
        for subject in (5, 3, 9):
            await broker.publish(TOPIC, [subject])
            clock.pass_by(1)
        assert [lease.subject for lease in await broker.lease(TOPIC, 2, 30)] == [5, 3]

    async def test_what_is_published_while_it_is_worked_on_comes_once_more(
        self, broker: Broker
    ) -> None:
        await broker.publish(TOPIC, [1])
        lease = await one(broker)
        await broker.publish(TOPIC, [1])
        assert await broker.lease(TOPIC, 10, 30) == []
        await broker.settle(lease)
        again = await one(broker)
        assert again.attempts == 1
        await broker.settle(again)
        assert await broker.lease(TOPIC, 10, 30) == []

    async def test_a_lease_that_ran_out_is_somebody_elses(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1])
        slow = await one(broker)
        clock.pass_by(31)
        quick = await one(broker)
        assert quick.fence > slow.fence
        assert quick.attempts == 2
        assert not await broker.settle(slow)
        assert not await broker.renew(slow, 30)
        assert not await broker.release(slow)
        assert await broker.settle(quick)

    async def test_a_lease_that_ran_out_is_still_ours_where_nobody_took_it(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1])
        lease = await one(broker)
        clock.pass_by(31)
        assert await broker.settle(lease)

    async def test_a_fence_is_never_given_twice(self, broker: Broker, clock: Clock) -> None:
        fences = []
        for _ in range(5):
            await broker.publish(TOPIC, [1, 2])
            leases = await broker.lease(TOPIC, 10, 30)
            fences += [lease.fence for lease in leases]
            await broker.settle(leases[0])
            await broker.release(leases[1])
            clock.pass_by(-600)
        assert sorted(fences) == sorted(set(fences))
        assert max(fences) in fences[-2:]

    async def test_a_renewed_lease_lasts(self, broker: Broker, clock: Clock) -> None:
        await broker.publish(TOPIC, [1])
        lease = await one(broker)
        clock.pass_by(20)
        assert await broker.renew(lease, 30)
        clock.pass_by(20)
        assert await broker.lease(TOPIC, 10, 30) == []
        assert await broker.settle(lease)

    async def test_what_is_given_back_waits_for_its_delay(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1])
        await broker.release(await one(broker), delay=60)
        clock.pass_by(59)
        assert await broker.lease(TOPIC, 10, 30) == []
        clock.pass_by(2)
        assert (await one(broker)).attempts == 2

    async def test_a_try_that_does_not_count_is_none(self, broker: Broker) -> None:
        await broker.publish(TOPIC, [1])
        await broker.release(await one(broker), counts=False)
        assert (await one(broker)).attempts == 1

    async def test_a_published_delay_is_kept_and_an_earlier_one_wins(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1], delay=600)
        await broker.publish(TOPIC, [1], delay=60)
        await broker.publish(TOPIC, [1], delay=300)
        clock.pass_by(59)
        assert await broker.lease(TOPIC, 10, 30) == []
        clock.pass_by(2)
        assert len(await broker.lease(TOPIC, 10, 30)) == 1

    async def test_publishing_does_not_cut_a_backoff_short(self, broker: Broker) -> None:
        await broker.publish(TOPIC, [1])
        await broker.release(await one(broker), delay=600)
        await broker.publish(TOPIC, [1])
        assert await broker.lease(TOPIC, 10, 30) == []

    async def test_a_clock_put_back_keeps_nothing_waiting(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1])
        await broker.publish(TOPIC, [2])
        await broker.publish(TOPIC, [3], delay=5)
        held = (await broker.lease(TOPIC, 1, 30))[0]
        clock.pass_by(-3600)
        leases = await broker.lease(TOPIC, 10, 30)
        assert {lease.subject for lease in leases} == {1, 2, 3}
        assert not await broker.settle(held)
        assert all([await broker.settle(lease) for lease in leases])

    async def test_a_clock_put_forward_takes_leases_but_not_the_fence(
        self, broker: Broker, clock: Clock
    ) -> None:
        await broker.publish(TOPIC, [1])
        first = await one(broker)
        clock.pass_by(86_400)
        second = await one(broker)
        assert not await broker.settle(first)
        assert await broker.settle(second)

    async def test_depth_tells_what_waits_and_for_how_long(
        self, broker: Broker, clock: Clock
    ) -> None:
        empty = await broker.depth(TOPIC)
        assert (empty.ready, empty.leased, empty.delayed, empty.oldest) == (0, 0, 0, None)
        await broker.publish(TOPIC, [1, 2])
        await broker.publish(TOPIC, [3], delay=60)
        clock.pass_by(4)
        await broker.lease(TOPIC, 1, 30)
        depth = await broker.depth(TOPIC)
        assert (depth.ready, depth.leased, depth.delayed) == (1, 1, 1)
        assert depth.oldest == pytest.approx(4, abs=0.01)

    async def test_who_waits_is_woken_by_what_is_published(self, broker: Broker) -> None:
        waiting = asyncio.create_task(broker.lease(TOPIC, 10, 30, wait=60))
        await asyncio.wait({waiting}, timeout=0)
        await broker.publish(TOPIC, [1])
        assert [lease.subject for lease in await waiting] == [1]

    async def test_many_workers_share_a_topic_without_doing_anything_twice(
        self, broker: Broker
    ) -> None:
        await broker.publish(TOPIC, range(200))
        done: list[int] = []

        async def work() -> None:
            while leases := await broker.lease(TOPIC, 7, 30):
                done.extend([one.subject for one in leases if await broker.settle(one)])

        await asyncio.gather(*(work() for _ in range(6)))
        assert sorted(done) == list(range(200))

    @pytest.mark.parametrize("seed", range(5))
    async def test_whatever_happens_each_message_is_settled_once(
        self, broker: Broker, clock: Clock, seed: int
    ) -> None:
        """Leases run out, are given back and settled late, and the clock jumps, in any order."""
        chance = random.Random(seed)  # noqa: S311 - the same walk each time
        await broker.publish(TOPIC, range(30))
        settled: Counter[int] = Counter()
        held: list[Lease] = []
        for _ in range(300):
            held += await broker.lease(TOPIC, chance.randint(1, 5), chance.choice([1, 30]))
            chance.shuffle(held)
            for _ in range(chance.randint(0, len(held))):
                lease = held.pop()
                if chance.random() < 0.5:
                    settled[lease.subject] += await broker.settle(lease)
                else:
                    await broker.release(lease, delay=chance.choice([0, 0, 5]))
            clock.pass_by(chance.choice([0, 1, 40, -40, 86_400]))
        assert set(settled.values()) <= {0, 1}
        for _ in range(30):
            clock.pass_by(60)
            for lease in await broker.lease(TOPIC, 100, 30):
                settled[lease.subject] += await broker.settle(lease)
        assert settled == Counter(range(30))
