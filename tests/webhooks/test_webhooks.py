"""Alerts leave signed, to where they may go and nowhere else, and are tried again."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.webhooks import Alert, Secret, verified
from scrubjay.webhooks.destination import Destination
from scrubjay.webhooks.errors import WebhookError
from scrubjay.webhooks.sender import Patience, Webhook
from transports.listening import Said, answer, certificate, heard, saying, served

HERE = ("127.0.0.0/8",)
SECRET = Secret(key=bytes(range(32)))
ALERT = Alert(
    id="alert-1",
    kind="held",
    at="2026-06-30T12:00:00Z",
    subject="transmission",
    subject_id="12",
    partner="clearinghouse-1",
    code="REPLY_TIMEOUT",
    claims=100,
)


class Waits(list[float]):
    """Every pause that was asked for; none is taken."""

    async def pause(self, seconds: float) -> None:
        """Write it down, and let others run."""
        self.append(seconds)
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0)


@asynccontextmanager
async def sender(url: str, **given: object) -> AsyncIterator[tuple[Webhook, Waits]]:
    """A webhook that may call this machine, and how long it wanted to wait."""
    waits = Waits()
    given = {"patience": Patience(attempts=4, deadline=5.0)} | given
    destination = Destination.parsed(url, HERE)
    webhook = Webhook(destination, [SECRET], pause=waits.pause, **given)  # type: ignore[arg-type]
    try:
        yield webhook, waits
    finally:
        await webhook.close()


def told(request: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}, body


async def test_an_alert_arrives_and_its_signature_can_be_checked() -> None:
    """By the convention's own formula, written out here."""
    async with saying(answer(204, b"")) as server:
        async with sender(server.address + "/hook?team=claims") as (webhook, waits):
            assert await webhook.deliver(ALERT) == 1
        request = server.heard[0]
    headers, body = told(request)
    assert request.startswith(b"POST /hook?team=claims HTTP/1.1\r\n")
    assert waits == []
    assert json.loads(body) == {
        "type": "work.held",
        "timestamp": "2026-06-30T12:00:00Z",
        "data": {
            "subject": "transmission",
            "subject_id": "12",
            "partner": "clearinghouse-1",
            "code": "REPLY_TIMEOUT",
            "claims": 100,
        },
    }
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert verified(SECRET, headers, body, time.time())


def test_what_is_not_ours_or_not_of_now_is_not_verified() -> None:
    body, now = ALERT.body(), 1_800_000_000
    signature = SECRET.sign("alert-1", now, body)
    good = {
        "webhook-id": "alert-1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,bm9wZQ== {signature}",
    }
    assert verified(SECRET, good, body, now + 299)
    assert not verified(SECRET, good, body, now + 301)
    assert not verified(SECRET, good, body + b" ", now)
    assert not verified(Secret.new(), good, body, now)
    for changed in ({"webhook-id": "alert-2"}, {"webhook-timestamp": str(now + 1)}):
        assert not verified(SECRET, good | changed, body, now)
    for missing in good:
        rest = {name: value for name, value in good.items() if name != missing}
        assert not verified(SECRET, rest, body, now)


async def test_while_secrets_change_each_of_both_verifies() -> None:
    new = Secret.new()
    async with saying(answer(200)) as server:
        destination = Destination.parsed(server.address, HERE)
        webhook = Webhook(destination, [new, SECRET])
        await webhook.deliver(ALERT)
        await webhook.close()
        headers, body = told(server.heard[0])
    assert all(verified(secret, headers, body, time.time()) for secret in (new, SECRET))


@asynccontextmanager
async def failing(times: int, first: bytes) -> AsyncIterator[Said]:
    """A receiver that says `first` so often before it says yes."""
    said = Said()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.heard.append(await heard(reader))
        writer.write(first if len(said.heard) <= times else answer(200))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    said.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield said


@pytest.mark.parametrize(
    "first", [answer(500), answer(503), answer(599), answer(408), answer(429), b"", b"HTTP/1.1 2"]
)
async def test_a_receiver_that_fails_is_tried_again(first: bytes) -> None:
    """With the same id and the same body, so that it can tell."""
    async with failing(2, first) as server, sender(server.address) as (webhook, waits):
        assert await webhook.deliver(ALERT) == 3
        requests = [told(request) for request in server.heard]
    assert len({headers["webhook-id"] for headers, _ in requests}) == 1
    assert len({body for _, body in requests}) == 1
    assert len(waits) == 2


async def test_it_waits_longer_each_time_by_chance_and_as_told() -> None:
    """Full jitter: anything up to twice the time before; Retry-After is the least."""
    patience = Patience(attempts=100, first=1.0, most=60.0)
    for attempt in range(1, 12):
        assert patience.wait(attempt, lambda: 1.0) == min(60.0, 2.0 ** (attempt - 1))
        assert patience.wait(attempt, lambda: 0.0) == 0.0
    told_to = answer(429, headers={"retry-after": "17"})
    async with failing(1, told_to) as server, sender(server.address) as (webhook, waits):
        await webhook.deliver(ALERT)
    assert waits == [17.0]


async def test_it_gives_up_and_says_why() -> None:
    async with saying(answer(503)) as server, sender(server.address) as (webhook, waits):
        with pytest.raises(WebhookError) as failure:
            await webhook.deliver(ALERT)
        assert (failure.value.code, failure.value.fate) == ("HTTP_503", Fate.RETRYABLE)
        assert (len(server.heard), len(waits)) == (4, 3)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer(301, headers={"location": "http://127.0.0.1:9/"}), "REDIRECTED"),
        (answer(400), "REFUSED"),
        (answer(401), "UNAUTHORIZED"),
        (answer(404), "NOT_FOUND"),
        (answer(410), "NOT_FOUND"),
    ],
)
async def test_a_receiver_that_says_no_is_not_asked_again(reply: bytes, code: str) -> None:
    async with saying(reply) as server, sender(server.address) as (webhook, _):
        with pytest.raises(WebhookError) as failure:
            await webhook.deliver(ALERT)
        assert (failure.value.code, failure.value.fate) == (code, Fate.FINAL)
        assert len(server.heard) == 1


async def test_a_receiver_that_says_nothing_has_a_deadline() -> None:
    patience = Patience(attempts=2, deadline=0.2)
    async with saying(None) as server, sender(server.address, patience=patience) as (webhook, _):
        with pytest.raises(WebhookError, match="REPLY_TIMEOUT"):
            await webhook.deliver(ALERT)
        assert len(server.heard) == 2


FORBIDDEN = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"),  # noqa: S104
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1"),
    *("fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
    *("2002:7f00:1::", "2001:db8::1", "2001::1", "2130706433", "nonsense"),
]


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_into_a_network_of_ours_is_not_called(address: str) -> None:
    """However it is written, and also as the second of two addresses."""
    destination = Destination.parsed("https://tickets.example/hook")
    for found in ([address], ["93.184.216.34", address]):

        async def resolve(host: str, port: int, found: list[str] = found) -> list[str]:
            assert (host, port) == ("tickets.example", 443)
            return found

        with pytest.raises(WebhookError) as failure:
            await destination.address(resolve)
        assert (failure.value.code, failure.value.fate) == ("ADDRESS_FORBIDDEN", Fate.FINAL)


async def test_a_name_is_called_at_the_address_that_was_looked_at() -> None:
    """A name that resolves otherwise a moment later gains nothing: it is asked once."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        del port
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with saying(answer(200)) as server:
        url = server.address.replace("127.0.0.1", "tickets.example")
        async with sender(url, resolve=rebinding) as (webhook, _):
            await webhook.attempt(ALERT)
            assert asked == ["tickets.example"]
            headers, _ = told(server.heard[0])
            assert headers["host"] == url.removeprefix("http://")
            with pytest.raises(WebhookError, match="TLS_REQUIRED"):
                await webhook.attempt(ALERT)
        assert len(server.heard) == 1


async def test_in_clear_it_goes_nowhere_but_to_this_machine() -> None:
    async def public(host: str, port: int) -> list[str]:
        del host, port
        return ["93.184.216.34"]

    with pytest.raises(WebhookError, match="TLS_REQUIRED"):
        await Destination.parsed("http://tickets.example/").address(public)
    assert await Destination.parsed("https://tickets.example/").address(public) == "93.184.216.34"


async def test_tls_is_held_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    """The certificate is of 127.0.0.1; under another name it is nobody's."""
    cert_file, key_file = certificate(tmp_path)

    async def here(host: str, port: int) -> list[str]:
        del host, port
        return ["127.0.0.1"]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(answer(200))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=served(cert_file, key_file))
    port = server.sockets[0].getsockname()[1]
    async with server:
        given = {"ca_file": str(cert_file), "resolve": here}
        async with sender(f"https://127.0.0.1:{port}/", **given) as (webhook, _):
            assert await webhook.deliver(ALERT) == 1
        async with sender(f"https://tickets.example:{port}/", **given) as (webhook, _):
            with pytest.raises(WebhookError, match="TLS_UNTRUSTED"):
                await webhook.deliver(ALERT)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tickets.example",
        "ftp://tickets.example/",
        "https://",
        "https://user:secret@tickets.example/",
        "https://tickets.example/#there",
        "https://tickets.example:99999/",
        "https://[::1/",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as failure:
        Destination.parsed(url)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("text", ["", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjU", "whsec_!!"])
def test_a_secret_that_is_too_short_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as failure:
        Secret.parsed(text)
    assert not text or text not in str(failure.value)


def test_a_secret_is_in_no_repr() -> None:
    secret = Secret.new()
    assert Secret.parsed(secret.text()) == secret
    assert repr(secret) == "Secret()"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "gossip"),
        ("subject_id", "SMITH*JOHN"),
        ("subject_id", "JOHN SMITH"),
        ("code", "x" * 65),
        ("partner", "a\nb"),
    ],
)
def test_an_alert_has_no_room_for_anything_but_words(field: str, value: str) -> None:
    with pytest.raises(UsageError) as failure:
        ALERT.but(**{field: value})
    assert "SMITH" not in str(failure.value)
