"""The one place where the parts of the pipeline are joined, and that names a technology."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from scrubjay.brokers.embedded import EmbeddedBroker
from scrubjay.errors import InputError, UsageError
from scrubjay.keys import TokenKey
from scrubjay.pipeline.acknowledge import Acknowledge
from scrubjay.pipeline.assemble import Assemble
from scrubjay.pipeline.burying import Reassemble, Resend
from scrubjay.pipeline.engine import Engine
from scrubjay.pipeline.intake import Sender
from scrubjay.pipeline.lines import Lines, Reading
from scrubjay.pipeline.lookups import Services
from scrubjay.pipeline.parse import Parse
from scrubjay.pipeline.partners import Partner, Partners
from scrubjay.pipeline.partners import read as read_partners
from scrubjay.pipeline.pulse import Pulse
from scrubjay.pipeline.purge import UPKEEP, Purge
from scrubjay.pipeline.relay import Relay
from scrubjay.pipeline.remembering import Remember
from scrubjay.pipeline.rescue import Rescue
from scrubjay.pipeline.runner import Runner
from scrubjay.pipeline.scrub import Scrub
from scrubjay.pipeline.seeing import Seeing, logger
from scrubjay.pipeline.send import Send
from scrubjay.pipeline.sweeper import Sweeper, every
from scrubjay.pipeline.telling import Tell
from scrubjay.pipeline.tidying import shred_orphans
from scrubjay.pipeline.watch import Watch
from scrubjay.pipeline.work import Work
from scrubjay.pipeline.workfolder import WorkFolder
from scrubjay.store.audit.checkpoints import CheckpointFolder
from scrubjay.store.audit.keys import Keyring
from scrubjay.store.sqlite.store import STORE_FILE, SqliteStore
from scrubjay.store.sqlite.upkeep import peeked
from scrubjay.vault import reading_for
from scrubjay.vault.deed import Deed
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import FILE as WRAPPING_KEYS
from scrubjay.vault.keyring import KeyringFile
from scrubjay.witness import Auditor, account_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

    from scrubjay.pipeline.telling import Teller
    from scrubjay.pipeline.work import Stage
    from scrubjay.settings import Settings
    from scrubjay.store.rows import Alert
    from scrubjay.transports import Transport

__all__ = ["STAGES", "App", "Kept", "kept", "opened", "token_key"]

STAGES = ("parse", "scrub", "submit", "acknowledge")
"""What can be scaled alone: each is one or more of the pipeline's topics."""
THREADS = 64
"""Of a process, for what blocks: a few hanging shares must not stop what does not need them."""
KEYS = ("audit.key", "token.key", WRAPPING_KEYS)
"""All that a store needs; made with it, and never for one that is there."""
_PARTS = {
    "parse": ("parse",),
    "scrub": ("scrub", "rescue", "relay"),
    "submit": ("assemble", "send", "reassemble", "resend"),
    "acknowledge": ("acknowledge", "alert"),
}


class Kept:
    """What is durable: the store and the vault of a home folder, each access audited.

    `works`: for stages, whose readings become durable with what comes of them.
    """

    def __init__(self, settings: Settings, actor: str, *, works: bool = False) -> None:
        folders = settings.folders
        os.makedirs(folders.home, mode=0o700, exist_ok=True)
        audit, token, wrapping = (os.path.join(folders.keys, name) for name in KEYS)
        path = os.path.join(folders.home, STORE_FILE)
        deed = Deed(folders.vault)
        fresh = not os.path.exists(path)
        _hold_together(deed, path)
        if not fresh:
            _all_there(audit, token, wrapping)
        else:
            # before the store: whoever finds a store finds its keys
            TokenKey.make(token)
            KeyringFile.find_or_make(wrapping)
        chain = Keyring.load(audit) if os.path.exists(audit) else Keyring.make(audit)
        self.store = SqliteStore(
            folders.home, chain, actor=actor, checkpoints=_Places(folders.checkpoints, deed)
        )
        if deed.read() is None:
            deed.sign(*peeked(path))
        ring = KeyringFile(wrapping)
        names = {
            "audit": chain.secrets,
            "tokens": [TokenKey.load(token).id],
            "wrapping": [key.id for key in ring.listed()],
        }
        keys = [(what, name) for what, found in names.items() for name in found]
        account_for(self.store, keys, fresh=fresh)
        self.vault = FolderVault(folders.vault, ring, witness=Auditor(self.store, waits=not works))

    def close(self) -> None:
        """Give both back."""
        self.vault.close()
        self.store.close()


class _Places:
    """Where checkpoints go: to their folder, and their numbers to the vault's deed."""

    def __init__(self, folder: str, deed: Deed) -> None:
        self._folder = CheckpointFolder(folder)
        self._deed = deed

    def tell(self, store: str, line: str) -> None:
        """Both, the vault first: it is here."""
        self._deed.advance(store, json.loads(line)["seq"])
        self._folder.tell(store, line)

    def lines(self, store: str) -> Iterator[str]:
        """What the folder has."""
        return self._folder.lines(store)


def _hold_together(deed: Deed, path: str) -> None:
    """A vault is used with its own store, and with no older copy of that.

    With another everything that it does not know of would be shredded.
    """
    owned = deed.read()
    if owned is None:
        return
    if not os.path.exists(path):
        raise InputError(
            f"store {path} is not there, but its vault is; restore a backup (scrubjay db restore "
            "BACKUP), or begin a new store: scrubjay db adopt --reason TEXT"
        )
    store, seq = peeked(path)
    if store != owned.store or seq < owned.seq:
        what = "is older than its vault" if store == owned.store else "is not that of its vault"
        raise InputError(
            f"store {path} {what}; put the right one back, restore a backup with scrubjay db "
            "restore BACKUP --force, or say that it is to be used: scrubjay db adopt --reason TEXT"
        )


def _all_there(*paths: str) -> None:
    """A store whose keys are lost gets no others.

    With others it would go on, and know no claim again, read no payload, and break its audit.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise InputError(
                f"{path}: not there, but its store is; mount or restore the folder of keys"
            )


@contextlib.contextmanager
def kept(settings: Settings, actor: str) -> Iterator[Kept]:
    """Store and vault, closed at the end."""
    both = Kept(settings, actor)
    try:
        yield both
    finally:
        both.close()


def token_key(settings: Settings) -> TokenKey:
    """The key behind tokens; without it no claim is found by its number."""
    return TokenKey.load(os.path.join(settings.folders.keys, KEYS[1]))


def transport(record: Partner, environ: dict[str, str], home: str) -> Transport:
    """The way to a partner; a folder that is not a whole path is one of the home folder's."""
    if record.transport == "http":
        from scrubjay.transports.http import HttpTransport

        credential = environ.get(record.credential, "") if record.credential else ""
        if record.credential and not credential:
            raise UsageError(
                f"partner {record.name}: {record.credential} is not in the environment; set it"
            )
        return HttpTransport(
            record.address,
            credential=credential,
            offers_look_up=record.read_back,
            ca_file=_authority(record, home),
            deadline=record.deadline,
            not_received=record.not_received,
        )
    from scrubjay.transports.folder import FolderTransport

    out, into = (os.path.join(home, record.address, name) for name in ("out", "in"))
    for folder in (out, into):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    return FolderTransport(out, into, deadline=record.deadline, offers_look_up=record.read_back)


def _authority(record: Partner, home: str) -> str | None:
    """The file of certificates that vouch for a partner; None where the machine's own do."""
    if not record.authority:
        return None
    path = os.path.join(home, record.authority)
    if not os.path.isfile(path):
        raise InputError(f"partner {record.name}: {path} is not there; name its authority's file")
    return path


class App:
    """A process that works: some stages of the pipeline, or all."""

    def __init__(
        self,
        settings: Settings,
        work: Work,
        lines: Lines,
        stages: Iterable[str],
        teller: Teller | None = None,
    ) -> None:
        self.settings = settings
        self.work = work
        self.lines = lines
        self.reading = Reading(work, lines, settings.folders.partners, self._overlaid)
        self.stages = tuple(stages)
        topics = [topic for stage in self.stages for topic in _PARTS[stage]]
        made: Sequence[Stage] = (
            Parse(work),
            Scrub(work, dict(settings.workers)["scrub"]),
            Relay(work),
            Assemble(work),
            Send(work),
            Rescue(work),
            Reassemble(work),
            Resend(work),
            Acknowledge(work),
            Tell(work, teller),
        )
        self.runner = Runner(
            work, [each for each in made if each.topic in topics], dict(settings.workers)
        )

    async def run(self) -> None:
        """Until `runner.end()`, or a signal that asks for it."""
        loop = asyncio.get_running_loop()
        end = self.runner.end
        asked = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: self.reading.ask}
        for name, what in asked.items():
            # only the main thread may hear signals; a test runs it in another
            with contextlib.suppress(ValueError, NotImplementedError):
                loop.add_signal_handler(name, what)
        beside: list[Callable[[asyncio.Event], Awaitable[None]]] = [
            Sweeper(self.work, self.settings.sweep_every),
            self.reading,
        ]
        pulse = Pulse(self.work, self.settings.folders.home)
        beside.append(pulse)
        if "acknowledge" in self.stages:
            beside.append(lambda ending: self.lines.collecting(self.work, ending))
        if "parse" in self.stages and self.settings.folders.inbox:
            beside.append(self._watching())
        folders = self.settings.folders
        if "scrub" in self.stages and folders.history:
            store, _ = peeked(os.path.join(folders.home, STORE_FILE))
            seconds = self.settings.remember_every
            beside.append(Remember(self.work, folders.history, store, seconds))
        if "acknowledge" in self.stages:
            # several processes may; where stages have processes of their own, there has to be one
            beside.append(self._upkeep)
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(pulse.close)
            if self.settings.door.listen and "parse" in self.stages:
                self.address = await stack.enter_async_context(door(self))
                self.work.seeing.tell("listening")
            await self.runner.run(beside)

    def _watching(self) -> Callable[[asyncio.Event], Awaitable[None]]:
        folder, quiet = self.settings.folders.inbox, self.settings.door.quiet
        os.makedirs(folder, mode=0o700, exist_ok=True)
        watch = Watch(self.work, folder, self.sender(), quiet)

        async def loop(ending: asyncio.Event) -> None:
            await every(min(max(quiet / 2, 0.05), 1.0), ending, watch.once)

        return loop

    async def _upkeep(self, ending: asyncio.Event) -> None:
        """What is done now and then: what is over is purged, what nobody knows of is shredded."""
        purge = Purge(self.work, self.settings.purge_after, self.settings.retain)
        store, vault = self.work.store, self.work.vault

        async def once() -> None:
            with reading_for("purge"):
                await purge.once()
            with reading_for("orphans"):
                await asyncio.to_thread(shred_orphans, store, vault)

        await every(UPKEEP, ending, once)

    def sender(self) -> Sender:
        """Who a file is from whose door knows nobody."""
        door = self.settings.door
        return Sender(tenant=door.tenant, practices=door.practices)

    def _overlaid(self) -> None:
        """Other records may have other overlays: then files are judged by another engine."""
        work, home = self.work, self.settings.folders.home
        manner = self.settings.manner.but(overlays=_overlays(home, work.partners))
        if manner != work.engine.manner:
            work.engine = Engine(work.key, manner, work.engine.lookups)


@contextlib.asynccontextmanager
async def opened(
    settings: Settings,
    *,
    stages: Iterable[str] = STAGES,
    seeing: Seeing | None = None,
    environ: dict[str, str] | None = None,
) -> AsyncIterator[App]:
    """The app with all its parts, on the running loop; they are closed at the end."""
    environ = os.environ.copy() if environ is None else environ
    partners = read_partners(settings.folders.partners)
    folder = WorkFolder(settings.folders.work)
    pool = ThreadPoolExecutor(THREADS, "scrubjay")
    asyncio.get_running_loop().set_default_executor(pool)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(folder.close)
        both = Kept(settings, f"worker:{os.getpid()}", works=True)
        stack.callback(both.close)
        both.vault.sweep()
        home = settings.folders.home
        lines = Lines(both.store, lambda record: transport(record, environ, home))
        stack.push_async_callback(lines.close)
        await lines.follow(partners)
        broker = EmbeddedBroker(both.store)
        stack.push_async_callback(broker.close)
        key = token_key(settings)
        seeing = seeing or Seeing(logger(level=10 if settings.debug else 20))
        services = Services(settings.lookups, seeing.looked_up)
        stack.callback(services.close)
        manner = settings.manner.but(overlays=_overlays(home, partners))
        work = Work(
            store=both.store,
            broker=broker,
            vault=both.vault,
            engine=Engine(key, manner, services),
            key=key,
            partners=partners,
            lines=lines.by_id,
            folder=folder,
            seeing=seeing,
            knobs=settings.knobs,
        )
        if "scrub" in stages:
            # rules that cannot be read are told now, and not by every file
            await asyncio.to_thread(lambda: work.engine.ruleset)
        teller = await _teller(settings, environ, stack)
        yield App(settings, work, lines, stages, teller)


def _overlays(home: str, partners: Partners) -> tuple[str, ...]:
    """Each a folder in the home folder, or the name of an example."""
    named = dict.fromkeys(one for each in partners for one in each.overlays)
    paths = {one: os.path.join(home, one) for one in named}
    return tuple(path if os.path.exists(path) else one for one, path in paths.items())


async def _teller(
    settings: Settings, environ: dict[str, str], stack: contextlib.AsyncExitStack
) -> Teller | None:
    """Who tells alerts to somebody else's system; nobody where the settings name none."""
    told = settings.told
    if not told.url:
        return None
    from time import gmtime, strftime

    from scrubjay.webhooks import Alert as Word
    from scrubjay.webhooks import Secret
    from scrubjay.webhooks.destination import Destination
    from scrubjay.webhooks.sender import Webhook

    secret = environ.get(told.secret, "") if told.secret else ""
    if not secret:
        raise UsageError(
            "alerts are signed: name the variable of the secret in [alerts] secret, and set it"
        )
    webhook = Webhook(Destination.parsed(told.url, told.allow), [Secret.parsed(secret)])
    stack.push_async_callback(webhook.close)

    async def tell(one: Alert, kind: str, code: str, partner: str) -> None:
        await webhook.deliver(
            Word(
                id=f"alert-{one.id}",
                kind=kind,
                at=strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(one.at // 1000)),
                subject=one.kind.value,
                subject_id=str(one.subject),
                partner=partner,
                code=code,
            )
        )

    return tell


@contextlib.asynccontextmanager
async def door(app: App) -> AsyncIterator[str]:
    """The HTTP door on its port: uploads, health, metrics; its address."""
    from scrubjay.doors import Behind
    from scrubjay.doors.http import routes
    from scrubjay.doors.identities import FILE, ApiKeys
    from scrubjay.doors.serving import Port
    from scrubjay.doors.serving import opened as listening
    from scrubjay.pipeline.uploads import Uploads

    given = app.settings.door
    host, _, number = given.listen.rpartition(":")
    if not number.isdecimal():
        raise UsageError(f"[intake] listen is HOST:PORT, not {given.listen!r}")
    keys = ApiKeys(os.path.join(app.settings.folders.keys, FILE), required=False)
    uploads = Uploads(app.work)
    behind = Behind(
        accept=uploads.accept,
        status=uploads.status,
        ready=uploads.ready,
        metrics=app.work.seeing.exposition,
    )
    port = Port(
        host=host.strip("[]"),
        port=int(number),
        certificate=given.certificate,
        private_key=given.private_key,
    )
    async with listening(routes(behind, keys), port, keys) as address:
        yield address
