"""TigerShark's Python descriptions of messages, read into the values of `notation`.

They are nested constructor calls under names; the syntax tree is read, none of it runs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notation import Element, Loop, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notation import Child

_ENVELOPE = {"ISA", "IEA", "GS", "GE", "TA1"}
_USAGE = {"R": "R", "S": "S", "N": "-"}


def read_guide(path: Path) -> Loop:
    """The transaction set of a module or a package of modules."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    names: dict[str, ast.Call] = {}
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    names[target.id] = node.value
    message = next(call for call in names.values() if _callee(call) == "Message")
    return Loop("ST", children=tuple(_Reader(names).children(message)))


def _callee(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


@dataclass
class _Call:
    """A call's name, properties and inner calls."""

    id: str
    properties: dict[str, object] = field(default_factory=dict)
    inner: list[ast.Call] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        return str(self.properties.get(name) or default)

    def limit(self) -> int | None:
        text = self.text("repeat", "1")
        return None if text.startswith(">") else int(text)

    def position(self) -> int:
        return int(self.text("position") or self.text("pos", "0"))

    def usage(self) -> str:
        return _USAGE[self.text("req_sit")]


@dataclass
class _Reader:
    names: dict[str, ast.Call]

    def _read(self, call: ast.Call) -> _Call:
        found = _Call(ast.literal_eval(call.args[0]))
        for arg in call.args[1:]:
            node = self.names.get(arg.id) if isinstance(arg, ast.Name) else arg
            if not isinstance(node, ast.Call):
                continue
            if _callee(node) == "Properties":
                found.properties = {
                    word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg
                }
            else:
                found.inner.append(node)
        return found

    def children(self, call: ast.Call) -> Iterator[Child]:
        for node in self._read(call).inner:
            there = self._read(node)
            if _callee(node) == "Segment" and there.id not in _ENVELOPE:
                yield self._segment(there)
            elif _callee(node) == "Loop" and (
                there.text("looptype") == "wrapper" or there.id.endswith("_LOOP")
            ):
                yield from self.children(node)
            elif _callee(node) == "Loop":
                inner = tuple(self.children(node))
                yield Loop(
                    there.id,
                    there.text("desc"),
                    there.usage(),
                    there.limit(),
                    there.position(),
                    children=inner,
                )

    def _segment(self, there: _Call) -> Segment:
        return Segment(
            there.id,
            there.usage(),
            there.limit(),
            there.position(),
            self._elements(there),
            there.text("desc"),
            notes=tuple(there.text("syntax").split()),
        )

    def _elements(self, there: _Call) -> tuple[Element, ...]:
        return tuple(self._element(self._read(node)) for node in there.inner)

    def _element(self, there: _Call) -> Element:
        codes = there.properties.get("codes")
        return Element(
            there.usage(),
            tuple(map(str, codes)) if isinstance(codes, list) else (),
            parts=self._elements(there),
        )
