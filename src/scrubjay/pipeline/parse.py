"""Parse: the interchanges and sets of a file are written down, and what is known already is told.

An interchange that came before, byte for byte, is that one: it is left out here. One with the same
sender, receiver, number, day and time and other bytes is held, and so is one with a set that looks
like a set of before but is another: control numbers begin anew somewhere, and a person has to say.
So is one with the very set of another file: in an envelope of its own, or under another practice.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrubjay.failpoints import failpoint
from scrubjay.pipeline.burying import refuse
from scrubjay.pipeline.outline import Interchange, Stray, TransactionSet, outline
from scrubjay.pipeline.telling import alert
from scrubjay.pipeline.work import PARSE, SCRUB, Work
from scrubjay.store.rows import File, NewInterchange, NewSet
from scrubjay.store.rows import Interchange as Row
from scrubjay.store.states import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.brokers.contract import Lease
    from scrubjay.store.contract import Tx

    Whole = tuple[Interchange, list[TransactionSet]]

__all__ = ["SAME_KEY", "SAME_SET", "SUSPECT", "Parse"]

ROWS = 500
"""Of a unit of work, about."""
SAME_KEY = "SAME_KEY_OTHER_DIGEST"
SUSPECT = "SUSPECT_SET"
SAME_SET = "SAME_SET_ELSEWHERE"
REPEATED = "REPEATED"


class Parse:
    """The stage of that name."""

    topic = PARSE

    def __init__(self, work: Work) -> None:
        self._work = work

    async def handle(self, lease: Lease) -> None:
        """A file, by its id."""
        store = self._work.store
        file = await store.read(lambda view: view.one(File, lease.subject))
        if file is None or file.state is not State.INGESTED:
            await self._work.broker.settle(lease)
            return
        found, strays = await asyncio.to_thread(self._outline, file)
        failpoint("parse.read")
        if not found:
            await store.write(lambda tx: refuse(tx, PARSE, lease, "MALFORMED_FILE"))
            return
        for part in _parts(found):
            await store.write(lambda tx, part=part: self._enter(tx, lease, file, part))  # type: ignore[misc]
            failpoint("parse.entered")
        claims = strays + sum(interchange.claims for interchange, _ in found)
        await store.write(lambda tx: _finish(tx, lease, file, claims))
        failpoint("parse.done")

    def _enter(
        self,
        tx: Tx,
        lease: Lease,
        file: File,
        part: list[tuple[Interchange, Sequence[TransactionSet]]],
    ) -> None:
        tx.holds(lease)
        _enter(tx, file, part, hold_suspects=self._work.knobs.hold_suspects)

    def _outline(self, file: File) -> tuple[list[Whole], int]:
        """Interchanges with their sets, and how many claims stand in none."""
        whole: list[Whole] = []
        sets: list[TransactionSet] = []
        strays = 0
        with self._work.vault.open(file.payload) as payload:
            for each in outline(payload):
                if isinstance(each, TransactionSet):
                    sets.append(each)
                elif isinstance(each, Stray):
                    strays += each.claims
                else:
                    whole.append((each, sets))
                    sets = []
        return whole, strays


def _parts(found: list[Whole]) -> Iterator[list[tuple[Interchange, Sequence[TransactionSet]]]]:
    """Of about as many rows as a unit of work should have."""
    part: list[tuple[Interchange, Sequence[TransactionSet]]] = []
    rows = 0
    for interchange, sets in found:
        for at in range(0, max(len(sets), 1), ROWS):
            part.append((interchange, sets[at : at + ROWS]))
            rows += 1 + len(part[-1][1])
            if rows >= ROWS:
                yield part
                part, rows = [], 0
    if part:
        yield part


def _enter(
    tx: Tx,
    file: File,
    part: list[tuple[Interchange, Sequence[TransactionSet]]],
    *,
    hold_suspects: bool,
) -> None:
    for interchange, sets in part:
        added = tx.add_interchange(
            NewInterchange(
                file=file.id,
                ordinal=interchange.ordinal,
                tenant=file.tenant,
                identity=interchange.identity(file.practice),
                digest=interchange.digest,
                control=interchange.control,
                sender=interchange.header[5],
                receiver=interchange.header[7],
                usage=interchange.usage,
            )
        )
        row = tx.one(Row, added.id)
        if row is None or row.file != file.id:
            told = {"ordinal": interchange.ordinal, "interchange": added.id}
            tx.note("interchange.repeated", Kind.FILE, file.id, told)
            continue
        reason = SAME_KEY if added.conflicts else ""
        for each in sets:
            new = tx.add_set(_set(each, file.id, row.id))
            if new.same and reason != SAME_KEY:
                reason = SAME_SET
            elif new.conflicts and not reason:
                reason = SUSPECT
        if reason == SUSPECT and not hold_suspects:
            alert(tx, "interchange.suspect", Kind.INTERCHANGE, row.id)
        elif reason:
            _hold(tx, row, reason)


def _hold(tx: Tx, row: Row, reason: str) -> None:
    if tx.advance(Kind.INTERCHANGE, row.id, State.QUARANTINED, reason=reason):
        alert(tx, "interchange.quarantined", Kind.INTERCHANGE, row.id)


def _set(each: TransactionSet, file: int, interchange: int) -> NewSet:
    return NewSet(
        file=file,
        interchange=interchange,
        ordinal=each.ordinal,
        code=each.code,
        control=each.control,
        group_control=each.group_control,
        claims=each.claims,
        digest=each.digest,
        suspect_key=each.suspect_key,
    )


def _finish(tx: Tx, lease: Lease, file: File, claims: int) -> None:
    tx.settle(lease)
    tx.count_claims(file.id, claims)
    rows = tx.interchanges_of(file.id)
    ready = [row.id for row in rows if row.state is State.INGESTED]
    tx.advance(Kind.INTERCHANGE, ready, State.PARSED)
    if ready:
        tx.advance(Kind.FILE, file.id, State.PARSED)
        tx.publish(SCRUB, file.id)
    elif rows:
        tx.advance(Kind.FILE, file.id, State.QUARANTINED, reason=rows[0].reason)
    else:
        # all of it came before, in other files
        tx.advance(Kind.FILE, file.id, State.SCRUBBED, reason=REPEATED)
