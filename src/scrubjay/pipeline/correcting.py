"""Lineage: which claim of before a claim corrects, replaces or voids.

CLM05-3 of 6, 7 or 8 says that it does. The original is the newest claim of another file of the same
practice whose CLM01 is what stands in REF*F8; else, since that is more often the payer's own
number, which the store does not know, the newest with the same CLM01: a submitter that keeps it.
Looked at are the newest half million claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.store.rows import ClaimRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrubjay.pipeline.packing import Line

__all__ = ["claim_rows", "numbers"]


def numbers(lines: Iterable[Line]) -> list[str]:
    """The tokens that are to be looked for."""
    found = {
        token
        for line in lines
        for _, original, own in line.head.get("corrects", ())
        for token in (original, own)
    }
    return sorted(found - {""})


def claim_rows(line: Line, known: Mapping[str, int]) -> ClaimRows:
    """The claims of a batch, each with the one that it corrects, where that is known."""
    head, text = line.head, line.rows
    corrects = {
        place: known.get(original, known.get(own))
        for place, original, own in head.get("corrects", ())
    }
    if any(corrects.values()):
        # a row ends with what it corrects; tokens have no brackets
        rows = text[2:-2].split("],[")
        for place, original in corrects.items():
            if original is not None:
                rows[place] = rows[place].removesuffix("null") + str(original)
        text = f"[[{'],['.join(rows)}]]"
    return ClaimRows(text, head["count"], head["charges"])
