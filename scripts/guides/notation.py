"""The guide notation of docs/guide-format.md, read into plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class NotationError(ValueError):
    """A line the notation does not allow."""


@dataclass(frozen=True)
class DataElement:
    """A data element of the base; codes only where the whole list is known."""

    number: str
    type: str
    min: int
    max: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """One place in a base segment or composite."""

    requirement: str
    ref: str
    composite: bool = False
    repeat: int = 1


@dataclass(frozen=True)
class Structure:
    """A base segment or composite."""

    id: str
    notes: tuple[str, ...]
    members: tuple[Member, ...]


@dataclass
class Base:
    """The standard below the guides."""

    elements: dict[str, DataElement] = field(default_factory=dict)
    composites: dict[str, Structure] = field(default_factory=dict)
    segments: dict[str, Structure] = field(default_factory=dict)
    sets: dict[str, dict[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Element:
    """An element or component as a guide or a source leaves it; usage is R, S or -."""

    usage: str = "-"
    codes: tuple[str, ...] = ()
    external: str | None = None
    min: int | None = None
    max: int | None = None
    form: int | None = None
    repeat: int | None = None
    parts: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A segment in its place; max None is unbounded."""

    id: str
    usage: str
    max: int | None
    pos: int
    elements: tuple[Element, ...]
    name: str = ""
    key: tuple[int, int] | None = None
    key_codes: tuple[str, ...] = ()
    notes: tuple[str, ...] | None = None
    table: int = 1
    line: int = 0

    @property
    def label(self) -> str:
        """`REF/tax`, or `REF` where it has no siblings."""
        return f"{self.id}/{self.name}" if self.name else self.id


@dataclass(frozen=True)
class LoopUse:
    """A loop placed in another one."""

    id: str
    usage: str
    max: int | None
    pos: int
    table: int = 1
    line: int = 0


@dataclass(frozen=True)
class Loop:
    """A loop with its content; nested loops are `LoopUse` in a definition, `Loop` in a tree."""

    id: str
    title: str = ""
    usage: str = "R"
    max: int | None = 1
    pos: int = 0
    table: int = 1
    children: tuple[Child, ...] = ()

    @property
    def segments(self) -> list[Segment]:
        """Its own segments, in order."""
        return [child for child in self.children if isinstance(child, Segment)]

    @property
    def loops(self) -> list[Loop]:
        """The loops directly inside; only a tree has them."""
        return [child for child in self.children if isinstance(child, Loop)]


Child = Segment | LoopUse | Loop


@dataclass
class Guide:
    """A guide file; `loops` holds the definitions by id."""

    kind: str = ""
    version: str = ""
    base: str = ""
    transaction_set: str = ""
    group: str = ""
    in_envelope: bool = False
    code_sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facts: list[tuple[int, str]] = field(default_factory=list)
    loops: dict[str, Loop] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The loop that is the whole set: the first."""
        return next(iter(self.loops))

    def tree(self) -> Loop:
        """The whole set with every `use` replaced by the loop it names."""
        return self._grown(LoopUse(self.root, "R", 1, 0))

    def _grown(self, use: LoopUse) -> Loop:
        loop = self.loops[use.id]
        children = tuple(self._grown(c) if isinstance(c, LoopUse) else c for c in loop.children)
        grown = replace(loop, usage=use.usage, max=use.max, pos=use.pos, table=use.table)
        return replace(grown, children=children)


def walk(loop: Loop, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Loop]]:
    """Every loop of a tree with the ids on the way to it, itself included."""
    path = (*above, loop.id)
    yield path, loop
    for child in loop.loops:
        yield from walk(child, path)


def _statements(path: Path) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = re.sub(r"(^|\s)#(?=\s|$).*", "", raw).strip()
        if text:
            yield number, text


_BASE_MEMBER = re.compile(r"([MOX])(?:(?:\^(\d+))?(=))?(\w+)")


def read_base(path: Path) -> Base:
    """Read a `.base` file."""
    base = Base()
    for number, text in _statements(path):
        word, rest = text.split(maxsplit=1)
        head, _, tail = rest.partition(":")
        try:
            if word == "de":
                ref, kind, low, high = head.split()
                base.elements[ref] = DataElement(
                    ref, kind, int(low), int(high), tuple(tail.split())
                )
            elif word in ("composite", "segment"):
                name, notes = _name_and_notes(head)
                table = base.composites if word == "composite" else base.segments
                members = tuple(_member(text) for text in tail.split())
                table[name] = Structure(name, notes, members)
            elif word == "set":
                items = (item.split() for item in tail.split(","))
                base.sets[head.strip()] = {item[0]: item[1] == "M" for item in items}
            else:
                raise NotationError(f"unknown statement {word!r}")
        except (ValueError, IndexError) as error:
            raise NotationError(f"{path.name}:{number}: {error}") from error
    return base


def _name_and_notes(head: str) -> tuple[str, tuple[str, ...]]:
    match = re.fullmatch(r"(\w+)\s*\{([^}]*)\}\s*", head)
    if not match:
        raise NotationError(f"expected `ID {{notes}}`, found {head!r}")
    return match[1], tuple(match[2].split())


def _is_composite(ref: str) -> bool:
    return re.fullmatch(r"C\d{3}", ref) is not None


def _member(text: str) -> Member:
    match = _BASE_MEMBER.fullmatch(text)
    if not match:
        raise NotationError(f"bad member {text!r}")
    return Member(match[1], match[4], _is_composite(match[4]), int(match[2] or 1))


_SEGMENT = re.compile(
    r"(?P<id>[A-Z][A-Z0-9]{1,2})(?:/(?P<name>[\w-]+))?\s+(?P<usage>[RS])(?P<max>\d+|>)\s+@(?P<pos>\d+)"
    r"(?:\s+key\s+(?P<key>\d\d)(?:-(?P<part>\d+))?(?:=(?P<codes>\S+))?)?"
    r"(?:\s+\{(?P<notes>[^}]*)\})?\s*:\s*(?P<elements>.*)"
)
_USE = re.compile(r"use\s+(\w+)\s+([RS])(\d+|>)\s+@(\d+)")


def read_guide(path: Path) -> Guide:
    """Read a `.guide` file."""
    guide = Guide()
    loop_id, title, table = "", "", 1
    children: list[Segment | LoopUse] = []

    def close() -> None:
        if loop_id:
            guide.loops[loop_id] = Loop(loop_id, title, children=tuple(children))

    for number, text in _statements(path):
        word, _, rest = text.partition(" ")
        try:
            if word == "loop":
                close()
                loop_id, _, title = rest.strip().partition(" ")
                children, table = [], 1
                if loop_id in guide.loops:
                    raise NotationError(f"loop {loop_id} is defined twice")
            elif word == "table":
                table = int(rest)
            elif loop_id:
                children.append(replace(_child(text, number, guide.code_sets), table=table))
            else:
                _header(guide, word, rest.split(), number)
        except ValueError as error:
            raise NotationError(f"{path.name}:{number}: {error}") from error
    close()
    return guide


def _header(guide: Guide, word: str, words: list[str], line: int) -> None:
    match word:
        case "guide":
            guide.kind, guide.version = words
        case "base":
            guide.base, guide.transaction_set = words
        case "group":
            (guide.group,) = words
        case "envelope":
            guide.in_envelope = True
        case "codes":
            guide.code_sets[words[0]] = tuple(words[1:])
        case "title" | "alias" | "hierarchy" | "cut" | "role" | "sequence" | "balance":
            guide.facts.append((line, " ".join([word, *words])))
        case _:
            raise NotationError(f"unknown statement {word!r}")


def _child(text: str, line: int, code_sets: dict[str, tuple[str, ...]]) -> Segment | LoopUse:
    if use := _USE.fullmatch(text):
        return LoopUse(use[1], use[2], _count(use[3]), int(use[4]), line=line)
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise NotationError(f"not a segment line: {text!r}")
    tokens = re.findall(r"[()]|[^\s()]+", match["elements"])
    elements, rest = _elements(tokens, code_sets)
    if rest:
        raise NotationError("unbalanced parenthesis")
    return Segment(
        match["id"],
        match["usage"],
        _count(match["max"]),
        int(match["pos"]),
        elements,
        match["name"] or "",
        (int(match["key"]), int(match["part"] or 0)) if match["key"] else None,
        _codes(match["codes"]) if match["codes"] else (),
        tuple(match["notes"].split()) if match["notes"] is not None else None,
        line=line,
    )


def _count(text: str) -> int | None:
    return None if text == ">" else int(text)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.replace("_", " ") for code in text.split("|") if code)


_QUALITY = re.compile(
    r"=(?P<codes>[^#@<>%^*]+)|#(?P<set>[\w-]+)|@(?P<ext>[\w-]+)|<=(?P<max>\d+)"
    r"|>=(?P<min>\d+)|%by(?P<form>\d\d)|\^(?P<repeat>\d+)|\*(?P<times>\d+)"
)
_NUMBERS = {"min", "max", "form", "repeat", "times"}


def _elements(
    tokens: list[str], code_sets: dict[str, tuple[str, ...]]
) -> tuple[tuple[Element, ...], list[str]]:
    """Elements up to a closing parenthesis, and the tokens after it."""
    found: list[Element] = []
    while tokens:
        head, *tokens = tokens
        if head == ")":
            return tuple(found), [")", *tokens]
        if head[0] not in "RS-":
            raise NotationError(f"bad element {head!r}")
        qualities = head[1:]
        parts: tuple[Element, ...] = ()
        if tokens and tokens[0] == "(" and not qualities:
            parts, tokens = _elements(tokens[1:], code_sets)
            if not tokens:
                raise NotationError("unbalanced parenthesis")
            tokens = tokens[1:]
            if tokens and tokens[0][0] in "*^":
                qualities, *tokens = tokens
        element, times = _element(head[0], qualities, parts, code_sets)
        found.extend([element] * times)
    return tuple(found), []


def _element(
    usage: str,
    qualities: str,
    parts: tuple[Element, ...],
    code_sets: dict[str, tuple[str, ...]],
) -> tuple[Element, int]:
    """An element and how many times it stands on end."""
    said: dict[str, str] = {}
    at = 0
    while at < len(qualities):
        match = _QUALITY.match(qualities, at)
        if not match:
            raise NotationError(f"bad quality {qualities[at:]!r}")
        at = match.end()
        said |= {name: value for name, value in match.groupdict().items() if value}
    if "set" in said and said["set"] not in code_sets:
        raise NotationError(f"no code set {said['set']}")
    numbers = {name: int(said[name]) for name in _NUMBERS & said.keys()}
    element = Element(
        usage,
        code_sets[said["set"]] if "set" in said else _codes(said.get("codes", "")),
        said.get("ext"),
        numbers.get("min"),
        numbers.get("max"),
        numbers.get("form"),
        numbers.get("repeat"),
        parts,
    )
    return element, numbers.get("times", 1)
