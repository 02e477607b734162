"""The twin in memory keeps the contract."""

import pytest

from contracts.broker import BrokerContract
from contracts.clock import Clock
from scrubjay.brokers.memory import MemoryBroker


class TestMemoryBroker(BrokerContract):
    @pytest.fixture
    async def broker(self, clock: Clock) -> MemoryBroker:
        return MemoryBroker(clock)
