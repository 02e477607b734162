"""The power goes: what was not synced is lost, torn or there, and what was said is there.

A process works while everything that reaches its files is written down in order. From that, images
are made of the disk as it could be found after any moment: what an fsync covered is there; of what
came after it, each sector of 512 bytes is there or is not.
"""

import os
import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from store.made import Place
from store.test_processes import assert_sound, lines, started, whole_files

IMAGES = int(os.environ.get("SCRUBJAY_IMAGES", "25"))
SECTOR = 512
UNITS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """Something that reached a file."""

    kind: str
    file: str
    offset: int
    data: bytes


def steps(log: Path) -> Iterator[Step]:
    """The records of watched_disk.c."""
    content = log.read_bytes()
    at = 0
    while at < len(content):
        kind, length = struct.unpack_from("<cq", content, at)
        at += 9
        name = content[at : at + length].decode()
        offset, count = struct.unpack_from("<qq", content, at + length)
        at += length + 16
        yield Step(kind.decode(), name, offset, content[at : at + count])
        at += count


def applied(content: bytearray, step: Step, *, chance: random.Random | None) -> None:
    """A step on the content of a file; with `chance`, as far as it came."""
    if step.kind == "t":
        if chance is None or chance.random() < 0.5:
            del content[step.offset :]
            content.extend(bytes(step.offset - len(content)))
        return
    for start in range(0, len(step.data), SECTOR):
        if chance is None or chance.random() < 0.5:
            piece = step.data[start : start + SECTOR]
            begin = step.offset + start
            content.extend(bytes(max(begin + len(piece) - len(content), 0)))
            content[begin : begin + len(piece)] = piece


def image(done: list[Step], chance: random.Random) -> tuple[dict[str, bytes], set[str]]:
    """The files as they could be found, and what was said before."""
    files: dict[str, bytes] = {}
    for name in ("scrubjay.db", "scrubjay.db-wal"):
        of_file = [step for step in done if step.file == name]
        synced = max((at for at, step in enumerate(of_file) if step.kind == "s"), default=-1)
        content = bytearray()
        for at, step in enumerate(of_file):
            if step.kind != "s":
                applied(content, step, chance=None if at < synced else chance)
        files[name] = bytes(content)
    said = b"".join(step.data for step in done if step.file == "said")
    return files, set(said.decode().split())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[Step]]:
    """What a process did, step by step, from the first byte of its store."""
    folder = tmp_path_factory.mktemp("watched")
    library, log = folder / "watched_disk.so", folder / "log"
    source = Path(__file__).with_name("watched_disk.c")
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"], check=True
    )
    place = Place(folder)
    environ = {"LD_PRELOAD": str(library), "DISK_LOG": str(log)}
    with started("power", place, "p", UNITS, environ=environ) as process:
        lines(process)
        assert process.wait() == 0
    return place, list(steps(log))


def test_the_log_tells_of_everything(watched: tuple[Place, list[Step]]) -> None:
    """Whatever the process wrote is in it: the whole log makes the file as it is."""
    place, done = watched
    files, said = image([*done, Step("s", "scrubjay.db", 0, b"")], random.Random(0))  # noqa: S311
    assert files["scrubjay.db"] == place.database.read_bytes()
    assert len(said) == UNITS
    folded = [step for step in done if step.file == "scrubjay.db" and step.kind == "s"]
    assert len(folded) > 3, "the log was never folded into the file: the test would miss that"


@pytest.mark.parametrize("seed", range(IMAGES))
def test_after_any_moment_what_was_said_is_there(
    watched: tuple[Place, list[Step]], tmp_path: Path, seed: int
) -> None:
    place, done = watched
    chance = random.Random(seed)  # noqa: S311 - the same images each time
    first = next(at for at, step in enumerate(done) if step.file == "said")
    files, said = image(done[: chance.randrange(first, len(done) + 1)], chance)
    found = Place(tmp_path)
    found.key.parent.mkdir()
    found.key.write_bytes(place.key.read_bytes())
    found.key.chmod(0o600)
    found.data.mkdir(0o700)
    for name, content in files.items():
        (found.data / name).write_bytes(content)
        (found.data / name).chmod(0o600)
    with found.opened() as store:
        assert said <= whole_files(store)
    assert_sound(found)
