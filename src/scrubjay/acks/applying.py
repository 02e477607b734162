"""Acknowledgments applied to the claims that were sent: what became of each."""

import hmac
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from scrubjay import places
from scrubjay.acks import reasons
from scrubjay.acks.ledger import Ledger, Level, Said, Unit
from scrubjay.acks.matching import Matching
from scrubjay.acks.notices import Notice, Problem
from scrubjay.acks.outcomes import KINDS, Document, Outcome, judged
from scrubjay.acks.reading import read
from scrubjay.acks.sent import SentClaim, claims_of, enter
from scrubjay.acks.values import charge_text
from scrubjay.errors import InputError, UsageError
from scrubjay.keys import TokenKey
from scrubjay.models.acknowledgments import Verdict

__all__ = ["Applied", "Tally", "apply"]

AnyPath = str | os.PathLike[str]

MOST_REASONS = 10_000
"""So many different codes are counted; hostile files may have any number of them."""


@dataclass(slots=True)
class Tally:
    """Some claims, and their dollars in cents."""

    claims: int = 0
    cents: int = 0

    def add(self, cents: int | None) -> None:
        """One more."""
        self.claims += 1
        self.cents += cents or 0

    @property
    def charges(self) -> str:
        """Decimal text with two places."""
        return charge_text(self.cents)


@dataclass(slots=True)
class Applied:
    """What acknowledgments came to. Counts are there once `outcomes` was passed through."""

    ledger: Ledger
    files: tuple[str, ...]
    names: tuple[str, ...]
    documents: dict[int, Document]
    absent: Mapping[str, Verdict]
    acknowledgments: Mapping[str, int]
    notices: Counter[Problem]
    key: TokenKey
    states: dict[Verdict, Tally] = field(
        default_factory=lambda: {verdict: Tally() for verdict in Verdict}
    )
    hops: dict[str, dict[Verdict, int]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def __repr__(self) -> str:
        return f"Applied({len(self.files)} files of claims, {len(self.documents)} acknowledgments)"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.__exit__()

    def outcomes(self) -> Iterator[tuple[Unit, Outcome]]:
        """The claims in the order they were sent, each with what became of it."""
        self.states = {verdict: Tally() for verdict in Verdict}
        self.hops, self.reasons = {}, Counter()
        above = _Above(self.ledger)
        for unit, own in self.ledger.units():
            outcome = judged((*above.of(unit), *own), self.documents, self.absent)
            self._count(unit, outcome)
            yield unit, outcome

    def claims(self) -> Iterator[tuple[Unit, Outcome, SentClaim]]:
        """The same with each claim as it was sent: its file is read once more for that.

        InputError where a file is not any more what it was.
        """
        outcomes = self.outcomes()
        sent = (claim for file in self.files for claim in claims_of(file))
        for unit, outcome in outcomes:
            claim = next(sent, None)
            if claim is None or self.ledger.digest("claim", claim.number) != unit.key:
                raise InputError(f"{unit.file}: was changed while it was read; run it again")
            yield unit, outcome, claim

    def token(self, kind: str, value: str) -> str:
        """What stands for an identifier in files that may be shown around."""
        return _token(self.key, kind, value)

    def _count(self, unit: Unit, outcome: Outcome) -> None:
        self.states[outcome.state].add(unit.cents)
        for hop in outcome.hops:
            counts = self.hops.setdefault(hop.id, dict.fromkeys(Verdict, 0))
            counts[hop.state] += 1
        if outcome.state is Verdict.REJECTED:
            for code in {code.partition("@")[0] for code in outcome.codes}:
                known = code in self.reasons or len(self.reasons) < MOST_REASONS
                self.reasons[code if known else "?"] += 1

    def summary(self) -> dict[str, Any]:
        """The numbers, with the names of acks-summary.schema.json; passes through all claims."""
        if not any(tally.claims for tally in self.states.values()):
            for _ in self.outcomes():
                pass
        every = Tally()
        for tally in self.states.values():
            every.claims += tally.claims
            every.cents += tally.cents
        names = {one.hop: one.name for one in self.documents.values() if one.name}
        return {
            "files": list(self.names),
            "acknowledgments": {kind: self.acknowledgments.get(kind, 0) for kind in KINDS},
            "claims": every.claims,
            **{verdict.value: self.states[verdict].claims for verdict in Verdict},
            "charges": every.charges,
            **{f"charges_{verdict.value}": self.states[verdict].charges for verdict in Verdict},
            "hops": {
                hop: {"name": names.get(hop) or None}
                | {verdict.value: count for verdict, count in counts.items()}
                for hop, counts in sorted(self.hops.items())
            },
            "reasons": [
                {"code": code, "title": reasons.text(code), "claims": count}
                for code, count in sorted(self.reasons.items(), key=lambda row: (-row[1], row[0]))
            ],
            "notices": {problem.code: count for problem, count in sorted(self.notices.items())},
            "token_key_id": self.key.id,
        }


def apply(
    claims: Iterable[AnyPath],
    acknowledgments: Iterable[AnyPath],
    *,
    absent: Mapping[str, Verdict | str] | None = None,
    token_key: AnyPath | None = None,
    show_phi: bool = False,
    tell: Callable[[Notice], None] | None = None,
) -> Applied:
    """What the acknowledgments, in any order, say of the claims that were sent.

    `absent` says by hop (its id, or "" for every other) what it means that a claim is not in a
    277CA: pending by default, accepted or rejected where a partner works that way. `tell` gets the
    notices; without it they are counted. What is returned is closed when it is done with.
    """
    files = places.inputs(claims)
    if places.STDIN in files:
        raise UsageError("claims are read twice; name their file instead of standard input")
    policy = _policy(absent or {})
    key = TokenKey.find(token_key)
    ledger = Ledger()
    names = _names(files)
    count = sum(enter(ledger, file, name) for file, name in zip(files, names, strict=True))
    if not count:
        raise InputError(f"{names[0]}: no claim is in it; name the 837 that was sent")
    ledger.seal()
    token = partial(_token, key) if not show_phi else _clear
    matching = Matching(ledger, token)
    notices: Counter[Problem] = Counter()
    # In the order of their names, so that the same files say the same however they are listed.
    for file in sorted(places.inputs(acknowledgments), key=lambda file: (_base(file), file)):
        for notice in _taken(file, matching):
            notices[notice.problem] += 1
            if tell is not None:
                tell(notice)
    notices[Problem.AMBIGUOUS] += matching.settle()
    return Applied(
        ledger,
        files,
        names,
        {no: Document(*row) for no, *row in ledger.all(_DOCUMENTS)},
        policy,
        matching.counts,
        +notices,
        key,
    )


_DOCUMENTS = "SELECT no, kind, hop, name, interchange, grp, sent_set, day, file FROM document"


def _taken(file: str, matching: Matching) -> Iterator[Notice]:
    """One file; a file that is none is a notice, and the others go on."""
    try:
        for said in read(file):
            if isinstance(said, Notice):
                yield said
            else:
                yield from matching.take(said)
    except InputError:
        yield Notice(Problem.UNUSABLE_FILE, _base(file))


class _Above:
    """What was said of the units above a claim: those of the claim before are remembered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[Level, tuple[int | None, list[Said]]] = {}

    def of(self, unit: Unit) -> Iterator[Said]:
        """Of its interchange, group, set and provider."""
        for level, no in (
            (Level.INTERCHANGE, unit.interchange_no),
            (Level.GROUP, unit.group_no),
            (Level.SET, unit.set_no),
            (Level.PROVIDER, unit.provider_no),
        ):
            known = self._known.get(level)
            if known is None or known[0] != no:
                known = no, self._ledger.said_of(level, no)
                self._known[level] = known
            yield from known[1]


def _policy(absent: Mapping[str, Verdict | str]) -> dict[str, Verdict]:
    try:
        return {hop: Verdict(verdict) for hop, verdict in absent.items()}
    except ValueError:
        known = ", ".join(Verdict)
        raise UsageError(f"a claim that is absent is one of {known}") from None


def _names(files: Iterable[str]) -> tuple[str, ...]:
    """Names without folders; the second of the same name is ``claims~1.837``."""
    seen: Counter[str] = Counter()
    names = []
    for file in files:
        name = _base(file)
        stem, dot, ending = name.rpartition(".")
        count = seen[name]
        seen[name] += 1
        if count:
            name = f"{stem}~{count}.{ending}" if dot and stem else f"{name}~{count}"
        names.append(name)
    return tuple(names)


def _base(file: str) -> str:
    return "stdin" if file == places.STDIN else os.path.basename(file)


def _token(key: TokenKey, kind: str, value: str) -> str:
    text = b"\0".join((kind.encode(), value.encode("utf-8", "surrogatepass")))
    made = hmac.digest(bytes.fromhex(key.secret), text, "sha256")
    return f"{key.id}.{made[:16].hex()}"


def _clear(_: str, value: str) -> str:
    return value
