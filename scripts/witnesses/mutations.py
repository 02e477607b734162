"""One fault at a time, put into a good document: seeded, so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["KINDS", "Mutation", "mutations", "without"]

_LONG = 90
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class Mutation:
    """A document with one fault: which kind, and where it was put."""

    kind: str
    place: str
    document: str


@dataclass(frozen=True, slots=True)
class _Document:
    """A document as its segments, each a list of elements; blanks around segments are dropped."""

    element: str
    component: str
    terminator: str
    segments: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, text: str) -> _Document:
        element, component, terminator = text[3], text[104], text[105]
        parts = (part.strip("\r\n") for part in text.split(terminator))
        segments = tuple(tuple(part.split(element)) for part in parts if part)
        return cls(element, component, terminator, segments)

    def write(self) -> str:
        lines = (self.element.join(segment) + self.terminator for segment in self.segments)
        return "\n".join(lines) + "\n"

    def inside(self) -> list[int]:
        """The segments between ST and SE."""
        names = [segment[0] for segment in self.segments]
        open_set, found = False, list[int]()
        for at, name in enumerate(names):
            open_set = name != "SE" and (open_set or name == "ST")
            if open_set and name != "ST":
                found.append(at)
        return found

    def changed(self, at: int, *segments: tuple[str, ...]) -> _Document:
        """With `segments` in the place of that one; SE01 is counted again."""
        rest = [*self.segments[:at], *segments, *self.segments[at + 1 :]]
        for place in range(at, len(rest)):
            if rest[place][0] == "SE":
                count = int(rest[place][1]) + len(segments) - 1
                rest[place] = ("SE", str(count), *rest[place][2:])
                break
        return replace(self, segments=tuple(rest))

    def with_value(self, at: int, element: int, value: str) -> _Document:
        segment = list(self.segments[at])
        segment[element] = value
        while segment[-1] == "":
            segment.pop()
        return replace(
            self, segments=(*self.segments[:at], tuple(segment), *self.segments[at + 1 :])
        )

    def values(self) -> list[tuple[int, int]]:
        """The elements with a value, within sets, but for numbers that are counted."""
        return [
            (at, element)
            for at in self.inside()
            for element in range(1, len(self.segments[at]))
            if self.segments[at][element] and (self.segments[at][0], element) not in _COUNTED
        ]


_COUNTED = {
    ("SE", 1), ("GE", 1), ("IEA", 1), ("HL", 1), ("HL", 2), ("HL", 4), ("LX", 1),
}  # fmt: skip
"""Numbers that are counted: what a wrong count puts wrong, and nothing else does."""

_Made = tuple[str, _Document] | None


def _drop(document: _Document, dice: random.Random) -> _Made:
    at = dice.choice(document.inside())
    return document.segments[at][0], document.changed(at)


def _blank(document: _Document, dice: random.Random) -> _Made:
    at, element = dice.choice(document.values())
    if len(document.segments[at]) == 2:  # noqa: PLR2004, an empty segment is a drop of its own
        return None
    return f"{document.segments[at][0]}{element:02}", document.with_value(at, element, "")


def _repeat(document: _Document, dice: random.Random) -> _Made:
    at = dice.choice(document.inside())
    segment = document.segments[at]
    return segment[0], document.changed(at, segment, segment)


def _swap(document: _Document, dice: random.Random) -> _Made:
    places = document.inside()
    at = dice.choice(places)
    if at + 1 not in places:
        return None
    first, second = document.segments[at : at + 2]
    if first[0] == second[0]:
        return None
    rest = (*document.segments[:at], second, first, *document.segments[at + 2 :])
    return f"{first[0]} {second[0]}", replace(document, segments=rest)


def _lengthen(document: _Document, dice: random.Random) -> _Made:
    at, element = dice.choice(document.values())
    parts = document.segments[at][element].split(document.component)
    part = dice.randrange(len(parts))
    if not parts[part]:
        return None
    parts[part] += ("9" if parts[part][-1].isdigit() else "X") * _LONG
    value = document.component.join(parts)
    return f"{document.segments[at][0]}{element:02}", document.with_value(at, element, value)


def _wrong_code(document: _Document, dice: random.Random) -> _Made:
    at, element = dice.choice(document.values())
    parts = document.segments[at][element].split(document.component)
    part = dice.randrange(len(parts))
    if not 0 < len(parts[part]) <= _LONGEST_CODE:
        return None
    wrong = "QZ9"[: len(parts[part])]
    if parts[part] == wrong:
        return None
    parts[part] = wrong
    value = document.component.join(parts)
    return f"{document.segments[at][0]}{element:02}", document.with_value(at, element, value)


def _wrong_count(document: _Document, dice: random.Random) -> _Made:
    places = [
        (at, element)
        for at, segment in enumerate(document.segments)
        for name, element in _COUNTED
        if segment[0] == name and len(segment) > element and segment[element].isdigit()
    ]
    at, element = dice.choice(sorted(places))
    segment = document.segments[at]
    flipped = {"0": "1", "1": "0"} if (segment[0], element) == ("HL", 4) else {}
    value = flipped.get(segment[element], str(int(segment[element]) + dice.choice((1, 3))))
    return f"{segment[0]}{element:02}", document.with_value(at, element, value)


KINDS: dict[str, Callable[[_Document, random.Random], _Made]] = {
    "drop a segment": _drop,
    "drop a value": _blank,
    "repeat": _repeat,
    "swap": _swap,
    "lengthen": _lengthen,
    "wrong code": _wrong_code,
    "wrong count": _wrong_count,
}


def mutations(documents: list[str], count: int, seed: int) -> Iterator[Mutation]:
    """`count` mutations: the documents take turns, and so do the kinds."""
    dice = random.Random(seed)  # noqa: S311, chance that can be repeated
    parsed = [_Document.parse(text) for text in documents]
    kinds = list(KINDS.items())
    for number in range(count):
        document = parsed[number % len(parsed)]
        kind, make = kinds[number // len(parsed) % len(kinds)]
        made = None
        while made is None:
            made = make(document, dice)
        place, changed = made
        yield Mutation(kind, place, changed.write())


def without(text: str, segments: int) -> Iterator[str]:
    """The document without each run of so many segments within a set; SE01 is counted again."""
    document = _Document.parse(text)
    inside = set(document.inside())
    for at in sorted(inside):
        if inside.issuperset(range(at, at + segments)):
            shorter = document
            for _ in range(segments):
                shorter = shorter.changed(at)
            yield shorter.write()
