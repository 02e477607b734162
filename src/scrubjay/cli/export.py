"""`scrubjay export`: tables of claims, members and payments, as Parquet or CSV."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE, FOLDER, Choice, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from scrubjay.columns import Exported

__all__ = ["COMMAND"]

USUAL = ("claims", "lines")


def run(given: dict[str, Any]) -> int:
    """Writes tables, or says what they are."""
    from scrubjay.errors import UsageError

    if given["list"]:
        sys.stdout.writelines(f"{line}\n" for line in listed(as_json=given["as_json"]))
        return 0
    if not given["files"] or given["out"] is None:
        raise UsageError("name the files and --out FOLDER, or --list for the tables")
    made = _export(given)
    if made.summary.get("claims") == 0 and made.facts:
        sys.stderr.write(
            "scrubjay: no claim was found; of members and payments there are other tables: "
            "scrubjay export --list\n"
        )
    if given["as_json"]:
        sys.stdout.write(json.dumps(made.summary) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _told(made, given["to"]))
    if left := _left(made.summary):
        sys.stderr.write(f"scrubjay: in no table are {left}; {_why(made.summary)}\n")
        return 1
    return 0


def _export(given: dict[str, Any]) -> Exported:
    from scrubjay.cli.progress import shown
    from scrubjay.columns import export
    from scrubjay.places import inputs

    is_folder = len(given["files"]) == 1 and os.path.isdir(given["files"][0])
    files = tuple(given["files"]) if is_folder else inputs(given["files"])
    chosen = [name.strip() for names in given["table"] for name in names.split(",")]
    with shown(() if is_folder else files) as progress:
        return export(
            files,
            given["out"],
            chosen or USUAL,
            phi=given["phi"],
            rules=not given["no_rules"],
            as_of=given["as_of"],
            token_key=given["token_key"],
            threads=given["threads"],
            force=given["force"],
            form=given["to"],
            progress=progress,
        )


def listed(*, as_json: bool) -> Iterator[str]:
    """The tables, each with its columns."""
    from scrubjay.columns import tables

    known = tables()
    if as_json:
        told = {name: [vars(column) for column in found] for name, found in known.items()}
        yield json.dumps(told)
        return
    for name, found in known.items():
        yield f"{name}: {len(found)} columns"
        wide = max(len(column.name) for column in found)
        for column in found:
            yield f"  {column.name:<{wide}}  {column.type:<18} {column.phi}"


def _told(made: Exported, form: str) -> Iterator[str]:
    wide = max(len(name) for name in made.rows)
    for name, rows in made.rows.items():
        yield f"{name:<{wide}}  {rows:>12,} rows"
    if made.summary.get("rejected") and "findings" not in made.rows:
        rejected, claims = made.summary["rejected"], made.summary["claims"]
        yield f"{rejected:,} of {claims:,} claims are rejected; why: --table findings"
    treated = made.summary["phi"]
    yield f"written to {made.folder.rstrip('/')}/ as <table>.{form}; patient data: {treated}"


def _why(summary: Mapping[str, Any]) -> str:
    if "quarantined" in summary:
        return f"scrubjay {'enroll' if 'members' in summary else 'remit'} says why"
    return "scrubjay scrub says why, and so does --table findings"


def _left(summary: Mapping[str, Any]) -> str:
    """What of the files is in no table; empty where all of it is."""
    records = "members" if "members" in summary else "claims"
    counts = {
        "files without an interchange": summary.get("findings", {}).get("NO_INTERCHANGE"),
        "transaction sets not read": summary.get("unreadable_sets"),
        "claims not read": summary.get("unreadable"),
        "segments without a place": summary.get("unreadable_segments"),
        f"{records} held back": summary.get("quarantined"),
    }
    return ", ".join(f"{what}: {count:,}" for what, count in counts.items() if count)


HELP = """\
Write tables of FILES ('-' is standard input) as Parquet or CSV: of 837 claims, lines, diagnoses,
findings and what else a claim has; of 834 enrollments, coverages and more; of 835 payments,
payment_claims, payment_lines, payment_adjustments and more. Instead of files, the folder that
enroll or remit left.

Identifiers are keyed tokens unless --phi says otherwise; dates of service always stay, so that no
table is de-identified in the sense of the law.
"""

COMMAND = Call(
    name="export",
    help=HELP,
    argument=Argument(name="files", metavar="FILES...", kind=FILE, many=True, optional=True),
    options=(
        Option(name="--out", kind=FOLDER, help="Where to write: new or empty."),
        Option(
            name="--table",
            kind=Kind(),
            metavar="NAMES",
            many=True,
            help="Tables, by commas: claims,lines if none is named.",
        ),
        Option(
            name="--to",
            kind=Choice("parquet", "csv"),
            default="parquet",
            shows_default=True,
            help="The form of the files.",
        ),
        Option(
            name="--phi",
            kind=options.PHI,
            default="token",
            shows_default=True,
            help="What becomes of patient data.",
        ),
        Option(name="--no-rules", help="Judge by the guides alone."),
        Option(name="--list", help="Say which tables and columns there are."),
        options.AS_OF,
        options.TOKEN_KEY,
        options.THREADS,
        options.FORCE,
        options.AS_JSON,
    ),
    examples=(
        "scrubjay export claims.837 --out tables/",
        "scrubjay export 'sent/*.837' --out tables/ --table claims,lines,diagnoses,findings",
        "scrubjay export members.834 --out tables/ --table enrollments,coverages",
        "scrubjay export paid/ --out tables/ --table payments,payment_claims --to csv",
        "scrubjay export --list",
    ),
    run=run,
)
