"""`scrubjay clearinghouse`: a simulated partner on this machine, with faults on demand."""

from __future__ import annotations

import json
import signal
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Option
from scrubjay.cli.kinds import FILE, Count, Kind, Share
from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext
    from typing import Any

    from scrubjay.testing.clearinghouse import Behaviour

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Answers until it is stopped; then says what it was handed."""
    import asyncio

    from scrubjay.testing.clearinghouse import Behaviour, Span

    behaviour = Behaviour(
        seed=given["seed"],
        faults=dict(given["fault"]),
        latency=Span(*given["latency"]),
        answers_after=Span(*given["answers_after"]),
        answers=not given["no_answers"],
        per_second=given["per_second"],
    )
    asyncio.run(_serve(given, behaviour))
    return 0


async def _serve(given: dict[str, Any], behaviour: Behaviour) -> None:
    import asyncio
    import os
    from collections import Counter

    from scrubjay.cli.stored import counted
    from scrubjay.testing.clearinghouse import opened

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with opened(
        behaviour,
        port=given["port"],
        ledger=given["ledger"],
        credential=os.environ.get("SCRUBJAY_CLEARINGHOUSE_CREDENTIAL", ""),
        tls=_tls(given["certificate"], given["private_key"]),
        state=given["state"],
    ) as house:
        _say(given, {"address": house.address}, house.address)
        await stopped.wait()
        events = Counter(entry.event for entry in house.ledger)
        claims = sum(len(entry.claims) for entry in house.ledger if entry.event == "taken")
    told = {event: events[event] for event in ("taken", "repeated", "duplicate", "conflict")}
    words = ", ".join(f"{count:,} {event}" for event, count in told.items())
    _say(given, told | {"claims": claims}, f"{words}; {counted(claims, 'claim')}")


def _tls(certificate: str | None, private_key: str | None) -> SSLContext | None:
    """What it speaks with that certificate; in clear without one."""
    if not certificate or not private_key:
        if certificate or private_key:
            raise UsageError("TLS needs both: --certificate FILE and --private-key FILE")
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, private_key)
    except (OSError, ssl.SSLError) as error:
        reason = (error.strerror or "cannot be used").lower()
        raise InputError(f"{certificate}, {private_key}: {reason}; name both in PEM") from None
    return context


def _say(given: dict[str, Any], answer: dict[str, Any], words: str) -> None:
    sys.stdout.write((json.dumps(answer) if given["as_json"] else words) + "\n")
    sys.stdout.flush()


class Fault(Kind):
    """A fault and its share."""

    def take(self, text: str) -> tuple[str, float]:
        """Both."""
        name, equals, share = text.partition("=")
        if not equals:
            raise ValueError("give a fault and its share, such as reply_lost=0.05")
        return name, float(Share().take(share))


class Seconds(Kind):
    """From so many seconds to so many."""

    def take(self, text: str) -> tuple[float, float]:
        """Both."""
        least, _, most = text.partition(":")
        try:
            span = float(least), float(most or least)
        except ValueError:
            span = 1.0, 0.0
        if not 0 <= span[0] <= span[1]:
            raise ValueError("give seconds, or the least and the most, such as 0.1:2")
        return span


COMMAND = Call(
    name="clearinghouse",
    help=(
        "Run a simulated clearinghouse on this machine, for trying and testing.\n\n"
        "It takes interchanges by HTTP, answers with TA1, 999 and 277CA, and errs as it is told: "
        "docs/clearinghouse.md lists its faults. It prints its address, and when it is stopped, "
        "what it was handed."
    ),
    options=(
        Option(
            name="--port",
            kind=Count(0, 65_535),
            default="0",
            help="The port of 127.0.0.1; 0, the default, is any that is free.",
        ),
        Option(
            name="--seed",
            kind=Count(),
            default="1",
            shows_default=True,
            help="The same seed, the same faults.",
        ),
        Option(
            name="--fault",
            kind=Fault(),
            many=True,
            metavar="NAME=SHARE",
            help="A fault and how often, such as reply_lost=0.05; repeatable.",
        ),
        Option(
            name="--latency",
            kind=Seconds(),
            default="0",
            metavar="A:B",
            help="Seconds before a reply, from A to B.",
        ),
        Option(
            name="--answers-after",
            kind=Seconds(),
            default="0",
            metavar="A:B",
            help="Seconds before an acknowledgment, from A to B.",
        ),
        Option(name="--no-answers", help="Take interchanges, and say nothing about them."),
        Option(
            name="--per-second",
            kind=Count(0),
            default="0",
            help="Interchanges that it takes in a second; 0, the default, is any number.",
        ),
        Option(
            name="--ledger",
            kind=FILE,
            help="Where it writes down, line by line, what it was handed.",
        ),
        Option(
            name="--state",
            kind=FILE,
            help="Where it keeps what it owes, so that acknowledgments outlive its death.",
        ),
        Option(name="--certificate", kind=FILE, help="Its certificate (PEM): TLS."),
        Option(name="--private-key", kind=FILE, help="The key of that (PEM)."),
        options.AS_JSON,
    ),
    examples=(
        "scrubjay clearinghouse --port 8080",
        "scrubjay clearinghouse --port 8080 --fault reply_lost=0.05 --fault throttled=0.1 --seed 7",
        "scrubjay clearinghouse --port 8443 --certificate ch.pem --private-key ch.key",
        "scrubjay clearinghouse --state owed.db --ledger got.jsonl",
        "scrubjay clearinghouse --answers-after 1:30 --fault ack_lost=0.02 --ledger got.jsonl",
    ),
    run=run,
)
