"""The page of a run over members or payments: counts, money and codes, nobody's name."""

from __future__ import annotations

from scrubjay.report.frame import framed
from scrubjay.report.sections import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Card = tuple[str, int, str, str]
    """What is counted, how many, what stands below it, and its colour: good, bad, odd or none."""
    Told = tuple[str, str, str, str, int]
    """Severity, code, words, what helps, how often."""

__all__ = ["page", "section", "subject_of", "told_in"]

MOST_ROWS = 25


def page(
    subject: str,
    verdict: str,
    cards: Iterable[Card],
    told: Iterable[Told],
    *,
    sections: Iterable[str] = (),
    worklist: bool = True,
) -> str:
    """The whole page; `sections` stand between the cards and the reasons."""
    rows = "".join(map(_reason, sorted(told, key=lambda each: (-each[4], each[1]))))
    reasons = _REASONS.format(rows=rows) if rows else "<p>Nothing was found.</p>"
    body = _BODY.format(
        title=escape(subject),
        verdict=escape(verdict),
        cards="".join(map(_card, cards)),
        sections="".join(f"{each}\n" for each in sections if each),
        reasons=reasons,
    )
    beside = _WORKLIST if worklist else _QUARANTINE
    return framed(subject, body, f"{_NOBODY} {beside}")


def section(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, note: str = ""
) -> str:
    """A table of its own; all columns but the first are numbers. Without a row there is none."""
    if not rows:
        return ""
    named, *numbers = columns
    head = f"<th scope=col>{escape(named)}" + "".join(
        f"<th scope=col class=number>{escape(name)}" for name in numbers
    )
    body = "".join(
        f"<tr><th scope=row>{escape(name)}"
        + "".join(f"<td class=number>{escape(value)}" for value in values)
        for name, *values in rows[:MOST_ROWS]
    )
    rest = len(rows) - MOST_ROWS
    note = f"{note} {rest:,} more are in summary.json.".strip() if rest > 0 else note
    below = f"<p class=note>{escape(note)}</p>" if note else ""
    return (
        f"<section><h2>{escape(title)}</h2><div class=wide><table><thead><tr>{head}</thead>"
        f"<tbody>{body}</tbody></table></div>{below}</section>"
    )


def subject_of(files: Sequence[str]) -> str:
    """What the page is about."""
    return files[0] if len(files) == 1 else f"{len(files)} files"


def told_in(reasons: Iterable[Any]) -> Iterable[Told]:
    """The reasons of a run as the engine gives them."""
    for each in reasons:
        yield each["severity"], each["code"], each["title"], each["fix"] or "", each["count"]


def _card(card: Card) -> str:
    name, count, below, kind = card
    below = f"<dd class=below>{escape(below)}</dd>" if below else ""
    return f'<div class="card {kind}"><dt>{name}</dt><dd>{count:,}</dd>{below}</div>'


def _reason(told: Told) -> str:
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
_NOBODY = "Nobody is named on this page. Who works on what is held finds it in"
_BODY = """\
<header><p class=kicker>Scrubjay report</p><h1>{title}</h1><p class=verdict>{verdict}</p></header>
<dl class=cards>{cards}</dl>
{sections}<section><h2>Reasons</h2>{reasons}</section>"""
