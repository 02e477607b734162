"""The records of bots-grammars: which members of a segment or composite the standard demands."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Demands = dict[str, tuple[bool, ...]]


def read_demands(path: Path) -> Demands:
    """By segment, and by the place of a composite (`CLM05`): whether each member is mandatory."""
    tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            records: dict[str, list[list[object]]] = ast.literal_eval(node.value)
            return dict(
                found for name, fields in records.items() for found in _demands(name, fields[1:])
            )
    raise ValueError(f"{path.name} has no records")


def _demands(name: str, fields: list[list[object]]) -> Iterator[tuple[str, tuple[bool, ...]]]:
    yield name, tuple(_is_mandatory(field) for field in fields)
    for field in fields:
        if isinstance(field[2], list):
            yield str(field[0]), tuple(_is_mandatory(inner) for inner in field[2])


def _is_mandatory(field: list[object]) -> bool:
    demand = field[1][0] if isinstance(field[1], tuple) else field[1]
    return demand == "M"
