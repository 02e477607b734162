"""A job is written as the border takes it, and refuses what makes no sense."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from scrubjay.errors import UsageError
from scrubjay.job import Command, Job, Limits

BORDER = {
    *("command", "inputs", "out", "threads", "window", "guide_aliases", "reject_unit", "as_of"),
    *("received_date", "control_start", "max_claims_per_set", "token_key", "token_key_id"),
    *("show_phi", "worklist", "force", "exact", "program", "docs", "limits", "payer_mode"),
    *("overlays", "tables", "verdicts", "select", "keep_controls", "measure_rules"),
    *("words", "reasons", "profile", "digests"),
}


def test_the_json_has_exactly_the_names_of_the_border() -> None:
    assert set(json.loads(Job(command=Command.SCRUB).to_json())) == BORDER


def test_dates_and_limits_are_written_for_the_engine() -> None:
    job = Job(command=Command.READ, as_of=date(2026, 1, 31), limits=Limits(segment=9))
    written = json.loads(job.to_json())
    assert written["as_of"] == "2026-01-31"
    assert written["received_date"] is None
    assert written["limits"] == {"segment": 9}


@pytest.mark.parametrize(
    "wrong",
    [
        *({"threads": -1}, {"control_start": 0}, {"control_start": 10**9}),
        *({"max_claims_per_set": 0}, {"threads": "2"}, {"control_start": 1.5}),
        *({"as_of": "2026-01-01"}, {"received_date": 5}, {"as_of": datetime(2026, 1, 1)}),  # noqa: DTZ001
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Job(command=Command.SCRUB, **wrong)


@pytest.mark.parametrize("value", [0, -1, 2**32])
def test_a_limit_fits_the_engine(value: int) -> None:
    with pytest.raises(UsageError, match="limit of segment"):
        Limits(segment=value)


def test_the_key_is_not_in_the_repr() -> None:
    assert "5ec7e7" not in repr(Job(command=Command.SCRUB, token_key="5ec7e7"))  # noqa: S106
