"""Relay: acknowledgments go back to the submitter's folder, whole or not at all.

They name claims and patients, since that is what they are for: the folder belongs on an encrypted
disk, and to the practice. Written again after a crash they are the same file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from typing import TYPE_CHECKING

from scrubjay.errors import OutputError
from scrubjay.failpoints import failpoint
from scrubjay.failures import SHORTAGES
from scrubjay.pipeline.seeing import about
from scrubjay.pipeline.work import RELAY, Work
from scrubjay.places import synced
from scrubjay.store.rows import File, Reply
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx, View

__all__ = ["OutboxError", "Relay", "folder_of"]


class OutboxError(OutputError):
    """The submitters' folder cannot be written: no room, or no right. What is for it waits."""

    def __init__(self, folder: str, error: OSError) -> None:
        self.code = SHORTAGES.get(error.errno or 0, "OUTBOX_FAILED")
        reason = (error.strerror or "cannot be written").lower()
        super().__init__(f"{folder}: {reason}; mend the outbox")


class Relay:
    """The stage of that name."""

    topic = RELAY

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A reply, by its id."""

        def asked(view: View) -> tuple[Reply, File] | None:
            reply = view.one(Reply, lease.subject)
            file = None if reply is None else view.one(File, reply.file)
            return None if reply is None or file is None else (reply, file)

        found = await self._work.store.read(asked)
        if found is None or found[0].state is not State.INTENDED:
            await self._work.broker.settle(lease)
            return
        about(trace=f"file-{found[1].id}")
        await asyncio.to_thread(self._deliver, *found)
        failpoint("relay.written")
        await self._work.store.write(lambda tx: _relayed(tx, lease))

    def _deliver(self, reply: Reply, file: File) -> None:
        folder = os.path.join(self._work.knobs.outbox, folder_of(file.practice))
        path = os.path.join(folder, reply.name)
        draft = os.path.join(folder, f".{reply.name}.part")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with (
                self._work.vault.open(reply.payload) as payload,
                os.fdopen(os.open(draft, flags, 0o600), "wb") as written,
            ):
                written.writelines(payload)
                written.flush()
                os.fsync(written.fileno())
            os.replace(draft, path)
            synced(folder)
        except OSError as error:
            raise OutboxError(folder, error) from None


def folder_of(practice: str) -> str:
    """A practice's folder: its name where that can be one, and it is never a path.

    Another name is told from its like by a digest: no practice reads what is another's.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "_", practice)[:64]
    if name and name == practice:
        return name
    return f"{name}~{hashlib.sha256(practice.encode()).hexdigest()[:12]}"


def _relayed(tx: Tx, lease: Lease) -> None:
    tx.settle(lease)
    tx.advance(Kind.REPLY, lease.subject, State.SUBMITTED)
