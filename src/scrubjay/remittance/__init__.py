"""Payments of an 835 as records (`remit`), matched with the claims that they pay (`match`).

>>> run = remit(["payments.835"], "out")                            # doctest: +SKIP
>>> match("out", ["claims.837"])                                    # doctest: +SKIP
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from scrubjay.remittance.fees import underpaid
    from scrubjay.remittance.matching import match
    from scrubjay.remittance.running import remit

__all__ = ["match", "remit", "underpaid"]

_HOMES = {"remit": "running", "match": "matching", "underpaid": "fees"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"scrubjay.remittance.{_HOMES[name]}"), name)
