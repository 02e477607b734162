"""Money as files have it, and as it is reckoned: in cents."""

__all__ = ["amount", "cents"]


def amount(cents: int) -> str:
    """Dollars with two places, which may be negative."""
    if cents < 0:
        return f"-{-cents // 100}.{-cents % 100:02d}"
    return f"{cents // 100}.{cents % 100:02d}"


def cents(text: str) -> int:
    """The same back; for amounts that are not negative."""
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int(f"{rest:0<2}"[:2])
