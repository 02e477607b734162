"""What is found in a file of claims, claim by claim."""

import datetime as dt
import json
import re
from pathlib import Path

import scrubjay
from scrubjay.testing import REFERENCE_DATE

__all__ = ["Found", "found"]

AS_OF = REFERENCE_DATE + dt.timedelta(days=30)

Found = tuple[str, str, int]
"""A code, the segment that it is about, and its element; 0 is the segment itself."""


def found(tmp_path: Path, data: bytes) -> list[set[Found]]:
    """By claim, in the order of the file: what is found, rules included."""
    file = tmp_path / "claims.837"
    file.write_bytes(data)
    scrubjay.scrub(file, out=tmp_path / "out", as_of=AS_OF)
    starts = [match.start() for match in re.finditer(rb"(?<=[~\n])CLM\*", data)]
    told: list[set[Found]] = [set() for _ in starts]
    for line in (tmp_path / "out" / "findings.jsonl").read_text().splitlines():
        finding = json.loads(line)
        at, reached = finding["claim_index"], 1
        if at is None:
            # Above the claims, and so on those that follow.
            at = next(at for at, start in enumerate(starts) if start > finding["byte_offset"])
            reached = finding["claims_affected"]
        for claim in told[at : at + reached]:
            claim.add((finding["code"], finding["segment"], finding["element"] or 0))
    return told
