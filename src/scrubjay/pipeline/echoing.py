"""A partner's TA1 and 999, written anew for each submitter under the numbers of its own.

The partner's are about our interchange and our sets, in which the claims of many files stand. A
submitter is told of its own interchange, group and sets: a set of it that went out as several of
ours is accepted where all of these are, rejected where all are, and accepted with errors (E) where
some are. Notes on segments are not told: their places are those of our sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrubjay.models.acknowledgments import (
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    Verdict,
)
from scrubjay.pipeline.outline import TransactionSet, outline
from scrubjay.store.rows import File
from scrubjay.store.rows import TransactionSet as SetRow
from scrubjay.vault import PayloadGoneError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.acks.reading import Acknowledgment as Said
    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import View
    from scrubjay.store.rows import Batch

__all__ = ["Echo", "echoes"]

_VERSION = "005010X231A1"
_DUPLICATE = "025"
_IN_ERROR = "5"
"""IK502: segments of the set are in error."""
_PLAIN = str.maketrans(dict.fromkeys("*:^~\n\r", " "))
"""What was sent may have other delimiters, and ours among its values."""
_INTERCHANGE = {Verdict.ACCEPTED: "A", Verdict.REJECTED: "R", Verdict.PENDING: "E"}


@dataclass(frozen=True, slots=True)
class Echo:
    """A TA1 or 999 for the sender of a file."""

    file: int
    role: str
    text: bytes


@dataclass(slots=True)
class _About:
    """What is said of the sets of one file."""

    interchange: str = ""
    """TA104, where a TA1 says anything."""
    note: str = ""
    sets: dict[int, set[Verdict]] = field(default_factory=dict)
    """By ordinal, what a 999 says of the batches that were made of each."""


def echoes(
    work: Work, partner: int, said: Sequence[Said], control: int, gone: set[int]
) -> list[Echo]:
    """What is to be told of some acknowledgments; `control` is their number. For a thread.

    `gone` gets the files that were purged: in them alone stands what the submitter's envelope was.
    """
    about = work.store.ask(lambda view: _about(view, partner, said))
    made = []
    for number, each in sorted(about.items()):
        file = work.store.ask(lambda view, number=number: view.one(File, number))  # type: ignore[misc]
        if file is None:
            continue
        try:
            with work.vault.open(file.payload) as payload:
                found = [one for one in outline(payload) if isinstance(one, TransactionSet)]
        except PayloadGoneError:
            gone.add(number)
            continue
        sets = {one.ordinal: one for one in found if one.ordinal in each.sets}
        made += [Echo(number, role, text) for role, text in _written(each, sets, control)]
    return made


def _about(view: View, partner: int, said: Sequence[Said]) -> dict[int, _About]:
    """By file."""
    found: dict[int, _About] = {}

    def set_of(batch: Batch) -> tuple[_About, set[Verdict]] | None:
        own = view.one(SetRow, batch.set)
        if own is None:
            return None
        about = found.setdefault(own.file, _About())
        return about, about.sets.setdefault(own.ordinal, set())

    for each in said:
        match each:
            case InterchangeAcknowledgment():
                sent = view.transmission_by_control(partner, each.control_number.strip().zfill(9))
                for batch in view.batches_in(sent[0].id) if sent else ():
                    if each.note != _DUPLICATE and (place := set_of(batch)):
                        place[0].interchange = _INTERCHANGE[each.verdict]
                        place[0].note = each.note
            case ImplementationAcknowledgment():
                for batch, verdict in _batches(view, partner, each):
                    if place := set_of(batch):
                        place[1].add(verdict)
    return found


def _batches(
    view: View, partner: int, said: ImplementationAcknowledgment
) -> Iterator[tuple[Batch, Verdict]]:
    """The batches of a group, each with what is said of it, or of the group."""
    group = view.batches_by_group(partner, said.group_control.strip().lstrip("0") or "0")
    named = {
        int(each.control_number): each.verdict
        for each in said.sets
        if each.code and each.control_number.strip().isdecimal()
    }
    for batch in group:
        if batch.transmission == group[0].transmission:
            yield batch, named.get(int(batch.set_control), said.verdict)


def _written(
    about: _About, sets: dict[int, TransactionSet], control: int
) -> Iterator[tuple[str, bytes]]:
    """Role and text of everything that is said of one file."""
    groups: dict[tuple[int, tuple[str, ...]], list[TransactionSet]] = {}
    interchanges: dict[int, TransactionSet] = {}
    for each in sets.values():
        at = each.interchange.ordinal
        interchanges.setdefault(at, each)
        if about.sets[each.ordinal]:
            groups.setdefault((at, _plain(each.group)), []).append(each)
    if about.interchange:
        for each in interchanges.values():
            yield "ta1", _ta1(about, _plain(each.interchange.header), control)
    for (_, group), own in groups.items():
        verdicts = [about.sets[each.ordinal] for each in own]
        yield "999", _999(own, group, verdicts, control)


def _plain(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each.translate(_PLAIN) for each in values)


def _ta1(about: _About, isa: tuple[str, ...], control: int) -> bytes:
    note = about.note or "000"
    said = _segment("TA1", isa[12], isa[8], isa[9], about.interchange, note)
    return b"".join((_isa(isa, control), said, _segment("IEA", "0", f"{control:09d}")))


def _999(
    sets: Sequence[TransactionSet],
    group: tuple[str, ...],
    verdicts: Sequence[set[Verdict]],
    control: int,
) -> bytes:
    codes = [_code(each) for each in verdicts]
    taken = sum(code != "R" for code in codes)
    whole = "R" if not taken else "P" if taken < len(codes) else "E" if "E" in codes else "A"
    version = group[7].strip()
    lines = [
        _segment("ST", "999", "0001", _VERSION),
        _segment("AK1", group[0].strip(), group[5].strip(), version),
    ]
    for each, code in zip(sets, codes, strict=True):
        lines.append(_segment("AK2", *_plain((each.code, each.control.strip())), version))
        lines.append(_segment("IK5", code, *([] if code == "A" else [_IN_ERROR])))
    lines.append(_segment("AK9", whole, str(len(sets)), str(len(sets)), str(taken)))
    made = datetime.now(UTC)
    sender, receiver = group[1].strip(), group[2].strip()
    return b"".join(
        (
            _isa(_plain(sets[0].interchange.header), control),
            _segment(
                *("GS", "FA", receiver, sender, f"{made:%Y%m%d}", f"{made:%H%M}"),
                *(str(control), "X", _VERSION),
            ),
            *lines,
            _segment("SE", str(len(lines) + 1), "0001"),
            _segment("GE", "1", str(control)),
            _segment("IEA", "1", f"{control:09d}"),
        )
    )


def _code(verdicts: set[Verdict]) -> str:
    """IK501 of a set that went out as several of ours."""
    if verdicts == {Verdict.ACCEPTED}:
        return "A"
    return "R" if verdicts == {Verdict.REJECTED} else "E"


def _isa(isa: tuple[str, ...], control: int) -> bytes:
    """The envelope the other way round."""
    made = datetime.now(UTC)
    return _segment(
        *("ISA", "00", f"{'':10}", "00", f"{'':10}", isa[6], f"{isa[7]:15}", isa[4]),
        *(f"{isa[5]:15}", f"{made:%y%m%d}", f"{made:%H%M}", "^", "00501", f"{control:09d}"),
        *("0", isa[14], ":"),
    )


def _segment(*elements: str) -> bytes:
    return "*".join(elements).encode("latin-1", "replace") + b"~\n"
