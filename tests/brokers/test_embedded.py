"""The store's table keeps the contract, and more: it settles within a unit of work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.broker import BrokerContract
from contracts.clock import Clock
from scrubjay.brokers.embedded import EmbeddedBroker
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.contract import Tx
from scrubjay.store.errors import StaleLeaseError
from scrubjay.store.leases import Lease
from scrubjay.store.sqlite.store import SqliteStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
    keys = Keyring.make(tmp_path / "audit.key")
    with SqliteStore(tmp_path / "data", keys, actor="test", clock=clock.milliseconds) as opened:
        yield opened


@pytest.fixture
async def broker(store: SqliteStore) -> EmbeddedBroker:
    return EmbeddedBroker(store)


class TestEmbeddedBroker(BrokerContract):
    @pytest.fixture
    def clock(self, clock: Clock) -> Clock:
        return clock


async def leased(broker: EmbeddedBroker) -> Lease:
    (lease,) = await broker.lease("scrub", 1, 30)
    return lease


async def test_a_stale_lease_takes_its_unit_of_work_back(
    store: SqliteStore, broker: EmbeddedBroker, clock: Clock
) -> None:
    await broker.publish("scrub", [1])
    slow = await leased(broker)
    clock.pass_by(31)
    quick = await leased(broker)

    def work(lease: Lease) -> int:
        def unit(tx: Tx) -> int:
            partner = tx.partner(f"made under fence {lease.fence}")
            tx.settle(lease)
            return partner

        return store.do(unit)

    with pytest.raises(StaleLeaseError):
        work(slow)
    assert store.ask(lambda view: view.partners()) == []
    assert work(quick) == 1
    with pytest.raises(StaleLeaseError):
        work(quick)
    assert not await broker.settle(quick)


async def test_long_work_can_ask_whether_it_still_holds(
    store: SqliteStore, broker: EmbeddedBroker, clock: Clock
) -> None:
    await broker.publish("scrub", [1])
    slow = await leased(broker)
    await store.write(lambda tx: tx.holds(slow))
    clock.pass_by(31)
    await leased(broker)
    with pytest.raises(StaleLeaseError, match="scrub 1"):
        await store.write(lambda tx: tx.holds(slow))


async def test_a_message_is_there_when_its_cause_is(
    store: SqliteStore, broker: EmbeddedBroker
) -> None:
    def half(tx: Tx) -> None:
        tx.publish("scrub", 1)
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(half)
    assert await broker.lease("scrub", 1, 30) == []


async def test_a_broker_outside_takes_messages_by_name(store: SqliteStore) -> None:
    store.do(lambda tx: tx.publish("scrub", [1, 2]))
    lease = store.do(lambda tx: tx.take("scrub", 2, 30))
    assert lease is not None
    assert lease.subject == 2
    assert store.do(lambda tx: tx.take("scrub", 2, 30)) is None
    assert store.do(lambda tx: tx.take("scrub", 3, 30)) is None


async def test_who_waits_finds_what_another_process_published(
    tmp_path: Path, store: SqliteStore, broker: EmbeddedBroker, clock: Clock
) -> None:
    keys = Keyring.load(tmp_path / "audit.key")
    with SqliteStore(tmp_path / "data", keys, actor="other", clock=clock.milliseconds) as other:
        other.do(lambda tx: tx.publish("scrub", 1))
        assert len(await broker.lease("scrub", 1, 30, wait=60)) == 1


async def test_what_a_process_held_that_closed_is_given_back(
    tmp_path: Path, store: SqliteStore, clock: Clock
) -> None:
    keys = Keyring.load(tmp_path / "audit.key")
    store.do(lambda tx: tx.publish("scrub", 1))
    with SqliteStore(tmp_path / "data", keys, actor="other", clock=clock.milliseconds) as other:
        assert len(other.do(lambda tx: tx.lease("scrub", 1, 3600))) == 1
        assert store.reap() == 0
        assert store.do(lambda tx: tx.lease("scrub", 1, 30)) == []
    (lease,) = store.do(lambda tx: tx.lease("scrub", 1, 30))
    assert lease.attempts == 2
