"""The simulated clearinghouse as a process of its own."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from scrubjay.testing.clearinghouse.ledger import read
from scrubjay.testing.contracts.transport import interchange_of, transmission_of
from scrubjay.transports.http import HttpTransport
from stage import Command


async def started(*arguments: str) -> tuple[Process, str]:
    """It listens, and has said where."""
    words = [sys.executable, "-m", "scrubjay", "clearinghouse", "--json", *arguments]
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())["address"]


async def stopped(process: Process) -> dict[str, int]:
    """It has ended as it should, and has said what it was handed."""
    process.send_signal(signal.SIGTERM)
    out, _ = await process.communicate()
    assert process.returncode == 0
    said: dict[str, int] = json.loads(out)
    return said


async def test_it_takes_says_what_it_took_and_remembers_it(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    for event in ("taken", "repeated"):
        process, address = await started("--ledger", str(ledger), "--no-answers")
        transport = HttpTransport(address)
        receipt = await transport.send(transmission_of("key-1", interchange_of(1)))
        assert receipt.duplicate == (event == "repeated")
        await transport.close()
        told = await stopped(process)
        assert (told["taken"], told[event], told["claims"]) == (1, 1, 0)
    assert [entry.event for entry in read(ledger)] == ["taken", "repeated"]


def test_what_it_cannot_do_is_one_line(scrubjay: Command) -> None:
    for words, said in (
        ("--fault reply_lost", "such as reply_lost=0.05"),
        ("--fault reply_lost=2", "a number from 0 to 1"),
        ("--fault nonsense=0.1", "there is no fault 'nonsense'"),
        ("--latency 2:1", "such as 0.1:2"),
        ("--port 70000", "the most is 65535"),
    ):
        ended = scrubjay("clearinghouse", *words.split())
        assert (ended.code, ended.out) == (2, "")
        assert said in ended.err
