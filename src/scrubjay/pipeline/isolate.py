"""A file that the engine dies of, divided until the claims that it dies of are alone.

The whole file is tried in a process apart first. Where that dies, halves of its claims are taken
out and tried, and halves of those that die; a claim that is alone and is died of is poison. What is
left is judged together, so that there is one acknowledgment of it, under the numbers of the file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.acks.applied import token_of
from scrubjay.extraction import contents
from scrubjay.job import RejectUnit
from scrubjay.pipeline.engine import EngineFailedError
from scrubjay.pipeline.outline import TransactionSet, outline
from scrubjay.pipeline.packing import Line, ordinal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from scrubjay.keys import TokenKey
    from scrubjay.pipeline.engine import Engine

    Feed = Callable[[], Iterable[bytes]]

__all__ = ["POISON", "Poison", "isolated"]

POISON = "POISON"
MOST = 64
"""Claims of a file that may be poison; beyond that it is the file, or the engine."""


@dataclass(slots=True)
class Poison:
    """The claims that are, by index among those that were fed, ascending."""

    claims: list[int] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)
    """CLM01 of each."""
    sets: list[TransactionSet] = field(default_factory=list)
    """Of what was fed."""

    def bases(self, ordinals: Sequence[int]) -> dict[int, int]:
        """The index of the first claim of each interchange; nothing where none was left out."""
        found: dict[int, int] = {}
        before = 0
        for each in self.sets if self.claims else ():
            found.setdefault(ordinals[each.interchange.ordinal], before)
            before += each.claims
        return found

    def rows(self, ordinals: Sequence[int], key: TokenKey) -> Iterator[Line]:
        """Lines of the plan; `ordinals` are those of the interchanges that were fed."""
        for claim in self.claims:
            before = 0
            seen: dict[tuple[int, str, str], int] = {}
            within: dict[int, int] = {}
            for each in self.sets:
                at = each.interchange.ordinal
                like = (at, each.group_control.strip(), each.control.strip())
                if claim < before + each.claims:
                    number = within.get(at, 0) + claim - before
                    token = token_of(key, "claim", self.numbers.get(claim, ""))
                    place = ordinal(ordinals[at], number)
                    own = [ordinals[at], *like[1:], seen.get(like, 0)]
                    yield Line(
                        {"state": "DEAD_LETTERED", "set": own},
                        json.dumps([[place, token, "", 0, POISON]]),
                    )
                    break
                before += each.claims
                within[at] = within.get(at, 0) + each.claims
                seen[like] = seen.get(like, 0) + 1


def isolated(
    engine: Engine,
    feed: Feed,
    folder: str,
    out: str,
    day: date,
    *,
    unit: RejectUnit = RejectUnit.CLAIM,
) -> tuple[dict[str, Any], Poison]:
    """Judges what `feed` gives into `out`, but for the claims that cannot be judged.

    EngineFailedError where it cannot be divided: the engine dies of it before it comes to claims.
    """
    try:
        return engine.scrub(feed, out, day, unit=unit, apart=True), Poison()
    except EngineFailedError:
        shutil.rmtree(out, ignore_errors=True)
    sets = [each for each in outline(feed()) if isinstance(each, TransactionSet)]
    poison = Poison(sets=sets)
    total = sum(each.claims for each in sets)
    dividing = _Dividing(engine, feed, folder, day, poison)
    dividing.divide(0, total - 1)
    if not poison.claims:
        raise EngineFailedError("the engine dies of the file and of none of its claims")
    left = _others(poison.claims, total)
    if not left:
        os.makedirs(out)
        with open(os.path.join(out, "verdicts.jsonl"), "x"):
            return {"unreadable": 0}, poison
    path = dividing.taken("left", left)
    try:
        return engine.scrub(lambda: contents([path]), out, day, unit=unit, apart=True), poison
    finally:
        # the file may be judged, and divided, again
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Dividing:
    """A file that is being divided."""

    engine: Engine
    feed: Feed
    folder: str
    day: date
    poison: Poison

    def divide(self, first: int, last: int) -> None:
        """Tries the claims of a range, and its halves where the engine dies of it."""
        name = f"part{first}-{last}"
        path = self.taken(name, [(first, last)])
        if first == last:
            self.poison.numbers[first] = _number(path)
        try:
            judged = os.path.join(self.folder, name, "judged")
            self.engine.scrub(lambda: contents([path]), judged, self.day, apart=True)
        except EngineFailedError:
            if first == last:
                self.poison.claims.append(first)
                if len(self.poison.claims) > MOST:
                    raise
        else:
            return
        finally:
            shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)
        if first < last:
            middle = (first + last) // 2
            self.divide(first, middle)
            self.divide(middle + 1, last)

    def taken(self, name: str, ranges: Sequence[tuple[int, int]]) -> str:
        """Claims by index as one file, under the control numbers of the whole."""
        folder = os.path.join(self.folder, name)
        taken = os.path.join(folder, "taken")
        os.makedirs(folder)
        self.engine.extract(self.feed, taken, ranges, apart=True, keep_controls=True)
        names = [each for each in os.listdir(taken) if each.endswith(".accepted.837")]
        names.sort(key=lambda each: int(each.split(".")[1].partition("-")[0]))
        path = os.path.join(folder, "taken.837")
        with open(path, "wb") as file:
            file.writelines(contents(os.path.join(taken, each) for each in names))
        return path


def _number(path: str) -> str:
    """CLM01 of the one claim of a file."""
    with open(path, "rb") as file:
        text = file.read(1 << 20)
    element, terminator = re.escape(text[3:4]), re.escape(text[105:106])
    found = re.search(terminator + rb"\s*CLM" + element + rb"([^" + element + rb"]*)", text)
    return found[1].decode("utf-8", "surrogateescape") if found else ""


def _others(claims: Sequence[int], total: int) -> list[tuple[int, int]]:
    """The ranges between them."""
    ranges, at = [], 0
    for claim in claims:
        if claim > at:
            ranges.append((at, claim - 1))
        at = claim + 1
    if at < total:
        ranges.append((at, total - 1))
    return ranges
