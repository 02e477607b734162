"""API keys: who they stand for, when they open, and files that are none."""

import datetime as dt
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scrubjay.doors.identities import ApiKeys
from scrubjay.errors import InputError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "apikeys.toml"


def test_a_key_stands_for_whom_it_was_made_for(path: Path) -> None:
    north = ApiKeys.make(path, tenant="north", practice="clinic-12", partner="billing service 1")
    south = ApiKeys.make(path, tenant="south", practice="clinic-12")
    keys = ApiKeys(path)
    one, other = keys.identify(north), keys.identify(south)
    assert one is not None
    assert other is not None
    assert (one.tenant, one.practice, one.partner) == ("north", "clinic-12", "billing service 1")
    assert (other.tenant, other.practice, other.partner) == ("south", "clinic-12", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_letter_of_a_key_counts(path: Path) -> None:
    key = ApiKeys.make(path, tenant="north", practice="clinic-12")
    other = ApiKeys.make(path, tenant="south", practice="clinic-12")
    keys = ApiKeys(path)
    for at in range(len(key)):
        changed = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]
        assert keys.identify(changed) is None
    for said in ("", key[:-1], key + "A", key.upper(), key[:12] + other[12:], " " + key):
        assert keys.identify(said) is None


def test_a_key_opens_until_its_last_day(path: Path) -> None:
    key = ApiKeys.make(path, tenant="north", practice="clinic-12", until="2026-06-30")
    keys = ApiKeys(path)
    assert keys.identify(key, today=dt.date(2026, 6, 30)) is not None
    assert keys.identify(key, today=dt.date(2026, 7, 1)) is None


def test_keys_made_at_once_are_all_kept(path: Path) -> None:
    def once(number: int) -> str:
        return ApiKeys.make(path, tenant=f"tenant-{number}", practice="one")

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(once, range(16)))
    keys = ApiKeys(path)
    assert len(keys) == 16
    assert all(keys.identify(key) for key in made)


def test_a_file_that_cannot_be_read_any_more_lets_nobody_in(path: Path) -> None:
    """Nor does one that others can read by now; when it is right again, so are its keys."""
    key = ApiKeys.make(path, tenant="north", practice="clinic-12")
    keys = ApiKeys(path)
    text = path.read_text()
    path.write_text("damaged")
    assert keys.identify(key) is None
    path.write_text(text)
    assert keys.identify(key) is not None
    path.unlink()
    assert keys.identify(key) is None


def test_a_file_that_is_not_there_yet_has_no_keys_until_it_is(path: Path) -> None:
    keys = ApiKeys(path, required=False)
    assert len(keys) == 0
    key = ApiKeys.make(path, tenant="north", practice="clinic-12")
    assert keys.identify(key) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "see docs/intake.md"),
        ("[keys]\n", "only"),
        ("key = 1\n", "only"),
        ("[[key]]\nid = 1\n", "other fields"),
        ('[[key]]\nid = "a1b2c3d4"\nsecret = "x"\n', "other fields"),
        ('[[key]]\nid = "a1b2c3d4"\n', "is missing"),
        ('[[key]]\nid = "x"\ndigest = "y"\ntenant = "n"\npractice = "p"\n', "apikeys new"),
        ('[[key]]\nid = "x"\ndigest = "y"\ntenant = ""\npractice = "p"\n', "a tenant is"),
    ],
)
def test_a_file_that_is_none_is_told_where(path: Path, text: str, said: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        ApiKeys(path)


def test_a_file_that_others_can_read_is_refused(path: Path) -> None:
    path.touch(mode=0o644)
    path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        ApiKeys(path)
    with pytest.raises(InputError, match="scrubjay apikeys new"):
        ApiKeys(path.with_name("nowhere"))


@pytest.mark.parametrize("name", ["", "a" * 65, 'x"\nid = "y', "naïve", "../x"])
def test_a_tenant_is_a_plain_name(path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a tenant is"):
        ApiKeys.make(path, tenant=name, practice="one")
    assert not path.exists()
