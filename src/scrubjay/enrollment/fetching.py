"""GET from one origin: TLS, bounded answers, patience with a busy service, and nowhere else to go.

`http.client` is enough for one request after the other, and lets the address that was looked at be
the one that is connected to (docs/decisions/0029). Redirects are not followed, and proxies of the
environment not used: a service answers where the mapping says, or it is an error.
"""

import contextlib
import email.utils
import http.client
import ipaddress
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from scrubjay.errors import InputError, UsageError

__all__ = ["Bounds", "Origin", "origin_of"]

_BUSY = frozenset((408, 429, 500, 502, 503, 504))
_OK = 200
_REDIRECT = range(300, 400)
_DENIED = frozenset((401, 403))
_PIECE = 1 << 16


class Bounds(NamedTuple):
    """How much, how long, how often."""

    bytes: int = 16 << 20
    """Of one answer."""
    seconds: float = 30.0
    """Without a byte of it."""
    whole: float = 300.0
    """Until all of it is there, however slowly it drips."""
    retries: int = 5
    wait: float = 60.0
    """The longest pause before trying again; a service that asks for more is not waited for."""


class Origin:
    """A service: scheme, host and port, and what every request to it carries."""

    def __init__(
        self,
        url: SplitResult,
        headers: Mapping[str, str],
        *,
        bounds: Bounds = Bounds(),  # noqa: B008 - a value
        private: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.scheme, self.host = url.scheme, url.hostname or ""
        self.port = url.port or (443 if url.scheme == "https" else 80)
        self.name = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
        self._headers = {"Accept": "application/json", "User-Agent": "scrubjay", **headers}
        self._bounds = bounds
        self._private = private
        self._sleep = sleep
        self._trust = trust
        self._connection: http.client.HTTPConnection | None = None

    def get(self, target: str) -> bytes:
        """The answer to a GET of a path with its query."""
        pause = 0.0
        for attempt in range(self._bounds.retries + 1):
            if attempt:
                self._sleep(pause)
            try:
                status, wait, body = self._ask(target)
            except ssl.SSLCertVerificationError:
                self.close()
                raise InputError(
                    f"{self.name}: its certificate cannot be trusted; have it mended"
                ) from None
            except (OSError, http.client.HTTPException):
                self.close()
                status, wait, body = 0, None, b""
            if status == _OK:
                return body
            if status and status not in _BUSY:
                raise self._refused(status)
            pause = wait if wait is not None else self._backoff(attempt)
            if pause > self._bounds.wait:
                break
        what = f"status {status}" if status else "no answer"
        raise InputError(f"{self.name}: {what}, {attempt + 1} times asked; try again later")

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def leads_here(self, url: SplitResult) -> bool:
        """Whether an address is of this service."""
        port = url.port or (443 if url.scheme == "https" else 80)
        return (url.scheme, url.hostname, port) == (self.scheme, self.host, self.port)

    def _refused(self, status: int) -> InputError:
        if status in _DENIED:
            step = "check what the mapping says under [rest.auth]"
        elif status in _REDIRECT:
            step = "write the address that it leads to in the mapping"
        else:
            step = "check the address in the mapping"
        return InputError(f"{self.name}: status {status}; {step}")

    def _backoff(self, attempt: int) -> float:
        longest: float = min(self._bounds.wait, 0.5 * 2**attempt)
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - to be out of step, no secret

    def _ask(self, target: str) -> tuple[int, float | None, bytes]:
        if self._connection is None:
            self._connection = self._connected()
        with _at_most(self._bounds.whole, self._connection.sock):
            self._connection.request("GET", target, headers=self._headers)
            answer = self._connection.getresponse()
            body = self._body(answer)
        wait = _wait(answer.getheader("Retry-After"))
        if answer.will_close:
            self.close()
        return answer.status, wait, body

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        body = bytearray()
        while piece := answer.read(_PIECE):
            body += piece
            if len(body) > self._bounds.bytes:
                self.close()
                raise InputError(
                    f"{self.name}: a page of more than {self._bounds.bytes:,} bytes; ask for "
                    "smaller pages in the mapping"
                )
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return bytes(body)

    def _connected(self) -> http.client.HTTPConnection:
        """A connection to an address that was looked at: a name cannot change in between."""
        address = self._address()
        made: http.client.HTTPConnection
        raw = socket.create_connection(address, timeout=self._bounds.seconds)
        if self.scheme == "https":
            trust = self._trust or ssl.create_default_context()
            made = http.client.HTTPSConnection(self.host, self.port, context=trust)
            made.sock = trust.wrap_socket(raw, server_hostname=self.host)
        else:
            made = http.client.HTTPConnection(self.host, self.port)
            made.sock = raw
        return made

    def _address(self) -> tuple[str, int]:
        found: list[Any] = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        for *_, address in found:
            ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
            ip = getattr(ip, "ipv4_mapped", None) or ip
            if self._may_be(ip):
                return str(address[0]), self.port
        raise UsageError(
            f"{self.name} is an address inside of this network; if it is meant, write "
            "private = true under [rest]"
        )

    def _may_be(self, ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        if ip.is_loopback:
            return self.scheme == "http" or self._private
        if self.scheme != "https" or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return False
        return ip.is_global or self._private


@contextlib.contextmanager
def _at_most(seconds: float, connected: socket.socket) -> Iterator[None]:
    """Ends a connection that is not done in time: who waits for it hears no more."""
    late = threading.Timer(seconds, _end, (connected,))
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _end(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended by itself
        socket.socket.shutdown(connected, socket.SHUT_RDWR)  # TLS is not asked: it is being read


def origin_of(url: str) -> SplitResult:
    """An address that may be asked, in its parts; `UsageError` where it may not."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise UsageError("the address is none; write https://host/path") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError("the address is none; write https://host/path")
    if parts.username or parts.password:
        raise UsageError("an address holds no password; name where it is under [rest.auth]")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise UsageError("patient data goes over TLS; write https:// (http is for 127.0.0.1 alone)")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wait(said: str | None) -> float | None:
    """Retry-After: seconds, or a moment."""
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said)
    try:
        moment = email.utils.parsedate_to_datetime(said)
        return max(0.0, moment.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
