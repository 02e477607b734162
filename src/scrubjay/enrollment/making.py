"""A draft becomes a record, or stays in quarantine with its reasons: one way for every source."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from scrubjay.enrollment.checks import faults_of
from scrubjay.enrollment.fields import Draft, Problem, pruned
from scrubjay.enrollment.identity import Tokens, masked, same_number
from scrubjay.enrollment.profile import PLAIN, Profile
from scrubjay.enrollment.reasons import REASONS
from scrubjay.errors import InputError
from scrubjay.models.enrollment import SCHEMA, Enrollment, Quarantined
from scrubjay.severity import Severity

__all__ = ["Made", "Maker", "quarantined"]

_ERROR = Severity.ERROR.value
_CODES = frozenset(("CODE_UNKNOWN", "ACTION_UNKNOWN"))


class Made(NamedTuple):
    """What became of one member: the record unless it is held, and the reasons."""

    record: Enrollment | None
    reasons: tuple[Quarantined, ...] = ()
    person: Draft | None = None
    """The member as it was read, for whoever works on what is held."""


class Maker:
    """Makes records of drafts, member after member, as one profile has them."""

    def __init__(self, tokens: Tokens, profile: Profile = PLAIN) -> None:
        self.tokens = tokens
        self.profile = profile
        self._family = ("", "")

    def make(self, draft: Draft, source: Draft, problems: Iterable[Problem] = ()) -> Made:
        """The record of a draft; `source` is where it stood."""
        draft["source"] = draft.get("source", {}) | source
        self._reshape(draft)
        held = pruned(draft | {"schema_version": SCHEMA})
        held.setdefault("event", {})
        held.setdefault("member", {})
        found = [each for each in problems if not _mended(each, held)]
        try:
            record = Enrollment.model_validate(held)
        except ValidationError as error:
            found += _misfits(error)
            return Made(None, tuple(self._reasons(held, found)), held["member"])
        found += self.profile.faults(held)
        found += [each for each in faults_of(record) if not _told(each, found)]
        return self._judged(held, record, found)

    def again(self, line: bytes | str, place: str) -> Made:
        """A record that was made before, from its line; under a profile judged anew."""
        try:
            record = Enrollment.model_validate_json(line)
            if not self.profile.name:
                return Made(record)
            draft = json.loads(line)
            self._reshape(draft)
            record = Enrollment.model_validate_json(json.dumps(pruned(draft)))
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "the whole line"
            raise InputError(f"{place}: {where}: {first['msg']}; mend the line") from None
        found = [*self.profile.faults(draft), *faults_of(record)]
        return self._judged(draft, record, found)

    def _reshape(self, draft: Draft) -> None:
        self._name_family(draft)
        self._sign(draft)
        self.profile.apply(draft)

    def _sign(self, draft: Draft) -> None:
        if self.profile.name:
            source = draft.setdefault("source", {})
            source["profile"] = self.profile.name
            source["profile_version"] = self.profile.version

    def _judged(self, held: Draft, record: Enrollment, found: Iterable[Problem]) -> Made:
        reasons = tuple(self._reasons(held, found))
        is_held = any(reason.severity == _ERROR for reason in reasons)
        return Made(None if is_held else record, reasons, held.get("member"))

    def _name_family(self, draft: Draft) -> None:
        """A subscriber's number that is a social security number does not stay in the record.

        It is one where the profile says so, and where it equals the subscriber's own: theirs, or
        that of the subscriber before, as families stand together.
        """
        member = draft.setdefault("member", {})
        number = member.get("subscriber_id")
        if not number:
            return
        if self.profile.subscriber_is_ssn:
            is_ssn = True
        elif member.get("ssn_token") == self.tokens.ssn(number).token:
            self._family = (number, number)
            is_ssn = True
        else:
            is_ssn = bool(self._family[0]) and same_number(number, self._family[0])
        if is_ssn:
            kept = self.tokens.ssn(number)
            del member["subscriber_id"]
            member["subscriber_ssn_token"] = kept.token
            member["subscriber_ssn_last4"] = kept.last4 or None

    def _reasons(self, held: Draft, found: Iterable[Problem]) -> Iterator[Quarantined]:
        for problem in found:
            yield quarantined(held, problem, self.tokens, self.profile)


def quarantined(held: Draft, problem: Problem, tokens: Tokens, profile: Profile) -> Quarantined:
    """The line of quarantine.jsonl: what is wrong with a record, and where that stood."""
    source: dict[str, Any] = held.get("source") or {}
    member: dict[str, Any] = held.get("member") or {}
    told = REASONS[problem.code]
    where = f" ({problem.where})" if problem.where else ""
    return Quarantined(
        kind=source["kind"],
        code=problem.code,
        severity=profile.severity(problem.code).value,
        message=told.message,
        fix=told.fix,
        **{name: source.get(name) for name in _PLACE},
        field=f"{problem.field}{where}" or None,
        value=masked(problem.value) or None,
        subscriber=tokens.subscriber(
            member.get("subscriber_id"), member.get("subscriber_ssn_token")
        ),
        profile=profile.name or None,
        profile_version=profile.version or None,
    )


_PLACE = (*("file", "interchange", "group", "set", "index", "row", "path", "segment_index"),)


def _mended(problem: Problem, held: Draft) -> bool:
    """Whether the profile knew the code that nobody else knows."""
    if problem.code not in _CODES:
        return False
    place: Any = held
    for step in problem.field.split("."):
        if isinstance(place, list):
            place = place[int(step)] if step.isdecimal() and int(step) < len(place) else None
        elif isinstance(place, dict):
            place = place.get(step)
    return place is not None


def _told(problem: Problem, found: list[Problem]) -> bool:
    """Whether the same was said where the value was read, which knows the place better."""
    return any(each.code == problem.code and each.field == problem.field for each in found)


def _misfits(error: ValidationError) -> Iterator[Problem]:
    """What a model refuses; pydantic says where, and quotes nothing."""
    for each in error.errors(include_input=False, include_context=False, include_url=False):
        yield Problem("VALUE_INVALID", ".".join(str(step) for step in each["loc"]))
