"""Claims, members and payments as tables: for whoever takes Arrow, and as Parquet or CSV files.

>>> import polars, scrubjay                                    # doctest: +SKIP
>>> polars.DataFrame(scrubjay.table("claims.837", "lines"))  # doctest: +SKIP

Nothing but Scrubjay is needed to make them. The tables and their columns: docs/columns.md.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum

from scrubjay import _native, places
from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.job import Command, Job
from scrubjay.keys import TokenKey
from scrubjay.recorded import FORMS, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import ExitStack
    from datetime import date
    from typing import Any

    AnyPath = str | os.PathLike[str]
    Progress = Callable[[int, int | None], None]

__all__ = ["FORMS", "Column", "Exported", "Phi", "Table", "export", "table", "tables"]


_JUDGED = frozenset(("claims", "findings"))
"""Tables that say what was found; the others need no rules."""


class Phi(StrEnum):
    """What becomes of patient data in tables.

    Days of service stay in all of them: none gives data that is de-identified in the sense of
    45 CFR 164.514.
    """

    DROP = "drop"
    """Identifiers, names, addresses, birth dates and free text are left out."""
    MASK = "mask"
    """Their shapes remain: ``A`` for letters, ``9`` for digits; of birth dates the year."""
    TOKEN = "token"  # noqa: S105 - a way, not a secret
    """Identifiers are keyed tokens, the same as in findings; names and addresses are left out."""
    KEEP = "keep"
    """Everything in clear."""


class Column(Frozen):
    """A column of a table: its name, its Arrow type, and what it may tell of a patient.

    `phi` is ``open`` (nothing by itself), ``id``, ``provider`` (tax ids: all but ten digits),
    ``person`` (names, addresses), ``born`` (days of birth and death), ``text`` (notes) or ``token``
    (stands for an identifier already).
    """

    name: str
    type: str
    phi: str


class Table:
    """A table of a file that any library takes which speaks Arrow's PyCapsule interface.

    The file is read, in bounded memory and in a thread of its own, each time that it is taken.
    """

    def __init__(
        self, name: str, stream: _native.TableStream, keep: ExitStack | None = None
    ) -> None:
        """`keep` holds what is read, and lets go of it with the table."""
        self.name = name
        self._stream = stream
        self._keep = keep

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._stream.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._stream.__arrow_c_schema__()

    def __repr__(self) -> str:
        return f"Table({self.name})"


class Exported(Frozen):
    """What an export wrote: rows by table, and the folder."""

    rows: Mapping[str, int]
    summary: Mapping[str, Any]
    facts: Mapping[str, Any]
    folder: str


def tables() -> dict[str, tuple[Column, ...]]:
    """All tables by name, each with its columns in order."""
    return {
        name: tuple(Column(name=column, type=kind, phi=phi) for column, kind, phi in found)
        for name, _, found in _native.table_columns()
    }


def table(
    source: AnyPath | Iterable[AnyPath],
    name: str = "claims",
    *,
    phi: Phi | str = Phi.TOKEN,
    rules: bool = True,
    as_of: date | None = None,
    token_key: AnyPath | None = None,
) -> Table:
    """One table of files, to be taken by Polars, DuckDB, pandas or pyarrow without a copy.

    Of 837 files: `accepted` and the table `findings` are by the guides and, unless `rules` is
    false, by the shipped rules. A table of members or payments is that of 834 or 835 files, or of
    the folder that `enroll` or `remit` left. An unknown table or file raises here, what goes wrong
    later where the table is taken.
    """
    (known,) = _known([name])
    if kind := _recorded([known]):
        return _of_records(kind, places.listed(source), known, _phi(phi), token_key)
    rules = rules and known in _JUDGED
    job = _job(places.inputs(places.listed(source)), rules=rules, as_of=as_of, token_key=token_key)
    return Table(known, _native.TableStream(job.to_json(), known, _phi(phi)))


def export(
    source: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    names: str | Sequence[str] = ("claims", "lines"),
    *,
    phi: Phi | str = Phi.TOKEN,
    rules: bool = True,
    as_of: date | None = None,
    token_key: AnyPath | None = None,
    threads: int = 0,
    force: bool = False,
    form: str = "parquet",
    progress: Progress | None = None,
) -> Exported:
    """Tables of files as ``<table>.parquet`` (or ``.csv``) in `out`, with summary.json.

    Tables of claims are of 837 files; those of members or payments of 834 or 835 files, or of
    the folder that `enroll` or `remit` left.
    """
    if form not in FORMS:
        raise UsageError(f"a table is written as one of {', '.join(FORMS)}, not {form!r}")
    if kind := _recorded(_known(names)):
        from scrubjay.recorded import exported

        return Exported(
            **exported(
                kind,
                places.listed(source),
                places.output(out, force=force),
                _known(names),
                (_phi(phi), form),
                token_key=token_key,
                threads=threads,
                force=force,
                progress=progress,
            )
        )
    rules = rules and not _JUDGED.isdisjoint(_known(names))
    job = _job(places.inputs(places.listed(source)), rules=rules, as_of=as_of, token_key=token_key)
    job = job.but(out=places.output(out, force=force), force=force, threads=threads)
    answer = json.loads(_native.export(job.to_json(), _known(names), _phi(phi), form, progress))
    return Exported(
        rows=answer["summary"]["tables"],
        summary=answer["summary"],
        facts=answer["run"],
        folder=os.fspath(out),
    )


def _job(
    inputs: tuple[str, ...], *, rules: bool, as_of: date | None, token_key: AnyPath | None
) -> Job:
    key = TokenKey.find(token_key and places.named(token_key, "a token key"))
    job = Job(
        command=Command.READ,
        inputs=inputs,
        as_of=as_of,
        token_key=key.secret,
        token_key_id=key.id,
    )
    if rules:
        from scrubjay.codes import folder
        from scrubjay.rulebook import lowered

        job = job.but(program=lowered(), tables=tuple(folder.files()))
    return job


def _recorded(names: Sequence[str]) -> str:
    """The kind that tables are of, 834 or 835; empty for those of claims."""
    files = {name: file for name, file, _ in _native.table_columns()}
    kinds = {kind_of(name, files[name]) for name in names}
    if len(kinds) > 1:
        raise UsageError(
            "tables of claims, of members and of payments are made one sort at a time: "
            "run it once for each"
        )
    return kinds.pop()


def _of_records(
    kind: str, source: Iterable[AnyPath], name: str, phi: str, token_key: AnyPath | None
) -> Table:
    from contextlib import ExitStack

    from scrubjay.recorded import folder_of

    key = TokenKey.find(token_key and places.named(token_key, "a token key"))
    job = Job(command=Command.READ, inputs=(), token_key=key.secret, token_key_id=key.id)
    keep = ExitStack()
    folder = keep.enter_context(folder_of(kind, source, None, token_key=token_key))
    return Table(name, _native.TableStream(job.to_json(), name, phi, folder), keep)


def _known(names: str | Sequence[str]) -> list[str]:
    """The names, each once, if there are such tables."""
    if isinstance(names, str):
        names = [names]
    known = tables()
    wrong = [name for name in names if name not in known]
    if wrong:
        raise UsageError(f"there is no table {wrong[0]!r}; there are: {', '.join(known)}")
    if not names:
        raise UsageError("an export has at least one table")
    return list(dict.fromkeys(names))


def _phi(name: Phi | str) -> str:
    try:
        return Phi(name).value
    except ValueError:
        ways = ", ".join(phi.value for phi in Phi)
        raise UsageError(f"phi is one of {ways}, not {name!r}") from None
