"""Remember: claims that went out are kept as keyed digests, by which later ones are found again.

Of each interchange that a partner has, a *part* is made: the digests of its claims. While it is on
its way the part lies by itself; when the partner has said what becomes of its claims, those that
it rejected are left out, since they are sent again when they are mended, and the rest goes for good
into ``accepted.codes``. What the engine asks is ``sent.codes``: that, and all parts. Both are files
of codes as `scrubjay history` makes them, written anew in the place of the old one.

The same row counts once, and each step leaves what the next needs, so that whoever dies between two
of them does no harm: it is done again. Rows are merged as they are read; what is in memory is the
digests of one interchange.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrubjay import _native
from scrubjay.codes.file import CodeFile, assembled
from scrubjay.errors import InputError, InternalError, UsageError, VaultError
from scrubjay.extraction import contents
from scrubjay.failpoints import failpoint
from scrubjay.history import PARTIES
from scrubjay.pipeline.engine import NOTES, SENT
from scrubjay.pipeline.seeing import place_of
from scrubjay.rules.past import LISTS
from scrubjay.runs import HISTORY, known
from scrubjay.scratch import scratch
from scrubjay.store.rows import Batch, Transmission
from scrubjay.store.states import Kind, State
from scrubjay.vault import reading_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrubjay.pipeline.work import Work
    from scrubjay.store.contract import View

    Ranges = list[tuple[int, int]]

__all__ = ["ACCEPTED", "Remember"]

ACCEPTED = "accepted.codes"
_PARTS = "parts"
_WIDTH = 16
_NAMES = ("", PARTIES, *LISTS)
"""In the order in which the engine writes them."""
AT_ONCE = 64
"""Files that are merged at once, and parts that are made in one round."""
SHARE = 19
"""So many times as long as a round took nothing is done, where that is longer than the pause."""
SILENT_MS = 30 * 86_400_000
"""What has had no word for so long is kept as if it had been accepted."""
_STATES = (
    *(State.INTENDED, State.SUBMITTED, State.ACKNOWLEDGED),
    *(State.HELD_UNKNOWN, State.DEAD_LETTERED, State.REJECTED_BY_PARTNER),
)
_TEST = "T"
"""ISA15 of interchanges that nobody adjudicates: the same claims are sent in earnest after them."""
_OVER = frozenset({State.ACKNOWLEDGED, State.REJECTED_BY_PARTNER})


@dataclass(slots=True)
class _Notes:
    """What is known of the folder: written after everything else of a round."""

    store: str
    """Whose transmissions they are."""
    through: int = 0
    """Transmissions up to here have been looked at."""
    open: list[int] = field(default_factory=list)
    """Those of them that are not over."""
    accepted: list[int] = field(default_factory=list)
    """What marks the file that sent.codes was made of."""


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a transmission."""

    sent: bool = False
    """The partner has it."""
    over: bool = False
    since: int = 0
    payload: str = ""
    kept: tuple[tuple[int, int], ...] | None = None
    """Its claims that were not rejected, by index; None where that is all of them."""


class Remember:
    """Of one home folder. Several processes may: one of them does it."""

    def __init__(self, work: Work, folder: str, store: str, seconds: float) -> None:
        self._work = work
        self._folder = folder
        self._store = store
        self._seconds = seconds
        self._seen = False
        """The files have been looked through by this process."""

    async def __call__(self, ending: asyncio.Event) -> None:
        """Until the event is set."""
        pause = self._seconds
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), pause)
            if ending.is_set():
                return
            begun = time.monotonic()
            with reading_for("remember"):
                await asyncio.to_thread(self.once)
            pause = max(self._seconds, SHARE * (time.monotonic() - begun))

    def once(self) -> int:
        """How many transmissions were remembered for good."""
        os.makedirs(self._path(_PARTS), mode=0o700, exist_ok=True)
        with _alone(self._folder) as mine:
            return self._round() if mine else 0

    def _round(self) -> int:
        notes = self._notes()
        before = asdict(notes)
        self._follow(notes)
        fates = self._fates(notes.open)
        made = self._make(fates)
        ripe = [number for number, fate in fates.items() if self._is_ripe(fate)]
        gone = [number for number, fate in fates.items() if fate.over and fate.kept == ()]
        if ripe:
            parts = [part for part in map(self._part, ripe) if os.path.exists(part)]
            self._write(ACCEPTED, [*self._there(ACCEPTED), *parts])
            failpoint("remember.accepted")
        over = {*ripe, *gone}
        notes.open = [number for number in notes.open if number not in over]
        mark = _mark(self._path(ACCEPTED))
        if made or over or mark != notes.accepted or not self._there(SENT):
            waiting = [part for part in map(self._part, notes.open) if os.path.exists(part)]
            self._write(SENT, [*self._there(ACCEPTED), *waiting])
            failpoint("remember.sent")
            notes.accepted = mark
        if asdict(notes) != before:
            self._note(notes)
            failpoint("remember.noted")
        for number in over:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._part(number))
        return len(ripe)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _part(self, number: int) -> str:
        return os.path.join(self._folder, _PARTS, f"{number}.codes")

    def _there(self, name: str) -> list[str]:
        path = self._path(name)
        return [path] if os.path.exists(path) else []

    # What is known of the folder.
    def _notes(self) -> _Notes:
        """Those of before; of another store all that was sent is kept, and it begins anew.

        A store that was restored gives the numbers of transmissions once more.
        """
        try:
            with open(self._path(NOTES), encoding="utf-8") as file:
                notes = _Notes(**json.load(file))
        except FileNotFoundError:
            notes = _Notes(self._store)
        except (ValueError, TypeError):
            notes = _Notes("")
        if not self._seen:
            self._look_through()
        if notes.store != self._store:
            folder = self._path(_PARTS)
            parts = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
            if parts:
                self._write(ACCEPTED, [*self._there(ACCEPTED), *parts])
            for part in parts:
                os.unlink(part)
            notes = _Notes(self._store)
            self._note(notes)
        return notes

    def _look_through(self) -> None:
        """What is damaged and can be made anew is; what cannot is told by whoever reads it."""
        key = self._work.key.id
        for path in self._there(ACCEPTED):
            known(path, key)
        folder = self._path(_PARTS)
        parts = (os.path.join(folder, name) for name in os.listdir(folder))
        for path in (self._path(SENT), *parts):
            try:
                known(path, key)
            except UsageError:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        self._seen = True

    def _note(self, notes: _Notes) -> None:
        draft = self._path(f"{NOTES}.new")
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(asdict(notes), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path(NOTES))

    # What became of what was sent.
    def _follow(self, notes: _Notes) -> None:
        """Transmissions that came since."""
        while True:
            found = self._work.store.ask(lambda view: _later(view, notes.through))
            notes.open += found
            if not found:
                return
            notes.through = found[-1]

    def _fates(self, numbers: Sequence[int]) -> dict[int, _Fate]:
        found: dict[int, _Fate] = {}
        for at in range(0, len(numbers), AT_ONCE):
            some = numbers[at : at + AT_ONCE]
            found |= self._work.store.ask(lambda view, some=some: _fates(view, some))  # type: ignore[misc]
        return found

    def _is_ripe(self, fate: _Fate) -> bool:
        if not fate.sent or fate.kept == ():
            return False
        return fate.over or time.time_ns() // 1_000_000 - fate.since > SILENT_MS

    def _make(self, fates: dict[int, _Fate]) -> int:
        """Parts that are lacking, and those of which some claims were rejected; how many."""
        made = 0
        for number, fate in list(fates.items()):
            lacks = not os.path.exists(self._part(number)) or fate.kept is not None
            if not fate.sent or fate.kept == () or not lacks:
                continue
            if made >= AT_ONCE:
                # the next round has them
                del fates[number]
                continue
            try:
                self._make_part(number, fate)
            except (VaultError, InputError, InternalError) as error:
                if error.retryable:
                    raise
                self._leave_out(number, error)
                fates[number] = _Fate(over=True, kept=())
            made += 1
        return made

    def _leave_out(self, number: int, error: BaseException) -> None:
        """What cannot be read is not remembered; the rest is."""
        self._work.seeing.tell(
            "history.left_out",
            logging.WARNING,
            error=type(error).__name__,
            place=place_of(error),
            subject=number,
        )

    def _make_part(self, number: int, fate: _Fate) -> None:
        engine = self._work.engine

        def sent() -> Iterator[bytes]:
            with self._work.vault.open(fate.payload) as payload:
                yield from payload

        with self._work.folder.fresh() as stage:
            feed = sent
            if fate.kept is not None:
                folder = os.path.join(stage, "kept")
                engine.extract(sent, folder, fate.kept)
                names = [name for name in os.listdir(folder) if name.endswith(".accepted.837")]
                paths = [os.path.join(folder, name) for name in sorted(names)]
                feed = lambda: contents(paths)  # noqa: E731 - of these files
            digests = os.path.join(stage, "digests")
            engine.digests(feed, digests)
            rows = os.path.join(stage, "rows")
            counts = _native.gathered_rows(digests, len(LISTS), rows)
            lists = [
                (name, _WIDTH, count, f"{rows}.{at}")
                for at, (name, count) in enumerate(zip(_NAMES, counts, strict=True))
            ]
            part = self._part(number)
            assembled(part, self._header(), sorted(lists), f"{part}.new", digest=True)
        failpoint("remember.part")

    # Files of codes.
    def _header(self) -> dict[str, object]:
        return {
            "table": HISTORY,
            "release": self._work.key.id,
            "source": "claims that were sent",
            "made": datetime.now(UTC).date().isoformat(),
            "from": None,
            "until": None,
        }

    def _write(self, name: str, paths: Sequence[str]) -> None:
        """Merges files of codes into one of the folder's."""
        with scratch("merging", self._folder) as stage:
            count = 0
            paths = list(paths)
            while len(paths) > AT_ONCE:
                count += 1
                some = os.path.join(stage, f"some-{count}")
                self._merge(paths[-AT_ONCE:], some, stage)
                paths[-AT_ONCE:] = [some]
            self._merge(paths, self._path(name), stage)
        os.chmod(self._path(name), 0o600)

    def _merge(self, paths: Sequence[str], into: str, stage: str) -> None:
        files = [CodeFile(path) for path in paths]
        lists = []
        for at, name in enumerate(sorted(_NAMES)):
            runs = [(file.path, *file.places[name]) for file in files if name in file.places]
            body = os.path.join(stage, f"list-{at}")
            lists.append((name, _WIDTH, _native.merged_rows(runs, body), body))
        assembled(into, self._header(), lists, os.path.join(stage, "whole"), digest=True)
        for *_, body in lists:
            os.unlink(body)


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[bool]:
    """Whether nobody else writes there: another process, or `scrubjay history`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def _mark(path: str) -> list[int]:
    try:
        facts = os.stat(path)
    except FileNotFoundError:
        return []
    return [facts.st_ino, facts.st_mtime_ns, facts.st_size]


def _later(view: View, after: int, most: int = 1_000) -> list[int]:
    """The next transmissions, in whatever state."""
    found: list[int] = []
    for state in _STATES:
        found += view.in_state(Kind.TRANSMISSION, state, after=after, most=most)
    return sorted(found)[:most]


def _fates(view: View, numbers: Iterable[int]) -> dict[int, _Fate]:
    return {number: _fate(view, number) for number in numbers}


def _fate(view: View, number: int) -> _Fate:
    row = view.one(Transmission, number)
    if row is None or row.state is State.PURGED or row.usage == _TEST:
        return _Fate(over=True, kept=())
    if row.state in _OVER:
        kept = _kept(view.batches_in(number), view.refused(number))
        return _Fate(sent=True, over=True, payload=row.payload, kept=kept)
    return _Fate(row.state is State.SUBMITTED, since=row.changed_at, payload=row.payload)


def _kept(
    batches: Sequence[Batch], refused: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...] | None:
    """Ranges of the claims that were not rejected; None where none was."""
    places: dict[int, set[int]] = {}
    for number, place in refused:
        places.setdefault(number, set()).add(place)
    ranges: Ranges = []
    at = 0
    for batch in sorted(batches, key=lambda each: int(each.set_control or 0)):
        whole = set(range(batch.claims)) if batch.state is State.REJECTED_BY_PARTNER else set()
        begin = at
        for place in sorted(places.get(batch.id, set()) | whole):
            if begin < at + place:
                ranges.append((begin, at + place - 1))
            begin = at + place + 1
        at += batch.claims
        if begin < at:
            ranges.append((begin, at - 1))
    return None if sum(last - first + 1 for first, last in ranges) == at else tuple(ranges)
