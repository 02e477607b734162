"""A guide as a person reads it: the tree of its loops, one loop, or the elements of a segment."""

from __future__ import annotations

from scrubjay.errors import UsageError
from scrubjay.guides import loop_of, near, places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.guides import ElementFacts, GuideFacts, LoopFacts, SegmentFacts

    Style = Callable[[str, str], str]

__all__ = ["Page", "asked", "called", "fitting", "noted"]

WORDS = {"P": "all or none of", "R": "at least one of", "E": "at most one of"}


class Page:
    """How a guide is shown: how wide, in colours or not, with every code or those that fit."""

    def __init__(self, *, width: int, style: Style, every_code: bool) -> None:
        self.width = width
        self.style = style
        self.every_code = every_code

    def guide(self, guide: GuideFacts) -> Iterator[str]:
        """The tree of its loops: usage, how often, and what each is called."""
        yield f"{self.style('bold', guide['name'])}  {guide['version']}  {guide['title']}"
        if guide["overlay"]:
            yield f"under {guide['overlay']}"
        also = f", also {' '.join(guide['aliases'])} by option" if guide["aliases"] else ""
        place = f"ST01 {guide['transaction_set']}, GS01 {guide['group']}"
        if not guide["group"]:
            place = "between ISA and the first GS, in no set and in no group"
        yield self.style("dim", f"{place}{also}")
        yield ""
        loops = {each["id"]: each for each in guide["loops"]}
        seen: set[str] = set()
        rows = list(self._tree(guide["loops"][0], loops, 0, seen))
        wide = max((len(name) for _, name, _ in rows), default=0)
        for often, name, title in rows:
            shown = self.style("cyan", name) + " " * (wide - len(name))
            yield f"  {often}  {shown}  {title}".rstrip()
        if not rows:
            yield from self._places(guide, guide["loops"][0])

    def _tree(
        self, around: LoopFacts, loops: dict[str, LoopFacts], depth: int, seen: set[str]
    ) -> Iterator[tuple[str, str, str]]:
        for place in around["segments"]:
            if place["loop"] is None:
                continue
            child = loops[place["loop"]]
            below = any(each["loop"] for each in child["segments"])
            again = child["id"] in seen
            title = child["title"]
            if again and below:
                title += ", with the loops shown above"
            yield often(place), "  " * depth + child["id"], title
            seen.add(child["id"])
            if not again:
                yield from self._tree(child, loops, depth + 1, seen)

    def loop(self, guide: GuideFacts, loop: LoopFacts) -> Iterator[str]:
        """What stands in a loop, in order."""
        yield f"{self.style('bold', guide['name'] + '/' + loop['id'])}  {loop['title']}"
        if guide["overlay"]:
            yield f"under {guide['overlay']}"
        for around, place in places_of(guide, loop):
            yield self.style("dim", f"{usage(place)} in {around['id']}, {times(place)}")
        yield ""
        yield from self._places(guide, loop)

    def _places(self, guide: GuideFacts, loop: LoopFacts) -> Iterator[str]:
        titles = {each["id"]: each["title"] for each in guide["loops"]}
        rows = [(place, called(place)) for place in loop["segments"]]
        wide = max(len(name) for _, name in rows)
        for place, name in rows:
            inner = place["loop"]
            shown = self.style("cyan" if inner else "plain", name) + " " * (wide - len(name))
            head = f"  {often(place)}  {place['position']:04}  {shown}"
            if inner:
                yield f"{head}  {titles[inner]}"
                continue
            taken = 2 + 4 + 2 + 4 + 2 + wide + 2
            codes = place["key"]["codes"] if place["key"] else []
            yield from self._with_codes(head, taken, codes)

    def segment(self, guide: GuideFacts, loop: LoopFacts, place: SegmentFacts) -> Iterator[str]:
        """The elements of a segment, each with what may stand there."""
        path = f"{guide['name']}/{loop['id']}/{called(place)}"
        facts = f"{usage(place)}, {times(place)}, position {place['position']:04}"
        yield f"{self.style('bold', path)}  {facts}"
        for note in place["notes"]:
            yield self.style("dim", f"  {noted(note)}")
        yield ""
        yield self.style("dim", f"  {'element':<6} use  data  type")
        for rule in place["elements"]:
            if rule["usage"] != "not used":
                yield from self._element(place, rule)
        unused = [f"{e['element']:02}" for e in place["elements"] if e["usage"] == "not used"]
        if unused:
            yield self.style("dim", f"  not used: {' '.join(unused)}")

    def _element(self, place: SegmentFacts, rule: ElementFacts) -> Iterator[str]:
        part = rule["component"]
        number = f"{place['segment']}{rule['element']:02}" if part is None else f"  -{part}"
        kind = rule["composite"] or f"{rule['type']} {rule['min']}-{rule['max']}"
        name = "" if rule["data_element"] is None else str(rule["data_element"])
        head = f"  {number:<6}  {rule['usage'][0].upper()}  {name:>4}  {kind:<9}"
        codes = rule["codes"] or rule["standard_codes"] or []
        said = list(remarks(rule))
        first = f"{head}  {', '.join(said)}" if said else head
        yield from self._with_codes(first.rstrip() if not codes else first, len(first) + 2, codes)
        for each in rule["components"]:
            if each["usage"] != "not used":
                yield from self._element(place, each)

    def _with_codes(self, head: str, taken: int, codes: list[str]) -> Iterator[str]:
        """`head`, of `taken` columns with the gap behind it, and behind it the codes."""
        if not codes:
            yield head.rstrip()
            return
        room = max(self.width - taken, 20)
        lines = [" ".join(line) for line in fitting(codes, room)]
        if not self.every_code and len(lines) > 1:
            lines = [_cut(codes, room)]
        yield f"{head}  {lines[0]}"
        for line in lines[1:]:
            yield " " * taken + line


def asked(guide: GuideFacts, path: list[str]) -> tuple[LoopFacts | None, list[SegmentFacts]]:
    """The loop and the segments that a path behind the guide's name means; none: the guide."""
    if not path:
        return None, []
    loop = loop_of(guide, path[0])
    if len(path) == 1:
        return loop, []
    segment, name = path[1].upper(), "/".join(path[2:]).lower()
    found = [each for each in loop["segments"] if each["segment"] == segment and not each["loop"]]
    named = [each for each in found if each["name"] == name] if name else found
    if named:
        return loop, named
    there = [called(each) for each in loop["segments"] if not each["loop"]]
    wanted = "/".join(filter(None, (segment, name)))
    raise UsageError(
        f"{guide['name']}/{loop['id']} has no segment '{wanted}'{near(wanted, there)}"
        f"; see: scrubjay guide show {guide['name']}/{loop['id']}"
    )


def called(place: SegmentFacts) -> str:
    """How a place in a loop is called: the loop's name, ``NM1``, or ``REF/tax``."""
    if place["loop"]:
        return place["loop"]
    return f"{place['segment']}/{place['name']}" if place["name"] else place["segment"]


def usage(place: SegmentFacts) -> str:
    """The usage, in a word."""
    return place["usage"]


def times(place: SegmentFacts) -> str:
    """How often, in words."""
    most = place["max"]
    if most == 0:
        return "never"
    return "any number of times" if most is None else "once" if most == 1 else f"up to {most} times"


def often(place: SegmentFacts) -> str:
    """Usage and the most in few columns: ``R   1``; ``>`` is any number."""
    most = ">" if place["max"] is None else str(place["max"])
    return f"{usage(place)[0].upper() if usage(place) != 'not used' else '-'} {most:>4}"


def remarks(rule: ElementFacts) -> Iterator[str]:
    """What else is to be said of an element."""
    if rule["repeat"] > 1:
        yield f"up to {rule['repeat']} times"
    if rule["external"]:
        yield f"list: {rule['external']}"
    if rule["format_by"]:
        yield f"format in {rule['format_by']:02}"
    if rule["standard_codes"]:
        yield "standard codes"


def noted(note: str) -> str:
    """A syntax note in words: ``P0304`` is ``P0304: all or none of 03, 04``."""
    kind, members = note[0], [note[at : at + 2] for at in range(1, len(note), 2)]
    if kind in WORDS:
        return f"{note}: {WORDS[kind]} {', '.join(members)}"
    first, *others = members
    many = "all of" if len(others) > 1 else ""
    need = {"C": many, "L": "at least one of"}[kind]
    return f"{note}: {first} needs {' '.join(filter(None, (need, ', '.join(others))))}"


def fitting(words: list[str], room: int) -> list[list[str]]:
    """Words in lines of at most `room` columns."""
    lines: list[list[str]] = [[]]
    left = room
    for word in words:
        if lines[-1] and len(word) + 1 > left:
            lines.append([])
            left = room
        left -= len(word) + bool(lines[-1])
        lines[-1].append(word)
    return lines


def _cut(codes: list[str], room: int) -> str:
    """As many codes as fit, and how many more there are."""
    more = f"and {len(codes)} more"
    shown = fitting(codes, max(room - len(more) - 1, 1))[0]
    return f"{' '.join(shown)} and {len(codes) - len(shown)} more"
