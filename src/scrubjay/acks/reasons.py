"""What acknowledgments say, as short codes that can be kept, counted and put into words.

``A7:562:85`` is a status of a 277CA (``@2``: of the second line that it names), ``TA1:R:006``
a TA1, ``AK9:R`` and ``AK905:4`` a group, ``IK5:R`` and ``IK502:5`` a set of a 999,
``IK304:8:CLM:2300`` a segment and ``IK403:5:CLM01`` an element in it. ``ABSENT`` is a claim that a
277CA leaves out, ``STC:U`` a rejection without a status.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

from scrubjay.codes import words
from scrubjay.models.acknowledgments import (
    AcknowledgedClaim,
    ElementNote,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    SegmentNote,
    SetAcknowledgment,
    Status,
    StatusInformation,
    Verdict,
)

__all__ = [
    "MOST_STATUSES",
    "of_claim",
    "of_group",
    "of_interchange",
    "of_note",
    "of_set",
    "of_statuses",
    "text",
]

ABSENT = "ABSENT"
"""Of a claim that a 277CA leaves out."""

MOST_ELEMENTS = 5
MOST_NOTES = 5
"""So many notes of a 999 are kept with a set, and elements with a note."""

MOST_STATUSES = 50
"""So many statuses of a 277CA are kept with a claim."""

_WORD = re.compile(r"[A-Za-z0-9]{1,10}")


@lru_cache(maxsize=1024)
def _code(*parts: str) -> str:
    """The parts as one code; what cannot be a code is not repeated: it may be anything."""
    given = (part.strip() for part in parts)
    return ":".join(part if _WORD.fullmatch(part) else "?" for part in given if part)


def of_interchange(said: InterchangeAcknowledgment) -> tuple[str, ...]:
    """TA104 and TA105."""
    return (_code("TA1", said.code, said.note),)


def of_group(said: ImplementationAcknowledgment) -> tuple[str, ...]:
    """AK901 and AK905 to AK909."""
    return (_code("AK9", said.code), *(_code("AK905", fault) for fault in said.faults))


def of_set(said: SetAcknowledgment) -> tuple[str, ...]:
    """IK501, IK502 to IK506, and where it is rejected the first of its notes."""
    notes = said.segments[:MOST_NOTES] if said.verdict is Verdict.REJECTED else ()
    return (
        _code("IK5", said.code),
        *(_code("IK502", fault) for fault in said.faults),
        *(code for note in notes for code in of_note(note)),
    )


def of_note(note: SegmentNote) -> tuple[str, ...]:
    """IK304 with the segment, IK403 with each element."""
    elements = (
        _code("IK403", one.fault, _element(note, one)) for one in note.elements[:MOST_ELEMENTS]
    )
    return (_code("IK304", note.fault, note.segment, note.loop or ""), *elements)


def _element(note: SegmentNote, one: ElementNote) -> str:
    return note.segment if one.element is None else f"{note.segment}{one.element:02d}"


def of_statuses(statuses: Iterable[StatusInformation]) -> Iterator[str]:
    """Every status of STCs, in order; of one without any its action."""
    for one in statuses:
        if not one.statuses:
            yield _code("STC", one.action or "")
        for status in one.statuses:
            yield _code(status.category, status.status, status.entity or "")


def of_claim(said: AcknowledgedClaim) -> tuple[str, ...]:
    """The statuses of a claim, then those of its lines."""
    lines = (
        f"{code}@{number}"
        for number, line in enumerate(said.lines, start=1)
        for code in of_statuses(line.statuses)
    )
    return tuple(islice(chain(of_statuses(said.statuses), lines), MOST_STATUSES))


def text(code: str) -> str:
    """A code in words."""
    bare, _, line = code.partition("@")
    kind, *parts = bare.split(":")
    if bare == ABSENT:
        return "left out of the 277CA"
    made = _SAID[kind](*parts) if kind in _SAID and parts else _status(bare)
    return f"{made}, line {line}" if line else made


def _status(code: str) -> str:
    category, status, entity = (*code.split(":"), "", "")[:3]
    return Status(category=category, status=status, entity=entity or None).text


def _known(table: str, code: str) -> str:
    return words(table, code) or code


def _interchange(code: str, note: str = "000") -> str:
    said = f"interchange {_known('acknowledgment', code)}"
    return said if note == "000" else f"{said}: {_known('interchange_note', note)}"


def _segment(fault: str, segment: str = "?", loop: str = "") -> str:
    place = f"{segment} in {loop}" if loop else segment
    return f"{_known('segment_fault', fault)}: {place}"


def _at_element(fault: str, element: str = "?") -> str:
    return f"{_known('element_fault', fault)}: {element}"


def _action(action: str = "") -> str:
    return {"U": "rejected, and no reason given", "WQ": "accepted"}.get(action, action)


_SAID: dict[str, Callable[..., str]] = {
    "STC": _action,
    "TA1": _interchange,
    "AK9": lambda code, *_: f"group {_known('acknowledgment', code)}",
    "AK905": lambda code, *_: _known("group_fault", code),
    "IK5": lambda code, *_: f"set {_known('acknowledgment', code)}",
    "IK502": lambda code, *_: _known("set_fault", code),
    "IK304": _segment,
    "IK403": _at_element,
}
