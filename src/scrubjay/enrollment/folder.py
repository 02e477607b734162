"""An output folder: its files come together, with the summary last, or not at all.

Files are written beside their names with mode 0600 and renamed when all of them are whole.
"""

import contextlib
import csv
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Self, TextIO

from scrubjay.errors import OutputError
from scrubjay.models.enrollment import Quarantined
from scrubjay.scratch import alone, begin_draft

__all__ = ["WORKLIST", "Folder", "named", "worked"]

WORKLIST = (
    *("file", "place", "subscriber", "name", "birth_date", "policy", "code", "severity", "reason"),
    *("field", "value", "fix", "segment_index"),
)
SUMMARY = "summary.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Folder:
    """A folder that is whole when it is left without an error, and as it was otherwise."""

    def __init__(self, path: str, names: Iterable[str], *, worklist: bool = True) -> None:
        """`names` are all files that such a folder may have: an earlier run's make way."""
        self.path = path
        self._names = (*names, SUMMARY)
        self._with_worklist = worklist
        self._files = ExitStack()
        self._drafts: dict[str, str] = {}
        self._open: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            self._files.enter_context(alone(self.path))
        except OSError as error:
            raise self._failed(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        # of a full disk was told when it was written to
        with contextlib.suppress(OSError):
            self._files.close()
        for draft in self._drafts.values():
            with contextlib.suppress(OSError):
                os.unlink(draft)

    def line(self, name: str, text: str) -> None:
        """A line of a file, which is there once it has one."""
        try:
            self.file(name).write(f"{text}\n")
        except OSError as error:
            raise self._failed(error) from None

    def work(self, row: Iterable[object]) -> None:
        """A row of worklist.csv; what a spreadsheet could take for a formula is quoted."""
        if not self._with_worklist:
            return
        cells = ("" if cell is None else str(cell) for cell in row)
        safe = [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
        try:
            csv.writer(self.file("worklist.csv"), lineterminator="\r\n").writerow(safe)
        except OSError as error:
            raise self._failed(error) from None

    def page(self, text: str) -> None:
        """report.html."""
        self.line("report.html", text.rstrip("\n"))

    def held(self, reason: Quarantined, person: Mapping[str, Any] | None) -> None:
        """A reason, as a line of quarantine.jsonl; not for information alone also as work."""
        self.line("quarantine.jsonl", reason.model_dump_json())
        if reason.severity != "info":
            self.work(worked(reason, person))

    def file(self, name: str) -> TextIO:
        """A file to write to."""
        if name not in self._open:
            draft = os.path.join(self.path, f".{name}.{os.getpid()}.part")
            self._drafts[name] = draft
            handle = begin_draft(draft, os.O_TRUNC)
            made = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="")
            self._open[name] = self._files.enter_context(made)
            if name == "worklist.csv":
                csv.writer(made, lineterminator="\r\n").writerow(WORKLIST)
        return self._open[name]

    def commit(self, summary: Mapping[str, Any], *, always: Iterable[str] = ()) -> None:
        """What an earlier run left goes, its summary first; ours comes, its summary last."""
        try:
            for name in always:
                self.file(name)
            self.line(SUMMARY, json.dumps(summary, indent=2))
            for each in self._open.values():
                each.flush()
                os.fsync(each.fileno())
            for name in reversed(self._names):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.path, name))
            for name in self._names:
                draft = self._drafts.pop(name, None)
                if draft is not None:
                    os.replace(draft, os.path.join(self.path, name))
            self._files.close()  # drafts are held until they have their names
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> OutputError:
        reason = (error.strerror or "cannot be written").lower()
        return OutputError(f"{self.path}: {reason}; make room, or name another folder")


def worked(reason: Quarantined, person: Mapping[str, Any] | None) -> tuple[object, ...]:
    """A row of the worklist: in clear who it is, masked what is wrong."""
    place = reason.path or (f"line {reason.row}" if reason.row else "")
    if reason.segment_index is not None:
        place = f"set {reason.set} segment {reason.segment_index}"
    return (
        *(reason.file, place, *named(person), reason.code, reason.severity, reason.message),
        *(reason.field, reason.value, reason.fix, reason.segment_index),
    )


def named(person: Mapping[str, Any] | None) -> tuple[object, object, object, object]:
    """Subscriber, name, birth date and policy; of a social security number its last four."""
    member = person or {}
    last4 = member.get("subscriber_ssn_last4")
    number = member.get("subscriber_id") or (f"***-**-{last4}" if last4 else "")
    name = ", ".join(filter(None, (member.get("last"), member.get("first"))))
    return number, name, member.get("birth_date"), member.get("policy")
