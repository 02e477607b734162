"""A service of eligibility as a site would have it, and a server that hangs, errs, is slow."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

AT = {"address": ""}
"""Where the server is; the test says so."""

RULES = '''
"""Rules that ask somebody outside."""

from scrubjay.rules import rule
from scrubjay.rules.lookups import ask


@rule(
    "MEMBER_NOT_COVERED", severity="error", snip=6, fix="Ask the member", native=False,
    tests=[
        {"expect": "fail", "claim": {}, "answers": {"eligibility": False}},
        {"expect": "pass", "claim": {}, "answers": {"eligibility": True}},
        {"expect": "no_data", "claim": {}},
    ],
)
async def member_not_covered(claim):
    """The plan does not know the member."""
    return not await ask("eligibility", claim.subscriber.member_id)


@rule("NOBODY_TO_ASK", severity="error", snip=6, state="shadow", native=False)
async def nobody_to_ask(claim):
    """Asks a service that is not set up."""
    return await ask("crosswalk", claim.id)
'''


async def eligibility(member: str) -> bool:
    """Whether the plan knows the member."""
    async with httpx2.AsyncClient(timeout=60.0) as client:
        reply = await client.get(f"{AT['address']}/{member}")
        reply.raise_for_status()
        known: bool = reply.json()["covered"]
        return known


async def broken(_: str) -> bool:
    """A service that cannot even be asked."""
    raise RuntimeError("a word that must not be seen: HUSH")


async def leaving(_: str) -> bool:
    """A service that would end the process."""
    raise SystemExit(3)


async def cancelled(_: str) -> bool:
    """A service that was cancelled by somebody of its own."""
    raise asyncio.CancelledError


BLOCKED = threading.Event()
"""Set when a blocking service may go on; its thread waits for this and heeds nothing else."""


async def blocking(member: str) -> bool:
    """A service that calls something that blocks, and may never come back."""
    if member.startswith("block"):
        BLOCKED.wait()
    return True


not_a_service = 5


class Plan:
    """What the server does: `mode` is well, slow, failing or hanging."""

    def __init__(self) -> None:
        self.mode = "well"
        self.uncovered: set[str] = set()
        self.asked: list[str] = []
        self.open = self.most = 0


@asynccontextmanager
async def plan() -> AsyncIterator[Plan]:
    """The server, and `AT` set to it."""
    made, ended = Plan(), asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError):
            writer.close()  # given up before it had asked
            return
        member = head.split(b" ")[1].strip(b"/").decode()
        made.asked.append(member)
        made.open += 1
        made.most = max(made.most, made.open)
        if made.mode == "hanging":
            await ended.wait()
        elif made.mode == "slow":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 0.05)
        body = json.dumps({"covered": member not in made.uncovered}).encode()
        status = b"503 Not Now" if made.mode == "failing" else b"200 OK"
        writer.write(
            b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body))
        )
        writer.write(body)
        made.open -= 1
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    AT["address"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        ended.set()
        server.close()
