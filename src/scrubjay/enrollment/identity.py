"""Numbers of people: what stands for a social security number, and what is none.

A token is the engine's own (docs/contract.md): the same value in the same domain, the same token.
"""

import hashlib
import hmac
import re
from typing import NamedTuple

from scrubjay.keys import TokenKey

__all__ = ["Ssn", "Tokens", "masked", "ssn_fault"]

SSN_DIGITS = 9
_NINE = re.compile(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}")
_LONGEST = 40
_ITIN_GROUPS = frozenset((*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)))


class Ssn(NamedTuple):
    """What is kept of a social security number."""

    last4: str
    token: str


class Tokens:
    """Makes tokens with one key."""

    def __init__(self, key: TokenKey) -> None:
        self._mac = hmac.new(bytes.fromhex(key.secret), digestmod=hashlib.sha256)
        self._prefix = f"{key.id}."
        self.key_id = key.id
        self.key = key

    def token(self, domain: str, value: str) -> str:
        """What stands for `value`: equal for equal values of the domain."""
        mac = self._mac.copy()
        mac.update(b"\0".join((domain.encode(), value.encode("utf-8", "surrogatepass"))))
        return self._prefix + mac.digest()[:16].hex()

    def ssn(self, text: str) -> Ssn:
        """What is kept of a number that is said to be one, well formed or not."""
        plain = _plain(text)
        return Ssn(plain[-4:] if len(plain) == SSN_DIGITS else "", self.token("ssn", plain))

    def subscriber(self, number: str | None, ssn_token: str | None) -> str | None:
        """How a family is known again in quarantine."""
        if ssn_token or not number:
            return ssn_token
        return self.token("subscriber", number)


def ssn_fault(text: str) -> str | None:
    """The code of what is wrong with a number that is said to be a social security number."""
    digits = _plain(text)
    if not _NINE.fullmatch(text.strip()) or len(digits) != SSN_DIGITS:
        return "SSN_INVALID"
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in {"000", "666"} or group == "00" or serial == "0000":
        return "SSN_INVALID"
    return "SSN_IS_TAX_NUMBER" if is_tax_number(text) else None


def is_tax_number(text: str) -> bool:
    """Whether it has the form of an individual tax number (ITIN)."""
    digits = _plain(text)
    return (
        len(digits) == SSN_DIGITS
        and digits.isdecimal()
        and digits[0] == "9"
        and int(digits[3:5]) in _ITIN_GROUPS
    )


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are one, however they are punctuated."""
    return _plain(one) == _plain(other)


def masked(text: str) -> str:
    """The shape of a value without the value, as in findings.jsonl."""
    return "".join(map(_shape, text[:_LONGEST]))


def _shape(sign: str) -> str:
    if sign.isascii():
        if sign.isdigit():
            return "9"
        if sign.isalpha():
            return "A"
        if sign.isprintable():
            return sign
    return "?"


def _plain(text: str) -> str:
    return text.strip().replace("-", "").replace(" ", "")
