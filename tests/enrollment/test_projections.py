"""What payroll and the year's reports get: what sources said, and nothing that nobody said."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from enrollment.made import coverage, dependant, event, maker, many, record
from scrubjay.enrollment.projections import DEDUCTIONS, MONTHS, deductions, months, rates
from scrubjay.enrollment.reconcile import Options, reconcile
from scrubjay.enrollment.state import State
from scrubjay.errors import InputError

PREMIUM = {"amounts": [{"qualifier": "P3", "name": "premium", "amount": "410.00"}]}
HEALTH = coverage("HLT", "2026-01-01", tier="family", tier_code="FAM", **PREMIUM)
RATES = """line,plan,tier,from,employee,employer
HLT,P1,FAM,2025-01-01,100.00,310.00
HLT,P1,FAM,2026-05-01,120.00,290.00
DEN,,,2025-01-01,5.00,0
"""


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "state.db")


def load(state: str, *records: dict[str, Any]) -> None:
    with State(state) as opened:
        summary = reconcile(opened, many(*records), maker(), Options(mode="change"))
        assert (summary["status"], summary["held"]) == ("applied", 0)


def fed(state: str, on: str, table: str = "", since: int | None = None) -> list[dict[str, Any]]:
    made = rates(table) if table else None
    with State(state) as opened:
        rows = deductions(opened, dt.date.fromisoformat(on), made, since)
        return [dict(zip(DEDUCTIONS, row, strict=True)) for row in rows]


def test_every_line_in_force_is_there_as_a_whole(state: str) -> None:
    load(
        state,
        record(event=event("021"), coverages=[HEALTH, coverage()]),
        dependant(event=event("021")),
    )
    (health, dental) = fed(state, "2026-04-15")
    assert (health["employee"], health["line"], health["tier"]) == ("EE1", "HLT", "FAM")
    assert (health["premium"], health["employee_share"]) == ("410.00", None), (
        "nobody said the share"
    )
    assert dental["line"] == "DEN"
    assert fed(state, "2025-12-31") == []


def test_rates_give_the_shares_of_their_day(state: str, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(RATES)
    load(state, record(event=event("021"), coverages=[HEALTH, coverage()]))
    for on, wanted in (("2026-04-15", "100.00"), ("2026-05-15", "120.00")):
        health, dental = fed(state, on, str(tmp_path / "rates.csv"))
        assert str(health["employee_share"]) == wanted
        assert str(dental["employee_share"]) == "5.00"


def test_an_end_in_the_past_gives_months_back(state: str, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(RATES)
    load(state, record(event=event("021"), coverages=[HEALTH]))
    load(state, record(event=event("024", eligibility_end="2026-02-28"), coverages=[]))
    (row,) = fed(state, "2026-04-15", str(tmp_path / "rates.csv"), since=1)
    assert (row["months_changed"], str(row["adjustment"])) == (-2, "-200.00")
    assert row["employee_share"] is None
    assert fed(state, "2026-04-15", since=2) == []


def test_lines_that_cover_a_partner_are_marked(state: str) -> None:
    partner = dependant(event=event("021"), coverages=[HEALTH])
    partner["member"] |= {"relationship": "life_partner", "relationship_code": "53"}
    load(state, record(event=event("021"), coverages=[HEALTH, coverage()]), partner)
    assert [row["partner_covered"] for row in fed(state, "2026-04-15")] == ["yes", ""]


def test_a_day_makes_a_month_and_only_health_counts(state: str) -> None:
    part = coverage("HLT", "2025-11-30", end="2026-03-01")
    load(
        state,
        record("EE1", event=event("021"), coverages=[part, coverage("VIS")]),
        dependant("EE1", event=event("021"), coverages=[HEALTH]),
        record("EE2", event=event("021"), coverages=[coverage("DEN")]),
    )
    with State(state) as opened:
        own, child = (dict(zip(MONTHS, row, strict=True)) for row in months(opened, 2026))
        assert [own[name] for name in ("jan", "mar", "apr", "all_year")] == ["X", "X", "", ""]
        assert (child["is_employee"], child["all_year"], child["dec"]) == ("no", "X", "X")
        assert len(list(months(opened, 2025))) == 1
        assert len(list(months(opened, 2026, ["DEN"]))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("line,plan\n", "no column 'tier'"),
        ("line,plan,tier,from,employee,employer\nHLT,,,soon,1,2\n", "line 2: a day"),
        ("line,plan,tier,from,employee,employer\nHLT,,,2026-01-01,much,2\n", "line 2: a day"),
        ("line,plan,tier,from,employee,employer\nHLT,,,2026-01-01,NaN,2\n", "line 2: an amount"),
    ],
)
def test_rates_that_are_none_are_told_by_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        rates(str(tmp_path / "rates.csv"))
