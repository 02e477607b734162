"""How the pipeline stands, from the store alone: for `scrubjay status`, whoever runs it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scrubjay.pipeline.work import TOPICS
from scrubjay.store.states import FINAL, PARKED, Kind

if TYPE_CHECKING:
    from scrubjay.store.contract import View

__all__ = ["SHOWN", "overview"]

SHOWN = (
    Kind.FILE,
    Kind.INTERCHANGE,
    Kind.BATCH,
    Kind.CLAIM,
    Kind.TRANSMISSION,
    Kind.ACKNOWLEDGMENT,
)
MOST = 1_000


SILENT = 10
"""Claims of a transmission that are named as those whose end is not known."""
SHIFT = 32
LOW = (1 << SHIFT) - 1
"""How a claim's place in its file is kept: interchange, and claim in that."""


def overview(view: View) -> dict[str, Any]:
    """Counts by kind and state, queues, partners, what waits for a person, what is overdue.

    ``states`` has for each kind and state how many and for how many seconds the oldest; ``queues``
    by topic; ``overdue`` the documents that partners owe.
    """
    now = time.time_ns() // 1_000_000
    counts = view.counts()
    states = {
        kind.value: {
            state.value: {"count": count, "oldest": _age(view.oldest(kind, state), now)}
            if kind is not Kind.CLAIM and state not in FINAL
            else {"count": count, "oldest": None}
            for state, count in counts.get(kind, {}).items()
            if count
        }
        for kind in SHOWN
    }
    queues = {}
    for topic in TOPICS:
        depth = view.depth(topic)
        if depth.ready or depth.leased or depth.delayed:
            queues[topic] = {
                "ready": depth.ready,
                "leased": depth.leased,
                "delayed": depth.delayed,
                "oldest": depth.oldest,
            }
    overdue = [
        {
            "transmission": each.transmission,
            "document": each.document,
            "late": (now - each.due) / 1000,
            "silent": [
                {"file": file, "interchange": ordinal >> SHIFT, "claim_index": ordinal & LOW}
                for file, ordinal in view.silent(each.transmission, SILENT)
            ],
        }
        for each in view.overdue(now, MOST)
    ]
    waiting = {
        state.value: sum(
            count
            for kind in SHOWN
            for other, count in counts.get(kind, {}).items()
            if other is state
        )
        for state in PARKED
    }
    return {
        "at": now,
        "states": states,
        "queues": queues,
        "partners": [
            {"name": each.name, "paused": each.paused, "reason": each.reason}
            for each in view.partners()
        ],
        "waiting": {name: count for name, count in waiting.items() if count},
        "overdue": overdue,
    }


def _age(since: int | None, now: int) -> float | None:
    return None if since is None else max(now - since, 0) / 1000
