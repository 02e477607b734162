"""The page of payments: what was paid and why not more, in numbers that add up."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from outline import outline
from scrubjay.remittance.page import of_engine, of_payments, tell_more
from scrubjay.remittance.running import remit
from scrubjay.testing import generate


@pytest.fixture
def run(tmp_path: Path) -> dict[str, Any]:
    """What a run over payments with faults came to, and its folder."""
    file = tmp_path / "payments.835"
    file.write_bytes(b"".join(generate("835", claims=300, faults=0.1, seed=5)))
    made = remit(file, tmp_path / "out")
    return {"summary": dict(made.summary), "reasons": list(made.reasons), "out": tmp_path / "out"}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_the_sums_are_those_of_the_records(run: dict[str, Any]) -> None:
    money = run["summary"]["money"]
    records = lines_of(run["out"] / "remittances.jsonl")
    for name in ("charge", "paid", "patient_responsibility"):
        wanted = sum(cents(each.get(name, "0.00")) for each in records)
        assert sum(cents(each[name]) for each in money["claims"]) == wanted, name
    assert sum(each["claims"] for each in money["claims"]) == len(records)
    adjustments = [
        adjustment
        for each in records
        for place in (each, *each.get("lines", ()))
        for adjustment in place.get("adjustments", ())
    ]
    assert adjustments
    assert sum(each["times"] for each in money["adjustments"]) == len(adjustments)
    for told in money["adjustments"]:
        same = [
            cents(each["amount"])
            for each in adjustments
            if (each["group_code"], each["reason_code"])
            == (told["group_code"], told["reason_code"])
        ]
        assert cents(told["amount"]) == sum(same)
    payments = lines_of(run["out"] / "payments.jsonl")
    assert money["payments"] == len(payments)
    assert cents(money["amount"]) == sum(cents(each["amount"]) for each in payments)


def test_what_a_set_takes_back_is_in_no_sum(tmp_path: Path) -> None:
    whole = b"".join(generate("835", claims=40, seed=5, sets=1))
    bad = whole.replace(b"SE*", b"SE*9", 1)
    (tmp_path / "one.835").write_bytes(whole)
    for name in ("bad.835", "worse.835"):
        (tmp_path / name).write_bytes(bad)
    three_files = [tmp_path / name for name in ("bad.835", "one.835", "worse.835")]
    one: dict[str, Any] = dict(remit(tmp_path / "one.835", tmp_path / "one").summary)
    three: dict[str, Any] = dict(remit(three_files, tmp_path / "three").summary)
    assert three["quarantined"] == 2 * one["claims"]
    assert three["money"] == one["money"]


def test_the_page_says_the_numbers_and_is_off_by_nothing(run: dict[str, Any]) -> None:
    page = (run["out"] / "report.html").read_text()
    text = outline(page).text
    summary = run["summary"]
    for number in (summary["accepted"], summary["quarantined"], summary["money"]["payments"]):
        assert f"{number:,}" in text
    assert re.search(r"what claims are off by\s+\$0\.00", text)
    assert re.search(r"what payments are off by\s+\$0\.00", text)
    assert "contractual (CO)" in text
    assert "denied" in text
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?:|javascript:", page)


def test_nobody_is_named_on_it(run: dict[str, Any]) -> None:
    text = outline((run["out"] / "report.html").read_text()).text
    for record in lines_of(run["out"] / "remittances.jsonl"):
        said = [record["id"], record.get("payer_control"), *record.get("patient", {}).values()]
        for value in said:
            assert not value or len(value) < 5 or value not in text


def test_matches_and_prices_are_told_when_they_are_known(run: dict[str, Any]) -> None:
    matching = {"matched": 7, "unmatched": 3, "reversals": 1, "unpaid_claims": 2}
    matching["how"] = {"claim_number": 6, "line_number": 1}  # type: ignore[assignment]
    summary = run["summary"] | {"matching": matching, "underpaid": {"lines": 4, "short": "81.50"}}
    out = run["out"]
    tell_more(str(out), summary, run["reasons"])
    text = outline((out / "report.html").read_text()).text
    for words in ("by claim number", "payments without a claim", "$81.50", "lines underpaid"):
        assert words in text
    facts = json.loads((out / "run.json").read_text())
    (told,) = [each for each in facts["outputs"] if each["file"] == "report.html"]
    assert told["bytes"] == (out / "report.html").stat().st_size


def test_a_file_without_a_claim_is_a_page_too() -> None:
    nothing = {
        "payments": 0,
        "amount": "0.00",
        "claims": [],
        "held": {"claims": 0, "charge": "0.00", "paid": "0.00"},
        "adjustments": [],
        "provider_adjustments": [],
    }
    counts = {"files": ["a.835"], "claims": 0, "accepted": 0, "quarantined": 0}
    page = of_payments(counts | {"money": nothing}, [])
    assert "No claim was found." in outline(page).text
    options = {"options": {"worklist": False}}
    answer = {"summary": counts | {"money": nothing}, "run": options, "reasons": []}
    assert "quarantine.jsonl" in of_engine(json.dumps(answer))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"'><img src=x>", "{0} {style}"])
def test_what_the_file_says_stays_text(run: dict[str, Any], hostile: str) -> None:
    summary = run["summary"]
    summary["files"] = [hostile]
    summary["money"]["adjustments"][0] |= {"group_code": hostile, "reason_code": hostile}
    summary["money"]["claims"][0]["status_code"] = hostile
    page = of_payments(summary, run["reasons"])
    assert hostile in outline(page).text
    assert "<script" not in page
    assert "<img" not in page
