"""The port: by TLS off this machine and with keys only, and with a deadline for slow callers."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp

    from scrubjay.doors.identities import ApiKeys

__all__ = ["Port", "opened"]

_HEAD_BYTES = 16 << 10
_CONNECTIONS = 512


class Port(Frozen):
    """Where to listen. Off this machine only with a certificate and keys."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 is any that is free."""
    certificate: str = ""
    """A file with the chain, in PEM."""
    private_key: str = ""
    head_seconds: float = 10.0
    """Within which the head of a request is there, from the connection on or the last answer."""
    drain_seconds: int = 30
    """For requests under way when the port closes."""

    def checked(self, keys: ApiKeys) -> None:
        """UsageError where it must not be opened."""
        if bool(self.certificate) != bool(self.private_key):
            raise UsageError("a certificate and its private key come together; give both, or none")
        if _on_this_machine(self.host):
            return
        if not self.certificate:
            raise UsageError(
                f"{self.host} is off this machine: give a certificate and its key, or listen on "
                "127.0.0.1"
            )
        if not len(keys):
            raise UsageError(
                f"{self.host} is off this machine and there is no key yet; first: "
                "scrubjay apikeys new"
            )


@contextlib.asynccontextmanager
async def opened(app: ASGIApp, port: Port, keys: ApiKeys) -> AsyncIterator[str]:
    """The application on its port, until the block ends; its address is given."""
    port.checked(keys)
    listening = _bound(port)
    config = uvicorn.Config(
        app,
        http=_with_deadline(port.head_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=max(1, int(port.head_seconds)),
        timeout_graceful_shutdown=port.drain_seconds,
    )
    config.load()
    if port.certificate:
        config.ssl = _tls(port)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await _started(server, serving)
        scheme = "https" if port.certificate else "http"
        host = f"[{port.host}]" if ":" in port.host else port.host
        yield f"{scheme}://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


class _Server(uvicorn.Server):
    """One that leaves signals to whoever runs the process, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _started(server: _Server, serving: asyncio.Task[None]) -> None:
    """When it listens; the error where it does not."""
    listens = asyncio.create_task(server.listens.wait())
    await asyncio.wait({listens, serving}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        listens.cancel()
        serving.result()


def _with_deadline(seconds: float) -> type[asyncio.Protocol]:
    """A connection that ends when no whole head of a request came in so many seconds.

    The server has a deadline for connections on which nothing happens, and none for heads that
    come letter by letter.
    """

    class Deadlined(H11Protocol):
        _late: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch(waiting=True)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch(waiting=_is_idle(self.cycle))

        def connection_lost(self, exc: Exception | None) -> None:
            self._watch(waiting=False)
            super().connection_lost(exc)

        def _watch(self, *, waiting: bool) -> None:
            if waiting and self._late is None:
                self._late = self.loop.call_later(seconds, self._no_head)
            elif not waiting and self._late is not None:
                self._late.cancel()
                self._late = None

        def _no_head(self) -> None:
            self.transport.abort()

    return Deadlined


def _is_idle(cycle: Any) -> bool:
    """Whether no request is under way; there is no cycle before the first."""
    return cycle is None or bool(cycle.response_complete)


def _bound(port: Port) -> socket.socket:
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((port.host, port.port))
    except OSError as error:
        listening.close()
        reason = (error.strerror or "cannot be opened").lower()
        raise UsageError(f"{port.host}:{port.port}: {reason}; name another port") from None
    return listening


def _tls(port: Port) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(port.certificate, port.private_key)
    except (OSError, ssl.SSLError):
        raise UsageError(
            f"{port.certificate} and {port.private_key} are no certificate with its key, in PEM"
        ) from None
    return context


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
