"""Every reading of a payload and every event of a key stands in the audit."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, rests, until, works
from scrubjay.app import kept
from scrubjay.errors import InputError, ScrubjayError
from scrubjay.store.rows import File
from scrubjay.store.states import Kind
from scrubjay.vault import new_payload_id, reading_for
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile
from scrubjay.vault.memory import MemoryKeys
from stage import Command


def events(made: Works, kind: Kind, subject: int = 0) -> list[Any]:
    found: list[Any] = made.ask(lambda view: view.events_of(kind, subject))
    return found


async def test_every_reading_of_the_stages_is_audited_with_its_purpose(tmp_path: Path) -> None:
    """Parse, scrub, assemble and send each say what they opened; the vault counts the same."""
    opened: list[str] = []
    async with works(tmp_path) as (made, _):
        arrived = made.take(document(20))
        async with made.running() as app:
            told = app.work.vault._witness  # type: ignore[attr-defined]

            def witness(access: Any) -> None:
                opened.extend([access.purpose] if access.action == "opened" else [])
                told(access)

            app.work.vault._witness = witness  # type: ignore[attr-defined]
            await until(app, rests)
    of_file = [one for one in events(made, Kind.PAYLOAD, arrived.file) if "read" in one.event]
    beside = [one for one in events(made, Kind.PAYLOAD) if "read" in one.event]
    purposes = [one.detail["purpose"] for one in of_file + beside]
    assert sorted(purposes) == sorted(opened)
    assert {"parse", "scrub", "assemble", "send", "acknowledge", "relay"} <= set(purposes)
    assert {one.actor.partition(":")[0] for one in of_file} == {"worker"}
    source = made.ask(lambda view: view.one(File, arrived.file)).payload
    assert source in {one.detail["payload"] for one in of_file}


def test_whoever_reads_for_a_person_waits_for_the_event(tmp_path: Path) -> None:
    """It is durable before the first byte is given out, with the command that asked."""
    made = Works(tmp_path)
    arrived = made.take(document(3))
    with kept(made.tree, "user:ann") as both:
        payload = both.store.ask(lambda view: view.one(File, arrived.file)).payload  # type: ignore[union-attr]
        with reading_for("look"), both.vault.open(payload):
            (event,) = both.store.ask(
                lambda view: [
                    one
                    for one in view.events_of(Kind.PAYLOAD, arrived.file)
                    if one.event == "payload.read"
                ]
            )
    assert (event.actor, event.detail) == ("user:ann", {"payload": payload, "purpose": "look"})


def test_what_cannot_be_written_down_is_not_read(tmp_path: Path) -> None:
    """A store that is closed: the vault gives nothing out, and holds nothing open."""
    made = Works(tmp_path)
    arrived = made.take(document(3))
    with kept(made.tree, "user:ann") as both:
        payload = both.store.ask(lambda view: view.one(File, arrived.file)).payload  # type: ignore[union-attr]
        both.store.close()
        with pytest.raises(ScrubjayError, match="closed"):
            both.vault.open(payload)


def test_keys_are_accounted_for(tmp_path: Path) -> None:
    """Made with the store; one put there or taken away by hand is told at the next start."""
    made = Works(tmp_path)
    made.take(document(3))
    told = [(one.event, one.detail["of"]) for one in events(made, Kind.KEY)]
    assert told == [("key.made", what) for what in ("audit", "tokens", "wrapping")]
    ring = KeyringFile(tmp_path / "home.keys" / "wrapping.keys")
    new = ring.rotate()  # and whoever did it was killed before the word
    assert [one.event for one in events(made, Kind.KEY)][3:] == ["key.found"]
    ring.rotate()
    ring.retire(new)
    last = events(made, Kind.KEY)[4:]
    assert [one.event for one in last] == ["key.found", "key.missing"]
    assert last[1].detail == {"key": new}
    assert len(events(made, Kind.KEY)) == 6


def test_a_destroyed_key_is_told_also_where_no_row_knows_the_payload(tmp_path: Path) -> None:
    """Of a file that came twice, and of a payload whose sealer died."""
    made = Works(tmp_path)
    made.take(document(3))
    made.take(document(3))
    (event,) = [one for one in events(made, Kind.PAYLOAD) if one.event == "payload.destroyed"]
    assert event.detail["purpose"] == "repeated"


def test_looking_at_a_claim_and_giving_letters_out_is_audited(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Trace names the claims that were shown; the export says how many letters."""
    made = Works(tmp_path)
    made.take(document(3))
    home = ("--home", str(made.home))
    assert scrubjay("trace", "nobody", *home).code == 1
    assert scrubjay("dlq", "export", *home).code == 0
    names = [json.loads(line) for line in scrubjay("audit", "export", *home).out.splitlines()]
    (out,) = [one for one in names if one["event"] == "dead_letters.exported"]
    assert out["detail"] == {"letters": 0, "command": "dlq export"}
    assert not [one for one in names if one["event"] == "claim.shown"]


def test_a_reading_that_cannot_be_told_closes_what_it_opened(tmp_path: Path) -> None:
    """No handle stays open behind an error."""

    def refuse(access: Any) -> None:
        if access.action == "opened":
            raise InputError("not now")

    vault = FolderVault(tmp_path, MemoryKeys(), witness=refuse)
    sealed = vault.seal(new_payload_id(), [b"text"])
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(InputError):
        vault.open(sealed.payload_id)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    vault.close()
