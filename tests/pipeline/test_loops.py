"""Loops beside the stages: whatever ends one, it is begun again."""

import asyncio
from pathlib import Path

import pytest

from pipeline.works import document, states, until, works
from scrubjay.pipeline.collect import Collect
from scrubjay.pipeline.runner import Runner


async def test_a_partner_is_asked_again_when_the_asking_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deadline that ends in the moment of what it is for may cancel what comes next."""
    once, asked = Collect.once, 0

    async def cancelled(self: Collect) -> int:
        nonlocal asked
        asked += 1
        if asked in {1, 2}:
            raise asyncio.CancelledError
        return await once(self)

    monkeypatch.setattr(Collect, "once", cancelled)
    async with works(tmp_path) as (made, _):
        made.take(document(5))
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 5})
    assert asked > 2


async def test_a_loop_that_was_cancelled_by_nobody_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    async def loop(ending: asyncio.Event) -> None:
        begun.append(1)
        if len(begun) == 1:
            raise asyncio.CancelledError
        ending.set()

    async def no_pause(self: Runner, seconds: float) -> None:
        """At once."""

    monkeypatch.setattr(Runner, "_pause", no_pause)
    async with works(tmp_path) as (made, _), made.running() as app:
        await Runner(app.work, [], {}).run([loop])
    assert len(begun) == 2
    assert '"loop.failed"' in made.log.getvalue()
