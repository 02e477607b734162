"""Who a file is from, where its door knows nobody."""

from pathlib import Path

import pytest

from pipeline.works import document
from scrubjay import settings
from scrubjay.app import kept
from scrubjay.pipeline.intake import Sender, arrive

KNOWN = (("SYNTHETIC", "billing"), ("SYNTHETIC/SYNTHETIC", "own"), ("SYNTHETIC/CLINIC13", "13"))


def grouped(gs02: str) -> bytes:
    """A file whose group is of that sender."""
    return document(3).replace(b"GS*HC*SYNTHETIC*", b"GS*HC*%s*" % gs02.encode())


@pytest.mark.parametrize(
    ("content", "practices", "practice"),
    [
        (grouped("CLINIC13"), KNOWN, "13"),
        (grouped("CLINIC13").replace(b"\n", b""), KNOWN, "13"),
        (grouped("SYNTHETIC"), KNOWN, "own"),
        (grouped("CLINIC14"), KNOWN, "billing"),
        (grouped("CLINIC14"), (), "SYNTHETIC"),
        # no group at all: only the ISA says something
        (grouped("CLINIC13").replace(b"GS*", b"XX*", 1), KNOWN, "billing"),
        (grouped("CLINIC13")[:106], KNOWN, "billing"),
    ],
)
@pytest.mark.parametrize("step", [1, 4096])
def test_a_practice_is_found_by_isa06_and_gs02(
    tmp_path: Path, content: bytes, practices: tuple[tuple[str, str], ...], practice: str, step: int
) -> None:
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    sender = Sender(practices=practices)
    with kept(settings.read(str(tmp_path / "home"), {}), "test") as both:
        arrived = arrive(both.store, both.vault, pieces, sender, "command")
        assert arrived.practice == practice
        known = Sender(practice="clinic-12", practices=practices)
        again = arrive(both.store, both.vault, pieces, known, "http")
        assert (again.practice, again.fresh) == ("clinic-12", True)
