"""report.html of enroll and reconcile: counts and codes on one page, nobody's name.

It looks as the report of claims does, and like it has no script and nothing from outside.
"""

from __future__ import annotations

import os

from scrubjay import report
from scrubjay.report.sections import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Card = tuple[str, int, str]
    """What is counted, how many, and its colour: good, bad, odd or none."""
    Told = tuple[str, str, str, str, int]
    """Severity, code, words, what helps, how often."""

__all__ = ["of_engine", "of_load", "of_members", "reasons_of"]


def of_members(
    subject: str, summary: dict[str, Any], told: Iterable[Told], *, worklist: bool = True
) -> str:
    """The page of a run of enroll, which wrote a worklist or did not."""
    held = summary["quarantined"]
    verdict = f"All {summary['members']:,} members are records."
    if held:
        verdict = f"{held:,} of {summary['members']:,} members are held back; the others went on."
    cards: list[Card] = [
        ("members", summary["members"], ""),
        ("enrolled", summary["enrolled"], "good"),
        ("in quarantine", held, "bad"),
    ]
    return _page(subject, verdict, cards, told, worklist=worklist)


def of_load(
    subject: str,
    summary: dict[str, Any],
    verdict: str,
    told: Iterable[Told],
    *,
    worklist: bool = True,
) -> str:
    """The page of a run of reconcile; what held it stands below the verdict."""
    counted = ("adds", "changes", "terminations", "reinstatements", "omissions", "held")
    bad = {"omissions": "odd", "held": "bad"}
    cards: list[Card] = [(name, summary[name], bad.get(name, "")) for name in counted]
    if summary["protected"]:
        cards.append(("protected", summary["protected"], "odd"))
    verdict = ". ".join((verdict.capitalize(), *summary["guard"])) + "."
    return _page(subject, verdict, cards, told, worklist=worklist)


def of_engine(answer: str) -> str:
    """The page of members that the engine read, from its answer."""
    import json

    result = json.loads(answer)
    names = result["summary"]["files"]
    subject = names[0] if len(names) == 1 else f"{len(names)} files"
    told = (
        (each["severity"], each["code"], each["title"], each["fix"] or "", each["count"])
        for each in result["reasons"]
    )
    worklist = bool(result["run"]["options"]["worklist"])
    return of_members(subject, result["summary"], told, worklist=worklist)


def reasons_of(counts: dict[str, int]) -> Iterable[Told]:
    """Codes with their words, as often as they were told."""
    from scrubjay.enrollment.reasons import REASONS

    for code, count in counts.items():
        known = REASONS.get(code)
        if known is None:
            yield "error", code, code, "", count
        else:
            yield known.severity.value, code, known.message, known.fix, count


def _page(
    subject: str, verdict: str, cards: Iterable[Card], told: Iterable[Told], *, worklist: bool
) -> str:
    with open(os.path.join(os.path.dirname(report.__file__), "page.css"), encoding="utf-8") as file:
        style = file.read()
    items = "".join(
        f'<div class="card {kind}"><dt>{name}</dt><dd>{count:,}</dd></div>'
        for name, count, kind in cards
    )
    rows = "".join(map(_row, sorted(told, key=lambda each: (-each[4], each[1]))))
    return _PAGE.format(
        title=escape(subject),
        style=style,
        verdict=escape(verdict),
        cards=items,
        reasons=_REASONS.format(rows=rows) if rows else "<p>Nothing was found.</p>",
        beside=_WORKLIST if worklist else _QUARANTINE,
    )


def _row(told: Told) -> str:
    severity, code, words, fix, count = told
    help_ = f"<div class=fix>{escape(fix)}</div>" if fix else ""
    return (
        f'<tr><td><span class="severity {escape(severity)}">{escape(severity)}</span>'
        f"<td><div class=title>{escape(words)} <code>{escape(code)}</code></div>{help_}"
        f"<td class=number>{count:,}"
    )


_REASONS = """<div class=wide><table class=reasons><thead><tr><th scope=col>severity\
<th scope=col>what was found, and what helps<th scope=col class=number>times</thead>\
<tbody>{rows}</tbody></table></div>"""
_WORKLIST = "<code>worklist.csv</code> beside it, which only its owner can read."
_QUARANTINE = "<code>quarantine.jsonl</code> beside it, without names."
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}: Scrubjay report</title>
<style>
{style}</style>
</head>
<body>
<main>
<header><p class=kicker>Scrubjay report</p><h1>{title}</h1><p class=verdict>{verdict}</p></header>
<dl class=cards>{cards}</dl>
<section><h2>Reasons</h2>{reasons}</section>
</main>
<footer>Nobody is named on this page. Who works on what is held finds it in {beside}</footer>
</body>
</html>
"""
