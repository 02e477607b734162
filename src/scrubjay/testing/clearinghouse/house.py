"""What a clearinghouse knows: what it took, and what waits to be collected. No wire, no clock."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scrubjay.testing.clearinghouse.answers import Answers, duplicate
from scrubjay.testing.clearinghouse.behaviour import Behaviour
from scrubjay.testing.clearinghouse.ledger import Ledger
from scrubjay.testing.clearinghouse.reading import Interchange
from scrubjay.testing.clearinghouse.state import State

__all__ = ["House", "Taken"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an interchange at the door."""

    event: str
    """As in the ledger; ``malformed`` where there is nothing to write down."""
    reference: str = ""


class House:
    """The clearinghouse itself. `now` is a clock in seconds, the same after a restart."""

    def __init__(
        self, behaviour: Behaviour, ledger: Ledger, state: State, now: Callable[[], float]
    ) -> None:
        self.behaviour = behaviour
        self._ledger = ledger
        self._state = state
        self._now = now
        self._answers = Answers(behaviour)
        self._by_key: dict[str, tuple[str, str]] = {}
        self._identities: set[tuple[str, str, str]] = set()
        for entry in ledger.entries:
            if entry.event == "taken":
                self._remember(entry.key, entry.digest, entry.sender, entry.receiver, entry.control)
        for key, digest, *identity in state.taken():
            if key not in self._by_key:
                self._remember(key, digest, *identity)

    def take(self, key: str, text: bytes) -> tuple[Taken, Interchange | None]:
        """Decide and write down; the interchange is given back where it is to be answered."""
        interchange = Interchange.read(text)
        if interchange is None:
            return Taken("malformed"), None
        known = self._by_key.get(key)
        if known is not None:
            event = "repeated" if known[1] == interchange.digest else "conflict"
            self._ledger.add(event, key, interchange)
            # whoever was killed behind the line of the ledger owes the answers all the same
            owed = event == "repeated" and self._owes(key, interchange, text)
            return Taken(event, known[0]), interchange if owed else None
        if interchange.identity in self._identities:
            self._ledger.add("duplicate", key, interchange)
            number = 900_000_000 + self._state.number()
            self.offer("ta1", key, duplicate(interchange, number))
            return Taken("duplicate"), None
        self._ledger.add("taken", key, interchange)
        reference = self._remember(key, interchange.digest, *interchange.identity)
        self._owes(key, interchange, text)
        return Taken("taken", reference), interchange

    def _owes(self, key: str, interchange: Interchange, text: bytes) -> bool:
        """Whether it is new that it is to be answered."""
        if not self.behaviour.answers or self._state.has_taken(key):
            return False
        self._state.take(key, interchange.digest, interchange.identity, text)
        return True

    def unanswered(self) -> Iterator[tuple[str, Interchange]]:
        """What was taken before a restart, and has no answer yet."""
        for key, text in self._state.unanswered():
            interchange = Interchange.read(text)
            if interchange is not None:
                yield key, interchange

    def receipt(self, key: str) -> str | None:
        """The reference of what was taken under the key."""
        known = self._by_key.get(key)
        return known[0] if known else None

    def judge(self, interchange: Interchange) -> Iterator[tuple[str, str, bytes]]:
        """Kind, occasion and text of each acknowledgment; takes its time, changes nothing here."""
        happens, digest = self.behaviour.happens, interchange.digest
        for kind, text in self._answers.judge(interchange):
            if happens("ack_lost", digest, kind):
                continue
            yield kind, digest, text
            if happens("ack_twice", digest, kind):
                yield kind, f"{digest} again", text
            if happens("ack_unknown", digest, kind):
                yield kind, f"{digest} unknown", _of_nobody(text)
        if happens("ack_contradicted", digest):
            for kind, text in self._answers.contradict(interchange):
                yield kind, f"{digest} otherwise", text

    def answer(self, key: str, answers: Iterable[tuple[str, str, bytes]]) -> None:
        """Have kinds, occasions and texts collected, each in its time: all of them, or none."""
        span, now = self.behaviour.answers_after, self._now()
        self._state.answer(
            key,
            [
                (kind, now + self.behaviour.within(span, occasion, kind), text)
                for kind, occasion, text in answers
            ],
        )

    def offer(self, kind: str, occasion: str, text: bytes) -> None:
        """Have one thing collected, in its time."""
        self.answer("", [(kind, occasion, text)])

    def waiting(self, limit: int) -> list[tuple[str, int]]:
        """Ids and sizes of what is due, longest due first."""
        return self._state.due(self._now(), limit)

    def acknowledgment(self, ack_id: str) -> bytes | None:
        """The bytes of what is due."""
        return self._state.read(ack_id, self._now())

    def confirm(self, ack_id: str) -> bool:
        """It was collected; False where it is not there any more."""
        return self._state.collected(ack_id)

    def _remember(self, key: str, digest: str, *identity: str) -> str:
        reference = f"CH{len(self._by_key) + 1:08d}"
        self._by_key[key] = reference, digest
        sender, receiver, control = identity
        self._identities.add((sender, receiver, control))
        return reference


def _of_nobody(text: bytes) -> bytes:
    """The same acknowledgment, sent to a control number and a group that were never used."""
    element = text[3:4]
    segments = text.split(text[105:106])
    for number, segment in enumerate(segments):
        parts = segment.split(element)
        if parts[0].strip() == b"TA1":
            parts[1] = b"987654321"
        elif parts[0].strip() in {b"AK1", b"TRN"} and len(parts) > 2:  # noqa: PLR2004 - id, 01, 02
            parts[2] = b"987654321"
        segments[number] = element.join(parts)
    return text[105:106].join(segments)
