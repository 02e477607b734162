"""A pipeline as small as can be, and a caller with its hands on the bytes."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2

from scrubjay.doors import Accepted, Behind, Identity
from scrubjay.doors.http import routes
from scrubjay.doors.identities import ApiKeys
from scrubjay.doors.serving import Port, opened
from scrubjay.doors.uploads import Limits
from scrubjay.vault import new_payload_id
from scrubjay.vault.memory import MemoryVault


class Pipeline:
    """What is behind a door, as small as can be; `refuses` is raised instead of accepting."""

    def __init__(self) -> None:
        self.vault = MemoryVault()
        self.files: dict[str, tuple[Identity, Accepted]] = {}
        self.refuses: Exception | None = None
        self.lacking: dict[str, str] = {}
        self.begun = asyncio.Event()

    def behind(self) -> Behind:
        """As a door wants it."""
        return Behind(
            accept=self.accept, status=self.status, ready=self.ready, metrics=lambda: b"up 1\n"
        )

    async def accept(self, pieces: AsyncIterator[bytes], identity: Identity) -> Accepted:
        """Into the vault; the same bytes of the same practice are one file."""
        file = new_payload_id()
        with self.vault.writer(file) as payload:
            async for piece in pieces:
                self.begun.set()
                payload.write(piece)
            if self.refuses is not None:
                raise self.refuses
            sealed = payload.commit()
        for known, (other, accepted) in self.files.items():
            if (other.practice, accepted.digest) == (identity.practice, sealed.digest):
                self.vault.shred(file)
                return accepted.but(file=known, duplicate=True)
        accepted = Accepted(file=file, size=sealed.size, digest=sealed.digest)
        self.files[file] = identity, accepted
        return accepted

    async def status(self, file: str, identity: Identity) -> dict[str, Any] | None:
        """Only of the tenant's own."""
        if self.refuses is not None:
            raise self.refuses
        found = self.files.get(file)
        if found is None or found[0].tenant != identity.tenant:
            return None
        return {"file": file, "state": "INGESTED"}

    async def ready(self) -> dict[str, str]:
        """What was set."""
        return self.lacking

    def texts(self) -> list[str]:
        """Digests of all that the vault has."""
        found = []
        for payload_id in self.vault.payload_ids():
            with self.vault.open(payload_id) as payload:
                found.append(hashlib.sha256(b"".join(payload)).hexdigest())
        return found


class Door:
    """A door that is open, and keys to it."""

    def __init__(self, address: str, pipeline: Pipeline, keys: ApiKeys, key: str) -> None:
        self.address, self.pipeline, self.keys, self.key = address, pipeline, keys, key
        host, _, port = address.rpartition("//")[2].rpartition(":")
        self.host, self.port = host, int(port)

    def client(self, key: str | None = None, **given: Any) -> httpx2.AsyncClient:
        """Somebody who calls with a key; "" is without one."""
        said = self.key if key is None else key
        headers = {b"Authorization": f"Bearer {said}".encode()} if said else {}
        return httpx2.AsyncClient(base_url=self.address, headers=headers, trust_env=False, **given)

    async def raw(self, *pieces: bytes) -> bytes:
        """What is answered to exactly these bytes, until the door closes."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        answer = b""
        with contextlib.suppress(OSError):
            while piece := await reader.read(1 << 16):
                answer += piece
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return answer

    def head(self, length: int | str, *more: str) -> bytes:
        """The head of an upload."""
        lines = [
            "POST /v1/files HTTP/1.1",
            "Host: door",
            f"Authorization: Bearer {self.key}",
            f"Content-Length: {length}",
            *more,
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@contextlib.asynccontextmanager
async def door(
    folder: Path, limits: Limits | None = None, port: Port | None = None
) -> AsyncIterator[Door]:
    """An open door."""
    path = folder / "apikeys.toml"
    key = ApiKeys.make(path, tenant="north", practice="clinic-12")
    keys, pipeline = ApiKeys(path), Pipeline()
    async with opened(routes(pipeline.behind(), keys, limits), port or Port(), keys) as address:
        yield Door(address, pipeline, keys, key)
