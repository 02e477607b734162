"""What a planted fault is, and which records get one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

__all__ = ["Edit", "Fault", "inject"]

Record = TypeVar("Record")
Edit = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: what it is, what it is found as and where, how it is made.

    A checker finds `code` at `place`, the segment and its element (0: the segment itself), and
    nothing else but what is in `also`. A claim that is still values is changed by `change`; what
    is written already, by `edit`.
    """

    name: str
    story: str
    code: str
    place: tuple[str, int]
    change: Callable[[Any], None] | None = None
    edit: Edit | None = None
    fits: Callable[[Any], bool] = lambda _: True
    also: tuple[str, ...] = ()


def inject(
    records: Iterator[Record], share: float, faults: Sequence[Fault], *, seed: int = 1
) -> Iterator[tuple[Record, Fault | None]]:
    """The records, `share` of them with a fault; which ones and which faults depends on `seed`.

    Records without a fault are the same whatever the share. An edit is left to whoever writes.
    """
    draw = Random(seed * 7919 + 1).random  # noqa: S311 - made-up faults are no secret
    for record in records:
        if draw() >= share:
            yield record, None
            continue
        start = int(draw() * len(faults))
        order = (*faults[start:], *faults[:start])
        fault = next((fault for fault in order if fault.fits(record)), None)
        if fault is not None and fault.change is not None:
            fault.change(record)
        yield record, fault
