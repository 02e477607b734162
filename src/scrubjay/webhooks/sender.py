"""Delivers alerts: signed, by deadline, again after a failure, with full jitter."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from typing import TYPE_CHECKING

import httpx2

from scrubjay.errors import Fate
from scrubjay.frozen import Frozen
from scrubjay.webhooks.destination import Destination, resolved
from scrubjay.webhooks.errors import WebhookError
from scrubjay.webhooks.signing import headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from scrubjay.webhooks.alert import Alert
    from scrubjay.webhooks.destination import Resolve
    from scrubjay.webhooks.signing import Secret

__all__ = ["Patience", "Webhook"]

_LARGEST_ANSWER = 64 << 10
_LONGEST_WAIT = 3600.0
_AGAIN = frozenset({408, 425, 429})
_SAID = {401: "UNAUTHORIZED", 403: "UNAUTHORIZED", 404: "NOT_FOUND", 410: "NOT_FOUND"}
_STATUS = {429: "HTTP_429", 500: "HTTP_500", 502: "HTTP_502", 503: "HTTP_503", 504: "HTTP_504"}


class Patience(Frozen):
    """How often and how long."""

    attempts: int = 6
    first: float = 1.0
    """Seconds; the most before the second attempt, doubled before each one after it."""
    most: float = 300.0
    deadline: float = 15.0
    """Seconds that one attempt may take."""

    def wait(self, attempt: int, chance: Callable[[], float]) -> float:
        """Seconds before the attempt after that one: anything from none to all."""
        return min(self.most, self.first * 2.0 ** (attempt - 1)) * chance()


class Webhook:
    """One receiver. `pause` is how it waits between attempts."""

    def __init__(
        self,
        destination: Destination,
        secrets: Sequence[Secret],
        *,
        patience: Patience | None = None,
        ca_file: str | None = None,
        resolve: Resolve = resolved,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._destination, self._secrets = destination, tuple(secrets)
        self._patience = patience or Patience()
        self._resolve, self._pause = resolve, pause
        tls = ssl.create_default_context(cafile=ca_file)
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._client = httpx2.AsyncClient(
            verify=tls,
            timeout=self._patience.deadline,
            follow_redirects=False,
            trust_env=False,
            # A kept connection would outlive the look at its address.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def deliver(self, alert: Alert) -> int:
        """How many attempts it took; the error of the last one where none succeeded."""
        attempt = 0
        while True:
            attempt += 1
            try:
                await self.attempt(alert)
            except WebhookError as error:
                if error.fate is Fate.FINAL or attempt >= self._patience.attempts:
                    raise
                jittered = self._patience.wait(attempt, random.random)
                await self._pause(max(jittered, error.retry_after or 0.0))
            else:
                return attempt

    async def attempt(self, alert: Alert) -> None:
        """Once."""
        try:
            async with asyncio.timeout(self._patience.deadline):
                await self._post(alert)
        except TimeoutError:
            raise WebhookError("REPLY_TIMEOUT", fate=Fate.RETRYABLE) from None
        except (httpx2.HTTPError, OSError) as error:
            raise _lost(error) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _post(self, alert: Alert) -> None:
        address = await self._destination.address(self._resolve)
        body = alert.body()
        given = headers(self._secrets, alert.id, int(time.time()), body) | {
            "Host": self._destination.authority,
            "Content-Type": "application/json",
            "User-Agent": "scrubjay",
        }
        async with self._client.stream(
            "POST",
            self._destination.url(address),
            content=body,
            headers=given,
            extensions={"sni_hostname": self._destination.host},
        ) as response:
            if not response.is_success:
                raise _refused(response)
            size = 0
            async for piece in response.aiter_raw():
                size += len(piece)
                if size > _LARGEST_ANSWER:
                    return


def _refused(response: httpx2.Response) -> WebhookError:
    status = response.status_code
    if response.is_redirect:
        return WebhookError("REDIRECTED")
    if response.is_server_error or status in _AGAIN:
        said = response.headers.get("Retry-After", "")
        wait = min(float(said), _LONGEST_WAIT) if said.isdecimal() else None
        code = _STATUS.get(status, "HTTP_503")
        return WebhookError(code, fate=Fate.RETRYABLE, retry_after=wait)
    return WebhookError(_SAID.get(status, "REFUSED"))


def _lost(error: BaseException) -> WebhookError:
    """No answer: whatever became of it, it may come twice."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return WebhookError("TLS_UNTRUSTED")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return WebhookError("CONNECT_FAILED")
    return WebhookError("CONNECTION_LOST", fate=Fate.RETRYABLE)
