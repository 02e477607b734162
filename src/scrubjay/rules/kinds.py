"""Which claims a rule can judge: the kinds of them that have what it asks for."""

from __future__ import annotations

from scrubjay.rules.rows import TABLES, Below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any, TypeAlias

    from scrubjay.rules.expressions import Node

    Need: TypeAlias = tuple[str, str, str]

__all__ = ["KINDS", "lacks"]

KINDS = {"P": "837P", "I": "837I", "D": "837D"}
"""The kinds of claims by the letters that rules call them by."""

_FIELD, _ROWS = 4, 4


def lacks(table: str, expression: Node, kind: str) -> str | None:
    """What a rule of `table` asks for and claims of `kind` do not have; None when they have all.

    A field before `.otherwise()` need not be there: it is missing then, and the other counts.
    """
    for owner, name, kinds in _asked(expression, (table,)):
        if kind not in kinds:
            return f"{owner}.{name}" if name else owner
    return None


def _asked(node: Any, bound: tuple[str, ...]) -> Iterator[Need]:
    """Tables, fields and links, each with the kinds that have it; `bound` are the rows' tables."""
    if not isinstance(node, list) or not node:
        return
    name, *rest = node
    if name == "field" and len(node) == _FIELD:
        table = yield from _reach(bound[rest[0]], rest[1])
        yield table, rest[2], vars(TABLES[table])[rest[2]].kinds
    elif name in {"absent", "duplicate"}:
        yield from _reach(bound[rest[0]], rest[1])
    elif name == "repeats":
        yield from _reach(bound[rest[0]], [rest[1]])
        for key in rest[2]:
            yield from _asked(key, bound)
    elif rest and _is_rows(rest[0]):
        _, number, way, below = rest[0]
        table = yield from _reach(bound[number], way)
        yield below, "", _link(table, below)
        for part in rest[1:]:
            yield from _asked(part, (*bound, below))
    elif name == "first_of":
        yield from _first_of(rest, bound)
    else:
        for part in rest:
            yield from _asked(part, bound)


def _reach(table: str, way: list[str]) -> Generator[Need, None, str]:
    """The steps up from a row of `table`; returns the table that they lead to."""
    yield table, "", TABLES[table].kinds
    for step in way:
        yield table, step, vars(TABLES[table])[step].kinds
        table = step
    return table


def _first_of(parts: list[Any], bound: tuple[str, ...]) -> Iterator[Need]:
    """The value that need not be there, and the one that stands in for it."""
    first, other = parts
    kinds = set(KINDS)
    for _, _, having in _asked(first, bound):
        kinds &= set(having)
    for table, name, having in _asked(other, bound):
        yield table, name, "".join(sorted(set(having) | kinds))


def _is_rows(node: Any) -> bool:
    return isinstance(node, list) and len(node) == _ROWS and node[0] == "rows"


def _link(table: str, below: str) -> str:
    """The kinds of claims in which rows of `below` stand below `table`."""
    links = (link for link in vars(TABLES[table]).values() if isinstance(link, Below))
    return next((link.kinds for link in links if link.table == below), "")
