"""Payments of an 835 as records: claims, lines, adjustments, and what does not balance."""

import pytest

from records.made import Record, enveloped
from scrubjay.models.remittance import (
    HeldBack,
    Payment,
    ProviderAdjustment,
    ProviderSummary,
    Remittance,
)
from scrubjay.models.row import Row
from scrubjay.sources import Origins
from scrubjay.testing import generate

HEAD = (
    "BPR*I*{total}*C*ACH*CCP*01*111*DA*1*1999999999**01*222*DA*2*20260930~TRN*1*TRACE1*1999999999~"
    "DTM*405*20260930~N1*PR*PAYER~N3*1 ROAD~N4*TOWN*NY*10001~PER*BL*DESK*TE*5555550100~"
    "N1*PE*CLINIC*XX*1234567893~LX*1~"
)
LINE = (
    "SVC*HC:99213*100*80**1~DTM*472*20260901~CAS*CO*45*15~CAS*PR*1*5~REF*6R*L1~AMT*B6*85~LQ*HE*N1~"
)
CLAIM = "CLP*C1*1*100*80*5*12*PAYER1*11*1~NM1*QC*1*SAMPLE*ANN****34*123456789~" + LINE
MODELS: dict[str, type[Row]] = {
    "payments": Payment,
    "remittances": Remittance,
    "provider-adjustments": ProviderAdjustment,
    "provider-summaries": ProviderSummary,
    "quarantine": HeldBack,
}


def test_a_payment_is_told_with_its_claims(record: Record) -> None:
    body = HEAD.format(total="70") + CLAIM + "PLB*1234567893*20261231*WO:C9*10~"
    run = record(enveloped("835", body), "remit")
    (payment,), (claim,), (taken,) = (
        run.lines(name) for name in ("payments", "remittances", "provider-adjustments")
    )
    assert (payment["amount"], payment["trace"], payment["claims"]) == ("70.00", "TRACE1", 1)
    assert claim["payment"]["trace"] == "TRACE1"
    assert (claim["charge"], claim["paid"], claim["patient"]["ssn_last4"]) == (
        "100.00",
        "80.00",
        "6789",
    )
    (line,) = claim["lines"]
    assert [(a["group_code"], a["amount"]) for a in line["adjustments"]] == [
        ("CO", "15.00"),
        ("PR", "5.00"),
    ]
    assert (taken["reason_code"], taken["reference"], taken["amount"]) == ("WO", "C9", "10.00")
    assert "group" not in taken
    assert b'123456789"' not in run.files()["remittances.jsonl"]


def test_a_claim_that_does_not_balance_is_held_back_alone(record: Record) -> None:
    wrong = CLAIM.replace("CLP*C1*1*100", "CLP*C2*1*101")
    run = record(enveloped("835", HEAD.format(total="240") + CLAIM + wrong + CLAIM), "remit")
    assert [line["source"]["index"] for line in run.lines("remittances")] == [0, 2]
    (payment,) = run.lines("payments")
    assert (payment["claims"], payment["claims_quarantined"]) == (2, 1)
    assert {r["code"] for r in run.lines("quarantine")} == {"PAYMENT_CLAIM_UNBALANCED"}


@pytest.mark.parametrize("last", ["", "PLB*1234567893*20261231*WO:C9*10~", "LX*2~" + CLAIM])
def test_the_last_claim_before_anything_is_blamed_itself(record: Record, last: str) -> None:
    wrong = CLAIM.replace("CLP*C1*1*100", "CLP*C2*1*101")
    total = 160 - 10 * last.startswith("PLB") + 80 * last.startswith("LX")
    run = record(enveloped("835", HEAD.format(total=total) + CLAIM + wrong + last), "remit")
    assert {reason["index"] for reason in run.lines("quarantine")} == {1}


def test_a_payment_that_does_not_balance_is_held_back_whole(record: Record) -> None:
    good, bad = HEAD.format(total="80") + CLAIM, HEAD.format(total="81") + CLAIM + CLAIM
    run = record(enveloped("835", good, bad), "remit")
    assert [line["source"]["set"] for line in run.lines("remittances")] == ["0001"]
    assert len(run.lines("payments")) == 1
    (reason,) = run.lines("quarantine")
    assert (reason["code"], reason["scope"], reason["members"]) == (
        "PAYMENT_TOTAL_MISMATCH",
        "set",
        2,
    )
    assert (run.summary["claims"], run.summary["accepted"], run.summary["quarantined"]) == (3, 1, 2)


def test_every_line_is_read_by_its_model_whatever_the_window_and_the_threads(
    record: Record,
) -> None:
    content = b"".join(generate("835", claims=150, faults=0.1, seed=3))
    whole = record(content, "remit", threads=1, window=1 << 20, worklist=True)
    for name, model in MODELS.items():
        path = whole.folder / f"{name}.jsonl"
        with Origins(str(path)) as origins:
            for line in path.read_text().splitlines() if path.exists() else ():
                model.model_validate_json(origins.text(line))
    counts = whole.summary
    assert counts["claims"] == counts["accepted"] + counts["quarantined"]
    assert counts["accepted"] == len(whole.lines("remittances"))
    for threads, window in ((1, 4096), (2, 4097), (8, 5000)):
        other = record(content, "remit", threads=threads, window=window, worklist=True)
        assert other.files() == whole.files()


def test_medicare_summaries_are_told_beside_the_claims(record: Record) -> None:
    summary = "TS3*1234567893*11*20261231*1*100~TS2*50~"
    body = HEAD.format(total="80").replace("LX*1~", "LX*1~" + summary) + CLAIM
    (line,) = record(enveloped("835", body), "remit").lines("provider-summaries")
    assert (line["claims"], line["charge"], line["drg_amount"]) == (1, "100.00", "50.00")
