"""What `scrub` and `validate` share: their options, the job they make of them, and its run."""

from __future__ import annotations

import sys

from scrubjay.cli import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from scrubjay.job import Command

__all__ = ["OPTIONS", "judge"]

OPTIONS = (
    options.PARTNER,
    options.AS_OF,
    options.RECEIVED_DATE,
    options.REJECT_UNIT,
    options.TOKEN_KEY,
    options.FAIL_ON,
    options.AS_JSON,
    options.THREADS,
    options.SHOW_PHI,
    options.GUIDE_ALIASES,
    options.FORCE,
    *options.LIMITS,
)
_NOT_MEANT = (
    "no overlay of --partner is for a set in these files; compare its lines over, when and from"
)
_AS_THEY_ARE = ("as_of", "force", "guide_aliases", "received_date", "show_phi", "threads")


def judge(command: Command, given: dict[str, Any], **own: Any) -> int:
    """Runs a job over the files of a call, with fields of its `own`; the exit code."""
    from scrubjay.cli.progress import shown
    from scrubjay.cli.result import deliver
    from scrubjay.job import Job, RejectUnit
    from scrubjay.places import inputs, output
    from scrubjay.runs import execute

    out = given["out"]
    job = Job(
        command=command,
        inputs=inputs(given["files"]),
        out=None if out is None else output(out, force=given["force"]),
        limits=options.limits_of(given),
        reject_unit=RejectUnit(given["reject_unit"]),
        **{name: given[name] for name in _AS_THEY_ARE},
        **own,
    )
    notes: list[str] = []
    with shown(job.inputs) as progress:
        made = execute(
            job,
            rules=given.get("rules", ()),
            partners=given["partner"],
            token_key=given["token_key"],
            history=given.get("history"),
            progress=progress,
            note=notes.append,
        )
    sys.stderr.writelines(f"scrubjay: {note}\n" for note in notes)
    if given["partner"] and not made.facts["overlay"]:
        sys.stderr.write(f"scrubjay: {_NOT_MEANT}\n")
    return deliver(made, as_json=given["as_json"], fail_on=given["fail_on"])
