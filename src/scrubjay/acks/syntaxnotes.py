"""The segments of a 999 to an `ImplementationAcknowledgment`, or to several parts of one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrubjay.acks.notices import Fault, Problem
from scrubjay.acks.values import count
from scrubjay.documents import Segment
from scrubjay.models.acknowledgments import (
    Context,
    ElementNote,
    ImplementationAcknowledgment,
    Origin,
    SegmentNote,
    SetAcknowledgment,
)

__all__ = ["SyntaxNotes"]

Said = ImplementationAcknowledgment | Fault
MOST = 1000
"""So many elements of one segment, and contexts of one note, are kept."""

FIRST_FAULT = {"IK5": 2, "AK9": 5}


@dataclass(slots=True)
class SyntaxNotes:
    """What a 999 has said since its last part."""

    origin: Origin
    limit: int
    part: int = 0
    opener: Segment | None = None
    sets: list[SetAcknowledgment] = field(default_factory=list)
    set_opener: Segment | None = None
    notes: list[SegmentNote] = field(default_factory=list)
    segment: Segment | None = None
    contexts: list[Context] = field(default_factory=list)
    elements: list[ElementNote] = field(default_factory=list)
    element: Segment | None = None
    element_contexts: list[Context] = field(default_factory=list)
    held: int = 0
    over: bool = False

    def hear(self, segment: Segment) -> Iterator[Said]:
        """One segment; gives a part when there is enough for one."""
        match segment.id:
            case "AK1" | "AK2":
                yield from self._opened(segment)
            case "IK3":
                self._close_segment()
                self.segment = segment
                self.held += 1
            case "CTX":
                yield from self._kept(segment, self._contexts(), _context)
            case "IK4":
                self._close_element()
                yield from self._kept(segment, self.elements, None)
            case "IK5":
                if self.set_opener is None:
                    yield Fault(Problem.INCOMPLETE, segment)
                self._close_set(segment)
            case "AK9":
                yield self._given(segment)
                self.over = True
            case _:
                yield Fault(Problem.UNEXPECTED, segment)
        if self.held >= self.limit and segment.id == "IK3":
            yield self._given(None)

    def _opened(self, segment: Segment) -> Iterator[Said]:
        """The group, or a set in it."""
        if segment.id == "AK1":
            self.opener = segment
            return
        self._close_set(None)
        if self.held >= self.limit:
            yield self._given(None)
        self.set_opener = segment

    def _contexts(self) -> list[Context]:
        """What a CTX goes to: the element at hand, else the segment."""
        return self.contexts if self.element is None else self.element_contexts

    def _kept(
        self,
        segment: Segment,
        kept: list[Any],
        made: Callable[[Segment], Context] | None,
    ) -> Iterator[Said]:
        """Keeps what a segment is made into, or an IK4 until its end; no more than are useful."""
        if len(kept) >= MOST:
            yield Fault(Problem.TOO_MANY, segment)
        elif made is None:
            self.element = segment
        else:
            kept.append(made(segment))

    def end(self) -> Iterator[Said]:
        """The set is over."""
        if not self.over:
            yield self._given(None, last=True)

    def _close_element(self) -> None:
        opener, self.element = self.element, None
        if opener is None:
            return
        self.elements.append(
            ElementNote(
                element=count(opener[1, 1]),
                component=count(opener[1, 2]),
                repetition=count(opener[1, 3]),
                data_element=opener[2] or None,
                fault=opener[3],
                value=opener[4] or None,
                contexts=tuple(self.element_contexts),
            )
        )
        self.element_contexts.clear()

    def _close_segment(self) -> None:
        self._close_element()
        opener, self.segment = self.segment, None
        if opener is not None:
            self.notes.append(
                SegmentNote(
                    segment=opener[1],
                    position=count(opener[2]),
                    loop=opener[3] or None,
                    fault=opener[4],
                    contexts=tuple(self.contexts),
                    elements=tuple(self.elements),
                    number=opener.number,
                )
            )
        self.contexts.clear()
        self.elements.clear()

    def _close_set(self, trailer: Segment | None, *, goes_on: bool = False) -> None:
        if not goes_on:
            self._close_segment()
        opener = self.set_opener
        if opener is not None:
            self.sets.append(
                SetAcknowledgment(
                    code=trailer[1] if trailer else "",
                    set_code=opener[1],
                    control_number=opener[2].strip(),
                    version=opener[3],
                    faults=_faults(trailer),
                    segments=tuple(self.notes),
                    number=(trailer or opener).number,
                )
            )
        self.notes.clear()
        self.held += 1
        if not goes_on:
            self.set_opener = None

    def _given(
        self, trailer: Segment | None, *, last: bool = False
    ) -> ImplementationAcknowledgment:
        """What is there, as a part; the set at hand goes on in the next one."""
        ends = last or trailer is not None
        if self.set_opener is not None:
            self._close_set(None, goes_on=not ends)
        self.part += 1
        made = ImplementationAcknowledgment(
            origin=self.origin,
            functional_id=self.opener[1] if self.opener else "",
            group_control=self.opener[2].strip() if self.opener else "",
            version=self.opener[3] if self.opener else "",
            sets=tuple(self.sets),
            code=trailer[1] if trailer else "",
            included=count(trailer[2]) if trailer else None,
            received=count(trailer[3]) if trailer else None,
            accepted=count(trailer[4]) if trailer else None,
            faults=_faults(trailer),
            number=trailer.number if trailer else None,
            part=self.part,
            is_last=ends,
        )
        self.sets.clear()
        self.held = 0
        return made


def _faults(trailer: Segment | None) -> tuple[str, ...]:
    if trailer is None:
        return ()
    first = FIRST_FAULT[trailer.id]
    return tuple(fault for fault in trailer.elements[first - 1 :] if fault)


def _context(segment: Segment) -> Context:
    return Context(
        kind=segment[1, 1],
        value=segment[1, 2] or None,
        segment=segment[2] or None,
        position=count(segment[3]),
        loop=segment[4] or None,
        element=segment[5] or None,
    )
