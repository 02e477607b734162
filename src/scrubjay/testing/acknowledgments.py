"""Acknowledgments of synthetic files: the real ones, written by the engine that answers senders.

What they are of is the file of that kind with the same order, faults included: what is wrong in it
is told in the 999 or the 277CA, which are themselves without a fault. Of the TA1 the faults are in
the ISA.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from scrubjay.job import Command, Job
from scrubjay.runs import execute
from scrubjay.testing.claims.files import dental, institutional, professional
from scrubjay.testing.days import REFERENCE_DATE
from scrubjay.testing.enrollment.files import members
from scrubjay.testing.faults import Fault, inject
from scrubjay.testing.order import Order
from scrubjay.testing.remittance.files import payments

__all__ = [
    "ACKNOWLEDGED",
    "CLAIMS",
    "ENVELOPE_FAULTS",
    "claim_status",
    "implementation",
    "interchange_receipt",
]

_PIECE = 1 << 16


def implementation(order: Order) -> Iterator[bytes]:
    """The 999."""
    return _answered(_SENT[order.of](order), Command.VALIDATE, "999")


def claim_status(order: Order) -> Iterator[bytes]:
    """The 277CA."""
    return _answered(_SENT[order.of](order), Command.SCRUB, "277ca")


def interchange_receipt(order: Order) -> Iterator[bytes]:
    """The TA1; the claims are few, since it says nothing of them."""
    few = Order(claims=min(order.claims, 10), seed=order.seed)
    asking = b"".join(_SENT[order.of](few)).replace(b"*0*T*:~", b"*1*T*:~", 1)
    one = inject(iter([asking]), order.faults, ENVELOPE_FAULTS, seed=order.seed)
    sent = (fault.edit(text) if fault and fault.edit else text for text, fault in one)
    return _answered(sent, Command.VALIDATE, "ta1")


_SENT: dict[str, Callable[[Order], Iterator[bytes]]] = {
    "837P": professional,
    "837I": institutional,
    "837D": dental,
    "835": payments,
    "834": members,
    "277CA": lambda order: claim_status(replace(order, of="837P")),
}
CLAIMS = ("837P", "837I", "837D")
"""What a 277CA can be of."""
ACKNOWLEDGED = tuple(_SENT)
"""What a 999 and a TA1 can be of."""


def _answered(sent: Iterator[bytes], command: Command, kind: str) -> Iterator[bytes]:
    """What is answered to claims, piece by piece; everything else is gone when it ends."""
    with TemporaryDirectory(prefix="scrubjay-") as name:
        folder = Path(name)
        claims, out, key = folder / "claims.837", folder / "out", folder / "token.key"
        with claims.open("wb") as file:
            file.writelines(sent)
        key.write_text(f"synthetic:{'5c' * 32}\n")
        key.chmod(0o600)
        job = Job(
            command=command,
            inputs=(str(claims),),
            out=str(out),
            as_of=REFERENCE_DATE,
            received_date=REFERENCE_DATE,
            worklist=False,
        )
        execute(job, token_key=key)
        (acknowledgment,) = out.glob(f"*.{kind}")
        with acknowledgment.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _isa(at: int, text: bytes) -> Callable[[bytes], bytes]:
    """Other bytes at that place of ISA, which has fixed widths."""
    return lambda sent: sent[:at] + text + sent[at + len(text) :]


ENVELOPE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "sent_on_no_day",
        "The interchange was made on the 31st of June.",
        "014",
        ("TA1", 5),
        edit=_isa(70, b"260631"),
    ),
    Fault(
        "sent_at_no_time",
        "The interchange was made at 25 o'clock.",
        "015",
        ("TA1", 5),
        edit=_isa(77, b"2500"),
    ),
    Fault(
        "unknown_usage",
        "Whether it is a test is said with a code that there is not.",
        "020",
        ("TA1", 5),
        edit=_isa(102, b"Q"),
    ),
)
"""What is wrong in the ISA; the code is the TA105 that tells it."""
