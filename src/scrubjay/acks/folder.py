"""What `scrubjay acks apply --out` leaves: outcomes, a worklist, notices, and a summary last.

Files are written beside their names with mode 0600 and renamed when all of them are whole.
"""

import contextlib
import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, Self, TextIO

from scrubjay.acks import reasons
from scrubjay.acks.applied import Applied
from scrubjay.acks.ledger import SentPlace
from scrubjay.acks.notices import Notice
from scrubjay.acks.outcomes import Hop, Outcome, Step
from scrubjay.acks.sent import SentClaim
from scrubjay.acks.values import charge_text, day
from scrubjay.errors import OutputError, UsageError
from scrubjay.models.acknowledgments import Verdict
from scrubjay.scratch import alone, begin_draft

__all__ = ["WORKLIST", "Folder"]

WORKLIST = (
    *("file", "claim", "patient", "payer", "service_date", "charge", "hop", "code", "reason"),
    *("acknowledgment", "segment_index"),
)
FILES = ("outcomes.jsonl", "worklist.csv", "notices.jsonl", "summary.json")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Folder:
    """An output folder that is whole when it is left without an error, and as it was otherwise."""

    def __init__(self, path: str, *, worklist: bool = True, show_phi: bool = False) -> None:
        self.path = path
        self._worklist = worklist
        self._show_phi = show_phi
        self._files = ExitStack()
        self._drafts: dict[str, str] = {}
        self._written: list[TextIO] = []
        self._notices: TextIO | None = None

    def __enter__(self) -> Self:
        if os.path.exists(os.path.join(self.path, "run.json")):
            raise UsageError(f"{self.path} is the output of a scrub; name another folder")
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            self._files.enter_context(alone(self.path))
        except OSError as error:
            raise self._failed(error) from None
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._files.close()
        for draft in self._drafts.values():
            with contextlib.suppress(OSError):
                os.unlink(draft)

    def tell(self, notice: Notice) -> None:
        """Writes a notice; the file is there once there is one."""
        try:
            if self._notices is None:
                self._notices = self._open("notices.jsonl")
            self._notices.write(json.dumps(notice.to_dict()) + "\n")
        except OSError as error:
            raise self._failed(error) from None

    def write(self, applied: Applied) -> dict[str, Any]:
        """All that became of the claims; gives the summary."""
        try:
            self._write_claims(applied)
            summary = applied.summary()
            self._open("summary.json").write(json.dumps(summary, indent=2) + "\n")
            self._commit()
        except OSError as error:
            raise self._failed(error) from None
        return summary

    def _write_claims(self, applied: Applied) -> None:
        outcomes = self._open("outcomes.jsonl")
        worklist = self._open("worklist.csv") if self._worklist else None
        rows = csv.writer(worklist, lineterminator="\r\n") if worklist else None
        if rows:
            rows.writerow(WORKLIST)
        for place, outcome, claim in applied.claims():
            name = claim.number if self._show_phi else applied.token("claim", claim.number)
            outcomes.write(json.dumps(_line(place, outcome, name, applied.original(place))) + "\n")
            if rows and outcome.state is Verdict.REJECTED:
                rows.writerows(map(_safe, _work(place, outcome, claim)))

    def _open(self, name: str) -> TextIO:
        draft = os.path.join(self.path, f".{name}.{os.getpid()}.part")
        self._drafts[name] = draft
        handle = begin_draft(draft)
        file = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="")
        self._written.append(self._files.enter_context(file))
        return file

    def _commit(self) -> None:
        """What an earlier run left goes, its summary first; ours comes, its summary last."""
        for file in self._written:
            file.flush()
        for name in reversed(FILES):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.path, name))
        for name in FILES:
            draft = self._drafts.pop(name, None)
            if draft is not None:
                os.replace(draft, os.path.join(self.path, name))
        self._files.close()  # drafts are held until they have their names

    def _failed(self, error: OSError) -> OutputError:
        reason = (error.strerror or "cannot be written").lower()
        return OutputError(f"{self.path}: {reason}; make room, or name another folder")


def _line(
    place: SentPlace, outcome: Outcome, claim: str, original: dict[str, str] | None
) -> dict[str, object]:
    """A line of outcomes.jsonl (outcome.schema.json)."""
    return {
        "claim": claim,
        "state": outcome.state.value,
        "reasons": [{"code": code, "text": reasons.text(code)} for code in outcome.codes],
        "charge": None if place.cents is None else charge_text(place.cents),
        "file": place.file,
        "claim_index": place.claim_index,
        "interchange": place.interchange or None,
        "group": place.group or None,
        "set": place.set or None,
        "batch": place.batch,
        "original": original,
        "payer_claim": outcome.payer_claim,
        "hops": [_hop(hop) for hop in outcome.hops],
    }


def _hop(hop: Hop) -> dict[str, object]:
    return {
        "hop": hop.id,
        "name": hop.name or None,
        "state": hop.state.value,
        "steps": [_step(step) for step in hop.steps],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "kind": step.kind,
        "level": step.level,
        "state": step.state,
        "codes": list(step.codes),
        "file": step.file,
        "interchange": step.interchange or None,
        "group": step.group or None,
        "set": step.set or None,
        "segment_index": step.segment_index,
    }


def _work(place: SentPlace, outcome: Outcome, claim: SentClaim) -> Iterator[tuple[object, ...]]:
    """The rows of a rejected claim: one a code, each where it was said first."""
    service = day(claim.service_date)
    about = (
        *(place.file, claim.number, ", ".join(part for part in claim.patient if part)),
        *(claim.payer, service.isoformat() if service else ""),
        "" if place.cents is None else charge_text(place.cents),
    )
    left = dict.fromkeys(outcome.codes)
    for hop in outcome.hops:
        for step in hop.steps:
            if step.state not in {"rejected", "noted", "absent"}:
                continue
            for code in step.codes:
                if code in left:
                    del left[code]
                    why = (hop.name or hop.id, code, reasons.text(code))
                    yield (*about, *why, step.file, step.segment_index)


def _safe(cells: Iterable[object]) -> list[str]:
    """Cells that a spreadsheet takes for text, whatever stands in them."""
    texts = ("" if cell is None else str(cell) for cell in cells)
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]
