"""What a partner owes: a claim that it says nothing of is not forgotten."""

import json
import re
from pathlib import Path
from typing import Any

from pipeline.works import Works, document, rests, states, until, works
from scrubjay.app import kept
from scrubjay.pipeline.work import ACKNOWLEDGE
from scrubjay.store.contract import Tx
from scrubjay.store.rows import Deadline, NewAcknowledgment, Payload
from scrubjay.store.states import Kind
from scrubjay.testing.clearinghouse import Behaviour
from scrubjay.vault import new_payload_id
from stage import Command

AFTER = 2**52


def owed(made: Works) -> list[str]:
    found: list[Deadline] = made.ask(lambda view: view.overdue(AFTER))
    return sorted(each.document for each in found)


def without_one(text: bytes) -> bytes:
    """A 277CA that leaves the last claim of its batch out."""
    at = text.rindex(b"HL*")
    end = text.index(b"SE*", at)
    left = text[:at] + text[end:]
    count = left[left.index(b"ST*") : left.index(b"SE*")].count(b"~") + 1
    return re.sub(rb"SE\*\d+", b"SE*%d" % count, left)


def offered(made: Works, text: bytes) -> None:
    """As collecting writes it down."""
    with kept(made.tree, "test") as both:
        sealed = both.vault.seal(new_payload_id(), [text])

        def enter(tx: Tx) -> None:
            row = (sealed.payload_id, sealed.digest, sealed.size)
            added = tx.add_acknowledgment(NewAcknowledgment(tx.partner("clearing"), *row))
            tx.add_payload(Payload(row[0], "acknowledgment", sealed.size, sealed.digest))
            tx.publish(ACKNOWLEDGE, added.id)

        both.store.do(enter)


async def said(base: Path) -> list[bytes]:
    """What a clearinghouse answers to the same file, its first control numbers."""
    async with works(base) as (made, _):
        made.take(document(5))
        await made.settle()
        with kept(made.tree, "test") as both:
            texts = []
            for payload in both.store.ask(lambda view: view.payloads()):
                if payload.role == "acknowledgment":
                    with both.vault.open(payload.id) as opened:
                        texts.append(b"".join(opened))
    return texts


async def test_a_claim_that_a_277ca_leaves_out_stays_owed_until_it_is_told_of(
    tmp_path: Path, scrubjay: Command
) -> None:
    (answer,) = (text for text in await said(tmp_path / "before") if b"ST*277*" in text)
    due = {"277CA": 0.000001, "999": 0.0}
    behaviour = Behaviour(answers=False)
    async with works(tmp_path / "now", behaviour, acknowledgments=due) as (made, _):
        made.take(document(5))
        offered_now = without_one(answer)
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"SUBMITTED": 5})
        offered(made, offered_now)
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 4, "SUBMITTED": 1})
        assert owed(made) == ["277CA"]
        told = scrubjay("status", "--overdue", "--home", made.home)
        assert told.code == 1
        assert "no word yet of file 1, interchange 0, claim 4" in told.out
        row: dict[str, Any]
        (row,) = json.loads(scrubjay("status", "--home", made.home, "--json").out)["overdue"]
        assert row["silent"] == [{"file": 1, "interchange": 0, "claim_index": 4}]
        assert "alert.overdue.277CA" in made.log.getvalue()
        offered(made, answer)
        async with made.running() as app:
            await until(app, rests)
        assert made.ask(states) == {"ACKNOWLEDGED": 5}
        assert owed(made) == []


async def test_nothing_more_is_owed_of_what_was_refused_altogether(tmp_path: Path) -> None:
    behaviour = Behaviour(faults={"set_rejected": 1.0})
    async with works(tmp_path, behaviour) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"REJECTED_BY_PARTNER": 5}
        assert owed(made) == []


async def test_an_answer_that_was_faster_than_the_reply_leaves_nothing_owed(tmp_path: Path) -> None:
    """The partner took it, lost its reply and answered before it was asked for."""
    behaviour = Behaviour(faults={"reply_lost": 1.0})
    sending = {"quiet_seconds": 5.0}
    async with works(tmp_path, behaviour, sending=sending) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        assert owed(made) == []
        assert made.ask(lambda view: view.counts())[Kind.TRANSMISSION]
