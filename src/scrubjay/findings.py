"""What is wrong with a claim, and where: the value that everything here produces.

A finding is returned, never raised. It carries codes, places and masked values, so that it can be
logged, mailed and stored; `findings.jsonl` holds the same names (docs/contract.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from scrubjay.severity import Severity

__all__ = ["Acknowledged", "Evidence", "Finding", "LateFinding", "Scope", "Severity"]


class Scope(StrEnum):
    """How far a finding reaches: to every claim below its place."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    PROVIDER = "provider"
    SUBSCRIBER = "subscriber"
    PATIENT = "patient"
    MEMBER = "member"
    CLAIM = "claim"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value that led to the finding, masked: where it stands and what may be shown of it."""

    path: str
    masked: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Where the finding is told to the sender: in which acknowledgment, with which codes."""

    kind: str
    segment: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault with its place; absent places are None."""

    code: str
    severity: Severity
    snip: int | None
    scope: Scope
    message: str
    fix: str | None = None
    doc: str | None = None
    file: str | None = None
    interchange_index: int | None = None
    group_index: int | None = None
    set_index: int | None = None
    interchange: str | None = None
    group: str | None = None
    set: str | None = None
    claim_index: int | None = None
    claims_affected: int = 0
    claim: str | None = None
    segment_index: int | None = None
    byte_offset: int | None = None
    loop: str | None = None
    segment: str | None = None
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    line: int | None = None
    evidence: tuple[Evidence, ...] = ()
    ack: tuple[Acknowledged, ...] = ()
    rule_version: str | None = None
    tables: tuple[str, ...] = ()
    """The code tables that the rule looks into, each with its release: ``icd10cm FY2027``."""
    overlay: str | None = None
    """The partner's overlay by which it is wrong, by name and version."""

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """A line of findings.jsonl as a value; names that a newer engine adds are passed over."""
        known = {name: row[name] for name in _NAMES if name in row}
        known["severity"] = Severity(row["severity"])
        known["scope"] = Scope(row["scope"])
        known["evidence"] = tuple(
            Evidence(item["path"], item["masked"]) for item in row.get("evidence") or ()
        )
        known["ack"] = tuple(
            Acknowledged(item["kind"], item["segment"], tuple(item["codes"]))
            for item in row.get("ack") or ()
        )
        known["tables"] = tuple(row.get("tables") or ())
        return cls(**known)

    @property
    def at(self) -> str:
        """The place in one short word: ``2300/CLM05-3`` or ``2400/SV101-2 line 3``."""
        place = self.segment or ""
        if place and self.element is not None:
            place += f"{self.element:02d}"
            place += "" if self.component is None else f"-{self.component}"
        if self.loop:
            place = f"{self.loop}/{place}" if place else self.loop
        if self.line is not None:
            place = f"{place} line {self.line}".strip()
        return place or self.scope.value

    def __str__(self) -> str:
        return f"{self.severity} {self.code} at {self.at}: {self.message}"


@dataclass(frozen=True, slots=True)
class LateFinding:
    """A finding above claims that was found when they had been given already.

    A false trailer, say. `claims` are those that were given without it, by their `claim_index`; it
    is empty where the finding stands above no claim that could be read.
    """

    finding: Finding
    claims: range

    def __str__(self) -> str:
        if not self.claims:
            return f"{self.finding} (above no claim)"
        return f"{self.finding} (claims {self.claims.start} to {self.claims.stop - 1})"


_NAMES = tuple(field.name for field in fields(Finding))
