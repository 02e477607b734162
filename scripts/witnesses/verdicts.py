"""What Scrubjay says of a document: every finding with its place, as `validate` writes them."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrubjay.errors import ScrubjayError
from scrubjay.job import Command, Job
from scrubjay.runs import execute

__all__ = ["Found", "judged"]

_DAY = date(2026, 3, 2)
_KEY = "witnesses:" + "5c" * 32


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its code and where it stands, `2010AA/N4/03`."""

    code: str
    severity: str
    place: str

    def __str__(self) -> str:
        return f"{self.code} {self.place}"

    @property
    def is_error(self) -> bool:
        """Whether it rejects."""
        return self.severity == "error"


def judged(document: bytes) -> tuple[Found, ...]:
    """The findings of a document. One that is no X12 at all has a single one, ``UNUSABLE``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, key, out = folder / "document.x12", folder / "key", folder / "out"
        source.write_bytes(document)
        key.write_text(_KEY)
        key.chmod(0o600)
        job = Job(
            command=Command.VALIDATE,
            inputs=(str(source),),
            out=str(out),
            threads=1,
            guide_aliases=True,
            received_date=_DAY,
            worklist=False,
        )
        try:
            execute(job, token_key=key)
        except ScrubjayError as error:
            return (Found("UNUSABLE", "error", str(error)),)
        lines = (out / "findings.jsonl").read_text().splitlines()
    return tuple(_found(json.loads(line)) for line in lines)


def _found(row: dict[str, object]) -> Found:
    element = "" if row["element"] is None else f"{row['element']:02}"
    if row["component"] is not None:
        element += f"-{row['component']}"
    parts = (row["loop"] or "", row["segment"] or "", element)
    return Found(str(row["code"]), str(row["severity"]), "/".join(str(part) for part in parts))
