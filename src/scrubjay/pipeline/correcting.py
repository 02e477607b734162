"""Lineage: which claim of before a claim replaces or voids.

CLM05-3 of 7 or 8 says that it does. The original is the newest claim of another file of the same
practice whose CLM01 is what stands in REF*F8; else, since that is more often the payer's own
number, which the store does not know, the newest with the same CLM01: a submitter that keeps it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scrubjay.store.rows import ClaimRows, File

if TYPE_CHECKING:
    from scrubjay.pipeline.packing import Line
    from scrubjay.store.contract import View

__all__ = ["claim_rows"]

MOST = 100
"""Claims of a number that are looked at, the newest first."""


def claim_rows(view: View, file: File, line: Line) -> ClaimRows:
    """The claims of a batch, each with the one that it corrects."""
    head, text = line.head, line.rows
    wanted: dict[str, str] = head.get("corrects", {})
    if wanted:
        rows = json.loads(text)
        for place, original in wanted.items():
            row = rows[int(place)]
            row[4] = _original(view, file, original, row[1])
        text = json.dumps(rows, separators=(",", ":"))
    return ClaimRows(text, head["count"], head["charges"])


def _original(view: View, file: File, original: str, own: str) -> int | None:
    """The claim of that number, or of the same."""
    for token in (original, own):
        for claim in view.claims_with(token, MOST) if token else ():
            known = view.one(File, claim.file)
            if (
                claim.file != file.id
                and known is not None
                and (known.tenant, known.practice) == (file.tenant, file.practice)
            ):
                return claim.id
    return None
