"""What two guides say differently: loops, segments and elements added, removed and changed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypedDict

    from scrubjay.guides import ElementFacts, GuideFacts, LoopFacts, SegmentFacts

    class Change(TypedDict):
        """One difference; `what` is the fact that changed, None where all of it came or went."""

        change: str
        loop: str
        segment: str | None
        element: str | None
        what: str | None
        before: Any
        after: Any


__all__ = ["changes", "told"]


def changes(one: GuideFacts, other: GuideFacts) -> Iterator[Change]:
    """From `one` to `other`, in the order of `one`; what is only in `other` behind the rest."""
    before = {each["id"]: each for each in one["loops"]}
    after = {each["id"]: each for each in other["loops"]}
    for name, loop in before.items():
        if name not in after:
            yield _change("removed", name)
        else:
            yield from _loop(loop, after[name])
    for name in after:
        if name not in before:
            yield _change("added", name)


def _loop(one: LoopFacts, other: LoopFacts) -> Iterator[Change]:
    pairs, fresh = _paired(one["segments"], other["segments"])
    for before, after in pairs:
        place = _change("changed", one["id"], _name(before))
        if after is None:
            yield {**place, "change": "removed"}
            continue
        for what in ("usage", "max", "position"):
            yield from _fact(place, what, before, after)
        yield from _elements(place, before["elements"], after["elements"])
    for after in fresh:
        yield _change("added", one["id"], _name(after))


def _paired(
    one: list[SegmentFacts], other: list[SegmentFacts]
) -> tuple[list[tuple[SegmentFacts, SegmentFacts | None]], list[SegmentFacts]]:
    """Each place beside its like, by name, else by a shared qualifier; and the other's own."""
    left = list(other)
    tests: tuple[Callable[[SegmentFacts, SegmentFacts], bool], ...] = (
        lambda a, b: _name(a) == _name(b),
        lambda a, b: bool(_qualifiers(a) & _qualifiers(b)),
        lambda a, b: a["key"] is None or b["key"] is None,
    )
    found: dict[int, SegmentFacts] = {}
    for test in tests:
        for at, place in enumerate(one):
            if at in found:
                continue
            same = [each for each in left if _alike(place, each) and test(place, each)]
            if same:
                found[at] = same[0]
                left = [each for each in left if each is not same[0]]
    return [(place, found.get(at)) for at, place in enumerate(one)], left


def _alike(one: SegmentFacts, other: SegmentFacts) -> bool:
    return (one["segment"], one["loop"]) == (other["segment"], other["loop"])


def _qualifiers(place: SegmentFacts) -> set[str]:
    return set(place["key"]["codes"]) if place["key"] else set()


def _name(place: SegmentFacts) -> str:
    if place["loop"]:
        return place["loop"]
    return f"{place['segment']}/{place['name']}" if place["name"] else place["segment"]


def _elements(
    segment: Change, one: list[ElementFacts], other: list[ElementFacts]
) -> Iterator[Change]:
    after = {_number(each): each for each in other}
    for before in one:
        place: Change = {**segment, "element": _number(before)}
        same = after.pop(_number(before), None)
        if same is None:
            if before["usage"] != "not used":
                yield {**place, "change": "removed"}
            continue
        if "not used" in {before["usage"], same["usage"]}:
            yield from _fact(place, "usage", before, same)
            continue
        for what in _FACTS:
            yield from _fact(place, what, before, same)
        yield from _elements(segment, before["components"], same["components"])
    for number, each in after.items():
        if each["usage"] != "not used":
            yield {**segment, "change": "added", "element": number}


_FACTS = ("usage", "type", "min", "max", "repeat", "codes", "external", "format_by")


def _number(rule: ElementFacts) -> str:
    part = rule["component"]
    return f"{rule['element']:02}" if part is None else f"{rule['element']:02}-{part}"


def _fact(place: Change, what: str, one: Any, other: Any) -> Iterator[Change]:
    if one[what] != other[what]:
        yield {**place, "what": what, "before": one[what], "after": other[what]}


def _change(change: str, loop: str, segment: str | None = None) -> Change:
    return {
        "change": change,
        "loop": loop,
        "segment": segment,
        "element": None,
        "what": None,
        "before": None,
        "after": None,
    }


_MARKS = {"added": "+", "removed": "-", "changed": "~"}
_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def told(found: Iterable[Change], style: Callable[[str, str], str]) -> Iterator[str]:
    """A line for each change: ``~ 2010AA NM1 08 usage: situational -> required``."""
    for each in found:
        place = " ".join(filter(None, (each["loop"], each["segment"], each["element"])))
        mark = style(_STYLES[each["change"]], _MARKS[each["change"]])
        yield f"{mark} {place}{_detail(each)}"


def _detail(change: Change) -> str:
    what = change["what"]
    if what is None:
        return "" if change["segment"] else " (loop)"
    before, after = change["before"], change["after"]
    if isinstance(before, list) and isinstance(after, list):
        gone = [f"-{code}" for code in before if code not in after]
        come = [f"+{code}" for code in after if code not in before]
        return f" {what}: {' '.join(gone + come)}"
    return f" {what}: {_shown(what, before)} -> {_shown(what, after)}"


def _shown(what: str, value: Any) -> str:
    if value is None:
        return "none" if what == "external" else "any number"
    return " ".join(value) if isinstance(value, list) else str(value)
