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
from scrubjay.scratch import scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from scrubjay.runs import Progress, Run

    AnyPath = str | os.PathLike[str]

__all__ = ["exported", "folder_of"]

_RECORDS = {"834": "enrollments.jsonl", "835": "remittances.jsonl"}
_SOURCES = "sources.jsonl"
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
            raise InputError(
                f"{files[0]}: no record of an {kind} was found; "
                f"name {kind} files, or other tables (scrubjay export --list)"
            )
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
    with (
        _opened(out, force=force),
        folder_of(kind, source, out, token_key=token_key, threads=threads, progress=progress) as of,
        scratch("export", out) as stage,
    ):
        rows = dict(_native.export_records(job.to_json(), (of, stage), list(names), phi, form))
        summary = {"tables": rows, "phi": phi, "schema_version": SCHEMA, "token_key_id": key.id}
        _commit(out, stage, summary)
    return {"rows": rows, "summary": summary, "facts": {}, "folder": out}


@contextlib.contextmanager
def _opened(out: str, *, force: bool) -> Iterator[None]:
    """The folder `out`, which goes again when nothing was written and it was made for this."""
    try:
        is_new = not os.path.isdir(out)
        os.makedirs(out, mode=0o700, exist_ok=True)
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


def _commit(out: str, stage: str, summary: dict[str, Any]) -> None:
    """Renames what is staged, the summary last."""
    names = sorted(os.listdir(stage))
    text = json.dumps(summary, indent=2) + "\n"
    handle = os.open(os.path.join(stage, "summary.json"), os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(out, "summary.json"))
    for name in (*names, "summary.json"):
        os.replace(os.path.join(stage, name), os.path.join(out, name))
