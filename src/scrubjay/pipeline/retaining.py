"""What is kept of a file when its payload is purged: the loops that a policy names, sealed anew.

By default nothing is. What a policy names is taken out of the payload before its key is destroyed,
a line of JSON a claim, and sealed under a key of its own; nothing of it is in the store, and
nothing else of the payload is anywhere. It is there to follow claims up (`trace --retained`), for a
time, and then destroyed like any payload.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.acks.applied import token_of
from scrubjay.documents import segments
from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.guides import Guide, facts, near
from scrubjay.pipeline.feeding import fed
from scrubjay.vault import new_payload_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.documents import Segment
    from scrubjay.keys import TokenKey
    from scrubjay.pipeline.work import Work
    from scrubjay.store.rows import Claim, File
    from scrubjay.vault import Sealed, Vault

__all__ = ["ROLE", "Place", "Retain", "retained_of", "sealed"]

ROLE = "retained"
"""Of the payload."""
PLACE = r"(\d{4}[A-Z]{0,2})(?: ([A-Z][A-Z0-9]{1,2})(?:\*([A-Za-z0-9]{1,3}))?)?"
_SHIFT = 32
ABOVE, OWN = 200, 10_000
"""Segments that are kept of what stands above a claim, and of the claim, at most: no good one has
so many. Without an end one claim would fill the memory, and one subscriber stand in each claim."""


class Place(Frozen):
    """A loop (``2010BB``), its segments of an id (``2300 DTP``), or with a first element too."""

    loop: str
    segment: str = ""
    qualifier: str = ""

    @classmethod
    def parsed(cls, text: str) -> Place:
        """UsageError where no guide of claims has it: a slip would keep nothing, unseen."""
        found = re.fullmatch(PLACE, text)
        if found is None:
            raise UsageError(f"'{text}' is no place: a loop, '2300 REF', or '2300 REF*D9'")
        place = cls(loop=found[1], segment=found[2] or "", qualifier=found[3] or "")
        known: dict[str, set[str]] = {}
        for guide in Guide.known():
            if guide.transaction_set == "837":
                for each in facts(guide.name)["loops"]:
                    own = {row["segment"] for row in each["segments"] if row["loop"] is None}
                    known.setdefault(each["id"], set()).update(own)
        if place.loop not in known:
            raise UsageError(f"no loop '{place.loop}' in a claim{near(place.loop, [*known])}")
        if place.segment and place.segment not in known[place.loop]:
            raise UsageError(f"loop {place.loop} of a claim has no {place.segment}")
        return place

    def has(self, segment: Segment) -> bool:
        """Whether the segment stands there, in the loop itself and in none inside of it."""
        return (
            segment.loop == self.loop
            and self.segment in {"", segment.id}
            and self.qualifier in {"", segment[1]}
        )

    def __str__(self) -> str:
        behind = f"*{self.qualifier}" if self.qualifier else ""
        return f"{self.loop} {self.segment}{behind}".rstrip()


class Retain(Frozen):
    """The policy."""

    places: tuple[Place, ...] = ()
    hours: float = 52_560.0
    """Six years, after which it goes too."""


def sealed(work: Work, file: File, places: Iterable[Place]) -> tuple[Sealed, dict[str, Any]] | None:
    """What is kept of a file, durable in the vault, and its counts; None where it has nothing."""
    counts: Counter[str] = Counter()
    with work.vault.writer(new_payload_id()) as kept:
        claims = 0
        walk = _Walk(list(places))
        for line in _lines(work, file, walk, counts):
            kept.write(line)
            claims += 1
        told = {"claims": claims, "segments": dict(counts)}
        if walk.left_out:
            told["left_out"] = walk.left_out
        return (kept.commit(), told) if claims else None


def retained_of(vault: Vault, payload: str, claim: Claim) -> list[tuple[str, str]]:
    """Loop and text of each segment that was kept of a claim."""
    same = []
    rest = b""
    with vault.open(payload) as pieces:
        for piece in pieces:
            *whole, rest = (rest + piece).split(b"\n")
            same += [line for line in map(json.loads, whole) if line["token"] == claim.token]
    own = [line for line in same if line["claim"] == claim.ordinal] or same
    return [(loop, text) for line in own for loop, text in line["segments"]]


def _lines(work: Work, file: File, walk: _Walk, counts: Counter[str]) -> Iterator[bytes]:
    def feed() -> Iterator[bytes]:
        with work.vault.open(file.payload) as payload:
            yield from payload

    with work.folder.fresh() as folder, fed(feed, folder) as (name, _):
        for each in segments(name):
            yield from _written(work.key, walk.step(each), counts)
        yield from _written(work.key, walk.end(), counts)


def _written(key: TokenKey, claim: _Kept | None, counts: Counter[str]) -> Iterator[bytes]:
    """A claim of which something is kept, as its line."""
    if claim is None or not claim.kept:
        return
    counts.update(f"{loop} {text.partition('*')[0]}" for _, loop, text in claim.kept)
    line = {
        "claim": claim.ordinal,
        "token": token_of(key, "claim", claim.number),
        "segments": [(loop, text) for _, loop, text in claim.kept],
    }
    yield json.dumps(line).encode() + b"\n"


@dataclass(slots=True)
class _Kept:
    """What is kept of a claim: of each segment the loops around it, its own, and its text."""

    ordinal: int
    number: str
    """CLM01."""
    path: tuple[str, ...]
    kept: list[tuple[tuple[str, ...], str, str]]


@dataclass(slots=True)
class _Walk:
    """Segment by segment; what stands above a claim is kept with each claim that it is above."""

    places: list[Place]
    interchange: int = -1
    claims: int = 0
    """Of the interchange."""
    above: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)
    claim: _Kept | None = None
    left_out: int = 0
    """Segments that were too many."""

    def step(self, segment: Segment) -> _Kept | None:
        """One segment further; the claim that ends with it."""
        path = segment.path
        ended = None
        if segment.id in {"ISA", "ST", "CLM"} or (
            self.claim and path and path[: len(self.claim.path)] != self.claim.path
        ):
            ended = self.end()
        if segment.id == "ISA":
            self.interchange, self.claims = self.interchange + 1, 0
        if segment.id == "ST":
            # a set that no guide is known for has no loops, and nothing of another is above it
            self.above = []
        if segment.opens:
            # a loop that begins anew ends the one of before, with all that was inside of it
            self.above = [each for each in self.above if each[0][: len(path)] != path]
        if segment.id == "CLM":
            ordinal = self.interchange << _SHIFT | self.claims
            self.claims += 1
            self.claim = _Kept(ordinal, segment[1], path, list(self.above))
        if segment.loop and any(place.has(segment) for place in self.places):
            text = "*".join((segment.id, *segment.elements))
            into = self.claim.kept if self.claim else self.above
            if len(into) < (ABOVE + OWN if self.claim else ABOVE):
                into.append((path, segment.loop, text))
            else:
                self.left_out += 1
        return ended

    def end(self) -> _Kept | None:
        """The claim that was under way."""
        ended, self.claim = self.claim, None
        return ended
