"""What examples/README.md says of each claim is what comes of it."""

import csv
import datetime as dt
import re
from pathlib import Path

import scrubjay

DAY = dt.date(2025, 3, 14)
"""The day of `make demo`."""

EXAMPLES = Path(__file__).parents[2] / "examples"
ROW = re.compile(r"^\| ([A-Z]+-\d+) \| (.+) \|$", re.MULTILINE)


def test_every_claim_has_the_fault_that_is_told_of_it_or_none(tmp_path: Path) -> None:
    told = dict(ROW.findall((EXAMPLES / "README.md").read_text()))
    files = sorted(EXAMPLES.glob("*.837"))
    run = scrubjay.scrub(files, tmp_path / "out", as_of=DAY, received_date=DAY)
    assert run.claims == len(told) + 1, "HD-2001 is there twice"
    with (tmp_path / "out" / "worklist.csv").open(newline="") as file:
        found = {row["claim"] for row in csv.DictReader(file)}
    assert found == {claim for claim, fault in told.items() if not fault.startswith("nothing")}
