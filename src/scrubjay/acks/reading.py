"""Files of acknowledgments to typed values, in bounded memory: a long one comes in parts.

The levels of a 277CA are told by HL03 and the notes of a 999 by their segments, so that one of
a version without a guide of ours, or with a fault in it, is read as far as it says something.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scrubjay.acks.claimlevels import ClaimLevels
from scrubjay.acks.notices import Fault, Notice, Problem
from scrubjay.acks.syntaxnotes import SyntaxNotes
from scrubjay.documents import Segment, segments
from scrubjay.models.acknowledgments import (
    ClaimAcknowledgment,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    Origin,
)

__all__ = ["PART", "Acknowledgment", "read"]

Acknowledgment = InterchangeAcknowledgment | ImplementationAcknowledgment | ClaimAcknowledgment
Source = str | os.PathLike[str] | bytes

PART = 1000
"""So many claims of a 277CA, or notes of a 999, are in one part."""


def read(
    source: Source, part: int = PART, *, progress: Callable[[int], None] | None = None
) -> Iterator[Acknowledgment | Notice]:
    """The acknowledgments of a file, or of the bytes of one, and notices of what is none.

    `progress` is told how far in the file it is. InputError where that cannot be read at all.
    """
    file = "bytes" if isinstance(source, bytes) else os.path.basename(os.fspath(source))
    reader = _Reader(file, part)
    for segment in segments(source, progress=progress):
        body = reader.body
        if body is None or segment.id in _ENVELOPE:
            yield from reader.hear(segment)
            continue
        reader.straying = False
        for said in body.hear(segment):
            yield reader.notice(*said) if isinstance(said, Fault) else said
    yield from reader.end()


_ENVELOPE = frozenset({"", "ISA", "GS", "GE", "IEA", "ST", "SE"})
"""What the reader itself hears, inside of a set too; "" is no segment."""


@dataclass(slots=True)
class _Reader:
    """What is open: an envelope, and in it perhaps an acknowledgment."""

    file: str
    part: int
    header: Segment | None = None
    group: Segment | None = None
    opened: Segment | None = None
    body: SyntaxNotes | ClaimLevels | None = None
    straying: bool = False

    def hear(self, segment: Segment) -> Iterator[Acknowledgment | Notice]:
        if segment.fault is not None:
            if not self.straying:
                yield self.notice(Problem.UNREADABLE, segment)
            self.straying = True
            return
        self.straying = False
        match segment.id:
            case "ISA" | "GS" | "GE" | "IEA":
                yield from self.end()
                self.header = segment if segment.id == "ISA" else self.header
                self.group = segment if segment.id == "GS" else None
            case "TA1" if self.opened is None:
                yield self.interchange_acknowledgment(segment)
            case "ST":
                yield from self.begin(segment)
            case "SE":
                yield from self.finish(cut_short=False)
            case _:
                yield from self.within(segment)

    def begin(self, segment: Segment) -> Iterator[Acknowledgment | Notice]:
        """A set begins."""
        yield from self.end()
        self.opened = segment
        if segment[1] == "999":
            self.body = SyntaxNotes(self.origin(), self.part)
        elif segment[1] != "277":
            former = segment[1] == "997"
            yield self.notice(Problem.FORMER_997 if former else Problem.NOT_READ, segment)

    def within(self, segment: Segment) -> Iterator[Acknowledgment | Notice]:
        """A segment of the open set."""
        if self.opened is not None and self.body is None and self.opened[1] == "277":
            # A 277 says in its BHT whether it acknowledges claims or answers a question about them.
            if segment.id != "BHT":
                return
            if segment[1] != "0085":
                yield self.notice(Problem.NOT_READ, self.opened)
                self.opened = None
                return
            self.body = ClaimLevels(self.origin(), self.part)
        if self.body is not None:
            yield from self.told(self.body.hear(segment))

    def end(self) -> Iterator[Acknowledgment | Notice]:
        """The set is over, whether it said so or not."""
        if self.opened is not None:
            yield from self.finish(cut_short=True)

    def finish(self, *, cut_short: bool) -> Iterator[Acknowledgment | Notice]:
        if self.body is not None:
            if cut_short and self.opened is not None:
                yield self.notice(Problem.CUT_SHORT, self.opened)
            yield from self.told(self.body.end())
        self.opened = self.body = None

    def told(self, said: Iterable[Acknowledgment | Fault]) -> Iterator[Acknowledgment | Notice]:
        for each in said:
            yield self.notice(*each) if isinstance(each, Fault) else each

    def interchange_acknowledgment(self, segment: Segment) -> InterchangeAcknowledgment | Notice:
        if not segment[1].strip() or not segment[4]:
            return self.notice(Problem.INCOMPLETE, segment)
        return InterchangeAcknowledgment(
            origin=self.origin(),
            control_number=segment[1].strip(),
            date=segment[2],
            time=segment[3],
            code=segment[4],
            note=segment[5],
            offset=segment.offset,
        )

    def origin(self) -> Origin:
        isa, gs, st = self.header, self.group, self.opened
        return Origin(
            file=self.file,
            sender=isa[6].strip() if isa else "",
            receiver=isa[8].strip() if isa else "",
            control_number=isa[13].strip() if isa else "",
            date=isa[9] if isa else "",
            time=isa[10] if isa else "",
            group_sender=gs[2].strip() if gs else "",
            group_receiver=gs[3].strip() if gs else "",
            group_control=gs[6].strip() if gs else "",
            set_control=st[2].strip() if st else "",
        )

    def notice(self, problem: Problem, segment: Segment) -> Notice:
        origin = self.origin()
        return Notice(
            problem,
            self.file,
            interchange=origin.control_number or None,
            group=origin.group_control or None,
            set=origin.set_control or None,
            segment_index=segment.number,
            byte_offset=segment.offset,
            segment=segment.id if segment.id.isalnum() and segment.id.isascii() else None,
        )
