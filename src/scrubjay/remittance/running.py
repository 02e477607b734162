"""Payments out of 835 files: the job that the engine does, with the words that it needs."""

from __future__ import annotations

import os

from scrubjay import places
from scrubjay.job import Command, Job
from scrubjay.remittance.page import of_engine
from scrubjay.remittance.wording import words
from scrubjay.runs import execute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from scrubjay.runs import Progress, Run

    AnyPath = str | os.PathLike[str]

__all__ = [
    "remit",
]


def remit(
    source: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    token_key: AnyPath | None = None,
    threads: int = 0,
    worklist: bool = True,
    show_phi: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Write payments, claims and adjustments of 835 files to `out`: see docs/remittance.md.

    A claim that does not balance is held back alone, a payment that does not with all of its
    claims; nothing is forced to balance. `Run.summary` has ``claims``, ``accepted`` and
    ``quarantined`` instead of what it has of claims that are sent, and ``money``.
    """
    one = isinstance(source, str | os.PathLike)
    job = Job(
        command=Command.REMIT,
        inputs=places.inputs((source,) if one else source),  # type: ignore[arg-type]
        out=places.output(out, force=force),
        words=words(),
        as_of=as_of,
        threads=threads,
        show_phi=show_phi,
        force=force,
        worklist=worklist,
    )
    partners = (partner,) if isinstance(partner, str | os.PathLike) else partner
    return execute(job, partners=partners, token_key=token_key, progress=progress, page=of_engine)
