"""`scrubjay acks`: read acknowledgments, and tell what became of the claims that were sent."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.kinds import FILE, FOLDER, Kind
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from scrubjay.acks.applied import Applied
    from scrubjay.acks.notices import Notice
    from scrubjay.acks.reading import Acknowledgment
    from scrubjay.models.acknowledgments import (
        AcknowledgedClaim,
        ClaimAcknowledgment,
        ImplementationAcknowledgment,
        ProviderAcknowledgment,
        StatusInformation,
    )

__all__ = ["COMMAND"]

STATES = ("accepted", "rejected", "pending")
TOP_REASONS = 8


class Absence(Kind):
    """What it means that a claim is not in a 277CA: ``accepted``, or ``HOP=accepted``."""

    def take(self, text: str) -> tuple[str, str]:
        """Hop and verdict; an empty hop stands for all others."""
        hop, _, verdict = text.rpartition("=")
        if verdict not in STATES:
            raise ValueError(f"{text!r}: give pending, accepted or rejected, or HOP=one of them")
        return hop, verdict


def applied(given: dict[str, Any]) -> int:
    """Tells what became of the claims sent."""
    out = given["out"]
    if not given["claims"]:
        raise UsageError("no claims: name the 837 that was sent with --claims FILE")
    summary = _counted(given) if out is None else _written(given)
    if given["as_json"]:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _table(summary, out))
    return int(_found(summary, given["fail_on"]))


def _counted(given: dict[str, Any]) -> dict[str, Any]:
    with _apply(given, None) as made:
        return made.summary()


def _written(given: dict[str, Any]) -> dict[str, Any]:
    from scrubjay.acks.folder import Folder
    from scrubjay.places import output

    path = output(given["out"], force=given["force"])
    with (
        Folder(path, worklist=not given["no_worklist"], show_phi=given["show_phi"]) as folder,
        _apply(given, folder.tell) as made,
    ):
        return folder.write(made)


def _apply(given: dict[str, Any], tell: Callable[[Notice], None] | None) -> Applied:
    from scrubjay.acks.applying import apply
    from scrubjay.cli.progress import shown as progress_shown

    with progress_shown((*given["claims"], *given["files"])) as progress:
        return apply(
            given["claims"],
            given["files"],
            absent=dict(given["absent"]),
            token_key=given["token_key"],
            show_phi=given["show_phi"],
            tell=tell,
            progress=progress,
        )


def _found(summary: dict[str, Any], fail_on: str) -> bool:
    """Rejections are errors, notices warnings, and claims that nobody answered for information."""
    found = bool(summary["rejected"])
    if fail_on != "error":
        found |= bool(summary["notices"])
    return found or (fail_on == "info" and bool(summary["pending"]))


def _table(summary: dict[str, Any], out: str | None) -> Iterator[str]:
    from scrubjay.money import dollars

    yield from _aligned(
        [
            ("claims", summary["claims"], dollars(summary["charges"])),
            *(
                (f"  {state}", summary[state], dollars(summary[f"charges_{state}"]))
                for state in STATES
            ),
        ]
    )
    if len(summary["hops"]) > 1:
        yield ""
        yield "by hop"
        for hop, counts in summary["hops"].items():
            said = ", ".join(f"{counts[state]:,} {state}" for state in STATES if counts[state])
            name = f" {counts['name']}" if counts["name"] else ""
            yield f"  {hop}{name}: {said}"
    if summary["reasons"]:
        yield ""
        yield "reasons, most claims first"
        top = summary["reasons"][:TOP_REASONS]
        width = max(len(f"{reason['claims']:,}") for reason in top)
        for reason in top:
            yield f"  {reason['claims']:>{width},}  {reason['title']}  [{reason['code']}]"
        if len(summary["reasons"]) > len(top):
            yield f"  and {len(summary['reasons']) - len(top)} more, see --json or --out"
    read = ", ".join(f"{count} {kind}" for kind, count in summary["acknowledgments"].items())
    yield ""
    yield f"acknowledgments read: {read}"
    yield from _notices(summary["notices"])
    if out is not None:
        wanted = ("worklist.csv", "outcomes.jsonl", "notices.jsonl", "summary.json")
        there = [name for name in wanted if os.path.exists(os.path.join(out, name))]
        yield f"written to {out.rstrip('/')}/: {', '.join(there)}"
    elif summary["rejected"] or summary["notices"]:
        yield "where each one stands: run it again with --out FOLDER"


def _notices(notices: dict[str, int]) -> Iterator[str]:
    from scrubjay.acks.notices import Problem

    known = {problem.code: str(problem) for problem in Problem}
    for code, count in notices.items():
        yield f"  {count:,} x {code}: {known[code]}"


def _aligned(rows: list[tuple[str, int, str]]) -> Iterator[str]:
    name, count, money = (
        max(len(cell) for cell in column)
        for column in zip(*((each[0], f"{each[1]:,}", each[2]) for each in rows), strict=True)
    )
    coloured = sys.stdout.isatty() and not options.wants_plain(os.environ)
    for label, number, amount in rows:
        line = f"{label:<{name}}  {number:>{count},}  {amount:>{money}}"
        style = _STYLES.get(label.strip()) if coloured and number else None
        yield line if style is None else f"{style}{line}\x1b[0m"


_STYLES = {
    "claims": "\x1b[1m",
    "accepted": "\x1b[32m",
    "rejected": "\x1b[31m",
    "pending": "\x1b[33m",
}


def shown(given: dict[str, Any]) -> int:
    """Shows acknowledgments in words."""
    from scrubjay.acks.notices import Notice
    from scrubjay.acks.reading import read
    from scrubjay.places import inputs

    files = inputs(given["files"])
    for file in files:
        if len(files) > 1 and not given["as_json"]:
            sys.stdout.write(f"{file}\n")
        for said in read(file):
            if given["as_json"]:
                line = _as_json(said, given["show_phi"])
                sys.stdout.write(json.dumps(line, default=str) + "\n")
            elif isinstance(said, Notice):
                sys.stdout.write(f"! {said}\n")
            else:
                sys.stdout.writelines(f"{line}\n" for line in _lines(said, given["show_phi"]))
    return 0


def _as_json(said: Acknowledgment | Notice, show_phi: bool) -> dict[str, Any]:  # noqa: FBT001
    from scrubjay.acks.notices import Notice
    from scrubjay.models.acknowledgments import plain

    if isinstance(said, Notice):
        return said.to_dict()
    fields: dict[str, Any] = plain(said)
    return fields if show_phi else _masked(fields)


def _masked(fields: Any, within: str = "") -> Any:
    """The same without what names a patient or a claim."""
    if isinstance(fields, dict):
        secret = _SECRET | _OF.get(within, frozenset())
        return {
            name: "***" if name in secret and value else _masked(value, name)
            for name, value in fields.items()
        }
    if isinstance(fields, tuple | list):
        return [_masked(each, within) for each in fields]
    return fields


_SECRET = frozenset(
    {"patient", "payer_number", "clearinghouse_trace", "value", "prescription", "message"}
)
_OF = {"claims": frozenset({"number"}), "lines": frozenset({"control_number"})}


def _lines(said: Acknowledgment, show_phi: bool) -> Iterator[str]:  # noqa: FBT001
    from scrubjay.models.acknowledgments import (
        ImplementationAcknowledgment,
        InterchangeAcknowledgment,
    )

    origin = said.origin
    sender = origin.group_sender or origin.sender
    if isinstance(said, InterchangeAcknowledgment):
        yield f"TA1 from {sender}: interchange {said.control_number} {said.text}"
    elif isinstance(said, ImplementationAcknowledgment):
        yield from _syntax(said, sender, show_phi)
    else:
        yield from _levels(said, show_phi)


def _syntax(said: ImplementationAcknowledgment, sender: str, show_phi: bool) -> Iterator[str]:  # noqa: FBT001
    if said.part == 1:
        yield f"999 from {sender}: group {said.group_control} ({said.functional_id})"
    for one in said.sets:
        yield f"  set {one.control_number} ({one.set_code}) {one.text}".rstrip()
        for note in one.segments:
            place = f"{note.segment} in {note.loop}" if note.loop else note.segment
            yield f"    segment {_or_unknown(note.position)}: {place or '?'}: {note.text or '?'}"
            for context in note.contexts:
                if context.value:
                    yield f"      of {context.kind} {context.value if show_phi else '***'}"
            for element in note.elements:
                at = f"element {_or_unknown(element.element)}"
                at += "" if element.component is None else f"-{element.component}"
                value = f" ({element.value})" if show_phi and element.value else ""
                yield f"      {at}: {element.text}{value}"
    if said.is_last:
        counts = f"{_or_unknown(said.accepted)} of {_or_unknown(said.received)} sets accepted"
        yield f"  group {said.text or 'without its trailer'}; {counts}"


def _or_unknown(number: int | None) -> str:
    return "?" if number is None else str(number)


def _levels(said: ClaimAcknowledgment, show_phi: bool) -> Iterator[str]:  # noqa: FBT001
    if said.part == 1:
        source = said.source.name or said.source.id or "?"
        yield f"277CA from {source}: batch {said.batch or '?'}"
        yield from _statuses(said.statuses, "  ")
    for provider in said.providers:
        yield f"  provider {_named(provider)}"
        yield from _statuses(provider.statuses, "    ")
        for claim in provider.claims:
            number = claim.number if show_phi else "***"
            named = ", ".join(filter(None, (claim.patient.name, claim.patient.first))) or "?"
            patient = named if show_phi else "***"
            yield f"    claim {number} of {patient}: {claim.verdict}"
            yield from _claim(claim)


def _named(provider: ProviderAcknowledgment) -> str:
    return provider.provider.name or provider.provider.id or "?"


def _claim(claim: AcknowledgedClaim) -> Iterator[str]:
    yield from _statuses(claim.statuses, "      ")
    for line in claim.lines:
        yield f"      line {line.procedure or '?'}"
        yield from _statuses(line.statuses, "        ")


def _statuses(statuses: tuple[StatusInformation, ...], indent: str) -> Iterator[str]:
    for one in statuses:
        for status in one.statuses:
            yield f"{indent}{status.text}  [{status.code}]"


FILES = Argument(name="files", metavar="ACKS...", kind=FILE, many=True)

COMMAND = Group(
    name="acks",
    help="Read acknowledgments (TA1, 999, 277CA), and tell what became of the claims sent.",
    calls=(
        Call(
            name="apply",
            help=(
                "Tell for each claim sent what ACKS say became of it.\n\n"
                "A rejection of an interchange, group, set, batch or provider reaches every claim "
                "below it that has no status of its own. Outcomes are kept for each hop, "
                "clearinghouse and payer; a claim that any of them rejects is rejected.\n\n"
                "Writes with --out: outcomes.jsonl, worklist.csv of the rejected claims for the "
                "person who fixes them, notices.jsonl, and summary.json last."
            ),
            argument=FILES,
            options=(
                Option(
                    name="--claims",
                    kind=FILE,
                    metavar="FILE|FOLDER",
                    many=True,
                    help="An 837 that was sent, or the output of a scrub; repeatable.",
                ),
                Option(name="--out", kind=FOLDER, help="Where to write."),
                Option(
                    name="--absent",
                    kind=Absence("verdict"),
                    metavar="[HOP=]VERDICT",
                    many=True,
                    help="What it means not to be in a 277CA: pending unless told otherwise.",
                ),
                options.TOKEN_KEY,
                options.FAIL_ON,
                options.AS_JSON,
                Option(name="--no-worklist", help="Leave out worklist.csv, which names patients."),
                options.SHOW_PHI,
                options.FORCE,
            ),
            examples=(
                "scrubjay acks apply --claims sent.837 acks/*",
                "scrubjay acks apply --claims monday.837 --claims tuesday.837 'acks/*' --out out/",
                "scrubjay acks apply --claims scrubbed/ acks/*",
                "scrubjay acks apply --claims sent.837 acks/* --absent PAYER1=accepted --json",
            ),
            run=applied,
        ),
        Call(
            name="show",
            help="Show ACKS in words ('-' is standard input).",
            argument=FILES,
            options=(
                options.SHOW_PHI,
                Option(
                    name="--json",
                    key="as_json",
                    help="Print each as JSON, one a line; a long one comes in parts.",
                ),
            ),
            examples=(
                "scrubjay acks show acks/1.277ca",
                "scrubjay acks show acks/* | less",
                "scrubjay acks show acks/1.999 --show-phi",
                "scrubjay acks show acks/1.277ca --json",
            ),
            run=shown,
        ),
    ),
)
