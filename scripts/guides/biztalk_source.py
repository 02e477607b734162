"""The BizTalk schemas in GLD.HIPAA (XML Schema), read into the values of `notation`.

They give usage, repeats, codes, lengths and syntax notes, but no positions.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from notation import Base, DataElement, Element, Loop, Member, Segment, Structure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notation import Child

_XS = "{http://www.w3.org/2001/XMLSchema}"
_EDI = "{http://schemas.microsoft.com/BizTalk/2003}"
_LOOP = re.compile(r"TS\d+(?:A\d)?_([0-9A-Z]+)_Loop\d*")
_RULES = {
    "Paired": "P",
    "Required": "R",
    "Exclusion": "E",
    "Conditional": "C",
    "ListConditional": "L",
}


def read_guide(path: Path, root: str) -> Loop:
    """The transaction set whose root element is `root`.

    ST and SE, which BizTalk may see to itself, are required.
    """
    schema = Schema(_parsed(path))
    children = [
        replace(child, usage="R")
        if isinstance(child, Segment) and child.id in ("ST", "SE")
        else child
        for child in schema.children(_content(schema.elements[root]))
    ]
    return Loop("ST", children=tuple(children))


def read_base(folder: Path) -> Base:
    """Data elements, composites and segments of all schemas: as far as guides use them."""
    base = Base()
    for path in sorted(folder.glob("*.xsd")):
        schema = Schema(_parsed(path))
        for node in schema.elements.values():
            schema.add_to(base, node)
    return base


def _parsed(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())  # noqa: S314 - a checkout the developer chose


def _content(node: ET.Element) -> ET.Element:
    """What stands in an element: its sequence, all or choice."""
    inner = node.find(f"{_XS}complexType")
    if inner is None or not len(inner):
        raise ValueError(f"{node.get('name')} has no content")
    return inner[0]


def _limit(node: ET.Element) -> int | None:
    text = node.get("maxOccurs", "1")
    return None if text in ("unbounded", "99999999") else int(text)


def _usage(node: ET.Element) -> str:
    return "S" if node.get("minOccurs", "1") == "0" else "R"


def _info(node: ET.Element, kind: str) -> ET.Element | None:
    return node.find(f"{_XS}annotation/{_XS}appinfo/{_EDI}{kind}")


@dataclass
class Schema:
    """One schema and its global definitions."""

    root: ET.Element
    types: dict[str, ET.Element] = field(init=False)

    def __post_init__(self) -> None:
        self.types = {node.get("name", ""): node for node in self.root.iter(f"{_XS}simpleType")}

    @cached_property
    def elements(self) -> dict[str, ET.Element]:
        """The global elements by name."""
        return {node.get("name", ""): node for node in self.root.findall(f"{_XS}element")}

    def children(self, content: ET.Element) -> Iterator[Child]:
        """Segments and loops of a loop; groups of what may come in any order are opened up."""
        for node in content:
            name = node.get("ref") or node.get("name") or ""
            there = self.elements.get(name, node)
            loop = _LOOP.fullmatch(name)
            info = _info(there, "recordInfo")
            tag = info.get("tag_name") if info is not None else None
            if loop:
                inner = tuple(self.children(_content(there)))
                yield Loop(loop[1], "", _usage(node), _limit(node), children=inner)
            elif tag:
                yield self._segment(node, there, tag)
            else:
                for child in self.children(_content(there)):
                    yield child if _usage(node) == "R" else replace(child, usage="S")

    def _segment(self, use: ET.Element, node: ET.Element, tag: str) -> Segment:
        content = _content(node)
        return Segment(
            tag,
            _usage(use),
            _limit(use),
            0,
            tuple(self._element(child) for child in content),
            notes=_notes(node, content),
        )

    def _element(self, node: ET.Element) -> Element:
        if node.get("ref"):
            composite = self.elements[node.attrib["ref"]]
            info = _info(composite, "recordInfo")
            unused = info is not None and info.get("Used") == "No"
            parts = tuple(self._element(child) for child in _content(composite))
            unused = unused or all(part.usage == "-" for part in parts)
            return Element("-" if unused else _usage(node), repeat=_limit(node), parts=parts)
        info = _info(node, "fieldInfo")
        unused = info is not None and info.get("Used") == "No"
        if unused:
            return Element()
        return Element(
            _usage(node),
            self._codes(node),
            max=self._lengths(node)[1],
            repeat=_limit(node),
        )

    def _codes(self, node: ET.Element) -> tuple[str, ...]:
        kind = self.types.get(node.get("type", ""), node)
        return tuple(code.get("value", "") for code in kind.iter(f"{_XS}enumeration"))

    def _lengths(self, node: ET.Element) -> tuple[int | None, int | None]:
        low, high = (
            next((int(n.get("value", "0")) for n in node.iter(f"{_XS}{tag}")), None)
            for tag in ("minLength", "maxLength")
        )
        return low, high

    def add_to(self, base: Base, node: ET.Element) -> None:
        """A segment or a composite, and the data elements in it; what is known already stays."""
        info = _info(node, "recordInfo")
        name = node.get("name", "")
        tag = info.get("tag_name") if info is not None else None
        composite = re.match(r"[CS]\d{3}(?=_)", name)
        if not tag and not composite:
            return
        content = _content(node)
        members = tuple(self._member(child, base) for child in content)
        known = base.segments if tag else base.composites
        key = tag or (composite[0] if composite else name)
        known.setdefault(key, Structure(key, _notes(node, content), members))

    def _member(self, node: ET.Element, base: Base) -> Member:
        repeat = _limit(node) or 0
        if node.get("ref"):
            return Member("?", node.attrib["ref"].partition("_")[0], composite=True, repeat=repeat)
        info = _info(node, "fieldInfo")
        if info is None:
            raise ValueError(f"{node.get('name')} is no element")
        number = info.get("ReferenceDesignator", "")
        low, high = self._lengths(node)
        if low is not None and high is not None:
            kind = info.get("edi_datatype", "")
            base.elements.setdefault(number, DataElement(number, kind, low, high))
        return Member("?", number, repeat=repeat)


def _notes(node: ET.Element, content: ET.Element) -> tuple[str, ...]:
    """The syntax notes, in the standard's letters."""
    info = _info(node, "recordInfo")
    if info is None:
        return ()
    names = [(child.get("ref") or child.get("name") or "") for child in content]

    def place(name: str | None) -> str:
        return f"{names.index(name or '') + 1:02}"

    found = []
    for rule in info.findall(f"{_EDI}Rule"):
        kind = rule.get("subjects", "").rpartition("_")[2]
        first = [place(rule.get("qualifier"))] if rule.get("qualifier") else []
        others = [place(subject.get("name")) for subject in rule.findall(f"{_EDI}Subject")]
        found.append(_RULES[kind] + "".join([*first, *others]))
    return tuple(sorted(found))
