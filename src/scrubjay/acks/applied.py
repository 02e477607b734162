"""What acknowledgments came to: the outcome of each claim sent, and the numbers."""

import hmac
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from scrubjay.acks import reasons
from scrubjay.acks.ledger import Ledger, Level, Said, SentPlace
from scrubjay.acks.notices import Problem
from scrubjay.acks.outcomes import KINDS, Document, Judge, Outcome
from scrubjay.acks.scrubbed import original
from scrubjay.acks.sent import SentClaim, claims_of
from scrubjay.acks.values import charge_text
from scrubjay.errors import InputError
from scrubjay.keys import TokenKey
from scrubjay.models.acknowledgments import Verdict

__all__ = ["Applied", "Tally", "token_of"]

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
    _original: tuple[int, dict[str, str] | None] | None = None

    def __repr__(self) -> str:
        return f"Applied({len(self.files)} files of claims, {len(self.documents)} acknowledgments)"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()

    def outcomes(self) -> Iterator[tuple[SentPlace, Outcome]]:
        """The claims in the order they were sent, each with what became of it."""
        self.states = {verdict: Tally() for verdict in Verdict}
        self.hops, self.reasons = {}, Counter()
        above, judge = _Above(self.ledger), Judge(self.documents, self.absent)
        for place, own in self.ledger.claims():
            outcome = judge.judged(*above.of(place), own)
            self._count(place, outcome)
            yield place, outcome

    def claims(self) -> Iterator[tuple[SentPlace, Outcome, SentClaim]]:
        """The same with each claim as it was sent: its file is read once more for that.

        InputError where a file is not any more what it was.
        """
        outcomes = self.outcomes()
        sent = (claim for file in self.files for claim in claims_of(file))
        for place, outcome in outcomes:
            claim = next(sent, None)
            number = None if claim is None else claim.number.strip()
            if claim is None or self.ledger.digest("claim", number or "") != place.key:
                raise InputError(f"{place.file}: was changed while it was read; run it again")
            yield place, outcome, claim

    def original(self, place: SentPlace) -> dict[str, str] | None:
        """Where the claim stood before a scrub gave its envelope new numbers; None if it did not.

        The names are those of outcome.schema.json.
        """
        if self._original is None or self._original[0] != place.set_no:
            self._original = place.set_no, self._before(place)
        return self._original[1]

    def _before(self, place: SentPlace) -> dict[str, str] | None:
        path = self.files[place.source]
        accepted = original(os.path.basename(path))
        if accepted is None:
            return None
        stem, interchange = accepted
        rows = self.ledger.all(
            "SELECT kind, new, old, file FROM renumbered WHERE folder = ? AND interchange = ?"
            " AND (kind, new) IN (VALUES ('ISA13', ?), ('GS06', ?), ('ST02', ?), ('BHT03', ?))",
            *(os.path.dirname(path), interchange),
            *(place.interchange, place.group, place.set, place.batch),
        )
        old = {kind: (was, file) for kind, _, was, file in rows if _stem(file) == stem}
        if not old:
            return None
        now = {"ISA13": place.interchange, "GS06": place.group, "ST02": place.set}
        numbers = {kind: old.get(kind, (value, ""))[0] for kind, value in now.items()}
        return {
            "file": next(iter(old.values()))[1],
            "interchange": numbers["ISA13"],
            "group": numbers["GS06"],
            "set": numbers["ST02"],
            "batch": old.get("BHT03", (place.batch or "", ""))[0],
        }

    def token(self, kind: str, value: str) -> str:
        """What stands for an identifier in files that may be shown around."""
        return token_of(self.key, kind, value)

    def _count(self, place: SentPlace, outcome: Outcome) -> None:
        self.states[outcome.state].add(place.cents)
        for hop in outcome.hops:
            counts = self.hops.get(hop.id)
            if counts is None:
                counts = self.hops[hop.id] = dict.fromkeys(Verdict, 0)
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


Units = tuple[int, int, int, int | None]
_ABOVE = (Level.INTERCHANGE, Level.GROUP, Level.SET, Level.PROVIDER)


class _Above:
    """What was said of the units above a claim: those of the claim before are remembered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[Level, tuple[int | None, list[Said]]] = {}
        self._last: tuple[Units, list[Said]] | None = None

    def of(self, place: SentPlace) -> tuple[Units, list[Said]]:
        """Its interchange, group, set and provider by number, and what is said of them."""
        units = (place.interchange_no, place.group_no, place.set_no, place.provider_no)
        if self._last is None or self._last[0] != units:
            said: list[Said] = []
            for level, no in zip(_ABOVE, units, strict=True):
                known = self._known.get(level)
                if known is None or known[0] != no:
                    known = no, self._ledger.said_of(level, no)
                    self._known[level] = known
                said += known[1]
            self._last = units, said
        return self._last


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def token_of(key: TokenKey, kind: str, value: str) -> str:
    """The engine's own tokens (`docs/contract.md`): the same value, the same token."""
    text = b"\0".join((kind.encode(), value.encode("utf-8", "surrogatepass")))
    made = hmac.digest(bytes.fromhex(key.secret), text, "sha256")
    return f"{key.id}.{made[:16].hex()}"
