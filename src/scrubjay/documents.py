"""Any X12 file as segments in their places: `read` set by set, `segments` one after the other.

The file is never in memory, whatever its size: segments come a window at a time, and a set, even
one of gigabytes, is passed through once.

>>> for transaction_set in read("remittance.835"):       # doctest: +SKIP
...     for claim in transaction_set.loops("2100"):
...         claim.first("CLP")[1]

Elements, components and repetitions are counted from 1, as the standard counts them. What is not
there is the empty text. No value is in any `repr`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scrubjay import _native, places
from scrubjay._native import Segment
from scrubjay.job import Command, Job

__all__ = [
    "FunctionalGroup",
    "Interchange",
    "Loop",
    "Segment",
    "TransactionSet",
    "read",
    "segments",
]

Source = places.Source


def segments(
    source: Source,
    only: Iterable[str] = (),
    *,
    guide_aliases: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Segment]:
    """Every segment of a file, or of the bytes of one, in order: the envelope's too.

    Inside of sets those that `only` names, if it names any, by id (``CLM``) or by id and first
    element (``DTP*472``): the others cost next to nothing then.
    `progress` is told, a window at a time, up to where in the file what comes next reaches.
    Bytes that are no segment come as one with a `fault`, and no id: nothing is passed over.
    InputError where the source cannot be read, or holds no interchange at all.
    """
    job = Job(command=Command.INSPECT, guide_aliases=guide_aliases)
    reader = _native.DocumentReader(places.source(source), job.to_json(), list(only))
    while (window := reader.next()) is not None:
        if progress is not None:
            progress(window[-1].offset)
        yield from window


def is_wrapped(source: Source) -> bool:
    """Whether a file is broken into lines of one length, whose breaks stand in no value.

    The bytes of its segments are told without them, their offsets with them.
    """
    reader = _native.DocumentReader(
        places.source(source), Job(command=Command.INSPECT).to_json(), ["ISA"]
    )
    reader.next()
    return reader.wrapped


def read(source: Source, *, guide_aliases: bool = False) -> Iterator["TransactionSet"]:
    """The transaction sets of a file, or of the bytes of one, each to be passed through once.

    What is left of a set when the next one is asked for is passed over. Interchanges without a set
    (a TA1 alone) are seen with `segments`.
    """
    stream = _Stream(segments(source, guide_aliases=guide_aliases))
    interchange = group = None
    for segment in stream:
        match segment.id:
            case "ISA":
                interchange, group = Interchange(segment), None
            case "GS":
                group = FunctionalGroup(segment, interchange)
            case "GE" | "IEA":
                group = None
            case "ST":
                made = TransactionSet(segment, group, interchange, stream)
                yield made
                for _ in made:
                    pass


class _Stream:
    """Segments that can be looked at before they are taken."""

    def __init__(self, source: Iterator[Segment]) -> None:
        self._source = source
        self._ahead: Segment | None = None

    def __iter__(self) -> Iterator[Segment]:
        while (segment := self.take()) is not None:
            yield segment

    def peek(self) -> Segment | None:
        if self._ahead is None:
            self._ahead = next(self._source, None)
        return self._ahead

    def take(self) -> Segment | None:
        segment, self._ahead = self.peek(), None
        return segment


@dataclass(frozen=True, slots=True, repr=False)
class Interchange:
    """The envelope from ISA to IEA, as its header tells."""

    header: Segment

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.header[13]

    @property
    def sender(self) -> tuple[str, str]:
        """ISA05 and ISA06, without the padding."""
        return self.header[5], self.header[6].strip()

    @property
    def receiver(self) -> tuple[str, str]:
        """ISA07 and ISA08, without the padding."""
        return self.header[7], self.header[8].strip()

    @property
    def date(self) -> str:
        """ISA09, YYMMDD."""
        return self.header[9]

    @property
    def time(self) -> str:
        """ISA10, HHMM."""
        return self.header[10]

    @property
    def is_test(self) -> bool:
        """Whether ISA15 says so."""
        return self.header[15] == "T"

    def __repr__(self) -> str:
        return f"Interchange({self.control_number.strip()})"


@dataclass(frozen=True, slots=True, repr=False)
class FunctionalGroup:
    """From GS to GE, as its header tells."""

    header: Segment
    interchange: Interchange | None

    @property
    def functional_id(self) -> str:
        """GS01: HC for claims, HP for remittances."""
        return self.header[1]

    @property
    def sender(self) -> str:
        """GS02."""
        return self.header[2]

    @property
    def receiver(self) -> str:
        """GS03."""
        return self.header[3]

    @property
    def control_number(self) -> str:
        """GS06."""
        return self.header[6]

    @property
    def version(self) -> str:
        """GS08, the guide of its sets."""
        return self.header[8]

    def __repr__(self) -> str:
        return f"FunctionalGroup({self.functional_id} {self.control_number})"


@dataclass(frozen=True, slots=True, repr=False)
class TransactionSet:
    """From ST to SE: iterated once, segment by segment or loop by loop."""

    header: Segment
    group: FunctionalGroup | None
    interchange: Interchange | None
    _stream: _Stream
    _ended: list[Segment | None] = field(default_factory=list)

    @property
    def code(self) -> str:
        """ST01: 837, 835, 834."""
        return self.header[1]

    @property
    def control_number(self) -> str:
        """ST02."""
        return self.header[2]

    @property
    def version(self) -> str:
        """ST03, or where that is left out GS08: the guide that it says it follows."""
        return self.header[3] or (self.group.version if self.group else "")

    @property
    def is_placed(self) -> bool:
        """Whether its guide is known, so that segments know their loops."""
        return self.header.loop is not None

    @property
    def trailer(self) -> Segment | None:
        """The SE, once the set was passed through; None before, and where the set is cut short."""
        return self._ended[0] if self._ended else None

    def __iter__(self) -> Iterator[Segment]:
        """The segments behind ST that were not taken yet, up to the SE, which is `trailer`."""
        while not self._ended:
            segment = self._stream.peek()
            if segment is None or segment.id in _BOUNDARIES:
                self._ended.append(None)
                return
            self._stream.take()
            if segment.id == "SE":
                self._ended.append(segment)
                return
            yield segment

    def loops(self, *ids: str) -> Iterator["Loop"]:
        """The loops with one of these ids, in order, each with all that is inside of it.

        One loop is in memory at a time; what stands outside of them is passed over. A loop inside
        of another that is asked for too belongs to the outer one.
        """
        yield from _loops(self, frozenset(ids))

    def __repr__(self) -> str:
        return f"TransactionSet({self.code} {self.control_number}, {self.version})"


_BOUNDARIES = frozenset({"ISA", "GS", "ST", "GE", "IEA"})


@dataclass(frozen=True, slots=True, repr=False)
class Loop:
    """One loop of a guide: its own segments and those of the loops inside of it, in order."""

    id: str
    segments: tuple[Segment, ...]

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    @property
    def own(self) -> tuple[Segment, ...]:
        """The segments that stand in this loop itself."""
        return tuple(segment for segment in self.segments if segment.loop == self.id)

    def first(self, id: str, qualifier: str | None = None) -> Segment | None:  # noqa: A002 - X12's
        """The first of its own segments with this id and, if given, this first element."""
        return next(self._those(id, qualifier), None)

    def all(self, id: str, qualifier: str | None = None) -> tuple[Segment, ...]:  # noqa: A002
        """All of its own segments with this id and, if given, this first element."""
        return tuple(self._those(id, qualifier))

    def loops(self, *ids: str) -> Iterator["Loop"]:
        """The loops inside of this one with one of these ids."""
        yield from _loops(self.segments[1:], frozenset(ids))

    def _those(self, name: str, qualifier: str | None) -> Iterator[Segment]:
        for segment in self.segments:
            if (
                segment.id == name
                and segment.loop == self.id
                and (qualifier is None or segment[1] == qualifier)
            ):
                yield segment

    def __repr__(self) -> str:
        return f"Loop({self.id}, {len(self.segments)} segments, masked)"


def _loops(source: Iterable[Segment] | Sequence[Segment], ids: frozenset[str]) -> Iterator["Loop"]:
    """Cuts placed segments into the outermost loops with these ids.

    A segment without a place stays with the loop that it stands in: it is data, if wrong data.
    """
    held: list[Segment] = []
    depth, name = 0, ""
    for segment in source:
        path = segment.path
        if (
            held
            and path
            and (len(path) < depth or path[depth - 1] != name or _again(segment, depth))
        ):
            yield Loop(name, tuple(held))
            held = []
        if held:
            held.append(segment)
        elif segment.opens and path[-1] in ids:
            held, depth, name = [segment], len(path), path[-1]
    if held:
        yield Loop(name, tuple(held))


def _again(segment: Segment, depth: int) -> bool:
    """Whether the segment opens the loop at that depth anew."""
    return segment.opens and len(segment.path) == depth
