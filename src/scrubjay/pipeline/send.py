"""Send: an intent leaves, or is found to have left. It is never sent twice on a guess.

That a try begins is written down before the first byte leaves. Whoever finds a try begun and no
word of its end, here or after a restart, does not know whether the partner has the bytes: after a
quiet time the partner is asked; a partner that cannot be asked leaves the interchange HELD_UNKNOWN,
until an acknowledgment or a person says what is so. A try that surely brought nothing there is
written down as such, and made again with the same bytes.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrubjay.errors import Fate
from scrubjay.failpoints import failpoint
from scrubjay.pipeline.retry import PARKED
from scrubjay.pipeline.seeing import about
from scrubjay.pipeline.telling import alert, lacks
from scrubjay.pipeline.work import RESEND, SEND, Line, Work
from scrubjay.store.errors import ConflictError, DiskFullError
from scrubjay.store.rows import NewDeadLetter, Partner, Transmission
from scrubjay.store.states import Kind, State
from scrubjay.transports import Transmission as Sending
from scrubjay.transports import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.brokers.contract import Lease
    from scrubjay.pipeline.partners import Partner as Record
    from scrubjay.store.contract import Tx
    from scrubjay.transports import Receipt

__all__ = ["SHUT", "Send", "bury", "expect"]

PAUSED = 5.0
"""Seconds until a partner that is paused is looked at again."""
SHUT = frozenset(
    {
        *("UNAUTHORIZED", "NOT_FOUND", "REDIRECTED"),
        *("TLS_REQUIRED", "TLS_UNTRUSTED", "ADDRESS_FORBIDDEN"),
    }
)
"""Final failures that are about the way to the partner: no interchange would fare better, so the
partner is paused and its backlog waits, until somebody has mended the record and resumes it."""
ROOM = 1.0
"""Seconds between two tries to write where the store has no room."""
MOST = 64
"""Transmissions that are looked at together."""
HOUR_MS = 3_600_000


class Send:
    """The stage of that name."""

    topic = SEND

    def __init__(self, work: Work) -> None:
        self._work = work
        self._begun: dict[int, float] = {}
        """When a try began, or was first found begun in the future, by a clock that nobody sets."""

    async def handle(self, lease: Lease) -> None:
        """A partner, by its id: all that is to be sent to it, as much at once as it takes."""
        line = self._work.lines.get(lease.subject)
        store, broker = self._work.store, self._work.broker
        if line is None:
            await broker.release(lease, delay=60.0, counts=False)
            return
        later: dict[int, float] = {}
        while True:
            partner = await store.read(lambda view: view.one(Partner, lease.subject))
            if partner is None or partner.paused:
                await broker.release(lease, delay=PAUSED, counts=False)
                return
            found = await store.read(
                lambda view: view.open_transmissions(
                    lease.subject, State.INTENDED, MOST + len(later)
                )
            )
            ready = [each for each in found if each.id not in later]
            if not ready:
                break
            waits = await asyncio.gather(
                *(self._in_turn(lease, line, each) for each in ready), return_exceptions=True
            )
            for each, wait in zip(ready, waits, strict=True):
                if isinstance(wait, BaseException):
                    raise wait
                if wait is not None:
                    later[each.id] = wait
        if later:
            await broker.release(lease, delay=min(later.values()), counts=False)
        else:
            await store.write(lambda tx: tx.settle(lease))

    async def _in_turn(self, lease: Lease, line: Line, each: Transmission) -> float | None:
        about(trace=f"transmission-{each.id}")
        async with line.at_once:
            return await self._deliver(lease, line, each)

    async def _deliver(self, lease: Lease, line: Line, each: Transmission) -> float | None:
        """Seconds until it is to be looked at again; None where it is not."""
        if each.begun_at is not None:
            wait = self._quiet(line, each.id, each.begun_at / 1000)
            if wait > 0:
                return wait
            if not line.transport.offers_look_up:
                await self._work.store.write(lambda tx: _hold(tx, lease, each))
                return None
            answer = await self._ask(lease, line, each)
            if isinstance(answer, float):
                return answer
            if answer is not None:
                await self._sent(lease, line, each, answer)
                return None
        if line.record.backoff.ends(each.tries):
            await self._work.store.write(lambda tx: bury(tx, lease, each, "ATTEMPTS"))
            return None
        return await self._try(lease, line, each)

    def _quiet(self, line: Line, transmission: int, begun: float) -> float:
        """Seconds until no byte of a try in doubt is on its way any more.

        A clock that is put on makes it no shorter, one that is put back no longer.
        """
        since, now = self._begun.get(transmission), time.monotonic()
        if since is None:
            passed = time.time() - begun
            if passed >= 0:
                return line.record.quiet - passed
            since = self._begun[transmission] = now
        return since + line.record.quiet - now

    async def _ask(self, lease: Lease, line: Line, each: Transmission) -> Receipt | float | None:
        """The partner's receipt, None where it has none, or when to ask again."""
        wait = line.breaker.wait()
        if wait > 0:
            return wait
        try:
            async with asyncio.timeout(line.record.deadline):
                receipt = await line.transport.look_up(each.key)
        except (TransportError, TimeoutError) as error:
            code = _code(error)
            self._work.seeing.failed(line.record.name, "look_up", code)
            if code in SHUT:
                line.breaker.succeeded()
                await self._shut(lease, line, each, code, begun=False)
                return PAUSED
            line.breaker.failed()
            return max(line.record.backoff.delay(1), 0.05)
        line.breaker.succeeded()
        failpoint("send.asked")
        return receipt

    async def _try(self, lease: Lease, line: Line, each: Transmission) -> float | None:
        if each.tries and not line.budget.spend():
            return max(line.record.backoff.delay(each.tries), 0.05)
        wait = line.breaker.wait()
        if wait > 0:
            return wait
        try:
            await line.pace.turn()
            await self._work.store.write(lambda tx: _begin(tx, lease, each.id))
        except ConflictError:
            # paused meanwhile, or an acknowledgment was faster
            line.breaker.untried()
            return PAUSED
        except BaseException:
            line.breaker.untried()
            raise
        self._begun[each.id] = time.monotonic()
        failpoint("send.begun")
        if not each.tries:
            line.budget.tried()
        try:
            async with asyncio.timeout(line.record.deadline):
                receipt = await line.transport.send(self._sending(each))
        except (TransportError, TimeoutError) as error:
            return await self._failed(lease, line, each, error)
        line.breaker.succeeded()
        failpoint("send.replied")
        await self._sent(lease, line, each, receipt)
        return None

    async def _written(self, unit: Callable[[Tx], None]) -> None:
        """What came of a try is known here alone: where the store has no room it is waited for."""
        while True:
            try:
                return await self._work.store.write(unit)
            except DiskFullError:
                lacks(self._work, DiskFullError.code, ROOM)
                await asyncio.sleep(ROOM)

    def _sending(self, each: Transmission) -> Sending:
        def body() -> Iterator[bytes]:
            with self._work.vault.open(each.payload) as payload:
                yield from payload

        return Sending(key=each.key, size=each.size, digest=each.digest, body=body)

    async def _failed(
        self, lease: Lease, line: Line, each: Transmission, error: TransportError | TimeoutError
    ) -> float | None:
        """What a failure leads to, by what it says of the bytes."""
        store, code = self._work.store, _code(error)
        fate = _fate(line, error)
        self._work.seeing.failed(line.record.name, "send", code)
        if fate is Fate.FINAL:
            line.breaker.succeeded()
            if code in SHUT:
                await self._shut(lease, line, each, code, begun=True)
                return PAUSED
            await store.write(lambda tx: bury(tx, lease, each, code))
            return None
        if fate is Fate.RETRYABLE and code in PARKED:
            # something is lacking here: that is no failure of the partner's, and no try
            line.breaker.untried()
            lacks(self._work, code, line.record.backoff.longest)
            await self._written(lambda tx: _not_received(tx, lease, each.id, code, counts=False))
            return line.record.backoff.longest
        line.breaker.failed()
        if fate is Fate.AMBIGUOUS:
            # the try stays begun: it is asked for after the quiet time
            return line.record.quiet
        await self._written(lambda tx: _not_received(tx, lease, each.id, code))
        failpoint("send.not_received")
        wait = line.record.backoff.delay(each.tries + 1)
        asked = getattr(error, "retry_after", None)
        if asked:
            line.pace.pause(min(asked, line.record.backoff.longest))
            wait = max(wait, min(asked, line.record.backoff.longest))
        return max(wait, 0.01)

    async def _shut(
        self, lease: Lease, line: Line, each: Transmission, code: str, *, begun: bool
    ) -> None:
        """The way to the partner is shut: it is paused, and nothing of its backlog is lost."""
        await self._work.store.write(lambda tx: _pause(tx, lease, each, code, begun=begun))
        self._work.seeing.paused(line.record.name, on=True)

    async def _sent(self, lease: Lease, line: Line, each: Transmission, receipt: Receipt) -> None:
        await self._written(lambda tx: _submitted(tx, lease, line, each, receipt))
        self._begun.pop(each.id, None)
        failpoint("send.submitted")
        self._work.seeing.submitted(line.record.name, each.claims)


def _code(error: TransportError | TimeoutError) -> str:
    return error.code if isinstance(error, TransportError) else "REPLY_TIMEOUT"


def _fate(line: Line, error: TransportError | TimeoutError) -> Fate:
    """A partner that failed may have the bytes all the same, unless its record says otherwise."""
    if not isinstance(error, TransportError):
        return Fate.AMBIGUOUS
    if error.code in line.record.not_received:
        return Fate.RETRYABLE
    return error.fate


def _begin(tx: Tx, lease: Lease, transmission: int) -> None:
    tx.holds(lease)
    tx.begin_send(transmission)


def _not_received(
    tx: Tx, lease: Lease, transmission: int, code: str, *, counts: bool = True
) -> None:
    tx.holds(lease)
    tx.not_received(transmission, code=code, counts=counts)


def _pause(tx: Tx, lease: Lease, each: Transmission, code: str, *, begun: bool) -> None:
    """A try that was refused so brought nothing there; one that is asked for stays in doubt."""
    tx.holds(lease)
    if begun:
        tx.not_received(each.id, code=code)
    if tx.pause(each.partner, reason=code):
        alert(tx, f"partner.paused.{each.tries + 1}", Kind.TRANSMISSION, each.id)


def _submitted(tx: Tx, lease: Lease, line: Line, each: Transmission, receipt: Receipt) -> None:
    tx.holds(lease)
    tx.record_receipt(each.id, receipt.reference)
    if tx.advance(Kind.TRANSMISSION, each.id, State.SUBMITTED):
        # else an acknowledgment was faster, and has said what is owed
        tx.advance_batches(each.id, State.SUBMITTED)
        expect(tx, each.id, line.record)


def expect(tx: Tx, transmission: int, record: Record) -> None:
    """What its partner owes for an interchange that it has, as its record says."""
    for document, hours in record.due:
        tx.expect(transmission, document, tx.now + round(hours * HOUR_MS))


def _hold(tx: Tx, lease: Lease, each: Transmission) -> None:
    tx.holds(lease)
    if tx.advance(Kind.TRANSMISSION, each.id, State.HELD_UNKNOWN, reason="NO_READ_BACK"):
        tx.advance_batches(each.id, State.HELD_UNKNOWN, reason="NO_READ_BACK")
        alert(tx, "transmission.held", Kind.TRANSMISSION, each.id)


def bury(tx: Tx, lease: Lease, each: Transmission, code: str) -> None:
    """An interchange that will not be sent as it is, and its batches with it."""
    tx.holds(lease)
    letter = NewDeadLetter(
        *(Kind.TRANSMISSION, each.id, RESEND, code, each.tries),
        place={"partner": each.partner, "control": each.control},
    )
    if tx.bury(letter) is not None:
        tx.advance_batches(each.id, State.DEAD_LETTERED, reason=code)
        alert(tx, "transmission.dead", Kind.TRANSMISSION, each.id)
