"""Rules that ask services outside: an answer in time is the verdict, anything else is no_data."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

import pytest

from pipeline.asked import BLOCKED, RULES, plan
from pipeline.works import document, works
from scrubjay import settings
from scrubjay.errors import UsageError
from scrubjay.pipeline import lookups
from scrubjay.pipeline.lookups import Service, Services, named
from scrubjay.rules.lookups import Alone, NoDataError, answers

USE = "pipeline.asked:eligibility"


class Desk:
    """Services of a test, asked from a thread as the engine does."""

    def __init__(self, **given: Any) -> None:
        self.seen: Counter[str] = Counter()
        whole: dict[str, Any] = {"name": "eligibility", "use": USE, "deadline": 60.0} | given
        service = Service(**whole)
        self.services = Services([service], lambda _, result: self.seen.update([result]))

    async def ask(self, *questions: str) -> list[Any]:
        """What came of each: the answer, or the code of why there is none."""
        asks = [self.services.ask("eligibility", each) for each in questions]
        found = await asyncio.to_thread(self.services.run, asks)
        return [each.code if isinstance(each, NoDataError) else each for each in found]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.services.close()


async def test_answers_are_kept_and_asked_for_once() -> None:
    async with plan() as server:
        server.uncovered = {"b"}
        with Desk() as desk:
            assert await desk.ask("a", "b", "a", "a") == [True, False, True, True]
            assert await desk.ask("a", "b") == [True, False]
        assert sorted(server.asked) == ["a", "b"]
        assert desk.seen == {"answered": 2, "kept": 2}


@pytest.mark.parametrize("service", ["leaving", "cancelled"])
async def test_a_service_that_leaves_ends_nobody_else(service: str) -> None:
    """Neither the loop nor those who ask after it."""
    with Desk(use=f"pipeline.asked:{service}", failures=2) as desk:
        assert await desk.ask("a", "b") == ["LOOK_UP_FAILED", "LOOK_UP_FAILED"]
        assert await desk.ask("c", "d") == ["BREAKER_OPEN", "BREAKER_OPEN"]


@pytest.mark.parametrize("asked", ["services", "alone"])
async def test_a_rule_that_leaves_ends_no_other_rule(asked: str) -> None:
    async def leaves() -> bool:
        raise SystemExit(3)

    async def stays() -> bool:
        return True

    with Desk() as desk:
        asking = desk.services if asked == "services" else Alone()
        left, stayed = await asyncio.to_thread(answers, asking, [leaves(), stays()])
    assert (type(left), stayed) == (SystemExit, True)


async def test_kept_answers_are_bounded_and_grow_old() -> None:
    async with plan() as server:
        with Desk(kept=2) as desk:
            for member in ("a", "b", "c", "b", "a"):
                await desk.ask(member)
        assert server.asked == ["a", "b", "c", "a"]
        server.asked.clear()
        with Desk(ttl=0.0) as desk:
            await desk.ask("a")
            await desk.ask("a")
        assert server.asked == ["a", "a"]


async def test_a_service_that_hangs_is_given_up_in_time() -> None:
    async with plan() as server:
        server.mode = "hanging"
        with Desk(deadline=0.1, failures=1_000) as desk:
            assert await desk.ask("a", "b") == ["DEADLINE"] * 2
        assert desk.seen == {"DEADLINE": 2}


async def test_a_service_that_blocks_for_ever_holds_up_itself_alone() -> None:
    """It has no data, is left alone after some of that, and the end does not wait for it."""
    BLOCKED.clear()
    services = [
        Service(name="stuck", use="pipeline.asked:blocking", deadline=0.1, failures=2),
        Service(name="well", use="pipeline.asked:blocking"),
    ]
    made = Services(services, lambda *_: None)
    try:
        for codes in (["DEADLINE"] * 2, ["BREAKER_OPEN"] * 2):
            asks = [made.ask("stuck", f"block{number}") for number in range(2)]
            asks.append(made.ask("well", "a"))
            *stuck, well = await asyncio.to_thread(made.run, asks)
            assert ([each.code for each in stuck], well) == (codes, True)
    finally:
        made.close()
        BLOCKED.set()


async def test_a_rule_that_blocks_for_ever_has_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the loop of rules up, and still nobody waits for it for ever."""
    monkeypatch.setattr(lookups, "PATIENCE", 0.0)
    monkeypatch.setattr(lookups, "LEAVE", 0.2)
    BLOCKED.clear()
    with Desk(use="pipeline.asked:blocking", deadline=0.1) as desk:

        async def blocks() -> bool:
            return BLOCKED.wait()

        for _ in range(2):
            asks = [blocks(), desk.services.ask("eligibility", "a")]
            found = await asyncio.to_thread(desk.services.run, asks)
            assert [each.code for each in found] == ["DEADLINE"] * 2
        BLOCKED.set()
        while (await desk.ask("a")) != [True]:
            pass


def test_a_process_ends_although_a_service_blocks_for_ever(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(
        "import threading\n\n\nasync def service(_):\n    threading.Event().wait()\n"
    )
    text = (
        "from scrubjay.pipeline.lookups import Service, Services\n"
        "made = Services([Service(name='a', use='blocks:service', deadline=0.1)], print)\n"
        "print(made.run([made.ask('a', 1)])[0].code)\n"
        "made.close()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    assert ended.stdout.split() == [b"a", b"DEADLINE", b"DEADLINE"]


async def test_a_service_that_fails_is_left_alone_and_tried_by_one() -> None:
    async with plan() as server:
        server.mode = "failing"
        with Desk(failures=3, rest=0.01, at_once=1) as desk:
            found = await desk.ask(*(f"m{number}" for number in range(3)))
            assert found == ["LOOK_UP_FAILED"] * 3
            server.mode = "well"
            # the rest is over within some looks: then one is let through, and after it all
            while (await desk.ask("again"))[0] == "BREAKER_OPEN":
                await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=0.01)
            assert await desk.ask("one", "two") == [True, True]


async def test_no_more_is_asked_at_once_than_may() -> None:
    async with plan() as server:
        server.mode = "slow"
        with Desk(at_once=3) as desk:
            assert await desk.ask(*(f"m{number}" for number in range(12))) == [True] * 12
        assert server.most == 3


async def test_what_a_service_raises_is_not_seen() -> None:
    with Desk(use="pipeline.asked:broken") as desk:
        (error,) = await asyncio.to_thread(
            desk.services.run, [desk.services.ask("eligibility", "SECRET")]
        )
    assert isinstance(error, NoDataError)
    assert error.__cause__ is None
    assert "HUSH" not in str(error)
    assert "SECRET" not in str(error)


@pytest.mark.parametrize(
    "use", ["nowhere:at_all", "pipeline.asked:nothing", "pipeline.asked:not_a_service", "no_entry"]
)
def test_a_service_that_is_not_there_is_said_at_the_start(use: str) -> None:
    with pytest.raises(UsageError, match="lookups"):
        named(use)


def test_settings_name_services_and_their_limits(tmp_path: Path) -> None:
    (tmp_path / "scrubjay.toml").write_text(
        f'[lookups.eligibility]\nuse = "{USE}"\ndeadline_seconds = 0.5\nkept_seconds = 60\n'
    )
    (service,) = settings.read(str(tmp_path), {}).lookups
    assert (service.name, service.use, service.deadline, service.ttl) == (
        *("eligibility", USE),
        *(0.5, 60),
    )
    (tmp_path / "scrubjay.toml").write_text('[lookups.eligibility]\nuses = "x"\n')
    with pytest.raises(UsageError, match="uses"):
        settings.read(str(tmp_path), {})


@pytest.mark.parametrize("mode", ["well", "failing"])
async def test_a_claim_never_passes_for_want_of_an_answer(tmp_path: Path, mode: str) -> None:
    async with plan() as server, works(tmp_path) as (made, _):
        server.mode = mode
        (tmp_path / "asking.py").write_text(RULES)
        text = (made.home / "scrubjay.toml").read_text()
        text = text.replace("[scrub]\n", f'[scrub]\nrules = ["{tmp_path}/asking.py"]\n')
        text += f'[lookups.eligibility]\nuse = "{USE}"\ndeadline_seconds = 60\n'
        (made.home / "scrubjay.toml").write_text(text)
        content = document(20)
        members = [
            line.split(b"*")[9].rstrip(b"~").decode()
            for line in content.split(b"\n")
            if line.startswith(b"NM1*IL*")
        ]
        server.uncovered = set(members[:2])
        made.take(content)
        found = await made.settle()
        findings = _findings(made)
    codes = Counter(row["code"] for row in findings)
    told = Counter(row["message"] for row in findings)
    assert "RULE_FAILED" not in codes
    assert codes["MEMBER_NOT_COVERED"] == found.get("REJECTED_BY_SCRUB", 0)
    assert (0 < codes["MEMBER_NOT_COVERED"] < 20) == (mode == "well")
    assert told["no_data: crosswalk gave no answer for NOBODY_TO_ASK"] == 20
    asked_in_vain = told["no_data: eligibility gave no answer for MEMBER_NOT_COVERED"]
    assert asked_in_vain == (20 if mode == "failing" else 0)


def _findings(made: Any) -> list[dict[str, Any]]:
    """findings.jsonl of the one file, out of the sealed results."""
    import io
    import tarfile

    from scrubjay.app import kept

    with kept(made.tree, "test") as both:
        payloads = both.store.ask(lambda view: view.payloads_of(1))
        (results,) = (each for each in payloads if each.role == "results")
        with both.vault.open(results.id) as payload:
            content = b"".join(payload)
    with tarfile.open(fileobj=io.BytesIO(content)) as bundle:
        file = bundle.extractfile("findings.jsonl")
        assert file is not None
        return [json.loads(line) for line in file.read().splitlines()]
