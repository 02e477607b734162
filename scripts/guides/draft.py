#!/usr/bin/env python3
"""Write a first draft of a guide from two sources.

    draft.py 837I --pyx12 CHECKOUT --stupidedi CHECKOUT > draft.guide

Where the sources differ the draft takes the wider reading, or the one that says something at all;
`compare.py` then shows every difference, and a person decides. Header lines, titles, the nesting
of levels and the names of new siblings are left to that person too.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from facts import key_codes
from notation import Element, Loop, Segment, read_base, read_guide, walk
from sources import GUIDES, add_options, described

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notation import Base, Child, Guide, Member
    from sources import Description

Names = dict[tuple[str, tuple[str, ...]], str]

# data elements whose codes another body keeps; components by their composite
EXTERNAL = {
    "156": "state",
    "116": "zip",
    "26": "country",
    "1715": "subdivision",
    "1034": "carc",
    "C003-02": "procedure",
    "C003-03": "modifier",
    "C003-04": "modifier",
    "C003-05": "modifier",
    "C003-06": "modifier",
    "C043-01": "status-category",
    "C043-02": "status",
}
MONEY = "782"
MONEY_DIGITS = 10
LONG_LIST = 9  # longer code lists get a name
MANY = 3  # more like elements are counted
FORMATTED, FORMAT = "1251", "1250"


def main() -> None:
    """Print the draft."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", help="837I, 835 ...")
    add_options(parser)
    options = parser.parse_args()
    (first, *_), (*_, second) = described(options.kind, options)
    base = read_base(GUIDES / "base/005010.base")
    known = [read_guide(path) for path in sorted(GUIDES.glob("*.guide"))]
    for line in Draft(base, known).lines(Merge.of(first, second)):
        sys.stdout.write(f"{line}\n")


@dataclass(frozen=True)
class Merge:
    """One description with what another adds to it.

    Levels may be nested in the one and flat in the other; `codes` if those of the other are good.
    """

    ids: frozenset[str]
    others: dict[str, Loop]
    codes: bool

    @classmethod
    def of(cls, one: Description, other: Description) -> Loop:
        """The whole set."""
        ids = frozenset(loop.id for _, loop in walk(one.tree))
        others = {loop.id: loop for _, loop in walk(other.tree)}
        return cls(ids, others, "codes" in other.says).loop(one.tree, other.tree)

    def loop(self, one: Loop, other: Loop) -> Loop:
        """A loop and all in it."""
        left = list(other.children)
        children: list[Child] = []
        for child in one.children:
            there: Child | None = None
            if isinstance(child, Loop):
                there = next((c for c in left if isinstance(c, Loop) and c.id == child.id), None)
                children.append(self.loop(child, there or self.others.get(child.id, child)))
            elif isinstance(child, Segment):
                there = _twin(child, left)
                children.append(self.segment(child, there) if there else child)
            if there in left:
                left.remove(there)
        for extra in left:
            if isinstance(extra, Segment) or extra.id not in self.ids:
                after = [n for n, c in enumerate(children) if c.pos <= extra.pos]
                children.insert(max(after, default=-1) + 1, extra)
        return replace(one, children=tuple(children), pos=other.pos or one.pos)

    def segment(self, one: Segment, other: Segment) -> Segment:
        """A segment of both."""
        return replace(
            one,
            usage=_wider(one.usage, other.usage),
            pos=other.pos or one.pos,
            max=None if None in (one.max, other.max) else max(one.max or 1, other.max or 1),
            elements=self.elements(one.elements, other.elements),
        )

    def elements(
        self, ones: tuple[Element, ...], others: tuple[Element, ...]
    ) -> tuple[Element, ...]:
        """Elements one by one."""
        longest = max(len(ones), len(others))
        padded = (tuple(e) + (Element(),) * (longest - len(e)) for e in (ones, others))
        return tuple(self.element(*pair) for pair in zip(*padded, strict=True))

    def element(self, one: Element, other: Element) -> Element:
        """An element of both."""
        if "-" in (one.usage, other.usage):
            return one if other.usage == "-" else other
        return replace(
            one,
            usage=_wider(one.usage, other.usage),
            codes=tuple(sorted({*one.codes, *(other.codes if self.codes else ())})),
            max=other.max or one.max,
            parts=self.elements(one.parts, other.parts),
        )


def _twin(segment: Segment, candidates: Iterable[Child]) -> Segment | None:
    alike = [c for c in candidates if isinstance(c, Segment) and c.id == segment.id]
    place = _key(segment)
    ours = set(key_codes(segment, place))
    ranked = [(len(ours & set(key_codes(c, place))), c) for c in alike]
    shared, best = max(ranked, key=lambda item: item[0], default=(0, None))
    return best if shared or len(alike) == 1 else None


def _wider(one: str, other: str) -> str:
    return "S" if "S" in (one, other) else max(one, other)


class Draft:
    """Writes loops in the notation, with the names that other guides have for the same things."""

    def __init__(self, base: Base, known: list[Guide]) -> None:
        self.base = base
        self.names: Names = {}
        self.sets: dict[frozenset[str], str] = {}
        self.used: dict[frozenset[str], None] = {}
        self.unnamed = 0
        for guide in known:
            for loop in guide.loops.values():
                for segment in loop.segments:
                    self.names.setdefault(
                        (segment.id, key_codes(segment, _key(segment))), segment.name
                    )
            for name, codes in guide.code_sets.items():
                self.sets.setdefault(frozenset(codes), name)

    def lines(self, root: Loop) -> Iterator[str]:
        """The loops, each once."""
        seen: set[str] = set()
        body: list[str] = []
        for _, loop in walk(root):
            if loop.id not in seen:
                seen.add(loop.id)
                body += ["", f"loop {loop.id}", *self._loop(loop)]
        for codes in self.used:
            yield f"codes {self.sets[codes]} {' '.join(sorted(codes))}"
        yield from body

    def _loop(self, loop: Loop) -> list[str]:
        rows: list[tuple[str, str, int, str]] = []
        last, count = 0, [c.id for c in loop.segments]
        levels = [c for c in loop.children if isinstance(c, Loop) and _is_level(c)]
        others = [c for c in loop.children if c not in levels]
        for child in [*others, *levels]:
            limit = ">" if child.max is None else str(child.max)
            if isinstance(child, Loop):
                last = (last // 100 + 1) * 100 if _is_level(child) else child.pos
                opener = next(iter(child.segments), child)
                usage = child.usage if "S" not in opener.usage else "S"
                rows.append((f"use {child.id}", f"{usage}{limit}", last, ""))
            elif isinstance(child, Segment):
                last = max(child.pos, last)
                first = child is loop.children[0] and loop.id != "ST"
                usage = "R1" if first else f"{child.usage}{limit}"
                name = f"{child.id}/{self._name(child)}" if count.count(child.id) > 1 else child.id
                key = "key 03 " if child.id == "HL" else ""
                key = "key 01-1 " if child.id == "HI" and count.count("HI") > 1 else key
                rows.append((name, usage, child.pos, f"{key}: {self._segment(child)}"))
        return _aligned(rows)

    def _name(self, segment: Segment) -> str:
        codes = key_codes(segment, _key(segment))
        return self.names.get((segment.id, codes)) or (codes[0].lower() if codes else "other")

    def _segment(self, segment: Segment) -> str:
        members = self.base.segments[segment.id].members
        return self._elements(segment.elements, members, segment.id)

    def _elements(
        self, elements: tuple[Element, ...], members: tuple[Member, ...], home: str
    ) -> str:
        used = [n for n, e in enumerate(elements, 1) if e.usage != "-"]
        words = [
            self._element(elements, members, number, home)
            for number in range(1, max(used, default=0) + 1)
        ]
        runs = [(word, len(list(group))) for word, group in groupby(words)]
        return " ".join(_repeated(word, times) for word, times in runs)

    def _element(
        self, elements: tuple[Element, ...], members: tuple[Member, ...], number: int, home: str
    ) -> str:
        element, member = elements[number - 1], members[number - 1]
        if element.usage == "-":
            return "-"
        if member.composite:
            inner = self.base.composites[member.ref].members
            return f"{element.usage}({self._elements(element.parts, inner, member.ref)})"
        word = element.usage
        if element.codes:
            word += self._codes(element.codes)
        elif name := self._external(elements, member, number, home):
            word += f"@{name}"
        longest = min(element.max or 999, MONEY_DIGITS if member.ref == MONEY else 999)
        if longest < self.base.elements[member.ref].max and not element.codes:
            word += f"<={longest}"
        if member.ref == FORMATTED and not element.codes and FORMAT in (m.ref for m in members):
            by = [n for n, m in enumerate(members[:number], 1) if m.ref == FORMAT]
            word += f"%by{by[-1]:02}" if by and elements[by[-1] - 1].usage != "-" else ""
        return word

    def _codes(self, codes: tuple[str, ...]) -> str:
        known = self.sets.get(frozenset(codes))
        if known is None and len(codes) > LONG_LIST:
            self.unnamed += 1
            known = self.sets[frozenset(codes)] = f"set{self.unnamed}"
        if known is None:
            return "=" + "|".join(codes).replace(" ", "_")
        self.used[frozenset(codes)] = None
        return f"#{known}"

    def _external(
        self, elements: tuple[Element, ...], member: Member, number: int, home: str
    ) -> str | None:
        place = f"{home}{number:02}"
        if place == "NM109" and elements[7].codes == ("XX",):
            return "npi"
        if place == "PRV03":
            return "taxonomy"
        if home in ("MOA", "MIA") and member.ref == "127":
            return "rarc"
        return EXTERNAL.get(f"{home}-{number:02}") or EXTERNAL.get(member.ref)


def _is_level(loop: Loop) -> bool:
    return bool(loop.segments) and loop.segments[0].id == "HL"


def _key(segment: Segment) -> tuple[int, int]:
    composite = bool(segment.elements and segment.elements[0].parts)
    return segment.key or (1, int(composite))


def _repeated(word: str, times: int) -> str:
    return f"{word}*{times}" if times > MANY else " ".join([word] * times)


def _aligned(rows: list[tuple[str, str, int, str]]) -> list[str]:
    wide = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    return [
        f"  {name:<{wide[0]}} {usage:<{wide[1]}} @{pos:04} {rest}".rstrip()
        for name, usage, pos, rest in rows
    ]


if __name__ == "__main__":
    main()
