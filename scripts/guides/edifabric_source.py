"""EdiFabric's message classes (C#), read into the values of `notation`.

They give which segments and loops there are and in what order, and nothing of what is in them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notation import Loop, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notation import Child

_CLASS = re.compile(r"public class (\w+)(.*?)^    }", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(r"public virtual (?:List<)?(\w+)>? \w+ \{")
_LOOP = re.compile(r"Loop_(\w+?)_\d{3}[A-Z]*(?:_\d+)?")


def read_guide(path: Path) -> Loop:
    """The message of one file."""
    text = path.read_text(encoding="utf-8-sig")
    classes = {name: _PROPERTY.findall(body) for name, body in _CLASS.findall(text)}
    message = next(name for name in classes if name.startswith("TS"))
    return Loop("ST", children=tuple(_children(message, classes)))


def _children(name: str, classes: dict[str, list[str]]) -> Iterator[Child]:
    for kind in classes[name]:
        loop = _LOOP.fullmatch(kind)
        if loop:
            yield Loop(loop[1], children=tuple(_children(kind, classes)))
        elif kind in classes:  # what may come in any order
            yield from _children(kind, classes)
        else:
            yield Segment(kind.partition("_")[0], "R", 1, 0, ())
