"""Our tables of ICD-10-CM beside the package simple-icd-10-cm: codes, headings, Excludes1 pairs.

python scripts/witnesses/icd10.py        # needs `pip install simple-icd-10-cm==1.5.0`

For every code of April 2026: is it billed, is it a heading, and with which codes may it not stand?
The package gives codes and notes; the pairs are reckoned here from the words of each note, by sets
of codes and not by how codes begin, so that they agree with the table only where both are right.
docs/witnesses.md has what came out, and why.
"""

import re
from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

import simple_icd_10_cm as witness  # type: ignore[import-not-found]
from shipped import rows

from scrubjay.codes.layouts import EPOCH

ON = (date(2026, 4, 1) - EPOCH).days
GROUP = re.compile(r"\(([^()]*[A-Z]\d\w[^()]*)\)")
RANGE = re.compile(r"([A-Z]\d[0-9A-Z][0-9A-Z.]*)\.?-?(?: ?- ?([A-Z]\d[0-9A-Z][0-9A-Z.]*)\.?-?)?")
SHOWN = 12


def held(of: str) -> set[str]:
    """The codes of a list of ours that hold on the day."""
    return {row.codes[0] for row in rows("icd10cm", of) if row.holds(ON)}


class Leaves:
    """The codes that are billed, in the package's order; a set of them is a number of bits."""

    def __init__(self, codes: set[str]) -> None:
        self.codes = codes
        order = [code for code in witness.get_all_codes(with_dots=False) if code[0].isalpha()]
        order = [code for code in order if "-" not in code]
        self.all: list[str] = []
        self.before: dict[str, int] = {}
        for code in order:
            self.before.setdefault(code, len(self.all))
            if code in codes and (not self.all or self.all[-1] != code):
                self.all.append(code)

    def of(self, first: str, last: str) -> int:
        """All from the first to what is below the last."""
        if first not in self.before or last not in self.before:
            return sum(1 << at for at, code in enumerate(self.all) if code.startswith(first))
        low = high = self.before[last]
        while high < len(self.all) and self.all[high].startswith(last):
            high += 1
        low = self.before[first]
        return ((1 << (high - low)) - 1) << low if high > low else 0


def named(leaves: Leaves, note: str) -> int:
    """The codes that a note names."""
    groups = GROUP.findall(note)
    found = 0
    for part in re.split("[,;]| and ", groups[-1]) if groups else []:
        if told := RANGE.fullmatch(part.strip()):
            first, last = (text.replace(".", "") for text in (told[1], told[2] or told[1]))
            found |= leaves.of(first, last)
    return found


def ours(leaves: Leaves) -> dict[str, int]:
    """For each beginning of a code that stands in our table, those that it excludes."""
    found: dict[str, int] = defaultdict(int)
    for row in rows("icd10cm_notes", "excludes1"):
        one, other = row.codes
        found[one] |= leaves.of(other, other)
    return found


class Theirs:
    """The package's notes: of which codes each is, and which it excludes."""

    def __init__(self, leaves: Leaves) -> None:
        self.notes: list[tuple[int, int]] = []
        self.kinds: Counter[str] = Counter()
        for item in dict.fromkeys(witness.get_all_codes(with_dots=False)):
            self._read(leaves, item, block=False)
            if witness.is_chapter_or_block(item):
                self._read(leaves, item, block=True)
        self.notes = list(dict.fromkeys(self.notes))
        self.of, self.excluded = (self._by_code(side) for side in (0, 1))

    def _read(self, leaves: Leaves, item: str, *, block: bool) -> None:
        texts = witness.get_excludes1(item, prioritize_blocks=block)
        below = witness.get_descendants(item, prioritize_blocks=block) if texts else []
        inside = {code.replace(".", "") for code in [item, *below]}
        of = sum(leaves.of(code, code) for code in inside if code in leaves.codes)
        for text in texts:
            excluded = named(leaves, text)
            self.kinds["codes" if excluded else "words"] += 1
            if excluded:
                self.notes.append((of & ~excluded, excluded))

    def _by_code(self, side: int) -> dict[int, list[int]]:
        """By the place of a code the numbers of its notes."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, note in enumerate(self.notes):
            for place in places(note[side]):
                found[place].append(number)
        return found

    def partners(self, place: int) -> int:
        """All codes that may not stand beside one."""
        apart = 0
        for number in self.of[place]:
            apart |= self.notes[number][1]
        for number in self.excluded[place]:
            apart |= self.notes[number][0]
        return apart


class Compared(NamedTuple):
    """How many partners of a code both know, only we, only they."""

    both: int
    we: int
    they: int


def places(bits: int) -> list[int]:
    """The numbers of the bits that are set."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


def compare(leaves: Leaves) -> None:
    """Prints how many pairs both know, each twice, and some of those that one knows."""
    theirs, table = Theirs(leaves), ours(leaves)
    print("lines of notes", dict(theirs.kinds))
    seen: dict[tuple[object, ...], Compared] = {}
    totals = Counter[str]()
    for place, code in enumerate(leaves.all):
        stems = tuple(code[:end] for end in range(3, 8) if code[:end] in table)
        key = (stems, tuple(theirs.of[place]), tuple(theirs.excluded[place]))
        if key not in seen:
            other, mine = theirs.partners(place), 0
            for stem in stems:
                mine |= table[stem]
            counts = (mine & other, mine & ~other, other & ~mine)
            seen[key] = Compared(*(bits.bit_count() for bits in counts))
            if mine != other:
                print("differs", code, seen[key], [leaves.all[at] for at in places(mine ^ other)])
        totals.update(seen[key]._asdict())
    print("pairs, each twice", dict(totals))


def main() -> None:
    """Prints the counts of codes, headings and pairs."""
    known = set(witness.get_all_codes(with_dots=False))
    mine, billed = held(""), {code for code in known if witness.is_leaf(code)}
    print("billed: both", len(mine & billed), "we", mine - billed, "they", sorted(billed - mine))
    headings = held("category")
    above = {code for code in known - billed if not witness.is_chapter_or_block(code)}
    print("headings: both", len(headings & above))
    for name, more in (("we", headings - above), ("they", above - headings)):
        print("headings:", name, len(more), sorted(more)[:SHOWN])
    compare(Leaves(mine))


if __name__ == "__main__":
    main()
