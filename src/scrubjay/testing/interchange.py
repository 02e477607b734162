"""Sets that are text already, in one interchange: envelope, numbers and counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from scrubjay.testing.days import TODAY
from scrubjay.testing.order import Order

__all__ = ["Contents", "Standard", "interchange", "shares"]

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Standard:
    """What the envelope says of a kind: ST01, GS01, GS08, and ST03 where the kind has one."""

    transaction_set: str
    group: str
    version: str
    names_guide: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands between ST and SE: segments, each with its terminator and a line break."""

    head: str
    records: Iterable[str]
    tail: str = ""


def interchange(standard: Standard, sets: Iterable[Contents], order: Order) -> Iterator[bytes]:
    """All of it, piece by piece."""
    control = f"{order.control:09d}"
    yield (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SYNTHETIC':15}*ZZ*{'SCRUBJAY':15}"
        f"*{TODAY[2:]}*1200*^*00501*{control}*0*T*:~\n"
        f"GS*{standard.group}*SYNTHETIC*SCRUBJAY*{TODAY}*1200*1*X*{standard.version}~\n"
    ).encode()
    guide = f"*{standard.version}" if standard.names_guide else ""
    number = 0
    for number, contents in enumerate(sets, start=1):
        segments = 2
        waiting = [f"ST*{standard.transaction_set}*{number:04d}{guide}~\n"]
        size = 0
        for text in chain((contents.head,), contents.records, (contents.tail,)):
            segments += text.count("~")
            waiting.append(text)
            size += len(text)
            if size > _PIECE:
                yield "".join(waiting).encode()
                waiting, size = [], 0
        waiting.append(f"SE*{segments}*{number:04d}~\n")
        yield "".join(waiting).encode()
    yield f"GE*{number}*1~\nIEA*1*{control}~\n".encode()


def shares(count: int, order: Order, usual: int) -> Iterator[int]:
    """How many of `count` records each set has: as many sets as asked for, or of the usual size."""
    sets = -(-count // usual) if order.sets is None else order.sets
    for number in range(sets):
        yield count * (number + 1) // sets - count * number // sets
