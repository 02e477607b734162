"""Claims outside any interchange are counted, however the file is cut into pieces."""

from pathlib import Path

import pytest

from properties.files import run, summary
from scrubjay.testing import generate


def document(seed: int) -> bytes:
    """Three interchanges; the header of the second is spoilt, the third ends too early."""
    one, two, three = (b"".join(generate("837P", claims=40, seed=seed + n)) for n in range(3))
    early = three.index(b"CLM*", len(three) // 2)
    end = b"IEA*1*000000001~\n"
    return one + two.replace(b"ISA*", b"XSA*", 1) + three[:early] + end + three[early:]


@pytest.mark.parametrize("window", [64, 100, 1000, 1 << 20])
@pytest.mark.parametrize("threads", [1, 3])
def test_claims_in_are_claims_out(window: int, threads: int, tmp_path: Path) -> None:
    whole = document(7)
    out = run(whole, tmp_path, window=window, threads=threads)
    numbers = summary(out)
    assert numbers["claims"] == whole.count(b"CLM*") == 120
    assert numbers["unreadable"] == (out / "unreadable.x12").read_bytes().count(b"CLM*") > 40
    assert numbers["findings"]["CONTENT_OUTSIDE_INTERCHANGE"] == 2
