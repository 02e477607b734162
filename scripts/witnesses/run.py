#!/usr/bin/env python3
"""Hold Scrubjay against other witnesses.

    run.py samples DIR           every document that DIR/manifest.jsonl names
    run.py mutations             mutations of the good cases, beside pyx12
    run.py mutations --samples DIR   and of the small good documents of DIR
    run.py losses                one, two and three neighbours lost in the good cases

What is not explained by one of the tables beside this file ends with exit code 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import differences
import losses
import manifest

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

_BASES = Path(__file__).parents[2] / "cases/bases.md"
_PARTNER = "\noption: partner "
_BLOCK = re.compile(r"^```x12\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SMALL = 9000


def main() -> int:
    """Runs what is asked for; 1 when something is open."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AsItIs)
    commands = parser.add_subparsers(dest="command", required=True)
    over = commands.add_parser("samples", help="a folder with a manifest")
    over.add_argument("folder", type=Path)
    over.add_argument("--list", metavar="OUTCOME", help="name the documents that came to it")
    mutate = commands.add_parser("mutations", help="one fault at a time, beside pyx12")
    mutate.add_argument("--count", type=int, default=10_000)
    mutate.add_argument("--seed", type=int, default=1)
    mutate.add_argument("--samples", type=Path, metavar="DIR")
    commands.add_parser("losses", help="every loss of one, two and three neighbours")
    options = parser.parse_args()
    if options.command == "samples":
        return _samples(options.folder, options.list)
    if options.command == "losses":
        return _losses()
    return _mutations(options.count, options.seed, options.samples)


class _AsItIs(argparse.RawDescriptionHelpFormatter):
    pass


def bases() -> list[str]:
    """The good documents of the cases that have a set.

    Left out are those that only a partner's overlay makes good.
    """
    sections = _BASES.read_text().split("\n## ")
    every = (text for each in sections if _PARTNER not in each for text in _BLOCK.findall(each))
    return [document for document in every if "\nST*" in document]


def _samples(folder: Path, listed: str | None) -> int:
    if not (folder / manifest.MANIFEST).is_file():
        print(f"{folder} has no {manifest.MANIFEST}; name a folder that has one", file=sys.stderr)
        return 2
    report = manifest.judged(folder)
    _table(("the manifest says", "what came of it", "documents"), report.counts)
    shown = [each for each in report.judgements if listed and listed in each.outcome]
    for each in [*shown, *report.open]:
        print(f"\n{each.file}\n  {each.expected}; {each.outcome}\n  {each.note}")
    print(f"\n{len(report.judgements)} documents, {len(report.open)} open")
    return 1 if report.open else 0


def _losses() -> int:
    every = [losses.lost(bases(), segments) for segments in (1, 2, 3)]
    head = ("lost", "rejected", "median", "95th percentile", "most errors")
    rows = {
        tuple(map(str, (each.segments, len(each.errors), each.at(50), each.at(95)))): each.at(100)
        for each in every
    }
    _table(head, rows)
    return 0 if every[0].at(95) <= differences.MOST_ERRORS else 1


def _mutations(count: int, seed: int, folder: Path | None) -> int:
    documents = bases()
    if folder:
        small = manifest.documents(folder, SMALL)
        documents += differences.known_to_both(dict.fromkeys(map(_plain, small)))
    outcome = differences.compared(documents, count, seed)
    print(f"{count} mutations of {len(documents)} documents, seed {seed}\n")
    _table(("mutation", "who rejects", "documents"), outcome.verdicts)
    _table(("class of difference", "documents"), {(k,): n for k, n in outcome.classes.items()})
    print(
        f"errors that one fault gives: median {outcome.median:g}, "
        f"95th percentile {outcome.high}, most {max(outcome.errors)}"
    )
    print("\n".join(["", *outcome.unclassified, f"{len(outcome.unclassified)} unclassified"]))
    good = not outcome.unclassified and outcome.high <= differences.MOST_ERRORS
    return 0 if good else 1


def _plain(text: str) -> str:
    """One segment a line, as the mutations write them."""
    parts = (part.strip("\r\n") for part in text.split(text[105]))
    return "".join(f"{part}{text[105]}\n" for part in parts if part)


def _table(
    head: tuple[str, ...], counts: Counter[tuple[str, str]] | dict[tuple[str, ...], int]
) -> None:
    rows: Iterable[tuple[str, ...]] = (
        head,
        tuple("---" for _ in head),
        *((*key, str(number)) for key, number in sorted(counts.items())),
    )
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


if __name__ == "__main__":
    sys.exit(main())
