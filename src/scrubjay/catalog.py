"""The findings that are built in, as `crates/x12/src/finding.rs` has them.

What rules find has its words from the rules.
"""

from functools import cache
from typing import NamedTuple

from scrubjay import _native

__all__ = ["BuiltIn", "built_in"]

# Where each segment has its code
_PLACES = {
    "TA1": "TA105",
    "AK9": "AK905",
    "IK5": "IK502",
    "IK3": "IK304",
    "IK4": "IK403",
    "STC": "STC01",
}


class BuiltIn(NamedTuple):
    """A finding that is built in: what it is, and where its sender is told of it."""

    code: str
    severity: str
    snip: int
    title: str
    fix: str
    answer: tuple[str, str, str]

    @property
    def told(self) -> str:
        """Where it is told: `999, IK403 7`."""
        kind, segment, code = self.answer
        return f"{kind}, {_PLACES[segment]} {code}" if kind else "no acknowledgment"


@cache
def built_in() -> dict[str, BuiltIn]:
    """All of them by code, in the order of their table."""
    return {row[0]: BuiltIn(*row) for row in _native.built_in()}
