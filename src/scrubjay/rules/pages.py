"""A page a rule, and their index, as Markdown: written from the rules, never by hand."""

from collections.abc import Iterable, Iterator
from typing import Any

from scrubjay.rules.kinds import KINDS
from scrubjay.rules.reference import reference
from scrubjay.rules.rows import TABLES, Field
from scrubjay.rules.rule import Rule

__all__ = ["CATEGORIES", "ENTITIES", "STATUSES", "index", "page", "pages"]

CATEGORIES = {"A6": "missing", "A7": "invalid", "A8": "does not fit the rest"}
"""What the categories of the 277CA (code source 507) say of a claim that is turned down."""

STATUSES = {
    "54": "duplicate of a claim or line already processed",
    "78": "duplicate of a claim or line still in process",
    "86": "diagnosis does not fit the patient's sex",
    "126": "address",
    "127": "telephone number",
    "128": "tax number",
    "133": "UPIN",
    "145": "taxonomy code",
    "148": "social security number",
    "156": "patient's relationship to the subscriber",
    "158": "date of birth",
    "159": "date of death",
    "164": "member number",
    "178": "charges",
    "171": "other insurance",
    "187": "date of service",
    "188": "dates of the statement",
    "189": "admission date",
    "191": "last menstrual period",
    "218": "NDC",
    "228": "type of bill",
    "229": "point of origin",
    "230": "admission hour",
    "231": "type of admission",
    "232": "admitting diagnosis",
    "233": "discharge hour",
    "234": "patient's discharge status",
    "239": "dental information",
    "240": "tooth surface",
    "241": "missing teeth",
    "242": "tooth, surface or quadrant",
    "244": "tooth number",
    "245": "quadrant or arch",
    "249": "place of service",
    "252": "authorization number",
    "254": "principal diagnosis",
    "255": "diagnosis",
    "256": "DRG",
    "286": "other payer's payment information",
    "306": "description of the service",
    "397": "date of onset",
    "400": "balance of the claim",
    "453": "modifiers",
    "454": "procedure code",
    "455": "revenue code",
    "456": "covered days",
    "460": "condition code",
    "464": "payer's claim control number",
    "474": "procedure and sex",
    "475": "procedure and age",
    "465": "principal procedure",
    "476": "units of service",
    "477": "diagnosis pointer",
    "478": "claim number",
    "480": "claim filing indicator",
    "483": "maximum benefit reached",
    "486": "date of the procedure",
    "488": "diagnosis of the service",
    "489": "attachment control number",
    "495": "payer's latest claim number",
    "496": "submitter is not approved for this provider",
    "500": "ZIP code",
    "501": "state or province",
    "503": "street address",
    "505": "first name",
    "507": "HCPCS code",
    "509": "external cause of the injury",
    "513": "HIPPS code",
    "516": "date of the other payer's decision",
    "521": "adjustment reason",
    "535": "claim frequency code",
    "544": "CLIA number",
    "562": "NPI",
    "578": "insurance type",
    "583": "line charge",
    "584": "line control number",
    "608": "units paid for",
    "630": "referring CLIA number",
    "634": "remark code",
    "639": "amount of responsibility",
    "643": "amount paid for the line",
    "659": "unit of measure",
    "672": "balance of the other payer's payment",
    "673": "reason for the visit",
    "675": "admission to discharge dates",
    "680": "country",
    "688": "present on admission",
    "701": "initial treatment date",
    "718": "timely filing",
    "719": "occurrence code",
    "721": "occurrence span code",
    "722": "dates of the occurrence span",
    "724": "drug quantity",
    "725": "value code",
    "726": "value code amount",
    "727": "accident date",
    "737": "CDT code",
    "742": "payer's place in line",
    "750": "state of the car accident",
    "772": "most specific diagnosis",
}
"""The claim status codes (code source 508) that rules use, in our words, after public copies."""

NEEDS_ENTITY = frozenset(
    {
        *("126", "127", "128", "133", "145", "148", "158", "159", "164", "252", "480", "496"),
        *("500", "501", "503", "505", "516", "562", "680"),
    }
)
"""Statuses that say nothing without the entity they speak of."""

ENTITIES = {
    "71": "attending provider",
    "72": "operating physician",
    "73": "other physician",
    "77": "service facility",
    "82": "rendering provider",
    "85": "billing provider",
    "DD": "assistant surgeon",
    "DK": "ordering provider",
    "DN": "referring provider",
    "DQ": "supervising provider",
    "IL": "subscriber",
    "P3": "primary care provider",
    "PR": "payer",
    "QB": "provider of a purchased service",
    "QC": "patient",
}
"""Whom a status speaks of."""

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
    """A status in words: ``A7:562:85`` invalid NPI of the billing provider."""
    category, number, *entity = code.split(":")
    whose = f" of the {ENTITIES[entity[0]]}" if entity else ""
    return f"`{code}` {CATEGORIES[category]}: {STATUSES[number]}{whose}"


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
