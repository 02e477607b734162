"""What became of a claim: the verdict of each hop, and what they come to.

A hop is who acknowledges: a clearinghouse, then the payer. Within a hop a rejection stands against
anything else, and so it does between hops: a claim that the clearinghouse took and the payer sent
back is rejected, and both are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scrubjay.acks import reasons
from scrubjay.acks.ledger import Level, Said
from scrubjay.acks.matching import AMBIGUOUS, NOTED
from scrubjay.models.acknowledgments import Verdict

__all__ = ["KINDS", "Document", "Hop", "Outcome", "Step", "judged"]

KINDS = ("TA1", "999", "277CA")


@dataclass(frozen=True, slots=True)
class Document:
    """An acknowledgment, as far as outcomes name it."""

    kind: str
    hop: str
    name: str
    interchange: str
    group: str
    set: str
    date: str
    file: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an acknowledgment says, of the claim or of something above it."""

    kind: str
    """TA1, 999 or 277CA."""
    level: str
    state: str
    """accepted, rejected or pending; ambiguous; absent; noted, of a claim named beside a fault."""
    codes: tuple[str, ...]
    file: str
    interchange: str
    group: str
    set: str
    segment_index: int | None
    date: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes in words."""
        return tuple(map(reasons.text, self.codes))


@dataclass(frozen=True, slots=True)
class Hop:
    """Who acknowledged, and what that came to for a claim."""

    id: str
    name: str
    state: Verdict
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim."""

    state: Verdict
    hops: tuple[Hop, ...]
    payer_claim: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it was rejected: the codes of every step that rejects it, each once."""
        rejecting = (step for hop in self.hops for step in hop.steps if step.state == "rejected")
        noted = (step for hop in self.hops for step in hop.steps if step.state == NOTED)
        steps = (*rejecting, *(noted if self.state is Verdict.REJECTED else ()))
        return tuple(dict.fromkeys(code for step in steps for code in step.codes))


def judged(
    said: Iterable[Said],
    documents: Mapping[int, Document],
    absent: Mapping[str, Verdict],
) -> Outcome:
    """What everything that was said of a claim, and of what is above it, comes to.

    `absent` is what it means by hop not to be in a 277CA; pending where it says nothing.
    """
    by_hop: dict[str, dict[int, list[Said]]] = {}
    payer = None
    for one in said:
        hop = documents[one.document].hop
        by_hop.setdefault(hop, {}).setdefault(one.document, []).append(one)
        payer = payer or one.payer
    hops = tuple(_hop(id, by_hop[id], documents, absent) for id in sorted(by_hop))  # noqa: A001
    states = {hop.state for hop in hops}
    for verdict in (Verdict.REJECTED, Verdict.ACCEPTED):
        if verdict in states:
            return Outcome(verdict, hops, payer)
    return Outcome(Verdict.PENDING, hops, payer)


def _hop(
    id: str,  # noqa: A002 - as hops have
    said: Mapping[int, Sequence[Said]],
    documents: Mapping[int, Document],
    absent: Mapping[str, Verdict],
) -> Hop:
    steps: list[Step] = []
    states: set[Verdict] = set()
    ordered = sorted(said, key=lambda no: _order(documents[no]))
    for no in ordered:
        document = documents[no]
        if document.kind == "277CA":
            state, told = _of_claims(said[no], absent.get(id, absent.get("", Verdict.PENDING)))
        else:
            state, told = _of_syntax(said[no])
        states.add(state)
        steps.extend(_step(one, state_told, document) for one, state_told in told)
    state = Verdict.PENDING
    for verdict in (Verdict.REJECTED, Verdict.ACCEPTED):
        if verdict in states:
            state = verdict
            break
    names = sorted({documents[no].name for no in said} - {""})
    return Hop(id, names[0] if names else "", state, tuple(steps))


Told = list[tuple[Said, str]]


def _of_syntax(said: Sequence[Said]) -> tuple[Verdict, Told]:
    """A TA1 or a 999 can reject a claim with what holds it; to accept it is a 277CA's affair."""
    told = [(one, one.state) for one in sorted(said, key=_place)]
    if any(one.state == Verdict.REJECTED for one in said):
        return Verdict.REJECTED, told
    return Verdict.PENDING, told


def _of_claims(said: Sequence[Said], absent: Verdict) -> tuple[Verdict, Told]:
    """The claim's own statuses where it has any; else a rejection of what is above it."""
    own = [one for one in said if one.level is Level.CLAIM]
    if own:
        states = {one.state for one in own}
        for verdict in (Verdict.REJECTED, Verdict.ACCEPTED):
            if verdict in states and AMBIGUOUS not in states:
                return verdict, [(one, one.state) for one in sorted(own, key=_place)]
        return Verdict.PENDING, [(one, one.state) for one in sorted(own, key=_place)]
    above = sorted(said, key=_place)
    rejecting = [one for one in above if one.state == Verdict.REJECTED]
    if rejecting:
        return Verdict.REJECTED, [(one, one.state) for one in rejecting]
    return absent, [(one._replace(codes=(), number=None), "absent") for one in above[-1:]]


def _step(said: Said, state: str, document: Document) -> Step:
    return Step(
        kind=document.kind,
        level=_LEVELS[said.level],
        state=state,
        codes=said.codes,
        file=document.file,
        interchange=document.interchange,
        group=document.group,
        set=document.set,
        segment_index=said.number,
        date=document.date,
    )


_LEVELS = {level: level.name.lower() for level in Level}


def _order(document: Document) -> tuple[object, ...]:
    """As they come: by day, and within a day the envelope first and the claims last."""
    rank = KINDS.index(document.kind)
    envelope = (document.interchange, document.group, document.set, document.file)
    return document.date, rank, *envelope


def _place(said: Said) -> tuple[int, int, str, tuple[str, ...]]:
    return said.level, said.number or 0, said.state, said.codes
