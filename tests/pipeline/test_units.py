"""What a fault inside a claim takes down with it is a partner's to say."""

import re
from pathlib import Path

import pytest

from pipeline.works import Works, document, states, until
from scrubjay.job import RejectUnit
from scrubjay.pipeline.partners import Partner, Partners
from scrubjay.pipeline.units import Units

WHOLE, OTHER = "99901", "99902"


def claims(*payers: str) -> bytes:
    """Two sets of four claims, of subscribers with these payers in turn; the first has no CLM06."""
    wanted = iter(payers * 8)
    head, *subscribers = re.split(rb"(?=HL\*\d+\*\d+\*22\*)", document(8, seed=5, sets=2))
    # the first subscriber has one claim
    assert subscribers[0].count(b"CLM*") == 1
    text = head + b"".join(
        re.sub(rb"(\*PI\*)\d+~", rb"\g<1>%s~" % next(wanted).encode(), each) for each in subscribers
    )
    return re.sub(rb"(CLM(?:\*[^*~]*){5})\*[^*~]*", rb"\1*", text, count=1)


@pytest.mark.parametrize(
    ("payers", "rejected"),
    [
        ((WHOLE,), 4),
        ((OTHER,), 1),
        # others of the file go to who wants whole sets
        ((OTHER, WHOLE), 4),
        # nothing but the faulty claim would have gone there
        ((WHOLE, *[OTHER] * 7), 1),
    ],
)
async def test_a_file_is_judged_as_who_takes_its_claims_wants(
    tmp_path: Path, payers: tuple[str, ...], rejected: int
) -> None:
    """By whole sets where anything goes to one who wants these, else by claims."""
    made = Works(tmp_path)
    folder = str(tmp_path / "partner")
    made.partner("whole", folder, payers=(WHOLE,), scrub={"reject_unit": "set"})
    made.partner("rest", folder)
    made.take(claims(*payers))
    wanted = {"REJECTED_BY_SCRUB": rejected, "SUBMITTED": 8 - rejected}
    async with made.running() as app:
        await until(app, lambda view: sum(states(view).values()) == 8)
        await until(app, lambda view: "SCRUBBED" not in states(view))
        assert await app.work.store.read(states) == wanted


@pytest.mark.parametrize(
    ("default", "said", "first", "differ"),
    [
        ("claim", (), "claim", False),
        ("set", (), "set", False),
        ("claim", ("", ""), "claim", False),
        ("set", ("", "set"), "set", False),
        ("claim", ("set", "set"), "set", False),
        ("set", ("", "claim"), "claim", True),
    ],
)
def test_a_file_is_judged_once_where_all_partners_want_the_same(
    default: str, said: tuple[str, ...], first: str, *, differ: bool
) -> None:
    """What a record leaves out is as the settings say."""
    records = [
        Partner(name=f"p{number}", sender="US", receiver="THEM", reject_unit=unit)
        for number, unit in enumerate(said)
    ]
    units = Units.of(Partners(records), RejectUnit(default))
    assert (units.first, units.differ) == (RejectUnit(first), differ)
