"""Files in a vault that are none of its own: nothing reads them, and nothing takes them away.

A copy that somebody made, a file saved into the wrong folder: it may be a payload in clear.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from scrubjay.vault.deed import FILES as DEED
from scrubjay.vault.disk import INCOMING, SHELF
from scrubjay.vault.packs import FOLDER as PACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["strays"]

_ID = "[0-9a-z][0-9a-z-]{7,63}"
_OWN = re.compile(_ID)
_PACK = re.compile(rf"{_ID}[.]{_ID}")
_DRAFT = re.compile(rf"{_ID}([.]{_ID})?[.]([0-9a-f]{{16}}|shredding)")


def strays(base: str, payloads: str, keys: str) -> Iterator[str]:
    """Their paths, in order; the vault's own are told by name, place and that they are files."""
    packs = os.path.join(keys, PACKS)
    rooms = {payloads: _OWN, keys: _OWN, packs: _PACK}
    for entry in _entries(base):
        if entry.path not in rooms and not (entry.name in DEED and _is_file(entry)):
            yield entry.path
    for room, own in rooms.items():
        for shelf in _entries(room):
            if shelf.path == packs or (shelf.name == "lock" and _is_file(shelf)):
                continue
            if not shelf.is_dir(follow_symlinks=False):
                yield shelf.path
            else:
                yield from _on(shelf, _DRAFT if shelf.name == INCOMING else own)


def _on(shelf: os.DirEntry[str], own: re.Pattern[str]) -> Iterator[str]:
    for each in _entries(shelf.path):
        placed = shelf.name in (INCOMING, each.name[:SHELF])
        if not (placed and _is_file(each) and own.fullmatch(each.name)):
            yield each.path


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)
