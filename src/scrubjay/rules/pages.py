"""A page a rule, and their index, as Markdown: written from the rules, never by hand."""

from collections.abc import Iterable, Iterator
from typing import Any

from scrubjay.codes import words
from scrubjay.rules.kinds import KINDS
from scrubjay.rules.reference import reference
from scrubjay.rules.rows import TABLES, Field
from scrubjay.rules.rule import Rule

__all__ = ["NEEDS_ENTITY", "index", "page", "pages"]

NEEDS_ENTITY = frozenset(
    {
        *("126", "127", "128", "133", "145", "148", "158", "159", "164", "252", "480", "496"),
        *("500", "501", "503", "505", "516", "562", "680"),
    }
)
"""Claim statuses (code source 508) that say nothing without the entity they speak of."""

_CLAIMS = {"P": "professional", "I": "institutional", "D": "dental"}

_NOTE = "<!-- Written by scripts/rules/pages.py from src/scrubjay/rulebook; not by hand. -->"


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """All pages by file name."""
    rules = list(rules)
    whole = {"index.md": index(rules), "fields.md": reference()}
    return whole | {f"{rule.id}.md": page(rule) for rule in rules}


def page(rule: Rule) -> str:
    """The page of a rule."""
    title, _, why = rule.text.partition("\n")
    lines = [_NOTE, f"# {rule.id}", "", title, ""]
    lines += [*why.strip().splitlines(), ""] if why.strip() else []
    lines += [f"**What to do.** {rule.fix}.", ""]
    lines += ["| | |", "|-|-|"]
    lines += [f"| {name} | {value} |" for name, value in _facts(rule)]
    return "\n".join(lines) + "\n"


def _facts(rule: Rule) -> list[tuple[str, str]]:
    facts = [
        (
            "Severity",
            " ".join(_severity(rule)),
        ),
        ("SNIP type", str(rule.snip)),
        (
            "Claims",
            ", ".join(f"{_CLAIMS[letter]} ({KINDS[letter]})" for letter in rule.transactions),
        ),
        ("Judged on each", (rule.table or "claim").replace("_", " ")),
        ("Points at", "<br>".join(_places(rule)) or "the claim"),
        ("277CA", status(rule.status) if rule.status else "not answered"),
        ("Source", rule.source),
    ]
    if rule.since or rule.until:
        facts.append(("In force", f"{rule.since or ''} to {rule.until or ''}"))
    return facts


def _severity(rule: Rule) -> Iterator[str]:
    yield str(rule.severity)
    yield "(rejects)" if rule.severity == "error" else "(does not reject)"
    if not rule.enabled:
        yield "and off unless a payer turns it on"


def status(code: str) -> str:
    """A status in words: ``A7:562:85`` rejected, a value is wrong: NPI of the billing provider."""
    category, number, *entity = code.split(":")
    whose = f" of the {words('entity', entity[0])}" if entity else ""
    meant = words("claim_status", number)
    return f"`{code}` {words('status_category', category)}: {meant}{whose}"


def _places(rule: Rule) -> list[str]:
    found = []
    for _, _, way, name in rule.evidence:
        table = way[-1] if way else str(rule.table)
        member = vars(TABLES[table])[name]
        if isinstance(member, Field) and set(member.kinds) & set(rule.transactions):
            found.append(f"`{table}.{name}` ({_where(member, rule.transactions)})")
    return found


def _where(field: Field[Any], transactions: str) -> str:
    """Where the guides have a field: once if all have it in the same place."""
    places = {letter: place for letter, place in field.places.items() if letter in transactions}
    first, *others = dict.fromkeys(places.values())
    if not others and set(places) == set(transactions):
        return first
    by_place: dict[str, list[str]] = {}
    for letter, place in places.items():
        by_place.setdefault(place, []).append(KINDS[letter])
    return "; ".join(f"{', '.join(kinds)}: {place}" for place, kinds in by_place.items())


def index(rules: Iterable[Rule]) -> str:
    """All rules by subject."""
    out = [_NOTE, "# Rules", "", _INTRODUCTION, ""]
    subject = ""
    for rule in rules:
        module = rule.function.__module__.rsplit(".", 1)[-1]
        if module != subject:
            subject = module
            out += [
                "",
                f"## {subject.capitalize()}",
                "",
                "| rule | claims | severity | what is wrong |",
                "|-|-|-|-|",
            ]
        row = (f"[{rule.id}]({rule.id}.md)", rule.transactions, str(rule.severity), rule.title)
        out.append(f"| {' | '.join(row)} |")
    return "\n".join(out) + "\n"


_INTRODUCTION = """\
What Scrubjay looks for in professional (P), institutional (I) and dental (D) claims beyond what the
guides themselves demand. What a guide demands (a missing segment, an impossible date, a total that
does not add up) is found by validation and told in the 999, or in the 277CA if it is a total; it is
not told again here. An **error** rejects the claim, so it is kept for what no payer can take; a
**warning** is for what some refuse.

A rule that needs a value which is not there says nothing, unless the value's absence is its point.
One that needs a code table which was not supplied counts as `no_data`, never as passed.

The 277CA statuses were compared with two public copies of the X12 status code lists (code sources
507 and 508), not with X12's own publication: that of pyx12, of 2014 (up to 771), and a newer one
(up to 799) in a public reader of 835 files. Every status here is in both, 242 to 245 of the teeth
among them; 461 to 463 of the older one were withdrawn, and 719, 722 and 725 stand in their place.

How rules are written: [writing rules](../writing-rules.md); what they may ask for: [rows and
fields](fields.md)."""
