"""Every knob of the pipeline as one frozen tree: ``scrubjay.toml``, then the environment.

``SCRUBJAY__QUEUE__ATTEMPTS=3`` stands for ``attempts = 3`` in ``[queue]``. What nobody sets is as
written here (docs/settings.md). Whatever is named is relative to the home folder.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from scrubjay.errors import UsageError
from scrubjay.frozen import Frozen
from scrubjay.job import RejectUnit
from scrubjay.pipeline.engine import SENT, Manner
from scrubjay.pipeline.lookups import Service
from scrubjay.pipeline.records import (
    Section,
    check,
    filled,
    flag,
    load,
    number,
    one_of,
    text,
    texts,
)
from scrubjay.pipeline.retaining import Place, Retain
from scrubjay.pipeline.retry import Backoff
from scrubjay.pipeline.work import TOPICS, Knobs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FILE", "Door", "Folders", "Settings", "Told", "read"]

FILE = "scrubjay.toml"
PREFIX = "SCRUBJAY__"
WORKERS = {"parse": 1, "scrub": 3, "assemble": 4, "send": 64, "acknowledge": 1, "relay": 2}

SHAPE: dict[str, Section] = {
    "": {},
    "folders": {
        "vault": text(4_000, default="vault"),
        "keys": text(4_000, default=""),
        "partners": text(4_000, default="partners"),
        "checkpoints": text(4_000, default="checkpoints"),
        "outbox": text(4_000, default="outbox"),
        "inbox": text(4_000, default=""),
        "work": text(4_000, default=""),
    },
    "scrub": {
        "rules": texts(),
        "reject_unit": one_of("claim", "set", default="claim"),
        "claims_per_batch": number(1, 5_000, 100),
        "threads": number(0, 256, 0),
        "memory_mb": number(64, 1 << 20, 4_096),
        "seconds": number(0.1, 86_400, 600.0),
        "history": flag(default=True),
        "remember_seconds": number(0.05, 86_400, 10.0),
    },
    "workers": {topic: number(0, 1_024, WORKERS.get(topic, 1)) for topic in TOPICS},
    "queue": {
        "lease_seconds": number(0.05, 86_400, 120.0),
        "grace_seconds": number(0, 3_600, 20.0),
        "attempts": number(1, 1_000, 5),
        "backoff_seconds": number(0.001, 3_600, 0.5),
        "longest_backoff_seconds": number(0.01, 86_400, 60.0),
        "sweep_seconds": number(0.05, 3_600, 10.0),
    },
    "intake": {
        "tenant": text(64, pattern="[A-Za-z0-9_-]*", default="default"),
        "quiet_seconds": number(0, 3_600, 2.0),
        "suspect_sets": one_of("hold", "tell", default="hold"),
        "listen": text(300, default=""),
        "certificate": text(4_000, default=""),
        "private_key": text(4_000, default=""),
    },
    "practices": {},
    "purge": {
        "after_hours": number(0, 1_000_000, 0.0),
        "retain": texts(),
        "retain_hours": number(0, 1_000_000, 52_560.0),
    },
    "alerts": {
        "url": text(2_000, default=""),
        "secret": text(200, default=""),
        "allow": texts(),
    },
    "log": {"debug": flag(default=False)},
}


LOOKUP: Section = {
    "use": text(300, 1),
    "deadline_seconds": number(0.001, 600, 2.0),
    "at_once": number(1, 10_000, 16),
    "kept": number(0, 10_000_000, 10_000),
    "kept_seconds": number(0, 2_592_000, 300.0),
    "breaker_failures": number(1, 1_000, 5),
    "breaker_rest_seconds": number(0.01, 3_600, 5.0),
}
"""`[lookups.NAME]`: a service that rules ask."""


class Folders(Frozen):
    """Where everything lies, as whole paths."""

    home: str
    vault: str
    keys: str
    """Beside the home folder and not in it, so that no copy of the one has the other."""
    partners: str
    checkpoints: str
    """Better on another machine than the store."""
    outbox: str
    inbox: str = ""
    """The folder that is watched; none where it is empty."""
    history: str = ""
    """Where it is remembered what was sent; nowhere where it is empty."""
    work: str


class Door(Frozen):
    """How files come in."""

    tenant: str = "default"
    quiet: float = 2.0
    """Seconds that a file of the watched folder must have been left alone."""
    listen: str = ""
    """HOST:PORT for uploads and metrics; none where it is empty."""
    certificate: str = ""
    private_key: str = ""
    practices: tuple[tuple[str, str], ...] = ()
    """ISA06, and the practice that it stands for."""


class Told(Frozen):
    """Whom to tell of work that waits for a person."""

    url: str = ""
    secret: str = ""
    """The name of the environment variable that has it."""
    allow: tuple[str, ...] = ()


class Settings(Frozen):
    """The tree."""

    folders: Folders
    manner: Manner
    knobs: Knobs
    workers: tuple[tuple[str, int], ...]
    door: Door
    told: Told
    lookups: tuple[Service, ...]
    sweep_every: float
    remember_every: float
    purge_after: float
    """Hours; 0 is never."""
    retain: Retain
    """What of a file outlives it."""
    debug: bool


def read(home: str, environ: Mapping[str, str]) -> Settings:
    """The settings of a home folder; UsageError with the place where something is wrong."""
    home = os.path.abspath(home)
    path = os.path.join(home, FILE)
    given, content = load(path) if os.path.exists(path) else ({}, "")
    practices = given.pop("practices", {})
    lookups = given.pop("lookups", {})
    faults = list(check(path, given, content, SHAPE))
    faults += [
        fault
        for name, table in lookups.items()
        for fault in check(path, table, content, {"": LOOKUP})
    ]
    if not isinstance(practices, dict) or not all(
        isinstance(one, str) for one in practices.values()
    ):
        raise UsageError(f'{path}: [practices] is ISA06 = "name of the practice", line by line')
    if faults:
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise UsageError(f"{faults[0]}{more}")
    whole = {name: filled(given.get(name, {}), fields) for name, fields in SHAPE.items()}
    _overlay(whole, environ)
    services = tuple(_service(name, filled(table, LOOKUP)) for name, table in lookups.items())
    return _tree(home, whole, tuple(sorted(practices.items()))).but(lookups=services)


def _service(name: str, given: Mapping[str, Any]) -> Service:
    return Service(
        name=name,
        use=given["use"],
        deadline=given["deadline_seconds"],
        at_once=given["at_once"],
        kept=given["kept"],
        ttl=given["kept_seconds"],
        failures=given["breaker_failures"],
        rest=given["breaker_rest_seconds"],
    )


def _overlay(whole: dict[str, dict[str, Any]], environ: Mapping[str, str]) -> None:
    """What the environment says instead."""
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        section, _, key = name.removeprefix(PREFIX).lower().partition("__")
        field = SHAPE.get(section, {}).get(key)
        if field is None:
            raise UsageError(f"{name}: there is no [{section}] {key}; see docs/settings.md")
        parsed = value if isinstance(field.default, str) else _parsed(name, value)
        wrong = field.fault(parsed)
        if wrong:
            raise UsageError(f"{name} {wrong}")
        whole[section][key] = tuple(parsed) if isinstance(parsed, list) else parsed


def _parsed(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise UsageError(f'{name}: write a number, true, false, or ["a", "list"]') from None


def _tree(
    home: str, whole: dict[str, dict[str, Any]], practices: tuple[tuple[str, str], ...]
) -> Settings:
    def place(name: str) -> str:
        return os.path.join(home, name) if name else ""

    folders, scrub, queue, intake = (
        whole[name] for name in ("folders", "scrub", "queue", "intake")
    )
    own = f"/dev/shm/scrubjay-{os.getuid()}"  # noqa: S108 - made for us alone, and checked
    return Settings(
        folders=Folders(
            home=home,
            work=folders.pop("work") or own,
            keys=place(folders.pop("keys")) or f"{home}.keys",
            history=place("history") if scrub["history"] else "",
            **{name: place(value) for name, value in folders.items()},
        ),
        manner=Manner(
            rules=tuple(place(rule) for rule in scrub["rules"]),
            reject_unit=RejectUnit(scrub["reject_unit"]),
            claims_per_batch=scrub["claims_per_batch"],
            threads=scrub["threads"],
            history=os.path.join(home, "history", SENT) if scrub["history"] else "",
            memory=scrub["memory_mb"] << 20,
            seconds=scrub["seconds"],
        ),
        knobs=Knobs(
            lease=queue["lease_seconds"],
            grace=queue["grace_seconds"],
            backoff=Backoff(
                first=queue["backoff_seconds"],
                longest=queue["longest_backoff_seconds"],
                attempts=queue["attempts"],
            ),
            outbox=place(folders["outbox"]),
            hold_suspects=intake["suspect_sets"] == "hold",
        ),
        workers=tuple(whole["workers"].items()),
        door=Door(
            tenant=intake["tenant"],
            quiet=intake["quiet_seconds"],
            listen=intake["listen"],
            certificate=place(intake["certificate"]),
            private_key=place(intake["private_key"]),
            practices=practices,
        ),
        told=Told(**whole["alerts"]),
        lookups=(),
        sweep_every=queue["sweep_seconds"],
        remember_every=scrub["remember_seconds"],
        purge_after=whole["purge"]["after_hours"],
        retain=Retain(
            places=tuple(Place.parsed(each) for each in whole["purge"]["retain"]),
            hours=whole["purge"]["retain_hours"],
        ),
        debug=whole["log"]["debug"],
    )
