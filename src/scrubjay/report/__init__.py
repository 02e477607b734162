"""report.html: what a run came to, on one page that needs nothing but a browser.

No script, no outside address, no patient: only counts, codes, money and tokens. The page says
nothing that differs between two runs over the same input (times and memory are in run.json), so
that it can be compared byte by byte.
"""

from __future__ import annotations

from scrubjay.report import sections
from scrubjay.report.frame import framed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.summary import Result

__all__ = ["render"]


def render(result: Result) -> str:
    """The page of one result."""
    summary, facts = result["summary"], result["run"]
    names = summary["files"]
    subject = names[0] if len(names) == 1 else f"{len(names)} files"
    parts = (
        sections.header(subject, result),
        sections.cards(summary),
        sections.split(summary),
        sections.reasons(result["reasons"], summary),
        sections.tallies("By payer", "payer", summary["by_payer"]),
        sections.tallies("By billing provider", "NPI token", summary["by_billing_npi"]),
        sections.not_judged(summary),
        sections.envelope(summary),
        sections.provenance(facts, summary),
    )
    where = _WORKLIST if facts["options"].get("worklist") else _FINDINGS
    return framed(
        subject, "\n".join(filter(None, parts)), f"No patient data is on this page. {where}"
    )


_WORKLIST = """\
Who mends the claims finds them by name in
<code>worklist.csv</code> beside it, which only its owner can read."""
_FINDINGS = "Each finding has its place in <code>findings.jsonl</code> beside it."
