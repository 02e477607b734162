"""An 835 of a partner is matched with the claims that were sent, and met when all have one."""

import re
from pathlib import Path

import pytest

from pipeline.works import Works, document, rests, states, until, works
from scrubjay.keys import TokenKey
from scrubjay.pipeline import deciding
from scrubjay.pipeline.paying import payments
from scrubjay.remittance.matching import cents
from scrubjay.store.contract import View
from scrubjay.store.rows import Claim, Deadline
from scrubjay.store.states import Kind

AFTER = 1 << 42
"""A day that every deadline is before, in milliseconds."""


def remittance(number: int, *paid: tuple[str, str, str]) -> bytes:
    """An 835 of claims: CLM01, CLP02, CLP03."""
    claims = "".join(
        f"CLP*{claim}*{status}*{charge}*0**12*ICN{at}~NM1*QC*1*TESTER*ANN~"
        for at, (claim, status, charge) in enumerate(paid)
    )
    body = (
        "ST*835*0001~BPR*I*0*C*NON************20260701~TRN*1*NOPAY*1999999999~"
        "DTM*405*20260701~N1*PR*SAMPLE PLAN~N3*1 TEST RD~N4*DEMOPOLIS*TX*75201~"
        f"N1*PE*CLINIC*XX*1200000069~LX*1~{claims}"
    )
    count = body.count("~") + 1
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CLEARING':15}*ZZ*{'SCRUBJAY':15}*260701*1200*^*00501*"
        f"{number:09d}*0*T*:~GS*HP*CLEARING*SCRUBJAY*20260701*1200*{number}*X*005010X221A1~{body}"
        f"SE*{count}*0001~GE*1*{number}~IEA*1*{number:09d}~"
    ).encode()


def claims(content: bytes) -> list[tuple[str, str]]:
    """CLM01 and CLM02."""
    return re.findall(r"\nCLM\*([^*]+)\*([^*]+)\*", content.decode())


def owed(made: Works) -> list[str]:
    found: list[Deadline] = made.ask(lambda view: view.overdue(AFTER))
    return sorted(each.document for each in found)


async def test_a_payment_is_an_outcome_of_its_claim_and_meets_the_deadline(tmp_path: Path) -> None:
    content = document(8)
    due = {"835": 24.0}
    async with works(tmp_path, acknowledgments=due) as (made, house):
        made.take(content)
        await made.settle()
        assert owed(made) == ["835"]
        sent = claims(content)
        first = [(number, "1", charge) for number, charge in sent[:7]]
        house.offer("835", remittance(700000001, *first))
        async with made.running() as app:
            await until(app, lambda view: len(paid(view)) == 7)
        assert owed(made) == ["835"]
        house.offer("835", remittance(700000002, (*sent[7][:1], "4", sent[7][1])))
        async with made.running() as app:
            await until(app, lambda view: len(paid(view)) == 8)
            await until(app, rests)
        assert owed(made) == []
        outcomes = made.ask(paid)
        assert sorted(outcomes.values()) == ["accepted"] * 7 + ["rejected"]
        # a payment moves no claim: what the payer took stays taken
        assert made.ask(states) == {"ACKNOWLEDGED": 8}
        assert list(made.ask(lambda view: list(deciding.held(view)))) == []


async def test_a_payment_that_changes_contradicts_nothing_and_a_stranger_is_held(
    tmp_path: Path,
) -> None:
    content = document(2)
    async with works(tmp_path) as (made, house):
        made.take(content)
        await made.settle()
        number, charge = claims(content)[0]
        for at, status in enumerate(("1", "22", "4"), start=1):
            house.offer("835", remittance(700000000 + at, (number, status, charge)))
        house.offer("835", remittance(700000009, ("NOBODY-KNOWS-IT", "1", "10")))
        async with made.running() as app:
            await until(app, lambda view: len(said(view)) == 3)
            await until(app, lambda view: any(True for _ in deciding.held(view)))
            await until(app, rests)
        (held,) = made.ask(lambda view: list(deciding.held(view)))
        assert (held["kind"], held["reason"]) == ("acknowledgment", "UNMATCHED")
        assert made.ask(said) == {"accepted", "pending", "rejected"}


def paid(view: View) -> dict[int, str]:
    """What was said last of each claim that an 835 names."""
    return {
        number: outcome.verdict
        for number in range(1, 20)
        if view.one(Claim, number) is not None
        for outcome in view.outcomes_of(Kind.CLAIM, number)
        if outcome.document == "835"
    }


def said(view: View) -> set[str]:
    """Everything that was said of the first claim."""
    return {each.verdict for each in view.outcomes_of(Kind.CLAIM, 1) if each.document == "835"}


@pytest.mark.parametrize("amount", ["9e999999", "1e999990", "NaN", "Infinity", "sNaN", "x", ""])
def test_a_charge_that_is_none_costs_nothing(amount: str) -> None:
    """Neither time, a million digits to write out, nor the rest of the file."""
    text = "".join(
        (
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SCRUBJAY':15}",
            "*260930*1200*^*00501*000000001*0*T*:~GS*HP*A*B*20260930*1200*1*X*005010X221A1~",
            f"ST*835*0001~CLP*A*1*{amount}*1~CLP*B*1*12.34*1~SE*4*0001~GE*1*1~IEA*1*000000001~",
        )
    )
    found, sets = payments(text.encode(), TokenKey(id="k", secret="5a" * 32))
    assert ([each.charge for each in found], sets) == ([0, 1234], 1)
    assert cents(amount) == 0
