"""Which of a partner's answers go to whom: back to the files that their claims came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.pipeline.echoing import echoes
from scrubjay.pipeline.outline import ISA_LENGTH, TransactionSet, outline
from scrubjay.pipeline.relaying import Answer, Origin, answers, reference, written
from scrubjay.store.rows import File, NewReply, Payload
from scrubjay.store.rows import TransactionSet as SetRow
from scrubjay.vault import PayloadGoneError, new_payload_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.acks.reading import Acknowledgment as Said
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import View
    from scrubjay.store.rows import Acknowledgment

__all__ = ["Relayed", "relayed"]

HEADER = 1_000
"""Bytes of a set in which its BHT stands."""
SET_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Relayed:
    """An acknowledgment for a submitter, sealed and not yet written down."""

    payload: Payload
    reply: NewReply


def relayed(work: Work, row: Acknowledgment, text: bytes, gone: set[int]) -> list[Relayed]:
    """One for each file that the answer has claims of; `gone` gets those that were purged.

    The submitter's envelope and BHT03 are in the file alone: without it nothing can go back.
    For a thread.
    """
    found = list(answers(text))
    places = work.store.ask(lambda view: _places(view, row.partner, found))
    by_file: dict[int, list[tuple[Answer, int]]] = {}
    for answer, place in zip(found, places, strict=True):
        if place is not None:
            by_file.setdefault(place[0], []).append((answer, place[1]))
    made = []
    for number, own in sorted(by_file.items()):
        file = work.store.ask(lambda view, number=number: view.one(File, number))  # type: ignore[misc]
        if file is None:
            continue
        try:
            origins = list(_origins(work, file, own))
        except PayloadGoneError:
            gone.add(number)
            continue
        for count, (origin, parts) in enumerate(origins, start=1):
            content = written(parts, origin, row.id)
            sealed = work.vault.seal(new_payload_id(), [content])
            payload = Payload(sealed.payload_id, "277ca", sealed.size, sealed.digest, number)
            name = f"{number}-{count}-partner-{row.id}.277ca"
            reply = NewReply(number, "277ca", f"partner:{row.id}", payload.id, name)
            made.append(Relayed(payload, reply))
    return made


def echoed(work: Work, row: Acknowledgment, said: Sequence[Said], gone: set[int]) -> list[Relayed]:
    """A TA1 or 999 for each file that one of the partner's is about; `gone` as above."""
    made = []
    for count, each in enumerate(echoes(work, row.partner, said, row.id, gone), start=1):
        sealed = work.vault.seal(new_payload_id(), [each.text])
        payload = Payload(sealed.payload_id, each.role, sealed.size, sealed.digest, each.file)
        name = f"{each.file}-{count}-partner-{row.id}.{each.role}"
        reply = NewReply(each.file, each.role, f"partner:{row.id}", payload.id, name)
        made.append(Relayed(payload, reply))
    return made


def _places(view: View, partner: int, found: list[Answer]) -> list[tuple[int, int] | None]:
    """File and ordinal of the set that each answer is about; None where we sent no such."""
    places: list[tuple[int, int] | None] = []
    for answer in found:
        sent = view.transmission_by_control(partner, answer.batch[:-SET_DIGITS].zfill(9))
        batches = view.batches_in(sent[0].id) if sent else []
        control = answer.batch[-SET_DIGITS:]
        batch = next((each for each in batches if each.set_control == control), None)
        own = None if batch is None else view.one(SetRow, batch.set)
        places.append(None if own is None else (own.file, own.ordinal))
    return places


def _origins(
    work: Work, file: File, own: list[tuple[Answer, int]]
) -> Iterator[tuple[Origin, list[Answer]]]:
    """The answers by the interchange and group of the file that they are about."""
    wanted = {ordinal for _, ordinal in own}
    with work.vault.open(file.payload) as payload:
        sets = {
            each.ordinal: each
            for each in outline(payload)
            if isinstance(each, TransactionSet) and each.ordinal in wanted
        }
        grouped: dict[tuple[int, tuple[str, ...]], list[tuple[Answer, TransactionSet]]] = {}
        for answer, ordinal in own:
            each = sets[ordinal]
            grouped.setdefault((each.interchange.ordinal, each.group), []).append((answer, each))
        for (_, group), members in grouped.items():
            first = members[0][1].interchange
            isa = payload.read(first.start, ISA_LENGTH)
            delimiters = isa[3:4] + isa[104:105] + isa[82:83] + isa[105:106]
            references = {
                answer.batch: reference(payload.read(each.start, HEADER), delimiters)
                for answer, each in members
            }
            origin = Origin(first.header, (group[1].strip(), group[2].strip()), references)
            yield origin, [answer for answer, _ in members]
