"""Servers on this machine that say one thing, or nothing, and certificates for them."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NONE: Mapping[str, str] = {}


class Said:
    """What a server was told, one text a connection."""

    def __init__(self) -> None:
        self.address = ""
        self.heard: list[bytes] = []


@asynccontextmanager
async def saying(reply: bytes | None) -> AsyncIterator[Said]:
    """A server that hears a request out and says `reply`; None is silence."""
    said = Said()
    ended = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.heard.append(await heard(reader))
        if reply is None:
            await ended.wait()
        else:
            writer.write(reply)
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def begun(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(connected(reader, writer)))

    connections: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(begun, "127.0.0.1", 0)
    said.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield said
    finally:
        ended.set()
        server.close()
        await asyncio.gather(*connections, return_exceptions=True)


@asynccontextmanager
async def interrupting(
    reply: bytes, *, closes: bool, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """A server that answers at the head of a request, and hears no body: its address.

    It `closes` then, which resets what still comes, or leaves it unread.
    """
    ended = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        with contextlib.suppress(OSError):
            await writer.drain()
        if not closes:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await ended.wait()
            writer.transport.abort()
        writer.close()

    def begun(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(connected(reader, writer)))

    connections: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(begun, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        ended.set()
        server.close()
        await asyncio.gather(*connections, return_exceptions=True)


async def heard(reader: asyncio.StreamReader) -> bytes:
    """A request with its body, or what is no request at all."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        return cut.partial
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


def answer(status: int, text: bytes = b"{}", headers: Mapping[str, str] = NONE) -> bytes:
    """A reply as a well-behaved server writes it."""
    fields = {"content-length": str(len(text)), "connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} So", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + text


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """Files with a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "synthetic partner")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "partner.pem", folder / "partner.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


def served(cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context
