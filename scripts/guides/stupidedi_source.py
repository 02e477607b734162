"""stupidedi's Ruby definitions, read into the values of `notation`.

The definitions are nested constructor calls, so a reader of calls, names, strings and
numbers is enough; no Ruby runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notation import Base, DataElement, Element, Loop, Member, Segment, Structure

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Call:
    """`name(args)`, or a bare name."""

    name: str
    args: list[Call | str | int] = field(default_factory=list)

    @property
    def verb(self) -> str:
        """What is called: `simple_use` of `e::E143.simple_use`."""
        return re.split(r"::|\.", self.name)[-1]

    @property
    def noun(self) -> str:
        """The receiver of the call: `E143` of `e::E143.simple_use`."""
        return re.split(r"::", self.name.rpartition(".")[0])[-1]


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|:?[A-Za-z_]\w*|\d+|::|=>|[().,\[\]=]')
_ASSIGNMENT = re.compile(
    r"^ *([A-Za-z]\w*) *= *(?=\s*(?:d::LoopDef\.build|b\.build|s::SegmentDef\.build|"
    r"[tc]:: *\w+\.new|Schema::CompositeElementDef\.build)\b)",
    re.MULTILINE,
)


def _assignments(path: Path) -> dict[str, Call]:
    text = re.sub(r"(?m)(^|\s)#[^\n\"]*$", r"\1", path.read_text(encoding="utf-8"))
    text = re.sub(r"(?m)\)\) +#.*$", "))", text)
    found: dict[str, Call] = {}
    for match in _ASSIGNMENT.finditer(text):
        source = text[match.end() : _end(text, match.end())]
        found[match[1]] = _expression(_TOKEN.findall(source))
    return found


def _end(text: str, start: int) -> int:
    """The end of the call that begins at `start`."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if token[0] == ")" and depth == 0:
            return token.end()
    return len(text)


def _expression(tokens: list[str]) -> Call:
    value, rest = _value(tokens)
    if rest or not isinstance(value, Call):
        raise ValueError(f"not one call: {rest[:5]}")
    return value


def _value(tokens: list[str]) -> tuple[Call | str | int, list[str]]:
    head, *tokens = tokens
    if head[0] == '"':
        return head[1:-1], tokens
    if head.isdigit():
        return int(head), tokens
    call = Call(head)
    while tokens and tokens[0] in ("::", ".", "("):
        if tokens[0] == "(":
            call.args, tokens = _arguments(tokens[1:])
        else:
            call.name += tokens[0] + tokens[1]
            tokens = tokens[2:]
    return call, tokens


def _arguments(tokens: list[str]) -> tuple[list[Call | str | int], list[str]]:
    found: list[Call | str | int] = []
    while tokens[0] != ")":
        value, tokens = _value(tokens)
        if tokens[0] == "=>":
            _, tokens = _value(tokens[1:])
        found.append(value)
        if tokens[0] == ",":
            tokens = tokens[1:]
    return found, tokens[1:]


def _calls(call: Call, *verbs: str) -> list[Call]:
    return [a for a in call.args if isinstance(a, Call) and a.verb in verbs]


def _limit(call: Call) -> int | None:
    """The RepeatCount among the arguments."""
    for arg in call.args:
        if isinstance(arg, Call) and "RepeatCount" in arg.name:
            return None if arg.verb == "unbounded" else int(str(arg.args[0]))
    return 1


def _notes(call: Call) -> tuple[str, ...]:
    return tuple(
        note.name.split("::")[1][0] + "".join(f"{n:02}" for n in note.args)
        for note in call.args
        if isinstance(note, Call) and note.name.startswith("SyntaxNotes::")
    )


_REQUIREMENT = {"Mandatory": "M", "Optional": "O", "Relational": "X"}
_TYPE = {"Nn": "N0", "SpecialAN": "AN", "Separator": "AN"}


def read_base(library: Path) -> Base:
    """Data elements, composites and segments of 005010 and the 00501 interchange."""
    base = Base()
    for folder in (library / "interchanges/00501", library / "versions/005010"):
        for name, call in _assignments(folder / "element_defs.rb").items():
            if name[0] == "C":
                base.composites[name] = Structure(name, _notes(call), _members(call))
            else:
                number = name.removeprefix("E")
                base.elements[number] = _data_element(number, call)
        for path in sorted((folder / "segment_defs").glob("*.rb")):
            for name, call in _assignments(path).items():
                base.segments[name] = Structure(name, _notes(call), _members(call))
    return base


def read_acknowledgment(path: Path) -> Loop:
    """The TA1 of an interchange, alone: what the standard demands of it no guide changes."""
    (call,) = _assignments(path / "segment_defs/TA1.rb").values()
    known = _assignments(path / "element_defs.rb")
    elements = tuple(
        Element(
            "R" if member.requirement == "M" else "S",
            _data_element(member.ref, known[member.ref]).codes,
        )
        for member in _members(call)
    )
    return Loop("TA1", children=(Segment("TA1", "R", None, 0, elements),))


def _data_element(number: str, call: Call) -> DataElement:
    kind = call.name.split("::")[1].split(".")[0]
    low, high, *rest = [a for a in call.args[2:] if isinstance(a, int)]
    kind = f"N{rest[0]}" if kind == "Nn" and rest else _TYPE.get(kind, kind)
    codes = [
        code for a in call.args if isinstance(a, Call) and a.verb == "build" for code in a.args
    ]
    return DataElement(number, kind, low, high, tuple(map(str, codes)))


def _members(call: Call) -> tuple[Member, ...]:
    return tuple(
        Member(
            _REQUIREMENT[str(use.args[0].verb)],  # type: ignore[union-attr]
            use.noun.removeprefix("E"),
            use.noun[0] == "C",
            _limit(use) or 0,
        )
        for use in _calls(call, "simple_use", "component_use")
    )


def read_sets(library: Path) -> dict[str, dict[str, bool]]:
    """Per set the segment ids it may hold; true for those mandatory at its root."""
    found: dict[str, dict[str, bool]] = {}
    for path in sorted((library / "transaction_sets/005010/standards").glob("*.rb")):
        for call in _assignments(path).values():
            members = found.setdefault(str(call.args[1]), {})
            for table in _calls(call, "header", "detail", "summary"):
                for use in _calls(table, "use"):
                    members[use.noun] = members.get(use.noun, False) or _is_mandatory(use)
                for loop in _calls(table, "build"):
                    _below(loop, members)
    return found


def _is_mandatory(use: Call) -> bool:
    return any(isinstance(a, Call) and a.verb == "Mandatory" for a in use.args)


def _below(loop: Call, members: dict[str, bool]) -> None:
    for use in _calls(loop, "use"):
        members.setdefault(use.noun, False)
    for inner in _calls(loop, "build"):
        _below(inner, members)


_USAGE = {"Required": "R", "Situational": "S", "NotUsed": "-"}


def read_guide(path: Path) -> Loop:
    """The transaction set of one implementation; a loop's usage is that of its first segment."""
    names = _assignments(path)
    root = next(call for call in names.values() if call.name == "b.build")
    children: list[Segment | Loop] = []
    for table in _calls(root, "header", "detail", "summary"):
        children.extend(_children(table, names))
    return Loop("ST", children=tuple(children))


def _children(call: Call, names: dict[str, Call]) -> list[Segment | Loop]:
    found: list[Segment | Loop] = []
    for arg in call.args:
        if not isinstance(arg, Call):
            continue
        child = names.get(arg.name, arg)
        if child.name == "b::Segment":
            found.append(_segment(child))
        elif child.name == "d::LoopDef.build":
            found.append(_loop(child, names))
    return found


def _loop(call: Call, names: dict[str, Call]) -> Loop:
    content = tuple(_children(call, names))
    first = next(child for child in content if isinstance(child, Segment))
    loop_id, _, title = str(call.args[0]).partition(" ")
    return Loop(loop_id, title, first.usage, _limit(call), first.pos, children=content)


def _segment(call: Call) -> Segment:
    pos, definition, title, usage = call.args[:4]
    if not (isinstance(pos, int) and isinstance(definition, Call) and isinstance(usage, Call)):
        raise TypeError(f"not a segment: {title}")
    return Segment(
        definition.verb,
        _USAGE[usage.verb],
        _limit(call),
        pos,
        tuple(_element(arg) for arg in _calls(call, "Element")),
        str(title),
    )


def _element(call: Call) -> Element:
    values = _calls(call, "Values")
    length = _calls(call, "MaxLength")
    has_repeat = any(isinstance(a, Call) and "RepeatCount" in a.name for a in call.args)
    return Element(
        _USAGE[call.args[0].verb],  # type: ignore[union-attr]
        tuple(map(str, values[0].args)) if values else (),
        max=int(str(length[0].args[0])) if length else None,
        repeat=_limit(call) if has_repeat else None,
        parts=tuple(_element(part) for part in _calls(call, "Element")),
    )
