"""What a record shows by itself: the reasons that need nothing but the member (docs/enrollment.md).

Judged where a record is made from CSV, JSON or lines of others; of an 834 the engine judges the
same while it reads.
"""

import datetime as dt
from collections.abc import Iterator

from scrubjay.enrollment.fields import Problem
from scrubjay.models.enrollment import Coverage, Enrollment

__all__ = ["faults_of"]

_SELF = "18"


def faults_of(record: Enrollment) -> Iterator[Problem]:
    """The codes that stand against the record, each with its field."""
    member, event = record.member, record.event
    if not (member.subscriber_id or member.subscriber_ssn_token):
        yield Problem("SUBSCRIBER_ID_MISSING", "member.subscriber_id")
    if not member.last:
        yield Problem("NAME_MISSING", "member.last")
    if not event.action:
        yield Problem("ACTION_UNKNOWN", "event.action", event.action_code or "")
    is_self = member.relationship_code == _SELF
    if member.relationship_code and member.is_subscriber not in {None, is_self}:
        yield Problem("RELATIONSHIP_MISMATCH", "member.relationship", member.relationship_code)
    if _reversed(event.eligibility_begin, event.eligibility_end):
        yield Problem("END_BEFORE_BEGIN", "event.eligibility_end", str(event.eligibility_end))
    if event.action == "addition" and not record.coverages:
        yield Problem("COVERAGE_MISSING", "coverages")
    if event.action == "termination" and not _told(record):
        yield Problem("END_MISSING", "event.eligibility_end")
    yield from _coverages(record)


def _told(record: Enrollment) -> bool:
    """Whether somebody says when it ends."""
    if record.event.eligibility_end:
        return True
    return bool(record.coverages) and all(each.end for each in record.coverages)


def _coverages(record: Enrollment) -> Iterator[Problem]:
    seen: set[tuple[str | None, str | None, dt.date | None]] = set()
    for number, each in enumerate(record.coverages):
        place = f"coverages.{number}"
        yield from _coverage(record, each, place)
        key = (each.line_code, each.plan, each.begin)
        if key in seen:
            yield Problem("COVERAGE_TWICE", place, each.line_code or "")
        seen.add(key)


def _coverage(record: Enrollment, each: Coverage, place: str) -> Iterator[Problem]:
    if not each.line_code:
        yield Problem("COVERAGE_LINE_MISSING", f"{place}.line")
    if each.action_code and not each.action:
        yield Problem("ACTION_UNKNOWN", f"{place}.action", each.action_code)
    if each.action == "addition" and not (each.begin or record.event.eligibility_begin):
        yield Problem("COVERAGE_BEGIN_MISSING", f"{place}.begin")
    ends = each.action == "termination" and record.event.action != "termination"
    if ends and not (each.end or record.event.eligibility_end):
        yield Problem("END_MISSING", f"{place}.end")
    if _reversed(each.begin, each.end):
        yield Problem("END_BEFORE_BEGIN", f"{place}.end", str(each.end))


def _reversed(begin: dt.date | None, end: dt.date | None) -> bool:
    return begin is not None and end is not None and end < begin
