"""Rules on files: what two sets of them find otherwise, and what each rule costs."""

from __future__ import annotations

import json

from scrubjay import _native
from scrubjay.errors import UsageError
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.rules.interpreter import Tree
from scrubjay.rules.kinds import KINDS
from scrubjay.rules.ruleset import RuleSet
from scrubjay.rules.trials import lanes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from typing import Any

    from scrubjay.rules.rule import Rule

__all__ = ["compared", "costs", "tree_of"]

_AT_ONCE = 200
_LETTERS = {kind: letter for letter, kind in KINDS.items()}


def _job(command: Command, program: str | None, as_of: date | None, **more: Any) -> Job:
    from scrubjay.codes import folder

    key = TokenKey.find()
    return Job(
        command=command,
        as_of=as_of,
        program=program,
        tables=tuple(folder.files()),
        token_key=key.secret,
        token_key_id=key.id,
        **more,
    )


def _found(rules: RuleSet, path: str, as_of: date | None) -> Iterator[dict[str, Any]]:
    """The findings of the rules on a file, those of rules alone."""
    reader = _native.Reader(path, _job(Command.READ, rules.program, as_of).to_json())
    ids = {rule.id for rule in rules.rules}
    before: list[dict[str, Any]] = []
    while (rows := reader.next(_AT_ONCE)) is not None:
        for _, findings in rows:
            found = [row for row in findings if row["code"] in ids]
            above = [row for row in found if row["claim_index"] is None]
            # what stands above claims comes with each of them, and is found once
            yield from (row for row in found if row["claim_index"] is not None)
            yield from (row for row in above if row not in before)
            before = above


def compared(
    before: RuleSet, after: RuleSet, path: str, *, as_of: date | None = None
) -> tuple[list[dict[str, Any]], dict[str, tuple[int, int]]]:
    """What one set finds in a file and the other does not, and the counts of rules that differ.

    A change is ``{"code", "severity", "claim_index", "line", "new"}``; `new` when only the second
    finds it. Rules that are plain functions are not run.
    """
    sides = [_told(rules, path, as_of) for rules in (before, after)]
    changes = [
        {"code": code, "severity": severity, "claim_index": claim, "line": line, "new": at == 1}
        for at, other in ((0, 1), (1, 0))
        for (claim, line, code, severity), count in sides[at].items()
        for _ in range(count - sides[other].get((claim, line, code, severity), 0))
    ]
    changes.sort(key=lambda row: (row["claim_index"], row["line"] or 0, row["code"], row["new"]))
    codes = sorted({str(row["code"]) for row in changes})
    counts = {
        code: tuple(sum(n for key, n in side.items() if key[2] == code) for side in sides)
        for code in codes
    }
    return changes, counts  # type: ignore[return-value]


def _told(
    rules: RuleSet, path: str, as_of: date | None
) -> dict[tuple[int, int | None, str, str], int]:
    told: dict[tuple[int, int | None, str, str], int] = {}
    seen: set[tuple[Any, ...]] = set()
    for row in _found(rules, path, as_of):
        # what stands above claims is handed out with each of them
        place = (row["set_index"], row["segment_index"], row["code"], row["line"])
        if row["scope"] not in {"claim", "line"}:
            if place in seen:
                continue
            seen.add(place)
        key = (row["claim_index"], row["line"], row["code"], row["severity"])
        told[key] = told.get(key, 0) + 1
    return told


def tree_of(path: str, number: int) -> tuple[Tree, str]:
    """Claim `number` of a file, the first being 0, as rules see it, and the letter of its kind."""
    reader = _native.Reader(path, _job(Command.READ, None, None).to_json())
    seen = 0
    while (rows := reader.next(_AT_ONCE)) is not None:
        if number < seen + len(rows):
            claim, _ = rows[number - seen]
            claim["provider"]["set"] = claim.pop("set")
            return Tree(lanes(claim)), _LETTERS[claim["kind"]]
        seen += len(rows)
    raise UsageError(f"{path} has {seen} claims; the last is --claim {seen - 1}")


def costs(rules: Sequence[Rule], path: str, *, as_of: date | None = None) -> list[dict[str, Any]]:
    """What each rule costs on a file: ``{"id", "share", "nanoseconds_per_claim"}``, dearest first.

    What several rules ask is worked out once, and charged to the first of them.
    """
    program = RuleSet(rules).program
    job = _job(Command.SCRUB, program, as_of, inputs=(path,), threads=1, measure_rules=True)
    answer = json.loads(_native.run(job.to_json()))
    spent: dict[str, int] = answer["profile"]
    whole = sum(spent.values()) or 1
    claims = answer["summary"]["claims"] or 1
    rows = [
        {
            "id": name,
            "share": round(nanoseconds / whole, 6),
            "nanoseconds_per_claim": round(nanoseconds / claims, 1),
        }
        for name, nanoseconds in spent.items()
    ]
    return sorted(rows, key=lambda row: (-row["share"], row["id"]))
