#!/usr/bin/env python3
"""Hold our guides against pyx12 and stupidedi, and against themselves.

    compare.py --lint
    compare.py --pyx12 CHECKOUT --stupidedi CHECKOUT

Every difference among the three must be argued in `disputed.tsv`, and every row there must
still be a difference; anything else ends with exit code 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import astuple, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pyx12_source
import stupidedi_source
from facts import Facts, base_facts, guide_facts, value_of
from lint import lint_base, lint_guide
from notation import Base, NotationError, read_base, read_guide

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDES = Path(__file__).parents[2] / "crates/x12/guides"

# kind: pyx12's map, stupidedi's implementation
SOURCES = {
    "837P": ("837.5010.X222.A1.xml", "X222A1-HC837.rb"),
    "999": ("999.5010X231.A1.xml", "X231A1-FA999.rb"),
    "277CA": ("277.5010.X214.xml", "X214-HN277.rb"),
}
STRUCTURE = frozenset({"usage", "max", "pos", "notes", "codes", "segment"})


@dataclass(frozen=True)
class Difference:
    """One fact on which the three do not say the same; empty where one says nothing."""

    fact: str
    pyx12: str
    stupidedi: str
    ours: str


@dataclass(frozen=True)
class Ruling:
    """A row of disputed.tsv; `*` in the fact stands for any characters."""

    fact: str
    pyx12: str
    stupidedi: str
    decision: str

    def settles(self, difference: Difference) -> bool:
        """Whether this row argues exactly that difference."""
        said = (difference.pyx12, difference.stupidedi, difference.ours)
        return fnmatchcase(difference.fact, self.fact) and said == (
            self.pyx12,
            self.stupidedi,
            self.decision,
        )


def differences(ours: Facts, pyx12: Facts, stupidedi: Facts) -> Iterator[Difference]:
    """Facts of more than one value, and loops and segments that only a source has."""
    for fact in sorted(ours.keys() | pyx12.keys() | stupidedi.keys()):
        values = [value_of(table, fact) for table in (pyx12, stupidedi, ours)]
        known = set(values) - {None}
        stranger = values[2] is None and fact.endswith((" loop", " segment"))
        if len(known) > 1 or stranger:
            yield Difference(fact, *(value or "" for value in values))


def compare_all(pyx12: Path, stupidedi: Path) -> Iterator[Difference]:
    """The base first, then every guide."""
    maps, library = pyx12 / "pyx12/map", stupidedi / "lib/stupidedi"
    base, other = read_base(GUIDES / "base/005010.base"), stupidedi_source.read_base(library)
    elements = Base(elements=pyx12_source.read_data_elements(maps / "dataele.xml"))
    yield from differences(
        base_facts(base, base, codes=True),
        base_facts(elements, base, codes=False),
        base_facts(other, base, codes=True),
    )
    for path in sorted(GUIDES.glob("*.guide")):
        guide = read_guide(path)
        if guide.kind not in SOURCES:
            continue
        map_name, implementation = SOURCES[guide.kind]
        tree = guide.tree()
        their_map = pyx12_source.read_map(maps / map_name)
        their_guide = stupidedi_source.read_guide(
            library / "transaction_sets/005010/implementations" / implementation
        )
        yield from differences(
            guide_facts(guide.kind, tree, tree, base, says=STRUCTURE | {"length"}),
            guide_facts(guide.kind, tree, their_map, base, says=STRUCTURE),
            guide_facts(guide.kind, tree, their_guide, other, says=STRUCTURE | {"length"}),
        )


def read_rulings(path: Path) -> list[Ruling]:
    """The rows of disputed.tsv; each needs a reason."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if not row["why"]:
            raise NotationError(f"{path.name}: {row['fact']} gives no reason")
    return [Ruling(row["fact"], row["source_a"], row["source_b"], row["decision"]) for row in rows]


def unsettled(found: list[Difference], rulings: list[Ruling]) -> Iterator[str]:
    """Differences nobody argued, and arguments about nothing."""
    for difference in found:
        if not any(ruling.settles(difference) for ruling in rulings):
            yield "\t".join(astuple(difference))
    for ruling in rulings:
        if not any(ruling.settles(difference) for difference in found):
            yield f"disputed.tsv: {ruling.fact} is no difference (any more)"


def lint_all() -> Iterator[str]:
    """Our own files, without any source."""
    base = read_base(GUIDES / "base/005010.base")
    yield from lint_base(base)
    for path in sorted(GUIDES.glob("*.guide")):
        yield from lint_guide(path, read_guide(path), base)


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lint", action="store_true", help="check our files only")
    parser.add_argument("--pyx12", type=Path, help="a checkout of azoner/pyx12")
    parser.add_argument("--stupidedi", type=Path, help="a checkout of kputnam/stupidedi")
    options = parser.parse_args()
    if not options.lint and not (options.pyx12 and options.stupidedi):
        parser.error("give --lint, or both checkouts")
    try:
        complaints = list(lint_all())
        if not options.lint:
            found = list(compare_all(options.pyx12, options.stupidedi))
            complaints += unsettled(found, read_rulings(GUIDES / "disputed.tsv"))
    except NotationError as error:
        complaints = [str(error)]
    for complaint in complaints:
        sys.stdout.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
