"""Intake: a file arrives, by whatever door, is sealed while it comes, and is written down once.

The bytes are encrypted before the first of them reaches a disk, and an arrival is confirmed only
when payload and row are durable. The same bytes from the same practice are the same file, however
often, at once, and by how many doors they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import InputError
from scrubjay.failpoints import failpoint
from scrubjay.frozen import Frozen
from scrubjay.pipeline.outline import ISA_LENGTH, Delimiters
from scrubjay.pipeline.work import PARSE
from scrubjay.store.rows import File, NewFile, Payload
from scrubjay.store.states import Kind, State
from scrubjay.vault import new_payload_id, reading_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.store.contract import Store, Tx
    from scrubjay.vault import Sealed, Vault

__all__ = ["Arrived", "Sender", "arrive"]


class Sender(Frozen):
    """Who a file is from: by the identity that its door has made sure of, else by its ISA."""

    tenant: str = "default"
    practice: str = ""
    """Empty: the one that `practices` has for ISA06 and GS02, or ISA06 alone; else ISA06 itself."""
    practices: tuple[tuple[str, str], ...] = ()
    """By ``ISA06`` or ``ISA06/GS02``."""

    def practice_of(self, isa06: str, gs02: str) -> str:
        """The practice that a file is written down under; GS02 is that of its first group."""
        known = dict(self.practices)
        return self.practice or known.get(f"{isa06}/{gs02}") or known.get(isa06, isa06)


class Arrived(Frozen):
    """What became of an arrival."""

    file: int
    fresh: bool
    """False: the same file came before."""
    digest: str
    size: int
    practice: str
    state: str
    """How far the file has come."""


def arrive(
    store: Store, vault: Vault, pieces: Iterable[bytes], sender: Sender, door: str
) -> Arrived:
    """Seals and writes down; durable on return. For a thread, not for an event loop.

    InputError where it begins with no ISA: then nothing is kept.
    """
    header = _Header(pieces)
    payload = new_payload_id()
    with vault.writer(payload) as writer:
        for piece in header:
            writer.write(piece)
        practice = sender.practice_of(*header.sender())
        failpoint("intake.received")
        sealed = writer.commit()
    failpoint("intake.sealed")
    new = NewFile(
        sender.tenant, practice, door, sealed.payload_id, digest=sealed.digest, size=sealed.size
    )
    arrived = store.do(lambda tx: _enter(tx, new, sealed))
    failpoint("intake.entered")
    if not arrived.fresh:
        with reading_for("repeated"):
            vault.shred(payload)
    return arrived


def _enter(tx: Tx, new: NewFile, sealed: Sealed) -> Arrived:
    added = tx.add_file(new)
    state = tx.state(Kind.FILE, added.id)
    if added.fresh:
        tx.add_payload(Payload(new.payload, "source", sealed.size, sealed.digest, file=added.id))
        tx.publish(PARSE, added.id)
    elif state is State.INGESTED:
        known = tx.one(File, added.id)
        tx.publish(PARSE, known.id if known else added.id)
    return Arrived(
        file=added.id,
        fresh=added.fresh,
        digest=new.digest,
        size=new.size,
        practice=new.practice,
        state="" if state is None else state.value,
    )


class _Header:
    """Passes pieces on and keeps the ISA that they begin with, and what follows it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._seen = b""

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if len(self._seen) < 4 * ISA_LENGTH:
                self._seen += piece[: 4 * ISA_LENGTH]
            yield piece

    def sender(self) -> tuple[str, str]:
        """ISA06 and the first GS02, without the padding; that is "" where no group follows."""
        if not self._seen:
            raise InputError("empty: there is nothing to take; look at where it came from")
        start = self._seen.find(b"ISA")
        header = self._seen[start : start + ISA_LENGTH]
        if start < 0:
            raise InputError("no ISA at its beginning: no X12; look at the file, and send it again")
        marks = Delimiters.of(header)
        group = self._seen[start + ISA_LENGTH :].lstrip().split(marks.terminator)[0]
        found = [*group.split(marks.element), b"", b""]
        gs02 = found[2] if found[0] == b"GS" else b""
        isa06 = header.split(marks.element)[6]
        return isa06.decode("latin-1").strip(), gs02.decode("latin-1").strip()
