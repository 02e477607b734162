"""Numbers that have the form of real ones and belong to nobody."""

__all__ = ["npi", "ssn"]

# Areas from 900 on were never issued as social security numbers, and these groups of them are no
# tax numbers either (those have groups from 50 on).
_AREAS, _GROUPS, _SERIALS = 100, 49, 9999


def npi(number: int) -> str:
    """The NPI with these nine digits in front (the first 1 or 2): the tenth is the check digit."""
    digits = f"{number:09d}"
    total = 24
    for at, digit in enumerate(digits):
        value = int(digit)
        total += value if at % 2 else value * 2 // 10 + value * 2 % 10
    return f"{digits}{-total % 10}"


def ssn(number: int) -> str:
    """A number in the form of a social security number; some 49 million differ."""
    rest, serial = divmod(number, _SERIALS)
    area, group = divmod(rest, _GROUPS)
    return f"{900 + area % _AREAS}{1 + group:02d}{1 + serial:04d}"
