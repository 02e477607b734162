"""What lies in the vault and nobody knows of: whoever sealed it died before it was written down.

Such a payload is shredded once it is so old that nobody can be about to write it down. What was
sealed before the store began stays: a store that was lost, or put aside for a backup, knew of it.
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
    ids = (each for each in vault.payload_ids() if begun <= sealed_at(each) <= before)
    count = 0
    while some := list(islice(ids, _AT_ONCE)):
        for orphan in store.ask(lambda view, some=some: _unknown(view, some)):  # type: ignore[misc]
            # its id is as old as its first byte: one that came slowly is about to be written down
            if vault.placed_at(orphan) <= before:
                count += vault.shred(orphan)
    return count


def _unknown(view: View, ids: Sequence[str]) -> list[str]:
    return [each for each in ids if view.one(Payload, each) is None]
