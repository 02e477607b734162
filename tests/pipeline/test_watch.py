"""The watched folder takes files when they are whole, once, and leaves what is not where it is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document
from scrubjay.app import kept
from scrubjay.pipeline.intake import Sender
from scrubjay.pipeline.watch import Watch
from scrubjay.store.rows import File


@dataclass
class Told:
    """Takes what would be logged."""

    events: list[tuple[str, Any]] = field(default_factory=list)

    def tell(self, event: str, *_: int, **fields: Any) -> None:
        self.events.append((event, fields.get("code")))


@dataclass
class Watched:
    """A folder that is watched, and what came of it."""

    watch: Watch
    folder: Path
    told: Told
    store: Any

    def look(self) -> int:
        """Twice: a file is taken when it has not changed since the look before."""
        self.watch.look()
        return self.watch.look()

    def files(self) -> list[File]:
        found = [self.store.ask(lambda view, at=at: view.one(File, at)) for at in range(1, 9)]
        return [each for each in found if each is not None]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Works(tmp_path)
    folder, told = tmp_path / "inbox", Told()
    folder.mkdir()

    class Hand:
        """What `Watch` takes of the work."""

    with kept(made.tree, "test") as both:
        hand: Any = Hand()
        hand.store, hand.vault, hand.seeing = both.store, both.vault, told
        watch = Watch(hand, str(folder), Sender(), 0.0)
        yield Watched(watch, folder, told, both.store)


def test_a_whole_file_is_taken_and_removed(watched: Watched) -> None:
    (watched.folder / "claims.837").write_bytes(document(5))
    assert watched.watch.look() == 0
    assert watched.watch.look() == 1
    assert list(watched.folder.iterdir()) == []
    (file,) = watched.files()
    assert (file.door, file.practice) == ("folder", "SYNTHETIC")


def test_a_folder_below_is_a_practice(watched: Watched) -> None:
    (watched.folder / "clinic-12").mkdir()
    (watched.folder / "clinic-12" / "claims.837").write_bytes(document(5))
    assert watched.look() == 1
    assert [file.practice for file in watched.files()] == ["clinic-12"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_half_a_file_is_never_taken(watched: Watched, share: float) -> None:
    content = document(20)
    path = watched.folder / "claims.837"
    path.write_bytes(content[: int(len(content) * share)])
    assert [watched.look() for _ in range(3)] == [0, 0, 0]
    assert watched.files() == []
    assert watched.told.events == [("inbox.not_taken", "INCOMPLETE")]
    path.write_bytes(content)
    assert watched.look() == 1
    assert len(watched.files()) == 1


def test_a_file_that_grows_is_left_until_it_does_not(watched: Watched) -> None:
    one, two = document(5, seed=1), document(5, seed=2)
    path = watched.folder / "claims.837"
    for content in (one[:500], one, one + two[:300], one + two):
        path.write_bytes(content)
        assert watched.watch.look() == 0
    assert watched.watch.look() == 1
    (file,) = watched.files()
    assert file.size == len(one + two)


@pytest.mark.parametrize("name", ["claims.part", "claims.837.TMP", ".claims.837", "claims.837~"])
def test_what_is_named_as_half_written_is_left(watched: Watched, name: str) -> None:
    (watched.folder / name).write_bytes(document(5))
    assert [watched.look() for _ in range(3)] == [0, 0, 0]
    (watched.folder / name).rename(watched.folder / "claims.837")
    assert watched.look() == 1


def test_links_and_pipes_are_not_followed(watched: Watched, tmp_path: Path) -> None:
    secret = tmp_path / "secret.837"
    secret.write_bytes(document(5))
    (watched.folder / "link.837").symlink_to(secret)
    os.mkfifo(watched.folder / "pipe.837")
    assert watched.look() == 0
    assert watched.files() == []


def test_the_same_file_twice_is_one_and_both_are_removed(watched: Watched) -> None:
    for name in ("a.837", "b.837"):
        (watched.folder / name).write_bytes(document(5))
    assert watched.look() == 2
    assert list(watched.folder.iterdir()) == []
    assert len(watched.files()) == 1


def test_what_is_no_x12_is_told_once_and_left(watched: Watched) -> None:
    (watched.folder / "letter.txt").write_text("dear sir or madam")
    assert [watched.look() for _ in range(4)] == [0, 0, 0, 0]
    assert watched.told.events == [("inbox.not_taken", "INCOMPLETE")]
    assert len(list(watched.folder.iterdir())) == 1
