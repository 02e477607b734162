"""Every loss of segments that stand side by side: how many errors each gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import verdicts
from mutations import without

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Losses", "lost"]


class Losses(NamedTuple):
    """The errors of each rejected document that lost `segments` neighbours, fewest first."""

    segments: int
    errors: list[int]

    def at(self, percent: int) -> int:
        """The errors at a percentile."""
        return self.errors[min(len(self.errors) * percent // 100, len(self.errors) - 1)]


def lost(documents: Iterable[str], segments: int) -> Losses:
    """Every loss of so many neighbours in each of the documents, within its sets."""
    counts = (
        sum(found.is_error for found in verdicts.judged(text.encode("latin-1")))
        for document in documents
        for text in without(document, segments)
    )
    return Losses(segments, sorted(count for count in counts if count))
