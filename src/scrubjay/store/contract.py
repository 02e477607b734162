"""The contract of a store: units of work, and what may be asked of it.

A unit of work is a function of a `Tx`. What it changes, the audit of it and the messages that it
causes are one transaction: all of them are durable when `Store.write` returns, or none is. Several
units share a commit; one that raises is taken back alone.

A unit runs in the store's own thread, one after the other, and holds up all others while it runs:
it reads and writes rows, and does nothing else. It may be run and taken back, so it leaves no
trace outside of the `Tx`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from scrubjay.store import rows
    from scrubjay.store.errors import StoreError
    from scrubjay.store.leases import Depth, Lease
    from scrubjay.store.rows import Added
    from scrubjay.store.states import Kind, State

__all__ = ["Store", "Tx", "View"]

R = TypeVar("R")
T = TypeVar("T")


class View(Protocol):
    """What can be asked: of the last commit (`Store.read`), or of the unit of work so far (`Tx`).

    Lists come in the order of their ids. `after` and `most` page through long ones.
    """

    def one(self, of: type[R], row: int | str) -> R | None:
        """The row of that id, such as ``one(rows.File, 12)``; None where there is none."""

    def partner_named(self, name: str) -> rows.Partner | None:
        """The partner of that name."""

    def state(self, kind: Kind, subject: int) -> State | None:
        """How far it has come; of a claim its own or its batch's."""

    # What belongs to what.
    def interchanges_of(self, file: int) -> list[rows.Interchange]:
        """Those of a file."""

    def sets_of(self, file: int) -> list[rows.TransactionSet]:
        """Those of a file."""

    def batches_of(self, file: int) -> list[rows.Batch]:
        """Those of a file."""

    def batches_in(self, transmission: int) -> list[rows.Batch]:
        """Those of a transmission."""

    def refused(self, transmission: int) -> list[tuple[int, int]]:
        """Claims of it that are REJECTED_BY_PARTNER by themselves: batch, and place in that."""

    def claims_of(self, batch: int) -> list[rows.Claim]:
        """Those of a batch."""

    def claims_beside(self, file: int) -> list[rows.Claim]:
        """The claims of a file that are in no batch: rejected, dead."""

    def payloads_of(self, file: int) -> list[rows.Payload]:
        """What lies in the vault of a file."""

    def replies_of(self, file: int) -> list[rows.Reply]:
        """What goes back to the submitter of a file."""

    def outcomes_of(self, kind: Kind, subject: int) -> list[rows.Outcome]:
        """What documents said of it."""

    def partners(self) -> list[rows.Partner]:
        """All of them."""

    def claims_with(self, token: str, most: int = 100) -> list[rows.Claim]:
        """The claims of a token, newest first (`trace`, `audit show`)."""

    def newest_with(self, file: int, tokens: Sequence[str]) -> dict[str, int]:
        """Of each token, the newest claim of another file of the same tenant and practice.

        Looked for among the newest half million claims; a token that none has is not there.
        """

    def sent_with(self, partner: int, tokens: Sequence[str]) -> list[rows.SentClaim]:
        """The claims of these tokens that went to a partner, in no order."""

    def awaits(self, transmission: int, document: str) -> bool:
        """Whether something of it has no word of the document yet.

        Of an 835 a claim that is not refused, of a 277CA a claim that is SUBMITTED, of a 999 a
        batch that is not refused.
        """

    def silent(self, transmission: int, most: int) -> list[tuple[int, int]]:
        """File and ordinal of the claims of it that are SUBMITTED: their end is not known yet."""

    def in_state(self, kind: Kind, state: State, *, after: int = 0, most: int = 100) -> list[int]:
        """Ids of what is in a state, in order; `after` is the last id of the page before."""

    # Submission.
    def ready(self, partner: int, most: int) -> list[rows.Batch]:
        """SCRUBBED batches of a partner that are in no transmission, oldest first."""

    def open_transmissions(self, partner: int, state: State, most: int) -> list[rows.Transmission]:
        """Transmissions of a partner in a state, oldest first."""

    # Matching what partners say.
    def transmission_by_control(self, partner: int, control: str) -> list[rows.Transmission]:
        """Those that went out with this ISA13, newest first: control numbers come again."""

    def batches_by_group(self, partner: int, group_control: str) -> list[rows.Batch]:
        """Those that went out in a group of this GS06, newest transmission first."""

    # Seeing it.
    def payloads(self, *, after: str = "", most: int = 500) -> list[rows.Payload]:
        """What lies in the vault, or did, in the order of the ids."""

    def begun(self) -> int:
        """When this store was made or restored, milliseconds of UTC.

        Of what was sealed before, another may know: one that was lost, or put aside.
        """

    def counts(self) -> dict[Kind, dict[State, int]]:
        """Rows by kind and state; claims by the state that they are in."""

    def oldest(self, kind: Kind, state: State) -> int | None:
        """When the one that has been in the state for the longest came into it."""

    def overdue(self, now: int, most: int = 1000) -> list[rows.Deadline]:
        """Documents that should have come by `now` and have not."""

    def dead_letters(
        self,
        *,
        code: str | None = None,
        since: int | None = None,
        everything: bool = False,
        after: int = 0,
        most: int = 100,
    ) -> list[rows.DeadLetter]:
        """Open dead letters, oldest first; with `everything` the closed ones too."""

    def is_due(self, topic: str) -> bool:
        """Whether there is a message to lease."""

    def depth(self, topic: str) -> Depth:
        """How much is on a topic."""

    def unspoken(self, waiting: rows.Waiting, most: int = 1000) -> list[int]:
        """What waits and no message speaks of: the subjects that a sweeper publishes."""

    def events_of(self, kind: Kind, subject: int) -> list[rows.Event]:
        """The audit of one subject."""

    def legal_holds(self) -> list[rows.LegalHold]:
        """The files on legal hold, in order."""

    def let_go(self, file: int) -> int:
        """How many payloads are purged of those that a legal hold on the file would have kept.

        Its own, and interchanges with claims of it.
        """

    def purgeable(self, before: int, most: int = 100) -> list[rows.Payload]:
        """Payloads that may go.

        Every claim of their file is final since before `before`; nothing of it is held, waiting, on
        legal hold, or a dead letter that nobody has discarded. What was retained is not among them.
        """

    def outlived(self, before: int, most: int = 100) -> list[rows.Payload]:
        """What was retained of purged files before `before`, and is not on legal hold."""


class Tx(View, Protocol):
    """A unit of work. Everything that changes a state writes the audit of it itself."""

    now: int
    """The time of this unit, milliseconds of UTC."""
    actor: str
    """Who does it, in the audit."""

    # Arrival.
    def add_payload(self, payload: rows.Payload) -> None:
        """Tells what lies in the vault; ConflictError where the id stands for other bytes."""

    def add_file(self, file: rows.NewFile) -> Added:
        """A file; not fresh where the same tenant and practice sent the same bytes before."""

    def add_interchange(self, interchange: rows.NewInterchange) -> Added:
        """An interchange; not fresh where its identity and digest are known (or it is that row).

        `conflicts`: interchanges of the same identity with another digest.
        """

    def add_set(self, transaction_set: rows.NewSet) -> Added:
        """A set; not fresh where the file has one of that ordinal already.

        `conflicts`: sets of other files with the same suspect key and another digest; `same`: with
        the same digest.
        """

    def count_claims(self, file: int, claims: int) -> None:
        """How many claims parse found in a file."""

    # Scrubbing.
    def add_batch(
        self, batch: rows.NewBatch, claims: Sequence[rows.NewClaim] | rows.ClaimRows
    ) -> Added:
        """A batch with its claims; not fresh where the file has one of that ordinal already."""

    def add_claims(self, file: int, set_id: int, claims: Sequence[rows.NewClaim]) -> int:
        """Claims that are in no batch, each with a state of its own; how many were new."""

    # Moving.
    def advance(
        self,
        kind: Kind,
        subjects: int | Iterable[int],
        to: State,
        *,
        reason: str = "",
        detail: dict[str, Any] | None = None,
    ) -> list[int]:
        """Moves what may move (`MOVES`), and gives the ids that did; the others stay as they are.

        A dead letter of what moves is closed as overtaken.
        """

    def advance_batches(self, transmission: int, to: State, *, reason: str = "") -> list[int]:
        """The same for every batch of a transmission."""

    def set_claims(self, claims: Iterable[int], to: State, *, code: str = "") -> list[int]:
        """Gives single claims a state other than their batch's; the ids that moved."""

    def reopen(self, kind: Kind, subject: int, to: State, *, reason: str) -> bool:
        """An operator's word: out of a parked state back to `to`; False where it is not parked."""

    # Submission.
    def partner(self, name: str) -> int:
        """The id of a partner by name, made where there is none."""

    def pause(self, partner: int, *, reason: str) -> bool:
        """Nothing more is sent to a partner; False where it was so already."""

    def resume(self, partner: int, *, reason: str) -> bool:
        """The opposite."""

    def number(
        self, scope: str, name: str, count: int = 1, *, first: int = 1, last: int = 999_999_999
    ) -> int:
        """The first of `count` control numbers, never given before; after `last` comes `first`."""

    def add_transmission(
        self, transmission: rows.NewTransmission, placed: Sequence[rows.Placed]
    ) -> Added:
        """The intent, INTENDED, and each batch's place in it; not fresh where its key is known.

        ConflictError where a batch is not SCRUBBED, or in another transmission already.
        """

    def begin_send(self, transmission: int) -> int:
        """Tells that bytes are about to leave: the number of this try, from 1.

        ConflictError where it is not INTENDED or its partner is paused.
        """

    def not_received(self, transmission: int, *, code: str, counts: bool = True) -> None:
        """The try that was begun last brought nothing there: it leaves no doubt.

        One that does not count is none of its tries.
        """

    def record_receipt(self, transmission: int, receipt: str) -> None:
        """What the partner said when it took the bytes."""

    # Acknowledgment.
    def add_acknowledgment(self, acknowledgment: rows.NewAcknowledgment) -> Added:
        """A file from a partner, INGESTED; not fresh where the same bytes came before."""

    def add_outcomes(self, outcomes: Iterable[rows.Outcome]) -> list[rows.Outcome]:
        """What documents said; gives what is contradicted by it, to be reported by the caller.

        That is: same subject, hop and document, another verdict. Both stay.
        """

    def expect(self, transmission: int, document: str, due: int) -> None:
        """A document that is owed by a time."""

    def met(self, transmission: int, document: str) -> None:
        """It has come."""

    def add_reply(self, reply: rows.NewReply) -> Added:
        """A file for a submitter, INTENDED; not fresh where its like is there."""

    # What goes wrong.
    def bury(self, letter: rows.NewDeadLetter) -> int | None:
        """Moves a subject to DEAD_LETTERED and keeps its letter; None where it may not move."""

    def retry(self, letter: int, *, reason: str = "") -> bool:
        """Puts the subject back where it stood and its message on its queue."""

    def discard(self, letter: int, *, reason: str) -> bool:
        """Closes the letter; the subject stays DEAD_LETTERED for good."""

    def add_alert(self, name: str, kind: Kind, subject: int) -> Added:
        """Something that somebody outside should know; once for each name and subject."""

    # Purge.
    def hold(self, file: int, *, on: bool, reason: str) -> bool:
        """Legal hold on a file: nothing of it is purged; False where it was so already."""

    def shredded(self, payload: str) -> None:
        """It is let go, and the vault destroys its key next; the row stays."""

    # The queue: durable with everything else of this unit.
    def publish(self, topic: str, subjects: int | Iterable[int], *, delay: float = 0) -> int:
        """Messages for `topic`, one a subject, after `delay` seconds; how many are new.

        Where one waits there is no second. Where one is worked on, it comes once more after that.
        """

    def settle(self, lease: Lease) -> None:
        """The message is done with. StaleLeaseError where somebody else holds it by now."""

    def release(self, lease: Lease, *, delay: float = 0, counts: bool = True) -> None:
        """Gives the message back, not before `delay` seconds; without `counts` the try was none."""

    def holds(self, lease: Lease) -> None:
        """For units amid long work: StaleLeaseError where it is somebody else's by now."""

    def lease(self, topic: str, most: int, seconds: float) -> list[Lease]:
        """Up to `most` messages that are due, oldest first; those whose lease ran out among them.

        Stages ask their broker. An embedded one comes here.
        """

    def take(self, topic: str, subject: int, seconds: float) -> Lease | None:
        """One message by name, as a broker outside delivers it.

        None where nobody needs it done, or somebody is at it.
        """

    def renew(self, lease: Lease, seconds: float) -> None:
        """It is ours for `seconds` from now."""

    def sweep(self, waiting: rows.Waiting, subjects: Iterable[int]) -> int:
        """Messages for what `View.unspoken` found, as far as it still waits; how many are new."""

    # Audit of what changes no state.
    def note(
        self, event: str, kind: Kind, subject: int, detail: dict[str, Any] | None = None
    ) -> int:
        """An event, such as ``payload.read``; its sequence number. `detail` holds no patient."""


@runtime_checkable
class Store(Protocol):
    """Where everything is known."""

    @property
    def failed(self) -> StoreError | None:
        """What made the store stop for good: the process must end."""

    @property
    def parked(self) -> StoreError | None:
        """Why nothing can be written for the moment (a full disk); None once there is room."""

    async def write(self, work: Callable[[Tx], T], *, actor: str | None = None) -> T:
        """Runs a unit of work; returns when it is durable, raises what it raised."""

    def submit(self, work: Callable[[Tx], T], *, actor: str | None = None) -> Future[T]:
        """The same for threads: the future is done when the unit is durable."""

    def do(self, work: Callable[[Tx], T], *, actor: str | None = None) -> T:
        """The same, waited for here; not from within a unit of work, not on an event loop."""

    def later(self, work: Callable[[Tx], None], *, actor: str | None = None) -> None:
        """Runs a unit of work that nobody waits for: with the next commit, a second from now.

        It is durable before anything that is given to the store afterwards, and lost only where
        the process dies within that second.
        """

    async def read(self, query: Callable[[View], T]) -> T:
        """Asks something in one snapshot, in a thread of its own."""

    def ask(self, query: Callable[[View], T]) -> T:
        """The same, waited for here."""

    def reap(self) -> int:
        """Gives back the messages that processes held which are no more; how many."""

    def on_publish(self, told: Callable[[frozenset[str]], None]) -> None:
        """Has `told` called with the topics that got messages, once they are durable.

        That is in the store's thread; other processes are not told.
        """

    def close(self) -> None:
        """Ends once what was given is durable."""
