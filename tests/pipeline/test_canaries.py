"""Ten thousand canaries go through the pipeline, and none sings outside the vault."""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from phi.test_canaries import sung
from pipeline.works import document, until, works
from scrubjay.app import App
from scrubjay.pipeline.seeing import FIELDS, Lines, logger, others
from scrubjay.store.states import Kind, State
from scrubjay.testing.clearinghouse import Behaviour

WORD = b"KANARI"
SHAPES = (
    WORD,
    WORD.lower(),
    WORD.hex().encode(),
    WORD.hex().upper().encode(),
    WORD.decode().encode("utf-16-le"),
    *(base64.b64encode(b"_" * shift + WORD)[4 if shift else 0 : -4] for shift in range(3)),
)
"""As itself, small, in hexadecimal, as UTF-16, and in base64 at each of its three alignments."""


def heard(content: bytes) -> bool:
    return any(shape in content for shape in SHAPES)


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _left(app: App) -> set[str]:
    """What lies in the work folder."""
    return {path.name for path in files(Path(app.work.folder.path))}


async def test_no_canary_sings_outside_the_vault(tmp_path: Path) -> None:
    earnest = document(1_300, faults=0.2, sets=5).replace(b"*T*:~", b"*P*:~")
    text, canaries = sung(earnest)
    assert len(canaries) >= 10_000
    faults = {
        "reply_lost": 0.2,
        "ack_twice": 0.3,
        "ack_unknown": 0.3,
        "ack_contradicted": 0.5,
        "claim_rejected": 0.1,
    }
    behaviour = Behaviour(seed=5, faults=faults)
    often = "remember_seconds = 0.05\n"
    async with works(
        tmp_path, behaviour, often, limits={"claims": 200, "window_seconds": 0.05}
    ) as (
        made,
        _,
    ):
        arrived = made.take(text, practice="clinic-12")
        async with made.running() as app:
            await until(app, lambda view: view.counts()[Kind.FILE].get(State.SCRUBBED) == 1, 60)
            await until(app, lambda view: not view.depth("send").ready, 60)
            await until(app, lambda _: (made.home / "history" / "sent.codes").exists(), 60)
            await until(app, lambda _: _left(app) == {"lock"}, 60)
            metrics = app.work.seeing.exposition()
        assert arrived.file == 1
    said = made.log.getvalue().encode()
    assert not heard(metrics)
    assert not heard(said)
    home = made.home
    outside = [path for path in files(home) if not path.is_relative_to(home / "outbox")]
    assert len(outside) > 10
    assert [path for path in outside if heard(path.read_bytes())] == []
    # what goes back to the submitter names claims: that it is found shows that we can hear
    assert any(heard(path.read_bytes()) for path in files(home / "outbox"))


def test_a_line_has_words_of_ours_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as stream:
        log = logger(stream)
        log.info("stage.failed", extra={"seen": {"stage": "parse", "subject": 7, "code": "X"}})
        log.info("KANARI %s", "KANARI2")
        log.info(
            "no.such", extra={"seen": {"patient": "KANARI", "code": "KANARI 3", "state": ["x"]}}
        )
        try:
            int("KANARI4")
        except ValueError:
            log.exception("a.failure")
    first, second, third, fourth = path.read_text().splitlines()
    assert '"stage": "parse", "subject": 7, "code": "X"' in first
    assert '"event": "?"' in second
    assert "patient" not in third
    assert '"event": "a.failure"' in fourth
    assert not heard(path.read_bytes())
    assert "patient" not in FIELDS
    assert Lines().refused == 0


def test_what_a_library_warns_of_is_a_line_without_its_words(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as stream:
        handler = others(stream)
        try:
            int("CANARY")
        except ValueError:
            logging.getLogger("uvicorn.error").exception("a CANARY of %s", "CANARY")
        finally:
            logging.getLogger().removeHandler(handler)
    (line,) = path.read_text().splitlines()
    said = json.loads(line)
    assert (said["logger"], said["level"], said["event"]) == ("uvicorn.error", "error", "?")
    assert "CANARY" not in line
