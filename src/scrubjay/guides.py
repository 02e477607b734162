"""The implementation guides that the engine was built with, and what each of them says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, TypedDict

from scrubjay import _native
from scrubjay.errors import UsageError
from scrubjay.partners import ENDING, text_of

__all__ = ["ElementFacts", "Guide", "GuideFacts", "LoopFacts", "SegmentFacts", "facts", "near"]


class ElementFacts(TypedDict):
    """An element, or a component of one; what does not apply is None."""

    element: int
    component: int | None
    data_element: int | None
    composite: str | None
    usage: str
    """``required``, ``situational`` or ``not used``."""
    type: str
    """``AN``, ``ID``, ``DT``, ``TM``, ``R``, ``N0`` to ``N9``, ``B``, or ``composite``."""
    min: int | None
    max: int | None
    repeat: int
    codes: list[str] | None
    """Those of the guide."""
    standard_codes: list[str] | None
    """Those of the standard, where the guide has none of its own."""
    external: str | None
    format_by: int | None
    """The element that names the format of this date, time or range."""
    components: list["ElementFacts"]


class KeyFacts(TypedDict):
    """What tells a segment from its siblings: the element, and its codes there."""

    element: int
    component: int | None
    codes: list[str]


class SegmentFacts(TypedDict):
    """A place in a loop: of a segment, or of the loop that the segment opens."""

    segment: str
    name: str
    loop: str | None
    usage: str
    max: int | None
    position: int
    key: KeyFacts | None
    notes: list[str]
    elements: list[ElementFacts]


class LoopFacts(TypedDict):
    """A loop, in every place that uses it."""

    id: str
    title: str
    role: str | None
    segments: list[SegmentFacts]


class GuideFacts(TypedDict):
    """A whole guide; its first loop is the set itself."""

    name: str
    transaction_set: str
    group: str
    """GS01; empty for what stands between ISA and the first GS, in no set and in no group."""
    version: str
    title: str
    aliases: list[str]
    fingerprint: str
    overlay: str | None
    """The overlay that it is told under, by name and version."""
    loops: list[LoopFacts]


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: which GS08 and ST01 it answers to, and the fingerprint of its text."""

    name: str
    transaction_set: str
    version: str
    title: str
    aliases: tuple[str, ...] = ()
    fingerprint: str = ""

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """Every guide compiled in, by transaction set and version."""
        guides = (
            cls(
                name=row["name"],
                transaction_set=row["transaction_set"],
                version=row["version"],
                title=row["title"],
                aliases=tuple(row.get("aliases") or ()),
                fingerprint=row.get("fingerprint", ""),
            )
            for row in json.loads(_native.guides())
        )
        return tuple(sorted(guides, key=lambda guide: (guide.transaction_set, guide.version)))


def facts(name: str) -> GuideFacts:
    """All that a guide says; `name` is its kind (``837P``) or its version, in any case.

    A name that ends with ``.overlay`` is an overlay, and means its guide as the overlay has it.
    `UsageError` where there is no such guide, or a version is that of several.
    """
    if name.endswith(ENDING):
        under: GuideFacts = json.loads(_native.overlaid(name, text_of(name)))
        return under
    guides = Guide.known()
    wanted = name.upper()
    found = [guide for guide in guides if guide.name == wanted]
    found = found or [
        guide for guide in guides if wanted in {guide.version, f"{guide.name}-{guide.version}"}
    ]
    match found:
        case [guide]:
            made: GuideFacts = json.loads(_native.guide(guide.name))
            return made
        case []:
            names = [*(guide.name for guide in guides), *(guide.version for guide in guides)]
            raise UsageError(f"no guide '{name}'{near(wanted, names)}; see: scrubjay guide list")
        case _:
            several = " and ".join(guide.name for guide in found)
            raise UsageError(f"'{name}' is the version of {several}: say which of them")


def near(word: str, words: list[str]) -> str:
    """``; did you mean 'X'?`` for the words that are close to one that is not there."""
    from difflib import get_close_matches

    close = get_close_matches(word, words, n=3, cutoff=0.5)
    return f"; did you mean {_either(close)}?" if close else ""


def _either(words: list[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else quoted[0]


def loop_of(guide: GuideFacts, name: str) -> LoopFacts:
    """The loop of that name, in any case; `UsageError` where there is none."""
    for each in guide["loops"]:
        if each["id"].upper() == name.upper():
            return each
    there = [each["id"] for each in guide["loops"]]
    raise UsageError(
        f"{guide['name']} has no loop '{name}'{near(name.upper(), there)}"
        f"; see: scrubjay guide show {guide['name']}"
    )


def places_of(guide: GuideFacts, loop: LoopFacts) -> Iterator[tuple[LoopFacts, SegmentFacts]]:
    """Where a loop is used: the loops around it, and its place in each."""
    for around in guide["loops"]:
        for place in around["segments"]:
            if place["loop"] == loop["id"]:
                yield around, place
