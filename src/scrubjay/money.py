"""Money as people read it, from the decimal text of summary.json; exact, and without decimal."""

from __future__ import annotations

__all__ = ["dollars"]


def dollars(*amounts: str | None) -> str:
    """The sum of amounts such as ``31511428.93`` as ``$31,511,428.93``; nothing if one is None."""
    cents = 0
    for amount in amounts:
        if amount is None:
            return ""
        cents += int(amount.replace(".", ""))
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"${sign}{whole:,}.{part:02}"
