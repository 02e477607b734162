"""`scrubjay keys`: the keys that wrap the vault's data keys, listed, rotated, retired."""

from __future__ import annotations

import contextlib
import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.homes import HOME, settings, unwritten, writing_down
from scrubjay.cli.kinds import FILE, FOLDER, Kind
from scrubjay.cli.stored import counted
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.vault.folder import FolderVault
    from scrubjay.vault.keyring import KeyringFile

__all__ = ["COMMAND"]


def listed(given: dict[str, Any]) -> int:
    """The keys, and how many payloads each wraps."""
    ring = _ring(given)
    found = _counted(ring, given) if _has_vault(given) else None
    current = ring.current()
    rows = [
        {
            "key": key.id,
            "made": key.made,
            "current": key.id == current,
            "payloads": None if found is None else found.get(key.id, 0),
        }
        for key in ring.listed()
    ]
    if given["as_json"]:
        _print(json.dumps({"keys": rows}))
        return 0
    for row in rows:
        wraps = row["payloads"]
        payloads = "" if wraps is None else f"{counted(int(wraps), 'payload'):>21}"
        _print(f"{row['key']}  {row['made']}  {'current' if row['current'] else '':7}{payloads}")
    return 0


def rotated(given: dict[str, Any]) -> int:
    """A new key; what is sealed from now on is wrapped with it."""
    ring = _ring(given)
    with _writing_down(given) as note:
        made = ring.rotate()
        note("key.rotated", {"key": made})
    if given["as_json"]:
        _print(json.dumps({"current": made}))
    else:
        _print(f"{made} is current. For payloads sealed before: scrubjay keys rewrap")
    return 0


def rewrapped(given: dict[str, Any]) -> int:
    """Every data key under the current key; walks until a walk finds nothing to do."""
    ring = _ring(given)
    moved = 0
    with _vault(ring, given) as vault, _writing_down(given) as note:
        note("key.rewrapping", {"key": ring.current()})
        while (walk := vault.rewrap()).moved:
            moved += walk.moved
        told = {"key": ring.current(), "moved": moved, "refused": len(walk.refused)}
        note("key.rewrapped", told)
    answer = {"moved": moved, "current": walk.current, "refused": list(walk.refused)}
    if given["as_json"]:
        _print(json.dumps(answer))
    else:
        anew = counted(moved, "data key")
        _print(f"{anew} wrapped anew, {walk.current:,} with {ring.current()} in all")
        for payload_id in walk.refused:
            _print(f"{payload_id} cannot be opened; restore it and its key from a backup")
    return 1 if walk.refused else 0


def retired(given: dict[str, Any]) -> int:
    """A key destroyed, once nothing in the vault is wrapped with it."""
    ring = _ring(given)
    still = _counted(ring, given).get(given["key"], 0)
    if still:
        wraps = counted(still, "payload")
        raise UsageError(f"{given['key']} wraps {wraps}; first: scrubjay keys rewrap")
    with _writing_down(given) as note:
        ring.retire(given["key"])
        note("key.retired", {"key": given["key"]})
    _print(json.dumps({"retired": given["key"]}) if given["as_json"] else f"{given['key']} is gone")
    return 0


def _ring(given: dict[str, Any]) -> KeyringFile:
    from scrubjay.vault.keyring import FILE as NAME
    from scrubjay.vault.keyring import KeyringFile

    return KeyringFile(given["keyring"] or os.path.join(settings(given).folders.keys, NAME))


def _folder(given: dict[str, Any]) -> str:
    return given["vault"] or settings(given).folders.vault


def _has_vault(given: dict[str, Any]) -> bool:
    return os.path.isdir(os.path.join(_folder(given), "payloads"))


def _vault(ring: KeyringFile, given: dict[str, Any]) -> Any:
    """The vault, where there is one: a mistyped folder is not made into an empty vault."""
    from contextlib import closing

    from scrubjay.vault.folder import FolderVault

    if not _has_vault(given):
        raise UsageError(f"{_folder(given)} is no vault; name its folder, or the pipeline's")
    return closing(FolderVault(_folder(given), ring, key_folder=given["key_folder"]))


def _writing_down(given: dict[str, Any]) -> Any:
    """A ring or a vault of its own has no audit."""
    if given["keyring"] or given["vault"]:
        return contextlib.nullcontext(unwritten)
    return writing_down(given)


def _counted(ring: KeyringFile, given: dict[str, Any]) -> dict[str, int]:
    """How many data keys each key wraps."""
    from collections import Counter

    with _vault(ring, given) as vault:
        return Counter(_key_ids(vault))


def _key_ids(vault: FolderVault) -> Iterator[str]:
    for _, key_id in vault.wrapped_with():
        yield key_id


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


PLACES = (
    HOME,
    Option(
        name="--keyring",
        kind=FILE,
        help="The file of keys, where it is not that of the home folder.",
    ),
    Option(
        name="--vault",
        kind=FOLDER,
        help="The vault's folder, where it is not that of the home folder.",
    ),
    Option(
        name="--key-folder",
        kind=FOLDER,
        help="Where wrapped data keys lie, if not in the vault.",
    ),
)

COMMAND = Group(
    name="keys",
    help="The keys that wrap the vault's data keys.",
    calls=(
        Call(
            name="list",
            help="List the keys, the current one last, and how many payloads each wraps.",
            options=(*PLACES, options.AS_JSON),
            examples=(
                "scrubjay keys list",
                "scrubjay keys list --home /var/lib/scrubjay",
            ),
            run=listed,
        ),
        Call(
            name="rotate",
            help=(
                "Make a new key the current one.\n\n"
                "A pipeline that runs wraps with it from the next payload on. The old keys stay, "
                "for what they have wrapped."
            ),
            options=(*PLACES, options.AS_JSON),
            examples=("scrubjay keys rotate --home /var/lib/scrubjay",),
            run=rotated,
        ),
        Call(
            name="rewrap",
            help=(
                "Wrap every data key with the current key.\n\n"
                "Payloads are not touched and can be read meanwhile. A walk that was killed is "
                "ended by the next."
            ),
            options=(*PLACES, options.AS_JSON),
            examples=("scrubjay keys rewrap --home /var/lib/scrubjay",),
            run=rewrapped,
        ),
        Call(
            name="retire",
            help=(
                "Destroy KEY, when nothing in the vault is wrapped with it any more.\n\n"
                "What copies of the vault still hold under it is gone with it, for good."
            ),
            argument=Argument(name="key", metavar="KEY", kind=Kind()),
            options=(*PLACES, options.AS_JSON),
            examples=("scrubjay keys retire w1a2b3c4 --home /var/lib/scrubjay",),
            run=retired,
        ),
    ),
)
