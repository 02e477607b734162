"""A folder of documents with a manifest that says of each whether it is valid, and who says so."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import verdicts
from tables import arguments, reasons

if TYPE_CHECKING:
    from pathlib import Path

    from tables import Argument, Reason
    from verdicts import Found

__all__ = ["MANIFEST", "Judgement", "Report", "documents", "judged"]

MANIFEST = "manifest.jsonl"
_ELSEWHERE = {"SET_NOT_SUPPORTED", "SET_GUIDE_UNSUPPORTED", "SET_GUIDE_INVALID"}
"""What a document of a guide that is not built in is told: nothing in its sets was judged."""
_REASONS = reasons()
_ARGUMENTS = arguments()
_PEERS = ("pyx12", "stupidedi")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One document: what its manifest expects, what became of it, and what to make of that."""

    file: str
    expected: str
    outcome: str
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return self.outcome.startswith("OPEN")


@dataclass(slots=True)
class Report:
    """All documents of a folder."""

    judgements: list[Judgement] = field(default_factory=list)

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many came to what, by what was expected."""
        return Counter((each.expected, each.outcome) for each in self.judgements)

    @property
    def open(self) -> list[Judgement]:
        """Those that nothing explains."""
        return [each for each in self.judgements if each.is_open]


def judged(folder: Path) -> Report:
    """Every document that the manifest of `folder` names."""
    report = Report()
    for row in _rows(folder):
        path = folder / row["file"]
        if path.is_file():
            report.judgements.append(_judgement(row, verdicts.judged(path.read_bytes())))
    return report


def documents(folder: Path, most_bytes: int) -> list[str]:
    """The small documents of `folder`, as text, that begin with their ISA."""
    texts = [
        (folder / row["file"]).read_bytes().decode("latin-1")
        for row in _rows(folder)
        if (folder / row["file"]).is_file() and row.get("bytes", 0) <= most_bytes
    ]
    return [text for text in texts if text.startswith("ISA") and _is_fixed_width(text)]


def _is_fixed_width(text: str) -> bool:
    return text[:105].count(text[3]) == 16 and text[103] == text[3]  # noqa: PLR2004, ISA


def _rows(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / MANIFEST).read_text().splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _judgement(row: dict[str, Any], findings: tuple[Found, ...]) -> Judgement:
    expected = _expected(row)
    errors = [found for found in findings if found.is_error]
    codes = {found.code for found in errors}
    if codes == {"UNUSABLE"}:
        outcome, note = "no interchange in it", ""
    elif codes & _ELSEWHERE and not _is_walked(findings):
        outcome, note = "of a guide that is not built in, and told so", ""
    elif expected == "valid":
        outcome, note = _of_valid(row, errors)
    elif expected == "invalid":
        outcome, note = _of_invalid(row, findings)
    else:
        outcome, note = ("rejected" if errors else "accepted"), ""
    return Judgement(row["file"], expected, outcome, note)


def _is_walked(findings: tuple[Found, ...]) -> bool:
    """Whether anything was found within a set, so that a guide was there."""
    return any(found.place.split("/")[0] for found in findings)


def _expected(row: dict[str, Any]) -> str:
    validity = str(row["validity"])
    if validity.startswith(("valid", "accepted")):
        return "valid"
    return "invalid" if validity.startswith(("invalid", "envelope-inconsistent")) else "unknown"


def _of_valid(row: dict[str, Any], errors: list[Found]) -> tuple[str, str]:
    """A document that is said to be valid."""
    if not errors:
        return "accepted", ""
    stated = [*row["envelope_issues"], *(row["expect_errors"] or ())]
    known = {code for text in stated for code in _codes(text)}
    rest = [found for found in errors if found.code not in known]
    if not rest:
        return "rejected: its own manifest states why", ""
    if any(row.get(name, {}).get("verdict") == "reject" for name in _PEERS):
        return "rejected: another validator rejects it too", "; ".join(map(str, rest[:3]))
    argued = [_argument(row, str(found)) for found in rest]
    if all(argued):
        return "rejected: argued", "; ".join(sorted({each.why for each in argued if each}))
    return "OPEN: rejected, and only we do", "; ".join(map(str, rest[:5]))


def _of_invalid(row: dict[str, Any], findings: tuple[Found, ...]) -> tuple[str, str]:
    """A document that is said to be invalid: for each stated reason there is to be a finding."""
    codes = {found.code for found in findings}
    stated = [*row["envelope_issues"], *(row["expect_errors"] or ())]
    unknown = [text for text in stated if _reason(text) is None]
    missing = [text for text in stated if _codes(text) and not _codes(text) & codes]
    missing = [text for text in missing if not _argument(row, text)]
    judged_here = [text for text in stated if _codes(text)]
    rejected = any(found.is_error for found in findings)
    if "DELIMITER_INVALID" in codes:
        return "rejected: its header cannot be read", ""
    if unknown or missing:
        return "OPEN: a stated reason was not found", "; ".join([*unknown, *missing][:3])
    if rejected and judged_here:
        return "rejected for the stated reasons", ""
    if rejected:
        return "rejected, for SNIP 1 to 3; the stated reasons are beyond", ""
    if stated and not judged_here:
        return "accepted: every stated reason is beyond SNIP 1 to 3", ""
    return "OPEN: accepted", ""


def _reason(text: str) -> Reason | None:
    return next((reason for reason in _REASONS if reason.stated.search(text)), None)


def _codes(text: str) -> frozenset[str]:
    reason = _reason(text)
    return reason.codes if reason else frozenset()


def _argument(row: dict[str, Any], told: str) -> Argument | None:
    fits = (
        each
        for each in _ARGUMENTS
        if each.found.search(told) and (not each.file or fnmatchcase(row["file"], each.file))
    )
    return next(fits, None)
