"""What a transport does, whatever it is made of."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import pytest

from scrubjay.errors import Fate, UsageError
from scrubjay.transports import Receipt, Transmission, Transport, TransportError
from scrubjay.vault import KeyUnavailableError, PayloadRefusedError

__all__ = ["PartnerView", "TransportContract", "interchange_of", "transmission_of"]


class PartnerView(Protocol):
    """The other end, as a test sees it."""

    def arrived(self) -> list[tuple[str, str]]:
        """Key and SHA-256 of everything that it has, in order; what came twice once."""

    def offer(self, text: bytes) -> None:
        """Have something collected, later than all before."""


def interchange_of(control: int, size: int = 0) -> bytes:
    """An interchange with nobody's claims, of at least that many bytes."""
    number = f"{control:09d}"
    filling = b"NTE*ADD*NOTHING TO SEE HERE~\n"
    return (
        (
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SYNTHETIC':15}*ZZ*{'SCRUBJAY':15}"
            f"*260630*1200*^*00501*{number}*0*T*:~\n"
        ).encode()
        + filling * (size // len(filling))
        + f"IEA*0*{number}~\n".encode()
    )


def transmission_of(
    key: str, text: bytes, *, piece: int = 1 << 16, body: Iterable[bytes] | None = None
) -> Transmission:
    """The text on its way; with another `body`, one that is not what was promised."""

    def opened() -> Iterable[bytes]:
        if body is not None:
            return body
        return (text[start : start + piece] for start in range(0, len(text), piece))

    return Transmission(
        key=key, size=len(text), digest=hashlib.sha256(text).hexdigest(), body=opened
    )


async def failure_of(work: object) -> TransportError:
    """The error in which it must end."""
    with pytest.raises(TransportError) as failure:
        await work  # type: ignore[misc]
    return failure.value


async def collected(transport: Transport, count: int) -> list[str]:
    """Ids of what waits, which is so much."""
    found = await transport.collect()
    assert len(found) == count
    return [each.id for each in found]


async def text_of(transport: Transport, inbound_id: str) -> bytes:
    """All of an answer."""
    return b"".join([piece async for piece in transport.read(inbound_id)])


@pytest.mark.asyncio
class TransportContract:
    """Give the transport as the fixture `transport`, and its other end as `partner`."""

    async def test_what_is_sent_arrives(self, transport: Transport, partner: PartnerView) -> None:
        """The same bytes under the same key, and the receipt is for them."""
        text = interchange_of(1)
        receipt = await transport.send(transmission_of("key-1", text))
        assert (receipt.key, receipt.duplicate) == ("key-1", False)
        assert partner.arrived() == [("key-1", hashlib.sha256(text).hexdigest())]

    @pytest.mark.parametrize("piece", [1_000, 1 << 16, 1 << 20])
    async def test_a_large_one_arrives_too(
        self, transport: Transport, partner: PartnerView, piece: int
    ) -> None:
        """In whichever pieces it is read."""
        text = interchange_of(1, 3_000_000)
        await transport.send(transmission_of("large", text, piece=piece))
        assert partner.arrived() == [("large", hashlib.sha256(text).hexdigest())]

    async def test_sent_again_it_is_there_once(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """A second attempt with the same bytes is told as what it is."""
        sent = transmission_of("key-1", interchange_of(1))
        first = await transport.send(sent)
        second = await transport.send(sent)
        assert second == first.but(duplicate=True)
        assert len(partner.arrived()) == 1

    async def test_other_bytes_under_a_key_are_refused(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """What arrived first stays."""
        await transport.send(transmission_of("key-1", interchange_of(1)))
        error = await failure_of(transport.send(transmission_of("key-1", interchange_of(2))))
        assert (error.code, error.fate) == ("KEY_REUSED", Fate.FINAL)
        assert partner.arrived() == [("key-1", hashlib.sha256(interchange_of(1)).hexdigest())]

    async def test_it_can_be_asked_what_arrived(self, transport: Transport) -> None:
        """By key; or it says that it cannot be asked."""
        if not transport.offers_look_up:
            error = await failure_of(transport.look_up("key-1"))
            assert error.code == "LOOK_UP_NOT_OFFERED"
            return
        assert await transport.look_up("key-1") is None
        receipt = await transport.send(transmission_of("key-1", interchange_of(1)))
        assert await transport.look_up("key-1") == receipt.but(duplicate=True)
        assert await transport.look_up("key-2") is None

    @pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text + b"\n"])
    async def test_a_body_of_another_size_is_not_sent_to_its_end(
        self, transport: Transport, partner: PartnerView, change: Callable[[bytes], bytes]
    ) -> None:
        """A partner never has what was not to be sent."""
        text = interchange_of(1, 200_000)
        error = await failure_of(
            transport.send(transmission_of("key-1", text, body=[change(text)]))
        )
        assert (error.code, error.fate) == ("PAYLOAD_CHANGED", Fate.FINAL)
        assert partner.arrived() == []

    async def test_a_body_of_other_bytes_is_not_sent_to_its_end(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """The digest of the intent decides."""
        text = interchange_of(1, 200_000)
        body = [text[:100_000], text[100_000:].replace(b"SEE", b"SAY", 1)]
        error = await failure_of(transport.send(transmission_of("key-1", text, body=body)))
        assert error.code == "PAYLOAD_CHANGED"
        assert partner.arrived() == []
        await transport.send(transmission_of("key-1", text))
        assert len(partner.arrived()) == 1

    @pytest.mark.parametrize(
        ("vault_error", "code", "fate"),
        [
            (PayloadRefusedError("payload-1"), "PAYLOAD_REFUSED", Fate.FINAL),
            (KeyUnavailableError("down"), "KEY_UNAVAILABLE", Fate.RETRYABLE),
        ],
    )
    async def test_a_payload_that_cannot_be_read_is_not_sent(
        self,
        transport: Transport,
        partner: PartnerView,
        vault_error: Exception,
        code: str,
        fate: Fate,
    ) -> None:
        """Whether it fails at once or in the middle, the error says what to do."""
        text = interchange_of(1, 200_000)

        def failing() -> Iterator[bytes]:
            yield text[:100_000]
            raise vault_error

        error = await failure_of(transport.send(transmission_of("key-1", text, body=failing())))
        assert (error.code, error.fate) == (code, fate)
        assert partner.arrived() == []

    @pytest.mark.parametrize("key", ["", "../key", "a b", "a/b", "k" * 129, ".key", "ü"])
    async def test_a_key_that_cannot_be_a_name_is_refused(
        self, transport: Transport, partner: PartnerView, key: str
    ) -> None:
        """Before anything is sent."""
        with pytest.raises(UsageError, match="key"):
            await transport.send(transmission_of(key, interchange_of(1)))
        assert partner.arrived() == []

    async def test_many_at_once_arrive_once_each(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """And each sender has the receipt for its own."""
        sent = [transmission_of(f"key-{number}", interchange_of(number)) for number in range(1, 17)]
        receipts = await asyncio.gather(*(transport.send(each) for each in sent))
        assert [receipt.key for receipt in receipts] == [each.key for each in sent]
        assert sorted(key for key, _ in partner.arrived()) == sorted(each.key for each in sent)

    async def test_what_waits_is_offered_until_it_is_confirmed(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """In the order in which it came, and the same again after a reading."""
        assert await transport.collect() == []
        texts = [interchange_of(number, 100_000 * number) for number in (1, 2, 3)]
        for text in texts:
            partner.offer(text)
        ids = await collected(transport, 3)
        assert [await text_of(transport, each) for each in ids] == texts
        assert await collected(transport, 3) == ids
        assert [each.id for each in await transport.collect(limit=2)] == ids[:2]
        await transport.confirm(ids[0])
        assert [each.id for each in await transport.collect()] == ids[1:]
        await transport.confirm(ids[0])
        assert [each.size for each in await transport.collect()] in (
            [len(text) for text in texts[1:]],
            [None, None],
        )

    @pytest.mark.parametrize("inbound_id", ["not-there", "../secret", "a/b", ".hidden"])
    async def test_an_answer_that_is_not_there_is_an_error(
        self, transport: Transport, inbound_id: str
    ) -> None:
        """A name out of nowhere, or one that was confirmed, opens nothing."""
        error = await failure_of(text_of(transport, inbound_id))
        assert (error.code, error.fate) == ("INBOUND_GONE", Fate.FINAL)

    async def test_a_closed_transport_does_nothing(
        self, transport: Transport, partner: PartnerView
    ) -> None:
        """And says so; closing twice is no error."""
        await transport.close()
        await transport.close()
        for work in (
            transport.send(transmission_of("key-1", interchange_of(1))),
            transport.look_up("key-1"),
            transport.collect(),
            transport.confirm("one"),
            text_of(transport, "one"),
        ):
            assert (await failure_of(work)).code == "CLOSED"
        assert partner.arrived() == []

    async def test_nothing_of_a_body_is_in_reprs(self, transport: Transport) -> None:
        """What is logged is the key."""
        sent = transmission_of("key-1", b"CANARY")
        shown = repr(sent) + repr(transport) + repr(Receipt(key="key-1"))
        assert "CANARY" not in shown
