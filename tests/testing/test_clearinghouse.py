"""The simulated clearinghouse: what it takes, what it answers, and that its faults come again."""

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scrubjay.acks import read
from scrubjay.errors import UsageError
from scrubjay.models.acknowledgments import (
    ClaimAcknowledgment,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
)
from scrubjay.testing import generate
from scrubjay.testing.clearinghouse import FAULTS, Behaviour, opened
from scrubjay.testing.clearinghouse.behaviour import Span
from scrubjay.testing.clearinghouse.ledger import read as read_ledger
from scrubjay.testing.clearinghouse.server import Clearinghouse
from scrubjay.testing.contracts.transport import text_of, transmission_of
from scrubjay.transports import TransportError
from scrubjay.transports.http import HttpTransport

CLAIMS = 40


def claims(control: int = 1, kind: str = "837P") -> bytes:
    """An interchange of that control number; it asks for a TA1."""
    text = b"".join(generate(kind, claims=CLAIMS))
    return text.replace(b"000000001*0*T*:~", b"%09d*1*T*:~" % control, 1).replace(
        b"IEA*1*000000001", b"IEA*1*%09d" % control
    )


@asynccontextmanager
async def partner(behaviour: Behaviour) -> AsyncIterator[tuple[Clearinghouse, HttpTransport]]:
    """A clearinghouse, and the way to it."""
    async with opened(behaviour) as house:
        transport = HttpTransport(house.address)
        yield house, transport
        await transport.close()


async def answers(transport: HttpTransport) -> list[bytes]:
    """All that waits."""
    return [await text_of(transport, each.id) for each in await transport.collect()]


def kinds(texts: Sequence[bytes]) -> list[str]:
    """What each of them is."""
    found = (re.search(rb"~\s*(TA1|ST\*999|ST\*277)", text) for text in texts)
    return sorted(match[1].decode() for match in found if match)


def rejected(texts: Sequence[bytes]) -> list[str]:
    """Claims that some 277CA rejects, by their CLM01."""
    statuses = re.compile(rb"TRN\*2\*(S0001-\d+)~\s*STC\*A[3-8]")
    return [match.decode() for text in texts for match in statuses.findall(text)]


@pytest.mark.parametrize("kind", ["837P", "837I", "837D"])
async def test_claims_without_a_fault_are_accepted_in_three_documents(kind: str) -> None:
    """Which our own reader understands, and which have control numbers of their own."""
    async with partner(Behaviour()) as (house, transport):
        await transport.send(transmission_of("key-1", claims(kind=kind)))
        await house.settled()
        texts = await answers(transport)
    assert kinds(texts) == ["ST*277", "ST*999", "TA1"]
    found = [each for text in texts for each in read(text)]
    assert Counter(type(each) for each in found) == {
        InterchangeAcknowledgment: 1,
        ImplementationAcknowledgment: 1,
        ClaimAcknowledgment: 1,
    }
    controls = [text[90:99] for text in texts]
    assert len(set(controls)) == len(texts)
    assert all(b"~\nIEA*" in text and text.rstrip().endswith(b"~") for text in texts)
    assert all(text.count(control) == 2 for text, control in zip(texts, controls, strict=True))
    assert rejected(texts) == []


@pytest.mark.parametrize("kind", ["837P", "837I", "837D"])
async def test_some_claims_are_rejected_by_their_number(kind: str) -> None:
    """Those that were sent, and the same ones for the same seed."""
    sent = claims(kind=kind)
    told = []
    for _ in range(2):
        async with partner(Behaviour(faults={"claim_rejected": 0.2})) as (house, transport):
            await transport.send(transmission_of("key-1", sent))
            await house.settled()
            told.append(rejected(await answers(transport)))
    assert told[0] == told[1]
    assert 0 < len(told[0]) < CLAIMS
    assert all(b"CLM*%s*" % claim.encode() in sent for claim in told[0])


@pytest.mark.parametrize(
    ("fault", "expected", "pattern"),
    [
        ("set_rejected", ["ST*999", "TA1"], rb"IK5\*R"),
        ("interchange_rejected", ["ST*277", "ST*999", "TA1"], rb"TA1\*000000001\*\d+\*2500\*"),
    ],
)
async def test_sets_and_interchanges_are_rejected_too(
    fault: str, expected: list[str], pattern: bytes
) -> None:
    async with partner(Behaviour(faults={fault: 1.0})) as (house, transport):
        await transport.send(transmission_of("key-1", claims()))
        await house.settled()
        texts = await answers(transport)
    assert set(kinds(texts)) <= set(expected)
    assert any(re.search(pattern, text) for text in texts)


async def test_an_acknowledgment_may_come_twice_never_or_against_the_first() -> None:
    """Each by its fault; the second word of a 277CA rejects every claim."""
    sent = transmission_of("key-1", claims())
    for fault, count in (("ack_twice", 6), ("ack_lost", 0), ("ack_contradicted", 4)):
        async with partner(Behaviour(faults={fault: 1.0})) as (house, transport):
            await transport.send(sent)
            await house.settled()
            texts = await answers(transport)
        assert len(texts) == count
        if fault == "ack_contradicted":
            assert len(rejected(texts)) == CLAIMS


async def test_an_acknowledgment_of_nothing_names_what_nobody_sent() -> None:
    async with partner(Behaviour(faults={"ack_unknown": 1.0})) as (house, transport):
        await transport.send(transmission_of("key-1", claims()))
        await house.settled()
        texts = await answers(transport)
    assert len(texts) == 6
    assert sum(b"987654321" in text for text in texts) == 3


async def test_acknowledgments_come_late_and_out_of_order() -> None:
    """Not before their time, and by chance the 277CA before the TA1."""
    orders = set()
    for seed in range(8):
        behaviour = Behaviour(seed=seed, answers_after=Span(0.001, 0.2))
        async with partner(behaviour) as (house, transport):
            await transport.send(transmission_of("key-1", claims()))
            await house.settled()
            texts: list[bytes] = []
            while len(texts) < 3:
                texts = await answers(transport)
            orders.add(tuple(kinds([text])[0] for text in texts))
    assert len(orders) > 1


async def test_an_interchange_under_another_key_is_a_duplicate_by_its_control_number() -> None:
    """It is not taken; the TA1 says 025, to whom sent it."""
    async with partner(Behaviour(kinds=())) as (house, transport):
        await transport.send(transmission_of("key-1", claims()))
        await transport.send(transmission_of("key-2", claims()))
        await house.settled()
        assert [each.event for each in house.ledger] == ["taken", "duplicate"]
        (text,) = await answers(transport)
        (told,) = [each for each in read(text) if isinstance(each, InterchangeAcknowledgment)]
        assert (told.control_number, told.code, told.note) == ("000000001", "R", "025")
        assert (told.origin.sender, told.origin.receiver) == ("SCRUBJAY", "SYNTHETIC")
        assert await transport.look_up("key-2") is None


async def test_what_cannot_be_read_is_refused() -> None:
    """An ISA that is none, and an IEA that answers another."""
    whole = claims()
    async with partner(Behaviour()) as (house, transport):
        for text in (b"", b"ISA", whole[:-20], whole[1:], whole.replace(b"IEA*1*0", b"IEA*1*1")):
            with pytest.raises(TransportError, match="MALFORMED_ISA"):
                await transport.send(transmission_of("key-1", text))
        assert house.ledger == []


async def test_the_ledger_is_a_file_that_is_only_ever_longer(tmp_path: Path) -> None:
    """By it a clearinghouse that starts again knows what it took."""
    path = tmp_path / "ledger.jsonl"
    sent = transmission_of("key-1", claims())
    for expected in ("taken", "repeated"):
        async with opened(Behaviour(answers=False), ledger=str(path)) as house:
            transport = HttpTransport(house.address)
            await transport.send(sent)
            await transport.close()
        assert [each.event for each in read_ledger(path)][-1] == expected
    with path.open("ab") as file:
        file.write(b'{"event": "tak')
    first, second = read_ledger(path)
    assert first.claims == second.claims
    assert len(first.claims) == CLAIMS
    assert first.digest == hashlib.sha256(claims()).hexdigest()
    assert (first.sender, first.receiver, first.control) == ("SYNTHETIC", "SCRUBJAY", "000000001")
    assert first.sets == 1


async def test_the_same_seed_has_the_same_faults() -> None:
    """Whatever else happens at the time."""
    faults = {fault: 0.2 for fault in FAULTS if fault.startswith(("un", "th", "qu", "reply_l"))}
    seen = []
    for _ in range(2):
        async with partner(Behaviour(seed=3, faults=faults, answers=False)) as (_, transport):
            sent = [transmission_of(f"key-{n}", claims(n)) for n in range(1, 31)]
            ends = await asyncio.gather(*map(transport.send, sent), return_exceptions=True)
            seen.append([str(end) if isinstance(end, TransportError) else "" for end in ends])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) > 3


async def test_more_than_it_takes_in_a_second_is_told_to_wait() -> None:
    async with partner(Behaviour(per_second=3, answers=False)) as (house, transport):
        sent = [transmission_of(f"key-{n}", claims(n)) for n in range(1, 21)]
        began = time.monotonic()
        ends = await asyncio.gather(*map(transport.send, sent), return_exceptions=True)
        seconds = int(time.monotonic() - began) + 2
    refused = [end for end in ends if isinstance(end, TransportError)]
    assert len(house.ledger) == 20 - len(refused) <= 3 * seconds
    assert {error.code for error in refused} <= {"RATE_LIMITED"}


def test_a_fault_that_there_is_not_is_named() -> None:
    with pytest.raises(UsageError, match="reply_lost"):
        Behaviour(faults={"nonsense": 0.1})
    with pytest.raises(UsageError, match="0 to 1"):
        Behaviour(faults={"reply_lost": 2})
    with pytest.raises(UsageError, match="seconds"):
        Span(2, 1)


def test_every_fault_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "clearinghouse.md").read_text()
    for fault, meaning in FAULTS.items():
        assert f"| `{fault}` | {meaning} |" in page
