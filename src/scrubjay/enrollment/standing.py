"""Where a member stands: who they are, and every period that covers them. Plain values, no state.

Everything is as JSON has it: days are ``YYYY-MM-DD``, so that they compare as text. A coverage
without its action is a *period*; its line, plan and begin are its key.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scrubjay.enrollment.fields import Problem
from scrubjay.enrollment.profile import Profile

__all__ = ["Key", "Period", "Refused", "Standing", "changed", "ended", "key_of", "stated"]

Period = dict[str, Any]
Key = tuple[str, str, str]
"""Line, plan and begin."""

_NEVER = "9999-99-99"
_ONE_DAY = dt.timedelta(days=1)
_EVENT = ("eligibility_begin", "eligibility_end")
_PERSON = ("sponsor", "payer", "administrators", "member", "reporting")


class Refused(Exception):  # noqa: N818 - not an error of ours: a member that is held
    """A record that does not fit what is known, and why."""

    def __init__(self, code: str, field: str, value: str = "") -> None:
        super().__init__(code)
        self.problem = Problem(code, field, value)


class Standing(NamedTuple):
    """One member as they are known."""

    person: dict[str, Any]
    """Sponsor, payer, member, reporting, and eligibility."""
    periods: dict[Key, Period]

    @property
    def horizon(self) -> str:
        """The last day of all periods, later than any where nobody said; empty without periods."""
        return max((each.get("end") or _NEVER for each in self.periods.values()), default="")

    def is_in_force(self, day: str) -> bool:
        """Whether something covers them on a day, or will."""
        return self.horizon >= day

    def in_force(self, day: str) -> Iterator[tuple[Key, Period]]:
        """The periods that cover them on a day, or will."""
        for key, each in self.periods.items():
            if (each.get("end") or _NEVER) >= day:
                yield key, each


def key_of(coverage: Mapping[str, Any]) -> Key:
    """What one period is told from another by."""
    return (
        coverage.get("line_code") or coverage.get("line") or "",
        coverage.get("plan") or "",
        coverage.get("begin") or "",
    )


def ended(standing: Standing, end: str) -> Standing:
    """The same with everything over after `end`; what would have begun later never does."""
    periods = {}
    for key, each in standing.periods.items():
        if key[2] > end:
            continue
        over = (each.get("end") or _NEVER) > end
        periods[key] = {**each, "end": end} if over else each
    return Standing({**standing.person, "eligibility_end": end}, periods)


# ---- what a file of all members says


def stated(
    before: Standing | None, record: dict[str, Any], profile: Profile, day: str
) -> tuple[Standing, list[Key]]:
    """Where a member stands by a full statement, and the periods that it leaves out.

    What was over before `day` stays as it was: a list of today says nothing of it.
    """
    told = record.get("coverages") or []
    after = Standing(_person(record), {})
    end = profile.member_end(record)
    for each in told:
        period = _period(each)
        if each.get("action_code") == "024" and not period.get("end") and end:
            period["end"] = str(end)
        after.periods[key_of(period)] = period
    if before is None:
        return after, []
    if _action(record) == "termination" and not told:
        whole = Standing(after.person, dict(before.periods))
        return ended(whole, _needed(end, "event.eligibility_end")), []
    left_out = []
    for key, each in before.periods.items():
        if key in after.periods:
            continue
        same = [other for other in after.periods.values() if key_of(other)[:2] == key[:2]]
        meant = next((other for other in same if _overlap(each, other)), None)
        kept = each if meant is None else _before(each, meant, profile)
        if kept is None:
            continue
        after.periods[key] = kept
        if meant is None and not same and (each.get("end") or _NEVER) >= day:
            left_out.append(key)
    return after, left_out


def _overlap(one: Period, other: Period) -> bool:
    return (one.get("begin") or "") <= (other.get("end") or _NEVER) and (
        (other.get("begin") or "") <= (one.get("end") or _NEVER)
    )


def _before(period: Period, later: Period, profile: Profile) -> Period | None:
    """What is left of a period where another of the same coverage begins; None where nothing is.

    A later begin is a renewal, and what was covered before stays so; or, where the profile says so,
    a correction, and it was never covered before.
    """
    begin = later.get("begin") or ""
    if profile.moved_begin != "renewal" or begin <= (period.get("begin") or ""):
        return None
    return {**period, "end": (dt.date.fromisoformat(begin) - _ONE_DAY).isoformat()}


# ---- what a file of changes says


def changed(before: Standing | None, record: dict[str, Any], profile: Profile) -> Standing:
    """Where a member stands after a change; `Refused` where it does not fit what was known."""
    action = _action(record)
    if before is None:
        if action not in {"addition", "audit"}:
            raise Refused("MEMBER_UNKNOWN", "event.action", _code(record))
        before = Standing({}, {})
    after = Standing(_merged(before.person, _person(record)), dict(before.periods))
    if action in {"addition", "reinstatement"} and "eligibility_end" not in _event(record):
        after.person.pop("eligibility_end", None)
    told = record.get("coverages") or []
    if action == "termination" and not told:
        return ended(after, _needed(profile.member_end(record), "event.eligibility_end"))
    if action == "reinstatement" and not told:
        return _eligible_again(before, after)
    # Within one record what ends goes before what begins: a change of plan says both.
    order = sorted(range(len(told)), key=lambda at: _RANK.get(_done(told[at], action), 1))
    for at in order:
        _DOINGS[_done(told[at], action)](_Change(after, told[at], at, record, profile))
    return after


class _Change(NamedTuple):
    """One coverage of a change, and what it is to change."""

    standing: Standing
    told: dict[str, Any]
    at: int
    record: dict[str, Any]
    profile: Profile

    def refuse(self, code: str) -> Refused:
        """Why it cannot be."""
        return Refused(code, f"coverages.{self.at}", self.told.get("line_code") or "")

    def known(self) -> list[Key]:
        """The periods that may be meant, the latest first: by its line, and plan and begin."""
        line, plan, begin = key_of(self.told)
        found = [
            key
            for key in self.standing.periods
            if key[0] == line and (not plan or key[1] == plan) and (not begin or key[2] == begin)
        ]
        return sorted(found, key=lambda key: (self._end(key), key[2]), reverse=True)

    def _end(self, key: Key) -> str:
        return self.standing.periods[key].get("end") or _NEVER

    def is_open(self, key: Key) -> bool:
        """Whether nobody has said when it ends."""
        return self._end(key) == _NEVER

    def end(self) -> str:
        """When it ends."""
        said = self.told.get("end") or self.profile.member_end(self.record)
        return _needed(said, f"coverages.{self.at}.end")

    def put(self, period: Period, instead: Key | None = None) -> None:
        """The period as it is now."""
        if instead is not None:
            del self.standing.periods[instead]
        self.standing.periods[key_of(period)] = period


def _add(change: _Change) -> None:
    line = key_of(change.told)[0]
    period = _period(change.told)
    begin = period.get("begin") or _event(change.record).get("eligibility_begin")
    if begin:
        period["begin"] = begin
    known = (key for key in change.standing.periods if key[0] == line)
    if any(change.is_open(key) and key[1] == key_of(period)[1] for key in known):
        raise change.refuse("MEMBER_KNOWN")
    change.put(period)


def _alter(change: _Change) -> None:
    """Of a change what is told counts, the rest stays; a later begin leaves what was before."""
    known = change.known() or change._replace(told={**change.told, "begin": None}).known()
    if not known:
        known = change._replace(told={**change.told, "begin": None, "plan": None}).known()
    if not known:
        raise change.refuse("MEMBER_UNKNOWN")
    held = change.standing.periods[known[0]]
    now = {**held, **_period(change.told)}
    rest = _before(held, now, change.profile) if _overlap(held, now) else held
    change.put(now, known[0])
    if rest is not None and key_of(now)[2] > known[0][2]:
        change.put(rest)


def _state(change: _Change) -> None:
    try:
        _alter(change)
    except Refused:
        change.put(_period(change.told))


def _end(change: _Change) -> None:
    known = change.known() or change._replace(told={**change.told, "begin": None}).known()
    if not known:
        raise change.refuse("MEMBER_UNKNOWN")
    end = change.end()
    key = known[0]
    if key[2] > end:
        del change.standing.periods[key]
        return
    change.put({**change.standing.periods[key], "end": end}, key)


def _delete(change: _Change) -> None:
    known = change.known()
    if not known:
        raise change.refuse("MEMBER_UNKNOWN")
    del change.standing.periods[known[0]]


def _reinstate(change: _Change) -> None:
    without = change._replace(told={**change.told, "begin": None})
    known = change.known() or without.known()
    if not known:
        raise change.refuse("MEMBER_UNKNOWN")
    key = known[0]
    if change.is_open(key):
        raise change.refuse("REINSTATED_WITHOUT_END")
    held = change.standing.periods[key]
    begin = change.told.get("begin") or ""
    if begin > held["end"]:
        change.put(_period(change.told))
        return
    rest = {name: value for name, value in held.items() if name != "end"}
    change.put({**rest, **_period(change.told), "begin": key[2] or begin}, key)


def _nothing(_: _Change) -> None:
    """It says nothing of the coverage."""


_DOINGS = {
    "addition": _add,
    "change": _alter,
    "correction": _alter,
    "audit": _state,
    "termination": _end,
    "delete": _delete,
    "reinstatement": _reinstate,
    "not_applicable": _nothing,
}
_RANK = {"termination": 0, "delete": 0}


def _done(coverage: dict[str, Any], action: str) -> str:
    """What is done to a coverage: what it says, else what the member's action is."""
    return coverage.get("action") or action


def _eligible_again(before: Standing, after: Standing) -> Standing:
    """Eligibility alone: coverage is reinstated by name."""
    if "eligibility_end" not in before.person:
        raise Refused("REINSTATED_WITHOUT_END", "event.action", "025")
    return after


def _needed(end: Any, field: str) -> str:
    if not end:
        raise Refused("END_MISSING", field)
    return str(end)


def _action(record: dict[str, Any]) -> str:
    return _event(record).get("action") or ""


def _event(record: dict[str, Any]) -> dict[str, Any]:
    return record.get("event") or {}


def _code(record: dict[str, Any]) -> str:
    return _event(record).get("action_code") or ""


def _person(record: dict[str, Any]) -> dict[str, Any]:
    held = {name: record[name] for name in _PERSON if name in record}
    event = _event(record)
    return held | {name: event[name] for name in _EVENT if name in event}


def _period(coverage: dict[str, Any]) -> Period:
    return {name: each for name, each in coverage.items() if name not in {"action", "action_code"}}


def _merged(held: Any, told: Any) -> Any:
    """What was known, with what is told now in its place; lists are told as a whole."""
    if isinstance(held, dict) and isinstance(told, dict):
        return held | {key: _merged(held.get(key), value) for key, value in told.items()}
    return told


def too_far_back(before: Standing | None, after: Standing, limit: dt.date) -> Key | None:
    """The first period whose dates were moved to before `limit`; None where none was."""
    known = before.periods if before else {}
    day = limit.isoformat()
    for key, each in after.periods.items():
        was = known.get(key)
        if was is None and key[2] and key[2] < day:
            return key
        end = each.get("end")
        if end and end < day and (was is None or was.get("end") != end):
            return key
    return None
