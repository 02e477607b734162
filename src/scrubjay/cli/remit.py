"""`scrubjay remit`: payments out of 835 files, matched with the claims that they pay."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.kinds import FILE, FOLDER
from scrubjay.cli.recordforms import FORM_OPTIONS, LINES, written
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.runs import Run

__all__ = ["COMMAND"]

TOP_REASONS = 8


def run(given: dict[str, Any]) -> int:
    """Writes payments down, and matches them."""
    from scrubjay.cli.progress import shown
    from scrubjay.places import inputs
    from scrubjay.remittance.running import remit
    from scrubjay.severity import Severity

    if given["to"] != LINES and (given["match"] or given["fee_schedule"]):
        raise UsageError(
            "--match and --fee-schedule read JSON lines; leave --to out, and make tables of the "
            "folder after it: scrubjay export"
        )
    files = inputs(given["files"])

    def work(out: str) -> Run:
        with shown(files) as progress:
            return remit(
                files,
                out,
                partner=given["partner"],
                as_of=given["as_of"],
                token_key=given["token_key"],
                threads=given["threads"],
                worklist=not given["no_worklist"],
                show_phi=given["show_phi"],
                force=given["force"],
                progress=progress,
            )

    made, told = written(given, "835", work)
    summary: dict[str, Any] = {**made.summary, **told}
    if given["match"]:
        from scrubjay.remittance.matching import match

        summary["matching"] = match(given["out"], given["match"])
    if given["fee_schedule"]:
        from scrubjay.remittance.fees import underpaid

        summary["underpaid"] = underpaid(given["out"], given["fee_schedule"])
    if given["match"] or given["fee_schedule"]:
        from scrubjay.remittance.page import tell_more

        tell_more(given["out"], summary, made.reasons, worklist=not given["no_worklist"])
    if given["as_json"]:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _told(made, summary, given))
    return int(made.found(Severity(given["fail_on"])))


def _told(made: Run, summary: dict[str, Any], given: dict[str, Any]) -> Iterator[str]:
    """Aligned text: counts, reasons, where to look."""
    written = summary["outputs"]
    rows = [
        ("payments", written["payments"]),
        ("claims", summary["claims"]),
        ("  written", summary["accepted"]),
        ("  held back", summary["quarantined"]),
        ("provider adjustments", written["provider-adjustments"]),
    ]
    if matching := summary.get("matching"):
        rows += [
            ("matched with a claim", matching["matched"]),
            ("no claim found", matching["unmatched"]),
            ("claims without payment", matching["unpaid_claims"]),
        ]
    if short := summary.get("underpaid"):
        rows.append((f"lines underpaid, by ${short['short']}", short["lines"]))
    wide = max(len(name) for name, _ in rows)
    for name, count in rows:
        yield f"{name:<{wide}}  {count:>12,}"
    for reason in made.reasons[:TOP_REASONS]:
        severity = reason["severity"]
        words = f"{reason['title']}  [{reason['code']}]"
        yield f"  {reason['count']:>10,}  {severity:<7}  {words}"
    folder = given["out"].rstrip("/")
    wanted = ["payments.jsonl", "remittances.jsonl", "quarantine.jsonl", "worklist.csv"]
    wanted.append("report.html")
    wanted.append("unmatched.jsonl")
    wanted += (f"{name}.{given['to']}" for name in summary.get("tables", ()))
    there = [name for name in wanted if os.path.exists(os.path.join(folder, name))]
    yield f"written to {folder}/: {', '.join(there)} and more"


HELP = """\
Write the payments of 835 FILES ('-' is standard input) down as JSON lines: payments, claims with
their service lines and adjustments, and provider adjustments.

A claim that does not balance is held back alone, a payment that does not with all of its claims:
quarantine.jsonl says why. With --match each payment is put beside the claim that it is for, in
whichever of the files of claims that is. With --to records are the tables that export has.
report.html adds up what was paid and why not more, and names nobody.
"""

COMMAND = Call(
    name="remit",
    help=HELP,
    argument=options.INPUTS,
    options=(
        Option(
            name="--out",
            kind=FOLDER,
            required=True,
            help="Where to write: new or empty.",
        ),
        *FORM_OPTIONS,
        Option(
            name="--match",
            kind=FILE,
            metavar="CLAIMS",
            many=True,
            help="An 837 that was sent: its claims are looked for.",
        ),
        Option(
            name="--fee-schedule",
            kind=FILE,
            metavar="CSV",
            help="Prices by procedure: lines that were allowed less are listed.",
        ),
        options.PARTNER,
        options.AS_OF,
        options.TOKEN_KEY,
        options.FAIL_ON,
        options.AS_JSON,
        options.THREADS,
        options.NO_WORKLIST,
        options.SHOW_PHI,
        options.FORCE,
    ),
    examples=(
        "scrubjay remit payments.835 --out out/",
        "scrubjay remit 'inbox/*.835' --out out/ --match claims.837 --match more.837",
        "scrubjay remit payments.835 --out out/ --fee-schedule fees.csv --json",
    ),
    run=run,
)
