"""What lies in the vault and should not: what nobody knows of, and what was let go.

Of the first, whoever sealed it died before it was written down. It is shredded once it is so old
that nobody can be about to write it down. What was sealed before the store began stays: a store
that was lost, or put aside for a backup, knew of it. Of the second, whoever purged it died before
its key was destroyed, or it came back with a copy of the vault; under a legal hold what is still
there stays.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from scrubjay.store.rows import Payload
from scrubjay.vault import sealed_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.store.contract import Store, View
    from scrubjay.vault import Vault

__all__ = ["OLD", "shred_orphans"]

OLD = 3_600.0
"""Seconds."""
_AT_ONCE = 500


def shred_orphans(store: Store, vault: Vault, older: float = OLD) -> int:
    """How many there were. For a thread."""
    before, begun = time.time() - older, store.ask(lambda view: view.begun()) / 1000
    ids, count = vault.payload_ids(), 0
    while some := list(islice(ids, _AT_ONCE)):
        gone, unknown = store.ask(lambda view, some=some: _parted(view, some))  # type: ignore[misc]
        for each in gone:
            count += vault.shred(each)
        for orphan in unknown:
            # its id is as old as its first byte: one that came slowly is about to be written down
            if begun <= sealed_at(orphan) <= before and vault.placed_at(orphan) <= before:
                count += vault.shred(orphan)
    return count


def _parted(view: View, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """What was let go, and what nobody knows of."""
    gone, unknown = [], []
    for each in ids:
        row = view.one(Payload, each)
        if row is None:
            unknown.append(each)
        elif row.shredded_at is not None and not row.legal_hold:
            gone.append(each)
    return gone, unknown
