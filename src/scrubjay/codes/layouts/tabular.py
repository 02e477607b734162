"""ICD-10-CM's tabular list (XML): what its notes say of codes beside each other, and sides.

Read of it are notes of the kinds Excludes1 and "code first", as far as they name codes, single ones
or ranges: what they say in words ("with fifth character 2") is left out, since it cannot be told
for certain. Pairs are of codes or of how codes begin, so that a note about a category is one row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias
from xml.etree import ElementTree as ET

from scrubjay.codes.file import Entry
from scrubjay.codes.layouts.layout import Found, Layout, Lines, Reading, Source

__all__ = ["LAYOUTS"]

Span: TypeAlias = tuple[str, str]
"""The first code and the last one, without points; all that is below the last is of it."""
Places: TypeAlias = tuple[int, int]
"""Where codes stand in the list: the first, and the first that is not of them."""

WIDTHS = {
    "excludes1": 14,
    "code_first": 14,
    "caused": 7,
    "cause_named": 7,
    "right": 7,
    "left": 7,
    "bilateral": 7,
}
_YEAR = re.compile(r"<version>(20\d\d)")
_CODE = r"([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]*)?)\.?-?"
_SPAN = re.compile(rf"{_CODE}(?:\s*-\s*{_CODE})?")
_GROUP = re.compile(r"\(([^()]*)\)")
_NAMES_ONE = re.compile(r"\b[A-Z]\d[0-9A-Z]")
_SEPARATOR = re.compile(r"[,;]\s*|\s+and\s+")
_FULL, _SEVENTH = 6, 7

_CAUSED = re.compile(
    r"(the )?(associated )?underlying\b|condition resulting from \(sequela\)", re.ASCII
)
"""How a note begins whose code is never without another one ahead of it."""
_CONDITIONAL = ("if ", "when ")
_OPEN = "such as"
"""The codes that are named are some of all."""

_SIDES = {side: re.compile(rf"\b{side}\b") for side in ("right", "left", "bilateral")}
_NO_SIDE = re.compile(
    r"accidentally left|heart|ventric|bundle|fascic|atrial|coronary|anterior descending|dominant"
    r"|homonymous|sided|abdom|lower quadrant pain|upper quadrant pain"
)
"""Words of descriptions whose side is none of a limb or paired organ, or is that of the symptom."""


def _tabular(source: Source) -> Found | None:
    if not any("<ICD10CM.tabular>" in line for line in source.head):
        return None
    told = next((found[1] for line in source.head if (found := _YEAR.search(line))), "")
    first = date(int(told) - 1, 10, 1) if told else None
    last = date(int(told), 9, 30) if told else None
    first, last = source.first or first, source.last or last
    return Found(source.table or "icd10cm_notes", told, dict(WIDTHS), first, last)


def span(text: str) -> Span | None:
    """``A00.1``, ``A00.-`` or ``A00-A09.2`` as first and last; None for what says more."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return None
    return plain(found[1]), plain(found[2] or found[1])


def plain(code: str) -> str:
    """A code without its point."""
    return code.replace(".", "")


def _named(note: str) -> list[Span]:
    """The codes that a note names in its last parentheses."""
    groups = [group for group in _GROUP.findall(note) if _NAMES_ONE.search(group)]
    parts = _SEPARATOR.split(groups[-1]) if groups else []
    return [found for part in parts if (found := span(part))]


class Names:
    """The headings and codes of the list in its own order, in which D3A comes before D37."""

    def __init__(self, tree: ET.Element) -> None:
        self.all: list[str] = []
        self.ends: list[int] = []
        self._at: dict[str, int] = {}
        self._elements: dict[ET.Element, Places] = {}
        for chapter in tree.iter("chapter"):
            self._walk(chapter)

    def _walk(self, element: ET.Element) -> None:
        begin = len(self.all)
        if element.tag == "diag":
            name = plain(element.findtext("name") or "")
            self._at.setdefault(name, begin)
            self.all.append(name)
            self.ends.append(0)
        for child in element:
            if child.tag in {"section", "diag"}:
                self._walk(child)
        if element.tag == "diag":
            self.ends[begin] = len(self.all)
        self._elements[element] = (begin, len(self.all))

    def of(self, element: ET.Element) -> Places:
        """All of a chapter, section or code."""
        return self._elements[element]

    def between(self, span: Span) -> Places | None:
        """All from a code to another one; None where the list has no such code."""
        first, last = span
        if first in self._at and last in self._at:
            return self._at[first], self.ends[self._at[last]]
        begun = [at for at, name in enumerate(self.all) if first == last and name.startswith(first)]
        return (begun[0], begun[-1] + 1) if begun else None

    def stems(self, places: Sequence[Places], without: Sequence[Places] = ()) -> list[str]:
        """The fewest beginnings of codes that are all of `places`, less what is of `without`."""
        made: list[str] = []
        for begin, stop in places:
            at = begin
            while at < stop:
                end = self.ends[at]
                if end > stop or any(low < end and at < high for low, high in without):
                    inside = [high for low, high in without if low <= at < high]
                    at = max(inside, default=at + 1)
                    continue
                made.append(self.all[at])
                at = end
        return made


class Notes:
    """The notes of one kind, of a chapter, section or code: where it stands, and what it says."""

    def __init__(self, of: Places, texts: Sequence[str]) -> None:
        self.of = of
        self.texts = texts

    def named(self, names: Names) -> Iterator[list[Places]]:
        """For each line the codes that it names."""
        for text in self.texts:
            found = [names.between(span) for span in _named(text)]
            if known := [places for places in found if places]:
                yield known


def notes(tree: ET.Element, names: Names, kind: str) -> Iterator[Notes]:
    """All notes of one kind: ``excludes1``, ``codeFirst``."""
    for element in tree.iter():
        if element.tag in {"chapter", "section", "diag"}:
            for found in element.findall(kind):
                yield Notes(names.of(element), [note.text or "" for note in found.findall("note")])


def leaves(tree: ET.Element) -> Iterator[tuple[str, str]]:
    """Each code that is billed, without its point, and its description in small letters."""

    def below(element: ET.Element, sevenths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        own = tuple(one.get("char", "") for one in element.findall("sevenChrDef/extension"))
        sevenths = own or sevenths
        children = element.findall("diag")
        for child in children:
            yield from below(child, sevenths)
        if children:
            return
        code = plain(element.findtext("name") or "")
        words = (element.findtext("desc") or "").lower()
        if sevenths and len(code) < _SEVENTH:
            yield from ((code.ljust(_FULL, "X") + one, words) for one in sevenths)
        else:
            yield code, words

    for section in tree.iter("section"):
        for category in section.findall("diag"):
            yield from below(category, ())


def _entries(lines: Lines, source: Source, reading: Reading) -> Iterator[Entry]:
    text = "".join(lines)
    try:
        tree = ET.fromstring(text)  # noqa: S314 - a publisher's file that the user names
    except ET.ParseError as error:
        reading.reject(error.position[0], f"no XML: {error}")
        return
    found = _tabular(replace(source, head=tuple(text[:400].splitlines())))
    days = Source("", (), found.first, found.last) if found else source
    first, last = days.days
    names, codes = Names(tree), list(leaves(tree))
    for one, other in _apart(tree, names):
        yield Entry((one, other), "excludes1", first, last)
        yield Entry((other, one), "excludes1", first, last)
    for entry in _caused(tree, names, [code for code, _ in codes]):
        yield entry._replace(first=first, last=last)
    for code, words in codes:
        side = _side(words)
        if side:
            yield Entry((code,), side)


def _apart(tree: ET.Element, names: Names) -> Iterator[tuple[str, str]]:
    """Pairs that an Excludes1 note calls never together; what it excludes of itself is apart."""
    for note in notes(tree, names, "excludes1"):
        for excluded in note.named(names):
            ones = names.stems([note.of], excluded)
            for other in names.stems(excluded):
                yield from ((one, other) for one in ones)


def _caused(tree: ET.Element, names: Names, codes: Sequence[str]) -> Iterator[Entry]:
    """Codes that never come first; of those whose note names all causes, the causes too."""
    for note in notes(tree, names, "codeFirst"):
        head = note.texts[0].lower() if note.texts else ""
        if not _CAUSED.match(head) or any(word in head for word in _CONDITIONAL):
            continue
        stems = tuple(names.stems([note.of]))
        own = [code for code in codes if code.startswith(stems)]
        yield from (Entry((code,), "caused") for code in own)
        causes = [cause for causes in note.named(names) for cause in causes]
        if len(note.texts) == 1 and causes and _OPEN not in head:
            yield from (Entry((code,), "cause_named") for code in own)
            for one in stems:
                yield from (Entry((one, cause), "code_first") for cause in names.stems(causes))


def _side(words: str) -> str:
    """The one side that a description tells; nothing where it tells none, or several."""
    sides = [side for side, word in _SIDES.items() if word.search(words)]
    return sides[0] if len(sides) == 1 and not _NO_SIDE.search(words) else ""


LAYOUTS = (Layout("ICD-10-CM tabular list", _tabular, _entries),)
