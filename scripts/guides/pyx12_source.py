"""pyx12's XML maps, read into the values of `notation`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from notation import Base, DataElement, Element, Loop, Member, Segment, Structure

if TYPE_CHECKING:
    from pathlib import Path

_WRAPPER = re.compile(r"ISA_LOOP|GS_LOOP|ST_LOOP|HEADER|DETAIL|FOOTER|TABLE\dAREA\d")
_ENVELOPE = {"ISA", "IEA", "GS", "GE", "TA1"}
_USAGE = {"R": "R", "S": "S", "N": "-"}


def read_map(path: Path) -> Loop:
    """The transaction set of one map; envelope segments and wrapper loops are left away."""
    return Loop("ST", children=tuple(_children(_root(path))))


def read_acknowledgment(path: Path) -> Loop:
    """The TA1 of the map of the envelope, alone."""
    found = next(node for node in _root(path).iter("segment") if node.attrib["xid"] == "TA1")
    return Loop("TA1", children=(_segment(found),))


def read_data_elements(path: Path) -> dict[str, DataElement]:
    """`dataele.xml`: types and lengths, no codes."""
    found: dict[str, DataElement] = {}
    for row in _root(path).iter("data_ele"):
        number, kind = row.attrib["ele_num"], row.attrib["data_type"]
        lengths = int(row.attrib["min_len"]), int(row.attrib["max_len"])
        found[number] = DataElement(number, kind, *lengths)
    return found


def read_structures(maps: Path) -> Base:
    """The segments and composites of all 5010 maps, as far as guides spell them out."""
    base = Base()
    for path in sorted(set(maps.glob("*5010*.xml")) - set(maps.glob("*.v2.xml"))):
        for node in _root(path).iter("segment"):
            _add_structure(base.segments, node.attrib["xid"], node)
        for node in _root(path).iter("composite"):
            _add_structure(base.composites, _text(node, "data_ele"), node)
    return base


def _add_structure(known: dict[str, Structure], name: str, node: ET.Element) -> None:
    """Keeps the longest of the descriptions of one name, and the first syntax notes."""
    members = tuple(_member(child) for child in node if child.tag in ("element", "composite"))
    notes = tuple(sorted((child.text or "").strip() for child in node.findall("syntax")))
    if name in known:
        notes = known[name].notes or notes
        members = max(known[name].members, members, key=len)
    known[name] = Structure(name, notes, members)


def _member(node: ET.Element) -> Member:
    repeat = _limit(_text(node, "repeat", "1")) or 0
    return Member("?", _text(node, "data_ele"), node.tag == "composite", repeat)


def _root(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - a checkout the developer chose


def _text(node: ET.Element, tag: str, default: str = "") -> str:
    return (node.findtext(tag) or default).strip()


def _limit(text: str) -> int | None:
    return None if text.startswith(">") else int(text)


def _children(node: ET.Element) -> list[Segment | Loop]:
    found: list[Segment | Loop] = []
    for child in node:
        if child.tag == "loop" and _WRAPPER.fullmatch(child.attrib["xid"]):
            found.extend(_children(child))
        elif child.tag == "loop":
            found.append(
                Loop(
                    child.attrib["xid"],
                    _text(child, "name"),
                    _USAGE[_text(child, "usage")],
                    _limit(_text(child, "repeat", "1")),
                    int(_text(child, "pos")),
                    children=tuple(_children(child)),
                )
            )
        elif child.tag == "segment" and child.attrib["xid"] not in _ENVELOPE:
            found.append(_segment(child))
    return found


def _segment(node: ET.Element) -> Segment:
    return Segment(
        node.attrib["xid"],
        _USAGE[_text(node, "usage")],
        _limit(_text(node, "max_use", "1")),
        int(_text(node, "pos")),
        tuple(_element(child) for child in node if child.tag in ("element", "composite")),
        _text(node, "name"),
        notes=tuple(sorted((child.text or "").strip() for child in node.findall("syntax"))),
    )


def _element(node: ET.Element) -> Element:
    codes = node.find("valid_codes")
    return Element(
        _USAGE[_text(node, "usage")],
        tuple((code.text or "").strip() for code in node.findall("valid_codes/code")),
        codes.attrib.get("external") if codes is not None else None,
        repeat=_limit(_text(node, "repeat", "1")),
        parts=tuple(_element(child) for child in node if child.tag == "element"),
    )
