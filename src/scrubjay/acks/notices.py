"""What was wrong with an acknowledgment, or could not be done with it: returned, never raised."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scrubjay._native import Segment

__all__ = ["Fault", "Notice", "Problem"]


class Problem(StrEnum):
    """What a notice is about; its value is the sentence for it."""

    UNREADABLE = "Bytes that are no segment; they are passed over"
    UNEXPECTED = "A segment that no such acknowledgment has; it is passed over"
    UNUSABLE_FILE = "A file that cannot be read or is no X12; it is passed over"
    NOT_READ = "A set that is no 999 and no 277CA; it is passed over"
    FORMER_997 = "A 997 is the forerunner of the 999 and is not read; ask its sender for the 999"
    CUT_SHORT = "It ends before its trailer; what it says until there counts"
    INCOMPLETE = "An acknowledgment cannot be without what is missing here; it is passed over"
    TOO_MANY = "More of its kind stand here than are kept; it is passed over"
    CONTRADICTORY = "STC03 and the category say opposite things; it is taken for a rejection"
    TOTALS = "Its totals (QTY, AMT) are not those of the claims below them; the claims count"
    UNMATCHED = "It acknowledges what is not among the claims sent"
    OWN = "A scrub's own answer to its input; what it says of claims not sent is passed over"
    AMBIGUOUS = "It may mean several of what was sent, and nothing in it tells which"

    @property
    def code(self) -> str:
        """Its name in files."""
        return f"ACK_{self.name}"


class Fault(NamedTuple):
    """A problem at a segment."""

    problem: Problem
    segment: Segment


@dataclass(frozen=True, slots=True)
class Notice:
    """One problem and its place; absent places are None."""

    problem: Problem
    file: str
    interchange: str | None = None
    group: str | None = None
    set: str | None = None
    segment_index: int | None = None
    byte_offset: int | None = None
    segment: str | None = None

    def to_dict(self) -> dict[str, object]:
        """A line of notices.jsonl."""
        return {
            "code": self.problem.code,
            "message": str(self.problem),
            "file": self.file,
            "interchange": self.interchange,
            "group": self.group,
            "set": self.set,
            "segment_index": self.segment_index,
            "byte_offset": self.byte_offset,
            "segment": self.segment,
        }

    def __str__(self) -> str:
        place = self.file if self.segment_index is None else f"{self.file}:{self.segment_index}"
        return f"{self.problem.code} at {place}: {self.problem}"
