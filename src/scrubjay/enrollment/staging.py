"""A load on its way: its members beside the state, found by family in any order, gone at the end.

They wait in a file of their own beside the state (0600), which only this load uses, so that a load
of any size takes the memory of one family.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, NamedTuple, Self

from scrubjay.enrollment.state import opened
from scrubjay.models.enrollment import Enrollment
from scrubjay.scratch import begin_draft, forget

__all__ = ["Family", "Incoming", "Staged", "Staging", "family_of", "scope_of"]

_LOAD = ".load-"
_CACHE_KIB = 8_192
_GROUPS = 10_000
_LARGEST = 500
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE grouped (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, mode TEXT, day TEXT);
CREATE TABLE member (seq INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE place (grouped INTEGER, family TEXT, rank INTEGER, seq INTEGER,
    PRIMARY KEY (grouped, family, rank, seq)) WITHOUT ROWID;
CREATE TABLE held (token TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE seen (person INTEGER PRIMARY KEY);
CREATE TABLE source (name TEXT, digest TEXT);
CREATE TABLE tally (grouped TEXT, kind TEXT, name TEXT, before INTEGER, after INTEGER,
    PRIMARY KEY (grouped, kind, name)) WITHOUT ROWID;
BEGIN;
"""


class Incoming(NamedTuple):
    """One record as it comes: as JSON has it, its line, and the line without where it stood."""

    record: dict[str, Any]
    text: str
    said: str

    @classmethod
    def of(cls, record: Enrollment) -> Self:
        """The record of a member that was made."""
        text = record.to_json()
        said = record.model_dump_json(exclude_defaults=True, exclude={"source"})
        return cls(json.loads(text), text, said)


class Staged(NamedTuple):
    """One record of the load, and its ordinal."""

    seq: int
    record: dict[str, Any]


class Family(NamedTuple):
    """The records of one family, the subscriber's first, each person's in the order of the load."""

    group: str
    mode: str
    day: str
    name: str
    members: list[Staged]
    is_too_large: bool = False
    """More members than a family has: they come piece by piece, and are no family."""


class Staging:
    """Where a load waits."""

    def __init__(self, beside: str) -> None:
        _sweep(beside)
        self._path = f"{beside}{_LOAD}{os.getpid()}"
        self._lock = begin_draft(self._path)
        self.db = opened(self._path)
        self.db.executescript(f"PRAGMA cache_size = -{_CACHE_KIB};{_TABLES}")
        self._digest = hashlib.sha256()
        self._set: tuple[str, Any] = ("", hashlib.sha256())
        self._group = lru_cache(_GROUPS)(self._group_of)
        self.count = 0
        self.facts: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        os.close(self._lock)

    def add(self, member: Incoming, group: str, family: str, mode: str, day: str) -> str:
        """One record; gives the mode of its group, which the first one set."""
        source = member.record["source"]
        if not self.facts:
            names = ("file", "kind", "profile", "profile_version")
            self.facts = {name: source.get(name) for name in names}
        self._follow(source, member.said)
        number, mode = self._group(group, mode, day)
        is_subscriber = (member.record.get("member") or {}).get("is_subscriber")
        rank = 0 if is_subscriber else 1
        self.db.execute("INSERT INTO member VALUES (?, ?)", (self.count, member.text))
        self.db.execute("INSERT INTO place VALUES (?, ?, ?, ?)", (number, family, rank, self.count))
        self.count += 1
        return mode

    def hold(self, token: str) -> None:
        """A family somebody of which is in quarantine."""
        self.db.execute("INSERT OR IGNORE INTO held VALUES (?)", (token,))

    def holds(self, token: str | None) -> bool:
        """Whether somebody of that family is in quarantine."""
        return token is not None and bool(
            self.db.execute("SELECT 1 FROM held WHERE token = ?", (token,)).fetchone()
        )

    def see(self, person: int) -> None:
        """The load says something of that person."""
        self.db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (person,))

    def tally(self, group: str, kind: str, name: str, *, before: bool, after: bool) -> None:
        """Counts a member of a group: of a policy or a line of it, or of all."""
        self.db.execute(
            "INSERT INTO tally VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " before = before + excluded.before, after = after + excluded.after",
            (group, kind, name, int(before), int(after)),
        )

    def tallied(self, kind: str, least: int = 0) -> Iterator[tuple[str, str, int, int]]:
        """Group, name, and how many there were before and after, where there were so many."""
        yield from self.db.execute(
            "SELECT grouped, name, before, after FROM tally WHERE kind = ? AND before >= ?",
            (kind, least),
        )

    def digest(self) -> str:
        """Of all records in their order, wherever the file lies and whatever it is called."""
        self._end_set()
        return self._digest.hexdigest()

    def families(self) -> Iterator[Family]:
        """Every family, by group and then by name."""
        rows = self.db.execute(
            "SELECT grouped.name, mode, day, family, place.seq, record FROM place"
            " JOIN grouped ON grouped.id = place.grouped JOIN member ON member.seq = place.seq"
            " ORDER BY place.grouped, family, rank, place.seq"
        )
        for key, members in groupby(rows, lambda row: tuple(row[:4])):
            staged = (Staged(seq, json.loads(record)) for *_, seq, record in members)
            first = list(islice(staged, _LARGEST + 1))
            is_too_large = len(first) > _LARGEST
            while first:
                group, mode, day, name = key
                yield Family(group, mode, day, name, first, is_too_large)
                first = list(islice(staged, _LARGEST))

    def groups(self) -> Iterator[tuple[str, str, str]]:
        """Every group that the load says something of: its name, its mode and its day."""
        yield from self.db.execute("SELECT name, mode, day FROM grouped ORDER BY id")

    def sources(self) -> Iterator[tuple[str, str]]:
        """Every set that has a name of its sender's, and the digest of its records."""
        yield from self.db.execute("SELECT name, digest FROM source")

    def _group_of(self, name: str, mode: str, day: str) -> tuple[int, str]:
        found = self.db.execute("SELECT id, mode FROM grouped WHERE name = ?", (name,)).fetchone()
        if found is not None:
            return int(found[0]), str(found[1])
        made = self.db.execute(
            "INSERT INTO grouped (name, mode, day) VALUES (?, ?, ?)", (name, mode, day)
        )
        return int(made.lastrowid or 0), mode

    def _follow(self, source: dict[str, Any], said: str) -> None:
        """Digests what is said, and not by which envelope: the same sent again is a replay."""
        kept = "\x1f".join(str(source.get(name)) for name in _SAYING)
        whole = f"{kept}\x1e{said}\n".encode()
        name = _set_name(source)
        if name != self._set[0]:
            self._end_set()
            self._set = (name, hashlib.sha256())
        self._digest.update(whole)
        self._set[1].update(whole)

    def _end_set(self) -> None:
        name, digest = self._set
        if name:
            self.db.execute("INSERT INTO source VALUES (?, ?)", (name, digest.hexdigest()))
        self._set = ("", hashlib.sha256())


_SAYING = ("reference", "date", "action_code")


def _sweep(beside: str) -> None:
    """Takes away what a load left that was killed: nobody else would."""
    folder, name = os.path.split(os.path.abspath(beside))
    for each in os.listdir(folder):
        start, _, process = each.rpartition(_LOAD)
        if start == name and process.isdecimal():
            forget(os.path.join(folder, each))


def _set_name(source: dict[str, Any]) -> str:
    """The sender's own numbers; empty where the source has none."""
    if source.get("kind") != "834" or not source.get("reference"):
        return ""
    return "\x1f".join(source.get(name) or "" for name in ("sender", "reference", "set"))


def scope_of(record: dict[str, Any], fields: Any) -> str:
    """The group that a member is of: what the profile says makes one."""
    return "\x1f".join(str(each.take(record) or "") for each in fields)


def family_of(record: dict[str, Any]) -> str:
    """What a subscriber and their dependants have in common, as the state keeps it."""
    member = record.get("member") or {}
    token = member.get("subscriber_ssn_token")
    return f"ssn {token}" if token else f"id {member.get('subscriber_id') or ''}"
