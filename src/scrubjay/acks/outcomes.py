"""What became of a claim: the verdict of each hop, and what they come to.

A hop is who acknowledges: a clearinghouse, then the payer. Within a hop a rejection stands against
anything else, and so it does between hops: a claim that the clearinghouse took and the payer sent
back is rejected, and both are told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from scrubjay.acks import reasons
from scrubjay.acks.ledger import Level, Said
from scrubjay.acks.matching import AMBIGUOUS, NOTED
from scrubjay.models.acknowledgments import Verdict

__all__ = ["KINDS", "Document", "Hop", "Judge", "Outcome", "Step", "judged"]

KINDS = ("TA1", "999", "277CA")
DECIDING = (Verdict.REJECTED, Verdict.ACCEPTED)
ABSENT = "absent"
MOST_KNOWN = 4096
"""So many outcomes are remembered, for claims like them."""


class Document(NamedTuple):
    """An acknowledgment, as far as outcomes name it."""

    kind: str
    hop: str
    name: str
    interchange: str
    group: str
    set: str
    date: str
    file: str


class Step(NamedTuple):
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


class Hop(NamedTuple):
    """Who acknowledged, and what that came to for a claim."""

    id: str
    name: str
    state: Verdict
    steps: tuple[Step, ...]


class Outcome(NamedTuple):
    """What became of one claim."""

    state: Verdict
    hops: tuple[Hop, ...]
    payer_claim: str | None = None
    """What stands for the payer's number of the claim, as it was given last."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it was rejected: the codes of every step that rejects it, each once."""
        if self.state is not Verdict.REJECTED:
            return ()
        codes: dict[str, None] = {}
        for wanted in (Verdict.REJECTED.value, ABSENT, NOTED):
            for hop in self.hops:
                if wanted == ABSENT and hop.state is not Verdict.REJECTED:
                    continue
                for step in hop.steps:
                    if step.state == wanted:
                        codes.update(dict.fromkeys(step.codes))
        return tuple(codes)


class Judge:
    """Judges claims; of one that has a single statement of its own, as one like it was judged.

    Most claims of a file differ in nothing but where their status stands.
    """

    def __init__(self, documents: Mapping[int, Document], absent: Mapping[str, Verdict]) -> None:
        self._documents = documents
        self._absent = absent
        self._known: dict[object, tuple[Outcome, int, int]] = {}

    def judged(self, units: object, above: Iterable[Said], own: Sequence[Said]) -> Outcome:
        """What became of a claim; `units` are the ones above it, of which `above` is said."""
        if len(own) != 1:
            return judged((*above, *own), self._documents, self._absent)
        one = own[0]
        mark = (units, one.document, one.state, one.codes)
        known = self._known.get(mark)
        if known is None:
            outcome = judged((*above, one), self._documents, self._absent)
            place = next(_claim_steps(outcome), None)
            if place is not None:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[mark] = outcome, *place
            return outcome
        outcome, at, number = known
        hops, steps = list(outcome.hops), list(outcome.hops[at].steps)
        steps[number] = steps[number]._replace(segment_index=one.number)
        hops[at] = hops[at]._replace(steps=tuple(steps))
        return Outcome(outcome.state, tuple(hops), one.payer)


def _claim_steps(outcome: Outcome) -> Iterator[tuple[int, int]]:
    """Where in an outcome the claim's own steps stand: of which hop, and which of its steps."""
    own = _LEVELS[Level.CLAIM]
    for at, hop in enumerate(outcome.hops):
        for number, step in enumerate(hop.steps):
            if step.level == own and step.state != ABSENT:
                yield at, number


def judged(
    said: Iterable[Said],
    documents: Mapping[int, Document],
    absent: Mapping[str, Verdict],
) -> Outcome:
    """What everything that was said of a claim, and of what is above it, comes to.

    `absent` is what it means by hop not to be in a 277CA; pending where it says nothing.
    """
    by_hop: dict[str, dict[int, list[Said]]] = {}
    payers = []
    for one in said:
        document = documents[one.document]
        by_hop.setdefault(document.hop, {}).setdefault(one.document, []).append(one)
        if one.payer is not None:
            payers.append((_order(document), one.payer))
    hops = tuple(_hop(id, by_hop[id], documents, absent) for id in sorted(by_hop))  # noqa: A001
    states = {hop.state for hop in hops}
    state = next((each for each in DECIDING if each in states), Verdict.PENDING)
    return Outcome(state, hops, max(payers)[1] if payers else None)


def _hop(
    id: str,  # noqa: A002 - as hops have
    said: Mapping[int, Sequence[Said]],
    documents: Mapping[int, Document],
    absent: Mapping[str, Verdict],
) -> Hop:
    told: list[tuple[Document, Verdict, Told]] = []
    for no in sorted(said, key=lambda no: _order(documents[no])):
        judge = _of_claims if documents[no].kind == "277CA" else _of_syntax
        told.append((documents[no], *judge(said[no])))
    # To be left out says something only where no other 277CA of the hop has the claim.
    answers = [each for document, _, each in told if document.kind == "277CA"]
    if any(each and each[0][1] != ABSENT for each in answers):
        told = [each for each in told if each[2] and each[2][0][1] != ABSENT]
    elif answers:
        told.append((told[-1][0], absent.get(id, absent.get("", Verdict.PENDING)), []))
    states = {state for _, state, _ in told}
    steps = [_step(*each, document) for document, _, every in told for each in every]
    state = next((each for each in DECIDING if each in states), Verdict.PENDING)
    names = sorted({documents[no].name for no in said} - {""})
    return Hop(id, names[0] if names else "", state, tuple(steps))


Told = list[tuple[Said, str]]


def _of_syntax(said: Sequence[Said]) -> tuple[Verdict, Told]:
    """A TA1 or a 999 can reject a claim with what holds it; to accept it is a 277CA's affair."""
    told = [(one, one.state) for one in sorted(said, key=_place)]
    if any(one.state == Verdict.REJECTED for one in said):
        return Verdict.REJECTED, told
    return Verdict.PENDING, told


def _of_claims(said: Sequence[Said]) -> tuple[Verdict, Told]:
    """The claim's own statuses where it has any; else a rejection of what is above it.

    Of a claim that has neither, it is told that it is absent.
    """
    own = [one for one in said if one.level is Level.CLAIM]
    if own:
        states = {one.state for one in own}
        told = [(one, one.state) for one in sorted(own, key=_place)]
        if AMBIGUOUS in states:
            return Verdict.PENDING, told
        return next((each for each in DECIDING if each in states), Verdict.PENDING), told
    above = sorted(said, key=_place)
    rejecting = [one for one in above if one.state == Verdict.REJECTED]
    if rejecting:
        return Verdict.REJECTED, [(one, one.state) for one in rejecting]
    left_out = (one._replace(codes=(reasons.ABSENT,), number=None) for one in above[-1:])
    return Verdict.PENDING, [(one, ABSENT) for one in left_out]


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
