"""report.html of enroll and reconcile: counts and codes on one page, nobody's name.

It looks as the report of claims does, and like it has no script and nothing from outside.
"""

from __future__ import annotations

from scrubjay.report.records import page, subject_of, told_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from scrubjay.report.records import Card, Told

__all__ = ["of_engine", "of_load", "of_members", "reasons_of"]


def of_members(
    subject: str, summary: dict[str, Any], told: Iterable[Told], *, worklist: bool = True
) -> str:
    """The page of a run of enroll, which wrote a worklist or did not."""
    held = summary["quarantined"]
    verdict = f"All {summary['members']:,} members are records."
    if held:
        verdict = f"{held:,} of {summary['members']:,} members are held back; the others went on."
    cards: list[Card] = [
        ("members", summary["members"], "", ""),
        ("enrolled", summary["enrolled"], "", "good"),
        ("in quarantine", held, "", "bad"),
    ]
    return page(subject, verdict, cards, told, worklist=worklist)


def of_load(
    subject: str,
    summary: dict[str, Any],
    verdict: str,
    told: Iterable[Told],
    *,
    worklist: bool = True,
) -> str:
    """The page of a run of reconcile; what held it stands below the verdict."""
    counted = ("adds", "changes", "terminations", "reinstatements", "omissions", "held")
    bad = {"omissions": "odd", "held": "bad"}
    cards: list[Card] = [(name, summary[name], "", bad.get(name, "")) for name in counted]
    if summary["protected"]:
        cards.append(("protected", summary["protected"], "", "odd"))
    verdict = ". ".join((verdict.capitalize(), *summary["guard"])) + "."
    return page(subject, verdict, cards, told, worklist=worklist)


def of_engine(answer: str) -> str:
    """The page of members that the engine read, from its answer."""
    import json

    result = json.loads(answer)
    worklist = bool(result["run"]["options"]["worklist"])
    subject = subject_of(result["summary"]["files"])
    return of_members(subject, result["summary"], told_in(result["reasons"]), worklist=worklist)


def reasons_of(counts: dict[str, int]) -> Iterable[Told]:
    """Codes with their words, as often as they were told."""
    from scrubjay.enrollment.reasons import REASONS

    for code, count in counts.items():
        known = REASONS.get(code)
        if known is None:
            yield "error", code, code, "", count
        else:
            yield known.severity.value, code, known.message, known.fix, count
