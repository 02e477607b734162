"""Where a webhook may go: one address, looked up once, and never into a network that is ours.

A name is resolved before each delivery, every address of it must be allowed, and the connection
goes to the very address that was looked at: a name that resolves otherwise a moment later gains
nothing. TLS is held against the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.webhooks.errors import WebhookError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Network = ipaddress.IPv4Network | ipaddress.IPv6Network
    Resolve = Callable[[str, int], Awaitable[list[str]]]

__all__ = ["Destination", "resolved"]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not public either, whatever the table of this Python says: protocol assignments, 6to4 relays,
# local NAT64, Teredo and its kin.
_SPECIAL = tuple(
    ipaddress.ip_network(each)
    for each in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "2001::/23")
)
_PORTS = {"https": 443, "http": 80}


class Destination(Frozen):
    """An address of the settings, and which networks besides the public ones it may lie in."""

    scheme: str
    host: str
    port: int
    path: str
    """With its query."""
    allowed: tuple[Network, ...] = ()

    @classmethod
    def parsed(cls, url: str, allow: tuple[str, ...] = ()) -> Destination:
        """Of a URL; UsageError where nothing may ever be sent there."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            networks = tuple(ipaddress.ip_network(each) for each in allow)
        except ValueError as error:
            raise UsageError(f"a webhook's address or network: {error}") from None
        if parts.scheme not in _PORTS or not host or parts.username is not None or parts.fragment:
            raise UsageError("a webhook's address is https://host/path, without a user in it")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(
            scheme=parts.scheme,
            host=host,
            port=port or _PORTS[parts.scheme],
            path=path,
            allowed=networks,
        )

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def url(self, address: str) -> str:
        """To exactly that address."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    async def address(self, resolve: Resolve) -> str:
        """The first address of the host, where each of them may be called."""
        found = await resolve(self.host, self.port)
        if not found:
            raise WebhookError("CONNECT_FAILED")
        for each in found:
            self._check(each)
        return found[0]

    def _check(self, said: str) -> None:
        try:
            address = _within(ipaddress.ip_address(said.partition("%")[0]))
        except ValueError:
            raise WebhookError("ADDRESS_FORBIDDEN") from None
        if self.scheme != "https" and not address.is_loopback:
            raise WebhookError("TLS_REQUIRED")
        allowed = any(address in network for network in self.allowed)
        special = address.is_multicast or any(address in network for network in _SPECIAL)
        public = address.is_global and not special
        if not public and not allowed:
            raise WebhookError("ADDRESS_FORBIDDEN")


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise WebhookError("CONNECT_FAILED") from None
    return [str(each[4][0]) for each in found]
