"""What a partner says of claims, told to those who sent them: a 277CA for each file, renumbered.

The partner's 277CA is about our interchange, in which the claims of many files stand. Of each set
in it, which is about one batch, the claims are kept as they stand; TRN02 of 2200B is BHT03 of the
set that the submitter sent, the envelope is the other way round of the submitter's own. What it
says in a TA1 or a 999 is told by `echoing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.pipeline.outline import ISA_LENGTH, Delimiters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Answer", "Origin", "answers", "written"]

_VERSION = "005010X214"


@dataclass(frozen=True, slots=True)
class Answer:
    """A 277 in a file of a partner: the BHT03 that it is about, and its segments."""

    batch: str
    segments: tuple[bytes, ...]
    """BHT to the last before SE, without terminators."""
    delimiters: Delimiters


@dataclass(frozen=True, slots=True)
class Origin:
    """Where claims came from, as far as a 277CA to there has to say."""

    header: tuple[str, ...]
    """ISA01 to ISA16 of what the submitter sent."""
    group: tuple[str, str]
    """GS02 and GS03 of it."""
    references: dict[str, str]
    """By the BHT03 that we gave: the submitter's own."""


def answers(text: bytes) -> Iterator[Answer]:
    """The 277s of a file; what is none is passed over."""
    start = text.find(b"ISA")
    if start < 0:
        return
    delimiters = Delimiters.of(text[start : start + ISA_LENGTH])
    element = delimiters.element
    inside: list[bytes] | None = None
    for part in text[start:].split(delimiters.terminator):
        segment = part.strip()
        name = segment.partition(element)[0]
        if name == b"ST":
            inside = [] if segment.split(element)[1:2] == [b"277"] else None
        elif name == b"SE" and inside is not None:
            batch = _batch(inside, element)
            if batch:
                yield Answer(batch, tuple(inside), delimiters)
            inside = None
        elif inside is not None:
            inside.append(segment)


def _batch(segments: Iterable[bytes], element: bytes) -> str:
    """TRN02 of 2200B, the information receiver's level."""
    level = b""
    for segment in segments:
        elements = segment.split(element)
        if elements[0] == b"HL" and len(elements) > 3:  # noqa: PLR2004 - HL03
            level = elements[3].strip()
        elif elements[0] == b"TRN" and level == b"21" and len(elements) > 2:  # noqa: PLR2004 - TRN02
            return elements[2].decode("latin-1").strip()
    return ""


def written(found: list[Answer], origin: Origin, control: int) -> bytes:
    """A 277CA to a submitter; all its sets with the delimiters of the first."""
    delimiters = found[0].delimiters
    el, end = delimiters.element, delimiters.terminator + b"\n"
    isa, group = origin.header, origin.group

    def segment(*elements: str) -> bytes:
        return el.join(each.encode("latin-1") for each in elements) + end

    made = _made(found[0])
    lines = [
        segment(
            *("ISA", "00", f"{'':10}", "00", f"{'':10}", isa[6], f"{isa[7]:15}", isa[4]),
            *(f"{isa[5]:15}", made[2:], "0000", delimiters.repetition.decode("latin-1"), "00501"),
            *(f"{control:09d}", "0", isa[14], delimiters.component.decode("latin-1")),
        ),
        segment("GS", "HN", group[1], group[0], made, "0000", str(control), "X", _VERSION),
    ]
    for number, answer in enumerate(found, start=1):
        lines.append(segment("ST", "277", f"{number:04d}", _VERSION))
        own = list(_renamed(answer, origin, delimiters))
        lines += [each + end for each in own]
        lines.append(segment("SE", str(len(own) + 2), f"{number:04d}"))
    lines.append(segment("GE", str(len(found)), str(control)))
    lines.append(segment("IEA", "1", f"{control:09d}"))
    return b"".join(lines)


def _made(answer: Answer) -> str:
    """The day in BHT04."""
    elements = answer.segments[0].split(answer.delimiters.element)
    day = elements[4].decode("latin-1") if len(elements) > 4 else ""  # noqa: PLR2004 - BHT04
    return day if re.fullmatch(r"\d{8}", day) else "19700101"


def _renamed(answer: Answer, origin: Origin, to: Delimiters) -> Iterator[bytes]:
    """The segments, with the submitter's own BHT03 in TRN02 of 2200B."""
    element = answer.delimiters.element
    table = bytes.maketrans(answer.delimiters.together(), to.together())
    level = b""
    for segment in answer.segments:
        elements = segment.split(element)
        if elements[0] == b"HL" and len(elements) > 3:  # noqa: PLR2004 - HL03
            level = elements[3].strip()
        elif elements[0] == b"TRN" and level == b"21" and len(elements) > 2:  # noqa: PLR2004 - TRN02
            elements[2] = origin.references.get(answer.batch, answer.batch).encode("latin-1")
        yield element.join(elements).translate(table)


def reference(text: bytes, delimiters: bytes) -> str:
    """BHT03 of the beginning of a set as it was sent; "" where it has none."""
    element, terminator = delimiters[:1], delimiters[3:4]
    for part in text.split(terminator)[:3]:
        elements = part.strip().split(element)
        if elements[0] == b"BHT" and len(elements) > 3:  # noqa: PLR2004 - BHT03
            return elements[3].decode("latin-1")
    return ""
