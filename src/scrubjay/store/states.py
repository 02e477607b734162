"""What the store keeps a state of, the states, and the moves between them.

The moves of a kind make a lattice: no chain of them comes back to where it began. What is told
late or twice finds its subject further on and moves nothing. Two things alone lead back, each on
an operator's word and with a reason: a dead letter that is tried again, and a hold or a quarantine
that is lifted (`PARKED`).
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FINAL", "MOVES", "PARKED", "Kind", "State", "moves_to"]


class Kind(StrEnum):
    """What a row stands for."""

    FILE = "file"
    INTERCHANGE = "interchange"
    SET = "set"
    BATCH = "batch"
    CLAIM = "claim"
    TRANSMISSION = "transmission"
    ACKNOWLEDGMENT = "acknowledgment"
    """A file that a partner sent back: TA1, 999, 277CA, 835."""
    REPLY = "reply"
    """A file that goes back to a submitter: ours, or a partner's with numbers mapped back."""
    PARTNER = "partner"
    PAYLOAD = "payload"
    ALERT = "alert"
    KEY = "key"
    STORE = "store"


class State(StrEnum):
    """How far something has come; the words of docs/pipeline.md."""

    INGESTED = "INGESTED"
    PARSED = "PARSED"
    VALIDATED = "VALIDATED"
    SCRUBBED = "SCRUBBED"
    INTENDED = "INTENDED"
    SUBMITTED = "SUBMITTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED_BY_SCRUB = "REJECTED_BY_SCRUB"
    REJECTED_BY_PARTNER = "REJECTED_BY_PARTNER"
    QUARANTINED = "QUARANTINED"
    HELD_UNKNOWN = "HELD_UNKNOWN"
    DEAD_LETTERED = "DEAD_LETTERED"
    PURGED = "PURGED"


PARKED = frozenset({State.QUARANTINED, State.HELD_UNKNOWN, State.DEAD_LETTERED})
"""Out of these an operator may reopen; everything else goes forward only."""

FINAL = frozenset({State.ACKNOWLEDGED, State.REJECTED_BY_SCRUB, State.REJECTED_BY_PARTNER})
"""Nothing more is expected of a claim here but to be purged."""

_S = State
_INTAKE = {
    _S.INGESTED: {_S.PARSED, _S.SCRUBBED, _S.QUARANTINED, _S.DEAD_LETTERED},
    _S.PARSED: {_S.SCRUBBED, _S.QUARANTINED, _S.DEAD_LETTERED},
    _S.QUARANTINED: {_S.DEAD_LETTERED, _S.PURGED},
    _S.SCRUBBED: {_S.PURGED},
    _S.DEAD_LETTERED: {_S.PURGED},
}
_ANSWERED = {_S.SUBMITTED, _S.ACKNOWLEDGED, _S.REJECTED_BY_PARTNER}
"""What a partner's answer shows, however it was taken before: evidence ends a doubt."""
_OUTWARD = {
    _S.VALIDATED: {_S.SCRUBBED, _S.DEAD_LETTERED, _S.HELD_UNKNOWN, *_ANSWERED},
    _S.SCRUBBED: {_S.DEAD_LETTERED, _S.HELD_UNKNOWN, *_ANSWERED},
    _S.DEAD_LETTERED: {_S.PURGED, *_ANSWERED},
    _S.HELD_UNKNOWN: {_S.DEAD_LETTERED, *_ANSWERED},
    _S.SUBMITTED: {_S.ACKNOWLEDGED, _S.REJECTED_BY_PARTNER},
    _S.ACKNOWLEDGED: {_S.REJECTED_BY_PARTNER, _S.PURGED},
    _S.REJECTED_BY_PARTNER: {_S.PURGED},
}

MOVES: dict[Kind, dict[State, set[State]]] = {
    Kind.FILE: _INTAKE,
    Kind.INTERCHANGE: _INTAKE,
    Kind.SET: _INTAKE,
    Kind.BATCH: _OUTWARD,
    Kind.CLAIM: _OUTWARD | {_S.REJECTED_BY_SCRUB: {_S.PURGED}},
    Kind.TRANSMISSION: {
        _S.INTENDED: {_S.HELD_UNKNOWN, _S.DEAD_LETTERED, *_ANSWERED},
        **{state: to for state, to in _OUTWARD.items() if state not in {_S.VALIDATED, _S.SCRUBBED}},
    },
    Kind.ACKNOWLEDGMENT: {
        _S.INGESTED: {_S.ACKNOWLEDGED, _S.QUARANTINED, _S.DEAD_LETTERED},
        _S.QUARANTINED: {_S.ACKNOWLEDGED, _S.DEAD_LETTERED, _S.PURGED},
        _S.DEAD_LETTERED: {_S.PURGED},
        _S.ACKNOWLEDGED: {_S.PURGED},
    },
    Kind.REPLY: {
        _S.INTENDED: {_S.SUBMITTED, _S.DEAD_LETTERED},
        _S.DEAD_LETTERED: {_S.SUBMITTED, _S.PURGED},
        _S.SUBMITTED: {_S.PURGED},
    },
}
"""For each kind: from a state, the states that it may move to, also past those between."""


def moves_to(kind: Kind, state: State) -> frozenset[State]:
    """The states out of which `kind` may come to `state`."""
    return frozenset(start for start, ends in MOVES[kind].items() if state in ends)
