"""`scrubjay status`: how the pipeline stands, once or watched live."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.homes import HOME, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["COMMAND", "lines"]

EVERY = 0.5
_LISTED: dict[str, tuple[tuple[str, ...], str]] = {
    "QUARANTINED": (("interchange", "acknowledgment"), "held list"),
    "HELD_UNKNOWN": (("transmission",), "held list"),
    "DEAD_LETTERED": (("file", "set", "claim", "transmission"), "dlq list"),
}
"""By state: the rows that a person decides about, and where they are listed."""


def run(given: dict[str, Any]) -> int:
    """Prints it, or shows it live; 1 where something is overdue and that was asked."""
    tree = settings(given)
    if given["watch"] and sys.stdout.isatty() and not given["as_json"]:
        return _watch(tree.folders.home)
    told = _overview(tree.folders.home)
    if given["as_json"]:
        sys.stdout.write(json.dumps(told) + "\n")
    elif given["overdue"]:
        if not told["overdue"]:
            sys.stdout.write("nothing is overdue\n")
        for row in told["overdue"]:
            late = row["late"] / 3600
            sys.stdout.write(
                f"transmission {row['transmission']}: {row['document']} late {late:.1f} h\n"
            )
            for one in row["silent"]:
                sys.stdout.write(
                    f"  no word yet of file {one['file']}, interchange {one['interchange']}, "
                    f"claim {one['claim_index']}\n"
                )
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(told))
    return int(bool(given["overdue"] and told["overdue"]))


def _overview(home: str) -> dict[str, Any]:
    import os
    import time

    from scrubjay.errors import InputError
    from scrubjay.pipeline.overview import overview
    from scrubjay.pipeline.pulse import heard
    from scrubjay.store.sqlite.questions import Questions
    from scrubjay.store.sqlite.store import STORE_FILE
    from scrubjay.store.sqlite.upkeep import looked_into

    path = os.path.join(home, STORE_FILE)
    if not os.path.exists(path):
        raise InputError(f"no store in {home}; name the pipeline's folder with --home")
    with looked_into(path) as connection:
        told = overview(Questions(connection, lambda: time.time_ns() // 1_000_000))
    return told | heard(home)


def lines(told: dict[str, Any]) -> Iterator[str]:
    """As people read it."""
    for kind, states in told["states"].items():
        for state, row in states.items():
            oldest = "" if row["oldest"] is None else f"  oldest {_span(row['oldest'])}"
            yield f"{kind:15} {state:20} {row['count']:>10,}{oldest}"
    for topic, row in told["queues"].items():
        oldest = "" if row["oldest"] is None else f"  oldest {_span(row['oldest'])}"
        yield (
            f"queue {topic:9} ready {row['ready']:,}, worked on {row['leased']:,},"
            f" later {row['delayed']:,}{oldest}"
        )
    yield from _said(told)
    for partner in told["partners"]:
        if partner["paused"]:
            yield f"partner {partner['name']} is paused: {partner['reason']}"
    yield from _waiting(told)
    if told["overdue"]:
        yield f"overdue: {len(told['overdue']):,} documents; see --overdue"


def _said(told: dict[str, Any]) -> Iterator[str]:
    """What the processes say that is not as it should be."""
    from scrubjay.failures import FAILURES

    for stage, row in told["stages"].items():
        if row["failed"]:
            yield f"stage {stage:9} done {row['done']:,}, failed {row['failed']:,} times"
    for code in told["lacking"]:
        failure = FAILURES[code]
        yield f"work waits: {failure.meaning} ({code}); {failure.step}"
    for name, position in told["breakers"].items():
        if position != "closed":
            yield f"partner {name}: breaker {position.replace('_', ' ')}"


def _waiting(told: dict[str, Any]) -> Iterator[str]:
    """What a person has to look at, as the command that lists it counts."""
    for state, count in told["waiting"].items():
        kinds, command = _LISTED[state]
        found = [
            f"{states[state]['count']:,} {kind}{'' if states[state]['count'] == 1 else 's'}"
            for kind, states in told["states"].items()
            if kind in kinds and state in states
        ]
        yield f"for a person: {', '.join(found) or count} {state}; see: scrubjay {command}"


def _span(seconds: float) -> str:
    """Seconds as people say them."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s"


def _watch(home: str) -> int:
    """Live, until Ctrl-C."""
    import time

    from rich.live import Live

    before: tuple[float, dict[str, Any]] | None = None
    with Live(refresh_per_second=4, transient=False) as live:
        try:
            while True:
                told, now = _overview(home), time.monotonic()
                live.update(_table(told, before, now))
                before = now, told
                time.sleep(EVERY)
        except KeyboardInterrupt:
            return 0


def _table(told: dict[str, Any], before: tuple[float, dict[str, Any]] | None, now: float) -> Any:
    from rich.table import Table

    table = Table(title="scrubjay", show_edge=False)
    for name in ("", "state", "count", "a second", "oldest"):
        table.add_column(name, justify="left" if name in {"", "state"} else "right")
    for kind, states in told["states"].items():
        for state, row in states.items():
            rate = ""
            if before is not None:
                was = before[1]["states"].get(kind, {}).get(state, {"count": 0})["count"]
                rate = f"{(row['count'] - was) / (now - before[0]):+,.0f}"
            oldest = "" if row["oldest"] is None else _span(row["oldest"])
            table.add_row(kind, state, f"{row['count']:,}", rate, oldest)
    for topic, row in told["queues"].items():
        oldest = "" if row["oldest"] is None else _span(row["oldest"])
        waits = f"{row['ready'] + row['delayed']:,}"
        table.add_row("queue", topic, waits, f"{row['leased']} at work", oldest)
    for stage, row in told["stages"].items():
        rate = ""
        if before is not None:
            was = before[1]["stages"].get(stage, {"done": row["done"]})["done"]
            rate = f"{max(row['done'] - was, 0) / (now - before[0]):,.0f}"
        table.add_row("stage", stage, f"{row['done']:,}", rate, f"{row['failed']:,} failed")
    for row in _below(told):
        table.add_row(*row)
    return table


def _below(told: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """Partners, what is lacking, and what waits for a person."""
    for partner in told["partners"]:
        breaker = told["breakers"].get(partner["name"], "")
        state = "paused" if partner["paused"] else "open"
        yield "partner", partner["name"], state, "", breaker and f"breaker {breaker}"
    for code in told["lacking"]:
        yield "lacking", code, "work waits", "", ""
    for name, count in told["waiting"].items():
        yield "for a person", name, f"{count:,}", "", ""


COMMAND = Call(
    name="status",
    help="Show how the pipeline stands: counts by state, queues, what waits for a person.\n\n"
    "It only reads; any number may look at once. Leaves with 1 where --overdue finds anything.",
    options=(
        HOME,
        Option(name="--watch", help="Stay, and show it live on a terminal."),
        Option(name="--overdue", help="Only the documents that partners should have sent by now."),
        options.AS_JSON,
    ),
    examples=(
        "scrubjay status --home /var/lib/scrubjay",
        "scrubjay status --watch",
        "scrubjay status --overdue --json",
    ),
    run=run,
)
