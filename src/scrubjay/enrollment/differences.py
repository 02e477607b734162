"""What became of a member between two standings: one word, and every coverage that differs."""

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from scrubjay.enrollment.standing import Key, Standing

__all__ = ["Kind", "coverages", "fields", "kind_of"]

_ONE_DAY = dt.timedelta(days=1)


class Kind(StrEnum):
    """What a load does to a member: exactly one of these for each."""

    ADD = "add"
    CHANGE = "change"
    TERMINATION = "termination"
    REINSTATEMENT = "reinstatement"
    OMISSION = "omission"
    """Known and in force, and left out by a file of all members."""
    HELD = "held"
    """In quarantine; what was known of them stays as it was."""
    UNCHANGED = "unchanged"


def kind_of(before: Standing | None, after: Standing) -> Kind:
    """The word for it."""
    if before is None:
        return Kind.ADD
    if before == after:
        return Kind.UNCHANGED
    if after.horizon < before.horizon:
        return Kind.TERMINATION
    if after.horizon > before.horizon and _is_back(before, after):
        return Kind.REINSTATEMENT
    return Kind.CHANGE


def _is_back(before: Standing, after: Standing) -> bool:
    """Whether something that had ended goes on, or begins again after a gap."""
    if not before.periods:
        return "eligibility_end" in before.person
    for key, each in before.periods.items():
        end = each.get("end")
        now = after.periods.get(key)
        if end and now is not None and (now.get("end") or "9999") > end:
            return True
    last = before.horizon
    begun = [key[2] for key in after.periods if key not in before.periods and key[2] > last]
    return bool(begun) and min(begun) > _next_day(last)


def _next_day(day: str) -> str:
    try:
        return (dt.date.fromisoformat(day) + _ONE_DAY).isoformat()
    except (ValueError, OverflowError):
        return day


def fields(before: Standing, after: Standing) -> list[str]:
    """The names of the person's fields that differ; no values."""
    return sorted(_differing(before.person, after.person, ""))


def _differing(was: Any, now: Any, at: str) -> Iterator[str]:
    if isinstance(was, dict) or isinstance(now, dict):
        was, now = was or {}, now or {}
        for key in was.keys() | now.keys():
            yield from _differing(was.get(key), now.get(key), f"{at}.{key}" if at else key)
    elif was != now and not at.endswith("_code"):
        yield at


def coverages(
    before: Standing | None, after: Standing, left_out: list[Key]
) -> Iterator[dict[str, Any]]:
    """Each coverage that differs, or was left out, with its dates before and after."""
    known = before.periods if before else {}
    for key in dict.fromkeys((*known, *after.periods)):
        was, now = known.get(key), after.periods.get(key)
        if was == now and key not in left_out:
            continue
        yield {
            "line": key[0] or None,
            "plan": key[1] or None,
            "change": _word(was, now, is_left_out=key in left_out),
            "begin": key[2] or None,
            "end": (now or {}).get("end"),
            "end_before": (was or {}).get("end"),
        }


def _word(was: dict[str, Any] | None, now: dict[str, Any] | None, *, is_left_out: bool) -> str:
    if is_left_out:
        return Kind.OMISSION.value
    if was is None:
        return Kind.ADD.value
    if now is None:
        return "removal"
    end, before = now.get("end") or "9999", was.get("end") or "9999"
    if end == before:
        return Kind.CHANGE.value
    return (Kind.TERMINATION if end < before else Kind.REINSTATEMENT).value
