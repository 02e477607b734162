"""Keys of the vault and keys to the door, from the command line."""

import json
from pathlib import Path

import pytest

from scrubjay.doors.identities import ApiKeys
from scrubjay.testing import generate
from scrubjay.vault import new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile
from stage import Command


@pytest.fixture
def ring(state: Path) -> KeyringFile:
    """That of the user's own home folder, where the command finds it."""
    return KeyringFile.find_or_make(state / "scrubjay" / "data.keys" / "wrapping.keys")


@pytest.fixture
def folder(tmp_path: Path, ring: KeyringFile) -> Path:
    """A vault of its own, with three payloads."""
    vault = FolderVault(tmp_path / "vault", ring)
    for _ in range(3):
        vault.seal(new_payload_id(), [b"text"])
    vault.close()
    return tmp_path / "vault"


def test_keys_are_rotated_rewrapped_and_retired(
    scrubjay: Command, ring: KeyringFile, folder: Path
) -> None:
    """The whole life of a key, while the vault stays readable."""
    old = ring.current()
    vault = ("--vault", str(folder))
    (only,) = json.loads(scrubjay("keys", "list", *vault, "--json").out)["keys"]
    assert (only["key"], only["current"], only["payloads"]) == (old, True, 3)
    new = json.loads(scrubjay("keys", "rotate", "--json").out)["current"]
    refused = scrubjay("keys", "retire", old, *vault)
    assert (refused.code, refused.out) == (2, "")
    assert "wraps 3 payloads; first: scrubjay keys rewrap" in refused.err
    told = json.loads(scrubjay("keys", "rewrap", *vault, "--json").out)
    assert told == {"moved": 3, "current": 3, "refused": []}
    assert scrubjay("keys", "rewrap", *vault).out.startswith("0 data keys wrapped anew, 3 with")
    shown = scrubjay("keys", "list", *vault).out
    assert f"{new}" in shown
    assert "3 payloads" in shown
    assert scrubjay("keys", "retire", old, *vault).out == f"{old} is gone\n"
    assert [key.id for key in KeyringFile(ring.path).listed()] == [new]
    assert scrubjay("keys", "retire", new, *vault).code == 2


def test_a_data_key_that_cannot_be_opened_is_named(
    scrubjay: Command, ring: KeyringFile, folder: Path
) -> None:
    """The others move all the same."""
    damaged = next(path for path in (folder / "keys").glob("*/*") if len(path.name) == 26)
    damaged.write_bytes(damaged.read_bytes().replace(b":", b";"))
    scrubjay("keys", "rotate")
    ended = scrubjay("keys", "rewrap", "--vault", str(folder))
    assert ended.code == 1
    assert ended.out.startswith("2 data keys wrapped anew")
    assert f"{damaged.name} cannot be opened" in ended.out


def test_no_secret_is_ever_printed(scrubjay: Command, ring: KeyringFile, folder: Path) -> None:
    secrets = {key.secret.hex() for key in ring.listed()}
    for words in ("list", "list --json", "rotate", f"rewrap --vault {folder}"):
        ended = scrubjay("keys", *words.split())
        assert not [secret for secret in secrets if secret in ended.out + ended.err]


def test_a_ring_or_a_vault_that_is_not_there_is_not_made(
    scrubjay: Command, tmp_path: Path, ring: KeyringFile
) -> None:
    """A slip of the finger must not become an empty vault."""
    del ring
    nowhere = tmp_path / "nowhere"
    for words in (f"list --keyring {nowhere}", f"rewrap --vault {nowhere}"):
        ended = scrubjay("keys", *words.split())
        assert (ended.code, ended.out) == (2, "")
        assert not nowhere.exists()


def test_what_is_done_to_the_keys_of_a_home_folder_is_audited(
    scrubjay: Command, tmp_path: Path
) -> None:
    """Rotated, rewrapped and retired, by whom, and the chain still holds."""
    home = tmp_path / "home"
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=2)))
    assert scrubjay("ingest", str(claims), "--home", str(home)).code == 0
    (only,) = json.loads(scrubjay("keys", "list", "--home", str(home), "--json").out)["keys"]
    assert only["payloads"] == 1
    for words in ("rotate", "rewrap", f"retire {only['key']}"):
        assert scrubjay("keys", *words.split(), "--home", str(home)).code == 0
    who = ("--tenant", "north", "--practice", "clinic-12")
    key = scrubjay("apikeys", "new", *who, "--home", str(home)).out.strip()
    assert scrubjay("apikeys", "revoke", key.split("_")[1], "--home", str(home)).code == 0
    data = ("--home", str(home))
    exported = tmp_path / "audit.jsonl"
    told = scrubjay("audit", "export", *data, "--output", str(exported))
    assert told.code == 0, told.err
    events = [json.loads(line) for line in exported.read_text().splitlines()]
    assert not list(home.rglob("*.key*")), "no copy of the home folder has a key"
    names = [event["event"] for event in events if "key." in event.get("event", "")]
    of_the_vault = ["key.made"] * 3 + ["key.rotated"]
    of_the_vault += ["key.rewrapping", "key.rewrapped", "key.retired"]
    assert names == [*of_the_vault, "apikey.made", "apikey.revoked"]
    assert key.split("_", 2)[2] not in exported.read_text()
    assert scrubjay("audit", "verify", *data).code == 0


def test_an_api_key_is_made_listed_and_revoked(scrubjay: Command, tmp_path: Path) -> None:
    """It is shown once; what is kept opens nothing by itself."""
    file = ("--file", str(tmp_path / "apikeys.toml"))
    who = ("--tenant", "north", "--practice", "clinic-12", "--until", "2099-01-01")
    made = scrubjay("apikeys", "new", *file, *who)
    key = made.out.strip()
    identity = ApiKeys(file[1]).identify(key)
    assert identity is not None
    assert (identity.tenant, identity.practice) == ("north", "clinic-12")
    assert key.split("_", 2)[2] not in Path(file[1]).read_text()
    listed = scrubjay("apikeys", "list", *file)
    assert listed.out.startswith(f"{identity.key_id}  ")
    assert "until 2099-01-01" in listed.out
    (row,) = json.loads(scrubjay("apikeys", "list", *file, "--json").out)["keys"]
    assert row["id"] == identity.key_id
    assert "digest" not in row
    assert scrubjay("apikeys", "revoke", identity.key_id, *file).code == 0
    assert ApiKeys(file[1]).identify(key) is None
    again = scrubjay("apikeys", "revoke", identity.key_id, *file)
    assert (again.code, again.out) == (2, "")
    assert "has no key" in again.err
