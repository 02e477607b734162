"""Whole files, once through: `scrub` and `validate`, and the `Run` that each returns."""

from __future__ import annotations

import json
import os

from scrubjay import _native, places
from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.job import Command, Job, RejectUnit
from scrubjay.keys import TokenKey
from scrubjay.severity import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path
    from typing import Any, Self

    from scrubjay.rules import RuleSet
    from scrubjay.summary import Reason, Result, RunFacts, Summary

    AnyPath = str | os.PathLike[str]
    Progress = Callable[[int, int | None], None]
    Judge = Callable[[list[dict[str, Any]]], list[list[dict[str, Any]]]]

__all__ = ["HISTORY", "Run", "execute", "known", "ruleset", "scrub", "validate"]

HISTORY = "history"
_HISTORY_HEADER = frozenset(
    {"table", "release", "source", "made", "from", "until", "lists", "digest"}
)
"""The table of claims that were sent before."""


class Run(Frozen):
    """What a run came to: the numbers, the reasons, the facts, and where its files are."""

    summary: Summary
    facts: RunFacts
    reasons: tuple[Reason, ...]
    folder: str | None

    def __repr__(self) -> str:
        if "quarantined" in self.summary:
            return self._of_records()
        counts = f"{self.claims} claims: {self.accepted} accepted, {self.rejected} rejected"
        if not self.claims:
            found = sum(self.summary["findings"].values())
            counts = f"{self.summary['sets']} transaction sets without claims: {found} findings"
        if self.unreadable:
            counts += f", {self.unreadable} unreadable"
        return f"Run({counts})" if self.folder is None else f"Run({counts}; {self.folder})"

    def _of_records(self) -> str:
        """As `enroll` and `remit` count."""
        told = dict(self.summary)
        name, kept = ("members", "enrolled") if "members" in told else ("claims", "accepted")
        counts = f"{told[name]} {name}: {told[kept]} {kept}, {told['quarantined']} quarantined"
        return f"Run({counts}; {self.folder})"

    @classmethod
    def from_result(cls, result: Result, out: str | None) -> Self:
        """The engine's answer as a value."""
        return cls(
            summary=result["summary"],
            facts=result["run"],
            reasons=tuple(result["reasons"]),
            folder=out,
        )

    @property
    def out(self) -> Path | None:
        """The folder that was written; None where nothing was asked for."""
        from pathlib import Path

        return None if self.folder is None else Path(self.folder)

    @property
    def claims(self) -> int:
        """All claims that were found: accepted, rejected and unreadable."""
        return self.summary["claims"]

    @property
    def accepted(self) -> int:
        """Claims without an error on them or above them."""
        return self.summary["accepted"]

    @property
    def rejected(self) -> int:
        """Claims with at least one."""
        return self.summary["rejected"]

    @property
    def unreadable(self) -> int:
        """Claims that could not be placed at all; their bytes are in unreadable.x12."""
        return self.summary["unreadable"]

    @property
    def charges(self) -> Decimal | None:
        """Dollars over accepted and rejected claims."""
        accepted, rejected = self.summary["charges_accepted"], self.summary["charges_rejected"]
        if accepted is None or rejected is None:
            return None
        from decimal import Decimal

        return Decimal(accepted) + Decimal(rejected)

    def found(self, threshold: Severity) -> bool:
        """Whether anything as bad as `threshold` was found."""
        return any(Severity(reason["severity"]).reaches(threshold) for reason in self.reasons)


def scrub(
    source: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    rules: AnyPath | Sequence[AnyPath] = (),
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    received_date: date | None = None,
    reject_unit: RejectUnit | str = RejectUnit.CLAIM,
    control_start: int | None = None,
    token_key: AnyPath | None = None,
    threads: int = 0,
    worklist: bool = True,
    show_phi: bool = False,
    exact: bool = False,
    history: AnyPath | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Judge every claim of a file, or of several, and write `out`: see docs/contract.md.

    `rules` are files of rules to load beside the shipped ones, `partner` folders of overlays, or
    the names of those that come as examples (docs/guide-format.md), `history` a file of claims that
    were sent before (docs/contract.md). Findings do not raise: look at
    ``run.rejected`` and ``run.reasons``, or read ``out/findings.jsonl``.
    """
    job = Job(
        command=Command.SCRUB,
        inputs=places.inputs(places.listed(source)),
        out=places.output(out, force=force),
        as_of=as_of,
        received_date=received_date,
        reject_unit=_unit(reject_unit),
        control_start=control_start,
        threads=threads,
        worklist=worklist,
        show_phi=show_phi,
        exact=exact,
        force=force,
    )
    return execute(
        job,
        rules=[places.named(file, "a file of rules") for file in places.listed(rules)],
        partners=places.listed(partner),
        token_key=token_key,
        history=history,
        progress=progress,
    )


def validate(
    source: AnyPath | Iterable[AnyPath],
    out: AnyPath | None = None,
    *,
    partner: AnyPath | Sequence[AnyPath] = (),
    as_of: date | None = None,
    received_date: date | None = None,
    reject_unit: RejectUnit | str = RejectUnit.CLAIM,
    token_key: AnyPath | None = None,
    threads: int = 0,
    force: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Hold files against their guides (SNIP 1 to 3); with `out` also findings, TA1 and 999.

    `partner` holds them against overlays too (SNIP 7), as for `scrub`.
    """
    job = Job(
        command=Command.VALIDATE,
        inputs=places.inputs(places.listed(source)),
        out=None if out is None else places.output(out, force=force),
        as_of=as_of,
        received_date=received_date,
        reject_unit=_unit(reject_unit),
        threads=threads,
        force=force,
        worklist=False,
    )
    return execute(job, partners=places.listed(partner), token_key=token_key, progress=progress)


def known(history: AnyPath, key: str) -> str:
    """The path of a history, once it is sure that it is one and was made with the key in use."""
    from scrubjay.codes.file import CodeFile

    path = places.named(history, "a history")
    if not os.path.exists(path):
        raise UsageError(f"{path}: there is no such history; make it with scrubjay history")
    if not os.path.isfile(path):
        raise UsageError(f"{path}: this is no file; name the history that scrubjay history made")
    try:
        file = CodeFile(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a history that can be read") from None
    except UsageError:
        raise UsageError(
            f"{path}: this is no history, or a damaged one; restore it, or make it anew: scrubjay "
            "history FILES --into PATH"
        ) from None
    if file.table != HISTORY:
        raise UsageError(f"{path}: this is a table of codes, no history; see scrubjay history")
    if file.header.get("release") != key:
        made = file.header.get("release")
        raise UsageError(
            f"{path}: it was made with the key {made} and finds nothing with {key}; name that key "
            "with --token-key"
        )
    # an older one has no digest; a word in the header that is none of ours was another one
    if file.is_damaged() or not file.header.keys() <= _HISTORY_HEADER:
        raise UsageError(f"{path}: it is damaged; restore the history, or make it anew")
    return path


def execute(
    job: Job,
    *,
    rules: Sequence[AnyPath] = (),
    partners: Iterable[AnyPath] = (),
    token_key: AnyPath | None = None,
    history: AnyPath | None = None,
    progress: Progress | None = None,
    page: Callable[[str], str] | None = None,
    note: Callable[[str], None] | None = None,
) -> Run:
    """A job complete but for its key, rules and overlays: find them, run, read the answer.

    `history` is a file of claims that were sent before (`history.remember`).
    `page` makes report.html of the answer, where that is not the report of claims.
    `note` hears what people should know of the rules, as in `ruleset`.
    """
    key = TokenKey.find(token_key and places.named(token_key, "a token key"))
    job = job.but(token_key=key.secret, token_key_id=key.id)
    if partners:
        from scrubjay.partners import overlays

        named = [places.named(partner, "a partner") for partner in partners]
        job = job.but(overlays=tuple(overlays(named)))
    judge: Judge | None = None
    if job.command is Command.SCRUB:
        from scrubjay.codes import folder

        sent = () if history is None else (known(history, key.id),)
        job = job.but(tables=(*folder.files(), *sent))
        if rules:
            loaded = ruleset(rules, note=note)
            job = job.but(program=loaded.program, docs=loaded.docs)
            judge = loaded.judge()
        else:
            from scrubjay.rulebook import lowered

            job = job.but(program=lowered())
    judged = job.command in {Command.SCRUB, Command.VALIDATE}
    report = page or (_page if judged else None)
    report = report if job.out is not None else None
    answer = _native.run(job.to_json(), progress, judge, report)
    return Run.from_result(json.loads(answer), job.out)


def ruleset(files: Iterable[AnyPath] = (), *, note: Callable[[str], None] | None = None) -> RuleSet:
    """The shipped rules and those of `files`, as one set, with what the files override.

    `note` hears what people should know of them, a line each; without it, it is a warning.
    """
    from scrubjay.rulebook import shipped
    from scrubjay.rules.loading import assemble

    made = assemble(shipped(), [places.named(file, "a file of rules") for file in files])
    for line in made.notes:
        (note or _warned)(line)
    return made


def _warned(line: str) -> None:
    from warnings import warn

    warn(line, stacklevel=4)


def _page(answer: str) -> str:
    from scrubjay.report import render

    return render(json.loads(answer))


def _unit(name: RejectUnit | str) -> RejectUnit:
    try:
        return RejectUnit(name)
    except ValueError:
        raise UsageError(f"reject_unit is 'claim' or 'set', not {name!r}") from None
