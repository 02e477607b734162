"""What a guide file must keep to by itself, whatever the sources say."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from facts import key_codes
from notation import Base, Element, Guide, Loop, LoopUse, Member, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def lint_base(base: Base) -> Iterator[str]:
    """References and syntax notes of the base."""
    for structure in [*base.composites.values(), *base.segments.values()]:
        for member in structure.members:
            table = base.composites if member.composite else base.elements
            if member.ref not in table:
                yield f"{structure.id}: {member.ref} is not defined"
        if not structure.members:
            yield f"{structure.id}: has no elements"
        yield from _lint_notes(structure.id, structure.notes, len(structure.members))
    for element in base.elements.values():
        if element.min > element.max:
            yield f"de {element.number}: shortest {element.min} is over longest {element.max}"
        for code in element.codes:
            if not element.min <= len(code) <= element.max:
                yield f"de {element.number}: code {code} does not fit its lengths"
        if len(set(element.codes)) != len(element.codes):
            yield f"de {element.number}: a code stands twice"


def _lint_notes(name: str, notes: tuple[str, ...], members: int) -> Iterator[str]:
    for note in notes:
        if not re.fullmatch(r"[PRECL](\d\d){2,}", note):
            yield f"{name}: bad syntax note {note}"
        elif any(not 0 < int(pair) <= members for pair in re.findall(r"\d\d", note)):
            yield f"{name}: syntax note {note} points past its elements"


def lint_guide(path: Path, guide: Guide, base: Base) -> Iterator[str]:
    """Loops, keys and codes of one guide."""
    here = path.name
    if guide.transaction_set not in base.sets:
        yield f"{here}: the base has no set {guide.transaction_set}"
        return
    for finding in _lint_loops(guide):
        yield f"{here}: {finding}"
    for finding in _lint_facts(guide):
        yield f"{here}: {finding}"
    members = base.sets[guide.transaction_set]
    for loop in guide.loops.values():
        for segment in loop.segments:
            place = f"{here}:{segment.line} {loop.id}/{segment.label}"
            if segment.id not in members:
                yield f"{place}: set {guide.transaction_set} has no such segment"
            for finding in _lint_segment(segment, base):
                yield f"{place}: {finding}"
        for finding in _lint_siblings(loop, guide):
            yield f"{here}: {loop.id}: {finding}"


def _lint_loops(guide: Guide) -> Iterator[str]:
    used = {guide.root}
    for loop in guide.loops.values():
        first = loop.children[0] if loop.children else None
        if not isinstance(first, Segment):
            yield f"loop {loop.id} does not begin with a segment"
        elif first.usage != "R" or first.max != 1:
            yield f"loop {loop.id}: the segment that opens it must be R1"
        for child in loop.children:
            if isinstance(child, LoopUse):
                used.add(child.id)
                if child.id not in guide.loops:
                    yield f"loop {loop.id} uses {child.id}, which is not defined"
        positions = [(child.table, child.pos) for child in loop.children]
        if positions != sorted(positions):
            yield f"loop {loop.id}: positions go back"
    for loop_id in guide.loops.keys() - used:
        yield f"loop {loop_id} is never used"


_NAMES_A_LOOP = {
    "role": r"role \w+ (\w+)",
    "sequence": r"sequence (\w+)",
    "balance": r"(?:balance |[ =])(2\d{3}[A-Z]*)\b",
}


def _lint_facts(guide: Guide) -> Iterator[str]:
    """Header lines may name only loops that there are."""
    for line, fact in guide.facts:
        pattern = _NAMES_A_LOOP.get(fact.split()[0])
        for loop_id in re.findall(pattern, fact) if pattern else ():
            if loop_id not in guide.loops:
                yield f"line {line}: no loop {loop_id}"


def _lint_segment(segment: Segment, base: Base) -> Iterator[str]:
    structure = base.segments.get(segment.id)
    if structure is None:
        yield "not defined in the base"
        return
    if len(segment.elements) > len(structure.members):
        yield f"has {len(segment.elements)} elements, the base {len(structure.members)}"
    yield from _lint_notes(segment.id, segment.notes or (), len(structure.members))
    pairs = zip(segment.elements, structure.members, strict=False)
    for number, (element, member) in enumerate(pairs, 1):
        for finding in _lint_element(element, member, base):
            yield f"{number:02}: {finding}"
        if element.form is not None and not _names_a_format(segment, element.form, base):
            yield f"{number:02}: element {element.form:02} names no format"
    for number, member in enumerate(structure.members, 1):
        used = number <= len(segment.elements) and segment.elements[number - 1].usage != "-"
        if member.requirement == "M" and not used:
            yield f"{number:02}: mandatory in the base, not used here"


def _names_a_format(segment: Segment, number: int, base: Base) -> bool:
    return base.segments[segment.id].members[number - 1].ref == "1250"


def _lint_element(element: Element, member: Member, base: Base) -> Iterator[str]:
    if member.composite:
        yield from _lint_composite(element, member, base)
        return
    if element.parts:
        yield "components on a simple element"
    data = base.elements[member.ref]
    for code in element.codes:
        if not data.min <= len(code) <= data.max:
            yield f"code {code} does not fit de {data.number}"
        if data.codes and code not in data.codes:
            yield f"code {code} is not among the base codes of de {data.number}"
    if len(set(element.codes)) != len(element.codes):
        yield "a code stands twice"
    if element.max is not None and element.max > data.max:
        yield f"longer than de {data.number} allows"


def _lint_composite(element: Element, member: Member, base: Base) -> Iterator[str]:
    parts = base.composites[member.ref].members
    if element.usage != "-" and not element.parts:
        yield f"composite {member.ref} without components"
    if len(element.parts) > len(parts):
        yield f"composite {member.ref} has {len(parts)} components"
    for number, (part, base_part) in enumerate(zip(element.parts, parts, strict=False), 1):
        for finding in _lint_element(part, base_part, base):
            yield f"component {number}: {finding}"


def _lint_siblings(loop: Loop, guide: Guide) -> Iterator[str]:
    """Same-id segments of a container, and the openers of its loops, must have disjoint keys."""
    groups: dict[str, list[Segment]] = defaultdict(list)
    for child in loop.children:
        segment = child if isinstance(child, Segment) else None
        if isinstance(child, LoopUse) and child.id in guide.loops:
            segment = guide.loops[child.id].segments[0]
        if segment:
            groups[segment.id].append(segment)
    for segments in groups.values():
        if len(segments) == 1:
            continue
        keys = {segment.key or (1, 0) for segment in segments}
        if len(keys) > 1:
            yield f"{segments[0].id}: siblings with different keys"
        for left, right in combinations(segments, 2):
            shared = set(_codes(left)) & set(_codes(right))
            if shared or not _codes(left):
                yield f"{left.label} and {right.label} are told apart by nothing: {sorted(shared)}"
    names = [s.label for s in loop.segments]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"two segments are called {name}"


def _codes(segment: Segment) -> tuple[str, ...]:
    return key_codes(segment, segment.key or (1, 0))
