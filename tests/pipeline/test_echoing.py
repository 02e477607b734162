"""A partner's TA1 and 999 go back to submitters under the numbers that these gave."""

import re
from pathlib import Path

import pytest

from pipeline.works import document, works
from scrubjay.acks import apply
from scrubjay.runs import validate
from scrubjay.testing.clearinghouse import Behaviour


def sent_back(folder: Path, role: str) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if re.search(rf"partner-.*\.{role}$", path.name)
    )


@pytest.mark.parametrize("fault", ["", "set_rejected"])
async def test_a_999_names_the_groups_and_sets_that_were_sent(tmp_path: Path, fault: str) -> None:
    behaviour = Behaviour(kinds=("999",), faults={fault: 1.0} if fault else {})
    due = {"final": "999"}
    async with works(tmp_path, behaviour, acknowledgments=due) as (made, _):
        for practice, seed in (("one", 1), ("two", 2)):
            made.take(document(25, seed=seed, sets=2), practice)
        found = await made.settle()
    assert sum(found.values()) == 50
    for practice, seed in (("one", 1), ("two", 2)):
        paths = sent_back(made.home / "outbox" / practice, "999")
        source = tmp_path / f"{practice}.837"
        source.write_bytes(document(25, seed=seed, sets=2))
        codes: set[str] = set()
        for path in paths:
            assert validate(path).reasons == ()
            text = path.read_text()
            assert f"~\nAK1*HC*{seed}*005010X222A1~" in text
            assert "*ZZ*SCRUBJAY       *ZZ*SYNTHETIC      *" in text
            codes |= set(re.findall(r"IK5\*(\w)", text))
        assert codes == ({"R"} if found.get("REJECTED_BY_PARTNER") == 50 else codes)
        with apply([source], paths) as applied:
            assert not applied.notices
        assert paths


async def test_a_ta1_names_the_interchange_that_was_sent(tmp_path: Path) -> None:
    behaviour = Behaviour(kinds=("ta1",), faults={"interchange_rejected": 1.0})
    async with works(tmp_path, behaviour, envelope={"acknowledge": True}) as (made, _):
        made.take(document(5))
        assert await made.settle() == {"REJECTED_BY_PARTNER": 5}
    (path,) = sent_back(made.home / "outbox" / "SYNTHETIC", "ta1")
    text = path.read_text()
    assert re.search(r"TA1\*000000001\*\d{6}\*\d{4}\*R\*\d{3}~", text)
    assert validate(path).reasons == ()


async def test_values_of_other_delimiters_break_no_acknowledgment(tmp_path: Path) -> None:
    """A sender whose elements end with a bar may have a star in its name."""
    behaviour = Behaviour(kinds=("999", "ta1"))
    content = document(5).replace(b"*", b"|")
    content = content.replace(b"|SYNTHETIC      |", b"|SYN*T:^        |")
    content = content.replace(b"GS|HC|SYNTHETIC|", b"GS|HC|SYN*T|").replace(
        b"|^|00501", b"|!|00501"
    )
    async with works(
        tmp_path, behaviour, envelope={"acknowledge": True}, acknowledgments={"final": "999"}
    ) as (made, _):
        made.take(content, "one")
        assert await made.settle() == {"ACKNOWLEDGED": 5}
    folder = made.home / "outbox" / "one"
    told = sent_back(folder, "999") + sent_back(folder, "ta1")
    assert len(told) == 2
    for path in told:
        assert validate(path).reasons == ()
        assert "*SYN T          *" in path.read_text()
