"""What each way in which HTTP can fail means for the bytes that were on their way."""

import asyncio
import contextlib
import re
import socket
from pathlib import Path

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.testing.clearinghouse import Behaviour, opened
from scrubjay.testing.contracts.transport import (
    failure_of,
    interchange_of,
    text_of,
    transmission_of,
)
from scrubjay.transports import TransportError
from scrubjay.transports.hearing import HearingBackend
from scrubjay.transports.http import HttpTransport, trusted
from transports.listening import answer, certificate, interrupting, saying, served

TEXT = interchange_of(1, 500_000)
SHORT = 1.0

FAULTS = [
    ("unavailable", "HTTP_503", Fate.AMBIGUOUS, False),
    ("throttled", "RATE_LIMITED", Fate.RETRYABLE, False),
    ("queue_full", "CLEARINGHOUSE_QUEUE_FULL", Fate.RETRYABLE, False),
    ("reset_early", "CONNECTION_LOST", Fate.AMBIGUOUS, False),
    ("bit_flipped", "DIGEST_MISMATCH", Fate.RETRYABLE, False),
    ("deaf", "REPLY_TIMEOUT", Fate.AMBIGUOUS, False),
    ("reply_lost", "CONNECTION_LOST", Fate.AMBIGUOUS, True),
    ("reply_reset", "CONNECTION_LOST", Fate.AMBIGUOUS, True),
    ("reply_never", "REPLY_TIMEOUT", Fate.AMBIGUOUS, True),
    ("reply_garbled", "CONNECTION_LOST", Fate.AMBIGUOUS, True),
    ("reply_cut", "CONNECTION_LOST", Fate.AMBIGUOUS, True),
    ("unavailable_late", "HTTP_503", Fate.AMBIGUOUS, True),
    ("taken_late", "CONNECTION_LOST", Fate.AMBIGUOUS, True),
]


@pytest.mark.parametrize(("fault", "code", "fate", "taken"), FAULTS)
async def test_each_fault_has_its_code_and_fate(
    fault: str, code: str, fate: Fate, *, taken: bool
) -> None:
    """And the question afterwards tells what really happened."""
    behaviour = Behaviour(faults={fault: 1.0}, answers=False)
    async with opened(behaviour) as house:
        transport = HttpTransport(house.address, deadline=SHORT if "TIMEOUT" in code else 30)
        error = await failure_of(transport.send(transmission_of("key-1", TEXT)))
        assert (error.code, error.fate) == (code, fate)
        await transport.close()
        await house.settled()
        asking = HttpTransport(house.address)
        receipt = await asking.look_up("key-1")
        assert (receipt is not None) == taken
        assert [each.event for each in house.ledger] == ["taken"] * taken
        await asking.close()


async def test_a_reply_that_trickles_is_a_reply() -> None:
    async with opened(Behaviour(faults={"reply_trickled": 1.0}, answers=False)) as house:
        transport = HttpTransport(house.address)
        assert (await transport.send(transmission_of("key-1", TEXT))).reference
        await transport.close()


async def test_a_trickle_ends_by_the_deadline_of_the_whole_call() -> None:
    """Each byte comes in time, the reply does not."""
    async with opened(Behaviour(faults={"reply_trickled": 1.0}, answers=False)) as house:
        transport = HttpTransport(house.address, deadline=SHORT)
        error = await failure_of(transport.send(transmission_of("key-1", interchange_of(1))))
        assert (error.code, error.fate) == ("REPLY_TIMEOUT", Fate.AMBIGUOUS)
        await transport.close()


@pytest.mark.parametrize("code", ["HTTP_500", "HTTP_502", "HTTP_503", "HTTP_504"])
async def test_a_status_means_not_received_only_by_the_partners_record(code: str) -> None:
    """A gateway may fail after it has passed everything on."""
    async with saying(answer(int(code[-3:]))) as server:
        for not_received, fate in (((), Fate.AMBIGUOUS), ((code,), Fate.RETRYABLE)):
            transport = HttpTransport(server.address, not_received=not_received)
            error = await failure_of(transport.send(transmission_of("key-1", b"text")))
            assert (error.code, error.fate) == (code, fate)
            await transport.close()


@pytest.mark.parametrize(
    ("reply", "code", "fate"),
    [
        (answer(301, headers={"location": "http://127.0.0.1:9/"}), "REDIRECTED", Fate.FINAL),
        (answer(307, headers={"location": "http://127.0.0.1:9/"}), "REDIRECTED", Fate.FINAL),
        (answer(400), "REFUSED", Fate.FINAL),
        (answer(401), "UNAUTHORIZED", Fate.FINAL),
        (answer(403), "UNAUTHORIZED", Fate.FINAL),
        (answer(404), "NOT_FOUND", Fate.FINAL),
        (answer(413), "TOO_LARGE", Fate.FINAL),
        (answer(422, b'{"code": "MALFORMED_ISA"}'), "MALFORMED_ISA", Fate.FINAL),
        (answer(422, b'{"code": "WHATEVER"}'), "REFUSED", Fate.FINAL),
        (answer(429), "HTTP_429", Fate.RETRYABLE),
        (answer(423, b'{"code": "LOCKED"}'), "LOCKED", Fate.RETRYABLE),
        (answer(599), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (answer(201), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (answer(201, b"[]"), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (answer(201, b"[" * 100_000), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (answer(201, b'{"key": "another"}'), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (
            answer(200, b'{"key": "key-1", "x": "%s"}' % (b"y" * (2 << 20))),
            "REPLY_UNREADABLE",
            Fate.AMBIGUOUS,
        ),
        (b"", "CONNECTION_LOST", Fate.AMBIGUOUS),
        (b"HTTP/1.1 201 Created\r\n", "CONNECTION_LOST", Fate.AMBIGUOUS),
        (b"SSH-2.0-OpenSSH\r\n", "CONNECTION_LOST", Fate.AMBIGUOUS),
    ],
)
async def test_every_reply_is_one_code(reply: bytes, code: str, fate: Fate) -> None:
    """The fate is the table's; an answer that is no receipt leaves it open."""
    async with saying(reply) as server:
        transport = HttpTransport(server.address)
        error = await failure_of(transport.send(transmission_of("key-1", b"text")))
        assert (error.code, error.fate) == (code, fate)
        assert len(server.heard) == 1
        await transport.close()


async def test_how_long_to_wait_is_handed_on() -> None:
    """Where the partner says so in seconds; a date, or nonsense, is not believed."""
    for said, expected in (("7", 7.0), ("9" * 30, 86_400.0), ("tomorrow", None), ("-1", None)):
        async with saying(answer(429, headers={"retry-after": said})) as server:
            transport = HttpTransport(server.address)
            error = await failure_of(transport.send(transmission_of("key-1", b"text")))
            assert error.retry_after == expected
            await transport.close()


async def test_a_partner_that_is_not_there_has_nothing() -> None:
    """No byte can have left: the failure is retryable."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        transport = HttpTransport(f"http://127.0.0.1:{free.getsockname()[1]}")
        error = await failure_of(transport.send(transmission_of("key-1", TEXT)))
        assert (error.code, error.fate) == ("CONNECT_FAILED", Fate.RETRYABLE)
        for code, work in (
            ("LOOK_UP_FAILED", transport.look_up("key-1")),
            ("COLLECT_FAILED", transport.collect()),
            ("COLLECT_FAILED", transport.confirm("one")),
            ("COLLECT_FAILED", text_of(transport, "one")),
        ):
            error = await failure_of(work)
            assert (error.code, error.fate) == (code, Fate.RETRYABLE)
        await transport.close()


async def test_a_handshake_that_never_ends_has_a_deadline(tmp_path: Path) -> None:
    """The connection is there, TLS is not."""
    cert_file, _ = certificate(tmp_path)
    async with saying(None) as server:
        address = server.address.replace("http:", "https:")
        transport = HttpTransport(address, connect=SHORT, ca_file=str(cert_file))
        error = await failure_of(transport.send(transmission_of("key-1", TEXT)))
        assert (error.code, error.fate) == ("CONNECT_TIMEOUT", Fate.RETRYABLE)
        await transport.close()


async def test_a_certificate_is_trusted_only_if_somebody_vouches_for_it(tmp_path: Path) -> None:
    """And it is the one of that address."""
    cert_file, key_file = certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    foreign = certificate(other, "127.0.0.2")
    async with opened(Behaviour(answers=False), tls=served(cert_file, key_file)) as house:
        for ca_file in (None, str(foreign[0])):
            transport = HttpTransport(house.address, ca_file=ca_file)
            for work in (transport.send(transmission_of("key-1", TEXT)), transport.collect()):
                error = await failure_of(work)
                assert (error.code, error.fate) == ("TLS_UNTRUSTED", Fate.FINAL)
            await transport.close()
        transport = HttpTransport(house.address, ca_file=str(cert_file))
        assert (await transport.send(transmission_of("key-1", TEXT))).key == "key-1"
        await transport.close()
    async with opened(Behaviour(answers=False), tls=served(*foreign)) as house:
        transport = HttpTransport(house.address, ca_file=str(foreign[0]))
        error = await failure_of(transport.send(transmission_of("key-1", TEXT)))
        assert error.code == "TLS_UNTRUSTED"
        await transport.close()


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://partner.example/x12", "TLS_REQUIRED"),
        ("http://10.0.0.1/x12", "TLS_REQUIRED"),
        ("ftp://partner.example/x12", "TLS_REQUIRED"),
        ("https://user:secret@partner.example/", "NOT_FOUND"),
        ("https://partner.example/?a=b", "NOT_FOUND"),
        ("not an address", "NOT_FOUND"),
        ("", "NOT_FOUND"),
    ],
)
def test_an_address_in_clear_off_this_machine_is_refused(address: str, code: str) -> None:
    with pytest.raises(TransportError) as failure:
        HttpTransport(address)
    assert failure.value.code == code
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "[::1]", "localhost"])
def test_an_address_in_clear_on_this_machine_is_allowed(host: str) -> None:
    assert trusted(f"http://{host}:8080/x12") == f"http://{host}:8080/x12"


async def test_no_proxy_of_the_environment_sees_a_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with opened(Behaviour(answers=False)) as house:
        transport = HttpTransport(house.address)
        assert (await transport.send(transmission_of("key-1", TEXT))).reference
        await transport.close()


async def test_a_credential_opens_and_is_never_shown() -> None:
    async with opened(Behaviour(answers=False), credential="sesame") as house:
        knowing = HttpTransport(house.address, credential="sesame")
        assert (await knowing.send(transmission_of("key-1", TEXT))).reference
        assert "sesame" not in repr(knowing)
        stranger = HttpTransport(house.address, credential="guess")
        error = await failure_of(stranger.collect())
        assert (error.code, error.fate) == ("UNAUTHORIZED", Fate.FINAL)
        await knowing.close()
        await stranger.close()


@pytest.mark.parametrize("credential", ["ses ame", "sesame\r\nX-More: 1", "sésame", "sesame\n"])
def test_a_credential_that_is_no_word_is_refused_and_not_repeated(credential: str) -> None:
    with pytest.raises(UsageError) as failure:
        HttpTransport("http://127.0.0.1", credential=credential)
    assert credential not in str(failure.value)


async def test_a_page_that_is_not_there_is_not_taken_for_a_no() -> None:
    """Only the partner's own word says that it has nothing under a key."""
    for reply in (answer(404), answer(404, b"<html>"), answer(404, b'{"code": "NOT_FOUND"}')):
        async with saying(reply) as server:
            transport = HttpTransport(server.address)
            error = await failure_of(transport.look_up("key-1"))
            assert error.code == "NOT_FOUND"
            await transport.close()
    async with saying(answer(200, b'{"key": "another"}')) as server:
        transport = HttpTransport(server.address)
        assert (await failure_of(transport.look_up("key-1"))).code == "LOOK_UP_FAILED"
        await transport.close()


async def test_questions_that_fail_may_be_asked_again() -> None:
    """503 to any of them, an acknowledgment that ends in the middle, a list that is none."""
    for read in ("read_cut", "read_flipped"):
        faults = {"look_up_failed": 1.0, "collect_failed": 1.0, read: 1.0}
        async with opened(Behaviour(faults=faults, answers=False)) as house:
            house.offer("999", TEXT)
            transport = HttpTransport(house.address)
            for work in (
                transport.look_up("key-1"),
                transport.collect(),
                text_of(transport, "00000001.999"),
            ):
                assert (await failure_of(work)).fate is Fate.RETRYABLE
            await transport.close()
    for text in (b"", b"{}", b'{"acknowledgments": [1]}', b'{"acknowledgments": [{"id": ""}]}'):
        async with saying(answer(200, text)) as server:
            transport = HttpTransport(server.address)
            assert (await failure_of(transport.collect())).code == "COLLECT_FAILED"
            await transport.close()


async def test_a_send_that_is_cancelled_leaves_no_connection_behind() -> None:
    """The next one goes through."""
    async with opened(Behaviour(faults={"reply_never": 1.0}, answers=False)) as house:
        transport = HttpTransport(house.address)
        sending = asyncio.create_task(transport.send(transmission_of("key-1", TEXT)))
        while not house.ledger:
            await asyncio.wait([sending], timeout=0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        receipt = await transport.look_up("key-1")
        assert receipt is not None
        await transport.close()


async def test_who_is_cancelled_while_a_connection_closes_leaves_it_closed() -> None:
    """The cancelling comes while the connection lets go of what it hears."""
    gone = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while await reader.read(1 << 16):
                pass
        gone.set()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        stream = await HearingBackend().connect_tcp("127.0.0.1", port)
        await stream.write(b"POST")
        begun = asyncio.Event()

        async def closes() -> None:
            begun.set()
            await stream.aclose()

        closing = asyncio.create_task(closes())
        await begun.wait()
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        await asyncio.wait_for(gone.wait(), 30)


async def test_a_partner_cannot_write_on_our_terminal() -> None:
    """Its reference is for people: what could move a cursor is not in it, nor more than fits."""
    text = b'{"key": "key-1", "reference": "\\u001b[31mCH1\\r\\n' + b"x" * 500 + b'"}'
    async with saying(answer(201, text)) as server:
        transport = HttpTransport(server.address)
        receipt = await transport.send(transmission_of("key-1", b"text"))
        assert receipt.reference.startswith("?[31mCH1??xxx")
        assert len(receipt.reference) == 128
        await transport.close()


@pytest.mark.parametrize("word", [b"100 Continue", b"102 Processing"])
async def test_a_partner_that_says_that_it_hears_on_gets_all_of_it(word: bytes) -> None:
    """Before the first byte of the body; the whole of it arrives, and the end of it is heard."""
    told: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %s\r\n\r\n" % word)
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: (\d+)", head)
        assert size is not None
        told.append(await reader.readexactly(int(size[1])))
        writer.write(answer(201, b'{"key": "key-1", "reference": "R1"}'))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        transport = HttpTransport(address, deadline=30.0)
        receipt = await transport.send(transmission_of("key-1", LONG))
        assert (receipt.reference, [len(each) for each in told]) == ("R1", [len(LONG)])
        await transport.close()


LONG = interchange_of(1, 4 << 20)
"""More than the buffers between two sockets hold."""


@pytest.mark.parametrize(
    ("reply", "code", "fate"),
    [
        (answer(401), "UNAUTHORIZED", Fate.FINAL),
        (answer(413), "TOO_LARGE", Fate.FINAL),
        (answer(429), "HTTP_429", Fate.RETRYABLE),
        (answer(503), "HTTP_503", Fate.AMBIGUOUS),
        (answer(201, b'{"key": "key-1"}'), "REPLY_UNREADABLE", Fate.AMBIGUOUS),
        (b"", "CONNECTION_LOST", Fate.AMBIGUOUS),
    ],
)
@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("tls", [True, False])
async def test_a_reply_that_comes_before_the_body_has_left_is_read(
    reply: bytes, code: str, fate: Fate, tmp_path: Path, *, closes: bool, tls: bool
) -> None:
    """Whether the partner resets what still comes, or leaves it where it is."""
    if not reply and not closes:
        reply, code = answer(200, b'{"key": "key-1"}'), ""
    files = certificate(tmp_path)
    async with interrupting(reply, closes=closes, tls=served(*files) if tls else None) as address:
        transport = HttpTransport(address, ca_file=str(files[0]), deadline=30.0)
        for _ in range(3):
            if not code:
                # it has had the bytes by another try, and says so at the head of this one
                assert (await transport.send(transmission_of("key-1", LONG))).duplicate
                continue
            error = await failure_of(transport.send(transmission_of("key-1", LONG)))
            assert (error.code, error.fate) == (code, fate)
        await transport.close()
