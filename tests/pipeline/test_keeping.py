"""What a bad day may not cost: keys that are away, a store that is not the one of yesterday."""

from pathlib import Path

import pytest

from pipeline.works import Works, document
from scrubjay.app import KEYS, kept
from scrubjay.errors import InputError
from scrubjay.pipeline.relay import folder_of
from scrubjay.pipeline.tidying import shred_orphans
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.sqlite.upkeep import backed_up, restored
from scrubjay.vault import new_payload_id


@pytest.mark.parametrize("name", KEYS)
def test_a_store_whose_keys_are_away_gets_no_others(tmp_path: Path, name: str) -> None:
    """Until the folder of keys is mounted again, nothing is written."""
    made = Works(tmp_path)
    made.take(document(3))
    key = tmp_path / "home.keys" / name
    key.rename(tmp_path / "away")
    with pytest.raises(InputError, match="restore the folder of keys"):
        made.take(document(4, seed=2))
    assert not key.exists()
    (tmp_path / "away").rename(key)
    assert made.take(document(4, seed=2)).fresh


def test_what_a_lost_store_knew_of_is_not_shredded(tmp_path: Path) -> None:
    """A new store in the same home leaves the payloads of the one before alone."""
    made = Works(tmp_path)
    made.take(document(3))
    for path in made.home.glob("scrubjay.db*"):
        if path.is_file():
            path.unlink()
    with kept(made.tree, "test") as both:
        before = list(both.vault.payload_ids())
        assert shred_orphans(both.store, both.vault, older=0.0) == 0
        assert list(both.vault.payload_ids()) == before
        both.vault.seal(new_payload_id(), [b"whoever sealed it died"])
        assert shred_orphans(both.store, both.vault, older=-1.0) == 1


def test_what_came_after_the_backup_is_not_shredded(tmp_path: Path) -> None:
    """A restored store does not know of it, and the store that was put aside does."""
    made = Works(tmp_path)
    made.take(document(3))
    backed_up(made.home, tmp_path / "backup.db")
    made.take(document(4, seed=2))
    keys = Keyring.load(tmp_path / "home.keys" / "audit.key")
    verdict, broken, _ = restored(tmp_path / "backup.db", made.home, keys, force=True)
    assert (verdict.good, broken) == (True, [])
    with kept(made.tree, "test") as both:
        assert len(list(both.vault.payload_ids())) == 2
        assert shred_orphans(both.store, both.vault, older=0.0) == 0


async def test_a_partners_folder_is_below_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the process was started, what was sent is looked for in one place."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    made = Works(tmp_path)
    made.partner("clearing", "ch")
    async with made.running():
        pass
    assert (made.home / "ch" / "out").is_dir()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_no_two_practices_have_one_folder() -> None:
    """Whatever a file calls itself: what goes back names patients."""
    names = ["a.b", "a_b", "a/b", "a b", "", "_", "..", "x" * 64, "x" * 65, "CLINIC-12"]
    folders = [folder_of(name) for name in names]
    assert len(set(folders)) == len(names)
    assert not any(set("/.") & set(each) for each in folders)
    assert folders[-1] == "CLINIC-12"
