"""The parts of the page, top to bottom; each takes numbers and gives HTML, or nothing."""

from __future__ import annotations

from scrubjay.money import dollars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scrubjay.summary import Reason, Result, RunFacts, Summary, Tally

__all__ = [
    "cards",
    "envelope",
    "escape",
    "header",
    "not_judged",
    "provenance",
    "reasons",
    "split",
    "tallies",
]

MOST_ROWS = 25
SMALLEST_SHARE = 0.001


def header(subject: str, result: Result) -> str:
    """The file, and the verdict in a sentence."""
    summary = result["summary"]
    claims, rejected, unreadable = summary["claims"], summary["rejected"], summary["unreadable"]
    held = dollars(summary["charges_rejected"])
    total = dollars(summary["charges_accepted"], summary["charges_rejected"])
    if not claims:
        verdict = _without_claims(summary)
    elif not rejected and not unreadable:
        worth = f": {total}" if total else ""
        verdict = f"All {_count(claims)} claims may go out{worth}."
    else:
        worth = f"; they hold {held} of {total}" if total else ""
        verdict = (
            f"{_count(rejected)} of {_count(claims)} claims need work before they go out{worth}."
        )
    if unreadable:
        verdict += f" {_count(unreadable)} could not be read."
    return (
        f"<header><p class=kicker>Scrubjay report</p><h1>{escape(subject)}</h1>"
        f"<p class=verdict>{verdict}</p></header>"
    )


def cards(summary: Summary) -> str:
    """The four numbers that people ask for first."""
    rate = summary["clean_claim_rate"]
    if not _is_about_claims(summary):
        return _cards([("findings", _count(_found(summary)), _envelopes(summary), "")])
    shown = [
        ("claims", _count(summary["claims"]), _envelopes(summary), ""),
        ("accepted", _count(summary["accepted"]), dollars(summary["charges_accepted"]), "good"),
        ("rejected", _count(summary["rejected"]), dollars(summary["charges_rejected"]), "bad"),
    ]
    if summary["unreadable"] or summary["unreadable_segments"]:
        below = f"{_count(summary['unreadable_segments'])} segments kept aside"
        shown.append(("unreadable", _count(summary["unreadable"]), below, "odd"))
    shown.append(
        ("clean claim rate", "&ndash;" if rate is None else f"{rate:.1%}", "right at first", "")
    )
    return _cards(shown)


def _cards(shown: Iterable[tuple[str, str, str, str]]) -> str:
    items = "".join(
        f'<div class="card {kind}"><dt>{name}</dt><dd>{value}</dd>'
        f"<dd class=below>{below}</dd></div>"
        for name, value, below, kind in shown
    )
    return f"<dl class=cards>{items}</dl>"


def split(summary: Summary) -> str:
    """One bar: how the claims fell."""
    ways = (
        ("accepted", summary["accepted"], "good"),
        ("rejected", summary["rejected"], "bad"),
        ("unreadable", summary["unreadable"], "odd"),
    )
    parts = [way for way in ways if way[1]]
    total = sum(count for _, count, _ in parts)
    if not total:
        return ""
    words = ", ".join(f"{name} {_share(count, total)}" for name, count, _ in parts)
    pieces = "".join(
        f'<span class="{kind}" style="flex-grow:{count / total:.6f}"></span>'
        for _, count, kind in parts
    )
    legend = "".join(
        f'<li class="{kind}">{name} {_share(count, total)}</li>' for name, count, kind in parts
    )
    return (
        f'<figure class=split><div class=bar role=img aria-label="{words}">{pieces}</div>'
        f"<figcaption><ul>{legend}</ul></figcaption></figure>"
    )


def reasons(found: Sequence[Reason], summary: Summary) -> str:
    """Why: each code in plain words, with what helps."""
    if not found:
        return "<section><h2>Reasons</h2><p>Nothing was found.</p></section>"
    most = max(reason["claims"] for reason in found) or 1
    claims = summary["claims"] if _is_about_claims(summary) else None
    rows = "".join(_reason(reason, most, claims) for reason in found)
    head = "" if claims is None else "<th scope=col class=number>claims"
    return (
        "<section><h2>Reasons</h2><div class=wide><table class=reasons><thead><tr>"
        "<th scope=col>severity<th scope=col>what was found, and what helps"
        f"{head}<th scope=col class=number>times"
        f"</thead><tbody>{rows}</tbody></table></div></section>"
    )


def tallies(title: str, noun: str, groups: Mapping[str, Tally]) -> str:
    """How one payer's or one provider's claims fell, most rejected first."""
    if not groups:
        return ""
    ranked = sorted(groups.items(), key=lambda item: (-item[1]["rejected"], item[0]))
    rows = "".join(
        f"<tr><th scope=row>{escape(name) or '(not named)'}"
        f"<td class=number>{_count(tally['claims'])}"
        f"<td class=number>{_count(tally['accepted'])}"
        f"<td class=number>{_count(tally['rejected'])}"
        f"<td class=meter>{_share(tally['rejected'], tally['claims'])}"
        f"{_meter(tally['rejected'], tally['claims'])}"
        f"<td class=number>{dollars(tally['charges'])}"
        for name, tally in ranked[:MOST_ROWS]
    )
    rest = len(ranked) - MOST_ROWS
    more = f"<p class=note>and {_count(rest)} more in summary.json</p>" if rest > 0 else ""
    return (
        f"<section><h2>{title}</h2><div class=wide><table><thead><tr><th scope=col>{noun}"
        "<th scope=col class=number>claims<th scope=col class=number>accepted"
        "<th scope=col class=number>rejected<th scope=col class=meter>share rejected"
        "<th scope=col class=number>charges"
        f"</thead><tbody>{rows}</tbody></table></div>{more}</section>"
    )


def not_judged(summary: Summary) -> str:
    """Tables that were not supplied: what they would have decided stays open."""
    if not summary["no_data"]:
        return ""
    rows = _rows((escape(name), _count(count)) for name, count in summary["no_data"].items())
    return (
        "<section><h2>Not judged</h2><p>These tables were not supplied, so the rules that look "
        "into them could neither pass nor fail.</p><table class=facts><thead><tr>"
        "<th scope=col>table"
        f"<th scope=col class=number>look-ups</thead><tbody>{rows}</tbody></table></section>"
    )


def envelope(summary: Summary) -> str:
    """Everything that was in the files is accounted for here."""
    facts = [
        ("files", ", ".join(escape(name) for name in summary["files"])),
        ("interchanges", _count(summary["interchanges"])),
        ("functional groups", _count(summary["groups"])),
        ("transaction sets", _count(summary["sets"])),
        ("sets accepted", _count(summary["sets_accepted"])),
        ("sets rejected", _count(summary["sets_rejected"])),
        ("sets kept aside as unreadable", _count(summary["unreadable_sets"])),
        ("segments kept aside as unreadable", _count(summary["unreadable_segments"])),
    ]
    return (
        "<section><h2>Envelope</h2><table class=facts><tbody>"
        f"{_rows(facts)}</tbody></table></section>"
    )


def provenance(facts: RunFacts, summary: Summary) -> str:
    """By what it was judged: enough to repeat it."""
    rows = [("Scrubjay", escape(facts["version"]))]
    rows += [(f"guide {escape(name)}", _code(mark)) for name, mark in facts["guides"].items()]
    if facts["overlay"]:
        rows.append(("overlay", _code(facts["overlay"])))
    if facts["ruleset"]:
        rows.append(("rules", _code(facts["ruleset"])))
    rows += [
        (f"table {escape(name)}", escape(release)) for name, release in facts["tables"].items()
    ]
    rows += [
        (escape(item["file"]), f"{_count(item['bytes'])} bytes {_code(item['sha256'] or '')}")
        for item in facts["inputs"]
    ]
    if key_id := summary.get("token_key_id"):
        rows.append(("token key", _code(key_id)))
    return (
        "<section><h2>Judged by</h2><div class=wide><table class=facts><tbody>"
        f"{_rows(rows)}</tbody></table></div></section>"
    )


def _is_about_claims(summary: Summary) -> bool:
    """Whether claims are in the files, or were looked for."""
    return bool(summary["claims"]) or summary["charges_accepted"] is not None


def _found(summary: Summary) -> int:
    return sum(summary["findings"].values())


def _without_claims(summary: Summary) -> str:
    if _is_about_claims(summary):
        return "No claim was found."
    found = _found(summary)
    sets = _envelopes(summary)
    return (
        f"{_count(found)} finding{'' if found == 1 else 's'} {sets}."
        if found
        else f"Nothing was found {sets}."
    )


def _reason(reason: Reason, most: int, claims: int | None) -> str:
    fix = f"<p class=fix>{escape(reason['fix'])}</p>" if reason["fix"] else ""
    severity = escape(reason["severity"])
    reached = ""
    if claims is not None:
        reached = (
            f"<td class=number title='{_share(reason['claims'], claims)} of all claims'>"
            f"{_count(reason['claims'])}{_meter(reason['claims'], most, severity)}"
        )
    return (
        f"<tr><td><span class='severity {severity}'>{severity}</span>"
        f"<td><p class=title>{escape(reason['title'])} {_code(reason['code'])}</p>{fix}"
        f"{reached}<td class=number>{_count(reason['count'])}"
    )


def _meter(part: int, whole: int, kind: str = "error") -> str:
    share = 100 * part / whole if whole else 0
    return f'<span class="share {kind}" aria-hidden=true><i style="width:{share:.1f}%"></i></span>'


def _share(part: int, whole: int) -> str:
    """A percentage that never rounds something to nothing, nor nearly all to all."""
    share = part / whole if whole else 0.0
    if 0 < share < SMALLEST_SHARE:
        return "under 0.1%"
    if 1 - SMALLEST_SHARE < share < 1:
        return "over 99.9%"
    return f"{share:.1%}"


def _rows(facts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<tr><th scope=row>{name}<td>{value}" for name, value in facts)


def _envelopes(summary: Summary) -> str:
    sets = summary["sets"]
    return f"in {_count(sets)} transaction set{'' if sets == 1 else 's'}"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _count(number: int) -> str:
    return f"{number:,}"


def escape(text: str) -> str:
    """Text that is nothing but text in HTML."""
    return text.translate(_ESCAPES)


# As html.escape has it; html alone would load every entity that has a name.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
