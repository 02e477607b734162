"""What is over is purged, and a legal hold keeps what it is on: with a real store and vault."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, states, until, works
from scrubjay.acks.applied import token_of
from scrubjay.app import Kept, kept, token_key
from scrubjay.pipeline.purge import Purge
from scrubjay.pipeline.story import story as stories
from scrubjay.pipeline.tidying import shred_orphans
from scrubjay.pipeline.work import ACKNOWLEDGE
from scrubjay.store.contract import Tx, View
from scrubjay.store.rows import (
    Acknowledgment,
    File,
    NewAcknowledgment,
    Payload,
)
from scrubjay.store.states import Kind, State
from scrubjay.vault import PayloadGoneError, Sealed, new_payload_id
from stage import Command


async def test_a_legal_hold_keeps_all_that_was_made_sent_and_said_of_a_file(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Placed on one file, by command: nothing of it is purged, in spite of the policy."""
    async with works(tmp_path) as (made, _):
        kept_one, other = (made.take(document(5, seed=seed)).file for seed in (1, 2))
        words = ("--home", made.home, "--reason", "matter 7", "--json")
        assert scrubjay("legalhold", "place", kept_one, *words).code == 0
        assert await made.settle() == {"ACKNOWLEDGED": 10}
        told = json.loads(scrubjay("legalhold", "list", "--home", made.home, "--json").out)
        ((row),) = told["legal_holds"]
        assert (row["file"], row["reason"], row["payloads"] > 1) == (kept_one, "matter 7", True)
        assert scrubjay("audit", "verify", "--home", made.home).code == 0
        again = json.loads(scrubjay("legalhold", "place", kept_one, *words).out)
        assert (again["changed"], again["purged_before"]) == (False, 0)
        async with made.running() as app:
            purge = Purge(app.work, 1e-9)
            assert await purge.once() > 0
            left = await app.work.store.read(lambda view: view.payloads())
        of = {each.file for each in left if each.shredded_at is None}
        assert (kept_one in of, other in of) == (True, False)
        roles = {each.role for each in left if each.shredded_at is None}
        assert {"source", "transmission", "acknowledgment"} <= roles
        assert scrubjay("legalhold", "release", kept_one, *words).code == 0
        async with made.running() as app:
            assert await Purge(app.work, 1e-9).once() > 0
            left = await app.work.store.read(lambda view: view.payloads())
        assert not [each for each in left if each.shredded_at is None]
        missing = scrubjay("legalhold", "place", 99, *words)
        assert (missing.code, "scrubjay trace" in missing.err) == (2, True)
        assert "legal_hold.placed" in scrubjay("audit", "export", "--home", made.home).out
        assert scrubjay("audit", "verify", "--home", made.home).code == 0


async def test_a_legal_hold_beside_a_purge_keeps_all_or_says_it_is_late(
    tmp_path: Path, scrubjay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the purge says what goes it keeps everything; from then on it says what is gone."""
    async with works(tmp_path) as (made, _):
        file = made.take(document(5)).file
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        words = ("--home", made.home, "--reason", "matter 7", "--json")
        told: list[int] = []

        def place() -> None:
            told.append(
                json.loads(scrubjay("legalhold", "place", file, *words).out)["purged_before"]
            )

        async with made.running() as app:
            purge, store, vault = Purge(app.work, 1e-9), app.work.store, app.work.vault
            there = set(vault.payload_ids())
            asked, shred = store.read, vault.shred

            async def overtaken(query: Callable[[View], Any]) -> Any:
                found = await asked(query)
                if not told and found and isinstance(found, list) and isinstance(found[0], Payload):
                    place()
                return found

            monkeypatch.setattr(store, "read", overtaken)
            assert await purge.once() == 0
            monkeypatch.undo()
            assert (told, set(vault.payload_ids())) == ([0], there)
            assert scrubjay("legalhold", "release", file, *words).code == 0

            def late(payload: str) -> bool:
                if len(told) == 1:
                    store.do(lambda tx: tx.hold(file, on=True, reason="matter 7"))
                    told.append(store.ask(lambda view: view.let_go(file)))
                return shred(payload)

            monkeypatch.setattr(vault, "shred", late)
            assert await purge.once() == len(there)
            monkeypatch.undo()
            rows = store.ask(lambda view: view.payloads())
            said = {row.id for row in rows if row.role == "acknowledgment"}
            assert told == [0, len(there - said)]
            assert not set(vault.payload_ids())


async def test_what_a_purge_let_go_and_did_not_destroy_is_destroyed_by_the_next(
    tmp_path: Path, scrubjay: Command
) -> None:
    """It died between the two; what a legal hold finds there still is kept."""
    async with works(tmp_path) as (made, _):
        made.take(document(3))
        assert await made.settle() == {"ACKNOWLEDGED": 3}
        with kept(made.tree, "test") as both:
            (source,) = (
                row for row in both.store.ask(lambda view: view.payloads()) if row.role == "source"
            )
            both.store.do(lambda tx: tx.shredded(source.id))
            assert source.id in both.vault
            assert scrubjay("db", "check", "--home", made.home).code == 1
            assert source.file
            for on in (True, False):
                both.store.do(lambda tx, on=on: tx.hold(source.file or 0, on=on, reason="a court"))  # type: ignore[misc]
                assert shred_orphans(both.store, both.vault) == (0 if on else 1)
            assert source.id not in both.vault
        assert scrubjay("db", "check", "--home", made.home).code == 0
        assert scrubjay("audit", "verify", "--home", made.home).code == 0


async def test_what_a_partner_says_after_the_purge_counts_and_cannot_go_back(
    tmp_path: Path, scrubjay: Command
) -> None:
    """It is applied by our own numbers; that its submitter is not told is an event and an alert."""
    async with works(tmp_path) as (made, _):
        file = made.take(document(10)).file
        assert await made.settle() == {"ACKNOWLEDGED": 10}
        with kept(made.tree, "test") as both:
            texts = [said(both, number) for number in answered(both)]
        async with made.running() as app:
            assert await Purge(app.work, 1e-9).once() > 0
        with kept(made.tree, "test") as both:
            for text in texts:
                # the same in other bytes: it is another acknowledgment
                both.store.do(arriving(both.vault.seal(new_payload_id(), [text + b"\n"])))
        assert await made.settle() == {"ACKNOWLEDGED": 10}
        with kept(made.tree, "test") as both:
            assert len(answered(both)) == 2 * len(texts)
            assert both.store.ask(lambda view: view.dead_letters()) == []
            events = both.store.ask(lambda view: view.events_of(Kind.FILE, file))
        untold = [each for each in events if each.event == "acknowledgment.unrelayed"]
        assert [each.detail["reason"] for each in untold] == ["PAYLOAD_GONE"] * len(texts)
        assert f'"event": "alert.acknowledgment.unrelayed.{len(texts) + 1}"' in made.log.getvalue()
        assert "acknowledgment.unrelayed" in scrubjay("trace", *first(made)).out


def first(made: Works) -> tuple[str, ...]:
    """How the first claim of a document is asked for."""
    return "S0001-00000001", "--home", str(made.home)


def answered(both: Kept) -> list[int]:
    """The acknowledgments that were applied."""
    return both.store.ask(lambda view: view.in_state(Kind.ACKNOWLEDGMENT, State.ACKNOWLEDGED))


def said(both: Kept, acknowledgment: int) -> bytes:
    """What a partner said."""
    row = both.store.ask(lambda view: view.one(Acknowledgment, acknowledgment))
    assert row is not None
    with both.vault.open(row.payload) as payload:
        return b"".join(payload)


def arriving(sealed: Sealed) -> Callable[[Tx], None]:
    """As collecting writes it down."""

    def enter(tx: Tx) -> None:
        row = (sealed.payload_id, sealed.digest, sealed.size)
        added = tx.add_acknowledgment(NewAcknowledgment(tx.partner("clearing"), *row))
        tx.add_payload(Payload(row[0], "acknowledgment", sealed.size, sealed.digest))
        tx.publish(ACKNOWLEDGE, added.id)

    return enter


def story(store: Any, token: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = store.ask(lambda view: stories(view, token))
    return found[0]


async def test_what_is_over_is_shredded_and_its_books_are_kept(tmp_path: Path) -> None:
    async with works(tmp_path) as (made, _):
        arrived = made.take(document(10))
        assert await made.settle() == {"ACKNOWLEDGED": 10}
        with kept(made.tree, "test") as both:
            before = len(list(both.vault.payload_ids()))
        tree = made.tree.but(purge_after=1e-9)
        async with made.running() as app:
            purge = Purge(app.work, tree.purge_after)
            assert await purge.once() > 0
            assert await purge.once() == 0
        with kept(made.tree, "test") as both:
            assert len(list(both.vault.payload_ids())) < before
            file = both.store.ask(lambda view: view.one(File, arrived.file))
            assert file is not None
            assert file.state is State.PURGED
            purged = {
                row.state
                for rows in (
                    both.store.ask(lambda view: view.sets_of(arrived.file)),
                    both.store.ask(lambda view: view.interchanges_of(arrived.file)),
                )
                for row in rows
            }
            assert purged == {State.PURGED}
            told = story(both.store, token_of(token_key(made.tree), "claim", "S0001-00000001"))
            assert (told["state"], told["purged"]) == ("ACKNOWLEDGED", True)
            with pytest.raises(PayloadGoneError):
                both.vault.open(file.payload)
            assert both.store.ask(states) == {"ACKNOWLEDGED": 10}


async def test_a_process_of_the_last_stage_alone_purges_too(tmp_path: Path) -> None:
    """Where each stage has processes of its own no process has all of them."""
    async with works(tmp_path) as (made, _):
        file = made.take(document(5)).file
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        with (made.home / "scrubjay.toml").open("a") as more:
            more.write("[purge]\nafter_hours = 1e-9\n")
        async with made.running(stages=("acknowledge",)) as app:
            await until(app, lambda view: view.state(Kind.FILE, file) is State.PURGED, 30)
