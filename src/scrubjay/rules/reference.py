"""The page of all rows and fields that rules may ask for, as Markdown: written from the classes."""

from __future__ import annotations

from scrubjay.rules.kinds import KINDS
from scrubjay.rules.rows import TABLES, Above, Below, Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.rules.rows import Row

__all__ = ["reference"]

_HEAD = """\
<!-- Written by scripts/rules/pages.py from src/scrubjay/rules/fields.py, not by hand. -->
# Rows and fields

What a rule may ask for ([writing rules](../writing-rules.md)): in Python `line.charge`, in TOML
`field = "line.charge"`. The first row that a rule names is judged; rows above it have one name
(`line.claim`), rows below it are lists (`claim.lines`). A place is the loop and the element in the
guide of each kind of claim that has the field: P professional, I institutional, D dental. A field
that a kind has not cannot be asked of it, unless `.otherwise()` stands behind it.

| kind of value | what it is compared with |
|-|-|
| code, text | text between quotes; upper and lower case apart |
| money | an int or a `Decimal`, dollars; in TOML and tables a number |
| number | an int or a `Decimal` |
| date | a `datetime.date`; in TOML and tables `2026-03-01` |
"""


def reference() -> str:
    """The page: a table of fields for each row."""
    index = " · ".join(f"[{name}](#{name})" for name in TABLES)
    return (
        "\n".join([_HEAD, index, *(line for row in TABLES.values() for line in _row(row))]) + "\n"
    )


def _row(row: type[Row]) -> Iterator[str]:
    members = vars(row)
    yield from ("", f"## {row.table}", "")
    if len(row.kinds) < len(KINDS):
        yield from (f"Of {', '.join(KINDS[letter] for letter in row.kinds)} alone.", "")
    above = [name for name, member in members.items() if isinstance(member, Above)]
    below = [name for name, member in members.items() if isinstance(member, Below)]
    for what, names in (("Above it", above), ("Below it", below)):
        if names:
            yield from (f"{what}: {', '.join(f'`{name}`' for name in names)}.", "")
    yield from ("| field | value | place |", "|-|-|-|")
    for name, member in members.items():
        if isinstance(member, Field):
            yield f"| `{name}` | {member.kind.kind} | {_places(member)} |"


def _places(member: Field[Any]) -> str:
    """Where it stands, the kinds of claims that have it in the same place together."""
    kinds: dict[str, str] = {}
    for letter, place in member.places.items():
        kinds[place] = kinds.get(place, "") + letter
    if list(kinds.values()) == ["".join(KINDS)]:
        return next(iter(kinds))
    return ", ".join(f"{letters}: {place}" for place, letters in kinds.items())
