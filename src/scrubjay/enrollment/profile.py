"""Carrier profiles: how one carrier or exchange differs, as TOML with a version and its dates.

A profile is data: where numbers stand, which codes mean which, which date ends a coverage, what a
file does and what it means to be left out. Nothing else in the room knows a carrier.
"""

import calendar
import datetime as dt
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from scrubjay.codes.enrollment import lists, word
from scrubjay.enrollment.fields import Draft, Field, Problem, as_text, field_of
from scrubjay.enrollment.pages import Page, Table, page
from scrubjay.enrollment.reasons import REASONS
from scrubjay.errors import UsageError
from scrubjay.severity import Severity

__all__ = [
    "ENDS",
    "MODES",
    "PLAIN",
    "POLICIES",
    "Omissions",
    "Profile",
    "Sample",
    "found",
    "known",
    "month_end",
    "read_profile",
    "shipped",
    "versions",
]

MODES = ("file", "change", "verify", "replace")
POLICIES = ("continue", "reject", "terminate")
ENDS = ("file_date", "end_of_prior_month", "end_of_current_month")
_MONTH_END = "end_of_month"
_SUFFIX = ".toml"
_FOLDER = os.path.join(os.path.dirname(__file__), "profiles")


class Omissions(NamedTuple):
    """What it means that a file of all members leaves somebody out."""

    policy: str = "continue"
    ends: str = "end_of_prior_month"
    most: int = 10
    """So many may be left out whatever their share."""
    share: float = 0.05
    """Of those who were covered."""
    vanished: int = 2
    """A policy or a line of so many members that vanishes as a whole holds the load."""


class Named(NamedTuple):
    """A field, of the member or of each coverage."""

    field: Field
    of_coverage: bool
    month_end: bool = False
    """Of a date: the last day of its month stands for it."""

    @property
    def name(self) -> str:
        """As a profile names it."""
        return f"coverage.{self.field.name}" if self.of_coverage else self.field.name

    def values(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        """What the member has there, or each coverage, and what that is called."""
        if not self.of_coverage:
            yield self.field.name, self.field.take(draft)
            return
        for at, coverage in enumerate(draft.get("coverages") or ()):
            yield f"coverages.{at}.{self.field.name}", self.field.take(coverage)


class Split(NamedTuple):
    """A value that several are packed into: what cuts them, and where each goes."""

    field: Field
    of_coverage: bool
    by: str
    into: tuple[Named | None, ...]


class Sample(NamedTuple):
    """A file that came, and the records it is to become."""

    given: str
    wanted: str
    mapping: str
    line: int


class Profile(NamedTuple):
    """One version of a profile."""

    name: str = ""
    version: str = ""
    title: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    """The first day on which it is no longer in force."""
    mode: str = "file"
    """What a load does; ``file``: as BGN08 says."""
    scope: tuple[Field, ...] = ()
    """What makes members those of one group: omissions are looked for within it."""
    subscriber: tuple[Field, ...] = ()
    """Where the subscriber's number is; the first that is there."""
    subscriber_is_ssn: bool = False
    member: tuple[Field, ...] = ()
    """Where the member's own number is."""
    begin: tuple[Named, ...] = ()
    end: tuple[Named, ...] = ()
    moved_begin: str = "renewal"
    """What a later begin of the same coverage is: a renewal, or a correction."""
    aliases: tuple[tuple[Field, bool, dict[str, str]], ...] = ()
    splits: tuple[Split, ...] = ()
    required: tuple[Named, ...] = ()
    forbidden: tuple[Named, ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()
    omissions: Omissions = Omissions()
    retro_days: int | None = None
    samples: tuple[Sample, ...] = ()
    path: str = ""

    def in_force(self, on: dt.date) -> bool:
        """Whether this version counts on a day."""
        begun = self.since is None or self.since <= on
        return begun and (self.until is None or on < self.until)

    def severity(self, code: str) -> Severity:
        """How bad a reason is to this carrier."""
        return dict(self.severities).get(code) or REASONS[code].severity

    def apply(self, draft: Draft) -> None:
        """Puts a draft (or the JSON of a record) into the shape that it has with everybody."""
        coverages = draft.get("coverages") or ()
        for split in self.splits:
            for place in coverages if split.of_coverage else (draft,):
                _cut(split, place, draft)
        for field, of_coverage, codes in self.aliases:
            for place in coverages if of_coverage else (draft,):
                _translate(field, codes, place)
        number = next((value for each in self.subscriber if (value := each.take(draft))), None)
        if number:
            draft.setdefault("member", {})["subscriber_id"] = number
        for each in coverages:
            _date(self.begin, "begin", each, draft)
            if _ends(each, draft):
                _date(self.end, "end", each, draft)

    def member_end(self, draft: Draft) -> Any:
        """When everything ends for a member who ends (024); None where nobody says so."""
        for each in self.end:
            value = None if each.of_coverage else each.field.take(draft)
            if value is not None:
                return _month_end(value) if each.month_end else value
        return (draft.get("event") or {}).get("eligibility_end")

    def faults(self, draft: Draft) -> Iterator[Problem]:
        """What the profile wants and misses, or does not take and finds."""
        for each in self.required:
            for name, value in each.values(draft):
                if value is None:
                    yield Problem("FIELD_REQUIRED", name)
        for each in self.forbidden:
            for name, value in each.values(draft):
                if value is not None:
                    yield Problem("FIELD_FORBIDDEN", name)


PLAIN = Profile(
    scope=(field_of("sponsor.id"), field_of("sponsor.name")),
    member=(field_of("member.id"), field_of("member.ids.23"), field_of("member.ids.17")),
)
"""Where no profile is named."""


def month_end(day: dt.date) -> dt.date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def shipped() -> list[str]:
    """The names of the profiles that come with the package."""
    return sorted(
        name for name in os.listdir(_FOLDER) if os.path.isdir(os.path.join(_FOLDER, name))
    )


def versions(name: str) -> list[Profile]:
    """Every version of a profile, the oldest first: a folder of TOML files, one file, or a name."""
    folder = name if os.path.exists(name) else os.path.join(_FOLDER, name)
    if not os.path.exists(folder) or (folder != name and os.sep in name):
        raise UsageError(
            f"there is no profile {name!r}; name a TOML file, a folder of them, or one of "
            f"{', '.join(shipped())}"
        )
    if not os.path.isdir(folder):
        return [read_profile(folder)]
    files = sorted(each for each in os.listdir(folder) if each.endswith(_SUFFIX))
    made = [read_profile(os.path.join(folder, each)) for each in files]
    if not made:
        raise UsageError(f"{name}: no profile in the folder; put a TOML file there")
    return sorted(made, key=lambda each: each.since or dt.date.min)


def found(name: str, on: dt.date | None = None) -> Profile:
    """The version of a profile that is in force on a day; without one the latest."""
    every = versions(name)
    if on is None:
        return every[-1]
    for each in every[::-1]:
        if each.in_force(on):
            return each
    raise UsageError(f"profile {name}: no version is in force on {on}; see: scrubjay profile list")


def known() -> Iterator[Profile]:
    """Every version of every shipped profile."""
    for name in shipped():
        yield from versions(name)


def read_profile(path: str) -> Profile:
    """The profile in a TOML file; a fault names its line."""
    file = page(path)
    top = file.top()
    name = top.text("name")
    version = top.text("version")
    if not name or not version:
        raise top.fault("a profile has a name and a version; write both first")
    identity, dates, omissions = (top.table(key) for key in ("identity", "dates", "omissions"))
    made = Profile(
        name=name,
        version=version,
        title=top.text("title", ""),
        since=top.day("since"),
        until=top.day("until"),
        mode=top.text("mode", "file", among=MODES),
        scope=_fields(identity, "scope") or PLAIN.scope,
        subscriber=_fields(identity, "subscriber"),
        subscriber_is_ssn=identity.flag("subscriber_is_ssn"),
        member=_fields(identity, "member") or PLAIN.member,
        begin=_dated(dates, "begin"),
        end=_dated(dates, "end"),
        moved_begin=dates.text("moved_begin", "renewal", among=("renewal", "correction")),
        aliases=tuple(_aliases(top.table("aliases"))),
        splits=tuple(map(_split, top.tables("split"))),
        required=_wanted(top, "required"),
        forbidden=_wanted(top, "forbidden"),
        severities=tuple(_severities(top.table("severity"))),
        omissions=_omissions(omissions),
        retro_days=top.number("retro_days"),
        samples=tuple(_sample(each, file) for each in top.tables("samples")),
        path=path,
    )
    identity.end("scope", "subscriber", "subscriber_is_ssn", "member")
    dates.end("begin", "end", "moved_begin")
    omissions.end("policy", "ends", "most", "share", "vanished")
    top.end(*_KEYS)
    if made.since and made.until and made.until <= made.since:
        raise top.fault("until is after since", at="until")
    return made


_KEYS = (
    *("name", "version", "title", "since", "until", "mode", "identity", "dates", "aliases"),
    *("split", "required", "forbidden", "severity", "omissions", "retro_days", "samples"),
)


def _omissions(table: Table) -> Omissions:
    plain = Omissions()
    return Omissions(
        policy=table.text("policy", plain.policy, among=POLICIES),
        ends=table.text("ends", plain.ends, among=ENDS),
        most=table.number("most", plain.most),
        share=float(table.number("share", plain.share)),
        vanished=table.number("vanished", plain.vanished, least=1),
    )


def _fields(table: Table, key: str) -> tuple[Field, ...]:
    return tuple(_named(table, key, name)[0] for name in table.texts(key))


def _wanted(table: Table, key: str) -> tuple[Named, ...]:
    """Fields of the member, and of each coverage those that are in no list."""
    made = tuple(Named(*_named(table, key, name)) for name in table.texts(key))
    for each in made:
        if each.of_coverage and "." in each.field.name:
            raise table.fault(f"coverage.{each.field.name} is in a list; name another", at=key)
    return made


def _named(table: Table, key: str, name: str) -> tuple[Field, bool]:
    """A field by its name; ``coverage.plan`` is one of each coverage."""
    of_coverage = name.startswith("coverage.")
    try:
        return field_of(name.removeprefix("coverage."), coverage=of_coverage), of_coverage
    except KeyError as error:
        raise table.fault(str(error.args[0]), at=key) from None


def _dated(table: Table, key: str) -> tuple[Named, ...]:
    made = []
    for said in table.texts(key):
        name, _, rule = said.partition(" ")
        field, of_coverage = _named(table, key, name)
        if field.kind != "day" or rule not in {"", _MONTH_END}:
            raise table.fault(
                f"{said!r} is no date; write a field, or 'field end_of_month'", at=key
            )
        made.append(Named(field, of_coverage, bool(rule)))
    return tuple(made)


def _aliases(table: Table) -> Iterator[tuple[Field, bool, dict[str, str]]]:
    for of in table.rest():
        codes = Table(table.page, table.path, {of: table.page.tables["aliases"][of]}).words(of)
        if of not in _PLACES:
            raise table.fault(f"{of} has no aliases; there are {', '.join(_PLACES)}", at=of)
        for code, meant in codes.items():
            if word(of, meant) is None:
                known_codes = ", ".join(lists()[of])
                raise table.page.fault(
                    ("aliases", of, code), f"{meant!r} is no code of {of}; there are {known_codes}"
                )
        name, of_coverage = _PLACES[of]
        yield field_of(name, coverage=of_coverage), of_coverage, codes


# The fields whose codes may have aliases, by their list.
_PLACES = {
    "relationship": ("member.relationship", False),
    "sex": ("member.sex", False),
    "marital": ("member.marital", False),
    "student": ("member.student", False),
    "benefit_status": ("member.benefit_status", False),
    "employment": ("member.employment.status", False),
    "action": ("event.action", False),
    "reason": ("event.reason", False),
    "coverage_action": ("action", True),
    "line": ("line", True),
    "tier": ("tier", True),
    "file_action": ("source.action", False),
}


def _severities(table: Table) -> Iterator[tuple[str, Severity]]:
    for code, said in table.rest().items():
        if code not in REASONS:
            raise table.fault(f"{code} is no reason; docs/enrollment.md has them", at=code)
        try:
            yield code, Severity(said)
        except ValueError:
            raise table.fault(f"{code} is error, warning or info", at=code) from None


def _split(table: Table) -> Split:
    name = table.text("field")
    if not name:
        raise table.fault("a split names its field")
    field, of_coverage = _named(table, "field", name)
    by = table.text("by", ";")
    names = table.texts("into")
    if field.kind != "text" or not by or not names:
        raise table.fault("a split has a field of text, what cuts it (by), and where to (into)")
    into = tuple(
        None if each in {"", "-"} else Named(*_named(table, "into", each)) for each in names
    )
    if not of_coverage and any(each and each.of_coverage for each in into):
        raise table.fault("a member's value does not go to a coverage", at="into")
    table.end("field", "by", "into")
    return Split(field, of_coverage, by, into)


def _sample(table: Table, file: Page) -> Sample:
    made = Sample(
        given=table.text("given", ""),
        wanted=table.text("wanted", ""),
        mapping=table.text("map", ""),
        line=file.line(table.path),
    )
    table.end("given", "wanted", "map")
    if not made.given or not made.wanted:
        raise table.fault("a sample has what was given and what is wanted")
    return made


# ---- what a profile does to a draft


def _cut(split: Split, place: Draft, draft: Draft) -> None:
    packed = split.field.take(place)
    if not isinstance(packed, str) or split.by not in packed:
        return
    split.field.clear(place)
    for target, part in zip(split.into, packed.split(split.by), strict=False):
        if target is not None and part.strip():
            target.field.fill(place if target.of_coverage else draft, part.strip())


def _translate(field: Field, codes: dict[str, str], place: Draft) -> None:
    held: Any = place
    for step in field.path:
        held = (held or {}).get(step)
    meant = codes.get(((held or {}).get(f"{field.key}_code")) or "")
    if meant:
        field.fill(place, meant)


def _ends(coverage: Draft, draft: Draft) -> bool:
    """Whether somebody says that it ends."""
    event = draft.get("event") or {}
    return "024" in {coverage.get("action_code"), event.get("action_code")}


def _date(order: Iterable[Named], key: str, coverage: Draft, draft: Draft) -> None:
    for each in order:
        value = each.field.take(coverage if each.of_coverage else draft)
        if value is not None:
            coverage[key] = _month_end(value) if each.month_end else value
            return


def _month_end(value: Any) -> Any:
    """The month's last day: of a day a day, of text text."""
    if isinstance(value, dt.date):
        return month_end(value)
    return month_end(dt.date.fromisoformat(as_text(value))).isoformat()
