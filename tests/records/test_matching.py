"""Payments matched with claims: by which number, of several claims which, and what is left."""

import json
from pathlib import Path
from typing import Any

import pytest

from records.made import enveloped
from scrubjay.errors import InputError, UsageError
from scrubjay.remittance import match, remit, underpaid
from scrubjay.testing import generate

HEAD = (
    "BPR*I*{total}*C*CHK************20260930~TRN*1*TRACE1*1999999999~DTM*405*20260930~"
    "N1*PR*PAYER~N3*1 ROAD~N4*TOWN*NY*10001~PER*BL*DESK*TE*5555550100~"
    "N1*PE*CLINIC*XX*1234567893~LX*1~"
)


def paid(
    number: str, *, status: str = "1", charge: int = 100, payer: str = "P1", more: str = ""
) -> str:
    """A claim payment in full."""
    clp = f"CLP*{number}*{status}*{charge}*{charge}**12*{payer}*11*1~"
    return f"{clp}NM1*QC*1*SAMPLE*ANN****MI*MEM1~{more}"


def sent(
    number: str, *, rank: str = "P", charge: int = 100, more: str = "", frequency: str = "1"
) -> str:
    """A claim with one line, of one subscriber."""
    return (
        f"HL*{{n}}*1*22*0~SBR*{rank}*18*******CI~NM1*IL*1*SAMPLE*ANN****MI*MEM1~N3*2 ROAD~"
        "N4*TOWN*NY*10001~DMG*D8*19800101*F~NM1*PR*2*PAYER*****PI*PAY1~"
        f"CLM*{number}*{charge}***11:B:{frequency}*Y*A*Y*Y~{more}HI*ABK:E119~LX*1~"
        f"SV1*HC:99213*{charge}*UN*1***1~DTP*472*D8*20260901~REF*6R*{number}-1~"
    )


def claims(folder: Path, *every: str) -> Path:
    """An 837P of them."""
    body = (
        "BHT*0019*00*REF1*20260901*1200*CH~NM1*41*2*BILLING*****46*SUB1~PER*IC*ADA*TE*5555550100~"
        "NM1*40*2*CLEARING*****46*REC1~HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~N3*1 ROAD~"
        "N4*TOWN*NY*100010001~REF*EI*123456789~"
    )
    body += "".join(text.format(n=n) for n, text in enumerate(every, 2))
    text = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        "*260930*1200*^*00501*000000001*0*T*:~GS*HC*SENDER*RECEIVER*20260930*1200*1*X*005010X222A1~"
        f"ST*837*0001*005010X222A1~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~"
    )
    path = folder / "claims.837"
    path.write_text(text)
    return path


def matched(folder: Path, payments: list[str], sent_claims: list[str]) -> tuple[Any, Path]:
    """The counts, and the folder."""
    total = sum(int(text.split("*")[4]) for text in payments)
    file = folder / "payments.835"
    file.write_bytes(enveloped("835", HEAD.format(total=total) + "".join(payments)))
    out = folder / "out"
    run = remit(file, out)
    assert "quarantined" in repr(run)
    assert run.summary["quarantined"] == 0  # type: ignore[typeddict-item]
    return match(out, [claims(folder, *sent_claims)]), out


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    """The lines of a file."""
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


WAYS = [
    ([paid("A1")], [sent("A1"), sent("B1")], "claim_number", 0),
    (
        [paid("NONE", more="REF*F8*OLD~")],
        [sent("B1"), sent("A2", more="REF*F8*OLD~", frequency="7")],
        "payer_number",
        1,
    ),
    (
        [paid("0", more="SVC*HC:99213*100*100~DTM*472*20260901~REF*6R*A1-1~")],
        [sent("B1"), sent("A1")],
        "line_number",
        1,
    ),
    (
        [paid("0", more="DTM*232*20260901~")],
        [sent("B1", charge=70), sent("A1")],
        "member_and_day",
        1,
    ),
]


@pytest.mark.parametrize(("payments", "sent_claims", "how", "place"), WAYS)
def test_a_payment_finds_its_claim(
    tmp_path: Path, payments: list[str], sent_claims: list[str], how: str, place: int
) -> None:
    counts, out = matched(tmp_path, payments, sent_claims)
    (line,) = lines(out, "matches.jsonl")
    assert (line["how"], line["claim"]["claim_index"]) == (how, place)
    assert counts["unpaid_claims"] == 1
    assert [each["id"] for each in lines(out, "unpaid.jsonl")] == ["B1"]


CHOICES = [
    (paid("A1", status="2"), [sent("A1"), sent("A1", rank="S")], 1, "payer_rank"),
    (paid("A1", charge=80), [sent("A1", charge=80), sent("A1")], 0, "charge"),
    (
        paid("A1", payer="P9"),
        [sent("A1"), sent("A2", more="REF*F8*P9~", frequency="7")],
        1,
        "latest",
    ),
]


@pytest.mark.parametrize(("payment", "family", "place", "by"), CHOICES)
def test_of_a_family_the_right_one_is_chosen(
    tmp_path: Path, payment: str, family: list[str], place: int, by: str
) -> None:
    _, out = matched(tmp_path, [payment], family)
    (line,) = lines(out, "matches.jsonl")
    assert (line["claim"]["claim_index"], line["chosen_by"], line["family"]) == (place, by, 2)


def test_a_reversal_takes_back_and_is_corrected(tmp_path: Path) -> None:
    payments = [paid("A1"), paid("A1", status="22", charge=-100), paid("A1", charge=90)]
    counts, out = matched(tmp_path, payments, [sent("A1")])
    first, reversal, correction = lines(out, "matches.jsonl")
    assert (reversal["reverses"], reversal["corrected_by"]) == (0, 2)
    assert [each["part"] for each in (first, reversal, correction)] == [1, 2, 3]
    assert counts["reversals"] == 1


def test_a_claim_split_by_the_payer_is_one_claim(tmp_path: Path) -> None:
    payments = [paid("A1", charge=60), paid("A1", charge=40, payer="P2")]
    _, out = matched(tmp_path, payments, [sent("A1")])
    assert {each["claim"]["claim_index"] for each in lines(out, "matches.jsonl")} == {0}


def test_what_nobody_sent_is_listed(tmp_path: Path) -> None:
    counts, out = matched(tmp_path, [paid("ZZ", charge=5)], [sent("A1")])
    assert (counts["matched"], counts["unmatched"]) == (0, 1)
    (line,) = lines(out, "unmatched.jsonl")
    assert (line["id"], line["charge"]) == ("ZZ", "5.00")


def test_all_payments_of_generated_claims_are_matched(tmp_path: Path) -> None:
    for kind in ("837P", "835"):
        (tmp_path / f"a.{kind}").write_bytes(b"".join(generate(kind, claims=120, seed=4)))
    remit(tmp_path / "a.835", tmp_path / "out")
    counts = match(tmp_path / "out", [tmp_path / "a.837P"])
    assert counts["unmatched"] == 0
    assert counts["matched"] == counts["remittances"]


def test_lines_below_the_schedule_are_listed(tmp_path: Path) -> None:
    more = (
        "CAS*PR*1*10~SVC*HC:99213:25*60*40**1~DTM*472*20260901~CAS*CO*45*10~CAS*PR*1*10~"
        "SVC*HC:99214*40*40**2~DTM*472*20260901~"
    )
    more = more.removeprefix("CAS*PR*1*10~")
    payment = f"CLP*A1*1*100*80*10*12*P1*11*1~NM1*QC*1*SAMPLE*ANN****MI*MEM1~{more}"
    file = tmp_path / "p.835"
    file.write_bytes(enveloped("835", HEAD.format(total=80) + payment))
    remit(file, tmp_path / "out")
    fees = tmp_path / "fees.csv"
    fees.write_text(
        "procedure,modifier,amount,payer,from,to\n99213,,45,,,\n99213,25,55,,2026-01-01,2026-12-31\n"
        "99214,,20,,,\n99214,,99,OTHER,,\n"
    )
    assert underpaid(tmp_path / "out", fees) == {"lines": 1, "short": "5.00"}
    (line,) = lines(tmp_path / "out", "underpaid.jsonl")
    assert (line["procedure"], line["expected"], line["allowed"]) == ("99213", "55.00", "50.00")


def test_a_schedule_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    fees = tmp_path / "fees.csv"
    for text in ("code,price\n", "procedure,amount\n99213,much\n"):
        fees.write_text(text)
        with pytest.raises(UsageError, match=r"fees\.csv"):
            underpaid(tmp_path, fees)
    with pytest.raises(InputError):
        underpaid(tmp_path, tmp_path / "none.csv")
