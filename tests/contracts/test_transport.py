"""The transports that come with Scrubjay keep the contract, the twin in memory as the others do."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scrubjay.testing import clearinghouse
from scrubjay.testing.clearinghouse.server import Clearinghouse
from scrubjay.testing.contracts.transport import PartnerView, TransportContract
from scrubjay.transports import Transport
from scrubjay.transports.folder import FolderTransport
from scrubjay.transports.http import HttpTransport
from scrubjay.transports.memory import MemoryPartner, MemoryTransport


class Remembered:
    """A partner in memory, as the suite sees it."""

    def __init__(self) -> None:
        self.partner = MemoryPartner()

    def arrived(self) -> list[tuple[str, str]]:
        """What it has."""
        received = self.partner.received.items()
        return [(key, hashlib.sha256(text).hexdigest()) for key, text in received]

    def offer(self, text: bytes) -> None:
        """One more."""
        self.partner.offer(f"ack-{len(self.partner.waiting)}", text)


class Folders:
    """A partner that looks into folders."""

    def __init__(self, base: Path) -> None:
        self.outbox, self.inbox = base / "out", base / "in"
        self.outbox.mkdir()
        self.inbox.mkdir()
        self._offered = 0

    def arrived(self) -> list[tuple[str, str]]:
        """Whole files, by the time that they came."""
        files = sorted(self.outbox.glob("*.x12"), key=lambda file: file.stat().st_mtime_ns)
        return [(file.stem, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]

    def offer(self, text: bytes) -> None:
        """One more, left alone for an hour already."""
        self._offered += 1
        file = self.inbox / f"answer {9 - self._offered}.277ca"
        file.write_bytes(text)
        os.utime(file, (0, file.stat().st_mtime - 3600 + self._offered))


class Behind:
    """A clearinghouse that runs."""

    def __init__(self, house: Clearinghouse) -> None:
        self.house = house

    def arrived(self) -> list[tuple[str, str]]:
        """What its ledger says that it took."""
        return [(each.key, each.digest) for each in self.house.ledger if each.event == "taken"]

    def offer(self, text: bytes) -> None:
        """One more."""
        self.house.offer("277ca", text)


class TestMemoryTransport(TransportContract):
    """The twin."""

    @pytest.fixture
    def partner(self) -> Remembered:
        """Nothing has arrived."""
        return Remembered()

    @pytest.fixture
    def transport(self, partner: Remembered) -> Transport:
        """The way to it."""
        return MemoryTransport(partner.partner)


class TestMemoryTransportWithoutLookUp(TestMemoryTransport):
    """A partner that cannot be asked."""

    @pytest.fixture
    def partner(self) -> Remembered:
        """As many are."""
        remembered = Remembered()
        remembered.partner.offers_look_up = False
        return remembered


class TestFolderTransport(TransportContract):
    """Files."""

    @pytest.fixture
    def partner(self, tmp_path: Path) -> Folders:
        """Two folders with nothing in them."""
        return Folders(tmp_path)

    @pytest.fixture
    async def transport(self, partner: Folders) -> AsyncIterator[Transport]:
        """The way to them."""
        transport = FolderTransport(partner.outbox, partner.inbox)
        yield transport
        await transport.close()


class TestHttpTransport(TransportContract):
    """A server that listens, on this machine."""

    @pytest.fixture
    async def partner(self) -> AsyncIterator[PartnerView]:
        """A clearinghouse that makes no acknowledgments of its own."""
        async with clearinghouse.opened(clearinghouse.Behaviour(answers=False)) as house:
            yield Behind(house)

    @pytest.fixture
    async def transport(self, partner: Behind) -> AsyncIterator[Transport]:
        """The way to it."""
        transport = HttpTransport(partner.house.address)
        yield transport
        await transport.close()
