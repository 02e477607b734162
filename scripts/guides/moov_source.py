"""moov's Go rules, read into the values of `notation`.

They are composite literals, so a reader of literals is enough. An element whose mask is left out
has usage `?`: the rules say nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from notation import Element, Loop, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notation import Child

_TOKEN = re.compile(r'"[^"]*"|(?:\[\]string|map\[int\][\w.]+|rules\.\w+)?\{|[\w.]+|[}:,]')
_ASSIGNMENT = re.compile(r"^var (\w+) = (?=rules\.\w+\{)", re.MULTILINE)
_MOST = 40  # no segment has more elements
_USAGE = {
    "rules.MASK_REQUIRED": "R",
    "rules.MASK_OPTIONAL": "S",
    "rules.MASK_NOTUSED": "-",
}

Value = str | dict[str, "Value"] | list["Value"]


def read_guide(path: Path) -> Loop:
    """The transaction set of one package of rules."""
    text = re.sub(r"(?m)//.*$", "", path.read_text(encoding="utf-8"))
    names: dict[str, Value] = {}
    for match in _ASSIGNMENT.finditer(text):
        names[match[1]] = _value(_TOKEN.finditer(text, match.end()))
    rule = _fields(names["TransactionSetRule"])
    reader = _Reader(names)
    inner = _fields(rule["Composite"])
    children: list[Child] = [reader.segment(rule["ST"])]
    children.extend(reader.content(inner))
    children.append(reader.segment(rule["SE"]))
    return Loop("ST", children=tuple(children))


def _value(tokens: Iterator[re.Match[str]], head: str | None = None) -> Value:
    head = head or next(tokens)[0]
    if head[0] == '"':
        return head[1:-1]
    return _literal(tokens) if head[-1] == "{" else head


def _literal(tokens: Iterator[re.Match[str]]) -> Value:
    """What stands between braces: fields by name, or a list."""
    fields: dict[str, Value] = {}
    items: list[Value] = []
    key: str | None = None
    for token in tokens:
        if token[0] == "}":
            break
        if token[0] == ":":
            key = cast("str", items.pop())
        elif token[0] != ",":
            value = _value(tokens, token[0])
            if key is None:
                items.append(value)
            else:
                fields[key] = value
                key = None
    return fields or items


def _fields(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


class _Reader:
    def __init__(self, names: dict[str, Value]) -> None:
        self.names = names

    def _named(self, value: Value) -> dict[str, Value]:
        return _fields(self.names[value] if isinstance(value, str) else value)

    def content(self, rule: dict[str, Value]) -> Iterator[Child]:
        """The segments of a loop, then its loops."""
        for segment in self._named(rule.get("Segments", {})).values():
            yield self.segment(segment)
        for inner in self._named(rule.get("Composite", {})).values():
            loop = _fields(inner)
            yield Loop(
                cast("str", loop["Name"]),
                usage=_usage(loop, "R"),
                max=_limit(loop),
                children=tuple(self.content(loop)),
            )

    def segment(self, value: Value) -> Segment:
        """One segment."""
        rule = _fields(value)
        elements = _elements(_fields(rule.get("Elements", {})))
        name = cast("str", rule["Name"])
        return Segment(name, _usage(rule, "R"), _limit(rule), 0, elements)


def _usage(rule: dict[str, Value], otherwise: str) -> str:
    return _USAGE.get(cast("str", rule.get("Mask", "")), otherwise)


def _limit(rule: dict[str, Value]) -> int | None:
    count = cast("str", rule.get("RepeatCount", "1"))
    return int(count) if count.isdigit() else None


def _elements(rules: dict[str, Value]) -> tuple[Element, ...]:
    return tuple(_element(_fields(rules.get(f"{number:02}", {}))) for number in range(1, _MOST + 1))


def _element(rule: dict[str, Value]) -> Element:
    codes = rule.get("AcceptValues", [])
    return Element(
        _usage(rule, "?"),
        tuple(str(code) for code in codes),
        parts=_elements(_fields(rule["Composite"])) if "Composite" in rule else (),
    )
