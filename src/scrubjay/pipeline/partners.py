"""Partners: who takes which payers' claims, how they are addressed, and what may be asked of them.

A record is a file of its own, ``partners/NAME.toml`` (docs/partners.md). It is read once; whether
a partner is paused is no matter of its record but a row of the store.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.pipeline.records import (
    Fault,
    Section,
    check,
    filled,
    flag,
    load,
    number,
    one_of,
    some_of,
    text,
    texts,
)
from scrubjay.pipeline.retry import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["DOCUMENTS", "Partner", "Partners", "Party", "Taking", "lint", "read"]

DOCUMENTS = ("TA1", "999", "277CA", "835")
"""What a partner may owe for a transmission, in the order that it comes in."""

_ID = r"[A-Z0-9][A-Z0-9 .&/_-]*"
_NAME = r"[^*:^~|>\n\r]*"
_MEBI = 1 << 20

SHAPE: dict[str, Section] = {
    "": {"payers": texts(r"\*|[A-Z0-9]{2,80}", default=("*",))},
    "envelope": {
        "sender_qualifier": text(2, 2, pattern="[A-Z0-9]{2}", default="ZZ"),
        "sender": text(15, 1, pattern=_ID),
        "receiver_qualifier": text(2, 2, pattern="[A-Z0-9]{2}", default="ZZ"),
        "receiver": text(15, 1, pattern=_ID),
        "group_sender": text(15, pattern=_NAME),
        "group_receiver": text(15, pattern=_NAME),
        "usage": one_of("", "T", "P", default=""),
        "acknowledge": flag(default=False),
        "delimiters": text(4, 4, pattern=r"[!-/:-@\[-`{-~]{4}", default="*:^~"),
        "line_breaks": flag(default=True),
    },
    "submitter": {
        "name": text(60, pattern=_NAME),
        "id": text(80, pattern=_NAME),
        "contact": text(60, pattern=_NAME),
        "phone": text(256, pattern="[0-9]*"),
    },
    "receiver": {"name": text(60, pattern=_NAME), "id": text(80, pattern=_NAME)},
    "limits": {
        "claims": number(1, 100_000, 5_000),
        "bytes": number(10_000, 64 * _MEBI, 16 * _MEBI),
        "window_seconds": number(0, 86_400, 10.0),
        "per_second": number(0.001, 10_000, 10.0),
        "at_once": number(1, 256, 4),
    },
    "sending": {
        "attempts": number(1, 1_000, 10),
        "backoff_seconds": number(0.01, 3_600, 1.0),
        "longest_backoff_seconds": number(0.01, 86_400, 300.0),
        "deadline_seconds": number(0.01, 3_600, 60.0),
        "quiet_seconds": number(0, 86_400, 120.0),
        # of a reply alone: no partner can promise what became of bytes that it never answered
        "not_received": some_of("HTTP_500", "HTTP_502", "HTTP_503", "HTTP_504"),
        "read_back": flag(default=True),
        "breaker_failures": number(1, 1_000, 5),
        "breaker_rest_seconds": number(0.01, 3_600, 5.0),
    },
    "acknowledgments": {
        "final": one_of("TA1", "999", "277CA", default="277CA"),
        "collect_seconds": number(0.01, 86_400, 30.0),
        "TA1": number(0, 8_760, 0.0),
        "999": number(0, 8_760, 24.0),
        "277CA": number(0, 8_760, 72.0),
        "835": number(0, 8_760, 0.0),
    },
    "scrub": {"overlays": texts(), "reject_unit": one_of("", "claim", "set", default="")},
    "transport": {
        "kind": one_of("folder", "http", default="folder"),
        "address": text(2_000, 1),
        "credential": text(2_000),
        "authority": text(4_000),
    },
}


class Party(Frozen):
    """Who stands in 1000A or 1000B instead of what the claims say; nothing where the name is ""."""

    name: str = ""
    id: str = ""
    contact: str = ""
    phone: str = ""


class Taking(Frozen):
    """What a partner takes at once."""

    claims: int = 5_000
    """In an interchange."""
    bytes: int = 16 * _MEBI
    window_seconds: float = 10.0
    """How long claims may wait for others to fill an interchange."""
    per_second: float = 10.0
    """Interchanges begun in a second (TPS)."""
    at_once: int = 4


class Partner(Frozen):
    """A partner's record."""

    name: str
    payers: tuple[str, ...] = ("*",)
    """NM109 of 2010BB; ``*`` takes all that no other partner names."""
    sender_qualifier: str = "ZZ"
    sender: str
    """ISA06."""
    receiver_qualifier: str = "ZZ"
    receiver: str
    group_sender: str = ""
    """GS02; ISA06 where it is empty."""
    group_receiver: str = ""
    usage: str = ""
    """ISA15 that it takes; "" takes test and production claims, in interchanges of their own."""
    acknowledge: bool = False
    """ISA14: ask for a TA1."""
    delimiters: str = "*:^~"
    """Of element, component, repetition, and the segment terminator."""
    line_breaks: bool = True
    submitter: Party = Party()
    takes_for: Party = Party()
    """1000B."""
    limits: Taking = Taking()
    backoff: Backoff = Backoff()
    deadline: float = 60.0
    """Seconds that one call may take."""
    quiet: float = 120.0
    """Seconds after a try in doubt until it is asked for: no byte is on its way for so long."""
    not_received: tuple[str, ...] = ()
    """Codes after which it surely has nothing, such as HTTP_503."""
    read_back: bool = True
    """Whether it can be asked what it has."""
    breaker_failures: int = 5
    breaker_rest: float = 5.0
    final: str = "277CA"
    """The document that ends a claim's way."""
    collect_every: float = 30.0
    due: tuple[tuple[str, float], ...] = ()
    """Documents owed, and the hours within which each has to come."""
    overlays: tuple[str, ...] = ()
    reject_unit: str = ""
    """What a fault of syntax in a claim takes down with it; "" is as the settings say."""
    transport: str = "folder"
    address: str = ""
    credential: str = ""
    """The name of an environment variable that holds what it is opened with, never the secret."""
    authority: str = ""
    """A file of certificates (PEM) that vouch for it, where the machine's own do not."""

    @property
    def gs02(self) -> str:
        """The application sender."""
        return self.group_sender or self.sender

    @property
    def gs03(self) -> str:
        """The application receiver."""
        return self.group_receiver or self.receiver


class Partners:
    """All partners, and which of them takes a payer's claims."""

    def __init__(self, records: Iterable[Partner]) -> None:
        self._by_name = {record.name: record for record in records}
        self._by_payer = {
            payer: record.name for record in self._by_name.values() for payer in record.payers
        }

    def __iter__(self) -> Iterator[Partner]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __getitem__(self, name: str) -> Partner:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def taking(self, payer: str | None) -> str | None:
        """The name of who takes the claims of a payer; None where nobody does."""
        return self._by_payer.get(payer or "", self._by_payer.get("*"))


def read(folder: str) -> Partners:
    """The records of a folder; UsageError with the first fault where there is one."""
    faults = list(lint(folder))
    if faults:
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise UsageError(f"{faults[0]}{more}; see all: scrubjay partner check")
    return Partners(_record(path) for path in _paths(folder))


def lint(folder: str) -> Iterator[Fault]:
    """Everything that is wrong with the records of a folder, one by one and together."""
    owners: dict[str, str] = {}
    for path in _paths(folder):
        given, content = load(path)
        found = list(check(path, given, content, SHAPE))
        yield from found
        if found:
            continue
        yield from _together(path, _record(path), owners)


def _together(path: str, record: Partner, owners: dict[str, str]) -> Iterator[Fault]:
    """What makes no sense within one record, or beside the others."""
    if len(set(record.delimiters)) != len(record.delimiters):
        yield Fault(file=path, line=0, message="delimiters: each is another character")
    if record.quiet < record.deadline:
        said = "sending: quiet_seconds is less than deadline_seconds: bytes may be on their way"
        yield Fault(file=path, line=0, message=said)
    name = os.path.basename(path)
    for payer in record.payers:
        if payer in owners:
            yield Fault(
                file=path, line=0, message=f"payers: {payer} goes to {owners[payer]} already"
            )
        owners.setdefault(payer, name)
    if record.final not in {document for document, _ in record.due}:
        yield Fault(
            file=path,
            line=0,
            message=f"acknowledgments: {record.final} is final, so say within how many hours",
        )


def _paths(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        return []
    names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    return [os.path.join(folder, name) for name in names]


def _record(path: str) -> Partner:
    given, _ = load(path)
    tables: dict[str, Mapping[str, Any]] = {"": given} | {
        name: given.get(name, {}) for name in SHAPE if name
    }
    whole = {name: filled(tables[name], fields) for name, fields in SHAPE.items()}
    sending, told = whole["sending"], whole["acknowledgments"]
    hours = {document: float(told[document]) for document in DOCUMENTS}
    return Partner(
        name=os.path.basename(path).removesuffix(".toml"),
        **whole[""],
        **whole["envelope"],
        submitter=Party(**whole["submitter"]),
        takes_for=Party(**whole["receiver"]),
        limits=Taking(**whole["limits"]),
        backoff=Backoff(
            first=sending["backoff_seconds"],
            longest=sending["longest_backoff_seconds"],
            attempts=sending["attempts"],
        ),
        deadline=sending["deadline_seconds"],
        quiet=sending["quiet_seconds"],
        not_received=sending["not_received"],
        read_back=sending["read_back"],
        breaker_failures=sending["breaker_failures"],
        breaker_rest=sending["breaker_rest_seconds"],
        final=told["final"],
        collect_every=told["collect_seconds"],
        due=tuple((document, limit) for document, limit in hours.items() if limit > 0),
        **whole["scrub"],
        transport=whole["transport"]["kind"],
        address=whole["transport"]["address"],
        credential=whole["transport"]["credential"],
        authority=whole["transport"]["authority"],
    )
