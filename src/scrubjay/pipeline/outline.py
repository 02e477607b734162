"""The outline of a file: its interchanges and sets, their places, counts and digests.

It looks at the segments of the envelope and at CLM, at nothing else, in one pass over pieces of any
size. What the guide says of them is the engine's to judge; this is what the books are opened with.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from scrubjay import _native
from scrubjay.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

__all__ = ["Delimiters", "Interchange", "Stray", "TransactionSet", "outline"]

ISA_LENGTH = 106
ISA_ELEMENTS = 16
_LONGEST = 1 << 20
"""Bytes that a segment of the envelope may take; what is longer is none."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """As the ISA of an interchange sets them; one byte each."""

    element: bytes
    component: bytes
    repetition: bytes
    terminator: bytes

    @classmethod
    def of(cls, isa: bytes) -> Delimiters:
        """Those of an ISA of 106 bytes; InputError where it is none."""
        found = cls(isa[3:4], isa[104:105], isa[82:83], isa[105:106])
        good = (
            len(isa) == ISA_LENGTH
            and isa.startswith(b"ISA")
            and isa.count(found.element) == ISA_ELEMENTS
        )
        ends = isa[103:104] == found.element
        if not (good and ends and len({found.element, found.component, found.terminator}) == 3):  # noqa: PLR2004
            raise InputError("an ISA of 106 bytes is wanted; ask the sender for the file again")
        return found

    def together(self) -> bytes:
        """The four as bytes, to be kept beside what is written with them."""
        return self.element + self.component + self.repetition + self.terminator


@dataclass(slots=True)
class Interchange:
    """An interchange of the file; complete where its IEA is there and counts what came."""

    ordinal: int
    start: int
    header: tuple[str, ...]
    """ISA01 to ISA16, without the padding; the first is element 1."""
    end: int = 0
    """The first byte behind it."""
    digest: str = ""
    groups: int = 0
    sets: int = 0
    claims: int = 0
    complete: bool = False

    @property
    def control(self) -> str:
        """ISA13."""
        return self.header[12]

    @property
    def usage(self) -> str:
        """ISA15."""
        return self.header[14]

    def identity(self, practice: str) -> str:
        """What makes it itself, but for its bytes: who to whom, number, day and time, practice."""
        return "*".join((*self.header[4:10], self.control, practice))


@dataclass(slots=True)
class TransactionSet:
    """A set of the file."""

    ordinal: int
    """Of the file."""
    interchange: Interchange
    group: tuple[str, ...]
    """GS01 to GS08."""
    code: str
    control: str
    digest: str = ""
    claims: int = 0
    start: int = 0
    end: int = 0

    @property
    def group_control(self) -> str:
        """GS06."""
        return self.group[5]

    @property
    def suspect_key(self) -> str:
        """ISA06*ISA08*GS06*ST02: it may come again, and is looked at then."""
        header = self.interchange.header
        return "*".join((header[5], header[7], self.group_control, self.control))


@dataclass(frozen=True, slots=True)
class Stray:
    """Claims between two interchanges, ahead of the first or behind the last: of none."""

    claims: int


_Part: TypeAlias = Interchange | TransactionSet | Stray

_USUAL = Delimiters(b"*", b":", b"^", b"~")
"""Of claims ahead of all interchanges."""


def outline(pieces: Iterable[bytes]) -> Iterator[_Part]:
    """Each set when it ends, then its interchange; and claims that stand between them."""
    reader = _Reader()
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.end()


@dataclass(slots=True)
class _Reader:
    buffer: bytes = b""
    offset: int = 0
    """Of the first byte of the buffer, in the file."""
    hashed: int = 0
    """Bytes of the buffer that the digests have."""
    interchanges: int = 0
    sets: int = 0
    groups: tuple[str, ...] = ("",) * 8
    delimiters: Delimiters | None = None
    interchange: Interchange | None = None
    whole: hashlib._Hash = field(default_factory=hashlib.sha256)
    open: TransactionSet | None = None
    part: hashlib._Hash = field(default_factory=hashlib.sha256)
    strays: int = 0
    """Claims since the last interchange."""

    def feed(self, piece: bytes) -> Iterator[_Part]:
        """Some more of the file."""
        self.buffer += piece
        yield from self._read(last=False)

    def end(self) -> Iterator[_Part]:
        """There is no more."""
        yield from self._read(last=True)
        self._hash(len(self.buffer))
        yield from self._close(self.offset + len(self.buffer), complete=False)
        yield from self._strayed()

    def _read(self, *, last: bool) -> Iterator[_Part]:
        at, goes_on = 0, True
        while goes_on:
            if self.interchange is None:
                at = self._begin(at, last=last)
                if self.interchange is None:
                    break
                yield from self._strayed()
            at, goes_on = yield from self._inside(at, last=last)
        self._forget(at)

    def _inside(self, at: int, *, last: bool) -> Generator[_Part, None, tuple[int, bool]]:
        """Of one interchange, as far as the buffer has it; where, and whether reading goes on."""
        delimiters = self.delimiters
        assert delimiters is not None  # noqa: S101 - set with the interchange
        marks, claims = _native.envelope_marks(
            self.buffer, at, delimiters.element[0], delimiters.terminator[0]
        )
        for name, start, end, before in marks:
            self._claims(before)
            if end < 0 and not last and len(self.buffer) - start < _LONGEST:
                break
            at = len(self.buffer) - 1 if end < 0 else end
            yield from self._segment(name, start, at)
            if name == "IEA" or self.interchange is None:
                return at, True
            if name == "ISA":
                return start + ISA_LENGTH - 1, True
        self._claims(claims)
        # the last terminator stays: what follows it may be the beginning of a segment
        at = max(at, self.buffer.rfind(delimiters.terminator), 0)
        if len(self.buffer) - at > _LONGEST:
            at = len(self.buffer)  # of no segment that is looked at
        return at, False

    def _begin(self, at: int, *, last: bool) -> int:
        """Looks for the next ISA; where reading goes on."""
        found = self.buffer.find(b"ISA", at)
        if found < 0:
            stop = len(self.buffer) if last else self._cut(at)
            self._stray(at, stop)
            return stop if last else max(at, stop - 1)
        self._stray(at, found)
        header = self.buffer[found : found + ISA_LENGTH]
        if len(header) < ISA_LENGTH and not last:
            return found
        try:
            self._open(found, header)
        except InputError:
            return self._begin(found + 3, last=last)
        return found + ISA_LENGTH - 1

    def _cut(self, at: int) -> int:
        """Behind the last terminator; what follows may be the beginning of a segment, or of ISA."""
        terminator = (self.delimiters or _USUAL).terminator
        stop = self.buffer.rfind(terminator, at) + 1
        if len(self.buffer) - max(at, stop) > _LONGEST:
            stop = len(self.buffer) - 1  # of no segment that is looked at
        return max(at, stop)

    def _stray(self, at: int, to: int) -> None:
        """Counts the claims of some bytes outside any interchange."""
        delimiters, piece = self.delimiters or _USUAL, self.buffer[:to]
        while at < to:
            marks, claims = _native.envelope_marks(
                piece, at, delimiters.element[0], delimiters.terminator[0]
            )
            self.strays += claims + sum(before + (name == "CLM") for name, _, _, before in marks)
            name, _, stop, _ = marks[-1] if marks else ("", 0, to, 0)
            # what is behind these two was not looked at
            at = stop if name in ("ISA", "IEA") and stop > at else to

    def _strayed(self) -> Iterator[Stray]:
        claims, self.strays = self.strays, 0
        if claims:
            yield Stray(claims)

    def _open(self, at: int, header: bytes) -> None:
        delimiters = Delimiters.of(header)
        self.delimiters = delimiters
        self._hash(at)
        self.whole = hashlib.sha256()
        texts = header[4:-1].decode("latin-1").split(delimiters.element.decode("latin-1"))
        self.interchange = Interchange(
            ordinal=self.interchanges,
            start=self.offset + at,
            header=tuple(each.strip() for each in texts),
        )
        self.interchanges += 1
        self.groups = ("",) * 8

    def _segment(self, name: str, start: int, stop: int) -> Iterator[_Part]:
        assert self.interchange is not None and self.delimiters is not None  # noqa: S101, PT018 - inside
        separator = self.delimiters.element
        elements = [part.decode("latin-1") for part in self.buffer[start:stop].split(separator)[1:]]
        first = elements[0].strip() if elements else ""
        match name:
            case "CLM":
                self._claims(1)
            case "ISA":
                self._hash(start)
                yield from self._close(self.offset + start, complete=False)
                header = self.buffer[start : start + ISA_LENGTH]
                with contextlib.suppress(InputError):
                    self._open(start, header)
            case "GS":
                yield from self._end_set(start)
                self.groups = (*elements, *[""] * 8)[:8]
                self.interchange.groups += 1
            case "ST":
                yield from self._end_set(start)
                self._hash(start)
                self.part = hashlib.sha256()
                self.open = TransactionSet(
                    ordinal=self.sets,
                    interchange=self.interchange,
                    group=self.groups,
                    code=first,
                    control=elements[1] if len(elements) > 1 else "",
                    start=self.offset + start,
                )
                self.sets += 1
                self.interchange.sets += 1
            case "SE":
                yield from self._end_set(stop + 1)
            case "GE":
                yield from self._end_set(start)
            case "IEA":
                yield from self._end_set(start)
                self._hash(stop + 1)
                counted = first.isdecimal() and int(first) == self.interchange.groups
                same = len(elements) > 1 and elements[1].strip() == self.interchange.control
                yield from self._close(self.offset + stop + 1, complete=counted and same)

    def _claims(self, count: int) -> None:
        if self.open is not None:
            self.open.claims += count
        if self.interchange is not None:
            self.interchange.claims += count

    def _end_set(self, at: int) -> Iterator[TransactionSet]:
        if self.open is None:
            return
        self._hash(at)
        done, self.open = self.open, None
        done.digest = self.part.hexdigest()
        done.end = self.offset + at
        yield done

    def _close(self, at: int, *, complete: bool) -> Iterator[_Part]:
        """The interchange is over; an ISA is looked for again."""
        if self.interchange is None:
            return
        yield from self._end_set(at - self.offset)
        done, self.interchange = self.interchange, None
        done.end = at
        done.digest = self.whole.hexdigest()
        done.complete = complete
        yield done

    def _hash(self, to: int) -> None:
        """What of the buffer comes before `to` goes into the digests of what is open."""
        if to <= self.hashed:
            return
        if self.interchange is not None:
            piece = self.buffer[self.hashed : to]
            self.whole.update(piece)
            if self.open is not None:
                self.part.update(piece)
        self.hashed = to

    def _forget(self, at: int) -> None:
        """What comes before `at` is done with."""
        self._hash(at)
        self.buffer = self.buffer[at:]
        self.offset += at
        self.hashed = max(self.hashed - at, 0)
