"""The way of claims through the pipeline, with a real store, vault, engine and clearinghouse."""

import asyncio
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, rests, states, taken, until, works
from scrubjay.acks import apply
from scrubjay.app import kept, opened
from scrubjay.pipeline import deciding
from scrubjay.pipeline.purge import Purge
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.runs import validate
from scrubjay.store.contract import View
from scrubjay.store.rows import (
    Acknowledgment,
    DeadLetter,
    File,
    Interchange,
)
from scrubjay.store.states import Kind, State
from scrubjay.testing.clearinghouse import Behaviour
from stage import Command

OTHERS = {"sender": "US", "receiver": "THEM", "delimiters": "|>^'"}


def ids(content: bytes) -> list[str]:
    return re.findall(r"\nCLM\*([^*]+)\*", content.decode())


async def test_claims_arrive_and_are_acknowledged(tmp_path: Path) -> None:
    content = document(60, faults=0.2)
    async with works(tmp_path) as (made, house):
        arrived = made.take(content)
        found = await made.settle()
        rejected = found.pop("REJECTED_BY_SCRUB")
        assert found == {"ACKNOWLEDGED": 60 - rejected}
        assert rejected > 0
        assert set(taken(house).values()) == {1}
        assert sum(taken(house).values()) == 60 - rejected
        file = made.ask(lambda view: view.one(File, arrived.file))
        assert (file.state, file.claims) == (State.SCRUBBED, 60)
    outbox = made.home / "outbox" / "SYNTHETIC"
    names = sorted(path.name for path in outbox.iterdir())
    assert names == [
        *("1-1-000000001.277ca", "1-1-000000001.999"),
        *("1-1-partner-1.999", "1-1-partner-2.277ca"),
    ]


async def test_what_a_partner_says_goes_back_under_the_numbers_that_were_sent(
    tmp_path: Path,
) -> None:
    first, second = document(15, seed=1, sets=2), document(15, seed=2)
    async with works(tmp_path, Behaviour(seed=4, faults={"claim_rejected": 0.3})) as (made, _):
        for practice, content in (("one", first), ("two", second)):
            made.take(content, practice)
        await made.settle()
    for practice, content in (("one", first), ("two", second)):
        source = tmp_path / f"{practice}.837"
        source.write_bytes(content)
        outbox = made.home / "outbox" / practice
        relayed = [path for path in outbox.iterdir() if "partner" in path.name]
        assert relayed
        with apply([source], relayed) as applied:
            told = [outcome.state.value for _, outcome in applied.outcomes()]
        assert len(told) == 15
        assert set(told) <= {"accepted", "rejected"}
        assert "accepted" in told
        for path in relayed:
            assert validate(path).reasons == ()


async def test_the_same_file_by_two_ways_is_one(tmp_path: Path) -> None:
    content = document(20)
    async with works(tmp_path) as (made, house):
        first, again = made.take(content), made.take(content)
        assert (again.file, again.fresh) == (first.file, False)
        assert await made.settle() == {"ACKNOWLEDGED": 20}
        later = made.take(content)
        assert (later.file, later.fresh, later.state) == (first.file, False, "SCRUBBED")
        assert await made.settle() == {"ACKNOWLEDGED": 20}
        assert set(taken(house).values()) == {1}


async def test_an_interchange_that_came_before_in_another_file_is_left_out(tmp_path: Path) -> None:
    first, second = document(20, seed=1), document(20, seed=2)
    async with works(tmp_path) as (made, house):
        made.take(first)
        await made.settle()
        made.take(first + second)
        assert await made.settle() == {"ACKNOWLEDGED": 40}
        assert set(taken(house).values()) == {1}
        assert sorted(taken(house)) == sorted(ids(first) + ids(second))


async def test_the_same_numbers_with_other_bytes_are_held_until_somebody_decides(
    tmp_path: Path,
) -> None:
    first = document(20)
    other = first.replace(b"SYNTHBURG MEDICAL", b"SYNTHTOWN MEDICAL")
    async with works(tmp_path) as (made, house):
        made.take(first)
        await made.settle()
        arrived = made.take(other.replace(b"S0001-", b"T0001-"))
        assert await made.settle() == {"ACKNOWLEDGED": 20}
        (row,) = made.ask(lambda view: view.interchanges_of(arrived.file))
        assert (row.state, row.reason) == (State.QUARANTINED, "SAME_KEY_OTHER_DIGEST")
        (held,) = made.ask(lambda view: list(deciding.held(view)))
        assert held == {
            "kind": "interchange",
            "id": row.id,
            "reason": "SAME_KEY_OTHER_DIGEST",
            "control": "000000001",
            "claims": 20,
        }
        with kept(made.tree, "test") as both:
            assert both.store.do(lambda tx: deciding.release(tx, row.id, "it is another"))
        assert await made.settle() == {"ACKNOWLEDGED": 40}
        assert set(taken(house).values()) == {1}


async def test_sets_that_look_like_those_of_before_are_held_or_told(tmp_path: Path) -> None:
    first = document(10, seed=1)
    second = document(10, seed=2).replace(b"*2*X*", b"*1*X*").replace(b"GE*1*2~", b"GE*1*1~")
    for name, more, expected in (
        ("held", "", {"ACKNOWLEDGED": 10}),
        ("told", '[intake]\nsuspect_sets = "tell"\n', {"ACKNOWLEDGED": 20}),
    ):
        async with works(tmp_path / name, more_settings=more) as (made, _):
            made.take(first)
            await made.settle()
            made.take(second)
            assert await made.settle() == expected


@pytest.mark.parametrize("suspects", ["hold", "tell"])
async def test_the_very_same_sets_go_out_once_however_they_come(
    tmp_path: Path, suspects: str
) -> None:
    first = document(10)
    anew = first.replace(b"*000000001*0*", b"*000000002*0*").replace(b"*000000001~", b"*000000002~")
    more = f'[intake]\nsuspect_sets = "{suspects}"\n'
    async with works(tmp_path, more_settings=more) as (made, house):
        made.take(first)
        await made.settle()
        made.take(first, "the same clinic by another door")
        made.take(anew)
        assert await made.settle() == {"ACKNOWLEDGED": 10}
        held = made.ask(lambda view: [row["reason"] for row in deciding.held(view)])
        assert held == ["SAME_SET_ELSEWHERE"] * 2
        assert set(taken(house).values()) == {1}


async def test_what_is_no_x12_is_refused_at_the_door_or_buried(tmp_path: Path) -> None:
    from scrubjay.errors import InputError

    async with works(tmp_path) as (made, _):
        with pytest.raises(InputError):
            made.take(b"dear sir or madam" * 100)
        cut = made.take(document(10)[:106] + b"XX*1~")
        await made.settle()
        assert made.ask(lambda view: view.one(File, cut.file)).state in {
            State.DEAD_LETTERED,
            State.SCRUBBED,
        }
        assert not list((made.home / "vault").rglob("*.draft"))


def without_sets(content: bytes) -> bytes:
    """Claims in no set at all."""
    lines = content.split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith((b"ST*", b"SE*")))


async def test_a_refused_file_ends_with_all_of_it_and_is_purged_when_discarded(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Its interchange waits no more, its claims are dead in the books until a person says so."""
    async with works(tmp_path) as (made, _):
        refused = made.take(without_sets(document(10))).file
        await made.settle()
        assert ends(made, refused) == {State.DEAD_LETTERED}
        (letter,) = made.ask(lambda view: view.dead_letters())
        assert (letter.kind, letter.code) == (Kind.FILE, "MALFORMED_FILE")
        day = datetime.now(UTC).date().isoformat()
        told = scrubjay("audit", "reconcile", "--day", day, "--home", made.home, "--json")
        books = json.loads(told.out)
        assert (told.code, books["dead"], books["under_way"], books["balanced"]) == (0, 10, 0, True)
        with kept(made.tree, "test") as both:
            assert both.store.do(lambda tx: tx.retry(letter.id, reason="once more"))
        assert ends(made, refused) == {State.PARSED}
        await made.settle()
        assert ends(made, refused) == {State.DEAD_LETTERED}
        async with made.running() as app:
            purge = Purge(app.work, 1e-9)
            assert await purge.once() == 0
            (letter,) = await app.work.store.read(lambda view: view.dead_letters())
            await app.work.store.write(lambda tx: tx.discard(letter.id, reason="not ours"))
            assert await purge.once() > 0
        assert ends(made, refused) == {State.PURGED}
        assert scrubjay("audit", "verify", "--home", made.home).code == 0


def ends(made: Works, file: int) -> set[State]:
    """The states that a file and its interchanges are in."""

    def asked(view: View) -> set[State]:
        own = view.one(File, file)
        assert own is not None
        return {own.state, *(row.state for row in view.interchanges_of(file))}

    found: set[State] = made.ask(asked)
    return found


async def test_each_partner_gets_the_claims_of_its_payers(tmp_path: Path) -> None:
    content = document(80)
    payers = sorted(set(re.findall(r"\*PI\*(\d+)~", content.decode())))
    async with works(tmp_path) as (made, house):
        made.partner("clearing", house.address, payers=tuple(payers[::2]))
        made.partner("folder", str(tmp_path / "partner"), payers=tuple(payers[1::2]))
        made.take(content)
        async with made.running() as app:
            await until(app, lambda view: "SCRUBBED" not in states(view) and bool(states(view)))
            await until(app, lambda view: set(states(view)) == {"ACKNOWLEDGED", "SUBMITTED"})
            found = await app.work.store.read(states)
    assert sum(found.values()) == 80
    (path, *more) = (tmp_path / "partner" / "out").glob("*.x12")
    assert not more
    sent = path.read_bytes()
    assert found["SUBMITTED"] == len(ids(sent))
    assert sorted([*taken(house), *ids(sent)]) == sorted(ids(content))
    assert 0 < found["SUBMITTED"] < 80


async def test_what_goes_out_is_the_partners_envelope_and_valid(tmp_path: Path) -> None:
    made = Works(tmp_path)
    made.partner(
        "folder",
        str(tmp_path / "partner"),
        envelope=OTHERS | {"group_sender": "GRP", "usage": "T"},
        submitter={"name": "NEW SUBMITTER", "id": "SUB1", "contact": "DESK", "phone": "2125550100"},
        receiver={"name": "NEW RECEIVER", "id": "REC1"},
    )
    content = document(35, sets=3)
    made.take(content)
    async with made.running() as app:
        await until(app, lambda view: states(view) == {"SUBMITTED": 35})
    (path,) = (tmp_path / "partner" / "out").glob("*.x12")
    sent = path.read_bytes()
    assert sent.startswith(
        b"ISA|00|          |00|          |ZZ|US             |ZZ|THEM           |"
    )
    assert sent.count(b"NM1|41|2|NEW SUBMITTER|||||46|SUB1'") == sent.count(b"\nST|")
    assert sent.count(b"PER|IC|DESK|TE|2125550100'") == sent.count(b"\nST|")
    assert sent.count(b"NM1|40|2|NEW RECEIVER|||||46|REC1'") == sent.count(b"\nST|")
    run = validate(path)
    assert (run.claims, run.rejected, run.reasons) == (35, 0, ())
    controls = re.findall(rb"\nBHT\|0019\|00\|(\d+)\|", sent)
    assert len(set(controls)) == len(controls) == sent.count(b"\nST|")


async def test_a_delimiter_in_the_data_kills_its_batch_alone(tmp_path: Path) -> None:
    made = Works(tmp_path)
    made.partner("folder", str(tmp_path / "partner"), envelope=OTHERS)
    content = document(30)
    at = content.index(b"\nN3*", len(content) // 2) + 4
    content = content[:at] + b"1|" + content[at + 2 :]
    made.take(content)
    async with made.running() as app:
        await until(app, lambda view: set(states(view)) == {"SUBMITTED", "DEAD_LETTERED"})
        found = await app.work.store.read(states)
    assert found == {"SUBMITTED": 20, "DEAD_LETTERED": 10}


async def test_claims_that_nobody_takes_are_dead_letters(tmp_path: Path) -> None:
    content = document(40)
    payers = sorted(set(re.findall(r"\*PI\*(\d+)~", content.decode())))
    async with works(tmp_path) as (made, house):
        made.partner("clearing", house.address, payers=(payers[0],))
        made.take(content)
        found = await made.settle()
        dead = found.pop("DEAD_LETTERED")
        assert found == {"ACKNOWLEDGED": 40 - dead}
        letters: list[DeadLetter] = made.ask(lambda view: view.dead_letters())
        assert [each.code for each in letters] == ["NO_PARTNER"] * dead
        assert all(each.ruleset for each in letters)
        # somebody writes a record for them down, and tries one again
        made.partner("clearing", house.address)
        with kept(made.tree, "test") as both:
            assert both.store.do(lambda tx: tx.retry(letters[-1].id, reason="a partner for it"))
        assert await made.settle() == {"ACKNOWLEDGED": 41 - dead, "DEAD_LETTERED": dead - 1}
        assert set(taken(house).values()) == {1}


async def test_a_partner_that_is_paused_gets_nothing_until_it_is_resumed(
    tmp_path: Path, scrubjay: Command
) -> None:
    async with works(tmp_path) as (made, house):
        assert "paused" not in scrubjay("partner", "list", "--home", made.home).out
        with kept(made.tree, "test") as both:
            both.store.do(lambda tx: tx.pause(tx.partner("clearing"), reason="their night"))
        assert "paused: their night" in scrubjay("partner", "list", "--home", made.home).out
        made.take(document(10))
        async with made.running() as app:
            await until(app, lambda view: view.counts().get(Kind.TRANSMISSION, {}) != {})
            assert not house.ledger
            await app.work.store.write(lambda tx: tx.resume(tx.partner("clearing"), reason="day"))
            await until(app, rests)
        assert len(house.ledger) == 1


@pytest.mark.parametrize(
    "fault", ["reply_lost", "reply_never", "unavailable", "throttled", "taken_late", "deaf"]
)
async def test_one_interchange_arrives_once_whatever_goes_wrong(tmp_path: Path, fault: str) -> None:
    behaviour = Behaviour(seed=3, faults={fault: 0.5}, retry_after=0)
    async with works(tmp_path, behaviour) as (made, house):
        for seed in range(1, 5):
            made.take(document(10, seed=seed))
        assert await made.settle() == {"ACKNOWLEDGED": 40}
        assert set(taken(house).values()) == {1}
        assert len(taken(house)) == 40


async def test_acknowledgments_may_come_twice_late_and_of_nobody(tmp_path: Path) -> None:
    behaviour = Behaviour(seed=1, faults={"ack_twice": 1.0, "ack_unknown": 1.0})
    async with works(tmp_path, behaviour) as (made, _):
        made.take(document(20))
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"ACKNOWLEDGED": 20})
            await until(app, lambda view: len(_reasons(view)) >= 2)
            assert set(await app.work.store.read(_reasons)) == {"UNMATCHED"}


def _reasons(view: Any) -> list[str]:
    found = view.in_state(Kind.ACKNOWLEDGMENT, State.QUARANTINED)
    return [view.one(Acknowledgment, each).reason for each in found]


async def test_an_acknowledgment_that_contradicts_an_earlier_one_is_held(tmp_path: Path) -> None:
    behaviour = Behaviour(seed=1, faults={"ack_contradicted": 1.0})
    async with works(tmp_path, behaviour) as (made, _):
        made.take(document(20))
        async with made.running() as app:
            await until(app, lambda view: "CONTRADICTS" in _reasons(view))
            assert await app.work.store.read(states) == {"ACKNOWLEDGED": 20}


@pytest.mark.parametrize("fault", ["claim_rejected", "set_rejected", "interchange_rejected"])
async def test_what_a_partner_rejects_is_rejected(tmp_path: Path, fault: str) -> None:
    share = 0.3 if fault == "claim_rejected" else 1.0
    async with works(tmp_path, Behaviour(seed=2, faults={fault: share})) as (made, _):
        made.take(document(40))
        found = await made.settle()
        rejected = found.pop("REJECTED_BY_PARTNER")
        assert sum(found.values()) == 40 - rejected
        assert 0 < rejected <= 40
        if fault != "claim_rejected":
            assert rejected == (40 if fault == "interchange_rejected" else 10)


async def test_what_cannot_be_asked_for_is_held_until_somebody_says_what_is_so(
    tmp_path: Path,
) -> None:
    behaviour = Behaviour(seed=1, faults={"reply_lost": 1.0}, answers=False)
    async with works(tmp_path, behaviour, sending={"read_back": False}) as (made, house):
        made.take(document(10))
        async with made.running() as app:
            await until(app, lambda view: states(view) == {"HELD_UNKNOWN": 10})
        (row,) = made.ask(lambda view: list(deciding.held(view)))
        assert row["reason"] == "NO_READ_BACK"
        assert len(house.ledger) == 1
        with kept(made.tree, "test") as both:
            assert both.store.do(lambda tx: deciding.confirm(tx, row["id"], "asked them"))
            state = both.store.ask(lambda view: view.state(Kind.TRANSMISSION, row["id"]))
            assert state is State.SUBMITTED
            assert both.store.ask(states) == {"SUBMITTED": 10}


POISON = '''
import os
from scrubjay.rules import rule

@rule("POISONED", severity="error", snip=7, state="shadow", native=False)
def poisoned(claim):
    """A rule that kills whoever judges one claim."""
    if claim.id == "S0001-00000005":
        os.kill(os.getpid(), 9)
'''


async def test_a_claim_that_kills_the_engine_dies_alone(tmp_path: Path) -> None:
    more = '[scrub]\nrules = ["deadly.py"]\n'
    async with works(tmp_path) as (made, house):
        text = (made.home / "scrubjay.toml").read_text()
        (made.home / "scrubjay.toml").write_text(text.replace("[scrub]\n", more))
        deadly = tmp_path / "home" / "deadly.py"
        deadly.write_text(POISON)
        arrived = made.take(document(8, sets=2))
        async with made.running(stages=("parse",)) as app:
            await until(app, lambda view: view.counts()[Kind.FILE].get(State.PARSED) == 1)
        with kept(made.tree, "test") as both:
            # the first try was somebody's death: the next is made apart
            (lease,) = both.store.do(lambda tx: tx.lease("scrub", 1, 60.0))
            both.store.do(lambda tx: tx.release(lease))
        found = await made.settle(60)
        assert found == {"ACKNOWLEDGED": 7, "DEAD_LETTERED": 1}
        assert "S0001-00000005" not in taken(house)
        (letter,) = made.ask(lambda view: view.dead_letters())
        assert (letter.kind, letter.code) == (Kind.CLAIM, "POISON")
        (row,) = made.ask(lambda view: view.interchanges_of(arrived.file))
        assert isinstance(row, Interchange)
        assert row.state is State.SCRUBBED
        assert json.dumps(letter.place)


async def test_a_partner_that_is_down_holds_up_no_other(tmp_path: Path) -> None:
    content = document(80)
    payers = sorted(set(re.findall(r"\*PI\*(\d+)~", content.decode())))
    async with works(tmp_path, Behaviour(faults={"deaf": 1.0})) as (made, house):
        made.partner("clearing", house.address, payers=tuple(payers[::2]))
        made.partner("folder", str(tmp_path / "partner"), payers=tuple(payers[1::2]))
        made.take(content)
        async with made.running() as app:
            await until(app, lambda view: "SUBMITTED" in states(view))
            found = await app.work.store.read(states)
    assert set(found) == {"SUBMITTED", "SCRUBBED"}
    assert not house.ledger


async def test_lines_say_what_they_are_about(tmp_path: Path) -> None:
    """The row that is followed, and the try of the message: also where a partner fails."""
    behaviour = Behaviour(seed=2, faults={"throttled": 0.5})
    async with works(tmp_path, behaviour, "[log]\ndebug = true\n") as (made, _):
        file = made.take(document(20)).file
        made.log = io.StringIO()
        async with opened(made.tree, seeing=Seeing(logger(made.log, level=10))) as app:
            running = asyncio.create_task(app.run())
            await until(app, rests)
            app.runner.end()
            await running
    lines = [json.loads(line) for line in made.log.getvalue().splitlines()]
    handled = [line for line in lines if line["event"] == "stage.handled"]
    assert {line["trace"] for line in handled if line["stage"] == "scrub"} == {f"file-{file}"}
    works_done = [line["work"] for line in handled]
    assert len(works_done) == len(set(works_done))
    assert {one.partition("-")[0] for one in works_done} >= {"parse", "scrub", "send", "relay"}
    failed = [line for line in lines if line["event"] == "partner.failed"]
    assert all(
        line["trace"].startswith("transmission-") for line in failed if line["call"] == "send"
    )


@pytest.mark.parametrize(
    "harm",
    [
        (rb"GE\*[^~]*~\s*", b""),
        (rb"GS\*[^~]*~", b"GS*HC~"),
        (rb"SE\*[^~]*~\s*", b""),
        (rb"ST\*[^~]*~", b"ST~"),
        (rb"HL\*1\*", b"HL**"),
    ],
)
async def test_a_malformed_group_does_not_stall_the_rest_of_its_file(
    tmp_path: Path, harm: tuple[bytes, bytes]
) -> None:
    """What is wrong in it is rejected, counted to the last claim, and the other group goes on."""
    first, second = document(10, seed=1), document(10, seed=2)
    head, group, _ = re.split(rb"(?=GS\*)|(?=IEA\*)", first)
    other = re.split(rb"(?=GS\*)|(?=IEA\*)", second)[1]
    harmed = re.sub(*harm, group, count=1)
    assert harmed != group
    content = head + harmed + other + b"IEA*2*000000001~"
    async with works(tmp_path) as (made, house):
        file = made.take(content).file
        found = await made.settle()
        assert made.ask(lambda view: view.one(File, file)).state is State.SCRUBBED
    assert set(ids(second)) <= set(taken(house))
    assert sum(found.values()) == 20
    assert set(found) <= {"ACKNOWLEDGED", "REJECTED_BY_SCRUB"}
