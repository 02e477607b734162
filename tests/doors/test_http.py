"""Files come in by HTTP: whole, from somebody we know, and answered when they are durable."""

import asyncio
import base64
import hashlib
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doors.behind import Door, door
from scrubjay.doors import UploadError
from scrubjay.doors.identities import ApiKeys
from scrubjay.doors.serving import Port
from scrubjay.doors.uploads import Limits
from scrubjay.errors import InputError, InternalError, UsageError
from scrubjay.transports import TransportError
from scrubjay.vault import KeyUnavailableError, PayloadRefusedError
from transports.listening import certificate

TEXT = b"ISA*00*SYNTHETIC~\n" * 20_000
DIGEST = hashlib.sha256(TEXT).hexdigest()


async def test_a_file_is_taken_answered_and_asked_for(tmp_path: Path) -> None:
    """By whoever has a key, under the identity of the key."""
    async with door(tmp_path) as open_door, open_door.client() as client:
        answer = await client.post("/v1/files", content=TEXT)
        assert answer.status_code == 202
        told = answer.json()
        assert told == {
            "file": told["file"],
            "size": len(TEXT),
            "digest": DIGEST,
            "duplicate": False,
        }
        assert open_door.pipeline.texts() == [DIGEST]
        (identity, _), *_ = open_door.pipeline.files.values()
        assert (identity.tenant, identity.practice) == ("north", "clinic-12")
        status = await client.get(f"/v1/files/{told['file']}")
        assert status.json() == {"file": told["file"], "state": "INGESTED"}
        again = await client.post("/v1/files", content=TEXT)
        assert again.status_code == 200
        assert again.json() == told | {"duplicate": True}
        assert open_door.pipeline.texts() == [DIGEST]


async def test_a_file_without_a_length_is_taken_in_chunks(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(TEXT), 9_999):
            yield TEXT[start : start + 9_999]

    async with door(tmp_path) as open_door, open_door.client() as client:
        answer = await client.post("/v1/files", content=pieces())
        assert (answer.status_code, answer.json()["digest"]) == (202, DIGEST)


@pytest.mark.parametrize("key", ["", "x", "sj_00000000_" + "A" * 43, "sj_" + "ü" * 20])
async def test_without_a_key_every_route_but_two_is_closed(tmp_path: Path, key: str) -> None:
    """Health and readiness say nothing that would help a stranger."""
    async with door(tmp_path) as open_door:
        async with open_door.client(key) as client:
            for method, path, status in (
                ("POST", "/v1/files", 401),
                ("GET", "/v1/files/1", 401),
                ("GET", "/healthz", 200),
                ("GET", "/readyz", 200),
                ("GET", "/v1/files", 405),
                ("GET", "/", 404),
            ):
                answer = await client.request(method, path)
                assert answer.status_code == status, path
        assert open_door.pipeline.texts() == []


async def test_a_key_that_was_taken_out_opens_nothing_from_then_on(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door, open_door.client() as client:
        assert (await client.get("/v1/files/1")).status_code == 404
        keys = ApiKeys(open_door.keys.path)
        keys.revoke(keys.listed()[0].id)
        assert (await client.get("/v1/files/1")).status_code == 401


async def test_a_tenant_sees_its_own_files_only(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door, open_door.client() as client:
        file = (await client.post("/v1/files", content=TEXT)).json()["file"]
        other = ApiKeys.make(open_door.keys.path, tenant="south", practice="clinic-12")
        async with open_door.client(other) as stranger:
            answer = await stranger.get(f"/v1/files/{file}")
            assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_FILE")


@pytest.mark.parametrize(
    ("error", "status", "code", "again"),
    [
        (TransportError("OVERRUN"), 429, "OVERRUN", True),
        (TransportError("MALFORMED_FILE"), 422, "MALFORMED_FILE", False),
        (TransportError("CONFLICT"), 409, "CONFLICT", False),
        (KeyUnavailableError("CANARY"), 503, "KEY_UNAVAILABLE", True),
        (TransportError("DISK_FULL"), 503, "DISK_FULL", True),
        (PayloadRefusedError("CANARY"), 500, "PAYLOAD_REFUSED", False),
        (InternalError("CANARY"), 500, "INTERNAL", False),
        (InputError("CANARY"), 422, "MALFORMED_FILE", False),
        (UploadError("UPLOAD_CUT"), 400, "UPLOAD_CUT", False),
    ],
)
async def test_a_failure_behind_is_a_code_and_never_its_words(
    tmp_path: Path, error: Exception, status: int, code: str, *, again: bool
) -> None:
    """What may be tried again says when; nothing of it is kept."""
    async with door(tmp_path) as open_door, open_door.client() as client:
        open_door.pipeline.refuses = error
        answer = await client.post("/v1/files", content=TEXT)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert ("retry-after" in answer.headers) == again
        assert "CANARY" not in answer.text
        assert open_door.pipeline.texts() == []
        if not isinstance(error, UploadError):
            asked = await client.get("/v1/files/1")
            assert (asked.status_code, asked.json()["code"]) == (status, code)


async def test_a_file_that_is_too_large_is_refused_before_it_came(tmp_path: Path) -> None:
    """And one that does not say how large it is, when it has become so."""
    async with door(tmp_path, Limits(largest=100_000)) as open_door:
        answer = await open_door.raw(open_door.head(100_001))
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"UPLOAD_TOO_LARGE" in answer
        chunk = b"186a1\r\n" + b"x" * 100_001 + b"\r\n"
        head = open_door.head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        answer = await open_door.raw(head, chunk)
        assert answer.startswith(b"HTTP/1.1 413 ")
        answer = await open_door.raw(open_door.head(100_000, "Connection: close"), b"x" * 100_000)
        assert answer.startswith(b"HTTP/1.1 202 ")
        assert len(open_door.pipeline.texts()) == 1


@pytest.mark.parametrize("sent", [b"", b"ISA", b"x" * 70_000])
async def test_a_file_that_ends_early_leaves_nothing(tmp_path: Path, sent: bytes) -> None:
    """Its sender has gone away."""
    async with door(tmp_path) as open_door:
        reader, writer = await asyncio.open_connection(open_door.host, open_door.port)
        writer.write(open_door.head(100_000) + sent)
        await writer.drain()
        if sent:
            await open_door.pipeline.begun.wait()
        writer.close()
        await writer.wait_closed()
        del reader
        async with open_door.client() as client:
            assert (await client.post("/v1/files", content=TEXT)).status_code == 202
        assert open_door.pipeline.texts() == [DIGEST]


@pytest.mark.parametrize(
    "limits", [Limits(idle=0.2), Limits(grace=0.2, least_rate=1 << 30)], ids=["idle", "slow"]
)
async def test_a_file_that_comes_too_slowly_is_let_go(tmp_path: Path, limits: Limits) -> None:
    """No byte for too long, or too few over all."""
    async with door(tmp_path, limits) as open_door:
        answer = await open_door.raw(open_door.head(100_000), b"ISA")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"UPLOAD_TIMEOUT" in answer
        assert open_door.pipeline.texts() == []


@pytest.mark.parametrize("sent", [b"", b"POST /v1/files HT", b"POST / HTTP/1.1\r\nHost: d\r\nX: "])
async def test_a_head_that_does_not_end_is_let_go(tmp_path: Path, sent: bytes) -> None:
    """Nobody holds a connection by saying nothing, or little."""
    async with door(tmp_path, port=Port(head_seconds=0.2)) as open_door:
        assert await open_door.raw(sent) == b""


async def test_a_second_head_that_does_not_end_is_let_go_too(tmp_path: Path) -> None:
    """On a connection that has been answered already."""
    async with door(tmp_path, port=Port(head_seconds=0.2)) as open_door:
        first = b"GET /healthz HTTP/1.1\r\nHost: d\r\n\r\n"
        answer = await open_door.raw(first, b"GET /healthz HT")
        assert answer.count(b"HTTP/1.1") == 1


async def test_an_upload_under_way_is_not_taken_for_a_slow_head(tmp_path: Path) -> None:
    async with door(tmp_path, port=Port(head_seconds=0.1)) as open_door:
        reader, writer = await asyncio.open_connection(open_door.host, open_door.port)
        writer.write(open_door.head(len(TEXT), "Connection: close") + TEXT[:100])
        await open_door.pipeline.begun.wait()
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.3)
        writer.write(TEXT[100:])
        assert (await reader.read()).startswith(b"HTTP/1.1 202 ")
        writer.close()
        await writer.wait_closed()


async def test_too_many_uploads_at_once_are_told_to_come_again(tmp_path: Path) -> None:
    async with door(tmp_path, Limits(at_once=1)) as open_door, open_door.client() as client:
        reader, writer = await asyncio.open_connection(open_door.host, open_door.port)
        writer.write(open_door.head(len(TEXT), "Connection: close") + TEXT[:100])
        await open_door.pipeline.begun.wait()
        answer = await client.post("/v1/files", content=TEXT)
        assert (answer.status_code, answer.json()["code"]) == (429, "OVERRUN")
        assert answer.headers["retry-after"] == "5"
        writer.write(TEXT[100:])
        assert (await reader.read()).startswith(b"HTTP/1.1 202 ")
        writer.close()
        await writer.wait_closed()
        assert (await client.post("/v1/files", content=TEXT)).status_code == 200


async def test_the_digest_of_the_sender_is_held_against_what_came(tmp_path: Path) -> None:
    """Content-Digest, where it is given; other digests are passed over."""
    async with door(tmp_path) as open_door, open_door.client() as client:
        right = base64.b64encode(hashlib.sha256(TEXT).digest()).decode()
        wrong = base64.b64encode(bytes(32)).decode()
        for said, status in (
            (f"sha-256=:{wrong}:", 400),
            ("sha-256=:====:", 400),
            (f"sha-512=:{wrong}:, sha-256=:{right}:", 202),
            ("md5=:nonsense:", 200),
        ):
            answer = await client.post("/v1/files", content=TEXT, headers={"Content-Digest": said})
            assert answer.status_code == status, said


async def test_a_compressed_file_is_not_taken(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door, open_door.client() as client:
        answer = await client.post("/v1/files", content=TEXT, headers={"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (415, "ENCODED")


async def test_readiness_says_what_is_lacking(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door, open_door.client("") as client:
        assert (await client.get("/readyz")).json() == {"ready": True, "lacking": {}}
        open_door.pipeline.lacking = {"store": "locked"}
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "lacking": {"store": "locked"}}
        assert (await client.get("/healthz")).status_code == 200


async def test_metrics_are_for_this_machine_or_for_a_key(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door, open_door.client("") as client:
        answer = await client.get("/metrics")
        assert (answer.status_code, answer.text) == (200, "up 1\n")
        assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "text",
    [
        b"GET /v1/files/../../etc/passwd HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
        b"GET /v1/files/%2e%2e%2f HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/files HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /v1/files HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\nHost: d\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
async def test_nonsense_is_answered_and_the_door_stays_open(tmp_path: Path, text: bytes) -> None:
    async with door(tmp_path, port=Port(head_seconds=0.5)) as open_door:
        answer = await open_door.raw(text)
        assert re.match(rb"HTTP/1.1 4\d\d ", answer) or answer == b""
        async with open_door.client() as client:
            assert (await client.post("/v1/files", content=TEXT)).status_code == 202


async def test_by_tls_a_file_comes_too(tmp_path: Path) -> None:
    cert_file, key_file = certificate(tmp_path)
    port = Port(certificate=str(cert_file), private_key=str(key_file))
    async with door(tmp_path, port=port) as open_door:
        assert open_door.address.startswith("https://127.0.0.1:")
        async with open_door.client(verify=ssl.create_default_context(cafile=cert_file)) as client:
            assert (await client.post("/v1/files", content=TEXT)).status_code == 202


def test_off_this_machine_it_wants_tls_and_keys(tmp_path: Path) -> None:
    """No certificate, a certificate without its key, no API key: it does not open."""
    path = tmp_path / "apikeys.toml"
    path.touch(mode=0o600)
    none = ApiKeys(path)
    for port, said in (
        (Port(host="0.0.0.0"), "give a certificate"),  # noqa: S104 - it is refused
        (Port(host="::"), "give a certificate"),
        (Port(host="door.example"), "give a certificate"),
        (Port(certificate="a.pem"), "come together"),
        (Port(host="10.0.0.1", certificate="a.pem", private_key="a.key"), "apikeys new"),
    ):
        with pytest.raises(UsageError, match=said):
            port.checked(none)
    Port(host="127.0.0.9").checked(none)
    Port(host="::1").checked(none)
    ApiKeys.make(path, tenant="north", practice="clinic-12")
    Port(host="10.0.0.1", certificate="a.pem", private_key="a.key").checked(none)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with door(tmp_path) as open_door:
        with pytest.raises(UsageError, match="name another port"):
            async with door(tmp_path, port=Port(port=open_door.port)):
                pass


async def test_what_is_under_way_when_the_door_closes_is_ended(tmp_path: Path) -> None:
    """A file whose last byte came in time is answered."""
    closing = asyncio.Event()

    async def upload(open_door: Door) -> bytes:
        reader, writer = await asyncio.open_connection(open_door.host, open_door.port)
        writer.write(open_door.head(len(TEXT), "Connection: close") + TEXT[:100])
        await closing.wait()
        writer.write(TEXT[100:])
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async with door(tmp_path) as open_door:
        uploading = asyncio.create_task(upload(open_door))
        await open_door.pipeline.begun.wait()
        asyncio.get_running_loop().call_later(0.1, closing.set)
    assert (await uploading).startswith(b"HTTP/1.1 202 ")
    assert open_door.pipeline.texts() == [DIGEST]
