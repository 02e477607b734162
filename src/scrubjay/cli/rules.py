"""`scrubjay rules`: the rules that scrub applies, shipped and loaded, looked at and tried."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.kinds import FILE, Count, Kind
from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from scrubjay.catalog import BuiltIn
    from scrubjay.rules import Rule

__all__ = ["COMMAND"]

_MOST_NAMED = 20


def listing(given: dict[str, Any]) -> int:
    """Lists the rules."""
    from scrubjay.runs import ruleset

    rules = ruleset(given["rules"], note=_heard).rules
    if given["as_json"]:
        sys.stdout.write(json.dumps({"rules": [_card(rule) for rule in rules]}) + "\n")
    elif given["markdown"]:
        sys.stdout.writelines(_page(rules))
    else:
        wide = max((len(rule.id) for rule in rules), default=0)
        for rule in rules:
            state = "" if rule.state == "active" else f"  ({rule.state})"
            state = state if rule.enabled else "  (off)"
            state += f"  (for {rule.whom})" if rule.whom else ""
            head = f"{rule.id:<{wide}}  {rule.transactions:<3}  {rule.severity:<7}  {rule.level:<5}"
            sys.stdout.write(f"{head}  {rule.title}{state}\n")
    return 0


def show(given: dict[str, Any]) -> int:
    """Shows what one rule is, or a finding that is built in."""
    from scrubjay.catalog import built_in

    if finding := built_in().get(given["id"].upper()):
        return _show_built_in(finding, as_json=given["as_json"])
    found = _named(given["id"], given["rules"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"rules": [_card(rule) for rule in found]}) + "\n")
        return 0
    for rule in found:
        facts = [rule.transactions, rule.severity.value, f"SNIP {rule.snip}", rule.level]
        facts += [f"277CA {rule.status}"] if rule.status else []
        facts += [rule.state] if rule.state != "active" else []
        facts += [] if rule.enabled else ["off unless it is turned on"]
        sys.stdout.write(f"{rule.id}\n{', '.join(facts)}\n\n{rule.text.strip()}\n")
        own = "" if rule.text.startswith(rule.title) else rule.title
        rows = [("for", rule.whom), ("message", own)]
        rows += [("fix", rule.fix), ("source", rule.source), ("at", rule.at)]
        rows += [(f"parameter {name}", str(value)) for name, value in rule.parameters.items()]
        sys.stdout.writelines(f"{name}: {value}\n" for name, value in rows if value)
    return 0


def _show_built_in(finding: BuiltIn, *, as_json: bool) -> int:
    if as_json:
        card = {
            name: getattr(finding, name) for name in ("severity", "snip", "title", "fix", "told")
        }
        sys.stdout.write(json.dumps({"built_in": {"id": finding.code, **card}}) + "\n")
        return 0
    facts = f"built in, {finding.severity}, SNIP {finding.snip}, {finding.told}"
    sys.stdout.write(f"{finding.code}\n{facts}\n\n{finding.title}.\nfix: {finding.fix}\n")
    return 0


def check(given: dict[str, Any]) -> int:
    """Loads files of rules and says what is wrong with them, or how many there are."""
    from scrubjay.rulebook import shipped
    from scrubjay.rules.loading import Loaded, files, gather, overridden
    from scrubjay.rules.ruleset import RuleSet
    from scrubjay.rules.trials import demand

    wrong: list[str] = []
    names: list[str] = []
    whole = Loaded()

    def attempt(act: Callable[[], object]) -> None:
        try:
            act()
        except (UsageError, InputError) as error:
            wrong.extend((str(error), *error.further))

    def take(name: str) -> None:
        found = gather([name])
        demand(found.rules)
        RuleSet([*shipped(), *found.rules])
        whole.rules += found.rules
        whole.notes += found.notes
        whole.overrides += found.overrides

    for name in given["files"]:
        attempt(lambda name=name: names.extend(files(name)))  # type: ignore[misc]
    for name in names:
        attempt(lambda name=name: take(name))  # type: ignore[misc]
    if not wrong:
        attempt(lambda: RuleSet(overridden([*shipped(), *whole.rules], whole.overrides)))
    count, overrides = len(whole.rules), len(whole.overrides)
    if given["as_json"]:
        row = {"rules": count, "overrides": overrides, "wrong": wrong, "notes": whole.notes}
        sys.stdout.write(json.dumps(row) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in (*wrong, *whole.notes))
        sys.stdout.write(f"{count} rules, {overrides} overrides, {len(wrong)} with errors\n")
    return 1 if wrong else 0


def test(given: dict[str, Any]) -> int:
    """Runs the tests that stand beside rules."""
    from scrubjay.rules.loading import gather
    from scrubjay.rules.trials import tried

    found = gather(given["files"])
    wrong = [line for rule in found.rules for line in tried(rule)]
    untested = [rule.id for rule in found.rules if not rule.tests]
    tests = sum(len(rule.tests) for rule in found.rules)
    if given["as_json"]:
        row = {"rules": len(found.rules), "tests": tests, "wrong": wrong, "untested": untested}
        sys.stdout.write(json.dumps(row) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in wrong)
        sys.stdout.writelines(f"{name} has no test\n" for name in untested[:_MOST_NAMED])
        if more := len(untested[_MOST_NAMED:]):
            sys.stdout.write(f"and {more:,} more have none; --json names them\n")
        sys.stdout.write(f"{len(found.rules)} rules, {tests} tests, {len(wrong)} wrong\n")
    return 1 if wrong else 0


def diff(given: dict[str, Any]) -> int:
    """Says which claims two sets of rules see otherwise."""
    from scrubjay.rulebook import shipped
    from scrubjay.rules.comparing import compared
    from scrubjay.rules.loading import assemble

    if len(given["sides"]) != len("AB"):
        raise UsageError("name two sides: files or folders of rules, or - for the shipped alone")
    before, after = (assemble(shipped(), [] if one == "-" else [one]) for one in given["sides"])
    for note in (*before.notes, *after.notes):
        _heard(note)
    for rule in (*before.python_rules, *after.python_rules):
        _heard(f"{rule.at}: {rule.id} is a plain function, and is not compared")
    changes, counts = compared(before, after, given["on"], as_of=given["as_of"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"changes": changes, "rules": counts}) + "\n")
        return 1 if changes else 0
    for row in changes[: given["most"]]:
        sign = "+" if row["new"] else "-"
        where = f", line {row['line']}" if row["line"] is not None else ""
        said = f"{row['code']} ({row['severity']})"
        sys.stdout.write(f"{sign} claim {row['claim_index']}{where}: {said}\n")
    if more := len(changes[given["most"] :]):
        sys.stdout.write(f"and {more:,} more; --json has all of them\n")
    for code, (old, new) in counts.items():
        sys.stdout.write(f"{code}: {old:,} before, {new:,} after\n")
    if not changes:
        sys.stdout.write("no claim is seen otherwise\n")
    return 1 if changes else 0


def explain(given: dict[str, Any]) -> int:
    """Says what each part of a rule came to on one claim, values masked."""
    from scrubjay.rules.comparing import tree_of
    from scrubjay.rules.interpreter import Interpreter
    from scrubjay.rules.trials import explained, outcome

    if len(given["words"]) != len(("ID", "FILE")):
        raise UsageError("name a rule and a file: TIMELY_FILING claims.837 --claim 0")
    name, file = given["words"]
    rules = _named(name, given["rules"])
    tree, letter = tree_of(file, given["claim"])
    day = _number(given["as_of"])
    judge = Interpreter(day, day, duplicate=False, again=False, tables=_tables())
    rows: list[dict[str, Any]] = []
    for rule in rules:
        if letter not in rule.transactions:
            rows.append({"id": rule.id, "outcome": None, "parts": []})
            continue
        parts = [f"{'  ' * depth}{line}" for depth, line in explained(rule, tree, judge)]
        rows.append({"id": rule.id, "outcome": str(outcome(rule, tree, judge)), "parts": parts})
    if given["as_json"]:
        sys.stdout.write(json.dumps({"rules": rows}) + "\n")
        return 0
    for row in rows:
        said = f": {row['outcome']}" if row["outcome"] else " is not for such claims"
        sys.stdout.writelines(f"{line}\n" for line in (f"{row['id']}{said}", *row["parts"]))
    return 0


def profile(given: dict[str, Any]) -> int:
    """Says what each rule costs on a file."""
    from scrubjay.rules.comparing import costs

    rows = costs(_all(given["rules"]), given["file"], as_of=given["as_of"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"rules": rows}) + "\n")
        return 0
    for row in rows[: given["most"]]:
        sys.stdout.write(
            f"{row['share']:>6.1%}  {row['nanoseconds_per_claim']:>8.1f} ns/claim  {row['id']}\n"
        )
    return 0


def _all(files: Iterable[str]) -> tuple[Rule, ...]:
    from scrubjay.runs import ruleset

    return ruleset(files, note=_heard).rules


def _named(name: str, files: Iterable[str]) -> list[Rule]:
    """The variants of a rule."""
    rules = _all(files)
    found = [rule for rule in rules if rule.id == name]
    if not found:
        from difflib import get_close_matches

        from scrubjay.catalog import built_in

        if name in built_in():
            raise UsageError(f"{name} is no rule, but built in; scrubjay rules show {name}")
        known = {rule.id for rule in rules} | set(built_in())
        near = get_close_matches(name.upper(), sorted(known), n=1)
        hint = f"did you mean {near[0]}?" if near else "scrubjay rules list names all of them"
        raise UsageError(f"there is no rule {name}; {hint}")
    return found


def _heard(note: str) -> None:
    sys.stderr.write(f"scrubjay: {note}\n")


def _tables() -> Any:
    from scrubjay.codes.tables import Tables

    return Tables()


def _number(day: Any) -> int:
    from datetime import date

    return ((day or date.today()) - date(1970, 1, 1)).days  # noqa: DTZ011 - as people have it


def _card(rule: Rule) -> dict[str, Any]:
    """What a rule says of itself, by the names of its arguments."""
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "snip": rule.snip,
        "level": rule.level,
        "status": rule.status,
        "transactions": rule.transactions,
        "title": rule.title,
        "fix": rule.fix or None,
        "source": rule.source or None,
        "native": rule.native,
        "enabled": rule.enabled,
        "state": rule.state,
        "for": rule.whom or None,
        "at": rule.at,
    }


def _page(rules: Iterable[Rule]) -> Iterator[str]:
    yield "# Rules\n\nGenerated by `make docs` from the rules themselves.\n"
    for rule in rules:
        facts = [rule.transactions, rule.severity.value, f"SNIP {rule.snip}", rule.level]
        facts += [f"277CA {rule.status}"] if rule.status else []
        yield f"\n## {rule.id}\n\n{', '.join(facts)}\n\n{rule.text.strip()}\n"
        if rule.fix:
            yield f"\n**What helps:** {rule.fix}\n"
        if rule.source:
            yield f"\n**Source:** {rule.source}\n"


_FILES = Argument(name="files", metavar="FILES...", kind=FILE, many=True)
_MOST = Option(name="--most", kind=Count(1), default="50", help="Show at most so many.")

COMMAND = Group(
    name="rules",
    help="The rules that scrub applies.",
    calls=(
        Call(
            name="list",
            help="List the rules: code, kinds of claims, severity, level, and what each one says.",
            options=(
                options.RULES,
                Option(name="--markdown", help="As a page of the documentation."),
                options.AS_JSON,
            ),
            examples=(
                "scrubjay rules list",
                "scrubjay rules list --rules my_rules.py",
                "scrubjay rules list --json",
            ),
            run=listing,
        ),
        Call(
            name="show",
            help="Show a rule, or a finding that is built in: what it says, why, and what helps.",
            argument=Argument(name="id", metavar="ID", kind=Kind()),
            options=(options.RULES, options.AS_JSON),
            examples=("scrubjay rules show TIMELY_FILING", "scrubjay rules show ELEMENT_REQUIRED"),
            run=show,
        ),
        Call(
            name="check",
            help="""\
Load FILES of rules (.py, .toml, .csv, or folders of them) and say what is wrong, with the line.

Leaves with 0 if nothing is wrong, 1 if something is.
""",
            argument=_FILES,
            options=(options.AS_JSON,),
            examples=("scrubjay rules check my_rules.toml", "scrubjay rules check rules/"),
            run=check,
        ),
        Call(
            name="test",
            help="""\
Run the tests that stand beside the rules of FILES, or folders of them, and name rules without any.

Leaves with 0 if all of them hold, 1 if one does not.
""",
            argument=_FILES,
            options=(options.AS_JSON,),
            examples=("scrubjay rules test my_rules.toml", "scrubjay rules test rules/"),
            run=test,
        ),
        Call(
            name="diff",
            help="""\
Say what rules B find in a file that rules A do not (+), and the other way round (-).

A side is a file or folder of rules beside the shipped ones, or - for those alone. Leaves with 0 if
nothing differs, 1 if something does.
""",
            argument=Argument(name="sides", metavar="A B", kind=FILE, many=True),
            options=(
                Option(name="--on", kind=FILE, required=True, help="The claims."),
                options.AS_OF,
                _MOST,
                options.AS_JSON,
            ),
            examples=("scrubjay rules diff - my_rules.toml --on claims.837",),
            run=diff,
        ),
        Call(
            name="explain",
            help="Say what each part of a rule came to on one claim of a file, values masked.",
            argument=Argument(name="words", metavar="ID FILE", kind=Kind(), many=True),
            options=(
                Option(
                    name="--claim",
                    kind=Count(0),
                    default="0",
                    help="Which claim of the file; the first is 0.",
                ),
                options.RULES,
                options.AS_OF,
                options.AS_JSON,
            ),
            examples=("scrubjay rules explain TIMELY_FILING claims.837 --claim 3",),
            run=explain,
        ),
        Call(
            name="profile",
            help="Say what each rule costs on a file, the dearest first: its share of the time.",
            argument=Argument(name="file", metavar="FILE", kind=FILE),
            options=(options.RULES, options.AS_OF, _MOST, options.AS_JSON),
            examples=("scrubjay rules profile claims.837",),
            run=profile,
        ),
    ),
)
