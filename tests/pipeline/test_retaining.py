"""What a policy names outlives a purged payload, sealed; everything else is gone."""

import asyncio
import errno
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, works
from scrubjay import settings
from scrubjay.acks.applied import token_of
from scrubjay.app import Kept, kept
from scrubjay.documents import read
from scrubjay.errors import UsageError
from scrubjay.pipeline.purge import Purge
from scrubjay.pipeline.retaining import ROLE, Place, Retain, sealed
from scrubjay.pipeline.work import Work
from scrubjay.store.contract import View
from scrubjay.store.errors import DiskFullError
from scrubjay.store.rows import File, Payload
from scrubjay.store.states import Kind, State
from scrubjay.vault import PayloadGoneError, StorageError
from stage import Command

PLACES = ("2010BB NM1", "2300 REF*X4", "2310B")


def policy(*places: str) -> Retain:
    return Retain(places=tuple(Place.parsed(each) for each in places), hours=1.0)


async def purged(made: Works, retain: Retain, hours: float = 1e-9) -> None:
    async with made.running() as app:
        assert await Purge(app.work, hours, retain).once() > 0


def wanted(content: bytes) -> dict[str, list[str]]:
    """By claim, what stands in these places, read another way: level by level."""
    found: dict[str, list[str]] = {}
    for each in read(content):
        payer: list[str] = []
        number = ""
        for segment in each:
            text = "*".join((segment.id, *segment.elements))
            if segment.loop == "2000B" and segment.opens:
                payer = []
            if segment.loop == "2010BB" and segment.id == "NM1":
                payer = [text]
            if segment.id == "CLM":
                number = segment[1]
                found[number] = list(payer)
            in_place = segment.loop == "2310B" or (
                segment.loop == "2300" and segment.id == "REF" and segment[1] == "X4"
            )
            if in_place:
                found[number].append(text)
    return found


def rows(both: Kept) -> list[Payload]:
    return both.store.ask(lambda view: view.payloads())


async def test_what_the_policy_names_is_kept_sealed_and_the_rest_is_gone(
    tmp_path: Path, scrubjay: Command
) -> None:
    """By claim; the store has none of it, the audit says what was kept, and each look at it."""
    content = document(30, sets=3)
    texts = wanted(content)
    async with works(tmp_path) as (made, _):
        file = made.take(content).file
        await made.settle()
        await purged(made, policy(*PLACES))
        with kept(made.tree, "test") as both:
            left = {row.role: row for row in rows(both) if row.shredded_at is None}
            assert set(left) == {ROLE}
            assert set(both.vault.payload_ids()) == {left[ROLE].id}
            source = both.store.ask(lambda view: view.one(File, file))
            assert source is not None
            assert source.state is State.PURGED
            with pytest.raises(PayloadGoneError):
                both.vault.open(source.payload)
            lines = list(map(json.loads, b"".join(both.vault.open(left[ROLE].id)).splitlines()))
            events = both.store.ask(lambda view: view.events_of(Kind.FILE, file))
        assert [[text for _, text in line["segments"]] for line in lines] == [
            each for each in texts.values() if each
        ]
        (told,) = (each.detail for each in events if each.event == "payload.retained")
        assert (told["places"], told["claims"]) == (list(PLACES), len(lines))
        assert sum(told["segments"].values()) == sum(map(len, texts.values()))
        in_clear = [text.split("*")[3] for each in texts.values() for text in each if "NM1" in text]
        files = [path for path in made.home.glob("scrubjay.db*") if path.is_file()]
        store = b"".join(path.read_bytes() for path in files)
        assert not [name for name in in_clear if len(name) > 4 and name.encode() in store]
        number = next(iter(texts))
        words = ("trace", number, "--home", made.home, "--json")
        assert "retained" not in json.loads(scrubjay(*words).out)["claims"][0]
        (shown,) = json.loads(scrubjay(*words, "--retained").out)["claims"]
        assert [each["segment"] for each in shown["retained"]] == texts[number]
        assert texts[number][0] in scrubjay(*words[:-1], "--retained").out
        said = scrubjay("audit", "export", "--home", made.home).out
        assert said.count('"purpose": "trace"') == 2
        for command in (("audit", "verify"), ("db", "check", "--deep")):
            assert scrubjay(*command, "--home", made.home).code == 0


async def test_without_a_policy_nothing_is_kept(tmp_path: Path, scrubjay: Command) -> None:
    """And to ask for it shows nothing."""
    async with works(tmp_path) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        await purged(made, Retain())
        with kept(made.tree, "test") as both:
            assert list(both.vault.payload_ids()) == []
        words = ("trace", "S0001-00000001", "--home", made.home, "--json", "--retained")
        assert json.loads(scrubjay(*words).out)["claims"][0]["retained"] == []


async def test_what_is_kept_goes_when_its_time_is_over_but_for_a_legal_hold(
    tmp_path: Path, scrubjay: Command
) -> None:
    """Its key is destroyed like that of any payload."""
    async with works(tmp_path) as (made, _):
        file = made.take(document(5)).file
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        await purged(made, policy("2010BB"))
        over = policy("2010BB").but(hours=1e-9)
        words = (file, "--home", made.home, "--reason", "matter 7")
        assert scrubjay("legalhold", "place", *words).code == 0
        async with made.running() as app:
            assert await Purge(app.work, 1.0, over).once() == 0
            assert scrubjay("legalhold", "release", *words).code == 0
            assert await Purge(app.work, 0.0, over).once() == 1
            assert list(app.work.vault.payload_ids()) == []
        assert scrubjay("audit", "verify", "--home", made.home).code == 0


async def test_a_file_that_comes_to_its_end_meanwhile_waits_for_what_is_kept_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing goes before what is named of it is sealed."""
    async with works(tmp_path) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        async with made.running() as app:
            purge, asked = Purge(app.work, 1e-9, policy("2010BB")), app.work.store.read
            overtaken: list[bool] = []

            async def blind(query: Callable[[View], Any]) -> Any:
                found = await asked(query)
                if not overtaken and found and isinstance(found[0], Payload):
                    overtaken.append(True)
                    return [row for row in found if row.role != "source"]
                return found

            monkeypatch.setattr(app.work.store, "read", blind)
            assert await purge.once() > 0
            left = await asked(lambda view: view.payloads())
        assert {row.role for row in left if row.shredded_at is None} == {ROLE}


async def test_a_damaged_payload_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    """It is purged all the same."""
    async with works(tmp_path) as (made, _):
        file = made.take(document(5)).file
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        with kept(made.tree, "test") as both:
            source = both.store.ask(lambda view: view.one(File, file))
        assert source is not None
        (path,) = (made.home / "vault" / "payloads").rglob(source.payload)
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes(content)
        await purged(made, policy("2010BB"))
        with kept(made.tree, "test") as both:
            assert list(both.vault.payload_ids()) == []
            events = both.store.ask(lambda view: view.events_of(Kind.FILE, file))
        (told,) = (each.detail for each in events if each.event == "payload.retained")
        assert (told["code"], told["claims"]) == ("PAYLOAD_REFUSED", 0)


async def test_nothing_above_a_claim_is_of_another_set(tmp_path: Path) -> None:
    """Where no guide is known for a set, nothing is above its claims."""
    head, good, strange = document(6, sets=2).rpartition(b"ST*837")
    content = head + good + strange.replace(b"005010X222A1", b"005010X999A1")
    assert await kept_of(tmp_path, content, "2010BB") == (
        [number for number, texts in wanted(head).items() if texts],
        {},
    )


async def test_what_has_no_end_is_kept_to_an_end(tmp_path: Path) -> None:
    """Of a level, so that its segments do not stand in each claim; and of a claim, in memory."""
    many = re.sub(rb"NM1\*PR\*[^~]*~", rb"\g<0>" + b"REF*FY*1~" * 500, document(3), count=1)
    many = re.sub(rb"CLM\*[^~]*~", rb"\g<0>" + b"REF*D9*1~" * 10_500, many, count=1)
    _, more = await kept_of(tmp_path, many, "2010BB REF", "2300 REF")
    assert more["left_out"] >= 300 + 500


async def kept_of(tmp_path: Path, content: bytes, *places: str) -> tuple[list[str], dict[str, Any]]:
    """Numbers of the claims of which anything is kept of a file, and what is told besides."""
    made = Works(tmp_path)
    made.partner("partner", str(tmp_path / "partner"))
    arrived = made.take(content)
    numbers = re.findall(rb"CLM\*([^*]*)", content)
    async with made.running() as app:
        file = await app.work.store.read(lambda view: view.one(File, arrived.file))
        assert file is not None
        made_of = await asyncio.to_thread(sealed, app.work, file, policy(*places).places)
        assert made_of is not None
        one, told = made_of
        lines = b"".join(app.work.vault.open(one.payload_id)).splitlines()
    tokens = {token_of(app.work.key, "claim", each.decode()): each.decode() for each in numbers}
    del told["claims"], told["segments"]
    return [tokens[json.loads(line)["token"]] for line in lines], told


async def test_a_file_of_which_nothing_can_be_sealed_now_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays as a whole, with its payload, until that can be done."""
    async with works(tmp_path) as (made, _):
        files = [made.take(document(5, seed=seed)).file for seed in (1, 2)]
        assert await made.settle() == {"ACKNOWLEDGED": 10}

        def fails(work: Work, file: File, places: Iterable[Place]) -> Any:
            if file.id == files[0]:
                raise StorageError(OSError(errno.ENOSPC, "no room"))
            return sealed(work, file, places)

        async with made.running() as app:
            purge = Purge(app.work, 1e-9, policy("2010BB"))
            monkeypatch.setattr("scrubjay.pipeline.purge.sealed", fails)
            assert await purge.once() > 0
            assert '"purge.waits"' in made.log.getvalue()
            assert app.work.seeing.lacking == ["DISK_FULL"]
            left = app.work.store.ask(lambda view: view.payloads())
            there = {(row.file, row.role) for row in left if row.shredded_at is None}
            assert there == {(files[0], "source"), (files[1], ROLE)}
            monkeypatch.setattr("scrubjay.pipeline.purge.sealed", sealed)
            assert await purge.once() == 1
            left = app.work.store.ask(lambda view: view.payloads())
            assert {row.role for row in left if row.shredded_at is None} == {ROLE}


async def test_what_was_sealed_in_vain_is_shredded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store has no room, it would be sealed again and again, and fill the disk."""
    async with works(tmp_path) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"ACKNOWLEDGED": 5}
        async with made.running() as app:
            before = set(app.work.vault.payload_ids())

            async def full(unit: object) -> None:
                raise DiskFullError

            monkeypatch.setattr(app.work.store, "write", full)
            with pytest.raises(DiskFullError):
                await Purge(app.work, 1e-9, policy("2010BB")).once()
            assert set(app.work.vault.payload_ids()) == before
            monkeypatch.undo()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("2010BC", "no loop '2010BC' in a claim"),
        ("2010BB CLM", "loop 2010BB of a claim has no CLM"),
        ("REF*D9", "is no place"),
        ("2300 REF*", "is no place"),
    ],
)
def test_a_slip_in_the_policy_is_refused(tmp_path: Path, place: str, words: str) -> None:
    """It would keep nothing, and nobody would see it before it is too late."""
    (tmp_path / "scrubjay.toml").write_text(f'[purge]\nretain = ["2010BB", "{place}"]\n')
    with pytest.raises(UsageError, match=words.replace("*", r"\*")):
        settings.read(str(tmp_path), {})


def test_a_policy_is_written_as_it_was_read() -> None:
    assert [str(Place.parsed(each)) for each in PLACES] == list(PLACES)
