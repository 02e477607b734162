"""A partner behind HTTP: one address, an idempotency key, and an answer for every question.

::

    POST   <address>/interchanges            201 taken, 200 had it already, 409 has other bytes
    GET    <address>/interchanges/<key>      200 the receipt, 404 with the code UNKNOWN_KEY
    GET    <address>/acknowledgments         what waits: {"acknowledgments": [{"id", "size"}, ...]}
    GET    <address>/acknowledgments/<id>    its bytes
    DELETE <address>/acknowledgments/<id>    it is ours now

docs/clearinghouse.md has every word of it. A redirection is never followed, a proxy of the
environment never used: claims go to the address of the partner's record, or nowhere.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import ipaddress
import json
import re
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx2

from scrubjay.errors import Fate, UsageError
from scrubjay.failures import FAILURES
from scrubjay.transports.bodies import checked_key, pieces
from scrubjay.transports.contract import Inbound, Receipt
from scrubjay.transports.errors import TransportError
from scrubjay.transports.hearing import HearingTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from scrubjay.transports.contract import Transmission

__all__ = ["HttpTransport", "trusted"]

_LARGEST_ANSWER = 1 << 20
_CONNECTIONS = 256
_KEPT = 2.0
"""Seconds: a connection that the partner closes as we send leaves a doubt, so none is old."""
_LONGEST_REFERENCE = 128
_LONGEST_WAIT = 86_400.0
_TAKEN = (200, 201, 202)
_HAD = 200
_STATUS = {
    301: "REDIRECTED",
    302: "REDIRECTED",
    303: "REDIRECTED",
    307: "REDIRECTED",
    308: "REDIRECTED",
    401: "UNAUTHORIZED",
    403: "UNAUTHORIZED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    409: "KEY_REUSED",
    413: "TOO_LARGE",
    429: "HTTP_429",
    500: "HTTP_500",
    502: "HTTP_502",
    503: "HTTP_503",
    504: "HTTP_504",
}
_UNSAID = frozenset({"HTTP_500", "HTTP_502", "HTTP_503", "HTTP_504"})
"""Somebody on the way failed. Whether the bytes arrived before, such a status does not say."""
_PARTNERS_WORDS = frozenset(
    {
        *("CLEARINGHOUSE_QUEUE_FULL", "RATE_LIMITED", "LOCKED", "DIGEST_MISMATCH"),
        *("MALFORMED_ISA", "REFUSED", "KEY_REUSED"),
    }
)
"""Codes that a partner may send in the body of an answer; it has not taken anything then."""

_BEHIND = 1.0
"""Seconds that a single wait on the wire may take longer than the call that it is of."""


class HttpTransport:
    """The way to a partner's address.

    `deadline` is for a whole call, `connect` for the connection; both in seconds. `not_received`
    are codes such as HTTP_503 after which this partner, by its own word, has nothing.
    """

    def __init__(
        self,
        address: str,
        *,
        credential: str = "",
        deadline: float = 60.0,
        connect: float = 10.0,
        ca_file: str | None = None,
        not_received: Collection[str] = (),
        offers_look_up: bool = True,
    ) -> None:
        self.offers_look_up = offers_look_up
        self._address = trusted(address).rstrip("/")
        self._deadline = deadline
        self._not_received = frozenset(not_received)
        headers = {"User-Agent": "scrubjay"}
        if not re.fullmatch(r"[!-~]*", credential):
            raise UsageError("a partner's credential is printable ASCII without blanks")
        if credential:
            headers["Authorization"] = f"Bearer {credential}"
        self._client = httpx2.AsyncClient(
            headers=headers,
            transport=HearingTransport(
                _tls(ca_file) if address.startswith("https:") else None,
                connections=_CONNECTIONS,
                kept=_KEPT,
            ),
            # that of the whole call comes first: two that end in one moment undo each other
            timeout=httpx2.Timeout(deadline + _BEHIND, connect=min(connect, deadline)),
            follow_redirects=False,
            trust_env=False,
        )
        self._closed = False

    def __repr__(self) -> str:
        return f"HttpTransport({self._address})"

    async def send(self, transmission: Transmission) -> Receipt:
        """Hand it over; before the first byte of the body leaves, any failure is retryable."""
        key = checked_key(transmission.key)
        sending = _Sending(transmission)
        headers = {
            "Content-Type": "application/edi-x12",
            "Content-Length": str(transmission.size),
            "Content-Digest": _digest_field(transmission.digest),
            "Idempotency-Key": key,
        }
        try:
            status, answer, retry_after = await self._ask(
                "POST", "/interchanges", headers=headers, content=sending.body()
            )
        except TransportError:
            raise
        except (httpx2.HTTPError, TimeoutError, OSError, ssl.SSLError) as error:
            raise self._lost(error, left=sending.left) from None
        if status in _TAKEN and (sending.whole or status == _HAD):
            return _receipt(answer, key, duplicate=status == _HAD)
        if status in _TAKEN:
            # nobody has taken what did not leave
            raise TransportError("REPLY_UNREADABLE")
        raise self._refused(status, answer, retry_after)

    async def look_up(self, key: str) -> Receipt | None:
        """The partner's word; only its own UNKNOWN_KEY is a no."""
        path = f"/interchanges/{quote(checked_key(key), safe='')}"
        status, answer, _ = await self._get("LOOK_UP_FAILED", path)
        if status in _TAKEN:
            try:
                return _receipt(answer, key, duplicate=True)
            except TransportError:
                raise TransportError("LOOK_UP_FAILED") from None
        if status == 404 and answer.get("code") == "UNKNOWN_KEY":  # noqa: PLR2004 - as HTTP says it
            return None
        raise _unanswered("LOOK_UP_FAILED", status)

    async def collect(self, limit: int = 100) -> list[Inbound]:
        """What the partner lists, in its order."""
        status, answer, _ = await self._get("COLLECT_FAILED", f"/acknowledgments?limit={limit}")
        listed = answer.get("acknowledgments")
        if status not in _TAKEN or not isinstance(listed, list):
            raise _unanswered("COLLECT_FAILED", status)
        return [_inbound(each) for each in listed[:limit]]

    async def read(self, inbound_id: str) -> AsyncIterator[bytes]:
        """Its bytes; one that ends early, or is not its Content-Digest's, ends in an error."""
        self._live()
        digest = hashlib.sha256()
        url = f"{self._address}/acknowledgments/{quote(inbound_id, safe='')}"
        with _reading():
            async with asyncio.timeout(self._deadline), self._client.stream("GET", url) as response:
                if response.status_code in {404, 410}:
                    raise TransportError("INBOUND_GONE")
                if response.status_code not in _TAKEN:
                    raise _unanswered("COLLECT_FAILED", response.status_code)
                async for piece in response.aiter_raw(1 << 16):
                    digest.update(piece)
                    yield piece
                said = response.headers.get("Content-Digest", "")
                if said.startswith("sha-256=:") and said != _digest_field(digest.hexdigest()):
                    raise TransportError("COLLECT_FAILED")

    async def confirm(self, inbound_id: str) -> None:
        """Tell the partner; what it does not know any more is confirmed."""
        path = f"/acknowledgments/{quote(inbound_id, safe='')}"
        status, _, _ = await self._get("COLLECT_FAILED", path, method="DELETE")
        if status not in {*_TAKEN, 204, 404, 410}:
            raise _unanswered("COLLECT_FAILED", status)

    async def close(self) -> None:
        """Give the connections back."""
        if not self._closed:
            self._closed = True
            await self._client.aclose()

    async def _ask(
        self, method: str, path: str, **given: Any
    ) -> tuple[int, dict[str, Any], float | None]:
        """Status, answer and how long to wait; the answer is {} where it is no JSON object."""
        self._live()
        async with (
            asyncio.timeout(self._deadline),
            self._client.stream(method, self._address + path, **given) as response,
        ):
            text = bytearray()
            async for piece in response.aiter_raw(1 << 14):
                text += piece
                if len(text) > _LARGEST_ANSWER:
                    text.clear()
                    break
            return response.status_code, _object(text), _seconds(response.headers)

    async def _get(
        self, code: str, path: str, *, method: str = "GET"
    ) -> tuple[int, dict[str, Any], float | None]:
        """A question that may be asked as often as one likes."""
        try:
            return await self._ask(method, path)
        except TransportError:
            raise
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            if _untrusted(error):
                raise TransportError("TLS_UNTRUSTED") from None
            raise TransportError(code) from None

    def _refused(
        self, status: int, answer: dict[str, Any], retry_after: float | None
    ) -> TransportError:
        said = answer.get("code")
        code = said if said in _PARTNERS_WORDS else _STATUS.get(status)
        if code is None:
            code = "REFUSED" if 400 <= status < 500 else "REPLY_UNREADABLE"  # noqa: PLR2004
        unsaid = code in _UNSAID and code not in self._not_received
        fate = Fate.AMBIGUOUS if unsaid else None
        return TransportError(code, fate=fate, retry_after=retry_after)

    @staticmethod
    def _lost(error: BaseException, *, left: bool) -> TransportError:
        """What a call that had no answer means, by whether bytes of the body had left."""
        if _untrusted(error):
            return TransportError("TLS_UNTRUSTED")
        if not left:
            waited = isinstance(error, httpx2.TimeoutException | TimeoutError)
            return TransportError("CONNECT_TIMEOUT" if waited else "CONNECT_FAILED")
        match error:
            case httpx2.WriteTimeout():
                return TransportError("SEND_TIMEOUT")
            case httpx2.TimeoutException() | TimeoutError():
                return TransportError("REPLY_TIMEOUT")
            case _:
                return TransportError("CONNECTION_LOST")

    def _live(self) -> None:
        if self._closed:
            raise TransportError("CLOSED")


class _Sending:
    """A body on its way, and how much of it may have left."""

    def __init__(self, transmission: Transmission) -> None:
        self._transmission = transmission
        self._given = 0

    @property
    def left(self) -> bool:
        """Whether any of it may have."""
        return self._given > 0 or self.whole

    @property
    def whole(self) -> bool:
        """Whether all of it may have."""
        return self._given == self._transmission.size

    async def body(self) -> AsyncIterator[bytes]:
        async for piece in pieces(self._transmission):
            self._given += len(piece)
            yield piece


def trusted(address: str) -> str:
    """The address, where bytes may go to it: by TLS, or not off this machine."""
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        raise TransportError("NOT_FOUND") from None
    if not url.host or url.userinfo or url.query or url.fragment:
        raise TransportError("NOT_FOUND")
    if url.scheme == "https" or (url.scheme == "http" and _on_this_machine(url.host)):
        return address
    raise TransportError("TLS_REQUIRED")


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _untrusted(error: BaseException | None) -> bool:
    """Whether a certificate is at the bottom of it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _unanswered(code: str, status: int) -> TransportError:
    """A question without an answer: the partner's record is wrong, or it is to be asked again."""
    said = _STATUS.get(status, code)
    return TransportError(said if FAILURES[said].fate is Fate.FINAL else code)


@contextlib.contextmanager
def _reading() -> Any:
    try:
        yield
    except TimeoutError:
        raise TransportError("COLLECT_TIMEOUT") from None
    except httpx2.TimeoutException:
        raise TransportError("COLLECT_TIMEOUT") from None
    except (httpx2.HTTPError, OSError):
        raise TransportError("COLLECT_FAILED") from None


def _digest_field(digest: str) -> str:
    """As RFC 9530 writes it."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"


def _object(text: bytearray) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _receipt(answer: dict[str, Any], key: str, *, duplicate: bool) -> Receipt:
    """A receipt is one only for the key that was sent."""
    if answer.get("key") != key:
        raise TransportError("REPLY_UNREADABLE")
    reference = "".join(
        letter if letter.isprintable() else "?" for letter in str(answer.get("reference") or "")
    )
    return Receipt(key=key, reference=reference[:_LONGEST_REFERENCE], duplicate=duplicate)


def _inbound(listed: Any) -> Inbound:
    inbound_id = listed.get("id") if isinstance(listed, dict) else None
    size = listed.get("size") if isinstance(listed, dict) else None
    if not isinstance(inbound_id, str) or not inbound_id:
        raise TransportError("COLLECT_FAILED")
    return Inbound(id=inbound_id, size=size if isinstance(size, int) else None)


def _seconds(headers: httpx2.Headers) -> float | None:
    """Retry-After, where it is a number of seconds."""
    said = headers.get("Retry-After", "")
    return min(float(said), _LONGEST_WAIT) if said.isdecimal() else None
