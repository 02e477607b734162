"""Folders between two who do not see each other: whole files only, and nothing twice."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.testing.contracts.transport import (
    failure_of,
    interchange_of,
    text_of,
    transmission_of,
)
from scrubjay.transports.folder import FolderTransport
from vault.test_folder import dies_before

TEXT = interchange_of(1, 100_000)


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """Where the partner picks up."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Where the partner leaves its answers."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def left(inbox: Path, name: str, *, ago: float = 3600, text: bytes = b"answer") -> Path:
    """An answer that nobody has written to for so many seconds."""
    file = inbox / name
    file.write_bytes(text)
    os.utime(file, (0, file.stat().st_mtime - ago))
    return file


async def test_an_answer_that_may_still_grow_waits(outbox: Path, inbox: Path) -> None:
    """Names of what is half there, folders, links, and what was written to a moment ago."""
    transport = FolderTransport(outbox, inbox, settle=60)
    for name in (".hidden", "a.part", "a.TMP", "a.filepart"):
        left(inbox, name)
    left(inbox, "fresh", ago=0)
    (inbox / "folder").mkdir()
    (inbox / "link").symlink_to(left(outbox, "elsewhere"))
    left(inbox, "whole")
    assert [each.id for each in await transport.collect()] == ["whole"]
    await transport.close()


@pytest.mark.parametrize("name", ["räp ort%.999", "a\nb", "\udcff\udcfe.ta1", "x" * 255, "..."])
async def test_a_partners_name_is_data(outbox: Path, inbox: Path, name: str) -> None:
    """Whatever bytes it has: its id is plain text that leads back to it and nowhere else."""
    left(inbox, name)
    transport = FolderTransport(outbox, inbox)
    found = await transport.collect()
    if name.startswith("."):
        assert found == []
    else:
        assert found[0].id.isascii()
        assert found[0].id.isprintable()
        assert await text_of(transport, found[0].id) == b"answer"
        await transport.confirm(found[0].id)
        assert await transport.collect() == []
    await transport.close()


async def test_a_link_in_the_inbox_is_not_followed(outbox: Path, inbox: Path) -> None:
    (inbox / "link").symlink_to(left(outbox, "elsewhere"))
    transport = FolderTransport(outbox, inbox)
    assert (await failure_of(text_of(transport, "link"))).fate is Fate.RETRYABLE
    await transport.close()


async def test_what_the_partner_took_away_was_sent(outbox: Path, inbox: Path) -> None:
    """A picked-up interchange is known, and is not put there again."""
    transport = FolderTransport(outbox, inbox)
    sent = transmission_of("key-1", TEXT)
    await transport.send(sent)
    (outbox / "key-1.x12").unlink()
    again = FolderTransport(outbox, inbox)
    assert (await again.send(sent)).duplicate
    receipt = await again.look_up("key-1")
    assert receipt is not None
    assert not (outbox / "key-1.x12").exists()
    await transport.close()
    await again.close()


def test_only_the_interchange_itself_is_left_in_clear(outbox: Path, inbox: Path) -> None:
    """Beside it lies a note without content; files are the owner's alone."""
    transport = FolderTransport(outbox, inbox)
    asyncio.run(transport.send(transmission_of("key-1", TEXT)))
    asyncio.run(transport.close())
    files = [path for path in outbox.rglob("*") if path.is_file()]
    assert sorted(file.name for file in files) == ["key-1", "key-1.x12"]
    assert [file for file in files if b"ISA" in file.read_bytes()] == [outbox / "key-1.x12"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize("picks_up", [False, True])
def test_a_death_at_any_moment_of_sending_is_told_apart(
    outbox: Path, inbox: Path, *, picks_up: bool
) -> None:
    """Asked afterwards it was there, it was not, or in one moment nobody knows: never wrong."""
    file = outbox / "key-1.x12"

    async def send() -> None:
        transport = FolderTransport(outbox, inbox)
        await transport.send(transmission_of("key-1", TEXT))

    async def asked() -> str:
        transport = FolderTransport(outbox, inbox)
        was_there = file.exists()
        if was_there and picks_up:
            assert file.read_bytes() == TEXT
            file.unlink()
        try:
            receipt = await transport.look_up("key-1")
        except Exception as error:  # noqa: BLE001 - the code is looked at
            return str(error).partition(":")[0]
        finally:
            await transport.close()
        assert (receipt is not None) == was_there
        return "there" if was_there else "nowhere"

    step, told = 0, []
    while dies_before(step, lambda: asyncio.run(send())):
        told.append(asyncio.run(asked()))
        for left_over in [*outbox.glob("*.x12"), *(outbox / ".sent").glob("*")]:
            left_over.unlink()
        step += 1
    assert set(told) == {"nowhere", "there", "LOOK_UP_UNDECIDED"}
    assert picks_up or told.count("LOOK_UP_UNDECIDED") == 1


async def test_a_resend_after_a_death_makes_one_of_two(outbox: Path, inbox: Path) -> None:
    """The interchange is there, the note of it is not: the same bytes are told as a duplicate."""
    transport = FolderTransport(outbox, inbox)
    await transport.send(transmission_of("key-1", TEXT))
    (outbox / ".sent" / "key-1").unlink()
    assert (await transport.send(transmission_of("key-1", TEXT))).duplicate
    error = await failure_of(transport.send(transmission_of("key-1", interchange_of(2))))
    assert error.code == "KEY_REUSED"
    await transport.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, inbox: Path) -> None:
    with pytest.raises(UsageError, match="name a folder that is there"):
        FolderTransport(tmp_path / "nowhere", inbox)
