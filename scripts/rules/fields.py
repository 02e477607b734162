"""Writes src/scrubjay/rules/fields.py from the claim maps: what any kind of claim has, and where.

python scripts/rules/fields.py            # write
python scripts/rules/fields.py --check    # 1 when the file is not what the maps say
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "crates/x12/guides"
MAPS = {
    "P": "837P-005010X222A1.claim",
    "I": "837I-005010X223A2.claim",
    "D": "837D-005010X224A2.claim",
}
"""The maps by the letter that rules call their claims by; the first ones give the order."""
TARGET = ROOT / "src/scrubjay/rules/fields.py"
ITEM = re.compile(
    r"^(\+?)(\d+)(?:-(\d+))?(\.from|\.to|\.date|\.time)?(?:\?\S+)? (\w+)"
    r"(?: (code|money|number|date|text))?(?: = \S+)?$"
)


@dataclass
class Of:
    """A field: its kind, and its place in each map."""

    kind: str
    places: dict[str, str] = field(default_factory=dict)


@dataclass
class Table:
    """A table of the maps, with the maps that have it and its links."""

    name: str
    maps: str = ""
    parents: dict[str, str] = field(default_factory=dict)
    list_name: str | None = None
    fields: dict[str, Of] = field(default_factory=dict)


def read(letter: str, text: str, tables: dict[str, Table]) -> None:
    """Adds a claim map to the tables."""
    table = Table("")
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        words = line.replace(",", " ").split()
        if not words or words[0] in ("claims", "rows"):
            continue
        if words[0] in ("context", "table"):
            table = tables.setdefault(words[1], Table(words[1]))
            table.maps += letter
            listed = words.index("as") if "as" in words else None
            if listed:
                table.list_name = words[listed + 1]
            for parent in words[3:listed] if "of" in words else []:
                table.parents[parent] = table.parents.get(parent, "") + letter
            continue
        head, items = line.split(" : ", 1)
        for item in items.split(","):
            add(letter, table, head, item.strip())


def add(letter: str, table: Table, head: str, item: str) -> None:
    """Adds a field; its first place stands."""
    loop, segment = head.split()
    found = ITEM.match(item)
    if not found:
        raise SystemExit(f"the claim map has {item!r}")
    plus, element, component, part, name, kind = found.groups()
    place = f"{loop} {segment.split('=')[0]}"
    place += ("" if plus else element) + (f"-{component}" if component else "")
    if "=" in segment:
        place += f" ({segment.split('=')[1]})"
    place += (part or "").replace(".", " ")
    of = table.fields.setdefault(name, Of(kind or "text"))
    if of.kind != (kind or "text"):
        raise SystemExit(f"{table.name}.{name} is of kind {of.kind} and {kind or 'text'}")
    of.places.setdefault(letter, place)


def write(tables: dict[str, Table]) -> str:
    """The module."""
    out = [
        '"""The rows and fields of claims: professional (P), institutional (I) and dental (D).',
        "",
        "Written by scripts/rules/fields.py from the claim maps, not by hand.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from scrubjay.rules import rows",
        "from scrubjay.rules.rows import Above, Below, Row",
        "",
        "# ruff: noqa: D101 - the claim maps say what they are",
        "",
    ]
    for table in tables.values():
        out += ["", f"class {title(table.name)}(Row):", f'    table = "{table.name}"']
        out += [f'    kinds = "{table.maps}"'] if table.maps != "PID" else []
        out += [""]
        out += [made(name, of, table.maps) for name, of in table.fields.items()]
        for parent, maps in table.parents.items():
            kinds = "" if maps == table.maps else f', "{maps}"'
            out.append(f'    {parent}: Above[{title(parent)}] = Above("{parent}"{kinds})')
        for child in tables.values():
            among = child.parents.get(table.name)
            if among and child.list_name:
                kinds = "" if among == table.maps else f', "{among}"'
                below = f'Below[{title(child.name)}] = Below("{child.name}"{kinds})'
                out.append(f"    {child.list_name}: {below}")
        out.append("")
    return "\n".join(out)


def made(name: str, of: Of, maps: str) -> str:
    """A field's line: its place, the kinds that have it if not all of its table, other places."""
    first, *others = of.places
    kinds = "" if set(of.places) == set(maps) else f', "{"".join(of.places)}"'
    differ = [
        f', {letter}="{of.places[letter]}"'
        for letter in others
        if of.places[letter] != of.places[first]
    ]
    line = f'    {name} = rows.{of.kind}("{of.places[first]}"{kinds}{"".join(differ)})'
    if len(line) > LONGEST:
        head, inside = line.removesuffix(")").split("(", 1)
        line = f"{head}(\n        {inside}\n    )"
    return line


LONGEST = 100
"""A field whose line is longer is told in three."""


def title(name: str) -> str:
    """The class of a table."""
    return "".join(part.capitalize() for part in name.split("_"))


if __name__ == "__main__":
    tables: dict[str, Table] = {}
    for letter, name in MAPS.items():
        read(letter, (GUIDES / name).read_text(), tables)
    module = write(tables)
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text() != module)
    TARGET.write_text(module)
