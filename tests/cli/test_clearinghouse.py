"""The simulated clearinghouse as a process of its own."""

import asyncio
import json
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.works import Works, document
from scrubjay.errors import OutputError
from scrubjay.testing.clearinghouse.ledger import read
from scrubjay.testing.clearinghouse.state import State
from scrubjay.testing.contracts.transport import interchange_of, transmission_of
from scrubjay.transports import Inbound
from scrubjay.transports.http import HttpTransport
from stage import Command
from transports.listening import certificate


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


async def test_what_it_owes_outlives_its_death(tmp_path: Path) -> None:
    """Killed with acknowledgments that wait, and with one that was not made yet."""
    state, ledger = tmp_path / "owed.db", tmp_path / "ledger.jsonl"
    words = ("--state", str(state), "--ledger", str(ledger))
    process, address = await started(*words)
    transport = HttpTransport(address)
    await transport.send(transmission_of("key-1", document(3, seed=1)))
    found = await collected(transport, 2)
    await transport.confirm(found[0].id)
    await transport.send(transmission_of("key-2", document(3, seed=2)))
    await transport.close()
    process.kill()
    await process.wait()
    process, address = await started(*words)
    transport = HttpTransport(address)
    again = await collected(transport, len(found) - 1 + 2)
    assert found[1] in again
    assert found[0] not in again
    assert b"".join([piece async for piece in transport.read(found[1].id)]).startswith(b"ISA")
    assert (await transport.send(transmission_of("key-2", document(3, seed=2)))).duplicate
    await transport.close()
    assert (await stopped(process))["repeated"] == 1


async def collected(transport: HttpTransport, count: int) -> list[Inbound]:
    """What waits, once so much of it does."""
    async with asyncio.timeout(30):
        while len(found := await transport.collect()) < count:
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)
    return found


async def test_it_speaks_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    """A private authority vouches for it, which the partner's record names."""
    cert_file, key_file = certificate(tmp_path)
    words = ("--certificate", str(cert_file), "--private-key", str(key_file))
    process, address = await started(*words)
    assert address.startswith("https://127.0.0.1:")
    made = Works(tmp_path)
    (made.home / "ca.pem").write_bytes(cert_file.read_bytes())
    made.partner("clearing", address, transport={"authority": "ca.pem"})
    made.take(document(5))
    assert await made.settle() == {"ACKNOWLEDGED": 5}
    assert (await stopped(process))["claims"] == 5


def test_tls_needs_both_files(scrubjay: Command, tmp_path: Path) -> None:
    cert_file, key_file = certificate(tmp_path)
    alone = scrubjay("clearinghouse", "--certificate", cert_file)
    assert (alone.code, "--private-key" in alone.err) == (2, True)
    wrong = scrubjay("clearinghouse", "--certificate", key_file, "--private-key", cert_file)
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)


def test_a_state_is_its_owners_alone_and_no_other_store(tmp_path: Path) -> None:
    mine, other = tmp_path / "owed.db", tmp_path / "scrubjay.db"
    State(str(mine)).close()
    State(str(mine)).close()
    assert mine.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE claims (id INTEGER)")
    whole = other.read_bytes()
    with pytest.raises(OutputError, match="other tables"):
        State(str(other))
    assert other.read_bytes() == whole
    with pytest.raises(OutputError, match="no such file"):
        State(str(tmp_path / "none" / "owed.db"))
