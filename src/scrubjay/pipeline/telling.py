"""What waits for a person: alerts are told to whoever has asked for them, until they have it."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Protocol

from scrubjay.errors import Fate
from scrubjay.pipeline.work import ALERT, Work
from scrubjay.store.errors import StoreError
from scrubjay.store.rows import Alert, Transmission
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx, View

__all__ = ["Tell", "Teller", "alert", "lacks"]

AGAIN = 300.0
"""Seconds until somebody who could not be told is tried again."""
_KINDS = {
    "dead": "dead_lettered",
    "quarantined": "quarantined",
    "suspect": "quarantined",
    "rejected": "held",
    "held": "held",
    "failing": "held",
    "paused": "held",
}


def alert(tx: Tx, name: str, kind: Kind, subject: int) -> None:
    """Writes an alert down and has it told: once for each name and subject."""
    added = tx.add_alert(name, kind, subject)
    if added.fresh:
        tx.publish(ALERT, added.id)


def lacks(work: Work, code: str, again: float) -> None:
    """Work waits for what is lacking here: seen, and told once for as long as it lasts.

    The alert is written as soon as the store can.
    """
    if work.seeing.lacks(code, again):
        # a store that takes nothing more has said so itself
        with contextlib.suppress(StoreError):
            work.store.later(lambda tx: alert(tx, f"parked.{code}.{tx.now}", Kind.STORE, 0))


def _partner(view: View, one: Alert) -> int | None:
    """The partner that an alert is about, if it is about one."""
    if one.kind is Kind.PARTNER:
        return one.subject
    sent = view.one(Transmission, one.subject) if one.kind is Kind.TRANSMISSION else None
    return None if sent is None else sent.partner


class Teller(Protocol):
    """Tells one alert; raises what `scrubjay.webhooks` raises."""

    async def __call__(self, one: Alert, kind: str, code: str, partner: str) -> None:
        """Until whoever it is has it."""
        ...


class Tell:
    """The stage that tells alerts; without a teller they are in the log and in `status` alone."""

    topic = ALERT

    def __init__(self, work: Work, teller: Teller | None) -> None:
        self._work = work
        self._teller = teller

    async def handle(self, lease: Lease) -> None:
        """An alert, by its id."""

        def asked(view: View) -> tuple[Alert | None, str]:
            one = view.one(Alert, lease.subject)
            number = None if one is None else _partner(view, one)
            line = None if number is None else self._work.lines.get(number)
            return one, "" if line is None else line.record.name

        one, partner = await self._work.store.read(asked)
        if one is not None:
            self._work.seeing.tell(
                f"alert.{one.name}",
                logging.WARNING,
                kind=one.kind.value,
                subject=one.subject,
                partner=partner,
            )
        if one is not None and self._teller is not None:
            # a third part tells one occasion from another, and nothing else
            name, detail, *_ = (*one.name.split("."), "")
            kind = "overdue" if name == "overdue" else _KINDS.get(detail, "held")
            code = detail if name == "overdue" else f"{name}.{detail}"
            try:
                await self._teller(one, kind, code, partner)
            except Exception as error:  # noqa: BLE001 - of whatever kind, it says its fate
                if getattr(error, "fate", Fate.RETRYABLE) is not Fate.FINAL:
                    await self._work.broker.release(lease, delay=AGAIN, counts=False)
                    return
                self._work.seeing.tell("alert.untold", logging.ERROR, subject=lease.subject)
        await self._work.broker.settle(lease)
