"""Claims to an 837: `write` for all at once, `stream_out` for as many as there are.

The guide gives order, counts and what can be nothing else (qualifiers that have one code, HL and SE
numbers, date formats); claims give the rest. Claims in a row with the same provider and subscriber
share their loops, claims of another kind begin a functional group of their own. Nothing is judged
here: a wrong claim is written as wrong as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from scrubjay import _native
from scrubjay.errors import InputError, UsageError

if TYPE_CHECKING:
    from scrubjay.models import Claim

__all__ = ["Envelope", "stream_out", "write"]

# Large enough that the border is crossed rarely, small enough that nobody notices the memory.
_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who sends to whom: ISA, GS, and the set's own fields for claims that bring none (`set`).

    `usage` is `T` for test data, the default, or `P`. `date` is CCYYMMDD and `time` HHMM: fixed
    unless given, so that the same claims give the same bytes. `claims_per_set` 0 means one set.
    """

    sender: str = "SENDER"
    receiver: str = "RECEIVER"
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    group_sender: str = ""
    group_receiver: str = ""
    date: str = "20260101"
    time: str = "1200"
    control: int = 1
    group_control: int = 1
    set_control: int = 1
    acknowledgment: str = "0"
    usage: str = "T"
    claims_per_set: int = 5000
    newline: bool = True
    set: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Lines `name=value`, as the native half reads them."""
        named = asdict(self)
        own = {f"set.{name}": value for name, value in named.pop("set").items()}
        named["newline"] = "yes" if self.newline else "no"
        lines = [f"{name}={value}" for name, value in (named | own).items()]
        if any("\n" in line or "\r" in line for line in lines):
            raise UsageError("a line break in the envelope: give single-line values")
        return "\n".join(lines)


def stream_out(
    claims: "Iterable[Claim | Mapping[str, Any]]", envelope: Envelope | None = None
) -> Iterator[bytes]:
    """The bytes of one interchange, piece by piece; at most one subscriber's claims are held.

    A nested dict says its `kind` as models do (`837I`); one that does not is professional.
    """
    try:
        writer = _native.ClaimWriter((envelope or Envelope()).to_text())
    except ValueError as error:
        raise UsageError(f"{error}; correct the envelope") from None
    if not hasattr(claims, "__iter__"):
        raise UsageError(f"claims are several, not one {type(claims).__name__}; give a list")
    numbered = enumerate(iter(claims), start=1)
    while batch := [_plain(claim, number) for number, claim in islice(numbered, _BATCH)]:
        for kind, same in groupby(batch, lambda claim: claim.pop("kind", "837P")):
            try:
                written = writer.add(list(same), str(kind))
            except ValueError as error:
                raise InputError(f"{error}; correct it and write them again") from None
            if written:
                yield written
    yield writer.finish()


def write(claims: "Iterable[Claim | Mapping[str, Any]]", envelope: Envelope | None = None) -> bytes:
    """One interchange with all `claims`, models or nested dicts, as bytes."""
    return b"".join(stream_out(claims, envelope))


def _plain(claim: "Claim | Mapping[str, Any]", number: int) -> dict[str, Any]:
    if isinstance(claim, Mapping):
        return dict(claim)
    to_dict = getattr(claim, "to_dict", None)
    if to_dict is None:
        kind = type(claim).__name__
        raise UsageError(f"claim {number} is a {kind}, and no claim; give models or dicts of them")
    plain: dict[str, Any] = to_dict()
    return plain
