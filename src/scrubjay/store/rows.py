"""What is put into the store and what comes out of it: values, one a table.

Times are milliseconds of UTC since 1970. Money is cents. Tokens are keyed (docs/decisions/0007);
names, identifiers of people and bytes of claims are in no row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from scrubjay.store.states import Kind, State

__all__ = [
    "Acknowledgment",
    "Added",
    "Alert",
    "Batch",
    "Claim",
    "ClaimRows",
    "DeadLetter",
    "Deadline",
    "Event",
    "File",
    "Interchange",
    "NewAcknowledgment",
    "NewBatch",
    "NewClaim",
    "NewDeadLetter",
    "NewFile",
    "NewInterchange",
    "NewReply",
    "NewSet",
    "NewTransmission",
    "Outcome",
    "Partner",
    "Payload",
    "Placed",
    "Reply",
    "SentClaim",
    "TransactionSet",
    "Transmission",
    "Waiting",
]


@dataclass(frozen=True, slots=True)
class Added:
    """A row that was asked for: the new one, or the one that was there already."""

    id: int
    fresh: bool
    """False: an equal one was there, and `id` is its id."""
    conflicts: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    """Sets of other files with the same bytes and the same numbers."""
    """Others of the same key with another content; what to do about it is the caller's."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A file of which nothing may be purged."""

    file: int
    since: int
    actor: str
    reason: str
    payloads: int
    """So many of it are not purged."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Sealed bytes in the vault."""

    id: str
    role: str
    """source, batches, results, plan:..., ta1, 999, 277ca, transmission, acknowledgment; and
    retained, what outlives a purged file."""
    size: int
    digest: str
    """SHA-256 of the clear bytes, keyed or not as the vault says; hex."""
    file: int | None = None
    """The file that it came from or was made of."""
    sealed_at: int = 0
    legal_hold: bool = False
    shredded_at: int | None = None


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that arrived. One of the same tenant, practice and digest is the same file."""

    tenant: str
    practice: str
    door: str
    """How it came: command, folder, http."""
    payload: str
    digest: str
    size: int
    state: State = State.INGESTED


@dataclass(frozen=True, slots=True)
class File:
    """A file that arrived, as it stands."""

    id: int
    tenant: str
    practice: str
    door: str
    payload: str
    digest: str
    size: int
    state: State
    reason: str
    claims: int | None
    """CLM segments that parse counted; None before."""
    received_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class NewInterchange:
    """An interchange of a file; `identity` and `digest` together may be there once a tenant."""

    file: int
    ordinal: int
    tenant: str
    identity: str
    """Sender and receiver with qualifiers, ISA13, ISA09/10, practice: everything but the bytes."""
    digest: str
    control: str
    """ISA13."""
    sender: str = ""
    receiver: str = ""
    usage: str = ""
    """ISA15: T or P."""
    state: State = State.INGESTED


@dataclass(frozen=True, slots=True)
class Interchange:
    """An interchange of a file, as it stands."""

    id: int
    file: int
    ordinal: int
    identity: str
    digest: str
    control: str
    sender: str
    receiver: str
    usage: str
    state: State
    reason: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class NewSet:
    """A transaction set. `suspect_key` is ISA06*ISA08*GS06*ST02: an index, not a key."""

    file: int
    interchange: int
    ordinal: int
    """Of the file, from 0."""
    code: str
    """ST01."""
    control: str
    """ST02."""
    group_control: str
    claims: int
    digest: str
    suspect_key: str
    state: State = State.PARSED


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """A transaction set, as it stands."""

    id: int
    file: int
    interchange: int
    ordinal: int
    code: str
    control: str
    group_control: str
    claims: int
    digest: str
    state: State
    reason: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim of a file; `ordinal` is its claim_index, unique in the file."""

    ordinal: int
    token: str
    """Of CLM01."""
    charge: int
    state: State | None = None
    """None: as its batch. A claim without a batch has a state of its own."""
    code: str = ""
    """Of the finding, refusal or failure that gave it a state of its own."""
    trace: str = ""
    """Token of the clearinghouse's number (REF*D9), where there is one."""
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimRows:
    """The claims of a batch as one text: they go into the store, and into its proof, as they are.

    JSON as `audit.chain.rows_digest` writes it, a row a claim: ordinal, token, trace, charge, and
    the claim that it corrects or null. Their state is their batch's.
    """

    text: str
    count: int
    charges: int
    """Of all of them, in cents."""

    def claims(self) -> list[NewClaim]:
        """One by one."""
        return [
            NewClaim(ordinal, token, charge, trace=trace, corrects=corrects)
            for ordinal, token, trace, charge, corrects in json.loads(self.text)
        ]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, as it stands: `state` is its own, else its batch's, else its set's."""

    id: int
    file: int
    set: int | None
    batch: int | None
    ordinal: int
    token: str
    trace: str
    charge: int
    state: State
    code: str
    corrects: int | None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Claims that go on together. A file has one of each ordinal: scrubbing again adds none."""

    file: int
    set: int
    ordinal: int
    """Of the file, from 0: the order in which scrub makes them."""
    partner: int
    payload: str
    start: int
    length: int
    """Where its ST..SE stands in the payload, in bytes."""
    ruleset: str = ""
    state: State = State.SCRUBBED


@dataclass(frozen=True, slots=True)
class Batch:
    """Claims that go on together, as they stand."""

    id: int
    file: int
    set: int
    ordinal: int
    partner: int
    payload: str
    start: int
    length: int
    claims: int
    charges: int
    ruleset: str
    state: State
    reason: str
    transmission: int | None
    group_control: str
    set_control: str
    """In the transmission: what the partner's acknowledgments will name."""
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch's place in a transmission."""

    batch: int
    group_control: str
    set_control: str


@dataclass(frozen=True, slots=True)
class NewTransmission:
    """The intent to send these bytes; `key` is theirs alone, at this partner and everywhere."""

    partner: int
    key: str
    payload: str
    digest: str
    size: int
    control: str
    """ISA13 of ours."""
    usage: str = ""


@dataclass(frozen=True, slots=True)
class Transmission:
    """An outgoing interchange, as it stands."""

    id: int
    partner: int
    key: str
    payload: str
    digest: str
    size: int
    control: str
    usage: str
    batches: int
    claims: int
    charges: int
    state: State
    reason: str
    receipt: str
    tries: int
    """Sends that were begun (`begin_send`)."""
    begun_at: int | None
    """The last of them: a quiet period counts from here."""
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class NewAcknowledgment:
    """A file from a partner; the same bytes from the same partner are the same file."""

    partner: int
    payload: str
    digest: str
    size: int
    control: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """A file from a partner, as it stands."""

    id: int
    partner: int
    payload: str
    digest: str
    size: int
    control: str
    state: State
    reason: str
    received_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one document of one hop says of something; said twice it is one."""

    kind: Kind
    """TRANSMISSION, BATCH or CLAIM."""
    subject: int
    hop: str
    document: str
    """TA1, 999, 277CA, 835."""
    verdict: str
    """accepted, rejected, pending; or what the document calls it."""
    codes: str = ""
    acknowledgment: int | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class SentClaim:
    """A claim that went to a partner, as far as a payment has to know it."""

    token: str
    id: int
    charge: int
    transmission: int


@dataclass(frozen=True, slots=True)
class NewReply:
    """A file for a submitter; one of each role and origin a file."""

    file: int
    role: str
    """ta1, 999, 277ca."""
    origin: str
    """``own``, or ``partner:<acknowledgment id>``."""
    payload: str
    name: str
    """What it will be called in the submitter's folder; ours, never a peer's words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A file for a submitter, as it stands."""

    id: int
    file: int
    role: str
    origin: str
    payload: str
    name: str
    state: State
    reason: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """A document that a partner owes for a transmission."""

    transmission: int
    document: str
    due: int
    met_at: int | None = None


@dataclass(frozen=True, slots=True)
class NewDeadLetter:
    """What could not be done, with all that somebody needs to judge it, but no payload."""

    kind: Kind
    subject: int
    topic: str
    """The queue that it comes back to when it is tried again."""
    code: str
    attempts: int
    file: int | None = None
    ruleset: str = ""
    place: dict[str, Any] = field(default_factory=dict)
    """Ordinals, control numbers, offsets."""
    history: tuple[dict[str, Any], ...] = ()
    """Its tries: when, where, which code."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter, as it stands: open until it is retried, discarded or overtaken."""

    id: int
    kind: Kind
    subject: int
    topic: str
    code: str
    attempts: int
    file: int | None
    ruleset: str
    place: dict[str, Any]
    history: tuple[dict[str, Any], ...]
    was: State
    """Where it stood before."""
    created_at: int
    closed_at: int | None
    closed: str
    """retried, discarded, overtaken; empty while open."""
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner's row: its record is a file, this is what changes while running."""

    id: int
    name: str
    paused: bool
    reason: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody outside should know."""

    id: int
    name: str
    kind: Kind
    subject: int
    at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for whom: rows of `kind` in `state` should have a message on `topic`."""

    kind: Kind
    state: State
    topic: str
    by_partner: bool = False
    """The message names the partner of the row instead of the row (batches to be assembled)."""
    untransmitted: bool = False
    """Only batches that are in no transmission yet."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the audit."""

    seq: int
    at: int
    actor: str
    event: str
    """Such as ``file.PARSED``, ``payload.read``, ``key.rotated``."""
    kind: Kind
    subject: int
    detail: dict[str, Any]
