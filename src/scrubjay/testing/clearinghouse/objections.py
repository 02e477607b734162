"""What a payer objects to in claims that have no fault: planted into the copy that is judged.

So that its acknowledgments say no, and are nevertheless the engine's: valid, and about the claims
that were sent.
"""

import re
from collections.abc import Callable

from scrubjay.testing.clearinghouse.reading import Interchange

__all__ = ["claims_refused", "interchange_refused", "sets_refused"]


def claims_refused(interchange: Interchange, refused: Callable[[int], bool]) -> bytes:
    """Those of which it is so, by their number, have a code that there is not."""
    head, *claims = re.split(_begin(interchange, b"CLM"), interchange.text)
    if not claims:
        return interchange.text
    begins = re.findall(_begin(interchange, b"CLM"), interchange.text)
    changed = [
        begin + (_without_code(interchange, claim) if refused(number) else claim)
        for number, (begin, claim) in enumerate(zip(begins, claims, strict=True))
    ]
    return b"".join([head, *changed])


def sets_refused(interchange: Interchange) -> bytes:
    """The first set has another count in its SE than segments."""
    element = re.escape(interchange.element)
    counted = re.compile(_begin(interchange, b"SE") + rb"\d+(?=" + element + rb")")
    return counted.sub(
        lambda match: re.sub(rb"\d+$", b"999999", match[0]), interchange.text, count=1
    )


def interchange_refused(interchange: Interchange) -> bytes:
    """It was made at 25 o'clock (ISA10)."""
    return interchange.text[:77] + b"2500" + interchange.text[81:]


def _without_code(interchange: Interchange, claim: bytes) -> bytes:
    """The principal diagnosis, or where there is none the place of service, is no such code."""
    component = re.escape(interchange.component)
    stop = re.escape(interchange.element + interchange.component + interchange.terminator)
    element = re.escape(interchange.element)
    diagnosis = _begin(interchange, b"HI") + rb"A?BK" + component
    changed = re.sub(rb"(" + diagnosis + rb")[^" + stop + rb"]*", rb"\1ZZZZZZZ", claim, count=1)
    if changed != claim:
        return changed
    place = rb"^((?:[^" + stop + rb"]*" + element + rb"){4})[^" + stop + rb"]*"
    return re.sub(place, rb"\1ZZ", claim, count=1)


def _begin(interchange: Interchange, segment: bytes) -> bytes:
    """The pattern of a segment's begin, up to its first element."""
    terminator, element = re.escape(interchange.terminator), re.escape(interchange.element)
    return terminator + rb"[\r\n]*" + segment + element
