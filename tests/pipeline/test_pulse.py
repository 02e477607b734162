"""What only the processes know is told by them: stages, failures, breakers."""

import json
from pathlib import Path

from pipeline.works import document, until, works
from scrubjay.pipeline.pulse import FOLDER, heard
from scrubjay.testing.clearinghouse import Behaviour
from stage import Command


async def test_stages_and_breakers_are_told_while_processes_live(
    tmp_path: Path, scrubjay: Command
) -> None:
    sending = {"breaker_failures": 2, "breaker_rest_seconds": 600.0}
    behaviour = Behaviour(faults={"unavailable": 1.0, "look_up_failed": 1.0})
    async with works(tmp_path, behaviour, sending=sending) as (made, _):
        made.take(document(10))
        async with made.running() as app:
            home = str(made.home)
            await until(app, lambda _: heard(home)["breakers"].get("clearing") == "open", 30)
            said = heard(home)
            assert said["processes"] == 1
            assert said["stages"]["scrub"] == {"done": 1, "failed": 0}
            told = scrubjay("status", "--home", home)
            assert "partner clearing: breaker open" in told.out
            shown = json.loads(scrubjay("status", "--home", home, "--json").out)
            assert shown["stages"]["parse"]["done"] == 1
        assert heard(home) == {"processes": 0, "stages": {}, "breakers": {}, "lacking": []}


async def test_the_word_of_a_dead_process_is_not_heard(tmp_path: Path) -> None:
    async with works(tmp_path) as (made, _):
        folder = made.home / FOLDER
        folder.mkdir()
        (folder / "dead.json").write_text('{"stages": {}, "partners": {"clearing": "open"}}')
        (folder / "odd.json").write_text("no JSON")
        assert heard(str(made.home))["processes"] == 0
        async with made.running() as app:
            await until(app, lambda _: heard(str(made.home))["processes"] == 1, 30)
            assert heard(str(made.home))["breakers"] == {"clearing": "closed"}
            assert not (folder / "dead.json").exists()
