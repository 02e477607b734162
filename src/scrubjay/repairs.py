"""Deterministic repairs of claims files: what cannot be meant otherwise, and nothing clinical.

The points of ICD-10 codes are taken out, codes are put into capitals, blanks behind names go. Each
repair is recorded. Claim numbers (CLM01), references (REF) and identifiers (NM109) are never
touched: acknowledgments and remittances echo them.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, Any

from scrubjay import documents, places
from scrubjay._native import Segment
from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.scratch import alone, scratch

__all__ = ["KINDS", "RECORD", "repair", "repair_all"]

KINDS = ("diagnosis_point", "code_case", "name_blanks")
"""What is repaired; the values before and after are recorded of all but names."""

RECORD = ".repairs.jsonl"
"""How the record of a repaired file is named, behind the name of the file."""

_ICD10 = ("ABK", "ABF", "ABJ", "ABN", "APR")
_DOTTED = re.compile(r"[A-Za-z][0-9][0-9A-Za-z]\.[0-9A-Za-z]{1,4}")
_DIAGNOSIS = re.compile(r"[A-Za-z][0-9][0-9A-Za-z]{1,5}")
_SERVICE, _MODIFIER = re.compile(r"[0-9A-Za-z]{5}"), re.compile(r"[0-9A-Za-z]{2}")
"""What is a code but for its case; `99213x2` means something else."""
_NAMES = (3, 4, 5, 7)
"""NM103 to NM105 and NM107 are names; NM109 is an identifier."""
_PROCEDURE = {"SV1": 1, "SV2": 2, "SV3": 1}
_CODES_OF_A_PROCEDURE = range(2, 7)
"""The components of a procedure that are codes: itself and its modifiers."""
_WANTED = ("HI", "NM1", *_PROCEDURE)
_CHUNK = 1 << 20

Change = tuple[str, int, int, str, str]
"""Kind, element, component, before, after."""


def repair(
    source: str, target: str, record: str | None = None, *, alone: bool = True
) -> dict[str, int]:
    """Writes `source` with its repairs to `target`, byte for byte the same elsewhere.

    `record` gets a line of JSON for each repair: ``{"kind", "set", "segment_index", "loop",
    "segment", "element", "component", "before", "after"}``, before and after null where they are of
    a name. Returns how many there were of each kind. Neither file is there before it is whole.

    A file that is broken into lines of one length is written without their breaks, which would
    stand elsewhere as soon as a byte is taken out. One in which no interchange is found is no input
    where it is `alone`, else written as it is: whoever judges it says so.
    """
    (source,) = places.inputs([source])
    target, record = places.replaceable(target), record and places.replaceable(record)
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    folder = os.path.dirname(os.path.abspath(target))
    try:
        with scratch("repair", folder) as stage:
            whole, told = os.path.join(stage, "whole"), os.path.join(stage, "record")
            with open(source, "rb") as old, open(whole, "wb") as new, open(told, "w") as lines:
                steady = places.Steady(source, old)
                breaks = b""
                try:
                    breaks = b"\r\n" if documents.is_wrapped(source) else b""
                    for segment, control, changes, raw in _repaired(source):
                        _copy(old, new, segment.offset - old.tell(), breaks)
                        new.write(raw)
                        _pass_over(old, len(segment.raw), breaks)
                        for change in changes:
                            counts[change[0]] += 1
                            lines.write(json.dumps(_row(segment, control, change)) + "\n")
                except InputError:
                    if alone:
                        raise
                _copy(old, new, None, breaks)
                steady.check(old.tell())
            os.chmod(whole, 0o600)
            os.replace(whole, target)
            if record is not None:
                os.chmod(told, 0o600)
                os.replace(told, record)
    except OSError as error:
        raise OutputError(f"{target}: {error.strerror}; name a file that can be written") from error
    return dict(counts)


def repair_all(
    files: Sequence[str], folder: str, *, force: bool = False
) -> tuple[list[str], dict[str, int]]:
    """Writes files with their repairs into a folder under their own names, a record beside each.

    The folder is new or empty, or given over with `force`. Returns the files that were written, and
    how many repairs of each kind there were.
    """
    sources = places.inputs(files)
    if places.STDIN in sources:
        raise UsageError("standard input is not repaired; name files")
    names = [os.path.basename(source) for source in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two of these files are named {twice[0]}; repair them one by one")
    folder = places.output(folder, force=force)
    os.makedirs(folder, exist_ok=True)
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    targets = [os.path.join(folder, name) for name in names]
    with alone(folder):
        for source, target in zip(sources, targets, strict=True):
            if os.path.exists(target) and os.path.samefile(source, target):
                raise UsageError(f"{source} would be written over; name another folder")
            made = repair(source, target, f"{target}{RECORD}", alone=len(sources) == 1)
            counts.update(made)
    return targets, dict(counts)


def _repaired(source: str) -> Iterator[tuple[Segment, str, list[Change], bytes]]:
    """The segments that are repaired, each with its set, what is changed, and its new bytes."""
    element, component = b"*", b":"
    claims, control = False, ""
    for segment in documents.segments(source, _WANTED):
        if segment.id == "ISA":
            element, component = segment.raw[3:4], segment.raw[-1:]
        elif segment.id == "ST":
            claims, control = segment[1] == "837", segment[2]
        elif claims and segment.id in _WANTED and segment.fault is None:
            parts = [part.split(component) for part in segment.raw.split(element)]
            changes = list(_changes(segment.id, parts))
            for _, at, number, _, after in changes:
                parts[at][number - 1] = after.encode("latin-1")
            if changes:
                yield segment, control, changes, element.join(map(component.join, parts))


def _changes(name: str, parts: list[list[bytes]]) -> Iterator[Change]:
    """What is repaired in a segment, whose id is the first of its parts."""
    text = [[value.decode("latin-1") for value in part] for part in parts]
    if name == "NM1":
        for at in _NAMES:
            if at < len(text) and len(text[at]) == 1:
                value = text[at][0]
                if value.strip() and value != value.rstrip(" "):
                    yield "name_blanks", at, 1, value, value.rstrip(" ")
    elif name == "HI":
        for at, components in enumerate(text[1:], 1):
            if components[0] in _ICD10 and len(components) > 1:
                yield from _diagnosis(at, components[1])
    else:
        at = _PROCEDURE[name]
        for number in _CODES_OF_A_PROCEDURE:
            if at < len(text) and number <= len(text[at]):
                form = _SERVICE if number == _CODES_OF_A_PROCEDURE[0] else _MODIFIER
                yield from _capitals(at, number, text[at][number - 1], form)


def _diagnosis(at: int, code: str) -> Iterator[Change]:
    plain = code.replace(".", "") if _DOTTED.fullmatch(code) else code
    if plain != code:
        yield "diagnosis_point", at, 2, code, plain
    yield from _capitals(at, 2, plain, _DIAGNOSIS)


def _capitals(at: int, number: int, code: str, form: re.Pattern[str]) -> Iterator[Change]:
    if form.fullmatch(code) and code != code.upper():
        yield "code_case", at, number, code, code.upper()


def _row(segment: Segment, control: str, change: Change) -> dict[str, Any]:
    kind, element, component, before, after = change
    named = kind == "name_blanks"
    return {
        "kind": kind,
        "set": control,
        "segment_index": segment.number,
        "loop": segment.loop,
        "segment": segment.id,
        "element": element,
        "component": component,
        "before": None if named else before,
        "after": None if named else after,
    }


def _pass_over(old: IO[bytes], length: int, breaks: bytes) -> None:
    """The next bytes but `breaks`, so many of them, are not copied."""
    while length > 0 and (block := old.read(length)):
        length -= len(block.translate(None, breaks))


def _copy(old: IO[bytes], new: IO[bytes], length: int | None, breaks: bytes) -> None:
    """The next bytes as they are, but `breaks`; all that are left, where no length is given."""
    while length is None or length > 0:
        chunk = old.read(_CHUNK if length is None else min(_CHUNK, length))
        if not chunk:
            return
        new.write(chunk.translate(None, breaks))
        length = None if length is None else length - len(chunk)
