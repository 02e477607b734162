"""What a fault inside a claim takes down with it is a partner's to say."""

import re
from pathlib import Path

import pytest

from pipeline.works import Works, document, states, until
from scrubjay.app import kept
from scrubjay.job import RejectUnit
from scrubjay.pipeline.partners import Partner, Partners
from scrubjay.pipeline.units import Units
from scrubjay.store.states import Kind, State

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


POISON = """
import os
from scrubjay.rules import rule

@rule("POISONED", severity="error", snip=7, state="shadow", native=False)
def poisoned(claim):
    \"\"\"A rule that kills whoever judges one claim.\"\"\"
    if claim.id == "S0005-00000007":
        os.kill(os.getpid(), 9)
"""


async def test_a_file_that_is_judged_twice_is_divided_twice(tmp_path: Path) -> None:
    """Where the engine dies of a claim of it, and a partner wants whole sets."""
    made = Works(tmp_path)
    text = (made.home / "scrubjay.toml").read_text()
    (made.home / "scrubjay.toml").write_text(
        text.replace("[scrub]\n", '[scrub]\nrules = ["deadly.py"]\n')
    )
    (made.home / "deadly.py").write_text(POISON)
    made.partner("whole", str(tmp_path / "p"), payers=(WHOLE,), scrub={"reject_unit": "set"})
    made.partner("rest", str(tmp_path / "p"))
    made.take(claims(OTHER, WHOLE))
    async with made.running(stages=("parse",)) as app:
        await until(app, lambda view: view.counts()[Kind.FILE].get(State.PARSED) == 1)
    with kept(made.tree, "test") as both:
        # the first try was somebody's death: the next is made apart
        (lease,) = both.store.do(lambda tx: tx.lease("scrub", 1, 60.0))
        both.store.do(lambda tx: tx.release(lease))
    wanted = {"REJECTED_BY_SCRUB": 4, "DEAD_LETTERED": 1, "SUBMITTED": 3}
    async with made.running() as app:
        await until(app, lambda view: states(view) == wanted, 60)


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
