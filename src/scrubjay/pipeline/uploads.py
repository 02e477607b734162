"""What the HTTP door asks of the pipeline: take a file, and say what became of one."""

from __future__ import annotations

import asyncio
import queue
from typing import TYPE_CHECKING, Any

from scrubjay.doors import Accepted, UploadError
from scrubjay.pipeline.intake import Sender, arrive
from scrubjay.store.rows import File
from scrubjay.store.states import Kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrubjay.doors import Identity
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import View

__all__ = ["Uploads"]

_END = b""


class Uploads:
    """Behind the door of one process."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def accept(self, pieces: AsyncIterator[bytes], identity: Identity) -> Accepted:
        """All of the pieces, durable on return; a sender that breaks off leaves nothing."""
        waiting: queue.Queue[bytes | BaseException] = queue.Queue(maxsize=1)
        sender = Sender(tenant=identity.tenant, practice=identity.practice)
        store, vault = self._work.store, self._work.vault
        taking = asyncio.create_task(
            asyncio.to_thread(arrive, store, vault, _drawn(waiting), sender, "http")
        )
        try:
            async for piece in pieces:
                if piece:
                    await _put(waiting, piece, taking)
            await _put(waiting, _END, taking)
        except BaseException as error:
            await _put(waiting, error, taking)
            await asyncio.gather(taking, return_exceptions=True)
            raise
        arrived = await taking
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


async def _put(
    waiting: queue.Queue[bytes | BaseException],
    piece: bytes | BaseException,
    taking: asyncio.Task[Any],
) -> None:
    """Hands a piece over; whoever takes has ended, and says why, where nobody takes it."""
    while not taking.done():
        try:
            waiting.put_nowait(piece)
        except queue.Full:
            await asyncio.sleep(0.001)
        else:
            return


def _drawn(waiting: queue.Queue[bytes | BaseException]) -> Iterator[bytes]:
    """The pieces, in the thread that seals them."""
    while True:
        piece = waiting.get()
        if isinstance(piece, UploadError):
            raise piece
        if isinstance(piece, BaseException):
            raise UploadError("UPLOAD_CUT")
        if piece == _END:
            return
        yield piece


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
