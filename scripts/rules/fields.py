"""Writes src/scrubjay/rules/fields.py from the claim map of the professional claim.

python scripts/rules/fields.py            # write
python scripts/rules/fields.py --check    # 1 when the file is not what the map says
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAP = ROOT / "crates/x12/guides/837P-005010X222A1.claim"
TARGET = ROOT / "src/scrubjay/rules/fields.py"
KINDS = ("code", "money", "number", "date")
ITEM = re.compile(
    r"^(\+?)(\d+)(?:-(\d+))?(\.from|\.to)?(?:\?\S+)? (\w+)"
    r"(?: (code|money|number|date|text))?(?: = \S+)?$"
)


@dataclass
class Table:
    """A table of the map."""

    name: str
    parents: list[str]
    list_name: str | None
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)


def read(text: str) -> list[Table]:
    """The tables of a claim map, in order."""
    tables: list[Table] = []
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        words = line.replace(",", " ").split()
        if not words or words[0] in ("claims", "rows"):
            continue
        if words[0] in ("context", "table"):
            listed = words[words.index("as") + 1] if "as" in words else None
            parents = (
                words[words.index("of") + 1 : words.index("as") if "as" in words else None]
                if "of" in words
                else []
            )
            tables.append(Table(words[1], parents, listed))
            continue
        head, items = line.split(" : ", 1)
        loop, segment = head.split()
        for item in items.split(","):
            found = ITEM.match(item.strip())
            if not found:
                raise SystemExit(f"the claim map has {item.strip()!r}")
            plus, element, component, part, name, kind = found.groups()
            place = (
                f"{loop} {segment.split('=')[0]}"
                + ("" if plus else element)
                + (f"-{component}" if component else "")
            )
            if "=" in segment:
                place += f" ({segment.split('=')[1]})"
            place += {".from": " from", ".to": " to", None: ""}[part]
            tables[-1].fields.setdefault(name, (kind or "text", place))
    return tables


def write(tables: list[Table]) -> str:
    """The module."""
    out = [
        '"""The rows and fields of a professional claim (837P 005010X222A1).',
        "",
        "Written by scripts/rules/fields.py from the claim map of the 837P, not by hand.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from scrubjay.rules import rows",
        "from scrubjay.rules.rows import Above, Below, Row",
        "",
        "# ruff: noqa: D101 - the claim map says what they are",
        "",
    ]
    for table in tables:
        out += ["", f"class {title(table.name)}(Row):", f'    table = "{table.name}"', ""]
        for name, (kind, place) in table.fields.items():
            out.append(f'    {name} = rows.{kind}("{place}")')
        for parent in table.parents:
            out.append(f'    {parent}: Above[{title(parent)}] = Above("{parent}")')
        for child in tables:
            if table.name in child.parents and child.list_name:
                out.append(
                    f'    {child.list_name}: Below[{title(child.name)}] = Below("{child.name}")'
                )
        out.append("")
    return "\n".join(out)


def title(name: str) -> str:
    """The class of a table."""
    return "".join(part.capitalize() for part in name.split("_"))


if __name__ == "__main__":
    module = write(read(MAP.read_text()))
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text() != module)
    TARGET.write_text(module)
