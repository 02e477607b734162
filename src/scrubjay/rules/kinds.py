"""Which claims a rule can judge: the kinds of them that have what it asks for."""

from __future__ import annotations

from scrubjay.rules.rows import TABLES, Below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from scrubjay.rules.expressions import Node

    Need: TypeAlias = tuple[str, str, str]

__all__ = ["KINDS", "lacks"]

KINDS = {"P": "837P", "I": "837I", "D": "837D"}
"""The kinds of claims by the letters that rules call them by."""

_FIELD, _ROWS = 4, 4


def lacks(table: str, expression: Node, kinds: str) -> tuple[str, str] | None:
    """One of `kinds` whose claims have not all that a rule of `table` asks for, and what that is.

    A field before `.otherwise()` need not be there: it is missing then, and the other counts.
    """
    needs: list[Need] = []
    _ask(expression, (table,), needs)
    for owner, name, having in needs:
        for kind in kinds:
            if kind not in having:
                return kind, f"{owner}.{name}" if name else owner
    return None


def _ask(node: Any, bound: tuple[str, ...], needs: list[Need]) -> None:
    """Notes tables, fields and links, each with the kinds that have it; `bound` are the rows."""
    name, *rest = node
    if name == "field" and len(node) == _FIELD:
        table = _reach(bound[rest[0]], rest[1], needs)
        needs.append((table, rest[2], vars(TABLES[table])[rest[2]].kinds))
    elif name in {"absent", "duplicate", "orphan"}:
        _reach(bound[rest[0]], rest[1], needs)
    elif name in {"repeats", "position"}:
        _reach(bound[rest[0]], [rest[1]], needs)
        for key in rest[2] if name == "repeats" else ():
            _ask(key, bound, needs)
    elif name == "follows":
        _reach(bound[rest[1]], [rest[2]], needs)
        _ask_parts(rest[3:], bound, needs)
    elif rest and _is_rows(rest[0]):
        _, number, way, below = rest[0]
        table = _reach(bound[number], way, needs)
        needs.append((below, "", _link(table, below)))
        _ask_parts(rest[1:], (*bound, below), needs)
    elif name in {"in", "starts", "matches"}:
        _ask(rest[0], bound, needs)
    elif name == "first_of":
        _first_of(rest, bound, needs)
    else:
        _ask_parts(rest, bound, needs)


def _ask_parts(parts: list[Any], bound: tuple[str, ...], needs: list[Need]) -> None:
    for part in parts:
        if isinstance(part, list):
            _ask(part, bound, needs)


def _reach(table: str, way: list[str], needs: list[Need]) -> str:
    """Notes the steps up from a row of `table`; the table that they lead to."""
    needs.append((table, "", TABLES[table].kinds))
    for step in way:
        needs.append((table, step, vars(TABLES[table])[step].kinds))
        table = step
    return table


def _first_of(parts: list[Any], bound: tuple[str, ...], needs: list[Need]) -> None:
    """The value that need not be there, and the one that stands in for it."""
    first: list[Need] = []
    other: list[Need] = []
    _ask(parts[0], bound, first)
    _ask(parts[1], bound, other)
    whole = set(KINDS)
    for _, _, having in first:
        whole &= set(having)
    needs.extend((table, name, having + "".join(whole)) for table, name, having in other)


def _is_rows(node: Any) -> bool:
    return isinstance(node, list) and len(node) == _ROWS and node[0] == "rows"


def _link(table: str, below: str) -> str:
    """The kinds of claims in which rows of `below` stand below `table`."""
    links = (link for link in vars(TABLES[table]).values() if isinstance(link, Below))
    return next((link.kinds for link in links if link.table == below), "")
