"""`scrubjay enroll`: members of 834 files, of tables and of a service as one record each."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.kinds import FILE, FOLDER
from scrubjay.cli.recordforms import FORM_OPTIONS, written
from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from scrubjay.enrollment.making import Made, Maker
    from scrubjay.enrollment.rest import Sync

__all__ = ["COMMAND"]

FILES = (
    *("enrollments.jsonl", "sources.jsonl", "quarantine.jsonl"),
    *("worklist.csv", "report.html"),
)
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".jsonl", ".ndjson")


def run(given: dict[str, Any]) -> int:
    """Writes members as records."""
    if bool(given["files"]) == bool(given["rest"]):
        raise UsageError("name files, or a service with --rest MAP; see: scrubjay enroll --help")
    work = _recorded if given["files"] and not given["csv_map"] else _mapped
    ended, told = written(given, "834", lambda out: work(given, out))
    summary = {**ended.summary, **told}
    if given["as_json"]:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        _tell(summary, ended.reasons, ended.counted, given["out"])
    if ended.since is not None and given["cursor"]:
        _keep(given["cursor"], ended.since)
    return int(ended.is_held)


class _Ended(Frozen):
    """What a run came to: its summary, its reasons, which counts to tell, and where REST is."""

    summary: Mapping[str, Any]
    reasons: Mapping[str, int]
    counted: tuple[str, ...]
    is_held: bool
    since: str | None = None


def _mapped(given: dict[str, Any], out: str) -> _Ended:
    """Writes the members of tables or of a service, by a mapping."""
    from scrubjay.cli.enrolling import maker_of
    from scrubjay.enrollment.folder import Folder
    from scrubjay.enrollment.page import of_members, reasons_of
    from scrubjay.places import output
    from scrubjay.sources import Parting

    maker = maker_of(given)
    sync = _sync(given, maker) if given["rest"] else None
    path = output(out, force=given["force"])
    with Folder(path, FILES, worklist=not given["no_worklist"]) as folder:
        summary = _Summary(maker)
        parting = Parting(folder.line, "enrollments.jsonl")
        for made in sync.members() if sync else _members(given, maker):
            summary.count(made)
            for reason in made.reasons:
                folder.held(reason, made.person)
            if made.record is not None:
                parting.put(json.loads(made.record.to_json()))
        subject = os.path.basename(given["rest"] or given["files"][0])
        reasons = reasons_of(summary.said["quarantine"])
        worklist = not given["no_worklist"]
        folder.page(of_members(subject, summary.said, reasons, worklist=worklist))
        always = ("enrollments.jsonl", *(("worklist.csv",) if worklist else ()))
        folder.commit(summary.said, always=always)
    return _Ended(
        summary=summary.said,
        reasons=summary.said["quarantine"],
        counted=("members", "enrolled", "quarantined", "subscribers", "dependants", "coverages"),
        is_held=bool(summary.said["quarantined"]),
        since=None if sync is None else sync.since,
    )


def _recorded(given: dict[str, Any], out: str) -> _Ended:
    """Writes the members of 834 files: the engine's own work."""
    from scrubjay.cli.progress import shown
    from scrubjay.enrollment.recording import enroll
    from scrubjay.places import holds_x12, inputs
    from scrubjay.severity import Severity

    files = inputs(given["files"])
    if tables := [name for name in files if name.lower().endswith(_TABLES) and not holds_x12(name)]:
        raise UsageError(f"{tables[0]}: a table needs a mapping; name one with --csv-map FILE")
    profile = None
    if given["profile"]:
        import datetime as dt

        from scrubjay.enrollment.profile import found

        profile = found(given["profile"], given["as_of"] or dt.datetime.now(dt.UTC).date())
    with shown(files) as progress:
        made = enroll(
            files,
            out,
            profile=profile,
            partner=given["partner"],
            as_of=given["as_of"],
            token_key=given["token_key"],
            threads=given["threads"],
            worklist=not given["no_worklist"],
            force=given["force"],
            progress=progress,
        )
    return _Ended(
        summary=dict(made.summary),
        reasons=made.summary["findings"],
        counted=("members", "enrolled", "quarantined"),
        is_held=made.found(Severity.ERROR),
    )


class _Summary:
    """Counts what became of the members."""

    def __init__(self, maker: Maker) -> None:
        profile = maker.profile
        self.said: dict[str, Any] = {
            "members": 0,
            "enrolled": 0,
            "quarantined": 0,
            "subscribers": 0,
            "dependants": 0,
            "coverages": 0,
            "quarantine": {},
            "profile": f"{profile.name} {profile.version}" if profile.name else None,
            "token_key_id": maker.tokens.key_id,
        }

    def count(self, made: Made) -> None:
        """One member more."""
        said = self.said
        said["members"] += 1
        for reason in made.reasons:
            said["quarantine"][reason.code] = said["quarantine"].get(reason.code, 0) + 1
        if made.record is None:
            said["quarantined"] += 1
            return
        said["enrolled"] += 1
        said["subscribers" if made.record.member.is_subscriber else "dependants"] += 1
        said["coverages"] += len(made.record.coverages)


def _members(given: dict[str, Any], maker: Maker) -> Iterator[Made]:
    from scrubjay.enrollment.reading import members
    from scrubjay.places import inputs

    for name in inputs(given["files"]):
        yield from members(name, maker, mapping=given["csv_map"])


def _sync(given: dict[str, Any], maker: Maker) -> Sync:
    from scrubjay.enrollment.mapping import read_mapping
    from scrubjay.enrollment.rest import Sync, read_service

    mapping = read_mapping(given["rest"], "rest")
    return Sync(mapping, read_service(mapping), maker, since=_kept(given["cursor"]))


def _kept(cursor: str | None) -> str:
    """Where the last run was; empty before the first."""
    if not cursor or not os.path.exists(cursor):
        return ""
    try:
        with open(cursor, encoding="utf-8") as file:
            held = json.load(file)
        return str(held["since"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{cursor} is no cursor of an earlier run; name another file") from None


def _keep(cursor: str, since: str) -> None:
    """Where the next run begins; written when the records of this one are."""
    from scrubjay.cli.target import target

    with target(cursor, force=True) as file:
        file.write(json.dumps({"since": since}).encode() + b"\n")


def _tell(
    summary: Mapping[str, Any], reasons: Mapping[str, int], names: tuple[str, ...], out: str
) -> None:
    wide = max(len(f"{summary[name]:,}") for name in names)
    for name in names:
        indent = "" if name in {"members", "coverages"} else "  "
        sys.stdout.write(f"{indent + name:<14}{summary[name]:>{wide},}\n")
    if reasons:
        from scrubjay.enrollment.reasons import worded

        sys.stdout.write("\nwhy members are held or noted\n")
        for code, count in sorted(reasons.items(), key=lambda each: -each[1]):
            sys.stdout.write(f"  {count:>{wide},}  {worded(code)}\n")
    sys.stdout.write(f"\nwritten to {out.rstrip('/')}/\n")


COMMAND = Call(
    name="enroll",
    help=(
        "Write the members of FILES, or of a payroll service, as one record each.\n\n"
        "FILES are 834, or tables (CSV or XLSX) with --csv-map. What is wrong with a member holds "
        "it back, with the reasons in quarantine.jsonl; the others go on. Records are JSON lines, "
        "or with --to the tables that `export` has."
    ),
    argument=Argument(name="files", metavar="[FILES]...", kind=FILE, many=True, optional=True),
    options=(
        Option(name="--out", kind=FOLDER, required=True, help="The folder to write."),
        *FORM_OPTIONS,
        Option(name="--csv-map", kind=FILE, help="The mapping of tables, TOML."),
        Option(name="--rest", kind=FILE, help="The mapping of a service, TOML."),
        Option(
            name="--cursor",
            kind=FILE,
            help="Where the last run of --rest was; this one goes on from there and keeps it.",
        ),
        Option(
            name="--profile",
            kind=FILE,
            metavar="PROFILE",
            help="The carrier's ways: a shipped profile, a TOML file or a folder of them.",
        ),
        options.PARTNER,
        options.AS_OF,
        options.TOKEN_KEY,
        options.THREADS,
        options.NO_WORKLIST,
        options.AS_JSON,
        options.FORCE,
    ),
    examples=(
        "scrubjay enroll members.834 --out out/ --profile exchange",
        "scrubjay enroll members.csv --csv-map acme.toml --out out/",
        "scrubjay enroll members.834 --out out/ --to parquet --phi keep",
        "scrubjay enroll --rest payroll.toml --cursor payroll.cursor --out out/",
    ),
    run=run,
)
