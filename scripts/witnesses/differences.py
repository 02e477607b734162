"""Mutations through both validators: who rejects what, and what is known of why they differ."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import peer
import verdicts
from mutations import mutations
from tables import classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mutations import Mutation
    from tables import Class

__all__ = ["MOST_ERRORS", "Outcome", "compared", "known_to_both"]

MOST_ERRORS = 3
"""What one fault may give at the 95th percentile."""
UNCLASSIFIED = "unclassified"


@dataclass(slots=True)
class Outcome:
    """The counts of a run."""

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the kind of mutation, and by who rejects."""
    classes: Counter[str] = field(default_factory=Counter)
    unclassified: list[str] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    """How many errors each rejected document has."""

    @property
    def median(self) -> float:
        """Errors that one fault gives in the middle of all."""
        return statistics.median(self.errors)

    @property
    def high(self) -> int:
        """The 95th percentile of the same."""
        return sorted(self.errors)[len(self.errors) * 95 // 100]

    def add(self, mutation: Mutation, ours: list[str], theirs: tuple[str, ...] | None) -> None:
        """One document; `theirs` is None where pyx12 has no such guide."""
        if ours:
            self.errors.append(len(ours))
        who = _who_rejects(ours, theirs)
        self.verdicts[mutation.kind, who] += 1
        if who not in {"we", "pyx12"}:
            return
        told = ours if who == "we" else list(theirs or ())
        found = {_class(who, text) for text in told}
        if UNCLASSIFIED in found:
            self.unclassified.append(f"{mutation.kind} at {mutation.place}: {who}: {told}")
        self.classes.update(found)


def _who_rejects(ours: list[str], theirs: tuple[str, ...] | None) -> str:
    if theirs is None:
        return "no peer"
    match bool(ours), bool(theirs):
        case True, True:
            return "both"
        case False, False:
            return "neither"
        case True, _:
            return "we"
        case _:
            return "pyx12"


_CLASSES = classes()


def _class(who: str, told: str) -> str:
    fits: Callable[[Class], bool] = lambda known: (  # noqa: E731
        known.rejects == who and known.told.search(told) is not None
    )
    return next((known.name for known in _CLASSES if fits(known)), UNCLASSIFIED)


def compared(documents: list[str], count: int, seed: int) -> Outcome:
    """`count` mutations of the documents, through both."""
    outcome = Outcome()
    for mutation in mutations(documents, count, seed):
        findings = verdicts.judged(mutation.document.encode("latin-1"))
        ours = [str(found) for found in findings if found.is_error]
        outcome.add(mutation, ours, peer.said(mutation.document))
    return outcome


def known_to_both(documents: Iterable[str]) -> list[str]:
    """Those that pyx12 has a map for and neither validator rejects."""
    return [
        text
        for text in documents
        if peer.said(text) == ()
        and not any(found.is_error for found in verdicts.judged(text.encode("latin-1")))
    ]
