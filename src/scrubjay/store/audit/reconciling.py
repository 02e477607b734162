"""Claims in against claims out: what came in on a day, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from scrubjay.store.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Ledger", "Reconciliation", "reconcile"]

_WHERE: dict[State, str] = {
    State.ACKNOWLEDGED: "accepted",
    State.REJECTED_BY_SCRUB: "rejected",
    State.REJECTED_BY_PARTNER: "rejected",
    State.HELD_UNKNOWN: "held",
    State.QUARANTINED: "held",
    State.DEAD_LETTERED: "dead",
}
"""What a state comes to; every other one is under way."""
_DONE = frozenset({State.SCRUBBED, State.PURGED})
"""Of a file or a set: every claim of it has a row."""


@dataclass(slots=True)
class Reconciliation:
    """A day: received = accepted + rejected + unreadable + held + dead + under way."""

    day: str
    files: int = 0
    uncounted: list[int] = field(default_factory=list)
    """Files of the day that nobody counted the claims of yet."""
    received: int = 0
    """CLM segments, and claims whose CLM segment was lost."""
    accepted: int = 0
    rejected: int = 0
    unreadable: int = 0
    """CLM segments that stand in no claim, as where a set or a group has lost its beginning."""
    held: int = 0
    dead: int = 0
    under_way: int = 0
    unaccounted: dict[int, int] = field(default_factory=dict)
    """Files, and how many of their claims are nowhere, or there too often (negative)."""

    @property
    def balanced(self) -> bool:
        """Whether every claim that came in is somewhere, once."""
        return not self.unaccounted

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"balanced": self.balanced}


class Ledger(Protocol):
    """What is counted: the files of a day and their claims."""

    def files(self, since: int, until: int) -> Iterator[tuple[int, State, int | None]]:
        """Files received from `since` to before `until`: id, state, claims counted by parse."""

    def claims(self, file: int) -> dict[State, int]:
        """The claims of a file that have rows, by the state that they are in."""

    def unreadable(self, file: int) -> int:
        """Those of them that stand for a CLM segment in no claim."""

    def unnumbered(self, file: int) -> int:
        """Those of them that are known by their loops, and had no number."""

    def unscrubbed(self, file: int) -> dict[State, int]:
        """Claims of the sets of a file without rows, by the state of the set."""

    def interchanges(self, file: int) -> set[State]:
        """The states that interchanges of a file are in."""


def reconcile(ledger: Ledger, day: str, since: int, until: int) -> Reconciliation:
    """Counts a day; times are milliseconds of UTC."""
    made = Reconciliation(day)
    for file, state, counted in ledger.files(since, until):
        made.files += 1
        if counted is None:
            made.uncounted.append(file)
            continue
        places = _places(ledger, file)
        rest = counted - sum(places.values())
        if rest < 0:
            # parse counts CLM segments: a claim that lost its own is one more
            lost = min(-rest, ledger.unnumbered(file))
            made.received += lost
            rest += lost
        made.received += counted
        whole = _whole(ledger, file, state)
        if rest < 0 or (rest and whole in _DONE):
            made.unaccounted[file] = rest
        elif rest:
            places[whole] += rest
        for where, count in places.items():
            name = _WHERE.get(where, "under_way")
            setattr(made, name, getattr(made, name) + count)
        unreadable = ledger.unreadable(file)
        made.rejected -= unreadable
        made.unreadable += unreadable
    return made


def _places(ledger: Ledger, file: int) -> Counter[State]:
    """Where the claims of a file are, as far as rows or sets tell it."""
    places = Counter(ledger.claims(file))
    for state, count in ledger.unscrubbed(file).items():
        # A set that is done with has rows for all of its claims: what has none is lost.
        if state not in _DONE:
            places[state] += count
    return places


def _whole(ledger: Ledger, file: int, state: State) -> State:
    """What goes for claims that neither have rows nor belong to a set that is known."""
    if state in _DONE and State.QUARANTINED in ledger.interchanges(file):
        return State.QUARANTINED
    return state
