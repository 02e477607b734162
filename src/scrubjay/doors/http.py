"""The routes: files in, and what became of them; health, readiness and metrics beside.

::

    POST /v1/files              the bytes of one file; 202 with its id when it is durable
    GET  /v1/files/{id}         what became of it
    GET  /healthz               the process answers
    GET  /readyz                it can take files now; 503 with reasons where not
    GET  /metrics               for Prometheus; from this machine, or with a key

Everything but health and readiness needs a key. An answer is JSON; an error is a code of
`scrubjay.failures` with its words, and nothing else, so that no claim gets into an answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrubjay.doors.uploads import Limits, pieces
from scrubjay.errors import Fate, InputError, ScrubjayError
from scrubjay.failures import FAILURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from scrubjay.doors.contract import Behind, Identity
    from scrubjay.doors.identities import ApiKeys

__all__ = ["routes"]

_STATUS = {
    "UNAUTHORIZED": HTTPStatus.UNAUTHORIZED,
    "UNKNOWN_FILE": HTTPStatus.NOT_FOUND,
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "UPLOAD_TIMEOUT": HTTPStatus.REQUEST_TIMEOUT,
    "UPLOAD_CUT": HTTPStatus.BAD_REQUEST,
    "UPLOAD_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "DIGEST_MISMATCH": HTTPStatus.BAD_REQUEST,
    "ENCODED": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "MALFORMED_FILE": HTTPStatus.UNPROCESSABLE_ENTITY,
    "MALFORMED_ISA": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CONFLICT": HTTPStatus.CONFLICT,
    "OVERRUN": HTTPStatus.TOO_MANY_REQUESTS,
}
_TO_SENDERS = {
    "UNAUTHORIZED": "no key, or none that opens anything here; send Authorization: Bearer KEY",
    "MALFORMED_FILE": "the file is empty, or begins with no ISA; mend it, and send it again",
    "MALFORMED_ISA": "the interchange cannot be read; mend it, and send it again",
    "NOT_FOUND": "there is nothing at this address; a file goes to POST /v1/files",
    "DISK_FULL": "no room here at the moment; send it again later",
    "LOCKED": "not now; send it again later",
    "KEY_UNAVAILABLE": "not now; send it again later",
    "STORE_FAILED": "a failure here; send it again later: the same file is taken once",
    "DISK_FAILED": "a failure here; send it again later: the same file is taken once",
}
"""Where the table speaks to whoever runs this, or of a partner."""
_COME_AGAIN = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_UNKNOWN = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_SECONDS = "5"
_PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def routes(behind: Behind, keys: ApiKeys, limits: Limits | None = None) -> Starlette:
    """The application; `scrubjay.doors.serving` puts it on a port."""
    door = _Door(behind, keys, limits or Limits())
    app = Starlette(
        routes=[
            Route("/v1/files", door.files, methods=["POST"]),
            Route("/v1/files/{file}", door.file, methods=["GET"]),
            Route("/healthz", door.health, methods=["GET"]),
            Route("/readyz", door.readiness, methods=["GET"]),
            Route("/metrics", door.measured, methods=["GET"]),
        ],
        exception_handlers=dict.fromkeys(_UNKNOWN, _nothing),
    )
    # Who calls another address than one of these is told so.
    app.router.redirect_slashes = False
    return app


class _Door:
    def __init__(self, behind: Behind, keys: ApiKeys, limits: Limits) -> None:
        self._behind, self._keys, self._limits = behind, keys, limits
        self._uploads = 0

    async def files(self, request: Request) -> Response:
        """One file, streamed to who accepts it."""
        identity = self._identity(request)
        if identity is None:
            return _failed("UNAUTHORIZED")
        if request.headers.get("content-encoding", "identity") != "identity":
            return _failed("ENCODED")
        if self._uploads >= self._limits.at_once:
            return _failed("OVERRUN")
        self._uploads += 1
        try:
            accepted = await self._behind.accept(pieces(request, self._limits), identity)
        except ScrubjayError as error:
            return _failed(_code(error), error.fate)
        finally:
            self._uploads -= 1
        found = HTTPStatus.OK if accepted.duplicate else HTTPStatus.ACCEPTED
        return _answered(vars(accepted), found)

    async def file(self, request: Request) -> Response:
        """What became of a file of the one who asks."""
        identity = self._identity(request)
        if identity is None:
            return _failed("UNAUTHORIZED")
        try:
            found = await self._behind.status(request.path_params["file"], identity)
        except ScrubjayError as error:
            return _failed(_code(error), error.fate)
        return _failed("UNKNOWN_FILE") if found is None else _answered(found, HTTPStatus.OK)

    async def health(self, _: Request) -> Response:
        """It answers; nothing is looked at."""
        return _answered({"status": "ok"}, HTTPStatus.OK)

    async def readiness(self, _: Request) -> Response:
        """Whether it takes files now."""
        lacking = dict(await self._behind.ready()) if self._behind.ready else {}
        found = HTTPStatus.SERVICE_UNAVAILABLE if lacking else HTTPStatus.OK
        return _answered({"ready": not lacking, "lacking": lacking}, found)

    async def measured(self, request: Request) -> Response:
        """The text of the exposition format."""
        if not _from_here(request) and self._identity(request) is None:
            return _failed("UNAUTHORIZED")
        measure = self._behind.metrics
        text = await asyncio.to_thread(measure) if measure else b""
        return Response(text, media_type="text/plain; version=0.0.4", headers=_PRIVATE)

    def _identity(self, request: Request) -> Identity | None:
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        return self._keys.identify(said.strip()) if scheme.lower() == "bearer" else None


def _from_here(request: Request) -> bool:
    """By the connection itself; no header of a proxy is believed."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _code(error: ScrubjayError) -> str | None:
    """Of the table; an input that cannot be used, for whatever reason, is no file of X12."""
    usual = "MALFORMED_FILE" if isinstance(error, InputError) else None
    return getattr(error, "code", usual)


async def _nothing(_: Request, error: Exception) -> Response:
    """Another address, or another method than those there are."""
    failed = _failed("NOT_FOUND")
    failed.status_code = getattr(error, "status_code", failed.status_code)
    failed.headers.update(getattr(error, "headers", None) or {})
    return failed


def _answered(answer: Mapping[str, Any], status: HTTPStatus) -> Response:
    return JSONResponse(dict(answer), status, headers=_PRIVATE)


def _failed(code: str | None, fate: Fate = Fate.AMBIGUOUS) -> Response:
    """The error as its code; what has none is ours, and says no more than that."""
    failure = FAILURES.get(code or "")
    if failure is None:
        answer = {"code": "INTERNAL", "message": "a failure here; try again, or ask who runs this"}
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    else:
        usually = f"{failure.meaning}; {failure.step}"
        message = _TO_SENDERS.get(failure.code, usually)
        answer = {"code": failure.code, "message": message}
        again = Fate.RETRYABLE in {fate, failure.fate}
        usual = HTTPStatus.SERVICE_UNAVAILABLE if again else HTTPStatus.INTERNAL_SERVER_ERROR
        status = _STATUS.get(failure.code, usual)
    headers = dict(_PRIVATE)
    if status in _COME_AGAIN:
        headers["retry-after"] = _SECONDS
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    # What is left of a body that nobody reads would be taken for the next request.
    headers["connection"] = "close"
    return JSONResponse(answer, status, headers=headers)
