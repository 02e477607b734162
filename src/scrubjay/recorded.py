"""Tables of members and payments: of the records that `enroll` or `remit` left, or makes first.

Files are read into records in a folder of its own (0700) beside the output, gone in the end.
"""

from __future__ import annotations

import contextlib
import json
import os

from scrubjay import _native, places
from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.scratch import alone, scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeVar

    from scrubjay.runs import Progress, Run

    AnyPath = str | os.PathLike[str]
    Made = TypeVar("Made")

__all__ = ["FORMS", "exported", "folder_of", "forget_tables", "kind_of", "tabled"]

FORMS = ("parquet", "csv")
"""What tables are written as; how their files end."""
_RECORDS = {"834": "enrollments.jsonl", "835": "remittances.jsonl"}
_SOURCES = "sources.jsonl"
_MORE = {
    "834": (),
    "835": ("payments.jsonl", "provider-adjustments.jsonl", "provider-summaries.jsonl"),
}
_OF_RUNS = ("quarantine.jsonl", "worklist.csv", "report.html")
"""What a run without a run.json leaves beside its records."""
_SUMMARY = "summary.json"
_FACTS = "run.json"
_ALWAYS = ("enrollments", "coverages", "payment_claims", "payment_lines")
"""Tables that are written without a row too."""
_FINDINGS = "findings.jsonl"
_COMMANDS = {"834": "enroll", "835": "remit"}
SCHEMA = 1
"""The version of the tables' schema, the same as of those of claims."""


@contextlib.contextmanager
def folder_of(
    kind: str,
    source: Iterable[AnyPath],
    beside: str | None,
    *,
    token_key: AnyPath | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Iterator[str]:
    """The folder with the records of `source`: that folder itself, or one made of its files."""
    given = [os.fspath(each) for each in source]
    if len(given) == 1 and os.path.isdir(given[0]):
        if not os.path.exists(os.path.join(given[0], _RECORDS[kind])):
            raise UsageError(
                f"{given[0]}: there is no {_RECORDS[kind]}; "
                f"name the folder of a scrubjay {_COMMANDS[kind]}, or files"
            )
        if _has_lines(given[0], _RECORDS[kind]) and not _has_lines(given[0], _SOURCES):
            raise InputError(
                f"{given[0]}: its records name sources and there is no {_SOURCES}; "
                f"run scrubjay {_COMMANDS[kind]} again"
            )
        yield given[0]
        return
    files = places.inputs(given)
    with scratch("scrubjay", beside) as made:
        out = os.path.join(made, "records")
        _read(kind)(files, out, token_key=token_key, threads=threads, progress=progress)
        left = (name for name in os.listdir(out) if name.endswith(".jsonl") and name != _FINDINGS)
        if not any(_has_lines(out, name) for name in left):
            raise _none_found(kind, files[0])
        yield out


def _has_lines(folder: str, name: str) -> bool:
    path = os.path.join(folder, name)
    return os.path.exists(path) and os.path.getsize(path) > 0


def _read(kind: str) -> Callable[..., Run]:
    if kind == "834":
        from scrubjay.enrollment.recording import enroll

        return enroll
    from scrubjay.remittance.running import remit

    return remit


def exported(
    kind: str,
    source: Iterable[AnyPath],
    out: str,
    names: Sequence[str],
    ways: tuple[str, str],
    *,
    token_key: AnyPath | None,
    threads: int,
    force: bool,
    progress: Progress | None,
) -> dict[str, Any]:
    """Writes tables into the folder `out`, summary.json last; the fields of `columns.Exported`.

    `ways` is what becomes of patient data, and the form of the files.
    """
    key = TokenKey.find(token_key)
    job = Job(command=Command.READ, inputs=(), token_key=key.secret, token_key_id=key.id)
    phi, form = ways
    given = [os.fspath(each) for each in source]
    with _opened(out, force=force), scratch("export", out) as stage:
        files = () if len(given) == 1 and os.path.isdir(given[0]) else places.inputs(given)
        if files and all(os.path.isfile(each) for each in files):
            made = _order(kind, files).but(
                token_key=key.secret, token_key_id=key.id, threads=threads
            )
            rows, read = _straight(made, (kind, stage), names, ways, beside=out, progress=progress)
        else:
            # what goes back with its set can be read again of a file alone
            with folder_of(
                kind, given, out, token_key=token_key, threads=threads, progress=progress
            ) as of:
                rows = dict(
                    _native.export_records(job.to_json(), (of, stage), list(names), phi, form)
                )
                read = _counts(of)
        told = {"tables": rows, "phi": phi, "schema_version": SCHEMA, "token_key_id": key.id}
        summary = {**read, **told}
        _commit(out, stage, summary)
    return {"rows": rows, "summary": summary, "facts": {}, "folder": out}


def _order(kind: str, files: tuple[str, ...]) -> Job:
    """What reads the records of files, without its outputs."""
    if kind == "834":
        from scrubjay.enrollment.recording import order

        return Job(command=Command.ENROLL, inputs=files, worklist=False, **order())
    from scrubjay.remittance.wording import words

    return Job(command=Command.REMIT, inputs=files, worklist=False, words=words())


def _straight(
    job: Job,
    into: tuple[str, str],
    names: Sequence[str],
    ways: tuple[str, str],
    *,
    beside: str,
    progress: Progress | None,
) -> tuple[dict[str, int], dict[str, Any]]:
    """Rows by table of the files of `job`, whose records go into the tables without their lines.

    And what the files came to, as a summary has it.
    """
    kind, stage = into
    with scratch("scrubjay", beside) as made:
        out = os.path.join(made, "records")
        rows = _native.export_recorded(
            job.but(out=out).to_json(), stage, list(names), *ways, progress
        )
        if not any(_has_lines(out, name) for name in (_SOURCES, "quarantine.jsonl")):
            raise _none_found(kind, job.inputs[0])
        return dict(rows), _counts(out)


def _counts(folder: str) -> dict[str, Any]:
    """What the records in `folder` came to, where their run is whole; not what it wrote."""
    try:
        summary = _summary(folder)
    except FileNotFoundError:
        return {}
    return {name: told for name, told in summary.items() if name not in {"outputs", "money"}}


def _summary(folder: str) -> dict[str, Any]:
    with open(os.path.join(folder, _SUMMARY), encoding="utf-8") as file:
        summary: dict[str, Any] = json.load(file)
    return summary


def _none_found(kind: str, file: str) -> InputError:
    return InputError(
        f"{file}: no record of an {kind} was found; "
        f"name {kind} files, or other tables (scrubjay export --list)"
    )


@contextlib.contextmanager
def _opened(out: str, *, force: bool) -> Iterator[None]:
    """The folder `out`, which goes again when nothing was written and it was made for this."""
    try:
        is_new = not os.path.isdir(out)
        os.makedirs(out, mode=0o700, exist_ok=True)
        with alone(out):
            is_taken = not force and bool(os.listdir(out))
            if is_taken:
                raise UsageError(f"{out}: is not empty; name a new folder, or give --force")
            try:
                yield
            finally:
                if is_new:
                    with contextlib.suppress(OSError):
                        os.rmdir(out)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise OutputError(f"{out}: {reason}; make room, or name another folder") from None


def tabled(
    kind: str,
    make: Callable[[str], Made],
    out: str,
    ways: tuple[str, str],
    *,
    token_key: AnyPath | None,
    force: bool,
) -> tuple[Made, dict[str, Any]]:
    """Runs `make`, which writes records to the folder that it is given, and writes `out`.

    In the place of the files of records stand all tables of `kind` that have a row, as
    ``<table>.parquet`` or ``.csv``; what else the run wrote stands there as it is, summary.json
    last. Gives what `make` gave, and what the summary says of tables: ``tables`` (rows by name),
    ``phi``, ``schema_version``. `ways` is what becomes of patient data, and the form.
    """
    key = TokenKey.find(token_key)
    job = Job(command=Command.READ, inputs=(), token_key=key.secret, token_key_id=key.id)
    phi, form = ways
    names = [name for name, file, _ in _native.table_columns() if kind_of(name, file) == kind]
    with _opened(out, force=force), scratch("records", out) as made:
        folder = os.path.join(made, "records")
        answer = make(folder)
        stage = os.path.join(made, "stage")
        os.mkdir(stage, 0o700)
        found = _native.export_records(job.to_json(), (folder, stage), names, phi, form)
        rows = {name: count for name, count in found if count or name in _ALWAYS}
        for name in names:
            if name not in rows:
                os.unlink(os.path.join(stage, f"{name}.{form}"))
        told = {"tables": rows, "phi": phi, "schema_version": SCHEMA}
        left = os.listdir(folder)
        for name in {*left} - {_RECORDS[kind], *_MORE[kind], _SOURCES, _SUMMARY, _FACTS}:
            os.replace(os.path.join(folder, name), os.path.join(stage, name))
        if _FACTS in left:
            _tell_facts(folder, stage)
        summary = _summary(folder)
        _forget(out, (*_earlier(out), _RECORDS[kind], *_MORE[kind], _SOURCES, *_OF_RUNS))
        _commit(out, stage, {**summary, **told})
    return answer, told


def forget_tables(out: str) -> None:
    """Removes the tables that an earlier run left in a folder whose records were written anew.

    Where another run is writing there already, it does that itself.
    """
    with contextlib.suppress(UsageError), alone(out):
        _forget(out, ())


def kind_of(name: str, file: str | None) -> str:
    """834 or 835, which the table `name` is of that is made of a `file`; empty for claims."""
    if file is None:
        return ""
    if file == "sources":
        of_834 = {"enrollment_sources", "set_administrators", "origin_dates"}
        return "834" if name in of_834 else "835"
    return "834" if file == "enrollments" else "835"


def _forget(out: str, names: Iterable[str]) -> None:
    """What was there before goes, its summary first; so do tables."""
    tables = (f"{name}.{form}" for name, _, _ in _native.table_columns() for form in FORMS)
    for name in (*((_SUMMARY,) if names else ()), *names, *tables):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(out, name))


def _earlier(out: str) -> list[str]:
    """The files that an earlier run wrote, as its run.json lists them, and that."""
    try:
        with open(os.path.join(out, _FACTS), encoding="utf-8") as file:
            names = [str(each["file"]) for each in json.load(file)["outputs"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [*(name for name in names if name == os.path.basename(name) and name), _FACTS]


def _tell_facts(folder: str, stage: str) -> None:
    """run.json, with the files that are there in the place of records."""
    with open(os.path.join(folder, _FACTS), encoding="utf-8") as file:
        facts = json.load(file)
    facts["outputs"] = [_facts_of(stage, name) for name in sorted(os.listdir(stage))]
    _write(os.path.join(stage, _FACTS), facts)


def _facts_of(folder: str, name: str) -> dict[str, Any]:
    import hashlib

    with open(os.path.join(folder, name), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": file.tell(), "file": name, "sha256": digest}


def _write(path: str, told: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=2) + "\n")


def _commit(out: str, stage: str, summary: dict[str, Any]) -> None:
    """Renames what is staged, the summary last."""
    names = sorted(os.listdir(stage))
    _write(os.path.join(stage, _SUMMARY), summary)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(out, _SUMMARY))
    for name in (*names, _SUMMARY):
        os.replace(os.path.join(stage, name), os.path.join(out, name))
