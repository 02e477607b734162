"""The contract of a broker: messages that are ids, leased, settled, and given back.

A message is a topic and the id of a row. It holds no state and nobody's data: who gets one looks
into the store. Delivery is at least once. A lease carries a *fence*, a number that rises whenever
the message is leased: work that ends too late finds a higher fence in the store and is taken back
(`Tx.settle`, `Tx.holds`), whatever any clock says.

Messages are published in a unit of work (`Tx.publish`), together with the change that causes them,
and settled in the one that does what they ask for. What a broker loses, the sweeper puts back
(`Tx.sweep`): the store is the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from scrubjay.store.leases import Depth, Lease, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Broker", "Depth", "Lease", "Message"]


@runtime_checkable
class Broker(Protocol):
    """Leases and what becomes of them. All times are seconds."""

    async def publish(self, topic: str, subjects: Iterable[int], *, delay: float = 0) -> int:
        """Messages, one a subject; where one waits there is no second. How many are new.

        A stage publishes by `Tx.publish`; this is for whoever has no unit of work.
        """

    async def lease(self, topic: str, most: int, seconds: float, *, wait: float = 0) -> list[Lease]:
        """Up to `most` messages, oldest first, for `seconds`; waits up to `wait` for the first."""

    async def renew(self, lease: Lease, seconds: float) -> bool:
        """Keeps it for `seconds` from now; False where it is ours no longer."""

    async def settle(self, lease: Lease) -> bool:
        """It is done with for good; False, and nothing happens, where it is ours no longer.

        A stage settles in its unit of work (`Tx.settle`), which a stale lease takes back, and tells
        the broker afterwards. An embedded broker has nothing left to do then.
        """

    async def release(self, lease: Lease, *, delay: float = 0, counts: bool = True) -> bool:
        """Gives it back, not before `delay`; False where it is ours no longer.

        Without `counts` the try was none: a partner that is paused, a drain.
        """

    async def depth(self, topic: str) -> Depth:
        """How much waits."""

    async def close(self) -> None:
        """Nothing is leased any more; leases that are out run on until they end."""
