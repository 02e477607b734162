"""Members out of 834 files: what the engine is told of words, reasons and a carrier's ways.

The engine reads, judges and writes; nothing here touches a record. A file of any size is read once
through, in bounded memory.
"""

from __future__ import annotations

import os

from scrubjay import places
from scrubjay.enrollment.page import of_engine
from scrubjay.enrollment.reasons import REASONS
from scrubjay.job import Command, Job
from scrubjay.runs import execute
from scrubjay.scratch import scratch
from scrubjay.sources import Origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from typing import Any

    from scrubjay.enrollment.making import Made, Maker
    from scrubjay.enrollment.profile import Profile
    from scrubjay.models.enrollment import Quarantined
    from scrubjay.runs import Progress, Run

    AnyPath = str | os.PathLike[str]

__all__ = ["enroll", "order", "read_834"]


def order(profile: Profile | None = None) -> dict[str, Any]:
    """Fields of a `Job`: the words for codes, what members are judged by, what is different."""
    if profile is None:
        reasons = {code: (each.severity.value, each.message, each.fix) for code, each in _told()}
        return {"words": _words(), "reasons": reasons}
    reasons = {
        code: (profile.severity(code).value, each.message, each.fix) for code, each in _told()
    }
    ways = _ways(profile) if profile.name else None
    return {"words": _words(), "reasons": reasons, "profile": ways}


def enroll(
    source: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    profile: Profile | None = None,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    token_key: AnyPath | None = None,
    threads: int = 0,
    worklist: bool = True,
    show_phi: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Write the members of 834 files to `out`: see docs/enrollment.md.

    `Run.summary` has ``members``, ``enrolled`` and ``quarantined`` instead of claims.
    """
    one = isinstance(source, str | os.PathLike)
    job = Job(
        command=Command.ENROLL,
        inputs=places.inputs((source,) if one else source),  # type: ignore[arg-type]
        out=places.output(out, force=force),
        as_of=as_of,
        threads=threads,
        show_phi=show_phi,
        force=force,
        worklist=worklist,
        **order(profile),
    )
    partners = (partner,) if isinstance(partner, str | os.PathLike) else partner
    return execute(job, partners=partners, token_key=token_key, progress=progress, page=of_engine)


def read_834(path: str, maker: Maker, *, within: str | None = None) -> Iterator[Made]:
    """The members of an 834, each a record or held, in the order of the file.

    The engine writes them to a folder (mode 0700) in `within`, which is gone in the end; without
    one where temporary files are, which is a place for members of samples alone. A
    set that goes back as a whole is one that is held, with nobody in it.
    """
    import json

    from scrubjay import _native
    from scrubjay.enrollment.making import Made
    from scrubjay.enrollment.typed import Typed
    from scrubjay.models.enrollment import Quarantined

    with scratch("scrubjay", within) as folder:
        out = os.path.join(folder, "out")
        job = Job(
            command=Command.ENROLL,
            inputs=(path,),
            out=out,
            token_key=maker.tokens.key.secret,
            token_key_id=maker.tokens.key.id,
            worklist=False,
            **order(maker.profile),
        )
        json.loads(_native.run(job.to_json()))
        with (
            open(name := os.path.join(out, "enrollments.jsonl"), encoding="utf-8") as records,
            Origins(name) as origins,
            open(os.path.join(out, "quarantine.jsonl"), "rb") as lines,
        ):
            typed = Typed(origins)
            reasons = _grouped(map(Quarantined.model_validate_json, lines))
            waiting = next(reasons, None)
            for line in records:
                record = typed.read(line)
                index = record.source.index
                while waiting is not None and waiting[0] is not None and waiting[0] < (index or 0):
                    yield Made(None, waiting[1])
                    waiting = next(reasons, None)
                if waiting is not None and waiting[0] == index:
                    yield Made(record, waiting[1])
                    waiting = next(reasons, None)
                else:
                    yield Made(record)
            while waiting is not None:
                yield Made(None, waiting[1])
                waiting = next(reasons, None)


def _grouped(
    lines: Iterator[Quarantined],
) -> Iterator[tuple[int | None, tuple[Quarantined, ...]]]:
    """The reasons of each member in the order of the file, by its index; None of a whole set."""
    from itertools import groupby

    for index, found in groupby(lines, lambda each: each.index):
        yield index, tuple(found)


def _told() -> Iterable[tuple[str, Any]]:
    """What may be found in a record by itself; the rest is for whoever knows what was before."""
    return REASONS.items()


def _words() -> str:
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "codes", "enrollment.words")
    with open(path, encoding="utf-8") as file:
        return file.read()


def _ways(profile: Profile) -> dict[str, Any]:
    """A carrier's differences, as far as the engine puts them right."""

    def named(field: Any, *, of_coverage: bool = False) -> str:
        return f"coverage.{field.name}" if of_coverage else str(field.name)

    def dated(each: Any) -> str:
        name = named(each.field, of_coverage=each.of_coverage)
        return f"{name} end_of_month" if each.month_end else name

    return {
        "name": profile.name,
        "version": profile.version,
        "subscriber": [named(field) for field in profile.subscriber],
        "subscriber_is_ssn": profile.subscriber_is_ssn,
        "begin": [dated(each) for each in profile.begin],
        "end": [dated(each) for each in profile.end],
        "aliases": {field.kind: dict(codes) for field, _, codes in profile.aliases},
        "splits": [
            {
                "field": named(each.field, of_coverage=each.of_coverage),
                "by": each.by,
                "into": [
                    None if target is None else named(target.field, of_coverage=target.of_coverage)
                    for target in each.into
                ],
            }
            for each in profile.splits
        ],
        "required": [each.name for each in profile.required],
        "forbidden": [each.name for each in profile.forbidden],
    }
