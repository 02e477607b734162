"""What the HTTP door asks of the pipeline: take a file, and say what became of one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrubjay.doors import Accepted
from scrubjay.doors.threads import in_thread
from scrubjay.errors import ScrubjayError
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.pipeline.retry import PARKED, code_of
from scrubjay.pipeline.telling import lacks
from scrubjay.store.rows import File
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrubjay.doors import Identity
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import View

__all__ = ["Uploads"]

COME_AGAIN = 5.0
"""Seconds after which senders are asked to."""


class Uploads:
    """Behind the door of one process."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def accept(self, pieces: AsyncIterator[bytes], identity: Identity) -> Accepted:
        """All of the pieces, durable on return; a sender that breaks off leaves nothing."""
        sender = Sender(tenant=identity.tenant, practice=identity.practice)
        arriving = in_thread(pieces, asyncio.get_running_loop())
        try:
            arrived = await asyncio.to_thread(
                arrive, self._work.store, self._work.vault, arriving, sender, "http"
            )
        except ScrubjayError as error:
            if code_of(error) in PARKED:
                lacks(self._work, code_of(error), COME_AGAIN)
            raise
        self._work.seeing.tell("file.arrived", file=arrived.file, fresh=arrived.fresh, door="http")
        return Accepted(
            file=str(arrived.file),
            size=arrived.size,
            digest=arrived.digest,
            duplicate=not arrived.fresh,
        )

    async def status(self, file: str, identity: Identity) -> dict[str, Any] | None:
        """States and counts of a file of that tenant and practice."""
        if not file.isdecimal() or len(file) > 18:  # noqa: PLR2004 - digits of an id
            return None
        return await self._work.store.read(lambda view: _status(view, int(file), identity))

    async def ready(self) -> dict[str, str]:
        """What keeps files from being taken now."""
        store = self._work.store
        lacking = {}
        if store.failed is not None:
            lacking["store"] = store.failed.code
        elif store.parked is not None:
            lacking["store"] = store.parked.code
        return lacking


def _status(view: View, number: int, identity: Identity) -> dict[str, Any] | None:
    file = view.one(File, number)
    if file is None or (file.tenant, file.practice) != (identity.tenant, identity.practice):
        return None
    claims: dict[str, int] = {}
    for batch in view.batches_of(number):
        for claim in view.claims_of(batch.id):
            claims[claim.state] = claims.get(claim.state, 0) + 1
    for claim in view.claims_beside(number):
        claims[claim.state] = claims.get(claim.state, 0) + 1
    interchanges = [
        {"control": row.control, "state": row.state.value, "reason": row.reason}
        for row in view.interchanges_of(number)
    ]
    return {
        "kind": Kind.FILE.value,
        "file": str(number),
        "state": file.state.value,
        "reason": file.reason,
        "claims": claims,
        "interchanges": interchanges,
    }
