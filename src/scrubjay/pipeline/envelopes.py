"""Sets of many files put into one interchange: the partner's envelope, numbers and delimiters.

What stands in a claim is never touched. New are the envelope, ST02 with SE02, BHT03, SE01 where the
header has another number of segments, and 1000A and 1000B where the partner's record has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay import _native
from scrubjay.pipeline.outline import Delimiters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from scrubjay.pipeline.partners import Partner, Party

__all__ = ["MARK", "DelimiterInDataError", "Group", "Numbered", "interchange", "version_of"]

MARK = 4
"""Bytes before each set of a batch: its delimiters."""


class DelimiterInDataError(ValueError):
    """A delimiter that the partner wants stands in the data: it cannot be written for them."""

    code = "DELIMITER_IN_DATA"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A set as it stands in a batch, delimiters first, and the numbers that it goes out under."""

    text: bytes
    control: str
    """ST02."""
    batch: str
    """BHT03."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sets of one version."""

    version: str
    """GS08."""
    control: int
    """GS06."""
    sets: Sequence[Numbered]


def version_of(text: bytes) -> str:
    """ST03 of a set of a batch: what GS08 has to be."""
    element, terminator = text[:1], text[3:4]
    header = text[MARK:].partition(terminator)[0].split(element)
    return header[3].decode("latin-1").strip() if len(header) > 3 else ""  # noqa: PLR2004 - ST03


def interchange(
    partner: Partner, control: int, usage: str, groups: Sequence[Group], made: datetime
) -> Iterator[bytes]:
    """The whole of it, set by set; DelimiterInDataError where a set cannot be written so."""
    to = _delimiters(partner)
    end = to.terminator + (b"\n" if partner.line_breaks else b"")
    el = to.element

    def segment(*elements: str) -> bytes:
        return el.join(each.encode("latin-1") for each in elements) + end

    yield segment(
        *("ISA", "00", f"{'':10}", "00", f"{'':10}"),
        *(partner.sender_qualifier, f"{partner.sender:15}"),
        *(partner.receiver_qualifier, f"{partner.receiver:15}"),
        *(f"{made:%y%m%d}", f"{made:%H%M}", to.repetition.decode("latin-1"), "00501"),
        *(f"{control:09d}", "1" if partner.acknowledge else "0", usage),
        to.component.decode("latin-1"),
    )
    for group in groups:
        yield segment(
            *("GS", "HC", partner.gs02, partner.gs03, f"{made:%Y%m%d}", f"{made:%H%M}"),
            *(str(group.control), "X", group.version),
        )
        for each in group.sets:
            yield _set(partner, each, to)
        yield segment("GE", str(len(group.sets)), str(group.control))
    yield segment("IEA", str(len(groups)), f"{control:09d}")


def _delimiters(partner: Partner) -> Delimiters:
    element, component, repetition, terminator = (
        each.encode("latin-1") for each in partner.delimiters
    )
    return Delimiters(element, component, repetition, terminator)


def _set(partner: Partner, each: Numbered, to: Delimiters) -> bytes:
    """One set, ST to SE, with what belongs to the partner in its header."""
    text = _written(each.text, to, line_breaks=partner.line_breaks)
    el, terminator = to.element, to.terminator
    start = text.find(terminator + b"HL" + el)
    if start < 0:
        start = text.find(terminator + b"\nHL" + el)
    breaks = b"\n" if text[start + 1 : start + 2] == b"\n" else b""
    head, body = text[: start + 1], text[start + 1 + len(breaks) :]
    segments = [one.strip() for one in head.split(terminator)[:-1]]
    new = list(_head(segments, partner, each, el))
    body, _, trailer = body.rpartition(b"SE" + el)
    count = int(trailer.split(el)[0]) + len(new) - len(segments)
    ended = b"SE" + el + b"%d" % count + el + each.control.encode("ascii") + terminator
    last = b"\n" if partner.line_breaks else b""
    joint = terminator + breaks
    return joint.join(new) + joint + body + ended + last


def _written(text: bytes, to: Delimiters, *, line_breaks: bool) -> bytes:
    """The set with the delimiters that are wanted."""
    written = _native.rewritten(text[MARK:], text[:MARK], to.together(), line_breaks)
    if written is None:
        raise DelimiterInDataError
    return written


def _head(
    segments: Sequence[bytes], partner: Partner, each: Numbered, el: bytes
) -> Iterator[bytes]:
    """ST to 1000B."""
    replacing = b""
    for segment in segments:
        elements = segment.split(el)
        match elements[0], elements[1] if len(elements) > 1 else b"":
            case b"ST", _:
                elements[2] = each.control.encode("ascii")
                yield el.join(elements)
            case b"BHT", _:
                elements[3] = each.batch.encode("ascii")
                yield el.join(elements)
            case b"NM1", b"41" if partner.submitter.name:
                replacing = b"41"
                yield from _party(partner.submitter, b"41", el)
            case b"NM1", b"40" if partner.takes_for.name:
                replacing = b"40"
                yield from _party(partner.takes_for, b"40", el)
            case b"NM1", _:
                replacing = b""
                yield segment
            case b"PER", _ if replacing == b"41":
                continue
            case _:
                yield segment


def _party(party: Party, entity: bytes, el: bytes) -> Iterator[bytes]:
    name, number = party.name.encode("latin-1"), party.id.encode("latin-1")
    yield el.join((b"NM1", entity, b"2", name, b"", b"", b"", b"", b"46", number))
    if entity == b"41":
        contact, phone = party.contact.encode("latin-1"), party.phone.encode("latin-1")
        yield el.join((b"PER", b"IC", contact, b"TE", phone))
