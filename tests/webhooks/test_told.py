"""A pipeline that is served tells what waits for a person, signed, to a receiver that listens."""

import asyncio
import json
import sys
import time
from pathlib import Path

from doors.test_served import PARTNER, served
from scrubjay.testing import generate
from scrubjay.webhooks import Secret, verified
from transports.listening import answer, saying
from webhooks.test_webhooks import told

SETTINGS = """\
[alerts]
url = "{url}/hook"
secret = "TEAM_SECRET"
allow = ["127.0.0.0/8"]
[queue]
sweep_seconds = 0.3
"""
CANARY = "PLACEHOLDBERG"


async def ingested(home: Path, claims: Path) -> None:
    """The claims are in."""
    words = [sys.executable, "-m", "scrubjay", "ingest", str(claims), "--home", str(home)]
    process = await asyncio.create_subprocess_exec(*words)
    assert await process.wait() == 0


async def test_an_interchange_that_is_refused_is_told(tmp_path: Path) -> None:
    """Once, by ids and codes; the receiver can see that it is from us and of now."""
    secret = Secret.new()
    home, claims = tmp_path / "home", tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=5)))
    assert CANARY in claims.read_text()
    async with saying(answer(422)) as partner, saying(answer(200)) as team:
        (home / "partners").mkdir(parents=True)
        record = PARTNER.format(address=partner.address)
        (home / "partners" / "clearing.toml").write_text(record)
        (home / "scrubjay.toml").write_text(SETTINGS.format(url=team.address))
        await ingested(home, claims)
        async with served(home, TEAM_SECRET=secret.text()):
            while not team.heard:
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)
        (request,) = team.heard
    headers, body = told(request)
    assert verified(secret, headers, body, time.time())
    alert = json.loads(body)
    assert alert["type"] == "work.dead_lettered"
    assert alert["data"]["subject"] == "transmission"
    assert alert["data"]["partner"] == "clearing"
    assert CANARY not in request.decode()
