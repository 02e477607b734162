"""`scrubjay reconcile`: a load of members held against what was known."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE, FOLDER, Choice, Count
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.enrollment.folder import Folder
    from scrubjay.enrollment.making import Made, Maker
    from scrubjay.enrollment.reconcile import Said

__all__ = ["COMMAND"]

FILES = ("changes.jsonl", "quarantine.jsonl", "worklist.csv", "report.html")
KINDS = (
    *("adds", "changes", "terminations", "reinstatements", "omissions", "unchanged", "held"),
    "protected",
)
STATUS = {
    "applied": "load {load} is in force",
    "held": "load {load} is held: nothing of it is in force",
    "verified": "compared only; nothing was changed",
    "replayed": "nothing new: load {load} had the same members",
    "empty": "no member in it; nothing was changed",
}


def run(given: dict[str, Any]) -> int:
    """One load; or the list of loads, or the last one taken back."""
    chosen = [given["files"], given["loads"], given["undo"] is not None]
    if sum(map(bool, chosen)) != 1:
        raise UsageError(
            "name files to load, or --loads, or --undo LOAD; see: scrubjay reconcile -h"
        )
    if given["loads"]:
        return _listed(given)
    if given["undo"] is not None:
        return _undone(given)
    summary = _loaded(given) if given["out"] is None else _written(given)
    if given["as_json"]:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _table(summary, given["out"]))
    return int(_found(summary))


def _found(summary: dict[str, Any]) -> bool:
    """What wants somebody's eye: a load or a member that is held, and whoever is left out."""
    return bool(
        summary["status"] in {"held", "empty"}
        or summary["quarantined"]
        or summary["held"]
        or summary["omissions"]
        or summary["guard"]
    )


def _written(given: dict[str, Any]) -> dict[str, Any]:
    from scrubjay.enrollment.folder import Folder
    from scrubjay.enrollment.page import of_load, reasons_of
    from scrubjay.places import output

    path = output(given["out"], force=given["force"])
    with Folder(path, FILES, worklist=not given["no_worklist"]) as folder:
        summary = _loaded(given, folder)
        verdict = STATUS[summary["status"]].format(**summary)
        subject = os.path.basename(given["files"][0])
        told = reasons_of(summary["quarantine"])
        worklist = not given["no_worklist"]
        folder.page(of_load(subject, summary, verdict, told, worklist=worklist))
        folder.commit(summary, always=("changes.jsonl",))
    return summary


def _loaded(given: dict[str, Any], folder: Folder | None = None) -> dict[str, Any]:
    from scrubjay.cli.enrolling import maker_of
    from scrubjay.enrollment.reconcile import Options, reconcile
    from scrubjay.enrollment.state import State

    maker = maker_of(given)
    wanted = Options(given["mode"] or "", given["as_of"], given["release"])

    def tell(said: Said) -> None:
        if folder is not None:
            _tell(folder, said)

    made = _members(given, maker)
    with State(given["state"]) as state:
        return reconcile(state, made, maker, wanted, tell)


def _members(given: dict[str, Any], maker: Maker) -> Iterator[Made]:
    from scrubjay.enrollment.reading import members
    from scrubjay.enrollment.recording import read_834
    from scrubjay.places import inputs

    def read(path: str, made_by: Maker) -> Iterator[Made]:
        return read_834(path, made_by, within=os.path.dirname(os.path.abspath(given["state"])))

    for name in inputs(given["files"]):
        yield from members(name, maker, mapping=given["csv_map"], read_834=read)


def _tell(folder: Folder, said: Said) -> None:
    from scrubjay.enrollment.folder import named

    if said.held is not None:
        folder.held(said.held, said.person)
    if said.change is not None:
        folder.line("changes.jsonl", json.dumps(said.change))
        if said.change["change"] == "omission":
            why = f"left out by a file of all members; {said.change['outcome']}"
            row = (None, None, *named(said.person), "OMITTED", "warning", why, None, None)
            folder.work((*row, "Ask the sender whether the member has left", None))


def _listed(given: dict[str, Any]) -> int:
    from scrubjay.enrollment.state import State

    with State(given["state"], make=False) as state:
        loads = state.loads()
    if given["as_json"]:
        sys.stdout.write(json.dumps({"loads": [each._asdict() for each in loads]}) + "\n")
        return 0
    for each in loads:
        counts = ", ".join(f"{each.counts[name]:,} {name}" for name in KINDS if each.counts[name])
        line = (
            f"{each.id:>5}  {each.at}  {each.status:<8}  {each.file or ''}  {counts or 'no change'}"
        )
        sys.stdout.write(f"{line}\n")
    return 0


def _undone(given: dict[str, Any]) -> int:
    from scrubjay.enrollment.state import State

    with State(given["state"], make=False) as state:
        counts = state.undo(given["undo"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"undone": given["undo"], **counts}) + "\n")
    else:
        sys.stdout.write(
            f"load {given['undo']} is undone: {counts['version']:,} members and "
            f"{counts['coverage']:,} coverages are as they were before\n"
        )
    return 0


def _table(summary: dict[str, Any], out: str | None) -> Iterator[str]:
    rows = [("records", summary["records"]), ("in quarantine", summary["quarantined"])]
    rows += [(f"  {name}", summary[name]) for name in KINDS]
    wide = max(len(name) for name, _ in rows)
    count = max(len(f"{number:,}") for _, number in rows)
    for name, number in rows:
        yield f"{name:<{wide}}  {number:>{count},}"
    if summary["coverages"]:
        told = ", ".join(f"{number:,} {name}" for name, number in summary["coverages"].items())
        yield f"coverages: {told}"
    if summary["quarantine"]:
        from scrubjay.enrollment.reasons import worded

        yield ""
        yield "why members are held or noted"
        for code, number in sorted(summary["quarantine"].items(), key=lambda each: -each[1]):
            yield f"  {number:>{count},}  {worded(code)}"
    yield ""
    yield STATUS[summary["status"]].format(**summary)
    for reason in summary["guard"]:
        yield f"  {reason}"
    if summary["status"] == "held":
        yield "  to take it all the same, run it again with --release"
    if out is not None:
        yield f"written to {out.rstrip('/')}/"


COMMAND = Call(
    name="reconcile",
    help=(
        "Hold a load of members against what was known: adds, changes, terminations, "
        "reinstatements, omissions.\n\nFILES are 834, enrollments.jsonl of enroll, or tables with "
        "--csv-map. The state keeps who is covered by what, from when until when, and since which "
        "load that is known. Whether a file changes, replaces or is to be compared, BGN08 and the "
        "profile say, or --mode."
    ),
    argument=Argument(name="files", metavar="[FILES]...", kind=FILE, many=True, optional=True),
    options=(
        Option(
            name="--state",
            kind=FILE,
            required=True,
            help="What is known: a SQLite file, made by the first load.",
        ),
        Option(name="--out", kind=FOLDER, help="Where to write what changed."),
        Option(name="--csv-map", kind=FILE, help="The mapping of tables, TOML."),
        Option(
            name="--profile",
            kind=FILE,
            metavar="PROFILE",
            help="The carrier's ways: a shipped profile, a TOML file or a folder of them.",
        ),
        Option(
            name="--mode",
            kind=Choice("change", "verify", "replace"),
            help="What the load does, instead of BGN08 and the profile.",
        ),
        Option(name="--release", help="Take a load that the guard would hold."),
        Option(name="--loads", help="List the loads, and take none."),
        Option(name="--undo", kind=Count(1), metavar="LOAD", help="Take the last load back."),
        options.AS_OF,
        options.TOKEN_KEY,
        options.NO_WORKLIST,
        options.AS_JSON,
        options.FORCE,
    ),
    examples=(
        "scrubjay reconcile --state acme.db members.834",
        "scrubjay reconcile --state acme.db out/enrollments.jsonl --out changes/",
        "scrubjay reconcile --state acme.db members.csv --csv-map acme.toml --mode replace",
        "scrubjay reconcile --state acme.db --loads",
        "scrubjay reconcile --state acme.db --undo 12",
    ),
    run=run,
)
