"""One table of facts per description of a guide, keyed alike so that tables can be compared.

A fact id reads `KIND/LOOP/SEGMENT[/EE[-CC]] quality`; loops and segments are called as our
guide calls them, whatever order or titles a source uses. Two conventions are levelled here:
a source may say a loop's usage on the loop or on its first segment, and may leave out
trailing elements that are not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notation import Base, Element, Loop, Member, Segment, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

Facts = dict[str, str]

SILENT = "?"  # usage or requirement of an element of which a source says nothing


def guide_facts(
    kind: str, ours: Loop, described: Loop, base: Base, *, says: frozenset[str]
) -> Facts:
    """The facts that `described` states about the loops and segments of `ours`.

    `base` gives the syntax notes that `described` leaves to the standard. `says` names the
    qualities its author writes down at all: a source without guide lengths must not seem to
    deny ours.
    """
    table: Facts = {}
    known = list(walk(described))
    for path, loop in walk(ours):
        there = _same_loop(path, known)
        _put(table, kind, path, " loop", "present" if there else "absent")
        if there is None:
            continue
        for fact, value in _loop_facts(loop, there, base):
            if _is_said(fact, value, says):
                _put(table, kind, path, fact, value)
    ids = {path[-1] for path, _ in walk(ours)}
    strangers = [path for path, loop in known if loop.id not in ids]
    return table | {f"{kind}/{'>'.join(path)} loop": "present" for path in strangers}


def _is_said(fact: str, value: str, says: frozenset[str]) -> bool:
    quality = fact.rpartition(" ")[2]
    return quality in says or (quality == "codes" and "listed" in says and value != "any")


def base_facts(base: Base, within: Base, *, codes: bool) -> Facts:
    """What `base` states about the data elements and structures that `within` defines."""
    table: Facts = {}
    for number, ours in within.elements.items():
        there = base.elements.get(number)
        if there:
            table[f"base/{number} type"] = there.type
            table[f"base/{number} lengths"] = f"{there.min}-{there.max}"
            if codes and ours.codes:
                table[f"base/{number} codes"] = "|".join(sorted(there.codes)) or "any"
    for known, asked in ((base.composites, within.composites), (base.segments, within.segments)):
        for name in asked.keys() & known.keys():
            table[f"base/{name} notes"] = " ".join(sorted(known[name].notes)) or "none"
            for place, member in enumerate(known[name].members, 1):
                table[f"base/{name}/{place:02} ref"] = member.ref
                if member.requirement in ("M", "O", "X"):
                    table[f"base/{name}/{place:02} requirement"] = member.requirement
                if member.requirement != SILENT:
                    mandatory = "yes" if member.requirement == "M" else "no"
                    table[f"base/{name}/{place:02} mandatory"] = mandatory
                table[f"base/{name}/{place:02} repeat"] = str(member.repeat)
    return table


def _put(table: Facts, kind: str, path: tuple[str, ...], fact: str, value: str) -> None:
    """A loop met twice is told apart by its path only where its copies differ."""
    separator = "" if fact[0] == " " else "/"
    short = f"{kind}/{path[-1]}{separator}{fact}"
    if table.setdefault(short, value) != value:
        table[f"{kind}/{'>'.join(path[-3:])}{separator}{fact}"] = value


def value_of(table: Facts, fact: str) -> str | None:
    """The value of a fact; one asked for by path falls back to the loop's own."""
    if fact in table or ">" not in fact:
        return table.get(fact)
    kind, _, rest = fact.partition("/")
    return table.get(f"{kind}/{rest.rpartition('>')[2]}")


def _same_loop(path: tuple[str, ...], known: list[tuple[tuple[str, ...], Loop]]) -> Loop | None:
    """The loop of that id which shares most ancestors; sources nest levels or list them flat."""
    alike = [item for item in known if item[0][-1] == path[-1]]
    best = max(alike, key=lambda item: len(set(item[0]) & set(path)), default=None)
    return best[1] if best else None


def _loop_facts(ours: Loop, there: Loop, base: Base) -> Iterator[tuple[str, str]]:
    if ours.pos > 0:  # the root has none
        yield " usage", there.usage
        yield " max", _limit(there.max)
        if ours.segments[0].id != "HL":  # a level has no position of its own in the standard
            yield " pos", str(there.pos)
    free = list(there.segments)
    for segment in ours.segments:
        match = _same_segment(segment, free)
        yield f"{segment.label} segment", "present" if match else "absent"
        if match is None:
            continue
        free.remove(match)
        opens = segment is ours.segments[0] and ours.pos > 0
        yield from _segment_facts(segment, match, base, opens=opens)
    for extra in free:
        yield f"{extra.id}({'|'.join(extra.elements[0].codes)}) segment", "present"


def _same_segment(segment: Segment, candidates: list[Segment]) -> Segment | None:
    """The source's segment that shares most key codes with ours."""
    alike = [c for c in candidates if c.id == segment.id]
    if not segment.name:
        return alike[0] if alike else None
    key = segment.key or (1, 0)
    ours = set(key_codes(segment, key))
    ranked = [(len(ours & set(key_codes(c, key))), c) for c in alike]
    shared, best = max(ranked, key=lambda item: item[0], default=(0, None))
    # of a source that lists no codes, the next one of that id
    return best if shared or not any(candidate.elements for candidate in alike) else None


def key_codes(segment: Segment, key: tuple[int, int]) -> tuple[str, ...]:
    """The codes that tell a segment from its siblings."""
    if segment.key_codes:
        return segment.key_codes
    element = _at(segment.elements, key[0])
    if element.parts:
        element = _at(element.parts, key[1] or 1)
    return element.codes


def _at(elements: tuple[Element, ...], position: int) -> Element:
    return elements[position - 1] if position <= len(elements) else Element()


def _segment_facts(
    ours: Segment, there: Segment, base: Base, *, opens: bool
) -> Iterator[tuple[str, str]]:
    if not opens:
        yield f"{ours.label} usage", there.usage
        yield f"{ours.label} max", _limit(there.max)
        yield f"{ours.label} pos", str(there.pos)
    structure = base.segments[ours.id]
    notes = there.notes if there.notes is not None else structure.notes
    yield f"{ours.label} notes", " ".join(sorted(notes)) or "none"
    for number, member in enumerate(structure.members, 1):
        element = _at(there.elements, number)
        place = f"{ours.label}/{number:02}"
        yield from _element_facts(place, element, member, base)
        if member.composite and element.usage != "-":
            for part, inner in enumerate(base.composites[member.ref].members, 1):
                yield from _element_facts(f"{place}-{part}", _at(element.parts, part), inner, base)


def _element_facts(
    place: str, element: Element, member: Member, base: Base
) -> Iterator[tuple[str, str]]:
    if element.usage != SILENT:
        yield f"{place} usage", element.usage
    if element.usage != "-" and not member.composite:
        longest = base.elements[member.ref].max
        yield f"{place} codes", "|".join(sorted(set(element.codes))) or "any"
        narrowed = element.max and element.max < longest
        yield f"{place} length", str(element.max) if narrowed else "base"


def _limit(count: int | None) -> str:
    return ">" if count is None else str(count)
