"""Dollars are written as decimal would write them."""

from decimal import Decimal

import pytest

from scrubjay.money import dollars


@pytest.mark.parametrize("amount", ["0.00", "0.05", "12.30", "31511428.93", "-0.50", "-1234.05"])
def test_an_amount_reads_as_decimal_writes_it(amount: str) -> None:
    assert dollars(amount) == f"${Decimal(amount):,.2f}"


def test_amounts_are_summed_and_none_is_none() -> None:
    assert dollars("999.99", "0.01") == "$1,000.00"
    assert dollars("-0.50", "0.25") == "$-0.25"
    assert dollars("1.00", None) == ""
