"""What a clearinghouse knows: what it took, and what waits to be collected. No wire, no clock."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from scrubjay.testing.clearinghouse.answers import Answers, duplicate
from scrubjay.testing.clearinghouse.behaviour import Behaviour
from scrubjay.testing.clearinghouse.ledger import Ledger
from scrubjay.testing.clearinghouse.reading import Interchange

__all__ = ["House", "Taken"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an interchange at the door."""

    event: str
    """As in the ledger; ``malformed`` where there is nothing to write down."""
    reference: str = ""


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    id: str
    text: bytes = field(compare=False)


class House:
    """The clearinghouse itself. `now` is a clock in seconds."""

    def __init__(self, behaviour: Behaviour, ledger: Ledger, now: Callable[[], float]) -> None:
        self.behaviour = behaviour
        self._ledger = ledger
        self._now = now
        self._answers = Answers(behaviour)
        self._by_key: dict[str, tuple[str, str]] = {}
        self._identities: set[tuple[str, str, str]] = set()
        self._later: list[_Waiting] = []
        self._ready: dict[str, bytes] = {}
        self._own_numbers = iter(range(900_000_000, 1_000_000_000))
        self._ids = iter(range(1, 1_000_000_000))
        for entry in ledger.entries:
            if entry.event == "taken":
                self._remember(entry.key, entry.digest, entry.sender, entry.receiver, entry.control)

    def take(self, key: str, text: bytes) -> tuple[Taken, Interchange | None]:
        """Decide and write down; the interchange is given back where it is to be answered."""
        interchange = Interchange.read(text)
        if interchange is None:
            return Taken("malformed"), None
        known = self._by_key.get(key)
        if known is not None:
            event = "repeated" if known[1] == interchange.digest else "conflict"
            self._ledger.add(event, key, interchange)
            return Taken(event, known[0]), None
        if interchange.identity in self._identities:
            self._ledger.add("duplicate", key, interchange)
            self.offer("ta1", key, duplicate(interchange, next(self._own_numbers)))
            return Taken("duplicate"), None
        self._ledger.add("taken", key, interchange)
        reference = self._remember(key, interchange.digest, *interchange.identity)
        return Taken("taken", reference), interchange

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

    def offer(self, kind: str, occasion: str, text: bytes) -> None:
        """Have it collected, in its time."""
        after = self.behaviour.within(self.behaviour.answers_after, occasion, kind)
        ack_id = f"{next(self._ids):08d}.{kind}"
        heapq.heappush(self._later, _Waiting(self._now() + after, ack_id, text))

    def waiting(self, limit: int) -> list[tuple[str, int]]:
        """Ids and sizes of what is due, longest due first."""
        self._come_due()
        return [(each, len(text)) for each, text in list(self._ready.items())[:limit]]

    def acknowledgment(self, ack_id: str) -> bytes | None:
        """The bytes of what is due."""
        self._come_due()
        return self._ready.get(ack_id)

    def confirm(self, ack_id: str) -> bool:
        """It was collected; False where it is not there any more."""
        return self._ready.pop(ack_id, None) is not None

    def _come_due(self) -> None:
        now = self._now()
        while self._later and self._later[0].due <= now:
            due = heapq.heappop(self._later)
            self._ready[due.id] = due.text

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
