"""A partner whose way is shut is paused, and records that change are followed while it runs."""

import os
import signal
from pathlib import Path

from pipeline.works import Works, document, rests, states, taken, until, works
from scrubjay.app import kept, opened
from scrubjay.pipeline.collect import Collect
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.pipeline.send import SHUT
from scrubjay.store.contract import View
from scrubjay.store.rows import Alert
from scrubjay.store.states import Kind
from scrubjay.testing.clearinghouse import opened as clearinghouse
from transports.listening import answer, saying


def paused(view: View) -> bool:
    return any(each.paused for each in view.partners())


def with_credential(made: Works, address: str) -> None:
    made.partner("clearing", address)
    path = made.home / "partners" / "clearing.toml"
    path.write_text(path.read_text() + 'credential = "KEY"\n')


async def test_a_credential_that_expired_pauses_the_partner_and_loses_nothing(
    tmp_path: Path,
) -> None:
    made = Works(tmp_path)
    async with clearinghouse(credential="right") as house:
        with_credential(made, house.address)
        made.take(document(30))
        sending = ("parse", "scrub", "submit")
        async with made.running(environ={"KEY": "wrong"}, stages=sending) as app:
            await until(app, paused)
            (row,) = await app.work.store.read(lambda view: view.partners())
            assert row.reason == "UNAUTHORIZED"
            assert "UNAUTHORIZED" in SHUT
            assert (
                b'scrubjay_partner_paused{partner="clearing"} 1.0' in app.work.seeing.exposition()
            )
        assert "SCRUBBED" in made.ask(states)
        assert made.ask(lambda view: view.dead_letters()) == []
        alert = made.ask(lambda view: view.one(Alert, 1))
        assert (alert.kind, alert.name.startswith("partner.paused")) == (Kind.TRANSMISSION, True)
        with kept(made.tree, "test") as both:
            both.store.do(lambda tx: tx.resume(tx.partner("clearing"), reason="a new credential"))
        async with made.running(environ={"KEY": "right"}) as app:
            await until(app, rests)
            assert await app.work.store.read(states) == {"ACKNOWLEDGED": 30}
        assert set(taken(house).values()) == {1}


async def test_a_credential_that_expired_is_noticed_while_answers_are_asked_for(
    tmp_path: Path,
) -> None:
    """Nothing is to be sent; the partner is asked once, and not again before it is resumed."""
    made = Works(tmp_path)
    async with saying(answer(401)) as server:
        made.partner("clearing", server.address)
        async with made.running() as app:
            await until(app, paused)
            (line,) = app.lines.by_id.values()
            assert await Collect(app.work, line).once() == 0
        assert len(server.heard) == 1
        alert = made.ask(lambda view: view.one(Alert, 1))
        assert (alert.kind, alert.name.startswith("partner.paused.")) == (Kind.PARTNER, True)
        with kept(made.tree, "test") as both:
            both.store.do(lambda tx: tx.resume(tx.partner("clearing"), reason="a new credential"))
        async with made.running() as app:
            await until(app, paused)
        assert len(server.heard) == 2


async def test_a_partner_that_fails_is_asked_ever_less_often(tmp_path: Path) -> None:
    """It is not paused, and asked as before as soon as it answers."""
    made = Works(tmp_path)
    async with saying(answer(503)) as server:
        made.partner("clearing", server.address, sending={"longest_backoff_seconds": 1e3})
        async with opened(made.tree, seeing=Seeing(logger(made.log))) as app:
            (line,) = app.lines.by_id.values()
            now = 100.0
            asking = Collect(app.work, line, clock=lambda: now)
            heard = []
            for _ in range(8):
                await asking.once()
                heard.append(len(server.heard))
                now += 0.0501
            assert heard == [1, 2, 2, 3, 3, 3, 3, 4]
            assert not await app.work.store.read(paused)


async def test_records_that_change_are_followed_and_wrong_ones_are_not(tmp_path: Path) -> None:
    async with works(tmp_path) as (made, house):
        record = made.home / "partners" / "clearing.toml"
        good = record.read_text()
        record.write_text(good.replace('payers = ["*"]', 'payers = ["NOBODY"]'))
        made.take(document(10))
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"DEAD_LETTERED": 10})
            record.write_text("payers = nonsense")
            assert not await app.reading.once()
            assert "clearing" in app.work.partners
            record.write_text(good)
            os.kill(os.getpid(), signal.SIGHUP)
            await until(app, lambda _: app.work.partners.taking("99901") == "clearing")
            letters = await app.work.store.read(lambda view: view.dead_letters())
            await app.work.store.write(lambda tx: [tx.retry(each.id) for each in letters])
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 10})
        assert set(taken(house).values()) == {1}


async def test_a_partner_that_moves_is_sent_to_where_it_is_now(tmp_path: Path) -> None:
    made = Works(tmp_path)
    async with clearinghouse() as before, clearinghouse() as after:
        made.partner("clearing", before.address)
        async with made.running() as app:
            made.take(document(10))
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 10})
            made.partner("clearing", after.address)
            made.partner("other", str(tmp_path / "other"), payers=("NOBODY",))
            assert await app.reading.once()
            assert {line.record.name for line in app.work.lines.values()} == {"clearing", "other"}
            made.take(document(20, seed=2))
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 30})
        assert (sum(taken(before).values()), sum(taken(after).values())) == (10, 20)
