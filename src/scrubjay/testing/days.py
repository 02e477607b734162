"""The days of synthetic files: all of them are counted back from one."""

import datetime as dt

__all__ = ["REFERENCE_DATE", "TODAY", "back"]

REFERENCE_DATE = dt.date(2026, 6, 30)
"""The day synthetic files are sent."""
TODAY = f"{REFERENCE_DATE:%Y%m%d}"

_BACK = [f"{REFERENCE_DATE - dt.timedelta(days=day):%Y%m%d}" for day in range(400)]


def back(days: int) -> str:
    """The day so many days (fewer than 400) before, CCYYMMDD."""
    return _BACK[days]
