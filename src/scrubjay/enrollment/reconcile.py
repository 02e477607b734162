"""A load held against what is known: adds, changes, terminations, reinstatements, omissions.

Members come in any order and size; they are staged, and looked at family by family. Everything that
a load does is one transaction: it is taken as a whole, or held as a whole.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from scrubjay.enrollment.differences import Kind, coverages, fields, kind_of
from scrubjay.enrollment.fields import Problem
from scrubjay.enrollment.making import Made, Maker, quarantined
from scrubjay.enrollment.people import Somebody, people
from scrubjay.enrollment.profile import month_end
from scrubjay.enrollment.staging import Family, Incoming, Staging, family_of, scope_of
from scrubjay.enrollment.standing import (
    Key,
    Refused,
    Standing,
    changed,
    ended,
    stated,
    too_far_back,
)
from scrubjay.enrollment.state import State
from scrubjay.errors import UsageError
from scrubjay.models.enrollment import Quarantined

__all__ = ["Options", "Said", "reconcile"]

_DAY = dt.timedelta(days=1)
_ALONE = frozenset(("EMP",))


class Options(NamedTuple):
    """How a load is to be taken."""

    mode: str = ""
    """change, verify or replace; empty: as the profile says, and else the file."""
    as_of: dt.date | None = None
    """The day of the load, instead of the file's own."""
    release: bool = False
    """Goes on where the guard would hold."""


class Said(NamedTuple):
    """One thing that the load comes to: a line of changes.jsonl, or of quarantine.jsonl."""

    change: dict[str, Any] | None = None
    held: Quarantined | None = None
    person: dict[str, Any] | None = None
    """The person that it is about, for whoever works on it."""


Tell = Callable[[Said], None]


def reconcile(
    state: State,
    made: Iterable[Made],
    maker: Maker,
    options: Options = Options(),  # noqa: B008 - a value
    tell: Tell = lambda _: None,
) -> dict[str, Any]:
    """One load of what `maker` made; gives what it came to, by the names of its summary."""
    with Staging(state.path) as staging, state.guarded():
        run = _Run(state, staging, maker, options, tell)
        run.stage(made)
        return run.result()


class _Run:
    """One load on its way."""

    def __init__(
        self, state: State, staging: Staging, maker: Maker, options: Options, tell: Tell
    ) -> None:
        self._state = state
        self._staging = staging
        self._profile = maker.profile
        self._tokens = maker.tokens
        self._options = options
        self._tell = tell
        self._kinds: Counter[Kind] = Counter()
        self._codes: Counter[str] = Counter()
        self._protected = 0
        self._quarantined = 0
        self._unknown = 0
        self._lines: Counter[str] = Counter()
        self._load = 0

    # ---- what comes in

    def stage(self, made: Iterable[Made]) -> None:
        """Every member of the load, to where it waits."""
        for one in made:
            for reason in one.reasons:
                self._hold(reason, one.person)
            if one.record is None:
                self._quarantined += 1
                self._protect(one.reasons)
                continue
            incoming = Incoming.of(one.record)
            record = incoming.record
            mode = self._mode(record)
            group = scope_of(record, self._profile.scope)
            taken = self._staging.add(incoming, group, family_of(record), mode, self._day(record))
            if taken != mode:
                raise UsageError(
                    f"member {record['source'].get('index')}: one sponsor's members are to "
                    f"{taken} and to {mode}; load these sets one at a time, or say --mode"
                )

    def _mode(self, record: dict[str, Any]) -> str:
        said = self._options.mode or self._profile.mode
        if said != "file":
            return said
        action = record["source"].get("action")
        if not action:
            raise UsageError(
                "nobody says whether the load changes, replaces or is to be compared: name it with "
                "--mode change, replace or verify"
            )
        return str(action)

    def _day(self, record: dict[str, Any]) -> str:
        if self._options.as_of:
            return self._options.as_of.isoformat()
        return str(record["source"].get("date") or dt.datetime.now(dt.UTC).date().isoformat())

    def _protect(self, reasons: tuple[Quarantined, ...]) -> None:
        """Nobody of a family in quarantine is taken for omitted; of an unknown one, nobody is."""
        token = next((each.subscriber for each in reasons if each.subscriber), None)
        if token is None:
            self._unknown += 1
        else:
            self._staging.hold(token)

    # ---- what it comes to

    def result(self) -> dict[str, Any]:
        """The load, taken or held."""
        digest = self._staging.digest()
        if not self._staging.count:
            return self._summary("empty", None)
        before = self._state.replayed(digest)
        if before is not None and not self._is_compared():
            return self._summary("replayed", before)
        self._state.begin()
        self._load = self._state.next_load()
        reused = self._reused()
        for family in self._staging.families():
            self._family(family)
        for group, mode, day in self._staging.groups():
            if mode != "change":
                self._omissions(group, mode, day)
        return self._decide(digest, reused)

    def _decide(self, digest: str, reused: list[str]) -> dict[str, Any]:
        reasons = [*reused, *self._guarded()]
        if self._is_compared():
            self._state.roll_back()
            return self._summary("verified", None, reasons)
        held = bool(reasons) and not self._options.release
        if held:
            self._state.roll_back()
            self._state.begin()
        summary = self._summary("held" if held else "applied", self._load, reasons)
        facts = {**self._staging.facts, "digest": digest, "counts": summary}
        self._state.write_load(self._load, facts, summary["status"])
        if not held:
            for name, each in self._staging.sources():
                self._state.add_source(self._load, name, each)
        self._state.commit()
        return summary

    def _is_compared(self) -> bool:
        """Whether nothing of the load is to be taken: it is for comparison alone."""
        return all(mode == "verify" for _, mode, _ in self._staging.groups())

    def _reused(self) -> list[str]:
        """Sets whose numbers were there before with other members: a replay, or a sender's slip."""
        count, last = 0, None
        for name, digest in self._staging.sources():
            load = self._state.loaded_otherwise(name, digest)
            if load is not None:
                count, last = count + 1, load
        if not count:
            return []
        sets = "one set has" if count == 1 else f"{count} sets have"
        return [f"{sets} numbers (BGN02, ST02) that load {last} had with other members"]

    def _summary(
        self, status: str, load: int | None, reasons: Iterable[str] = ()
    ) -> dict[str, Any]:
        return {
            "status": status,
            "load": load,
            "records": self._staging.count,
            "quarantined": self._quarantined,
            **{_COUNTED[kind]: self._kinds[kind] for kind in Kind},
            "protected": self._protected,
            "coverages": dict(sorted(self._lines.items())),
            "quarantine": dict(sorted(self._codes.items())),
            "guard": list(reasons),
        }

    # ---- family by family

    def _family(self, family: Family) -> None:
        scope = self._state.scope(family.group)
        found = self._people(family, scope)
        left: dict[int, list[Key]] = {}
        for one in found:
            if one.told and not one.problems:
                left[id(one)] = self._judge(one, family)
        self._hold_orphans(found)
        _note_tiers(found, family.day)
        for one in found:
            if one.told:
                self._settle(one, family, scope, left.get(id(one), []))

    def _people(self, family: Family, scope: int) -> list[Somebody]:
        if not family.is_too_large:
            known = self._state.family(scope, family.name)
            return people(known, family.members, self._profile.member)
        found = [one for each in family.members for one in people([], [each], ())]
        for one in found:
            one.problems.append(Problem("FAMILY_TOO_LARGE", "member.subscriber_id"))
        return found

    def _judge(self, one: Somebody, family: Family) -> list[Key]:
        """Where somebody stands by what is told; the coverages that a full statement leaves out."""
        left_out: list[Key] = []
        try:
            if family.mode == "change":
                after = one.before
                for each in one.told:
                    after = changed(after, each.record, self._profile)
                one.after = after
            else:
                record = _together(one)
                one.after, left_out = stated(one.before, record, self._profile, family.day)
        except Refused as refused:
            one.problems.append(refused.problem)
            return []
        self._look_back(one, family)
        return left_out

    def _look_back(self, one: Somebody, family: Family) -> None:
        days = self._profile.retro_days
        if days is None or one.after is None or (family.mode != "change" and one.before is None):
            return
        limit = dt.date.fromisoformat(family.day) - dt.timedelta(days=days)
        key = too_far_back(one.before, one.after, limit)
        if key is not None:
            one.problems.append(Problem("TOO_FAR_BACK", "coverages", key[0]))

    def _hold_orphans(self, found: list[Somebody]) -> None:
        if any(one.is_subscriber and one.now is not None for one in found):
            return
        for one in found:
            if one.told and one.before is None and not (one.is_subscriber or one.problems):
                one.problems.append(Problem("ORPHAN_DEPENDANT", "member.subscriber_id"))

    def _settle(self, one: Somebody, family: Family, scope: int, left_out: list[Key]) -> None:
        if one.person is not None:
            self._staging.see(one.person)
        for problem in (*one.problems, *one.notes):
            self._hold(self._reason(one, problem), _person(one))
        after = one.after
        if one.problems or after is None:
            self._count(family, one.before, one.before)
            self._say(Kind.HELD, one, None)
            return
        after = self._omitted_coverages(family, after, left_out)
        kind = kind_of(one.before, after)
        self._count(family, one.before, after)
        if family.mode != "verify" and kind != Kind.UNCHANGED:
            if one.person is None:
                one.person = self._state.add_person(
                    scope, family.name, self._load, is_subscriber=one.is_subscriber
                )
                self._staging.see(one.person)
            self._state.put(one.person, self._load, one.before, after)
        self._say(kind, one, after, left_out)

    def _omitted_coverages(self, family: Family, after: Standing, left_out: list[Key]) -> Standing:
        """Coverages that a member's statement leaves out follow the policy for omissions."""
        if not left_out or self._profile.omissions.policy != "terminate":
            return after
        end = self._end_of_omitted(family.day)
        alone = Standing({}, {key: after.periods[key] for key in left_out})
        over = ended(alone, end).periods
        rest = {key: each for key, each in after.periods.items() if key not in left_out}
        return Standing(after.person, rest | over)

    # ---- whoever is left out

    def _omissions(self, group: str, mode: str, day: str) -> None:
        scope = self._state.scope(group)
        policy = self._profile.omissions.policy
        end = self._end_of_omitted(day)
        family = Family(group, mode, day, "", [])
        for known in self._state.others(scope, self._staging.db):
            before = known.standing
            if not before.is_in_force(day):
                continue
            one = Somebody(known, is_subscriber=known.is_subscriber)
            if self._is_protected(before):
                self._protected += 1
                self._count(family, before, before)
                continue
            after = before
            if policy == "terminate":
                after = ended(before, end)
                if mode == "replace":
                    self._state.put(known.person, self._load, before, after)
            self._count(family, before, None)
            self._say(Kind.OMISSION, one, after, list(before.periods), outcome=_OUTCOME[policy])

    def _is_protected(self, standing: Standing) -> bool:
        if self._unknown:
            return True
        member = standing.person.get("member") or {}
        token = self._tokens.subscriber(
            member.get("subscriber_id"), member.get("subscriber_ssn_token")
        )
        return self._staging.holds(token)

    def _end_of_omitted(self, day: str) -> str:
        given = dt.date.fromisoformat(day)
        match self._profile.omissions.ends:
            case "end_of_prior_month":
                return (given.replace(day=1) - _DAY).isoformat()
            case "end_of_current_month":
                return month_end(given).isoformat()
            case _:
                return given.isoformat()

    def _guarded(self) -> Iterator[str]:
        """Why the load is not to be taken without somebody's word."""
        rule = self._profile.omissions
        replaced = {group for group, mode, _ in self._staging.groups() if mode == "replace"}
        if rule.policy == "continue" or not replaced:
            return
        for group, _, before, after in self._staging.tallied("all"):
            gone = before - after
            if group not in replaced or gone <= 0:
                continue
            if rule.policy == "reject":
                yield f"{gone} of {before} members are left out, and the profile rejects that"
            elif gone > max(rule.most, rule.share * before):
                yield f"{gone} of {before} members are left out, more than the profile allows"
        for kind in ("policy", "line"):
            for group, name, before, after in self._staging.tallied(kind, rule.vanished):
                if group in replaced and not after:
                    yield f"{kind} {name or 'without a name'}: all {before} members are gone"

    def _count(self, family: Family, before: Standing | None, after: Standing | None) -> None:
        """Counts a member for the guard, in what they were and are covered by."""
        if family.mode == "change":
            return
        was, is_ = (_covered(each, family.day) for each in (before, after))
        for kind, name in was | is_:
            self._staging.tally(
                family.group, kind, name, before=(kind, name) in was, after=(kind, name) in is_
            )

    # ---- what is told

    def _reason(self, one: Somebody, problem: Problem) -> Quarantined:
        return quarantined(one.told[-1].record, problem, self._tokens, self._profile)

    def _hold(self, reason: Quarantined, person: dict[str, Any] | None) -> None:
        if reason.severity != "info":
            self._codes[reason.code] += 1
        self._tell(Said(held=reason, person=person))

    def _say(
        self,
        kind: Kind,
        one: Somebody,
        after: Standing | None,
        left_out: list[Key] | None = None,
        *,
        outcome: str | None = None,
    ) -> None:
        self._kinds[kind] += 1
        if kind == Kind.UNCHANGED and not left_out:
            return
        covered = [] if after is None else list(coverages(one.before, after, left_out or []))
        for each in covered:
            self._lines[each["change"]] += 1
        self._tell(Said(change=self._line(kind, one, after, covered, outcome), person=_person(one)))

    def _line(
        self,
        kind: Kind,
        one: Somebody,
        after: Standing | None,
        covered: list[dict[str, Any]],
        outcome: str | None,
    ) -> dict[str, Any]:
        source = one.told[-1].record["source"] if one.told else {}
        member = next(iter(one.members()))
        token = self._tokens.subscriber(
            member.get("subscriber_id"), member.get("subscriber_ssn_token")
        )
        return {
            "change": kind.value,
            "outcome": outcome,
            "person": one.person,
            "subscriber": token,
            "is_subscriber": one.is_subscriber,
            **{name: source.get(name) for name in _PLACE},
            "fields": fields(one.before, after) if one.before and after else [],
            "coverages": covered,
        }


_COUNTED = {
    Kind.ADD: "adds",
    Kind.CHANGE: "changes",
    Kind.TERMINATION: "terminations",
    Kind.REINSTATEMENT: "reinstatements",
    Kind.OMISSION: "omissions",
    Kind.HELD: "held",
    Kind.UNCHANGED: "unchanged",
}
_OUTCOME = {"continue": "continued", "terminate": "terminated", "reject": "rejected"}
_PLACE = ("file", "interchange", "group", "set", "index", "segment_index", "row", "path")


def _person(one: Somebody) -> dict[str, Any] | None:
    return next(iter(one.members()), None)


def _covered(standing: Standing | None, day: str) -> set[tuple[str, str]]:
    if standing is None:
        return set()
    lines = {("line", key[0]) for key, _ in standing.in_force(day)}
    if not lines:
        return set()
    policy = (standing.person.get("member") or {}).get("policy") or ""
    return lines | {("policy", policy), ("all", "")}


def _together(one: Somebody) -> dict[str, Any]:
    """One statement of a member, of several records where each says other coverages."""
    first, *rest = (each.record for each in one.told)
    if not rest:
        return first
    told = list(first.get("coverages") or [])
    for record in rest:
        more = record.get("coverages") or []
        lines = {each.get("line_code") for each in told}
        if not more or not told or any(each.get("line_code") in lines for each in more):
            raise Refused("MEMBER_TWICE", "member")
        told += more
    return {**first, "coverages": told}


def _note_tiers(found: list[Somebody], day: str) -> None:
    """A tier of the employee alone, where dependants have the same line."""
    others = {
        key[0]
        for one in found
        if not one.is_subscriber and one.now is not None
        for key, _ in one.now.in_force(day)
    }
    for one in found:
        if not one.is_subscriber or not one.told or one.now is None or one.problems:
            continue
        for key, each in one.now.in_force(day):
            if each.get("tier_code") in _ALONE and key[0] in others:
                one.notes.append(Problem("TIER_MISMATCH", "coverages", key[0]))
