"""What the store says lies in the vault, held against what does (docs/store.md)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from scrubjay.errors import UsageError
from scrubjay.store.rows import Payload
from scrubjay.vault import PayloadGoneError, PayloadRefusedError, checked_payload_id, sealed_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.store.contract import View
    from scrubjay.vault import Vault

__all__ = ["Holdings", "held_against"]

_PAGE = 500
_NEW = 3_600.0
"""Seconds that a payload may lie there before its row: whoever seals it is about to add that."""


@dataclass(slots=True)
class Holdings:
    """Ids of payloads, by what is wrong with them."""

    deep: bool
    """Every frame and the digest were looked at, not only header, key and end."""
    payloads: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    """Not what was sealed, or its key is lost."""
    changed: list[str] = field(default_factory=list)
    """Sealed as it lies there, and not what the store knows of."""
    lingering: list[str] = field(default_factory=list)
    """Shredded, as the store says, and still there."""
    unlisted: list[str] = field(default_factory=list)
    """Sealed since the store began, and no row knows of it: it is shredded by itself."""
    before: list[str] = field(default_factory=list)
    """Sealed before the store began: after the backup that it was restored from, or by another."""
    foreign: list[str] = field(default_factory=list)
    """No payload at all by their names."""
    strays: list[str] = field(default_factory=list)
    """Paths of files in the vault that are none of its own: they may hold a payload in clear."""

    @property
    def good(self) -> bool:
        """Whether all that should be there is, and nothing that should not."""
        wrong = (
            self.missing,
            self.damaged,
            self.changed,
            self.lingering,
            self.foreign,
            self.strays,
        )
        return not any(wrong)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"good": self.good}


def held_against(view: View, vault: Vault, *, deep: bool = False) -> Holdings:
    """Looks at every payload of either side."""
    found = Holdings(deep=deep)
    for row in _rows(view):
        if row.shredded_at is not None:
            found.lingering += [row.id] * (row.id in vault)
        else:
            found.payloads += 1
            _look(row, vault, found)
    begun = view.begun() / 1000
    ids = vault.payload_ids()
    while some := list(islice(ids, _PAGE)):
        for each in some:
            if not _is_ours(each):
                found.foreign.append(each)
            elif view.one(Payload, each) is None and vault.placed_at(each) < time.time() - _NEW:
                (found.before if sealed_at(each) < begun else found.unlisted).append(each)
    return found


def _rows(view: View) -> Iterator[Payload]:
    after = ""
    while some := view.payloads(after=after, most=_PAGE):
        yield from some
        after = some[-1].id


def _look(row: Payload, vault: Vault, found: Holdings) -> None:
    try:
        if found.deep:
            sealed = vault.verify(row.id)
            same = (sealed.size, sealed.digest) == (row.size, row.digest)
        else:
            with vault.open(row.id) as payload:
                same = payload.size == row.size
    except PayloadGoneError:
        found.missing.append(row.id)
    except PayloadRefusedError:
        found.damaged.append(row.id)
    else:
        found.changed += [] if same else [row.id]


def _is_ours(payload_id: str) -> bool:
    try:
        checked_payload_id(payload_id)
    except UsageError:
        return False
    return True
