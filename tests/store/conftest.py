"""A store of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scrubjay.store.sqlite.store import SqliteStore
from store.made import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[SqliteStore]:
    with place.opened() as opened:
        yield opened
