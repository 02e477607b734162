"""`scrubjay trace`: one claim's whole story, by its number."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Option
from scrubjay.cli.homes import HOME, settings
from scrubjay.cli.kinds import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Tells it; 1 where no claim has the number."""
    from scrubjay.acks.applied import token_of
    from scrubjay.app import token_key
    from scrubjay.cli.stored import opened
    from scrubjay.pipeline.story import story
    from scrubjay.store.states import Kind as Subject

    number = given["claim"]
    with opened(given) as store:
        key = token_key(settings(given))
        token = number if number.startswith(f"{key.id}.") else token_of(key, "claim", number)
        told = store.ask(lambda view: story(view, token))
        ids = [claim["claim"] for claim in told]
        if ids:
            seen = {"claims": ids, "command": "trace"}
            store.do(lambda tx: tx.note("claim.shown", Subject.CLAIM, ids[0], seen))
    if given["retained"]:
        _add_retained(given, told)
    if given["as_json"]:
        sys.stdout.write(json.dumps({"token": token, "claims": told}) + "\n")
    elif not told:
        sys.stdout.write("no claim of that number\n")
    else:
        for claim in told:
            sys.stdout.writelines(f"{line}\n" for line in _lines(claim))
    return 0 if told else 1


def _add_retained(given: dict[str, Any], told: list[dict[str, Any]]) -> None:
    """What was kept of purged claims; each reading of it is in the audit before it is shown."""
    from scrubjay.app import kept
    from scrubjay.cli.homes import actor
    from scrubjay.pipeline.retaining import ROLE, retained_of
    from scrubjay.store.rows import Claim
    from scrubjay.vault import reading_for

    with kept(settings(given), actor()) as both, reading_for("trace"):
        for each in told:
            row = both.store.ask(lambda view, one=each["claim"]: view.one(Claim, one))  # type: ignore[misc]
            payloads = both.store.ask(lambda view, one=each["file"]: view.payloads_of(one))  # type: ignore[misc]
            each["retained"] = [
                {"loop": loop, "segment": text}
                for payload in payloads
                if payload.role == ROLE and payload.shredded_at is None
                for loop, text in retained_of(both.vault, payload.id, row)
            ]


def _lines(claim: dict[str, Any]) -> Iterator[str]:
    from scrubjay.cli.stored import when
    from scrubjay.failures import FAILURES

    code = f" ({claim['code']})" if claim["code"] else ""
    purged = ", PURGED" if claim["purged"] else ""
    yield f"claim {claim['claim']}: {claim['state']}{code}{purged}, {claim['charge']}"
    failure = FAILURES.get(claim["code"] or "")
    if failure is not None:
        yield f"  {failure.meaning}; next: {failure.step}"
    yield (
        f"  file {claim['file']} of {claim['practice']}, interchange {claim['interchange']},"
        f" claim index {claim['claim_index']}"
    )
    if claim["sent_as"]:
        sent = claim["sent_as"]
        receipt = f", receipt {claim['receipt']}" if claim["receipt"] else ""
        yield f"  sent as ISA13 {sent['isa13']}, GS06 {sent['gs06']}, ST02 {sent['st02']}{receipt}"
    for each in claim["outcomes"]:
        codes = f": {each['codes']}" if each["codes"] else ""
        yield f"  {each['document']} of {each['hop']}: {each['verdict']}{codes}"
    for each in claim.get("retained", ()):
        yield f"  {each['loop']:8} {each['segment']}"
    for step in claim["steps"]:
        detail = ", ".join(f"{name} {value}" for name, value in step["detail"].items())
        yield f"  {when(step['at'])}  {step['event']:28} {detail}"[:160].rstrip()


COMMAND = Call(
    name="trace",
    help="Tell the whole story of CLAIM, a claim's number (CLM01) or its token.\n\n"
    "The number is turned into its token here and goes nowhere. Leaves with 1 where no claim has "
    "it.",
    argument=Argument(name="claim", metavar="CLAIM", kind=Kind("claim")),
    options=(
        HOME,
        Option(
            name="--retained",
            help="Also what was retained of it when its file was purged, in clear.",
        ),
        options.AS_JSON,
    ),
    examples=("scrubjay trace S0001-00000017 --home /var/lib/scrubjay",),
    run=run,
)
