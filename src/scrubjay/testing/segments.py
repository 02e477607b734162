"""Faults in what is written already, said by segment and element."""

import re
from collections.abc import Callable, Iterator, Sequence

from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.faults import Edit, Fault, inject

__all__ = ["doubled", "dropped", "inserted", "kept_to", "planted", "raised", "swapped", "value"]

Segments = list[list[bytes]]
"""The segments of a record, each as its id and its elements."""


def value(segment: str, element: int, text: str) -> Edit:
    """The first such segment has `text` in that element."""

    def change(segments: Segments, at: int) -> None:
        elements = segments[at]
        elements += [b""] * (element + 1 - len(elements))
        elements[element] = text.encode()

    return _edit(segment, change)


def raised(segment: str, element: int) -> Edit:
    """The first such segment has a dollar more in that element, which is not below zero."""

    def change(segments: Segments, at: int) -> None:
        more = cents(segments[at][element].decode()) + 100
        segments[at][element] = amount(more).encode()

    return _edit(segment, change)


def kept_to(segment: str, elements: int) -> Edit:
    """The first such segment has lost what is behind so many elements."""

    def change(segments: Segments, at: int) -> None:
        del segments[at][elements + 1 :]

    return _edit(segment, change)


def dropped(segment: str) -> Edit:
    """The first such segment is not there."""

    def change(segments: Segments, at: int) -> None:
        del segments[at]

    return _edit(segment, change)


def doubled(segment: str, times: int = 1) -> Edit:
    """The first such segment is there once, or several times, more."""

    def change(segments: Segments, at: int) -> None:
        segments[at:at] = [segments[at]] * times

    return _edit(segment, change)


def inserted(text: str, *, behind: str) -> Edit:
    """A segment stands behind the first such segment."""

    def change(segments: Segments, at: int) -> None:
        segments.insert(at + 1, text.encode().split(b"*"))

    return _edit(behind, change)


def swapped(segment: str) -> Edit:
    """The first such segment and the one behind it have changed places."""

    def change(segments: Segments, at: int) -> None:
        segments[at : at + 2] = segments[at + 1], segments[at]

    return _edit(segment, change)


def _edit(beginning: str, change: Callable[[Segments, int], None]) -> Edit:
    """An edit of the first segment with that beginning, such as `NM1`, `NM1*QC` or `HI*ABK`."""
    begins = re.compile(re.escape(beginning.encode()) + rb"(?![^*:])").match

    def edit(text: bytes) -> bytes:
        segments = [line.split(b"*") for line in text.split(b"~\n")[:-1]]
        at = next(at for at, part in enumerate(segments) if begins(b"*".join(part)))
        change(segments, at)
        return b"".join(b"*".join(elements) + b"~\n" for elements in segments)

    return edit


def planted(
    records: Iterator[str], share: float, faults: Sequence[Fault], *, seed: int
) -> Iterator[str]:
    """The records, `share` of them with a fault edited in."""
    for text, fault in inject(records, share, faults, seed=seed):
        if fault is None or fault.edit is None:
            yield text
        else:
            yield fault.edit(text.encode()).decode()
