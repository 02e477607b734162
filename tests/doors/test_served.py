"""A pipeline that is served: files in by HTTP, out to a partner by HTTP, and back, as processes."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from scrubjay.doors.identities import ApiKeys
from scrubjay.testing import clearinghouse, generate

PARTNER = """\
payers = ["*"]
[envelope]
sender = "SCRUBJAY"
receiver = "CLEARING"
acknowledge = true
[limits]
window_seconds = 0.1
[sending]
deadline_seconds = 5.0
quiet_seconds = 6.0
[acknowledgments]
collect_seconds = 0.1
[transport]
kind = "http"
address = "{address}"
"""
SETTINGS = """\
[intake]
listen = "127.0.0.1:{port}"
[queue]
sweep_seconds = 0.3
"""
CLAIMS = 20


def home(folder: Path, address: str) -> tuple[Path, int]:
    """A home folder with one partner, and the port of its door."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    (folder / "partners").mkdir(parents=True)
    (folder / "partners" / "clearing.toml").write_text(PARTNER.format(address=address))
    (folder / "scrubjay.toml").write_text(SETTINGS.format(port=port))
    (folder / "keys").mkdir(mode=0o700)
    return folder, port


@asynccontextmanager
async def served(folder: Path, **environment: str) -> AsyncIterator[Process]:
    """The pipeline runs, until the block ends; then it is told to end, and does."""
    words = [sys.executable, "-m", "scrubjay", "serve", "--home", str(folder)]
    given = os.environ | environment
    process = await asyncio.create_subprocess_exec(*words, stderr=DEVNULL, env=given)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        assert await process.wait() == 0


async def once(client: httpx2.AsyncClient, path: str, wanted: object, *names: str) -> None:
    """When that part of the answer is so."""
    while True:
        try:
            found = (await client.get(path)).json()
        except httpx2.TransportError:
            found = {}
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if found == wanted:
            return
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)


async def test_a_file_goes_in_by_http_and_its_claims_are_acknowledged(tmp_path: Path) -> None:
    """Taken once however often it is sent, and each claim once at the partner's."""
    text = b"".join(generate("837P", claims=CLAIMS))
    async with clearinghouse.opened() as house:
        folder, port = home(tmp_path / "home", house.address)
        key = ApiKeys.make(folder / "keys" / "apikeys.toml", tenant="north", practice="clinic")
        async with (
            served(folder),
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}",
                headers={"Authorization": f"Bearer {key}"},
                trust_env=False,
            ) as client,
        ):
            await once(client, "/readyz", {}, "lacking")
            answers = await asyncio.gather(
                *(client.post("/v1/files", content=text) for _ in range(4))
            )
            assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 202]
            (file,) = {answer.json()["file"] for answer in answers}
            await once(client, f"/v1/files/{file}", {"ACKNOWLEDGED": CLAIMS}, "claims")
            assert b"scrubjay_" in (await client.get("/metrics")).content
            refused = await client.post("/v1/files", content=b"no X12 at all")
            assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED_FILE")
        claims = [claim for each in house.ledger for claim in each.claims]
        assert len(claims) == len(set(claims)) == CLAIMS
        assert {each.event for each in house.ledger} == {"taken"}
