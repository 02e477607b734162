"""Claims that went out are found when they come once more, and those that were refused not."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, rests, states, until, works
from pipeline.works import document as trial_of
from scrubjay.app import App, kept
from scrubjay.codes.file import CodeFile
from scrubjay.history import remember
from scrubjay.pipeline.engine import SENT
from scrubjay.pipeline.remembering import ACCEPTED, Remember
from scrubjay.store.contract import View
from scrubjay.store.rows import Claim
from scrubjay.store.states import Kind, State
from scrubjay.testing.clearinghouse import Behaviour

OFTEN = "remember_seconds = 0.05\n"
TELL = '[intake]\nsuspect_sets = "tell"\n'


def document(claims: int, seed: int = 1) -> bytes:
    """Claims that are sent in earnest."""
    return trial_of(claims, seed=seed).replace(b"*T*:~", b"*P*:~")


def again(text: bytes, number: int) -> bytes:
    """The same claims under other control numbers, as a biller sends them once more."""
    return text.replace(b"*000000001*", b"*%09d*" % number).replace(b"*1*X*0", b"*%d*X*0" % number)


def rest_of(text: bytes, number: int) -> bytes:
    """With the trailers that belong to it."""
    head, _, tail = again(text, number).rpartition(b"GE*1*1")
    head += b"GE*1*%d" % number + tail
    front, _, end = head.rpartition(b"IEA*1*000000001")
    return front + b"IEA*1*%09d" % number + end


def known(made: Works, name: str) -> int:
    """So many claims are remembered there."""
    path = made.home / "history" / name
    return CodeFile(path).lists[""] if path.exists() else 0


def rejected(view: View) -> dict[str, int]:
    """Codes of the claims that scrub rejected."""
    found: dict[str, int] = {}
    for number in view.in_state(Kind.CLAIM, State.REJECTED_BY_SCRUB):
        row = view.one(Claim, number)
        assert row is not None
        found[row.code] = found.get(row.code, 0) + 1
    return found


async def remembered(app: App, made: Works, claims: int, name: str = ACCEPTED) -> None:
    await until(app, lambda view: rests(view) and known(made, name) == claims, 60)


def settings(**tables: Any) -> dict[str, Any]:
    return {"more_settings": OFTEN + TELL, **tables}


async def test_what_was_sent_before_is_a_duplicate_and_does_not_go_out_again(
    tmp_path: Path,
) -> None:
    first = document(20)
    async with works(tmp_path, **settings()) as (made, house):
        made.take(first)
        async with made.running() as app:
            await remembered(app, made, 20)
        made.take(rest_of(first, 7))
        made.take(document(5, seed=9))
        assert await made.settle() == {"ACKNOWLEDGED": 25, "REJECTED_BY_SCRUB": 20}
        assert made.ask(rejected) == {"DUPLICATE_CLAIM": 20}
        assert sum(len(entry.claims) for entry in house.ledger) == 25


async def test_what_is_under_way_counts_too(tmp_path: Path) -> None:
    """A partner that has not answered yet has it all the same."""
    first = document(20)
    async with works(tmp_path, Behaviour(answers=False), **settings()) as (made, _):
        made.take(first)
        async with made.running() as app:
            await until(app, lambda _: known(made, SENT) == 20)
            assert known(made, ACCEPTED) == 0
            made.take(rest_of(first, 7))
            await until(app, lambda view: states(view).get("REJECTED_BY_SCRUB") == 20)


async def test_what_a_partner_rejected_may_be_sent_again(tmp_path: Path) -> None:
    first = document(40)
    behaviour = Behaviour(faults={"claim_rejected": 0.3})
    async with works(tmp_path, behaviour, **settings()) as (made, _):
        made.take(first)
        async with made.running() as app:
            await until(app, rests)
            found = await app.work.store.read(states)
            assert 0 < found["REJECTED_BY_PARTNER"] < 40
            await remembered(app, made, found["ACKNOWLEDGED"])
            await remembered(app, made, found["ACKNOWLEDGED"], SENT)
        made.take(rest_of(first, 7))
        await made.settle()
        assert made.ask(rejected) == {"DUPLICATE_CLAIM": found["ACKNOWLEDGED"]}


@pytest.mark.parametrize("fault", ["interchange_rejected", "set_rejected"])
async def test_an_interchange_that_was_rejected_was_not_sent(tmp_path: Path, fault: str) -> None:
    async with works(tmp_path, Behaviour(faults={fault: 1.0}), **settings()) as (made, _):
        made.take(document(10))
        async with made.running() as app:
            await until(app, rests)
            path = made.home / "history" / "notes.json"
            await until(app, lambda _: path.exists() and '"open": []' in path.read_text())
            await remembered(app, made, 0, SENT)


async def test_what_was_sent_as_a_test_may_be_sent_in_earnest(tmp_path: Path) -> None:
    first = document(10)
    trial = first.replace(b"*P*:~", b"*T*:~")
    async with works(tmp_path, **settings()) as (made, _):
        made.take(trial)
        async with made.running() as app:
            await until(app, rests)
            path = made.home / "history" / "notes.json"
            await until(app, lambda _: path.exists() and '"through": 1' in path.read_text())
            made.take(rest_of(trial, 7).replace(b"*T*:~", b"*P*:~"))
            await remembered(app, made, 10)
        assert made.ask(rejected) == {}


async def test_a_round_that_is_broken_off_is_done_again(tmp_path: Path) -> None:
    """At any of its steps: what it left is not counted twice."""
    async with works(tmp_path, **settings()) as (made, _):
        made.take(document(20))
        async with made.running() as app:
            await remembered(app, made, 20)
            remembering = Remember(
                app.work, made.tree.folders.history, "", made.tree.remember_every
            )
        history = made.home / "history"
        whole = CodeFile(history / ACCEPTED).lists
        async with made.running() as app:
            # of another store: everything is looked at anew
            remembering = Remember(app.work, str(history), "restored", 1.0)
            await until(app, lambda _: remembering.once() == 1)
            (history / SENT).write_bytes(b"cut")
            assert Remember(app.work, str(history), "restored", 1.0).once() == 0
        assert CodeFile(history / ACCEPTED).lists == CodeFile(history / SENT).lists == whole


async def test_a_history_that_is_damaged_makes_files_wait(tmp_path: Path) -> None:
    """Nothing is judged as if nothing had been sent; and no file dies of it."""
    async with works(tmp_path, **settings()) as (made, _):
        made.take(document(10))
        async with made.running() as app:
            await remembered(app, made, 10)
        history = made.home / "history"
        good = (history / ACCEPTED).read_bytes()
        for name in (ACCEPTED, SENT):
            (history / name).write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        made.take(document(5, seed=3))
        async with made.running() as app:
            await until(app, lambda _: made.log.getvalue().count('"HISTORY_UNAVAILABLE"') >= 6, 30)
            assert await app.work.store.read(lambda view: view.dead_letters()) == []
            (history / ACCEPTED).write_bytes(good)
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 15})


async def test_what_was_sent_by_other_ways_can_be_added(tmp_path: Path) -> None:
    """`scrubjay history` writes into the same file."""
    first = document(20)
    (tmp_path / "sent.837").write_bytes(first)
    async with works(tmp_path, **settings()) as (made, _):
        with kept(made.tree, "test"):
            pass
        history = made.home / "history"
        history.mkdir()
        key = Path(made.tree.folders.keys) / "token.key"
        remember([tmp_path / "sent.837"], history / ACCEPTED, token_key=key)
        async with made.running() as app:
            await remembered(app, made, 20, SENT)
            made.take(rest_of(first, 7))
            await until(app, lambda view: states(view) == {"REJECTED_BY_SCRUB": 20})


async def test_it_can_be_left_alone(tmp_path: Path) -> None:
    async with works(tmp_path, more_settings="history = false\n" + TELL) as (made, _):
        made.take(document(10))
        made.take(rest_of(document(10), 7))
        assert "REJECTED_BY_SCRUB" not in await made.settle()
        assert not (made.home / "history").exists()
