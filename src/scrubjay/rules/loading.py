"""Rules of all sources made one set: shipped ones, files of all kinds, and plug-ins.

A name ``plugin:acme`` is the entry point of that name in the group ``scrubjay.rules``: a module, a
list of rules, or a function that gives one. A folder stands for all files of rules in it.
"""

from __future__ import annotations

import os

from scrubjay.rules.errors import RuleError
from scrubjay.rules.rows import TABLES
from scrubjay.rules.rule import Rule, trace
from scrubjay.rules.ruleset import RuleSet, load, rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from scrubjay.rules.analysts import Override
    from scrubjay.rules.expressions import Bool

__all__ = ["GROUP", "Loaded", "assemble", "files", "gather", "overridden"]

GROUP = "scrubjay.rules"
PLUGIN = "plugin:"
_TABLES = (".csv", ".xlsx", ".xlsm")
_TESTS = "add tests, one that expects fail and one that expects pass"
_SUFFIXES = (".py", ".toml", *_TABLES)


class Loaded:
    """What files have: rules, overrides, and what people should hear of them."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.overrides: list[Override] = []
        self.notes: list[str] = []

    def take(self, rules: Sequence[Rule], more: str = _TESTS) -> None:
        """The rules of a file. One of which nothing is said and that has no tests is a shadow."""
        untested = [rule for rule in rules if _untested(rule)]
        self.rules += [rule.but(state="shadow") if _untested(rule) else rule for rule in rules]
        if untested:
            first, others = untested[0], len(untested) - 1
            whom = f"{first.id} and {others:,} more have" if others else f"{first.id} has"
            are = "are shadows" if others else "is a shadow"
            self.notes.append(
                f"{first.at}: {whom} no tests and {are}: told as info, rejecting nothing; {more}, "
                "or say state shadow"
            )


def _untested(rule: Rule) -> bool:
    return not rule.stated and not rule.tests


def gather(names: Iterable[str]) -> Loaded:
    """The rules and overrides of files, folders and plug-ins."""
    found = Loaded()
    for name in names:
        if name.startswith(PLUGIN):
            found.take(_plugin(name.removeprefix(PLUGIN)))
            continue
        for path in files(name):
            _add(found, path)
    return found


def files(name: str) -> list[str]:
    """The files of rules of a folder, by name; of anything else itself."""
    if not os.path.isdir(name):
        return [name]
    there = sorted(os.path.join(name, file) for file in os.listdir(name))
    there = [file for file in there if file.lower().endswith(_SUFFIXES)]
    if not there:
        raise RuleError(f"there is no file of rules in it ({', '.join(_SUFFIXES)})", name)
    return there


def _add(found: Loaded, path: str) -> None:
    kind = path.lower()  # spreadsheets write .CSV and .XLSX, too
    if kind.endswith(".toml"):
        from scrubjay.rules.analysts import read

        rules, overrides = read(path)
        found.take(rules)
        found.overrides += overrides
    elif kind.endswith(_TABLES):
        from scrubjay.rules import decisions

        found.take(decisions.read(path), "fill the columns fails and passes")
    else:
        found.take(load(path))


def _plugin(name: str) -> list[Rule]:
    from importlib.metadata import entry_points
    from types import ModuleType

    points = entry_points(group=GROUP, name=name)
    if not points:
        there = ", ".join(sorted(point.name for point in entry_points(group=GROUP))) or "none"
        raise RuleError(f"there is no plug-in {name!r}; installed are: {there}", PLUGIN + name)
    rules: list[Rule] = []
    for point in points:
        try:
            value: Any = point.load()
            if callable(value) and not isinstance(value, ModuleType | Rule):
                value = value()
        except RuleError:
            raise
        except Exception as error:
            told = f"it cannot be loaded: {type(error).__name__}: {error}"
            raise RuleError(told, PLUGIN + name) from error
        rules += rules_of(value) if isinstance(value, ModuleType) else list(value)
    return rules


def assemble(shipped: Sequence[Rule], names: Sequence[str]) -> RuleSet:
    """The shipped rules and those of `names`, changed as their overrides say.

    Those of files that are active must have tests, and pass them.
    """
    found = gather(names)
    if found.rules:
        from scrubjay.rules.trials import demand

        demand(found.rules)
    return RuleSet(overridden([*shipped, *found.rules], found.overrides), found.notes)


def overridden(rules: Sequence[Rule], overrides: Sequence[Override]) -> list[Rule]:
    """The rules with what overrides change: the narrowest that fits a claim counts.

    A rule that is changed for some becomes several of one id: one for those of each scope, and one
    for all others.
    """
    if not overrides:
        return list(rules)
    ids = {rule.id for rule in rules}
    of: dict[str, list[Override]] = {}
    for override in overrides:
        if override.rule not in ids:
            from difflib import get_close_matches

            near = get_close_matches(override.rule, sorted(ids), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise RuleError(f"there is no rule {override.rule}{hint}", override.place)
        of.setdefault(override.rule, []).append(override)
    return [one for rule in rules for one in _variants(rule, of.get(rule.id, []))]


def _variants(rule: Rule, overrides: list[Override]) -> list[Rule]:
    """A rule as it is for each scope, the narrowest first; of two as narrow the later counts."""
    if not overrides:
        return [rule]
    for override in overrides:
        if override.scope.level == 0:
            rule = _changed(rule, override)
    narrower = [override for override in reversed(overrides) if override.scope.level > 0]
    narrower.sort(key=lambda override: -override.scope.level)
    if not narrower:
        return [rule]
    if rule.table is None:
        raise RuleError(
            f"{rule.id} is a plain function: it is overridden for everybody", narrower[0].place
        )
    row = TABLES[rule.table](0)
    made: list[Rule] = []
    outside: list[Bool] = []
    for at, override in enumerate(narrower):
        # wider scopes that are overridden too count first, where they hold the narrower one
        changed = _changed(rule, override)
        inside = override.scope.inside(row)
        conditions = [*outside, *([inside] if inside is not None else [])]
        made.append(_within(changed, conditions).but(variant=at > 0, whom=str(override.scope)))
        outside.append(override.scope.outside(row))
    made.append(_within(rule, outside).but(variant=True, whom="all others"))
    return made


def _within(rule: Rule, conditions: Sequence[Bool]) -> Rule:
    expression = rule.expression
    for condition in reversed(conditions):
        expression = condition if expression is None else condition & expression
    return rule.but(expression=expression)


def _changed(rule: Rule, override: Override) -> Rule:
    changed = rule.but(**override.changes)
    if not override.parameters:
        return changed
    if wrong := sorted(set(override.parameters) - set(rule.parameters)):
        there = ", ".join(sorted(rule.parameters)) or "none"
        raise RuleError(f"{rule.id} has no parameter {wrong[0]!r}: {there}", override.place)
    parameters = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in (rule.parameters | override.parameters).items()
    }
    _, expression, evidence = trace(rule.function, rule.pointed, override.place, parameters)
    return changed.but(parameters=parameters, expression=expression, evidence=evidence)
