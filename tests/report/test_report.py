"""The page stands alone, says the numbers, and lets nothing of the input become markup."""

import html
import json
import re

import pytest

from outline import outline
from scrubjay.report import render
from scrubjay.report.sections import escape
from scrubjay.summary import Result, Tally


def empty(result: Result) -> Result:
    """The same run over a file without a claim."""
    bare = json.loads(json.dumps(result))
    summary = bare["summary"]
    for name, value in summary.items():
        if isinstance(value, int):
            summary[name] = 0
        elif isinstance(value, dict):
            summary[name] = {}
    summary.update(charges_accepted="0.00", charges_rejected="0.00", clean_claim_rate=None)
    bare["reasons"] = []
    shaped: Result = bare
    return shaped


def test_the_page_is_well_formed_and_says_the_numbers(result: Result) -> None:
    text = outline(render(result)).text
    for words in ("104,212", "98,730", "5,479", "$1,640,022.75", "94.7%", "CEDAR MUTUAL"):
        assert words in text
    for reason in result["reasons"]:
        assert reason["title"] in text
        assert reason["fix"] is None or reason["fix"] in text


def test_it_needs_nothing_from_outside(result: Result) -> None:
    page = render(result)
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?:|javascript:", page)


def test_it_is_the_same_for_the_same_input(result: Result) -> None:
    slower: Result = json.loads(json.dumps(result))
    slower["run"] |= {"seconds": 99.0, "peak_rss_bytes": 1, "options": {"threads": 8}}
    assert render(slower) == render(result)


def test_nothing_found_and_nothing_there_are_pages_too(result: Result) -> None:
    text = outline(render(empty(result))).text
    assert "No claim was found." in text
    assert "Nothing was found." in text


def test_files_without_claims_are_told_by_their_sets(result: Result) -> None:
    remittance = empty(result)
    remittance["summary"] |= {"charges_accepted": None, "charges_rejected": None, "sets": 14}
    assert "Nothing was found in 14 transaction sets." in outline(render(remittance)).text
    remittance["summary"]["findings"] = {"INVALID_DATE": 2}
    remittance["reasons"] = [result["reasons"][0]]
    text = outline(render(remittance)).text
    assert "2 findings in 14 transaction sets." in text
    assert "claim rate" not in text


def test_the_worklist_is_named_where_there_is_one(result: Result) -> None:
    assert "worklist.csv" not in render(result)
    result["run"]["options"]["worklist"] = True
    assert "worklist.csv" in render(result)


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"'><img src=x>", "{0} {style}"])
def test_what_the_file_says_stays_text(result: Result, hostile: str) -> None:
    summary = result["summary"]
    summary["files"] = [hostile]
    summary["by_payer"] = {hostile: next(iter(summary["by_payer"].values()))}
    summary["no_data"] = {hostile: 1}
    result["reasons"][0] |= {"title": hostile, "fix": hostile, "code": hostile}
    page = render(result)
    assert hostile in outline(page).text
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("rejected", "words"), [(1, "under 0.1%"), (104_211, "over 99.9%"), (0, "0.0%")]
)
def test_a_share_never_rounds_something_to_nothing(
    result: Result, rejected: int, words: str
) -> None:
    tally = Tally(claims=104_212, accepted=0, rejected=rejected, charges="0.00")
    result["summary"]["by_payer"] = {"ACME": tally}
    assert words in render(result)


def test_text_is_escaped_as_the_standard_library_does_it() -> None:
    text = "".join(map(chr, range(32, 300)))
    assert escape(text) == html.escape(text)
