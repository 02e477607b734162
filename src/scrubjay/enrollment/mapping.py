"""Mappings: which column, or which name in JSON, is which field of the record. TOML by people.

::

    name = "acme"
    dates = ["%m/%d/%Y"]              # beside YYYY-MM-DD and YYYYMMDD

    [set]                             # the same for every member
    "sponsor.id" = "970000001"

    [fields]                          # a column each, or more about it
    "member.last" = "Last Name"
    "member.relationship" = { from = "Rel", values = { EE = "self", SP = "spouse" } }

    [[coverages]]                     # one coverage each, where `when` is not empty
    when = "Dental Plan"
    set = { line = "dental" }
    fields = { plan = "Dental Plan", begin = "Dental From" }
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from scrubjay.enrollment.fields import Draft, Field, Problem, as_text, copied, field_of
from scrubjay.enrollment.identity import Tokens
from scrubjay.enrollment.pages import Page, Table, page

__all__ = ["Look", "Mapping", "Part", "Rule", "part_of", "read_mapping"]

Look = Callable[[str], Any]
"""What a source has under a name: a column of a row, a pointer into JSON; None where nothing."""


class Rule(NamedTuple):
    """Where one field comes from."""

    field: Field
    sources: tuple[str, ...]
    """The first of them that is not empty counts."""
    values: dict[str, str]
    dates: tuple[str, ...]
    default: str
    qualifier: str

    def apply(self, draft: Draft, look: Look, tokens: Tokens | None) -> Problem | None:
        """Fills the field from what the source has."""
        text, where = self._text(look)
        if not text:
            return None
        problem = self.field.fill(
            draft, self.values.get(text, text), tokens=tokens, dates=self.dates
        )
        if self.qualifier:
            # Items of `reporting` are named by people, so their qualifier is told beside.
            self.field.held(draft)["qualifier"] = self.qualifier
        return problem and problem._replace(where=where)

    def _text(self, look: Look) -> tuple[str, str]:
        for source in self.sources:
            text = as_text(look(source))
            if text:
                return text, source
        return self.default, ""


class Part(NamedTuple):
    """A member, or a coverage of one: what is the same for all, and what comes from where."""

    at: str
    """Of JSON: where the list of them is; empty for the place itself."""
    when: str
    """There is none where this is empty in the source."""
    constants: Draft
    """The same for all, as a draft has it."""
    rules: tuple[Rule, ...]

    def fill(self, look: Look, tokens: Tokens | None) -> tuple[Draft, list[Problem]]:
        """A draft of it, and what is wrong with it."""
        draft: Draft = copied(self.constants)
        problems: list[Problem] = []
        for rule in self.rules:
            problem = rule.apply(draft, look, tokens)
            if problem:
                problems.append(problem)
        return draft, problems

    def sources(self) -> Iterator[str]:
        """Every name that it looks for."""
        for rule in self.rules:
            yield from rule.sources
        if self.when:
            yield self.when


class Mapping(NamedTuple):
    """A mapping as it was written, ready to be used."""

    name: str
    version: str
    member: Part
    coverages: tuple[Part, ...]
    extras: tuple[str, ...]
    """Sources that are kept raw, as no field holds them."""
    page: Page
    rest: Table
    """What the adapter itself is told: [csv] or [rest]."""

    def sources(self) -> set[str]:
        """Every name that it looks for."""
        return {name for part in (self.member, *self.coverages) for name in part.sources()} | set(
            self.extras
        )


def read_mapping(name: str | os.PathLike[str], adapter: str) -> Mapping:
    """The mapping in a TOML file; `adapter` is the table that only its reader understands."""
    file = page(name)
    top = file.top()
    dates = top.texts("dates")
    made = Mapping(
        name=top.text("name") or file.name.removesuffix(".toml"),
        version=top.text("version") or "",
        member=_member(top, dates),
        coverages=tuple(part_of(each, dates, coverage=True) for each in top.tables("coverages")),
        extras=top.texts("extras"),
        page=file,
        rest=top.table(adapter),
    )
    top.end("name", "version", "dates", "set", "fields", "coverages", "extras", adapter)
    return made


def _member(top: Table, dates: tuple[str, ...]) -> Part:
    return Part("", "", _constants(top, coverage=False), _rules(top, dates, coverage=False))


def part_of(table: Table, dates: tuple[str, ...], *, coverage: bool) -> Part:
    """A part as a table of its own says it: `at`, `when`, `set` and `fields`."""
    made = Part(
        at=table.text("at", ""),
        when=table.text("when", ""),
        constants=_constants(table, coverage=coverage),
        rules=_rules(table, dates, coverage=coverage),
    )
    table.end("at", "when", "set", "fields")
    return made


def _constants(table: Table, *, coverage: bool) -> Draft:
    inside = table.table("set")
    made: Draft = {}
    for name, value in inside.rest().items():
        field = _field(inside, name, coverage=coverage)
        text = as_text(value)
        if field.kind == "ssn":
            raise inside.fault(f"{name} is never the same for all members", at=name)
        if not text or field.fill(made, text) is not None:
            raise inside.fault(
                f"{name} cannot be what it is set to; see docs/enrollment.md", at=name
            )
    return made


def _rules(table: Table, dates: tuple[str, ...], *, coverage: bool) -> tuple[Rule, ...]:
    inside = table.table("fields")
    held = inside.rest()
    return tuple(_rule(inside, name, held[name], dates, coverage=coverage) for name in held)


def _rule(inside: Table, name: str, said: Any, dates: tuple[str, ...], *, coverage: bool) -> Rule:
    field = _field(inside, name, coverage=coverage)
    if isinstance(said, (str, list)):
        said = {"from": said}
    table = Table(inside.page, (*inside.path, name), said)
    sources = table.texts("from")
    if not all(sources) or not sources:
        raise inside.fault(f'{name} comes from nowhere; write "{name}" = "Column"', at=name)
    made = Rule(
        field=field,
        sources=sources,
        values=table.words("values"),
        dates=table.texts("dates", dates),
        default=table.text("default", ""),
        qualifier=table.text("qualifier", ""),
    )
    if made.qualifier and not name.startswith("reporting."):
        raise inside.fault("only items of reporting have a qualifier of their own", at=name)
    table.end("from", "values", "dates", "default", "qualifier")
    return made


def _field(table: Table, name: str, *, coverage: bool) -> Field:
    try:
        return field_of(name, coverage=coverage)
    except KeyError as error:
        raise table.fault(str(error.args[0]), at=name) from None
