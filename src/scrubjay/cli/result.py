"""What a run came to, for a person at a terminal, for a log, or for a program."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.money import dollars
from scrubjay.severity import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from scrubjay.runs import Run
    from scrubjay.summary import Reason, Summary

__all__ = ["deliver"]

TOP_REASONS = 8
TOP_TABLES = 5
KILO = 1_000
MEGA = 1_000_000
FAST = 10
# Below so many columns the code of a reason stands under its words.
WIDE = 90
# Below so many, and where the counts find no room, there is no table.
NARROW = 32


def deliver(run: Run, *, as_json: bool, fail_on: str) -> int:
    """Print the run as it was asked for; the exit code that it comes to."""
    if as_json:
        sys.stdout.write(json.dumps(run.summary) + "\n")
    elif sys.stdout.isatty():
        _draw(run)
    else:
        sys.stdout.write("\n".join(plain(run)) + "\n")
    return int(run.found(Severity(fail_on)))


def plain(run: Run) -> Iterator[str]:
    """Aligned text without colour: what a log keeps."""
    rows = list(counts(run))
    name_width = max(len(name) for name, _, _ in rows)
    count_width = max(len(count) for _, count, _ in rows)
    money_width = max(len(money) for _, _, money in rows)
    for name, count, money in rows:
        yield f"{name:<{name_width}}  {count:>{count_width}}  {money:>{money_width}}".rstrip()
    if run.reasons:
        yield ""
        yield f"reasons, most {'claims' if run.claims else 'often'} first"
        wide = max(len(_often(run, reason)) for reason in run.reasons[:TOP_REASONS])
        for reason in run.reasons[:TOP_REASONS]:
            count = _often(run, reason)
            words = f"{reason['title']}  [{reason['code']}]"
            yield f"  {count:>{wide}}  {reason['severity']:<7}  {words}"
        yield from _more(run)
    yield ""
    yield pace(run)
    yield from places(run)


def counts(run: Run) -> Iterator[tuple[str, str, str]]:
    """Name, count and dollars of each line of the table."""
    summary = run.summary
    accepted, rejected = summary["charges_accepted"], summary["charges_rejected"]
    if not run.claims:
        yield "interchanges", f"{summary['interchanges']:,}", ""
        yield "transaction sets", f"{summary['sets']:,}", ""
        if summary["sets"]:
            yield "  accepted", f"{summary['sets_accepted']:,}", ""
            yield "  rejected", f"{summary['sets_rejected']:,}", ""
        if accepted is not None:
            yield "claims", "0", ""
        yield "findings", f"{sum(summary['findings'].values()):,}", ""
        return
    yield "claims", f"{run.claims:,}", dollars(accepted, rejected)
    yield "  accepted", f"{run.accepted:,}", dollars(accepted)
    yield "  rejected", f"{run.rejected:,}", dollars(rejected)
    if run.unreadable or summary["unreadable_segments"]:
        yield "  unreadable", f"{run.unreadable:,}", ""
    rate = summary["clean_claim_rate"]
    if rate is not None:
        yield "clean claim rate", f"{rate:.1%}", ""


def _often(run: Run, reason: Reason) -> str:
    """The claims of a reason; ``3x``, how often it was found, where it stands on none of them."""
    if not run.claims:
        return f"{reason['count']:,}"
    return f"{reason['claims']:,}" if reason["claims"] else f"{reason['count']:,}x"


def pace(run: Run) -> str:
    """How much, how fast, in how much memory."""
    facts = run.facts
    seconds = max(facts["seconds"], 1e-9)
    speed = facts["bytes"] / MEGA / seconds
    return (
        f"{_size(facts['bytes'])} in {_time(seconds)}, "
        f"{speed:,.{0 if speed >= FAST else 1}f} MB/s, "
        f"{facts['peak_rss_bytes'] / MEGA:,.0f} MB peak memory"
    )


def _size(count: int) -> str:
    return f"{count / MEGA:,.1f} MB" if count >= MEGA else f"{count / KILO:,.1f} kB"


def _time(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * KILO:,.0f} ms"


def places(run: Run) -> Iterator[str]:
    """Where to look next."""
    if run.folder is None:
        if run.reasons:
            yield "where each one stands: run it again with --out FOLDER"
        return
    wanted = ("report.html", "worklist.csv", "findings.jsonl", "unreadable.x12")
    there = [name for name in wanted if os.path.exists(os.path.join(run.folder, name))]
    yield f"written to {run.folder.rstrip('/')}/" + (
        f": {', '.join(there)} and more" if there else ""
    )
    if run.summary["unreadable_sets"] and "unreadable.x12" in there:
        yield f"kept as they came in unreadable.x12: {_sets(run.summary)}"
    if run.summary["no_data"]:
        yield f"not judged for want of tables: {_tables(list(run.summary['no_data']))}"


def _tables(names: list[str]) -> str:
    """Some of them by name; a rulebook knows more than a line holds."""
    told, rest = names[:TOP_TABLES], len(names) - TOP_TABLES
    more = f" and {rest} more, see: scrubjay codes list" if rest > 0 else ""
    return ", ".join(told) + more


def _sets(summary: Summary) -> str:
    sets = summary["unreadable_sets"]
    return f"{sets:,} transaction set{'' if sets == 1 else 's'}"


def _more(run: Run) -> Iterator[str]:
    rest = len(run.reasons) - TOP_REASONS
    if rest > 0:
        yield (
            f"  and {rest} more in report.html"
            if run.folder
            else f"  and {rest} more, see --json or --out"
        )


def _draw(run: Run) -> None:
    from rich import box
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    needed = 7 + sum(max(map(len, column)) for column in zip(*counts(run), strict=True))
    if console.width < max(needed, NARROW):
        sys.stdout.write("\n".join(plain(run)) + "\n")
        return
    parts: list[RenderableType] = []
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for name, count, money in counts(run):
        style = _COUNT_STYLE.get(name.strip(), "")
        table.add_row(Text(name, style), Text(count, style), Text(money, style))
    parts.append(table)
    if run.reasons:
        reasons = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        reasons.add_column("", no_wrap=True)
        reasons.add_column("reason", ratio=1, overflow="fold")
        wide = console.width >= WIDE
        if wide:
            reasons.add_column("code", style="dim", no_wrap=True)
        reasons.add_column("claims" if run.claims else "times", justify="right", no_wrap=True)
        dot = "●" if console.encoding.startswith("utf") else "*"
        in_colour = console.color_system is not None and not console.no_color
        for reason in run.reasons[:TOP_REASONS]:
            code = Text(reason["code"], "dim")
            words = Text(reason["title"])
            told = (words, code) if wide else (Text("\n").join((words, code)),)
            severity = reason["severity"]
            mark = Text(dot if in_colour else severity, _SEVERITY_STYLE[severity])
            reasons.add_row(mark, *told, _often(run, reason))
        parts.append(reasons)
        parts.extend(Text(line, "dim") for line in _more(run))
    parts.append(Text(pace(run), "dim"))
    parts.extend(Text(line) for line in places(run))
    console.print(Padding(Group(*parts), (1, 0, 0, 1)))


_COUNT_STYLE = {"claims": "bold", "accepted": "green", "rejected": "red", "unreadable": "yellow"}
_SEVERITY_STYLE = {"error": "red", "warning": "yellow", "info": "blue"}
