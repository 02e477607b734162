#!/usr/bin/env python3
"""Hold our guides against two sources each, and against themselves.

    compare.py --lint
    compare.py --pyx12 CHECKOUT --stupidedi CHECKOUT ...

`sources.py` says which two describe a guide; a guide whose sources are not both given is left
out. Every difference among the three must be argued in `disputed.tsv`, and every row there must
still be a difference; anything else ends with exit code 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from dataclasses import astuple, dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from facts import Facts, base_facts, guide_facts, value_of
from lint import lint_base, lint_guide
from notation import NotationError, read_base, read_guide
from sources import (
    EVERYTHING,
    GUIDES,
    SOURCES,
    add_options,
    base_is_given,
    base_sides,
    described,
    is_given,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notation import Base, Guide, Loop
    from sources import Description


@dataclass(frozen=True)
class Difference:
    """One fact on which the three do not say the same; empty where one says nothing."""

    fact: str
    source_a: str
    source_b: str
    ours: str


@dataclass(frozen=True)
class Ruling:
    """A row of disputed.tsv; `*` in the fact stands for any characters."""

    fact: str
    source_a: str
    source_b: str
    decision: str

    def settles(self, difference: Difference) -> bool:
        """Whether this row argues exactly that difference."""
        said = (difference.source_a, difference.source_b, difference.ours)
        return fnmatchcase(difference.fact, self.fact) and said == (
            self.source_a,
            self.source_b,
            self.decision,
        )


def differences(ours: Facts, source_a: Facts, source_b: Facts) -> Iterator[Difference]:
    """Facts of more than one value, and what only one side has.

    That is loops and segments that only a source has, and lengths that only we have.
    """
    for fact in sorted(ours.keys() | source_a.keys() | source_b.keys()):
        values = [value_of(table, fact) for table in (source_a, source_b, ours)]
        known = set(values) - {None}
        stranger = values[2] is None and fact.endswith((" loop", " segment"))
        alone = values[:2] == [None, None] and fact.endswith(" length") and known != {"base"}
        if len(known) > 1 or stranger or alone:
            yield Difference(fact, *(value or "" for value in values))


@dataclass
class Comparison:
    """What was compared, and what came of it."""

    kinds: set[str] = field(default_factory=set)
    found: list[Difference] = field(default_factory=list)
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, kind: str, ours: Facts, source_a: Facts, source_b: Facts) -> None:
        """One guide, or the base."""
        found = list(differences(ours, source_a, source_b))
        self.kinds.add(kind)
        self.found += found
        self.facts[kind, "facts"] = len(ours)
        self.facts[kind, "in both sources"] = len(ours.keys() & source_a.keys() & source_b.keys())
        self.facts[kind, "in one"] = len(ours.keys() & (source_a.keys() ^ source_b.keys()))
        self.facts[kind, "disputed"] = len(found)


def compare_all(options: argparse.Namespace) -> Comparison:
    """The base first, then every guide."""
    comparison = Comparison()
    base = read_base(GUIDES / "base/005010.base")
    if base_is_given(options):
        one, other = base_sides(options)
        comparison.add(
            "base",
            base_facts(base, base, codes=True),
            base_facts(one, base, codes=False),
            base_facts(other, base, codes=True),
        )
    for path in sorted(GUIDES.glob("*.guide")):
        guide = read_guide(path)
        if guide.kind not in SOURCES or not is_given(guide.kind, options):
            continue
        tree = guide.tree()
        comparison.add(
            guide.kind,
            guide_facts(guide.kind, tree, tree, base, says=EVERYTHING),
            *(_facts_of(side, guide, tree, base) for side in described(guide.kind, options)),
        )
    return comparison


def _facts_of(side: list[Description], guide: Guide, tree: Loop, base: Base) -> Facts:
    """What the descriptions of one side say together; the first that says a thing counts."""
    table: Facts = {}
    for one in reversed(side):
        table |= guide_facts(guide.kind, tree, one.tree, one.base or base, says=one.says)
    return table


def read_rulings(path: Path) -> list[Ruling]:
    """The rows of disputed.tsv; each needs a reason."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if not row["why"]:
            raise NotationError(f"{path.name}: {row['fact']} gives no reason")
    return [Ruling(row["fact"], row["source_a"], row["source_b"], row["decision"]) for row in rows]


def unsettled(comparison: Comparison, rulings: list[Ruling]) -> Iterator[str]:
    """Differences nobody argued, and arguments about nothing."""
    rulings = [row for row in rulings if row.fact.partition("/")[0] in comparison.kinds]
    for difference in comparison.found:
        if not any(ruling.settles(difference) for ruling in rulings):
            yield "\t".join(astuple(difference))
    for ruling in rulings:
        if not any(ruling.settles(difference) for difference in comparison.found):
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
    add_options(parser)
    options = parser.parse_args()
    if not options.lint and not any(is_given(kind, options) for kind in SOURCES):
        parser.error("give --lint, or the checkouts of a guide's two sources")
    try:
        complaints = list(lint_all())
        if not options.lint:
            comparison = compare_all(options)
            rulings = read_rulings(GUIDES / "disputed.tsv")
            complaints += unsettled(comparison, rulings)
            for (kind, what), count in comparison.facts.items():
                sys.stderr.write(f"{kind}: {count} {what}\n")
    except NotationError as error:
        complaints = [str(error)]
    for complaint in complaints:
        sys.stdout.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
