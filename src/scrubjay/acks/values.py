"""Values of elements as acknowledgments and claims write them; what is none is None."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

__all__ = ["amount", "charge_text", "count", "day", "days"]

_AMOUNT = re.compile(r"-?[0-9]{0,16}(\.[0-9]{0,4})?")


def amount(text: str) -> Decimal | None:
    """Dollars (data element 782, without an exponent)."""
    if not _AMOUNT.fullmatch(text) or not any(map(str.isdigit, text)):
        return None
    return Decimal(text)


def count(text: str) -> int | None:
    """A number of things."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


@lru_cache(maxsize=1024)
def day(text: str) -> date | None:
    """A date as CCYYMMDD."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def days(text: str) -> tuple[date | None, date | None]:
    """A date (D8) or the two of a range (RD8); a single one is both."""
    first, _, last = text.partition("-")
    return day(first), day(last or first)


def charge_text(cents: int) -> str:
    """Cents as decimal text with two places."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
